//! The reference model and the core, which were written independently, agree on which moves are legal and on
//! their effects.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;

use callfold::call::{Call, Deadline, NetworkEventKind, State};
use callfold::graph::Method;
use callfold::testing::{Model, Move, Outline, What, strategies};
use callfold::{CallId, Ledger};
use proptest::prelude::*;
use proptest::strategy::ValueTree;

use crate::common::properties;

/// The service, one move at a time.
#[derive(Default)]
struct Service {
    ledger: Ledger,
}

impl Service {
    /// Makes a move and returns whether it was legal, or the status of the refusal of a request.
    fn make(&mut self, one: &Move) -> Result<(), u16> {
        loop {
            let due = self.ledger.expire(one.at);
            if due.is_empty() {
                break;
            }
            due.iter().for_each(|recorded| _ = self.ledger.apply(recorded).unwrap());
        }
        let made = one.make(&self.ledger);
        for recorded in made.iter().flat_map(|made| &made.events) {
            self.ledger.apply(recorded).unwrap();
        }
        made.map(|_| ()).map_err(|refusal| one.status(&refusal))
    }

    fn outlines(&self) -> Vec<(CallId, Outline)> {
        self.ledger.calls().map(|call| (call.id(), Outline::of(call))).collect()
    }
}

fn outlines(model: &Model) -> Vec<(CallId, Outline)> {
    model.calls().map(|call| (call, model.outline(call).unwrap())).collect()
}

properties! {
    150 cases;

    #[test]
    fn the_reference_and_the_service_give_each_move_the_same_status_and_have_the_same_calls(attempts in strategies::attempts()) {
        let mut service = Service::default();
        let mut model = Model::new();
        for one in &attempts {
            prop_assert_eq!(model.attempt(one), service.make(one), "{:?}", one);
            prop_assert_eq!(outlines(&model), service.outlines(), "after {:?}", one);
        }
    }
}

#[test]
fn courses_reach_every_state_method_network_event_and_deadline() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let (mut states, mut deadlines) = (BTreeSet::new(), BTreeSet::new());
    let (mut methods, mut network_events) = (BTreeSet::new(), BTreeSet::new());
    let courses = strategies::courses();
    for _ in 0..1600 {
        let mut service = Service::default();
        for one in &courses.new_tree(&mut runner).unwrap().current() {
            assert!(service.make(one).is_ok(), "legal for the reference, and so for the service: {one:?}");
            states.extend(service.ledger.calls().map(Call::state));
            deadlines.extend(service.ledger.calls().flat_map(Call::deadlines).map(|due| due.deadline));
            if let What::Request { method, .. } = &one.what {
                methods.insert(*method);
            } else {
                network_events.insert(one.name());
            }
        }
    }
    assert!(states.iter().eq(State::ALL), "{states:?}");
    assert!(deadlines.iter().eq(Deadline::ALL), "{deadlines:?}");
    let untried: Vec<_> = Method::ALL.iter().filter(|method| !methods.contains(method)).collect();
    assert!(untried.is_empty(), "{untried:?}");
    // All network events, and `wait`.
    assert_eq!(network_events.len(), NetworkEventKind::ALL.len() + 1, "{network_events:?}");
}
