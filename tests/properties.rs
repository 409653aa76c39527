//! Properties of every sequence of notifications.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::{CALL, call_id, properties};
use callfold::call::{Call, Delivery, State};
use callfold::graph::{CommsNotification, ResourceData};
use callfold::log::Format;
use callfold::testing::strategies;
use callfold::{CallId, Finding, Id, Ledger, Moment, Recorded, Replay, graph};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

const OTHER_CALL: &str = "1639dfff-f89f-46f2-867a-d722b358491f";

/// A notification with its delivery and its call.
#[derive(Clone, Debug)]
struct Received {
    call: CallId,
    notification: CommsNotification,
    delivery: Delivery,
}

prop_compose! {
    fn a_delivery()(
        second in option::of(0_i64..200),
        message in option::weighted(0.4, 0..6),
        original in option::weighted(0.1, 0..6),
        item in 0_u32..2,
    ) -> Delivery {
        let id = |number: i32| Id::from(format!("message-{number}").as_str());
        let mut delivery = Delivery::default();
        delivery.received_at = second.map(|second| jiff::Timestamp::from_second(1_795_000_000 + second).unwrap());
        delivery.message_id = message.map(id);
        delivery.original_message_id = original.map(id);
        delivery.item = item;
        delivery
    }
}

fn received() -> impl Strategy<Value = Received> {
    let reported = strategies::notifications(call_id());
    (reported, a_delivery(), prop::bool::weighted(0.2)).prop_map(|(mut notification, delivery, is_other)| {
        let call = if is_other { OTHER_CALL } else { CALL };
        let url = notification.resource_url.value().unwrap().replace(CALL, call);
        notification.resource_url = url.into();
        Received { call: call.parse().unwrap(), notification, delivery }
    })
}

fn history() -> impl Strategy<Value = Vec<Received>> {
    vec(received(), 0..40)
}

fn observe(ledger: &Ledger, received: &Received) -> Vec<Recorded> {
    Call::observe(ledger.call(received.call), received.call, &received.notification, &received.delivery)
        .events
}

/// Observes a history. Each resulting event is applied at once, and must not be refused.
fn log(history: &[Received]) -> (Ledger, Vec<Recorded>) {
    let mut ledger = Ledger::with_history();
    let mut log = Vec::new();
    for received in history {
        for recorded in observe(&ledger, received) {
            ledger.apply(&recorded).expect("an observed event folds");
            log.push(recorded);
        }
    }
    (ledger, log)
}

fn calls(ledger: &Ledger) -> Vec<Call> {
    ledger.calls().cloned().collect()
}

fn folded<'a>(log: impl IntoIterator<Item = &'a Recorded>) -> Ledger {
    let mut ledger = Ledger::new();
    for recorded in log {
        ledger.apply(recorded).expect("the log folds");
    }
    ledger
}

properties! {
    384 cases;

    #[test]
    fn any_sequence_gives_a_log_that_folds_from_its_own_text_without_a_refusal(history in history()) {
        let (ledger, log) = log(&history);
        let text: Vec<String> = log.iter().map(Recorded::to_string).collect();
        let read: Vec<Recorded> = text.iter().map(|line| line.parse().unwrap()).collect();
        prop_assert_eq!(&read, &log);
        prop_assert_eq!(calls(&folded(&read)), calls(&ledger));
        let events: Vec<String> = log.iter().map(|recorded| recorded.cloud_event().to_string()).collect();
        let read: Vec<Recorded> = events.iter().map(|event| event.parse().unwrap()).collect();
        prop_assert_eq!(&read, &log);
    }

    #[test]
    fn observing_a_notification_twice_in_a_row_changes_nothing(history in history()) {
        let mut ledger = Ledger::new();
        for received in &history {
            for recorded in observe(&ledger, received) {
                ledger.apply(&recorded).unwrap();
            }
            prop_assert_eq!(observe(&ledger, received), vec![], "again: {:?}", received.notification);
        }
    }

    #[test]
    fn an_event_changes_no_operation_but_the_one_that_it_is_about(history in history()) {
        let mut ledger = Ledger::new();
        for recorded in log(&history).1 {
            let before = ledger.call(recorded.call).cloned();
            ledger.apply(&recorded).unwrap();
            let (Some(before), Some(after)) = (before, ledger.call(recorded.call)) else { continue };
            let known = before.operations();
            let changed = after.operations().iter().enumerate().filter(|(place, one)| known.get(*place) != Some(one));
            let changed: Vec<usize> = changed.map(|(place, _)| place).collect();
            let about = before.operation_of(&recorded.event);
            prop_assert!(changed.iter().all(|place| Some(*place) == about), "{about:?} is not {changed:?}: {recorded}");
        }
    }

    #[test]
    fn an_end_that_arrives_ends_the_call_and_terminated_absorbs(history in history()) {
        let mut ledger = Ledger::new();
        let mut ended = false;
        for received in history.iter().filter(|received| received.call == call_id()) {
            // Every notification counts as a message of its own here.
            let received = &Received { delivery: Delivery::default(), ..received.clone() };
            let reported = received.notification.resource_data.as_call();
            let state = reported.and_then(|reported| reported.state.value()).and_then(State::from_wire);
            ended |= state == Some(State::Terminated) || (reported.is_some() && received.notification.is_deleted());
            for recorded in observe(&ledger, received) {
                ledger.apply(&recorded).unwrap();
            }
            let is_over = ledger.call(received.call).is_some_and(|call| !call.state().is_live());
            prop_assert_eq!(is_over, ended);
        }
    }

    #[test]
    fn a_terminated_call_never_changes_except_for_its_operations(history in history()) {
        let no_state_change = |call: &Call| {
            let people: Vec<_> = call.participants().cloned().collect();
            (call.state(), call.details().clone(), call.tones().clone(), call.content_sharing().cloned().collect::<Vec<_>>(), people)
        };
        let mut ledger = Ledger::new();
        for received in &history {
            let before = ledger.clone();
            for recorded in observe(&ledger, received) {
                ledger.apply(&recorded).unwrap();
            }
            for call in before.calls().filter(|call| !call.state().is_live()) {
                prop_assert_eq!(no_state_change(ledger.call(call.id()).unwrap()), no_state_change(call));
            }
        }
    }

    #[test]
    fn a_settled_operation_remains_settled(history in history()) {
        let mut ledger = Ledger::new();
        for received in &history {
            let before = ledger.clone();
            for recorded in observe(&ledger, received) {
                ledger.apply(&recorded).unwrap();
            }
            for call in before.calls() {
                let after = ledger.call(call.id()).unwrap().operations();
                let pairs = call.operations().iter().zip(after.iter());
                for (was, is) in pairs.filter(|(was, _)| !was.is_pending()) {
                    prop_assert_eq!(was, is);
                }
            }
        }
    }

    #[test]
    fn a_clone_and_the_later_events_equal_the_full_replay_and_the_original_is_unchanged(
        history in history(),
        cut in any::<prop::sample::Index>(),
    ) {
        let (full, log) = log(&history);
        let (first, rest) = log.split_at(cut.index(log.len() + 1));
        let clone = folded(first);
        let before = calls(&clone);
        let mut ledger = clone.clone();
        for recorded in rest {
            ledger.apply(recorded).unwrap();
        }
        prop_assert_eq!(calls(&ledger), calls(&full));
        prop_assert_eq!(calls(&clone), before);
    }

    #[test]
    fn the_past_is_what_its_prefix_folds_to(history in history(), revision in 1_u64..30) {
        let (full, log) = log(&history);
        let past = full.as_of(Moment::Revision(revision)).unwrap();
        let prefix = log.iter().filter(|recorded| recorded.revision <= revision);
        prop_assert_eq!(past.calls().collect::<Vec<_>>(), calls(&folded(prefix)));
    }

    #[test]
    fn the_order_between_different_calls_never_matters(history in history()) {
        let (full, log) = log(&history);
        let (one, other): (Vec<_>, Vec<_>) = log.iter().partition(|recorded| recorded.call == call_id());
        prop_assert_eq!(calls(&folded(other.into_iter().chain(one))), calls(&full));
    }

    #[test]
    fn what_was_folded_once_is_known_for_it(history in history()) {
        let (mut ledger, log) = log(&history);
        let before = calls(&ledger);
        for recorded in &log {
            ledger.apply(recorded).expect("a line that was folded is no conflict");
        }
        prop_assert_eq!(calls(&ledger), before);
    }

    #[test]
    fn whatever_is_read_as_a_resource_round_trips_through_json(value in json()) {
        round_trips::<graph::Call>(&value)?;
        round_trips::<graph::CommsOperation>(&value)?;
        round_trips::<graph::Participant>(&value)?;
        round_trips::<graph::DeltaParticipants>(&value)?;
        round_trips::<graph::TeleconferenceDeviceQuality>(&value)?;
        round_trips::<graph::CommsNotification>(&value)?;
        round_trips::<graph::CommsNotifications>(&json!({ "value": value }))?;
    }

    #[test]
    fn a_body_gives_the_same_events_by_either_reader(history in history()) {
        let (mut short, mut long) = (Replay::new(), Replay::new());
        for received in history {
            let notification = serde_json::to_string(&typed(received.notification)).unwrap();
            let posted = format!(r#"{{"value":[{notification}]}}"#);
            // A body with an unknown member is read by the slower path.
            let non_canonical = format!(r#"{{"value":[{notification}],"unknown":true}}"#);
            prop_assert_eq!(reported(&mut short, &posted), reported(&mut long, &non_canonical), "{}", posted);
        }
        prop_assert!(short.calls().eq(long.calls()));
    }

    #[test]
    fn every_notification_round_trips_through_json(received in received()) {
        let text = serde_json::to_string(&received.notification).unwrap();
        let read: CommsNotification = serde_json::from_str(&text).unwrap();
        prop_assert_eq!(read, received.notification);
    }
}

/// A notification whose resource names its type, as the service writes it.
fn typed(mut notification: CommsNotification) -> CommsNotification {
    if let ResourceData::Call(call) = &mut notification.resource_data {
        call.odata_type = Some("#microsoft.graph.call".into());
    }
    if let ResourceData::Roster(roster) = &mut notification.resource_data {
        roster.iter_mut().for_each(|one| one.odata_type = Some("#microsoft.graph.participant".into()));
    }
    notification
}

/// The events and the findings of a body.
fn reported(replay: &mut Replay, body: &str) -> (Vec<Recorded>, Vec<Finding>) {
    let mut events = Vec::new();
    let findings =
        replay.record(Format::Notifications, body.as_bytes(), |recorded| events.push(recorded.clone()));
    (events, findings)
}

fn round_trips<T>(value: &Value) -> Result<(), TestCaseError>
where
    T: serde::Serialize + serde::de::DeserializeOwned + PartialEq + std::fmt::Debug,
{
    if let Ok(read) = serde_json::from_value::<T>(value.clone()) {
        let text = serde_json::to_string(&read).unwrap();
        prop_assert_eq!(serde_json::from_str::<T>(&text).unwrap(), read);
    }
    Ok(())
}

/// Any JSON, mostly with members that Graph has and with values that often have the wrong type.
fn json() -> impl Strategy<Value = Value> {
    let names = [
        "@odata.type",
        "id",
        "state",
        "status",
        "resultInfo",
        "code",
        "subCode",
        "mediaState",
        "audio",
        "source",
        "identity",
        "user",
        "targets",
        "toneInfo",
        "sequenceId",
        "tone",
        "participants",
        "info",
        "isMuted",
        "mediaStreams",
        "direction",
        "resourceUrl",
        "resource",
        "resourceData",
        "changeType",
        "meetingInfo",
        "token",
        "mediaQualityList",
        "mediaDuration",
        "averageInboundBitRate",
        "callChainId",
        "transcription",
        "somethingNew",
    ];
    let texts = [
        "",
        "incoming",
        "Running",
        "200",
        "0FE0623FD62842EDB4BD8AC290072CC5",
        "#microsoft.graph.call",
        "PT20M",
        "1.5",
        "/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896/participants",
        "2026-11-23T09:15:02.250Z",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e9..1e9).prop_map(Value::from),
        select(texts.to_vec()).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 48, 6, move |inner| {
        let members = vec((select(names.to_vec()), inner.clone()), 0..8);
        prop_oneof![
            3 => members.prop_map(|members| members.into_iter().collect::<Value>()),
            1 => vec(inner, 0..3).prop_map(Value::from),
        ]
    })
}

/// Courses of a call that remain distinguishable when their notifications arrive in any order: see
/// `docs/verification.md`.
const COURSES: &[&[&str]] = &[
    &["incoming", "establishing", "established", "terminating", "terminated"],
    &["incoming", "establishing", "established", "transferring", "transferAccepted"],
    &["establishing", "ringing", "established", "transferring", "failed"],
    &["incoming", "redirecting", "terminated"],
    &["incoming", "establishing", "terminating"],
];

fn course_message(number: usize, name: &str) -> Received {
    let data = match name {
        "failed" => json!({ "state": "established", "resultInfo": { "code": 500, "subcode": 7000 } }),
        name => json!({ "state": name }),
    };
    let mut delivery = Delivery::default();
    delivery.message_id = Some(Id::from(format!("message-{number}").as_str()));
    Received { call: call_id(), notification: crate::common::reported(data), delivery }
}

properties! {
    1024 cases;

    #[test]
    fn delivered_twice_or_in_any_order_a_course_leads_where_it_leads_in_order(
        (course, order) in select(COURSES).prop_flat_map(|course| {
            let twice: Vec<usize> = (0..course.len()).chain(0..course.len()).collect();
            (Just(course), Just(twice).prop_shuffle())
        }),
    ) {
        let messages: Vec<Received> = (0..).zip(course).map(|(number, name)| course_message(number, name)).collect();
        let shuffled: Vec<Received> = order.iter().map(|index| messages[*index].clone()).collect();
        let state = |history: &[Received]| log(history).0.call(call_id()).unwrap().state();
        prop_assert_eq!(state(&shuffled), state(&messages));
    }
}
