//! Sends every request and network event to a call, whatever state its log has left it in.

use callfold::call::{
    AppIdentity, Call, CallEnd, Command, Decision, Delivery, Ending, NetworkEvent, RequestContext,
    StopReason, TransferFailure,
};
use callfold::graph::{
    self, CommsNotification, CompletionReason, EndCode, MediaState, Method, Permission, ResultInfo, Route,
    Tone,
};
use callfold::jiff::Timestamp;
use callfold::uuid::Uuid;
use callfold::{Applied, CallId, Id, Ledger, Notify, Recorded, Refusal};

/// The greatest revision that a line can have.
const LAST_REVISION: u64 = (1 << 53) - 1;

/// The number of deadlines in a row that may expire.
const DEADLINES: usize = 8;

pub(crate) fn calls(ledger: &Ledger) -> Vec<Call> {
    ledger.calls().cloned().collect()
}

pub(crate) fn start() -> Timestamp {
    "2026-11-23T09:15:00Z".parse().expect("a time")
}

pub(crate) fn context(at: Timestamp, number: u128) -> RequestContext<'static> {
    RequestContext::new(at, Uuid::from_u128(number), AppIdentity::new(Permission::ALL))
}

/// Tries every deadline, network event and method on one call. The resulting events must fold, and a bot must
/// be able to observe the notifications about them.
pub(crate) fn probe(ledger: &Ledger, id: CallId) {
    let Some(call) = ledger.call(id) else { return };
    if call.revision() > LAST_REVISION - 100 {
        return;
    }
    deadlines_pass(ledger, id);
    let at = start();
    for network_event in network_events(call) {
        match ledger.on_network_event(id, network_event, at) {
            Ok(events) => fold(&mut ledger.clone(), &events),
            Err(refusal) => is_said(&refusal),
        }
    }
    for method in Method::ALL {
        let item = call.operations().last().and_then(|operation| operation.id()).cloned();
        let route = Route::new(*method, Some(id), item.or_else(|| Some(Id::from("item"))));
        let command = Command::read(&route, body(*method).as_bytes());
        match ledger.decide(Some(id), command, &context(at, 1 << 100)) {
            Ok(decision) => decides(&mut ledger.clone(), &decision),
            Err(refusal) => is_said(&refusal),
        }
    }
}

/// A short valid body for a method.
const fn body(method: Method) -> &'static str {
    match method {
        Method::Answer => {
            r#"{"callbackUri":"https://a.b/c","acceptedModalities":["audio"],"mediaConfig":{"@odata.type":"microsoft.graph.serviceHostedMediaConfig"}}"#
        }
        Method::Redirect => {
            r#"{"targets":[{"identity":{"user":{"id":"u"}}}],"callbackUri":"https://a.b/c","timeout":30}"#
        }
        Method::Transfer => r#"{"transferTarget":{"identity":{"user":{"id":"u"}}}}"#,
        Method::PlayPrompt => {
            r#"{"clientContext":"probe","prompts":[{"@odata.type":"microsoft.graph.mediaPrompt","mediaInfo":{"uri":"https://a.b/c.wav","resourceId":"r"}}]}"#
        }
        Method::RecordResponse => r#"{"clientContext":"probe","bargeInAllowed":true,"stopTones":["pound"]}"#,
        Method::SendDtmfTones => r#"{"clientContext":"probe","tones":["tone1"],"delayBetweenTonesMs":1000}"#,
        Method::Invite => r#"{"clientContext":"probe","participants":[{"identity":{"user":{"id":"u"}}}]}"#,
        Method::ChangeScreenSharingRole => r#"{"role":"sharer"}"#,
        Method::UpdateRecordingStatus => r#"{"clientContext":"probe","status":"recording"}"#,
        Method::Reject => r#"{"reason":"busy"}"#,
        Method::CreateAudioRoutingGroup => r#"{"routingMode":"oneToOne","sources":["a"],"receivers":["b"]}"#,
        Method::DeleteCall
        | Method::GetCall
        | Method::ListParticipants
        | Method::CancelMediaProcessing
        | Method::KeepAlive
        | Method::Mute
        | Method::SubscribeToTone
        | Method::Unmute
        | Method::LogTeleconferenceDeviceQuality
        | Method::CreateCall
        | Method::AddLargeGalleryView
        | Method::GetParticipant
        | Method::MuteParticipant
        | Method::DeleteParticipant
        | Method::StartHoldMusic
        | Method::StopHoldMusic
        | Method::GetOperation
        | Method::MuteAll
        | Method::ConfigureMixer
        | Method::UpdateMetadata
        | Method::ListAudioRoutingGroups
        | Method::ListContentSharingSessions
        | _ => r#"{"clientContext":"probe"}"#,
    }
}

/// Every kind of network event.
pub(crate) fn network_events(call: &Call) -> Vec<NetworkEvent> {
    let operation = call.operations().last().and_then(|operation| operation.id()).cloned();
    let roster = call.participants().cloned().chain([graph::Participant::default()]).collect();
    let id = || Id::from("session");
    vec![
        NetworkEvent::Offered(Box::default()),
        NetworkEvent::Alerted,
        NetworkEvent::Connected(None),
        NetworkEvent::AudioChanged(MediaState::Inactive),
        NetworkEvent::Held,
        NetworkEvent::Resumed,
        NetworkEvent::TransferAccepted,
        NetworkEvent::TransferFailed(TransferFailure::default()),
        NetworkEvent::TransferCompleted(CallEnd::default()),
        NetworkEvent::RedirectAnswered(Box::default()),
        NetworkEvent::hung_up(EndCode::PeerEnded),
        NetworkEvent::MediaFailed(None),
        NetworkEvent::RosterChanged(roster),
        NetworkEvent::RosterChanged(Vec::new()),
        NetworkEvent::ParticipantJoining(Box::default()),
        NetworkEvent::ParticipantJoiningAnswered { participant_id: id(), response: Box::default() },
        NetworkEvent::ParticipantLeft(id()),
        NetworkEvent::TonePressed(Tone::Pound),
        NetworkEvent::PromptFinished(Ending::completed()),
        NetworkEvent::PromptFinished(Ending::completed_because(CompletionReason::StopToneDetected)),
        NetworkEvent::PromptFinished(Ending::with_result(ResultInfo::default())),
        NetworkEvent::RecordingStarted { location: Some("https://a.b/c".into()), access_token: None },
        NetworkEvent::SpeechStarted,
        NetworkEvent::SpeechEnded,
        NetworkEvent::RecordingFinished(StopReason::Silence),
        NetworkEvent::RecordingFinished(StopReason::StopTone),
        NetworkEvent::RecordingFinished(StopReason::with_result(ResultInfo::default())),
        NetworkEvent::operation_finished(operation.clone().unwrap_or_else(id), Ending::completed()),
        NetworkEvent::operation_finished(
            operation.unwrap_or_else(id),
            Ending::with_result(ResultInfo::default()),
        ),
        NetworkEvent::ContentSharingStarted(id()),
        NetworkEvent::ContentSharingUpdated(id()),
        NetworkEvent::ContentSharingEnded(id()),
    ]
}

/// Checks that the events of a decision fold, and that its reply can be written.
pub(crate) fn decides(ledger: &mut Ledger, decision: &Decision) {
    assert!((200..300).contains(&decision.reply.status), "{decision:?}");
    serde_json::to_string(&decision.reply.body).expect("a reply is written");
    fold(ledger, &decision.events);
}

/// Applies events that the crate itself returned. A bot then observes the notification about each event.
pub(crate) fn fold(ledger: &mut Ledger, events: &[Recorded]) {
    for recorded in events {
        assert_eq!(ledger.apply(recorded), Ok(Applied::Folded), "{recorded}");
        is_the_same_from_its_text(recorded);
        let call = ledger.call(recorded.call).expect("the call of an event that was folded");
        if let Some(reported) = Notify::new().event(call, recorded) {
            bot_observes(ledger, &reported);
        }
    }
}

pub(crate) fn is_the_same_from_its_text(recorded: &Recorded) {
    for text in [recorded.to_string(), recorded.cloud_event().to_string()] {
        assert_eq!(text.parse::<Recorded>().as_ref(), Ok(recorded), "{text}");
    }
}

fn bot_observes(ledger: &Ledger, reported: &CommsNotification) {
    let text = serde_json::to_string(reported).expect("a notification is written");
    let read: CommsNotification = serde_json::from_str(&text).expect("what is posted is read");
    let id = reported.call_id().expect("it names its call");
    for mut bot in [Ledger::new(), ledger.clone()] {
        let received = Call::observe(bot.call(id), id, &read, &Delivery::default());
        for recorded in &received.events {
            assert_eq!(bot.apply(recorded), Ok(Applied::Folded), "{text} gave {recorded}");
        }
    }
}

/// Checks that each deadline that expires is removed, and that its events fold.
fn deadlines_pass(ledger: &Ledger, id: CallId) {
    let mut ledger = ledger.clone();
    for _ in 0..DEADLINES {
        let Some(call) = ledger.call(id) else { return };
        let Some(due) = call.next_deadline() else { return };
        let events = call.expire(due.at);
        assert!(!events.is_empty(), "{due:?} expires without an event");
        fold(&mut ledger, &events);
        let next = ledger.call(id).and_then(Call::next_deadline);
        assert_ne!(next, Some(due), "it has passed");
    }
}

/// Checks that a refusal has a status and an error body.
pub(crate) fn is_said(refusal: &Refusal) {
    assert!(matches!(refusal.status(), 400 | 403 | 404 | 409), "{refusal}");
    let error = serde_json::to_value(refusal.error()).expect("an error is written");
    assert!(error["error"]["message"].as_str().is_some_and(|text| text.contains("refused")), "{error}");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use callfold::call::{NetworkEvent, NetworkEventKind, State};

    use super::{Call, calls, network_events};
    use crate::calls::in_every_state;

    #[test]
    fn every_kind_of_network_event_is_tried() {
        let calls = calls(in_every_state());
        let tried: BTreeSet<_> =
            calls.iter().flat_map(network_events).map(|one| NetworkEvent::kind(&one)).collect();
        assert!(tried.iter().eq(NetworkEventKind::ALL), "{tried:?}");
    }

    #[test]
    fn a_call_is_in_every_state() {
        let states: BTreeSet<_> = calls(in_every_state()).iter().map(Call::state).collect();
        assert!(states.iter().eq(State::ALL), "{states:?}");
    }
}
