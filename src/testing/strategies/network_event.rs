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
use crate::call::network_event::{Ending, NetworkEvent, StopReason};
use crate::graph;
use crate::graph::end_code::EndCode;
use crate::graph::media::MediaState;
use crate::graph::operation::CompletionReason;
use crate::graph::participant::Participant;
use crate::graph::tone::Tone;
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
        2 => Just(NetworkEvent::TransferFailed),
        3 => Just(NetworkEvent::TransferCompleted),
        3 => Just(NetworkEvent::RedirectAnswered(Box::default())),
        1 => select(EndCode::ALL).prop_map(NetworkEvent::HungUp),
        1 => Just(NetworkEvent::MediaFailed),
    ]
}

fn happenings() -> impl Strategy<Value = NetworkEvent> {
    let tone = select([Tone::Tone1, Tone::Pound].as_slice());
    prop_oneof![
        2 => select([MediaState::Active, MediaState::Inactive].as_slice()).prop_map(NetworkEvent::AudioChanged),
        4 => roster(),
        3 => tone.prop_map(NetworkEvent::TonePressed),
        5 => endings().prop_map(NetworkEvent::PromptFinished),
        2 => option::of(Just("https://contoso.com/r")).prop_map(|location| NetworkEvent::RecordingStarted {
            location: location.map(Into::into),
            access_token: location.map(|_| Secret::new("t".into())),
        }),
        4 => Just(NetworkEvent::SpeechStarted),
        4 => Just(NetworkEvent::SpeechEnded),
        2 => stops().prop_map(NetworkEvent::RecordingFinished),
        2 => (ids("operation"), endings()).prop_map(|(id, ending)| NetworkEvent::OperationFinished(id, ending)),
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

/// How a prompt or an operation ends: usually with success.
pub(super) fn endings() -> impl Strategy<Value = Ending> {
    let reasons = CompletionReason::KNOWN.iter().filter(|reason| **reason != CompletionReason::Unknown);
    let reasons: alloc::vec::Vec<CompletionReason> = reasons.cloned().collect();
    let failures = result_infos().prop_filter("a failure", |result| result.is_failure());
    prop_oneof![
        6 => Just(Ending::Completed),
        1 => select(reasons).prop_map(Ending::CompletedBecause),
        2 => failures.prop_map(Ending::Failed),
    ]
}

fn stops() -> impl Strategy<Value = StopReason> {
    let failures = result_infos().prop_filter("a failure", |result| result.is_failure());
    prop_oneof![
        1 => Just(StopReason::InitialSilence),
        2 => Just(StopReason::Silence),
        2 => Just(StopReason::MaxDuration),
        2 => Just(StopReason::StopTone),
        1 => failures.prop_map(StopReason::Failed),
    ]
}
