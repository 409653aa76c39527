//! An event that the fold refuses changes nothing.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use crate::common::{CALL, properties};
use callfold::call::{Call, CallEvent};
use callfold::testing::strategies;
use callfold::{Ledger, Recorded};
use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use serde_json::{Value, json};

/// An event, and its number of seconds after nine o'clock.
type Reported = (i64, &'static str, Value);

fn line(revision: u64, (second, name, data): &Reported) -> Recorded {
    let at = format!("2026-11-23T09:{:02}:{:02}Z", second / 60, second % 60);
    let line = json!({ "call": CALL, "rev": revision, "at": at, "type": name, "data": data });
    line.to_string().parse().unwrap()
}

fn fold(reported: &[Reported]) -> Call {
    let mut lines = (1..).zip(reported).map(|(revision, reported)| line(revision, reported));
    let mut call = Call::begin(lines.next().unwrap()).unwrap();
    lines.for_each(|line| call.evolve(line.clone()).unwrap());
    call
}

#[track_caller]
fn leaves_nothing_behind(call: &Call, refused: &Reported) {
    let mut after = call.clone();
    after.evolve(line(call.revision() + 1, refused)).unwrap_err();
    assert!(after == *call, "{after:?} was {call:?}");
}

#[test]
fn a_refused_event_passes_no_deadline() {
    let offered = fold(&[(0, "offered", json!({}))]);
    assert!(offered.next_deadline().is_some());
    leaves_nothing_behind(&offered, &(20, "held", json!({})));
}

#[test]
fn a_refused_step_clears_no_result() {
    let failed = json!({ "resultInfo": { "code": 500 } });
    let established = fold(&[(0, "placed", json!({})), (1, "established", failed)]);
    assert!(established.result_info().is_some());
    leaves_nothing_behind(&established, &(2, "answered", json!({})));
}

#[test]
fn a_refused_request_names_no_callback_uri() {
    let placed = fold(&[(0, "placed", json!({ "callbackUri": "https://a" }))]);
    leaves_nothing_behind(&placed, &(2, "rejectRequested", json!({ "callbackUri": "https://b" })));
}

#[test]
fn refused_speech_stops_no_timer() {
    let timers = json!({
        "initialSilenceTimeoutInSeconds": 20, "maxSilenceTimeoutInSeconds": 5, "maxRecordDurationInSeconds": 20,
    });
    let queued = json!({ "operation": { "id": "o", "status": "notStarted" }, "recordResponse": timers });
    let recording = fold(&[
        (0, "placed", json!({ "callbackUri": "https://a" })),
        (1, "established", json!({})),
        (2, "operationQueued", queued),
        (10, "operationStarted", json!({ "id": "o" })),
    ]);
    leaves_nothing_behind(&recording, &(11, "speechStarted", json!({ "operation": "other" })));
}

/// An event, and the seconds since the last event if it has a time.
fn later() -> impl Strategy<Value = (Option<i64>, CallEvent)> {
    (option::weighted(0.8, 0_i64..3000), strategies::events())
}

/// The event as the next one of a call.
fn next(call: &Call, (later, event): &(Option<i64>, CallEvent)) -> Recorded {
    let at = call.last_at().zip(*later).map(|(at, later)| at + SignedDuration::from_secs(later));
    Recorded::new(call.id(), call.revision() + 1, at, event.clone())
}

properties! {
    96 cases;

    #[test]
    fn what_is_refused_leaves_the_call_what_it_was(
        history in strategies::histories(),
        events in vec(later(), 1..12),
    ) {
        let mut ledger = Ledger::new();
        for recorded in &history {
            ledger.apply(recorded).unwrap();
            let call = ledger.call(recorded.call).unwrap();
            for reported in &events {
                let (mut after, reported) = (call.clone(), next(call, reported));
                if after.evolve(reported.clone()).is_err() {
                    prop_assert!(after == *call, "{} left something behind in {:?}", reported, call);
                }
            }
        }
    }
}
