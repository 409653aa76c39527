//! Rare cases of state updates: states without a path in the chart, and logs that were cut.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use crate::common::{CALL, Scenario, about, reported, state};
use callfold::FindingKind::{self, Adopted, Duplicate, Impossible, Late, Repeat, UnknownResource};
use callfold::call::{Delivery, State};
use serde_json::{Value, json};

#[test]
fn a_failing_established_without_a_path_is_late_or_impossible_as_any_established() {
    let failed = reported(json!({ "state": "established", "resultInfo": { "code": 500 } }));
    let rows: [(State, &[FindingKind]); 2] =
        [(State::Terminating, &[Late]), (State::Redirecting, &[Impossible])];
    for (begun, findings) in rows {
        for received in [&failed, &state("established")] {
            Scenario::given_states(&[begun.as_str()]).when(received).then(begun, &[], findings);
        }
    }
}

#[test]
fn a_call_adopted_by_a_failed_transfer_has_its_result() {
    let failed =
        reported(json!({ "state": "established", "resultInfo": { "code": 500 }, "subject": "Stand-up" }));
    let scenario = Scenario::default().when(&failed);
    let events = ["adopted", "transferStarted?", "transferFailed"];
    scenario.then(State::Established, &events, &[Adopted]);
    let call = scenario.call();
    let code = call.result_info().and_then(|result| result.code.value());
    assert_eq!((code, call.details().subject.value().unwrap().as_str()), (Some(&500), "Stand-up"));
    scenario.when(&failed).then(State::Established, &[], &[Repeat]);
}

#[test]
fn details_without_a_state_are_a_repeat_only_where_nothing_is_new() {
    let rows: [(Value, &[&str], &[FindingKind]); 4] = [
        (json!({ "subject": "Review" }), &["detailsChanged"], &[]),
        (json!({ "toneInfo": { "sequenceId": 1 } }), &["toneReceived"], &[]),
        (json!({}), &[], &[Repeat]),
        (json!({ "state": "parked" }), &[], &[UnknownResource]),
    ];
    for (received, events, findings) in rows {
        let scenario = Scenario::given_states(&["established"]).when(&reported(received));
        scenario.then(State::Established, events, findings);
    }
}

#[test]
fn a_state_after_a_log_that_ends_with_an_inferred_step_is_reported_as_any_other() {
    let line = |revision: u64, name: &str, inferred: bool| {
        json!({ "call": CALL, "rev": revision, "type": name, "data": {}, "inferred": inferred }).to_string()
    };
    let cut = || {
        let mut scenario = Scenario::default();
        for line in [line(1, "placed", false), line(2, "established", true)] {
            scenario.ledger.apply(&line.parse().unwrap()).unwrap();
        }
        scenario
    };
    cut().when(&state("established")).then(State::Established, &[], &[Repeat]);
    let news = reported(json!({ "state": "established", "subject": "Stand-up" }));
    cut().when(&news).then(State::Established, &["detailsChanged"], &[]);
}

#[test]
fn a_call_of_unknown_state_keeps_its_message_ids_when_its_state_is_reported() {
    let message = |id: &str| {
        let mut delivery = Delivery::default();
        delivery.message_id = Some(id.into());
        delivery
    };
    let roster = about("/participants", "updated", json!([{ "id": "a" }]));
    let guessed = Scenario::default().when_delivered(&roster, &message("m1"));
    let reported = guessed.when_delivered(&state("establishing"), &message("m2"));
    reported.when_delivered(&roster, &message("m1")).then(State::Establishing, &[], &[Duplicate]);
}
