//! Strategies for requests of an app.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

use super::values::ids;
use crate::call::command::Command;
use crate::graph::method::{Item, Method, Route};
use crate::graph::permission::Permission;
use crate::id::{CallId, Id};

/// The body of a request for a method, within the limits of the method. A transfer or an invitation may
/// replace the call `other`.
pub fn bodies(method: Method, other: CallId) -> BoxedStrategy<Value> {
    match method {
        Method::CreateCall => placed().boxed(),
        Method::Answer => (hosted(), option::weighted(0.7, 1..4))
            .prop_map(|(config, capacity)| {
                let mut body = answered(config);
                insert(&mut body, capacity.map(|capacity: i32| ("participantCapacity", capacity.into())));
                body
            })
            .boxed(),
        Method::Reject => {
            select(["none", "busy"].as_slice()).prop_map(|why| json!({ "reason": why })).boxed()
        }
        Method::Redirect => redirected().boxed(),
        Method::Transfer => transferred(other).boxed(),
        Method::PlayPrompt => Just(json!({ "prompts": [audio()] })).boxed(),
        Method::RecordResponse => recorded().boxed(),
        Method::ChangeScreenSharingRole => Just(json!({ "role": "sharer" })).boxed(),
        Method::UpdateRecordingStatus => Just(json!({ "status": "recording" })).boxed(),
        Method::ConfigureMixer => Just(json!({ "participantMixerLevels": [{}] })).boxed(),
        Method::CreateAudioRoutingGroup => {
            Just(json!({ "id": "g", "routingMode": "oneToOne", "sources": ["a"], "receivers": ["b"] }))
                .boxed()
        }
        Method::SendDtmfTones => Just(json!({ "tones": ["tone1"] })).boxed(),
        Method::Invite => invited(other).boxed(),
        Method::LogTeleconferenceDeviceQuality => {
            let quality = json!({ "callChainId": other, "mediaQualityList": [{}] });
            Just(json!({ "quality": quality })).boxed()
        }
        Method::DeleteCall
        | Method::GetCall
        | Method::ListParticipants
        | Method::CancelMediaProcessing
        | Method::KeepAlive
        | Method::Mute
        | Method::SubscribeToTone
        | Method::Unmute
        | Method::AddLargeGalleryView
        | Method::GetParticipant
        | Method::MuteParticipant
        | Method::DeleteParticipant
        | Method::StartHoldMusic
        | Method::StopHoldMusic
        | Method::GetOperation
        | Method::MuteAll
        | Method::UpdateMetadata
        | Method::ListAudioRoutingGroups
        | Method::ListContentSharingSessions => Just(json!({})).boxed(),
    }
}

/// A fault in the body of a request.
#[derive(Clone, Debug)]
pub(super) enum Fault {
    /// The body is no object.
    NoObject(Value),
    /// The `clientContext` is a number. A method that does not read it does not care.
    Context,
    /// A member is missing. The index chooses it.
    Missing(Index),
    /// The value of a member is a list of one that holds the right value.
    Listed(Index),
}

pub(super) fn faults() -> impl Strategy<Value = Option<Fault>> {
    let no_object = select([json!(7), json!([]), json!(null), json!("text")].to_vec());
    let fault = prop_oneof![
        no_object.prop_map(Fault::NoObject),
        Just(Fault::Context),
        any::<Index>().prop_map(Fault::Missing),
        any::<Index>().prop_map(Fault::Listed),
    ];
    option::weighted(0.5, fault)
}

impl Fault {
    /// The body with the fault.
    pub(super) fn in_body(self, mut body: Value) -> Value {
        let members = body.as_object().into_iter().flatten();
        let names: Vec<String> = members.map(|(name, _)| name.clone()).collect();
        let named = |index: Index| names.get(index.index(names.len().max(1))).cloned();
        match self {
            Self::NoObject(other) => return other,
            Self::Context => insert(&mut body, [("clientContext", json!(5))]),
            Self::Missing(index) => {
                if let Some((name, members)) = named(index).zip(body.as_object_mut()) {
                    members.remove(&name);
                }
            }
            Self::Listed(index) => {
                if let Some(name) = named(index) {
                    let listed = json!([body.get(&name)]);
                    insert(&mut body, [(name, listed)]);
                }
            }
        }
        body
    }
}

/// The permissions of an app: often not all.
pub(super) fn permissions() -> impl Strategy<Value = &'static [Permission]> {
    let some: &[&[Permission]] = &[
        &[],
        &[Permission::AccessMedia],
        &[Permission::Initiate],
        &[Permission::InitiateGroupCall],
        &[Permission::JoinGroupCallAsGuest],
        &[Permission::JoinGroupCall, Permission::Initiate],
    ];
    prop_oneof![Just(Permission::ALL), select(some)]
}

/// The media configuration: usually the service hosts the media.
fn hosted() -> impl Strategy<Value = &'static str> {
    prop_oneof![5 => Just("serviceHostedMediaConfig"), 1 => Just("appHostedMediaConfig")]
}

fn answered(config: &str) -> Value {
    json!({
        "callbackUri": "https://bot.contoso.com/callback",
        "mediaConfig": { "@odata.type": format!("#microsoft.graph.{config}") },
    })
}

fn placed() -> impl Strategy<Value = Value> {
    let timeout = option::weighted(0.7, 5..60);
    (any::<bool>(), hosted(), timeout).prop_map(|(is_group, config, timeout)| {
        let options = json!({ "isDeltaRosterEnabled": true, "isContentSharingNotificationEnabled": true });
        let mut body = json!({
            "targets": [{ "identity": { "user": { "id": "user-1" } } }],
            "callOptions": options,
            "subject": "Stand-up",
        });
        let chat = json!({ "threadId": "19:meeting_x@thread.v2", "messageId": "0" });
        let members =
            [("chatInfo", is_group.then_some(chat)), ("ringingTimeoutInSeconds", timeout.map(Value::from))];
        insert(&mut body, members.into_iter().filter_map(|(name, value)| Some((name, value?))));
        insert(
            &mut body,
            answered(config).as_object().into_iter().flatten().map(|(name, value)| (name, value.clone())),
        );
        body
    })
}

pub(super) fn insert(body: &mut Value, members: impl IntoIterator<Item = (impl AsRef<str>, Value)>) {
    if let Some(body) = body.as_object_mut() {
        body.extend(members.into_iter().map(|(name, value)| (name.as_ref().into(), value)));
    }
}

fn redirected() -> impl Strategy<Value = Value> {
    (1_usize..3, option::of(15..91)).prop_map(|(targets, timeout)| {
        let target = json!({ "identity": { "user": { "id": "user-3" } } });
        let targets: Vec<Value> = core::iter::repeat_n(target, targets).collect();
        let mut body = json!({ "targets": targets });
        insert(&mut body, timeout.map(|timeout: i32| ("timeout", timeout.into())));
        body
    })
}

fn transferred(other: CallId) -> impl Strategy<Value = Value> {
    (any::<bool>(), any::<bool>()).prop_map(move |(is_group, is_consultative)| {
        let mut target = json!({ "identity": { "user": { "id": "user-3" } } });
        insert(&mut target, is_consultative.then(|| ("replacesCallId", json!(other))));
        let mut body = json!({ "transferTarget": target });
        let transferee = json!({ "identity": { "user": { "id": "user-1" } } });
        insert(&mut body, is_group.then_some(("transferee", transferee)));
        body
    })
}

fn audio() -> Value {
    json!({ "mediaInfo": { "uri": "https://c/p.wav" } })
}

fn recorded() -> impl Strategy<Value = Value> {
    let timers = (option::of(1..20_i32), option::of(1..20_i32), option::of(1..60_i32));
    (any::<bool>(), any::<bool>(), timers).prop_map(
        |(barges_in, has_prompt, (initial, silence, duration))| {
            let prompts = if has_prompt { json!([audio()]) } else { json!([]) };
            let mut body = json!({ "bargeInAllowed": barges_in, "prompts": prompts, "stopTones": ["#"] });
            let timers = [
                ("initialSilenceTimeoutInSeconds", initial),
                ("maxSilenceTimeoutInSeconds", silence),
                ("maxRecordDurationInSeconds", duration),
            ];
            insert(&mut body, timers.into_iter().filter_map(|(name, seconds)| Some((name, json!(seconds?)))));
            body
        },
    )
}

fn invited(other: CallId) -> impl Strategy<Value = Value> {
    (1..3, prop::bool::weighted(0.3)).prop_map(move |(count, replaces)| {
        let one = |number: i32| json!({ "identity": { "user": { "id": format!("user-{}", number + 3) } } });
        let mut invited: Vec<Value> = (0..count).map(one).collect();
        if let Some(first) = invited.first_mut().filter(|_| replaces) {
            insert(first, [("replacesCallId", json!(other))]);
        }
        json!({ "participants": invited })
    })
}

/// A request for any method, whose body is within the limits of the method.
pub fn commands() -> impl Strategy<Value = Command> {
    let other = CallId::new(uuid::Uuid::from_u128(1));
    let request =
        select(Method::ALL).prop_flat_map(move |method| (Just(method), bodies(method, other), items(method)));
    request.prop_map(|(method, body, item)| {
        Command::read(&Route::new(method, None, item), body.to_string().as_bytes())
    })
}

/// The id of the participant, the user or the operation that a method is about.
pub(super) fn items(method: Method) -> BoxedStrategy<Option<Id>> {
    match method.item() {
        None => Just(None).boxed(),
        Some(Item::Operation) => ids("operation").prop_map(Some).boxed(),
        Some(Item::Invited) => {
            prop_oneof![ids("participant"), Just(Id::from("user-3"))].prop_map(Some).boxed()
        }
        Some(Item::Participant) => ids("participant").prop_map(Some).boxed(),
    }
}
