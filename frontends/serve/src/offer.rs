//! The calls that somebody makes to the bot.

use callfold::Id;
use callfold::graph::{
    Call, Identity, IdentitySet, IncomingContext, InvitationParticipantInfo, ParticipantInfo,
};
use callfold::graph::{ChatInfo, MeetingInfo};
use serde::Deserialize;
use serde_json::{Map, Value};
use tracing::warn;

use crate::callbacks::why_not;
use crate::redact::redacted_url;
use crate::scenario::read::{Caller, Scenario};
use crate::seed::Seed;
use crate::settings::Settings;

/// Somebody rings the bot: the body of `POST /_callfold/calls`. Members of Graph's call resource are taken as they are.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Offer {
    /// The call is to a meeting.
    #[serde(default)]
    meeting: bool,
    /// The call is for policy-based recording.
    #[serde(default)]
    policy_recording: bool,
    /// Graph's members.
    #[serde(flatten)]
    call: Map<String, Value>,
}

/// The members of a call that is offered.
const MEMBERS: [&str; 13] = [
    "callbackUri",
    "callChainId",
    "callOptions",
    "callRoutes",
    "chatInfo",
    "incomingContext",
    "meetingInfo",
    "myParticipantId",
    "requestedModalities",
    "source",
    "subject",
    "targets",
    "tenantId",
];

/// What a call needs whose notifications would go nowhere.
const NO_BOT: &str =
    "a `callbackUri`, because the service was started without the URL of a bot (`bot`, or `--bot`)";

impl Offer {
    /// The call that is offered. The error says what is wrong with the body.
    pub(crate) fn call(self, settings: &Settings, seed: Seed) -> Result<Call, String> {
        if let Some(name) = self.call.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
            let known = MEMBERS.join("`, `");
            return Err(format!(
                "a call has no member `{name}`; it can have `meeting`, `policyRecording`, `{known}`"
            ));
        }
        if let Some(uri) = self.call.get("callbackUri").filter(|uri| !uri.is_null()) {
            let url = uri.as_str().and_then(|uri| uri.parse().ok());
            let url = url.ok_or_else(|| {
                let shown = uri.as_str().map_or_else(|| "no text".into(), redacted_url);
                format!("`callbackUri` must be a URL, but is {shown}")
            })?;
            if let Some(why) = why_not(settings.callbacks, &url) {
                return Err(format!("`callbackUri`: {why}"));
            }
        }
        let call: Call = serde_json::from_value(self.call.into()).map_err(|error| error.to_string())?;
        if let Some((name, _)) = call.other.iter().next() {
            return Err(format!("`{name}` has a value of the wrong type"));
        }
        let call = if self.meeting { of_meeting(call, seed) } else { call };
        let call = if self.policy_recording { of_policy(call, seed) } else { call };
        let call = complete(call, settings, seed);
        if call.callback_uri.value().is_none() {
            return Err(format!("the call needs {NO_BOT}"));
        }
        Ok(call)
    }
}

/// What is wrong with a scenario if a caller has no bot to ring.
pub(crate) fn rings_nobody(scenario: &Scenario, bot: Option<&str>) -> Option<String> {
    let has_bot = |caller: &Caller| bot.is_some() || caller.callback_uri.is_some();
    let (index, caller) = scenario.caller.iter().enumerate().find(|(_, caller)| !has_bot(caller))?;
    let name = caller.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    Some(format!("caller {}{name} needs {NO_BOT}", index + 1))
}

/// The call of a caller of a scenario.
pub(crate) fn of_caller(settings: &Settings, seed: Seed, caller: &Caller) -> Call {
    let name = caller.name.as_deref();
    let identity = match &caller.phone {
        Some(number) => {
            let phone = Identity::default().id(number.clone());
            let phone = name.into_iter().fold(phone, |phone, name| phone.display_name(name.to_owned()));
            IdentitySet::default().phone(phone)
        }
        None => user(name.unwrap_or("Adele Vance"), seed),
    };
    let mut call = Call::default().source(ParticipantInfo::default().identity(identity));
    call.callback_uri = caller.callback_uri.clone().into();
    call.subject = caller.subject.clone().into();
    let call = complete(call, settings, seed);
    if call.callback_uri.value().is_none() {
        warn!("a caller of a scenario needs {NO_BOT}: nobody is told of the call");
    }
    call
}

/// The call with what it does not name: the URL of the bot, the caller, the app.
fn complete(mut call: Call, settings: &Settings, seed: Seed) -> Call {
    if call.callback_uri.value().is_none() {
        call.callback_uri = settings.bot.clone().into();
    }
    if call.source.is_absent() {
        call = call.source(ParticipantInfo::default().identity(user("Adele Vance", seed)));
    }
    if call.targets.is_absent() {
        let app = Identity::default().id(settings.app_id()).display_name("The bot".to_owned());
        let set = IdentitySet::default().application(app);
        call = call.targets([InvitationParticipantInfo::default().identity(set)]);
    }
    if call.tenant_id.is_absent() {
        call = call.tenant_id(settings.tenant_id());
    }
    call
}

fn user(name: &str, seed: Seed) -> IdentitySet {
    let user = Identity::default().id(seed.id(&format!("user/{name}"))).display_name(name.to_owned());
    IdentitySet::default().user(user)
}

fn of_meeting(mut call: Call, seed: Seed) -> Call {
    let thread = seed.id("meeting").simple();
    if call.chat_info.is_absent() {
        call = call.chat_info(
            ChatInfo::default()
                .thread_id(format!("19:meeting_{thread}@thread.v2"))
                .message_id("0".to_owned()),
        );
    }
    if call.meeting_info.is_absent() {
        call = call.meeting_info(MeetingInfo::default().organizer(user("Megan Bowen", seed)));
    }
    call
}

fn of_policy(mut call: Call, seed: Seed) -> Call {
    if call.incoming_context.is_absent() {
        let observed = Id::from(seed.id("observed participant"));
        let source = Id::from(seed.id("source participant"));
        call = call.incoming_context(
            IncomingContext::default().observed_participant_id(observed).source_participant_id(source),
        );
    }
    call
}
