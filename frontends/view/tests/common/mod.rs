//! Shared code of the tests; in this file, the transitions according to the state machines themselves.
#![allow(dead_code, unreachable_pub, reason = "every test file uses a part of it")]

pub mod build;
pub mod drawn;
pub mod samples;

use std::collections::BTreeSet;

use callfold::chart::Chart;
use callfold::{call, operation};

/// Triples of a state, a transition and the next state.
pub type Relation = BTreeSet<[String; 3]>;

pub fn step(from: impl ToString, transition: impl ToString, to: impl ToString) -> [String; 3] {
    [from.to_string(), transition.to_string(), to.to_string()]
}

/// All transitions that the state machine allows.
pub fn relation(chart: Chart) -> Relation {
    match chart {
        Chart::Call => {
            let states = call::State::ALL.iter();
            states.flat_map(|from| from.steps().map(|(transition, to)| step(*from, transition, to))).collect()
        }
        Chart::Operation => {
            let states = operation::State::ALL.iter();
            states.flat_map(|from| from.steps().map(|(transition, to)| step(*from, transition, to))).collect()
        }
    }
}

/// Each state with the superstates around it, the outermost first and the state last.
pub fn places(chart: Chart) -> BTreeSet<Vec<String>> {
    let place =
        |state: String, superstates: Vec<String>| superstates.into_iter().rev().chain([state]).collect();
    match chart {
        Chart::Call => {
            let states = call::State::ALL.iter();
            let superstates =
                |state: &call::State| state.superstates().map(|superstate| superstate.to_string()).collect();
            states.map(|state| place(state.to_string(), superstates(state))).collect()
        }
        Chart::Operation => {
            let states = operation::State::ALL.iter();
            let superstates = |state: &operation::State| {
                state.superstates().map(|superstate| superstate.to_string()).collect()
            };
            states.map(|state| place(state.to_string(), superstates(state))).collect()
        }
    }
}

/// The transitions out of `unknown` in running machines, written by hand.
pub fn entrances(chart: Chart) -> Relation {
    let (event, mut entrances) = match chart {
        Chart::Call => {
            let natural = [step("unknown", "offered", "incoming"), step("unknown", "placed", "establishing")];
            ("adopted", BTreeSet::from(natural))
        }
        Chart::Operation => ("operationCreated", BTreeSet::new()),
    };
    let states = places(chart).into_iter().filter_map(|place| place.last().cloned());
    entrances.extend(states.map(|state| step("unknown", format!("{event}.{state}"), state)));
    entrances
}

/// The states without outgoing transitions.
pub fn finals(chart: Chart) -> BTreeSet<String> {
    let relation = relation(chart);
    let states = places(chart).into_iter().filter_map(|place| place.last().cloned());
    states.filter(|state| !relation.iter().any(|[from, ..]| from == state)).collect()
}
