//! Calls whose first event is missing, is late, or occurs twice.

use super::lines::{agree_on_lines, line, lines, timed};

const ESTABLISHED: &[(&str, &str)] = &[("offered", "{}"), ("answered", "{}"), ("established", "{}")];

#[test]
fn a_first_revision_that_comes_after_later_ones_were_folded_is_too_late() {
    let later = (2..=18).map(|revision| match revision {
        2 => line(2, revision, "offered", "{}"),
        revision => line(2, revision, "detailsChanged", r#"{"subject":"a"}"#),
    });
    let late = [line(2, 1, "offered", "{}"), line(2, 19, "terminated", "{}")];
    agree_on_lines(lines(1, ESTABLISHED).into_iter().chain(later).chain(late));
}

#[test]
fn a_call_that_has_no_room_for_its_time_is_begun_once() {
    let early = timed(2, 1, "1600-01-01T00:00:00Z", "offered", "{}");
    let again = line(2, 1, "offered", "{}");
    agree_on_lines(lines(1, ESTABLISHED).into_iter().chain([early, again, line(2, 2, "answered", "{}")]));
}

#[test]
fn a_call_whose_first_operation_has_no_id_is_begun_once() {
    let reported = [("offered", "{}"), ("operationCreated", r#"{"clientContext":"c"}"#)];
    agree_on_lines(lines(1, &reported).into_iter().chain(lines(1, &reported)).chain(lines(2, &reported)));
}

#[test]
fn a_refused_beginning_leaves_its_place_to_another() {
    let refused = [("held", "{}"), ("offered", "{}"), ("answered", "{}")];
    let taken = [line(3, 1, "held", "{}"), line(3, 1, "offered", "{}"), line(3, 2, "answered", "{}")];
    agree_on_lines(lines(1, ESTABLISHED).into_iter().chain(lines(2, &refused)).chain(taken));
}

#[test]
fn lines_wait_for_their_beginning_to_the_end_of_the_log() {
    let early = [line(2, 3, "established", "{}"), line(2, 2, "answered", "{}")];
    agree_on_lines(lines(1, ESTABLISHED).into_iter().chain(early.clone()));
    let turned = early.into_iter().chain([line(2, 1, "offered", "{}"), line(2, 4, "terminated", "{}")]);
    agree_on_lines(lines(1, ESTABLISHED).into_iter().chain(turned));
}

#[test]
fn a_call_that_is_adopted_twice_gets_the_reported_state() {
    let reported = [("adopted", "{}"), ("adopted", r#"{"state":"establishing"}"#), ("established", "{}")];
    let known = [("adopted", r#"{"state":"established"}"#), ("adopted", r#"{"state":"terminated"}"#)];
    let unknown = [("adopted", r#"{"state":"parked"}"#), ("adopted", r#"{"state":"terminated"}"#)];
    for reported in [&reported[..], &known, &unknown] {
        agree_on_lines(lines(1, reported).into_iter().chain(lines(2, reported)));
    }
}

#[test]
fn what_cannot_be_read_is_found_whoever_has_the_call() {
    for call in 1..6 {
        let whole = line(call, 1, "offered", "{}");
        let (broken, unnamed) = (whole.split_at(90).0.to_owned(), whole.replace("\"v\"", "v"));
        let (non_canonical, missing) = (whole.replace("\"v\":1", "\"v\":2"), whole.replace("rev", "x"));
        agree_on_lines([broken, unnamed, non_canonical, missing, whole]);
    }
}
