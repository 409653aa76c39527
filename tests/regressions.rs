//! Cases that a property found once, and that no other test names: see `proptest-regressions/README.md`.

use crate::common::{Scenario, about, reported, state};
use callfold::call::State;
use callfold::graph::CommsNotification;
use serde_json::{Value, json};

/// The call is established, and the bot receives the roster twice. The second time leads to no event.
fn received_twice(roster: Value) {
    let roster: CommsNotification = about("/participants", "updated", roster);
    let scenario = Scenario::given(&[state("established"), roster.clone()]);
    let participants = scenario.call().participants().count();
    let again = scenario.when(&roster);
    assert_eq!((again.events(), again.call().participants().count()), (vec![], participants));
}

#[test]
fn a_roster_that_names_one_participant_twice_changes_nothing_when_it_comes_again() {
    received_twice(json!([{ "id": "a", "isMuted": true }, { "id": "a", "isMuted": false }]));
}

#[test]
fn participants_without_an_id_find_the_same_entries_when_they_come_again() {
    let info = json!({ "identity": { "user": { "id": "u" } } });
    received_twice(json!([{ "info": info }, { "id": "p", "info": info }]));
}

#[test]
fn an_offered_call_learns_its_direction_once() {
    let offered = reported(json!({ "state": "incoming", "direction": "incoming" }));
    let again = Scenario::given(std::slice::from_ref(&offered)).when(&offered);
    assert_eq!((again.call().state(), again.events()), (State::Incoming, vec![]));
}
