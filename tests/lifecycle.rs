//! The two charts: the whole relation, against a table that was written by hand.

#![allow(clippy::indexing_slicing, reason = "a test may panic")]

use std::fmt::Write as _;

use callfold::call::{Cause, State};
use callfold::operation;

/// The relation as `docs/lifecycle.md` wants it, written independently of the chart: state, cause, next.
const CALL: &[(State, Cause, State)] = &[
    (State::Incoming, Cause::Answered, State::Establishing),
    (State::Incoming, Cause::Redirected, State::Redirecting),
    (State::Incoming, Cause::TerminationStarted, State::Terminating),
    (State::Incoming, Cause::Terminated, State::Terminated),
    (State::Establishing, Cause::Alerted, State::Ringing),
    (State::Establishing, Cause::Established, State::Established),
    (State::Establishing, Cause::TerminationStarted, State::Terminating),
    (State::Establishing, Cause::Terminated, State::Terminated),
    (State::Ringing, Cause::Established, State::Established),
    (State::Ringing, Cause::TerminationStarted, State::Terminating),
    (State::Ringing, Cause::Terminated, State::Terminated),
    (State::Established, Cause::Held, State::Hold),
    (State::Established, Cause::TransferStarted, State::Transferring),
    (State::Established, Cause::TerminationStarted, State::Terminating),
    (State::Established, Cause::Terminated, State::Terminated),
    (State::Hold, Cause::Resumed, State::Established),
    (State::Hold, Cause::TransferStarted, State::Transferring),
    (State::Hold, Cause::TerminationStarted, State::Terminating),
    (State::Hold, Cause::Terminated, State::Terminated),
    (State::Transferring, Cause::TransferFailed, State::Established),
    (State::Transferring, Cause::TransferAccepted, State::TransferAccepted),
    (State::Transferring, Cause::TerminationStarted, State::Terminating),
    (State::Transferring, Cause::Terminated, State::Terminated),
    (State::TransferAccepted, Cause::TransferFailed, State::Established),
    (State::TransferAccepted, Cause::TerminationStarted, State::Terminating),
    (State::TransferAccepted, Cause::Terminated, State::Terminated),
    (State::Redirecting, Cause::TerminationStarted, State::Terminating),
    (State::Redirecting, Cause::Terminated, State::Terminated),
    (State::Terminating, Cause::Terminated, State::Terminated),
];

const OPERATION: &[(operation::State, operation::Cause, operation::State)] = &[
    (operation::State::NotStarted, operation::Cause::Started, operation::State::Running),
    (operation::State::NotStarted, operation::Cause::Completed, operation::State::Completed),
    (operation::State::NotStarted, operation::Cause::Failed, operation::State::Failed),
    (operation::State::Running, operation::Cause::Completed, operation::State::Completed),
    (operation::State::Running, operation::Cause::Failed, operation::State::Failed),
];

fn expected<S: PartialEq, C: PartialEq, N: Copy>(table: &[(S, C, N)], state: &S, cause: &C) -> Option<N> {
    table.iter().find(|row| row.0 == *state && row.1 == *cause).map(|row| row.2)
}

#[test]
fn every_pair_of_state_and_cause_leads_where_the_table_says_or_is_refused() {
    for state in State::ALL {
        for cause in Cause::ALL {
            assert_eq!(state.after(*cause), expected(CALL, state, cause), "{state} + {cause}");
        }
    }
}

#[test]
fn every_pair_of_an_operations_state_and_cause_leads_where_the_table_says_or_is_refused() {
    for state in operation::State::ALL {
        for cause in operation::Cause::ALL {
            assert_eq!(state.after(*cause), expected(OPERATION, state, cause), "{state} + {cause}");
        }
    }
}

#[test]
fn the_whole_relation_is_this() {
    let mut relation = String::new();
    for state in State::ALL {
        for cause in Cause::ALL {
            let next = state.after(*cause).map_or("refused", State::as_str);
            writeln!(relation, "{state:<16} {cause:<18} {next}").expect("a string takes all");
        }
    }
    for state in operation::State::ALL {
        for cause in operation::Cause::ALL {
            let next = state.after(*cause).map_or("refused", operation::State::as_str);
            writeln!(relation, "{state:<16} {cause:<18} {next}").expect("a string takes all");
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
            let reached = path.iter().try_fold(*from, |state, cause| state.after(*cause));
            assert_eq!(reached, Some(*to));
            assert_eq!(path.len(), distance(*from, *to), "{from} to {to}");
        }
    }
}

/// Steps from one state to another, by relaxing the hand-written table.
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
