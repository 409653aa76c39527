//! The two charts: the whole relation, against a table that was written by hand, and the page made of it.

#![allow(clippy::indexing_slicing, reason = "a test may panic")]

use std::fmt::Write as _;
use std::fs;

use callfold::call::{Cause, State};
use callfold::chart::Chart;
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

/// The page is made from the charts. `CALLFOLD_BLESS=1 cargo test --test lifecycle` writes it anew.
#[test]
fn the_page_says_what_the_charts_say() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/lifecycle.md");
    let template = fs::read_to_string(page).expect("docs/lifecycle.md is there");
    let mut made = template.clone();
    for (name, text) in [
        ("call-table", Chart::Call.table()),
        ("call-chart", format!("```mermaid\n{}```\n", Chart::Call.mermaid())),
        ("operation-table", Chart::Operation.table()),
        ("operation-chart", format!("```mermaid\n{}```\n", Chart::Operation.mermaid())),
    ] {
        made = replaced(&made, name, &text);
    }
    if std::env::var_os("CALLFOLD_BLESS").is_some() {
        fs::write(page, &made).expect("docs/lifecycle.md can be written");
    } else {
        assert_eq!(made, template, "docs/lifecycle.md is out of date: run with CALLFOLD_BLESS=1");
    }
}

fn replaced(page: &str, name: &str, text: &str) -> String {
    let (begin, end) = (format!("<!-- generated: {name} -->\n"), format!("<!-- end: {name} -->"));
    let (before, rest) = page.split_once(&begin).expect("the page has a place for it");
    let (_, after) = rest.split_once(&end).expect("the place has an end");
    format!("{before}{begin}{text}{end}{after}")
}
