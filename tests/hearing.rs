//! Each case of *Hearing*: from a notification to events and findings.

mod common;

use callfold::FindingKind::{Gap, Repeat};
use callfold::call::State;

use common::{Scenario, state};

#[test]
fn a_repeat_says_so_and_changes_nothing() {
    let scenario = Scenario::given_states(&["incoming", "establishing"]).when(&state("establishing"));
    scenario.then(State::Establishing, &[], &[Repeat]);
}

#[test]
fn what_was_never_told_is_inferred_and_named() {
    let scenario = Scenario::given_states(&["incoming"]).when(&state("established"));
    scenario.then(State::Established, &["answered?", "established"], &[Gap]);
}
