//! The limits of each request that do not depend on the call. A request that breaks a limit is refused with
//! 400, and the refusal names the member and the limit.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::ops::RangeInclusive;

use crate::graph::action::{
    Answer, ChangeScreenSharingRole, ClientContext, ConfigureMixer, Invite, LogTeleconferenceDeviceQuality,
    MuteAll, PlayPrompt, RecordResponse, Redirect, Reject, SendDtmfTones, StartHoldMusic, Transfer,
    UpdateMetadata, UpdateRecordingStatus,
};
use crate::graph::call::{Call, RejectReason};
use crate::graph::identity::InvitationParticipantInfo;
use crate::graph::media::{AudioRoutingGroup, MediaConfig, Prompt, RoutingMode, ScreenSharingRole};
use crate::graph::member::Member;
use crate::graph::participant::RecordingStatus;
use crate::graph::tone::Tone;
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

pub(super) fn invalid(member: &str, limit: impl Into<String>) -> Why {
    Why::Invalid { member: member.into(), limit: limit.into() }
}

pub(super) fn create_call(call: &Call) -> Checked {
    https("callbackUri", &call.callback_uri, true)?;
    media_config(&call.media_config)?;
    let targets = call.targets.value().map_or(&[][..], |targets| targets);
    let is_meeting = call.meeting_info.value().is_some();
    if targets.is_empty() && !is_meeting {
        return Err(invalid(
            "targets",
            "the participants to call, unless `meetingInfo` and `chatInfo` name a meeting to join",
        ));
    }
    count("targets", targets.len(), 0..=INVITED)?;
    let timeout = call.ringing_timeout_in_seconds.value().copied();
    within("ringingTimeoutInSeconds", timeout, &(1..=i32::MAX), "a positive number of seconds")
}

pub(super) fn answer(request: &Answer) -> Checked {
    https("callbackUri", &request.callback_uri, true)?;
    media_config(&request.media_config)?;
    let capacity = request.participant_capacity.value().copied();
    within("participantCapacity", capacity, &(1..=i32::MAX), "a positive number")
}

pub(super) fn reject(request: &Reject) -> Checked {
    https("callbackUri", &request.callback_uri, false)?;
    match request.reason.value() {
        Some(RejectReason::Other(_)) => Err(invalid("reason", "one of none, busy, forbidden")),
        Some(RejectReason::None | RejectReason::Busy | RejectReason::Forbidden) | None => Ok(()),
    }
}

pub(super) fn redirect(request: &Redirect) -> Checked {
    let targets = request.targets.value().map_or(0, |targets| targets.len());
    count("targets", targets, 1..=REDIRECT_TARGETS)?;
    within("timeout", request.timeout.value().copied(), &Redirect::SECONDS, "15 to 90 seconds")?;
    https("callbackUri", &request.callback_uri, false)
}

pub(super) fn transfer(request: &Transfer) -> Checked {
    match request.transfer_target.value() {
        Some(target) => check_replaced("transferTarget.replacesCallId", target),
        None => Err(invalid("transferTarget", "the participant to transfer the call to")),
    }
}

pub(super) fn play_prompt(request: &PlayPrompt) -> Checked {
    count("prompts", prompts(&request.prompts), 1..=PROMPTS)?;
    within("loop", request.repeat.value().copied(), &(1..=i32::MAX), "a positive number of times")?;
    client_context(&request.client_context)
}

pub(super) fn record_response(request: &RecordResponse) -> Checked {
    count("prompts", prompts(&request.prompts), 0..=1)?;
    let timers = [
        ("initialSilenceTimeoutInSeconds", &request.initial_silence_timeout_in_seconds),
        ("maxSilenceTimeoutInSeconds", &request.max_silence_timeout_in_seconds),
        ("maxRecordDurationInSeconds", &request.max_record_duration_in_seconds),
    ];
    for (member, seconds) in timers {
        within(member, seconds.value().copied(), &RecordResponse::SECONDS, "1 to 120 seconds")?;
    }
    let stops = request.stop_tones.value().map_or(&[][..], |stops| stops);
    if let Some(index) = stops.iter().position(|stop| !RecordResponse::is_key(stop)) {
        return Err(invalid(
            &format!("stopTones[{index}]"),
            "a key, such as 1, # or *, or the name of a key",
        ));
    }
    client_context(&request.client_context)
}

pub(super) fn send_dtmf_tones(request: &SendDtmfTones) -> Checked {
    let tones = request.tones.value().map_or(&[][..], |tones| tones);
    count("tones", tones.len(), 1..=usize::MAX)?;
    if let Some(index) = tones.iter().position(|tone| matches!(tone, Tone::Other(_))) {
        let known = "a key: tone0 to tone9, star, pound, a, b, c, d or flash";
        return Err(invalid(&format!("tones[{index}]"), known));
    }
    let delay = request.delay_between_tones_ms.value().copied();
    within("delayBetweenTonesMs", delay, &(0..=i32::MAX), "a number of milliseconds that is not negative")?;
    client_context(&request.client_context)
}

pub(super) fn change_screen_sharing_role(request: &ChangeScreenSharingRole) -> Checked {
    match request.role.value() {
        Some(ScreenSharingRole::Viewer | ScreenSharingRole::Sharer) => Ok(()),
        Some(ScreenSharingRole::Other(_)) | None => Err(invalid("role", "one of viewer, sharer")),
    }
}

pub(super) fn update_recording_status(request: &UpdateRecordingStatus) -> Checked {
    match request.status.value() {
        Some(RecordingStatus::NotRecording | RecordingStatus::Recording | RecordingStatus::Failed) => {
            client_context(&request.client_context)
        }
        Some(RecordingStatus::Unknown | RecordingStatus::Other(_)) | None => {
            Err(invalid("status", "one of notRecording, recording, failed"))
        }
    }
}

pub(super) fn invite(request: &Invite) -> Checked {
    let invited = request.participants.value().map_or(&[][..], |participants| participants);
    count("participants", invited.len(), 1..=INVITED)?;
    for one in invited {
        check_replaced("participants.replacesCallId", one)?;
    }
    let is_bot = |one: &&InvitationParticipantInfo| {
        one.identity.value().is_some_and(|identity| identity.application.value().is_some())
    };
    if invited.iter().filter(is_bot).count() > 1 {
        return Err(invalid("participants", "a list with at most one bot"));
    }
    client_context(&request.client_context)
}

pub(super) fn mute_all(request: &MuteAll) -> Checked {
    client_context(&request.client_context)
}

pub(super) fn configure_mixer(request: &ConfigureMixer) -> Checked {
    let levels = request.participant_mixer_levels.value().map_or(0, |levels| levels.len());
    count("participantMixerLevels", levels, 1..=usize::MAX)?;
    client_context(&request.client_context)
}

pub(super) fn update_metadata(request: &UpdateMetadata) -> Checked {
    client_context(&request.client_context)
}

pub(super) fn create_audio_routing_group(request: &AudioRoutingGroup) -> Checked {
    match request.routing_mode.value() {
        Some(RoutingMode::OneToOne | RoutingMode::Multicast) => {}
        Some(RoutingMode::Other(_)) | None => {
            return Err(invalid("routingMode", "one of oneToOne, multicast"));
        }
    }
    let several = request.routing_mode.value() == Some(&RoutingMode::Multicast);
    let receivers = request.receivers.value().map_or(0, |receivers| receivers.len());
    count("receivers", receivers, 1..=if several { usize::MAX } else { 1 })?;
    count("sources", request.sources.value().map_or(0, |sources| sources.len()), 1..=1)
}

pub(super) fn start_hold_music(request: &StartHoldMusic) -> Checked {
    client_context(&request.client_context)
}

pub(super) fn client_context_alone(request: &ClientContext) -> Checked {
    client_context(&request.client_context)
}

pub(super) fn device_quality(request: &LogTeleconferenceDeviceQuality) -> Checked {
    let quality = request.quality.value().ok_or_else(|| invalid("quality", "the report of the device"))?;
    if quality.call_chain_id.value().is_none() {
        return Err(invalid("quality.callChainId", "the callChainId of the call, which is a GUID"));
    }
    let reports = quality.media_quality_list.value().map_or(&[][..], |reports| reports);
    count("quality.mediaQualityList", reports.len(), 1..=usize::MAX)
}

fn prompts(prompts: &Member<alloc::vec::Vec<Prompt>>) -> usize {
    prompts.value().map_or(0, |prompts| prompts.len())
}

fn client_context(context: &Member<String>) -> Checked {
    let is_long =
        |context: &String| context.len() > CLIENT_CONTEXT && context.chars().count() > CLIENT_CONTEXT;
    if context.value().is_some_and(is_long) {
        return Err(invalid("clientContext", format!("at most {CLIENT_CONTEXT} characters long")));
    }
    Ok(())
}

fn media_config(config: &Member<Box<MediaConfig>>) -> Checked {
    match config.value() {
        Some(_) => Ok(()),
        None => Err(invalid("mediaConfig", "a serviceHostedMediaConfig or an appHostedMediaConfig")),
    }
}

fn https(member: &str, uri: &Member<String>, is_needed: bool) -> Checked {
    const SCHEME: &str = "https://";
    let is_https = |uri: &String| {
        let scheme = uri.get(..SCHEME.len());
        uri.len() > SCHEME.len() && scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME))
    };
    match uri.value() {
        Some(uri) if is_https(uri) => Ok(()),
        None if !is_needed => Ok(()),
        Some(_) | None => Err(invalid(member, "an https address")),
    }
}

fn check_replaced(member: &str, target: &InvitationParticipantInfo) -> Checked {
    match target.replaces_call_id.value() {
        Some(id) if id.guid().is_none() => Err(invalid(member, "the id of a call, which is a GUID")),
        Some(_) | None => Ok(()),
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
