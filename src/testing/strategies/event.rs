//! Strategies for events and for histories of events.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

use super::super::course::history;
use super::course::courses;
use super::network_event::joining_responses;
use super::request::{bodies, insert};
use super::values::{BEGINNING, call_ids, ids};
use super::wire;
use crate::call::event::{CallEvent, EventKind};
use crate::call::state::State;
use crate::graph::method::Method;
use crate::id::{CallId, Id};
use crate::record::recorded::Recorded;

/// The events that the service records for a legal course of moves. Every prefix of the history of each call
/// folds without a refusal.
///
/// ```
/// use callfold::{Ledger, testing::strategies::histories};
/// use callfold::proptest::{prelude::*, test_runner::TestRunner};
///
/// TestRunner::deterministic().run(&histories(), |history| {
///     let mut ledger = Ledger::new();
///     prop_assert!(history.iter().all(|recorded| ledger.apply(recorded).is_ok()));
///     Ok(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn histories() -> impl Strategy<Value = Vec<Recorded>> {
    courses().prop_map(|course| history(&course))
}

/// Arbitrary events of one call. Their revisions count from 1, and their times, if they have any, never go
/// back. The fold refuses most of these histories at some event.
///
/// ```
/// use callfold::testing::strategies::arbitrary_histories;
/// use callfold::proptest::{prelude::*, test_runner::TestRunner};
///
/// let id = callfold::CallId::new(callfold::uuid::Uuid::nil());
/// TestRunner::deterministic().run(&arbitrary_histories(id), |history| {
///     prop_assert!(history.iter().all(|it| it.call == id));
///     Ok(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn arbitrary_histories(call: CallId) -> impl Strategy<Value = Vec<Recorded>> {
    let begins =
        select([EventKind::Offered, EventKind::Placed, EventKind::Adopted].to_vec()).prop_flat_map(event);
    let event = (option::weighted(0.9, 0..20_000_i64), any::<bool>(), events());
    (option::weighted(0.9, begins), vec(event, 0..40)).prop_map(move |(beginning, rest)| {
        let mut at = BEGINNING;
        let beginning = beginning.map(|event| (Some(at), false, event));
        let rest = rest.into_iter().map(|(later, inferred, event)| {
            let later = later.map(|millis| later_by(&mut at, millis));
            (later, inferred, event)
        });
        let numbered = (1..).zip(beginning.into_iter().chain(rest));
        let recorded = numbered.map(|(revision, (at, inferred, event))| Recorded {
            inferred,
            ..Recorded::new(call, revision, at, event)
        });
        recorded.collect()
    })
}

fn later_by(at: &mut Timestamp, millis: i64) -> Timestamp {
    *at = at.checked_add(SignedDuration::from_millis(millis)).unwrap_or(*at);
    *at
}

/// An arbitrary event.
///
/// ```
/// use callfold::call::EventKind;
/// use callfold::testing::strategies::events;
/// use callfold::proptest::{prelude::*, test_runner::TestRunner};
///
/// TestRunner::deterministic().run(&events(), |event| {
///     prop_assert!(EventKind::ALL.contains(&event.kind()));
///     Ok(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn events() -> impl Strategy<Value = CallEvent> {
    select(EventKind::ALL).prop_flat_map(event)
}

fn event(kind: EventKind) -> impl Strategy<Value = CallEvent> {
    let read = move |data: String| CallEvent::from_json(kind, &data).ok();
    data(kind).prop_filter_map("data of that event", read)
}

/// The data of an event, as JSON.
fn data(kind: EventKind) -> BoxedStrategy<String> {
    let body =
        |method| bodies(method, CallId::new(uuid::Uuid::from_u128(1))).prop_map(|body| text(&body)).boxed();
    match kind {
        EventKind::Offered
        | EventKind::Placed
        | EventKind::Adopted
        | EventKind::Answered
        | EventKind::Alerted
        | EventKind::Established
        | EventKind::Redirected
        | EventKind::Held
        | EventKind::Resumed
        | EventKind::TransferStarted
        | EventKind::TransferAccepted
        | EventKind::TransferFailed
        | EventKind::TerminationStarted
        | EventKind::Terminated
        | EventKind::DetailsChanged => details().boxed(),
        EventKind::StateConfirmed => {
            select(State::ALL).prop_map(|state| text(&json!({ "state": state }))).boxed()
        }
        EventKind::ToneReceived => {
            let tone = (0..4, select(["tone1", "pound"].to_vec()));
            tone.prop_map(|(number, tone)| text(&json!({ "sequenceId": number, "tone": tone }))).boxed()
        }
        EventKind::RosterUpdated => roster().boxed(),
        EventKind::ContentSharingStarted
        | EventKind::ContentSharingEnded
        | EventKind::ContentSharingUpdated => {
            ids("session").prop_map(|id| text(&json!({ "id": id }))).boxed()
        }
        EventKind::OperationCreated
        | EventKind::OperationUpdated
        | EventKind::OperationStarted
        | EventKind::OperationCompleted
        | EventKind::OperationFailed => {
            wire::operations().prop_map(|operation| text(&json!(operation))).boxed()
        }
        EventKind::NotificationHeard => {
            let received = (vec(ids("message"), 1..3), 0_u32..2);
            received.prop_map(|(ids, item)| text(&json!({ "messageIds": ids, "item": item }))).boxed()
        }
        EventKind::AnswerRequested => body(Method::Answer),
        EventKind::RejectRequested => body(Method::Reject),
        EventKind::RedirectRequested => body(Method::Redirect),
        EventKind::TransferRequested => body(Method::Transfer),
        EventKind::RecordingStatusUpdated => body(Method::UpdateRecordingStatus),
        EventKind::AudioRoutingGroupCreated => body(Method::CreateAudioRoutingGroup),
        EventKind::KeptAlive => Just("{}".into()).boxed(),
        EventKind::OperationQueued => queued().boxed(),
        EventKind::RecordingStarted | EventKind::SpeechStarted | EventKind::SpeechEnded => {
            ids("operation").prop_map(|id| text(&json!({ "operation": id }))).boxed()
        }
        EventKind::HoldMusicStarted | EventKind::HoldMusicStopped => {
            let music = (ids("participant"), ids("operation"));
            music.prop_map(|(who, id)| text(&json!({ "participant": who, "operation": id }))).boxed()
        }
        EventKind::JoinAnnounced => {
            wire::participants().prop_map(|participant| text(&json!(participant))).boxed()
        }
        EventKind::JoinAnswered => {
            let answered = (ids("participant"), joining_responses());
            let data = |(id, response)| text(&json!({ "participantId": id, "response": response }));
            answered.prop_map(data).boxed()
        }
        EventKind::RecordedParticipantLeft => {
            ids("participant").prop_map(|id| text(&json!({ "participantId": id }))).boxed()
        }
        EventKind::DeviceQualityReported => {
            call_ids().prop_map(|chain| text(&json!({ "callChainId": chain }))).boxed()
        }
        EventKind::RequestAnswered => {
            let operation = wire::operations().prop_map(|operation| json!({ "operation": operation }));
            (ids("request"), call_ids(), option::of(operation)).prop_map(answered).boxed()
        }
    }
}

fn details() -> impl Strategy<Value = String> {
    option::of(wire::calls()).prop_map(|call| call.map_or_else(|| "{}".into(), |call| text(&json!(call))))
}

fn roster() -> impl Strategy<Value = String> {
    (option::of(0..4), vec(wire::participants(), 0..3)).prop_map(|(number, participants)| {
        let mut data = json!({ "participants": participants });
        insert(&mut data, number.map(|number| ("sequenceNumber", json!(number))));
        text(&data)
    })
}

fn queued() -> impl Strategy<Value = String> {
    let other = CallId::new(uuid::Uuid::from_u128(1));
    let request = prop_oneof![
        bodies(Method::PlayPrompt, other).prop_map(|body| ("playPrompt", body)),
        bodies(Method::RecordResponse, other).prop_map(|body| ("recordResponse", body)),
    ];
    (ids("operation"), request).prop_map(|(id, (name, body))| {
        let mut data = json!({ "operation": { "id": id, "status": "notStarted" } });
        insert(&mut data, [(name, body)]);
        text(&data)
    })
}

fn answered((request, digest, body): (Id, CallId, Option<Value>)) -> String {
    let mut data = json!({ "clientRequestId": request.to_string(), "digest": digest, "status": 200 });
    insert(&mut data, body.map(|body| ("body", body)));
    text(&data)
}

fn text(json: &Value) -> String {
    json.to_string()
}
