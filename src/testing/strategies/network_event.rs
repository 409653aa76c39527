//! Strategies for events of the network.

use alloc::boxed::Box;
use alloc::{format, vec};

use proptest::collection;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use super::values::ids;
use super::wire::{read, result_infos};
use crate::call::network_event::{CallEnd, Ending, NetworkEvent, StopReason, TransferFailure};
use crate::graph;
use crate::graph::end_code::EndCode;
use crate::graph::media::MediaState;
use crate::graph::operation::CompletionReason;
use crate::graph::participant::Participant;
use crate::graph::participant_notification::ParticipantJoiningResponse;
use crate::graph::tone::Tone;
use crate::id::Id;
use crate::secret::Secret;

/// Any event that can happen to a call in the network. Events that do not end the call are more frequent.
pub fn network_events() -> impl Strategy<Value = NetworkEvent> {
    prop_oneof![1 => offers().prop_map(|offer| NetworkEvent::Offered(Box::new(offer))), 12 => steps(), 16 => happenings()]
}

/// The resource of an offered call: a call between two parties or a group call. Sometimes it is a call for
/// policy-based recording.
pub(super) fn offers() -> impl Strategy<Value = graph::call::Call> {
    read((any::<bool>(), prop::bool::weighted(0.4)).prop_map(|(is_group, records)| {
        let mut offer = json!({
            "source": { "identity": { "user": { "id": "user-1", "displayName": "Adele" } } },
            "targets": [{ "identity": { "application": { "id": "bot" } } }],
            "subject": "Stand-up",
        });
        let chat = ("chatInfo", json!({ "threadId": "19:meeting_x@thread.v2" }));
        let context = ("incomingContext", json!({ "observedParticipantId": "participant-2" }));
        super::request::insert(
            &mut offer,
            is_group.then_some(chat).into_iter().chain(records.then_some(context)),
        );
        offer
    }))
}

/// The call is established, with the members that a service usually reports: the app's participant and active
/// audio.
pub(super) fn connected() -> impl Strategy<Value = NetworkEvent> {
    let reported = json!({ "myParticipantId": "participant-1", "mediaState": { "audio": "active" } });
    read(Just(reported)).prop_map(|reported| NetworkEvent::Connected(Some(Box::new(reported))))
}

fn steps() -> impl Strategy<Value = NetworkEvent> {
    prop_oneof![
        2 => Just(NetworkEvent::Alerted),
        6 => connected(),
        1 => Just(NetworkEvent::Connected(None)),
        2 => Just(NetworkEvent::Held),
        3 => Just(NetworkEvent::Resumed),
        4 => Just(NetworkEvent::TransferAccepted),
        2 => transfer_failures().prop_map(NetworkEvent::TransferFailed),
        3 => call_ends().prop_map(NetworkEvent::TransferCompleted),
        3 => Just(NetworkEvent::RedirectAnswered(Box::default())),
        1 => call_ends().prop_map(NetworkEvent::HungUp),
        1 => option::of(result_infos().prop_map(Box::new)).prop_map(NetworkEvent::MediaFailed),
    ]
}

/// The end of a call: the usual one, a known pair of codes, any result, or a reason.
fn call_ends() -> impl Strategy<Value = CallEnd> {
    prop_oneof![
        2 => Just(CallEnd::default()),
        3 => select(EndCode::ALL).prop_map(CallEnd::from),
        1 => result_infos().prop_map(CallEnd::with_result),
        1 => Just(CallEnd::because("AppInitiated")),
    ]
}

fn transfer_failures() -> impl Strategy<Value = TransferFailure> {
    let failures = result_infos().prop_filter("a failure", |result| result.is_failure());
    (option::of(failures.prop_map(Box::new)), option::of(Just("context".into())))
        .prop_map(|(result_info, replaces_context)| TransferFailure { result_info, replaces_context })
}

fn happenings() -> impl Strategy<Value = NetworkEvent> {
    let tone = select([Tone::Tone1, Tone::Pound].as_slice());
    prop_oneof![
        2 => select([MediaState::Active, MediaState::Inactive].as_slice()).prop_map(NetworkEvent::AudioChanged),
        4 => roster(),
        2 => listed().prop_map(|one| NetworkEvent::ParticipantJoining(Box::new(one))),
        2 => (ids("participant"), joining_responses()).prop_map(joining_answered),
        1 => ids("participant").prop_map(NetworkEvent::ParticipantLeft),
        3 => tone.prop_map(NetworkEvent::TonePressed),
        5 => endings().prop_map(NetworkEvent::PromptFinished),
        2 => option::of(Just("https://contoso.com/r")).prop_map(|location| NetworkEvent::RecordingStarted {
            location: location.map(Into::into),
            access_token: location.map(|_| Secret::new("t".into())),
        }),
        4 => Just(NetworkEvent::SpeechStarted),
        4 => Just(NetworkEvent::SpeechEnded),
        2 => stops().prop_map(NetworkEvent::RecordingFinished),
        2 => (ids("operation"), endings()).prop_map(|(id, ending)| NetworkEvent::operation_finished(id, ending)),
        1 => ids("session").prop_map(NetworkEvent::ContentSharingStarted),
        1 => ids("session").prop_map(NetworkEvent::ContentSharingUpdated),
        1 => ids("session").prop_map(NetworkEvent::ContentSharingEnded),
    ]
}

/// Some participants joined, changed or left.
pub(super) fn roster() -> impl Strategy<Value = NetworkEvent> {
    collection::vec(listed(), 1..3).prop_map(NetworkEvent::RosterChanged)
}

/// A participant in the form in which a service lists participants. It always has an id.
fn listed() -> impl Strategy<Value = Participant> {
    read((1..4, any::<bool>(), prop::bool::weighted(0.2)).prop_map(|(number, is_muted, is_gone)| {
        let mut one = json!({
            "id": format!("participant-{number}"),
            "info": { "identity": { "user": { "id": format!("user-{number}") } } },
            "isMuted": is_muted,
        });
        super::request::insert(&mut one, is_gone.then(|| ("removedState", json!({ "reason": "left" }))));
        one
    }))
}

/// What the app answers about a participant who is about to join: usually that it records the participant.
pub(super) fn joining_responses() -> impl Strategy<Value = ParticipantJoiningResponse> {
    read(select([
        json!({ "@odata.type": "#microsoft.graph.acceptJoinResponse" }),
        json!({ "@odata.type": "#microsoft.graph.acceptJoinResponse" }),
        json!({ "@odata.type": "#microsoft.graph.rejectJoinResponse", "reason": "busy" }),
        json!({ "@odata.type": "#microsoft.graph.inviteNewBotResponse", "inviteUri": "https://bot.contoso.com/2" }),
    ].to_vec()))
}

fn joining_answered((participant_id, response): (Id, ParticipantJoiningResponse)) -> NetworkEvent {
    NetworkEvent::ParticipantJoiningAnswered { participant_id, response: Box::new(response) }
}

/// A participant of a call with policy-based recording is about to join, the app accepts the participant, and the
/// participant leaves: the host reports it of the recording or of the roster.
pub(super) fn joining() -> [BoxedStrategy<NetworkEvent>; 3] {
    let one = json!({ "id": "participant-3", "info": { "identity": { "user": { "id": "user-3" } } } });
    [
        read(Just(one)).prop_map(|one| NetworkEvent::ParticipantJoining(Box::new(one))).boxed(),
        joining_responses().prop_map(|response| joining_answered(("participant-3".into(), response))).boxed(),
        leaving().boxed(),
    ]
}

fn leaving() -> impl Strategy<Value = NetworkEvent> {
    let gone = json!([{ "id": "participant-3", "removedState": {} }]);
    prop_oneof![
        Just(NetworkEvent::ParticipantLeft("participant-3".into())),
        read(Just(gone)).prop_map(NetworkEvent::RosterChanged),
    ]
}

/// How a prompt or an operation ends: usually with success.
pub(super) fn endings() -> impl Strategy<Value = Ending> {
    let reasons = CompletionReason::KNOWN.iter().filter(|reason| **reason != CompletionReason::Unknown);
    let reasons: alloc::vec::Vec<CompletionReason> = reasons.cloned().collect();
    let failures = result_infos().prop_filter("a failure", |result| result.is_failure());
    prop_oneof![
        6 => Just(Ending::completed()),
        1 => select(reasons).prop_map(Ending::completed_because),
        2 => failures.prop_map(Ending::with_result),
    ]
}

fn stops() -> impl Strategy<Value = StopReason> {
    let failures = result_infos().prop_filter("a failure", |result| result.is_failure());
    prop_oneof![
        1 => Just(StopReason::InitialSilence),
        2 => Just(StopReason::Silence),
        2 => Just(StopReason::MaxDuration),
        2 => Just(StopReason::StopTone),
        1 => failures.prop_map(StopReason::with_result),
    ]
}
