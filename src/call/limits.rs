//! The limits of each request that do not depend on the call. A request that breaks a limit is refused with
//! 400, and the refusal names the member and the limit.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use super::callback;
use super::decide::context::RequestContext;
use crate::graph::action::{
    Answer, ChangeScreenSharingRole, ConfigureMixer, Invite, LogTeleconferenceDeviceQuality, PlayPrompt,
    RecordResponse, Redirect, Reject, SendDtmfTones, StartHoldMusic, Transfer, UpdateRecordingStatus,
};
use crate::graph::call::Call;
use crate::graph::identity::{IdentitySet, InvitationParticipantInfo};
use crate::graph::media::{AudioRoutingGroup, MediaConfig, MediaInfo, Prompt, RoutingMode};
use crate::graph::meeting::MeetingInfo;
use crate::graph::member::Member;
use crate::graph::participant::RecordingStatus;
use crate::refusal::Why;

type Checked = Result<(), Why>;

/// The maximum length of a `clientContext`, in characters.
const CLIENT_CONTEXT: usize = 256;
/// The maximum number of prompts in one request.
const PROMPTS: usize = 20;
/// The maximum number of targets of a redirect.
const REDIRECT_TARGETS: usize = 25;
/// The maximum number of targets of a new call, and of participants in one invitation.
pub(super) const INVITED: usize = 5;

pub(super) fn invalid(member: impl Into<String>, limit: impl Into<String>) -> Why {
    Why::Invalid { member: member.into(), limit: limit.into() }
}

pub(super) fn create_call(call: &Call, context: &RequestContext<'_>) -> Checked {
    callback_uri(&call.callback_uri, true, context)?;
    media_config(&call.media_config)?;
    let targets = items(&call.targets);
    match call.meeting_info.value() {
        Some(meeting) => joins(meeting, call)?,
        None if targets.is_empty() => {
            return Err(invalid(
                "targets",
                "the participants to call, unless `meetingInfo` and `chatInfo` name a meeting to join",
            ));
        }
        None => {}
    }
    count("targets", targets.len(), 0..=INVITED)?;
    invitations("targets", targets)?;
    if let Some(source) = call.source.value() {
        identity("source", &source.identity)?;
    }
    let timeout = call.ringing_timeout_in_seconds.value().copied();
    within("ringingTimeoutInSeconds", timeout, &(1..=i32::MAX), "a positive number of seconds")
}

/// A meeting is found by the number that joins it, or by its organizer or a token, together with its chat.
fn joins(meeting: &MeetingInfo, call: &Call) -> Checked {
    if meeting.join_meeting_id.value().is_some() {
        return Ok(());
    }
    if meeting.organizer.value().is_none() && meeting.token.value().is_none() {
        return Err(invalid("meetingInfo", "an object with an organizer, a token or a joinMeetingId"));
    }
    match call.chat_info.value() {
        Some(_) => Ok(()),
        None => Err(invalid("chatInfo", "the chat of the meeting")),
    }
}

pub(super) fn answer(request: &Answer, context: &RequestContext<'_>) -> Checked {
    callback_uri(&request.callback_uri, true, context)?;
    media_config(&request.media_config)?;
    let capacity = request.participant_capacity.value().copied();
    within("participantCapacity", capacity, &(1..=i32::MAX), "a positive number")
}

pub(super) fn reject(request: &Reject, context: &RequestContext<'_>) -> Checked {
    callback_uri(&request.callback_uri, false, context)
}

pub(super) fn redirect(request: &Redirect, context: &RequestContext<'_>) -> Checked {
    let targets = items(&request.targets);
    count("targets", targets.len(), 1..=REDIRECT_TARGETS)?;
    invitations("targets", targets)?;
    within("timeout", request.timeout.value().copied(), &Redirect::SECONDS, "15 to 90 seconds")?;
    callback_uri(&request.callback_uri, false, context)
}

pub(super) fn transfer(request: &Transfer) -> Checked {
    let target = request.transfer_target.value();
    invitation(
        "transferTarget",
        target.ok_or_else(|| invalid("transferTarget", "the participant to transfer the call to"))?,
    )?;
    match request.transferee.value() {
        Some(transferee) => identity("transferee", &transferee.identity),
        None => Ok(()),
    }
}

pub(super) fn play_prompt(request: &PlayPrompt) -> Checked {
    prompts(&request.prompts, 1..=PROMPTS)?;
    repeat("loop", &request.repeat)?;
    client_context(&request.client_context)
}

pub(super) fn record_response(request: &RecordResponse) -> Checked {
    prompts(&request.prompts, 0..=1)?;
    let timers = [
        ("initialSilenceTimeoutInSeconds", &request.initial_silence_timeout_in_seconds),
        ("maxSilenceTimeoutInSeconds", &request.max_silence_timeout_in_seconds),
        ("maxRecordDurationInSeconds", &request.max_record_duration_in_seconds),
    ];
    for (member, seconds) in timers {
        within(member, seconds.value().copied(), &RecordResponse::SECONDS, "1 to 120 seconds")?;
    }
    if let Some(index) = items(&request.stop_tones).iter().position(|stop| !RecordResponse::is_key(stop)) {
        return Err(invalid(format!("stopTones[{index}]"), "a key, such as 1, # or *, or the name of a key"));
    }
    client_context(&request.client_context)
}

pub(super) fn send_dtmf_tones(request: &SendDtmfTones) -> Checked {
    count("tones", items(&request.tones).len(), 1..=usize::MAX)?;
    let delay = request.delay_between_tones_ms.value().copied();
    within("delayBetweenTonesMs", delay, &(0..=i32::MAX), "a number of milliseconds that is not negative")?;
    client_context(&request.client_context)
}

pub(super) fn change_screen_sharing_role(request: &ChangeScreenSharingRole) -> Checked {
    match request.role.value() {
        Some(_) => Ok(()),
        None => Err(invalid("role", "one of viewer, sharer")),
    }
}

pub(super) fn update_recording_status(request: &UpdateRecordingStatus) -> Checked {
    match request.status.value() {
        Some(RecordingStatus::Unknown) | None => {
            Err(invalid("status", "one of notRecording, recording, failed"))
        }
        Some(_) => client_context(&request.client_context),
    }
}

pub(super) fn invite(request: &Invite) -> Checked {
    let invited = items(&request.participants);
    count("participants", invited.len(), 1..=INVITED)?;
    invitations("participants", invited)?;
    let is_bot = |one: &&InvitationParticipantInfo| {
        one.identity.value().is_some_and(|identity| identity.application.value().is_some())
    };
    if invited.iter().filter(is_bot).count() > 1 {
        return Err(invalid("participants", "a list with at most one bot"));
    }
    client_context(&request.client_context)
}

pub(super) fn configure_mixer(request: &ConfigureMixer) -> Checked {
    count("participantMixerLevels", items(&request.participant_mixer_levels).len(), 1..=usize::MAX)?;
    client_context(&request.client_context)
}

pub(super) fn create_audio_routing_group(request: &AudioRoutingGroup) -> Checked {
    let mode = request.routing_mode.value();
    let mode = mode.ok_or_else(|| invalid("routingMode", "one of oneToOne, multicast"))?;
    let most = if *mode == RoutingMode::Multicast { usize::MAX } else { 1 };
    count("receivers", items(&request.receivers).len(), 1..=most)?;
    count("sources", items(&request.sources).len(), 1..=1)
}

pub(super) fn start_hold_music(request: &StartHoldMusic) -> Checked {
    if let Some(custom) = request.custom_prompt.value() {
        prompt("customPrompt", custom)?;
    }
    client_context(&request.client_context)
}

pub(super) fn device_quality(request: &LogTeleconferenceDeviceQuality) -> Checked {
    let quality = request.quality.value().ok_or_else(|| invalid("quality", "the report of the device"))?;
    if quality.call_chain_id.value().is_none() {
        return Err(invalid("quality.callChainId", "the callChainId of the call, which is a GUID"));
    }
    count("quality.mediaQualityList", items(&quality.media_quality_list).len(), 1..=usize::MAX)
}

pub(super) fn client_context(context: &Member<String>) -> Checked {
    let is_long =
        |context: &String| context.len() > CLIENT_CONTEXT && context.chars().count() > CLIENT_CONTEXT;
    if context.value().is_some_and(is_long) {
        return Err(invalid("clientContext", format!("at most {CLIENT_CONTEXT} characters long")));
    }
    Ok(())
}

fn items<T>(list: &Member<Vec<T>>) -> &[T] {
    list.value().map_or(&[], |items| items)
}

fn prompts(prompts: &Member<Vec<Prompt>>, limits: RangeInclusive<usize>) -> Checked {
    let prompts = items(prompts);
    count("prompts", prompts.len(), limits)?;
    each("prompts", prompts, prompt)
}

fn prompt(member: &str, prompt: &Prompt) -> Checked {
    let media = format!("{member}.mediaInfo");
    match prompt.media_info.value() {
        Some(info) => media_info(&media, info)?,
        None => return Err(invalid(media, "an object with the `uri` of the media to play")),
    }
    repeat(&format!("{member}.loop"), &prompt.repeat)
}

fn repeat(member: &str, times: &Member<i32>) -> Checked {
    within(member, times.value().copied(), &(1..=i32::MAX), "a positive number of times")
}

fn media_info(member: &str, info: &MediaInfo) -> Checked {
    match info.uri.value() {
        Some(uri) if callback::is_web(uri) => Ok(()),
        Some(_) | None => Err(invalid(format!("{member}.uri"), "the https or http URL of the media to play")),
    }
}

fn invitations(member: &str, invited: &[InvitationParticipantInfo]) -> Checked {
    each(member, invited, invitation)
}

fn invitation(member: &str, invited: &InvitationParticipantInfo) -> Checked {
    identity(member, &invited.identity)?;
    match invited.replaces_call_id.value() {
        Some(id) if id.guid().is_none() => {
            Err(invalid(format!("{member}.replacesCallId"), "the id of a call, which is a GUID"))
        }
        Some(_) | None => Ok(()),
    }
}

/// The identity must name somebody.
fn identity(member: &str, identity: &Member<Box<IdentitySet>>) -> Checked {
    let is_named = |set: &IdentitySet| set.identities().any(|one| one.id.value().is_some());
    if identity.value().is_some_and(|set| is_named(set)) {
        return Ok(());
    }
    let limit = "the identity of somebody, such as a user, an application or a phone with its id";
    Err(invalid(format!("{member}.identity"), limit))
}

/// Checks each item of a list. The check gets the path of the item.
fn each<T>(member: &str, items: &[T], check: impl Fn(&str, &T) -> Checked) -> Checked {
    items.iter().enumerate().try_for_each(|(index, item)| check(&format!("{member}[{index}]"), item))
}

fn media_config(config: &Member<Box<MediaConfig>>) -> Checked {
    const EITHER: &str = "a serviceHostedMediaConfig or an appHostedMediaConfig";
    let config = config.value().ok_or_else(|| invalid("mediaConfig", EITHER))?;
    if config.odata_type.as_ref().is_some_and(|name| !MediaConfig::TYPES.contains(&name.as_str())) {
        return Err(invalid("mediaConfig.@odata.type", EITHER));
    }
    each("mediaConfig.preFetchMedia", items(&config.pre_fetch_media), media_info)
}

/// Notifications go to an https URL, or to an http URL of the machine itself if the host allows it.
fn callback_uri(uri: &Member<String>, is_needed: bool, context: &RequestContext<'_>) -> Checked {
    let allows_http = context.http_to_loopback;
    let is_right =
        |uri: &String| callback::is_https(uri) || (allows_http && callback::is_http_to_loopback(uri));
    match uri.value() {
        Some(uri) if is_right(uri) => Ok(()),
        None if !is_needed => Ok(()),
        Some(_) | None if allows_http => {
            Err(invalid("callbackUri", "an https URL, or an http URL of localhost, 127.0.0.1 or [::1]"))
        }
        Some(_) | None => Err(invalid("callbackUri", "an https URL")),
    }
}

fn count(member: &str, given: usize, limits: RangeInclusive<usize>) -> Checked {
    if limits.contains(&given) {
        return Ok(());
    }
    let (least, most) = limits.into_inner();
    Err(invalid(
        member,
        match (least, most) {
            (0, 1) => "a list of at most one".into(),
            (0, most) => format!("a list of at most {most}"),
            (least, usize::MAX) => format!("a list of at least {least}"),
            (1, 1) => "a list of exactly one".into(),
            (least, most) => format!("a list of {least} to {most}"),
        },
    ))
}

fn within(member: &str, given: Option<i32>, limits: &RangeInclusive<i32>, words: &str) -> Checked {
    match given {
        Some(given) if !limits.contains(&given) => Err(invalid(member, words)),
        Some(_) | None => Ok(()),
    }
}
