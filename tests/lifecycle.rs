//! The two charts, compared in full with a handwritten table.

#![allow(clippy::indexing_slicing, reason = "a test may panic")]

use std::fmt::Write as _;

use callfold::call::{State, Transition};
use callfold::chart::Chart;
use callfold::{Call, Recorded, operation};
use serde_json::json;

/// The relation of `docs/lifecycle.md`, written independently of the chart: state, transition, next state.
const CALL: &[(State, Transition, State)] = &[
    (State::Incoming, Transition::Answered, State::Establishing),
    (State::Incoming, Transition::Redirected, State::Redirecting),
    (State::Incoming, Transition::TerminationStarted, State::Terminating),
    (State::Incoming, Transition::Terminated, State::Terminated),
    (State::Establishing, Transition::Alerted, State::Ringing),
    (State::Establishing, Transition::Established, State::Established),
    (State::Establishing, Transition::TerminationStarted, State::Terminating),
    (State::Establishing, Transition::Terminated, State::Terminated),
    (State::Ringing, Transition::Established, State::Established),
    (State::Ringing, Transition::TerminationStarted, State::Terminating),
    (State::Ringing, Transition::Terminated, State::Terminated),
    (State::Established, Transition::Held, State::Hold),
    (State::Established, Transition::TransferStarted, State::Transferring),
    (State::Established, Transition::TerminationStarted, State::Terminating),
    (State::Established, Transition::Terminated, State::Terminated),
    (State::Hold, Transition::Resumed, State::Established),
    (State::Hold, Transition::TransferStarted, State::Transferring),
    (State::Hold, Transition::TerminationStarted, State::Terminating),
    (State::Hold, Transition::Terminated, State::Terminated),
    (State::Transferring, Transition::TransferFailed, State::Established),
    (State::Transferring, Transition::TransferAccepted, State::TransferAccepted),
    (State::Transferring, Transition::TerminationStarted, State::Terminating),
    (State::Transferring, Transition::Terminated, State::Terminated),
    (State::TransferAccepted, Transition::TransferFailed, State::Established),
    (State::TransferAccepted, Transition::TerminationStarted, State::Terminating),
    (State::TransferAccepted, Transition::Terminated, State::Terminated),
    (State::Redirecting, Transition::TerminationStarted, State::Terminating),
    (State::Redirecting, Transition::Terminated, State::Terminated),
    (State::Terminating, Transition::Terminated, State::Terminated),
];

const OPERATION: &[(operation::State, operation::Transition, operation::State)] = &[
    (operation::State::NotStarted, operation::Transition::Started, operation::State::Running),
    (operation::State::NotStarted, operation::Transition::Completed, operation::State::Completed),
    (operation::State::NotStarted, operation::Transition::Failed, operation::State::Failed),
    (operation::State::Running, operation::Transition::Completed, operation::State::Completed),
    (operation::State::Running, operation::Transition::Failed, operation::State::Failed),
];

fn expected<S: PartialEq, C: PartialEq, N: Copy>(
    table: &[(S, C, N)],
    state: &S,
    transition: &C,
) -> Option<N> {
    table.iter().find(|row| row.0 == *state && row.1 == *transition).map(|row| row.2)
}

#[test]
fn every_state_and_transition_leads_where_the_table_says_or_is_refused() {
    for state in State::ALL {
        for transition in Transition::ALL {
            assert_eq!(state.after(*transition), expected(CALL, state, transition), "{state} + {transition}");
        }
    }
}

#[test]
fn every_operation_state_and_transition_leads_where_the_table_says_or_is_refused() {
    for state in operation::State::ALL {
        for transition in operation::Transition::ALL {
            assert_eq!(
                state.after(*transition),
                expected(OPERATION, state, transition),
                "{state} + {transition}"
            );
        }
    }
}

#[test]
fn the_complete_relation_is_this() {
    let mut relation = String::new();
    for state in State::ALL {
        for transition in Transition::ALL {
            let next = state.after(*transition).map_or("refused", State::as_str);
            writeln!(relation, "{state:<16} {transition:<18} {next}").expect("a string takes all");
        }
    }
    for state in operation::State::ALL {
        for transition in operation::Transition::ALL {
            let next = state.after(*transition).map_or("refused", operation::State::as_str);
            writeln!(relation, "{state:<16} {transition:<18} {next}").expect("a string takes all");
        }
    }
    insta::assert_snapshot!(relation);
}

#[test]
fn every_live_state_is_reachable_and_can_end() {
    for state in State::ALL {
        let is_reachable =
            [State::Incoming, State::Establishing].iter().any(|begin| begin.path(*state).is_some());
        assert!(is_reachable, "{state}");
        assert!(state.path(State::Terminated).is_some(), "{state}");
    }
}

#[test]
fn a_path_is_a_shortest_one_and_every_step_of_it_is_legal() {
    for from in State::ALL {
        for to in State::ALL {
            let Some(path) = from.path(*to) else { continue };
            let reached = path.iter().try_fold(*from, |state, transition| state.after(*transition));
            assert_eq!(reached, Some(*to));
            assert_eq!(path.len(), distance(*from, *to), "{from} to {to}");
        }
    }
}

/// The number of steps between two states, computed from the handwritten table.
fn distance(from: State, to: State) -> usize {
    let far = usize::MAX / 2;
    let mut distances: Vec<_> = State::ALL.iter().map(|s| if *s == from { 0 } else { far }).collect();
    for _ in State::ALL {
        for (state, _, next) in CALL {
            let through = distances[*state as usize] + 1;
            distances[*next as usize] = distances[*next as usize].min(through);
        }
    }
    distances[to as usize]
}

#[test]
fn a_chart_as_data_is_the_relation() {
    let steps = |chart: Chart| -> Vec<_> {
        chart.steps().iter().map(|step| [step.from, step.transition, step.to]).collect()
    };
    let mut call: Vec<_> = CALL.iter().map(|row| [row.0.as_str(), row.1.as_str(), row.2.as_str()]).collect();
    let mut reported = steps(Chart::Call);
    call.sort_unstable();
    reported.sort_unstable();
    assert_eq!(reported, call);
    let operation: Vec<_> =
        OPERATION.iter().map(|row| [row.0.as_str(), row.1.as_str(), row.2.as_str()]).collect();
    assert_eq!(steps(Chart::Operation), operation);
}

#[test]
fn a_chart_as_data_has_each_state_with_its_superstates_outermost_first() {
    for (node, state) in Chart::Call.nodes().iter().zip(State::ALL) {
        assert_eq!(node.name, state.as_str());
        let superstates: Vec<_> = state.superstates().map(|superstate| superstate.as_str()).collect();
        assert!(node.superstates.iter().rev().eq(&superstates), "{state}: {:?}", node.superstates);
        assert_eq!(node.is_final, *state == State::Terminated, "{state}");
    }
    assert_eq!(Chart::Call.nodes().len(), State::ALL.len());
    for (node, state) in Chart::Operation.nodes().iter().zip(operation::State::ALL) {
        assert_eq!(node.name, state.as_str());
        assert!(
            node.superstates.iter().copied().eq(state.superstates().map(|superstate| superstate.as_str())),
            "{state}"
        );
        assert_eq!(node.is_final, state.lies_in(operation::Superstate::Settled), "{state}");
    }
    assert_eq!(Chart::Operation.nodes().len(), operation::State::ALL.len());
}

/// The events are folded: the beginnings in the chart are those that the fold accepts.
#[test]
fn a_lifecycle_begins_as_its_chart_says() {
    const CALL: &str = "57dab8b1-894c-409a-b240-bd8beae78896";
    let line = |revision: u64, event: &str, data: serde_json::Value| -> Recorded {
        let line = json!({ "call": CALL, "rev": revision, "type": event, "data": data });
        line.to_string().parse().expect("a line of the log")
    };
    let beginnings = Chart::Call.beginnings();
    for beginning in &beginnings {
        let data = if beginning.is_midway { json!({ "state": beginning.state }) } else { json!({}) };
        let call = Call::begin(line(1, beginning.event, data)).expect("a beginning");
        assert_eq!(call.state().as_str(), beginning.state, "{beginning:?}");
    }
    let natural: Vec<_> = beginnings.iter().filter(|it| !it.is_midway).map(|it| it.event).collect();
    assert_eq!(natural, ["offered", "placed"]);
    assert_eq!(beginnings.len(), 2 + State::ALL.len(), "it can be found in any state");
    let beginnings = Chart::Operation.beginnings();
    for beginning in &beginnings {
        let mut call = Call::begin(line(1, "placed", json!({}))).expect("a beginning");
        let reported = json!({ "id": "o", "status": beginning.state });
        call.evolve(line(2, beginning.event, reported)).expect("an operation may begin");
        assert_eq!(call.operations().first().unwrap().state().as_str(), beginning.state, "{beginning:?}");
        assert!(!beginning.is_midway);
    }
    assert_eq!(beginnings.len(), operation::State::ALL.len());
}
