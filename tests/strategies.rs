//! The strategies for hosts: they keep their promises, and together they reach everything.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;

use callfold::call::{Call, Command, EventKind, State};
use callfold::graph::{Method, Route};
use callfold::testing::{Model, history, strategies};
use callfold::{Ledger, Recorded, Refusal, Why};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use crate::common::requesting::refusal;
use crate::common::{call_id, properties};

fn drawn<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn any_event_is_drawn_and_each_is_its_own_text() {
    let events = drawn(&strategies::events(), 1500);
    let names: BTreeSet<&str> = events.iter().map(|event| event.kind().as_str()).collect();
    let missing: Vec<&str> =
        EventKind::ALL.iter().map(|kind| kind.as_str()).filter(|name| !names.contains(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for event in events {
        let recorded = Recorded::new(call_id(), 1, None, event);
        assert_eq!(recorded.to_string().parse(), Ok(recorded));
    }
}

#[test]
fn legal_histories_have_every_event_that_a_service_records() {
    let histories = drawn(&strategies::histories(), 400);
    let names: BTreeSet<&str> = histories.iter().flatten().map(|one| one.event.kind().as_str()).collect();
    // A service has no late confirmations, adopts nothing and observes nothing, and its operations begin as
    // they are requested.
    let received = ["adopted", "stateConfirmed", "notificationHeard"];
    let missing: Vec<&str> = EventKind::ALL
        .iter()
        .map(|kind| kind.as_str())
        .filter(|name| !names.contains(name) && !received.contains(name))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn a_legal_course_shrinks_to_a_short_one_that_is_legal() {
    let mut runner = TestRunner::deterministic();
    let courses = strategies::courses();
    let holds = |course: &[callfold::testing::Move]| {
        let mut ledger = Ledger::new();
        history(course).iter().any(|recorded| {
            ledger.apply(recorded).unwrap();
            ledger.calls().any(|call| call.state() == State::Hold && call.media_queue().count() > 0)
        })
    };
    let mut lengths = Vec::new();
    for _ in 0..400 {
        let mut tree = courses.new_tree(&mut runner).unwrap();
        if lengths.len() == 5 || !holds(&tree.current()) {
            continue;
        }
        while tree.simplify() {
            while !holds(&tree.current()) && tree.complicate() {}
        }
        let course = tree.current();
        let mut model = Model::new();
        assert!(course.iter().all(|one| model.apply(one)), "{course:?}");
        lengths.push(course.len());
    }
    // The shortest course to a held call with a roster and a prompt: placed, or offered and answered;
    // connected; the roster; the prompt; held.
    assert!(lengths.len() == 5 && lengths.iter().all(|length| *length <= 8), "{lengths:?}");
}

properties! {
    100 cases;

    #[test]
    fn an_arbitrary_history_is_folded_or_refused_and_a_refusal_changes_nothing(
        history in strategies::arbitrary_histories(call_id()),
    ) {
        let mut ledger = Ledger::new();
        for recorded in &history {
            let before: Vec<Call> = ledger.calls().cloned().collect();
            if ledger.apply(recorded).is_err() {
                prop_assert_eq!(ledger.calls().cloned().collect::<Vec<_>>(), before);
                ledger.skip(recorded);
            }
        }
    }

    #[test]
    fn each_prefix_of_a_legal_history_folds_from_its_text(history in strategies::histories()) {
        let mut ledger = Ledger::new();
        for recorded in &history {
            let read: Recorded = recorded.to_string().parse().unwrap();
            prop_assert_eq!(&read, recorded);
            prop_assert_eq!(ledger.apply(&read), Ok(callfold::Applied::Folded));
        }
    }
}

#[test]
fn every_body_that_is_drawn_keeps_the_limits_of_its_method() {
    let other = call_id();
    for method in Method::ALL {
        let item = if *method == Method::GetOperation { "o" } else { "alice" };
        let route = Route::new(*method, Some(other), Some(item.into()));
        for body in drawn(&strategies::bodies(*method, other), 30) {
            let refused = refusal(Command::read(&route, body.to_string().as_bytes()));
            let is_broken = |refusal: &Refusal| {
                let is_early = matches!(refusal.status(), 403 | 404);
                // Whether a transferee must be there depends on the call.
                let is_broken = matches!(&refusal.why, Why::Invalid { member, .. } if member != "transferee");
                is_early || is_broken
            };
            assert!(!refused.as_ref().is_some_and(is_broken), "{method:?} {body}: {refused:?}");
        }
    }
}
