//! Rosters: the participants after lists and deltas in any order.

use super::lines::{agree_on_lines, lines};
use super::talk::roster;
use crate::common::properties;
use proptest::collection::vec;

/// Checks that both replays agree on two established calls with these rosters.
#[track_caller]
fn agree_on_rosters(rosters: &[&str]) {
    let begun = [("offered", "{}"), ("answered", "{}"), ("established", "{}")];
    let reported: Vec<_> =
        begun.into_iter().chain(rosters.iter().map(|data| ("rosterUpdated", *data))).collect();
    agree_on_lines(lines(1, &reported).into_iter().chain(lines(2, &reported)));
}

const ADELE: &str = r#"{"info":{"identity":{"user":{"id":"u-1"}}},"id":"p-1"}"#;
const BOB: &str = r#"{"info":{"identity":{"user":{"id":"u-2"}}},"isMuted":true,"id":"p-2"}"#;

fn of(participants: &[&str]) -> String {
    format!(r#"{{"participants":[{}]}}"#, participants.join(","))
}

fn delta(number: i64, participants: &[&str]) -> String {
    format!(r#"{{"sequenceNumber":{number},"participants":[{}]}}"#, participants.join(","))
}

#[test]
fn a_roster_that_is_cut_off_or_invalid_at_its_last_participant_changes_nothing() {
    let whole = of(&[ADELE, BOB]);
    let broken = [
        whole.replace("true", "truth"),
        whole.replace(r#""p-2""#, "5"),
        whole.replace(r#""p-2""#, r#""""#),
        whole.replace("]}", ",]}"),
        whole.replace("]}", "}]}"),
        whole.replace("},{", "},,{"),
        whole.replace("},{", "}{"),
        whole.replace("]}", r#"],"more":[]}"#),
        whole.replace(ADELE, "null"),
        whole.replace(BOB, "{}"),
    ];
    for broken in &broken {
        agree_on_rosters(&[&of(&[ADELE]), &of(&[BOB]), broken, &of(&[BOB])]);
    }
}

#[test]
fn the_same_participant_may_be_listed_twice_in_one_roster() {
    let gone = r#"{"removedState":{"reason":"left"},"id":"p-1"}"#;
    for reported in [[ADELE, gone], [gone, ADELE], [ADELE, ADELE], [gone, gone]] {
        agree_on_rosters(&[&of(&[ADELE]), &of(&[gone]), &of(&reported)]);
        agree_on_rosters(&[
            &of(&[gone]),
            &of(&[ADELE]),
            &delta(1, &reported),
            &delta(2, &reported),
            &delta(2, &[BOB]),
        ]);
    }
}

#[test]
fn deltas_may_come_in_any_order() {
    let gone = r#"{"removedState":{},"id":"p-1"}"#;
    for numbers in [[1, 2, 3], [3, 2, 1], [2, 2, 2], [-1, 0, 0], [2, 1, 3]] {
        let reported = [&[ADELE][..], &[gone], &[ADELE, BOB]];
        let deltas: Vec<_> =
            numbers.into_iter().zip(reported).map(|(number, reported)| delta(number, reported)).collect();
        let deltas: Vec<_> = deltas.iter().map(String::as_str).collect();
        agree_on_rosters(&deltas);
        agree_on_rosters(&[&deltas[..2], &[&of(&[ADELE, BOB])], &deltas[2..]].concat());
    }
}

#[test]
fn a_delta_may_have_an_invalid_sequence_number() {
    let usual = delta(1, &[ADELE]);
    let non_canonical =
        ["01", "-0", "1.0", "1e3", "null", "\"3\"", "9223372036854775807", "9223372036854775808", "true"];
    for non_canonical in non_canonical {
        let non_canonical = usual.replacen(":1,", &format!(":{non_canonical},"), 1);
        agree_on_rosters(&[&usual, &non_canonical, &delta(4, &[BOB]), &delta(4, &[ADELE])]);
    }
}

#[test]
fn who_has_no_id_is_known_by_identity() {
    let nameless = r#"{"info":{"identity":{"user":{"id":"u-1"}}}}"#;
    let gone = r#"{"info":{"identity":{"user":{"id":"u-1"}}},"removedState":null}"#;
    agree_on_rosters(&[&of(&[ADELE]), &of(&[nameless]), &of(&[gone])]);
    agree_on_rosters(&[&of(&[nameless]), &of(&[ADELE]), &of(&[gone]), &of(&[BOB])]);
}

#[test]
fn a_leaver_without_an_id_is_found_by_the_last_reported_members() {
    let renamed = r#"{"info":{"identity":{"user":{"id":"u-3"}}},"id":"p-1"}"#;
    let nobody = r#"{"info":null,"id":"p-1"}"#;
    let nameless = r#"{"info":{"identity":{"user":{"id":"u-1"}}}}"#;
    for reported in [renamed, nobody] {
        agree_on_rosters(&[&of(&[ADELE]), &of(&[reported]), &of(&[nameless])]);
        agree_on_rosters(&[
            &delta(1, &[ADELE]),
            &delta(3, &[reported]),
            &delta(2, &[ADELE]),
            &of(&[nameless]),
        ]);
    }
}

/// Found with `CALLFOLD_SEED=20261126`: the value of another type counts as the newest value of its member.
#[test]
fn a_member_of_another_type_counts_in_the_order_of_deltas() {
    let newest = r#"{"info":[],"id":"p-1"}"#;
    let older = r#"{"info":{},"id":"p-1"}"#;
    agree_on_rosters(&[&delta(1, &[newest]), &delta(0, &[older]), &of(&[r#"{"info":{}}"#])]);
}

/// Found with `CALLFOLD_SEED=20261126`: an older delta does not replace such a member, so nobody is known by
/// the older identity.
#[test]
fn who_has_a_member_of_another_type_is_not_known_by_an_older_identity() {
    let newest = r#"{"info":[],"id":"p-1"}"#;
    let nameless = r#"{"info":{"identity":{"user":{"id":"u-1"}}}}"#;
    agree_on_rosters(&[&delta(1, &[newest]), &delta(0, &[ADELE, nameless])]);
}

/// Found with `CALLFOLD_SEED=20261126`: a null id removes an id only if no delta with the same or a higher
/// number reported that id.
#[test]
fn a_null_id_counts_in_the_order_of_deltas() {
    let bob = r#"{"info":{"identity":{"user":{"id":"u-2"}}}}"#;
    let nameless = r#"{"info":{"identity":{"user":{"id":"u-2"}}},"id":null}"#;
    let named = of(&[r#"{"id":"p-2"}"#]);
    agree_on_rosters(&[&delta(0, &[BOB]), &delta(0, &[nameless]), &named]);
    agree_on_rosters(&[&delta(1, &[BOB]), &delta(0, &[nameless]), &named]);
    agree_on_rosters(&[&delta(0, &[BOB]), &delta(1, &[nameless]), &named]);
    agree_on_rosters(&[&delta(1, &[BOB]), &delta(3, &[bob]), &delta(2, &[nameless]), &named]);
    agree_on_rosters(&[&of(&[BOB]), &delta(1, &[bob]), &delta(0, &[nameless]), &named]);
}

properties! {
    96 cases;

    #[test]
    fn both_replays_report_the_same_of_any_rosters(rosters in vec(roster(), 1..8)) {
        let rosters: Vec<_> = rosters.iter().map(|roster| roster.to_string()).collect();
        agree_on_rosters(&rosters.iter().map(String::as_str).collect::<Vec<_>>());
    }
}
