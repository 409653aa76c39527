//! The permissions and the bodies of requests in the reference model.

#![expect(clippy::wildcard_enum_match_arm, reason = "each table lists only a few of the methods")]

use alloc::string::String;

use serde_json::Value;

use super::line::Line;
use crate::graph::method::{Method, Verb};
use crate::graph::permission::Permission::{
    self, AccessMedia, Initiate, InitiateGroupCall, JoinGroupCall, JoinGroupCallAsGuest, JoinGroupCallsChat,
};

/// Whether an app with these permissions may send a request, whatever else is wrong with it.
pub(super) fn is_permitted(
    granted: &[Permission],
    method: Method,
    call: Option<&Line>,
    body: &Value,
) -> bool {
    let is_group = call.is_none_or(|line| line.outline.is_group);
    let one_of = |needed: &[Permission]| needed.iter().any(|one| granted.contains(one));
    let config =
        right(body, "mediaConfig").and_then(|config| config.get("@odata.type")).and_then(Value::as_str);
    let hosts =
        || config.is_none_or(|name| !name.ends_with("appHostedMediaConfig")) || one_of(&[AccessMedia]);
    match method {
        Method::RecordResponse
        | Method::SubscribeToTone
        | Method::ChangeScreenSharingRole
        | Method::LogTeleconferenceDeviceQuality => one_of(&[AccessMedia]),
        Method::UpdateRecordingStatus => one_of(&[JoinGroupCall, AccessMedia]),
        Method::Reject | Method::MuteParticipant | Method::MuteAll => true,
        Method::Redirect | Method::Transfer => one_of(&[Initiate]),
        Method::AddLargeGalleryView => one_of(&[JoinGroupCallAsGuest, JoinGroupCall, InitiateGroupCall]),
        Method::Invite => one_of(&[InitiateGroupCall]),
        Method::DeleteParticipant | Method::StartHoldMusic | Method::StopHoldMusic => {
            one_of(&[JoinGroupCall, JoinGroupCallAsGuest])
        }
        Method::ConfigureMixer | Method::CreateAudioRoutingGroup => {
            one_of(&[JoinGroupCall, InitiateGroupCall])
        }
        Method::Answer => (!is_group || one_of(&[JoinGroupCall, JoinGroupCallAsGuest])) && hosts(),
        Method::CreateCall => one_of(to_create(body)) && hosts(),
        _ if is_group => !granted.is_empty(),
        _ => one_of(&[Initiate, AccessMedia]),
    }
}

/// The permissions that allow to create the requested call.
fn to_create(body: &Value) -> &'static [Permission] {
    const MEETING: &[Permission] = &[JoinGroupCall, JoinGroupCallAsGuest, JoinGroupCallsChat];
    const ANY: &[Permission] =
        &[Initiate, InitiateGroupCall, JoinGroupCall, JoinGroupCallAsGuest, JoinGroupCallsChat];
    let targets = right(body, "targets").and_then(Value::as_array).map(|targets| targets.len());
    match targets {
        _ if right(body, "meetingInfo").is_some() => MEETING,
        _ if right(body, "chatInfo").is_some() => &[InitiateGroupCall],
        Some(0 | 1) => &[Initiate],
        Some(_) => &[InitiateGroupCall],
        None => ANY,
    }
}

/// Whether the body of a request is right: it has the members that it needs, and each is of the right kind.
pub(super) fn is_right(method: Method, body: &Value) -> bool {
    if method.verb() != Verb::Post || method == Method::KeepAlive {
        return true;
    }
    let Some(members) = body.as_object() else { return false };
    let is_right = |(name, _): (&String, &Value)| !is_read(method, name) || right(body, name).is_some();
    let has = |name: &&str| right(body, name).is_some();
    members.iter().all(is_right) && needed(method).iter().all(has)
}

/// Whether a method reads this member. Only `clientContext` is in bodies of methods that do not read it.
fn is_read(method: Method, name: &str) -> bool {
    let has_context = !matches!(
        method,
        Method::CreateCall
            | Method::Answer
            | Method::Reject
            | Method::Redirect
            | Method::Transfer
            | Method::ChangeScreenSharingRole
            | Method::CreateAudioRoutingGroup
            | Method::LogTeleconferenceDeviceQuality
    );
    name != "clientContext" || has_context
}

const fn needed(method: Method) -> &'static [&'static str] {
    match method {
        Method::CreateCall => &["callbackUri", "mediaConfig", "targets"],
        Method::Answer => &["callbackUri", "mediaConfig"],
        Method::Redirect => &["targets"],
        Method::Transfer => &["transferTarget"],
        Method::PlayPrompt => &["prompts"],
        Method::ChangeScreenSharingRole => &["role"],
        Method::UpdateRecordingStatus => &["status"],
        Method::Invite => &["participants"],
        Method::SendDtmfTones => &["tones"],
        Method::ConfigureMixer => &["participantMixerLevels"],
        Method::CreateAudioRoutingGroup => &["routingMode", "sources", "receivers"],
        Method::LogTeleconferenceDeviceQuality => &["quality"],
        _ => &[],
    }
}

/// A member of the right kind.
fn right<'a>(body: &'a Value, name: &str) -> Option<&'a Value> {
    let all =
        |value: &Value, is: fn(&Value) -> bool| value.as_array().is_some_and(|list| list.iter().all(is));
    body.get(name).filter(|value| match name {
        "targets" | "participants" | "prompts" | "participantMixerLevels" => all(value, Value::is_object),
        "tones" | "stopTones" | "sources" | "receivers" => all(value, Value::is_string),
        "mediaConfig" | "transferTarget" | "transferee" | "quality" | "chatInfo" | "meetingInfo"
        | "callOptions" => value.is_object(),
        "bargeInAllowed" => value.is_boolean(),
        "participantCapacity"
        | "timeout"
        | "ringingTimeoutInSeconds"
        | "initialSilenceTimeoutInSeconds"
        | "maxSilenceTimeoutInSeconds"
        | "maxRecordDurationInSeconds" => value.is_i64(),
        _ => value.is_string(),
    })
}
