//! Revisions, clones and earlier states.

use callfold::call::{Delivery, State};
use callfold::log::Format;
use callfold::{Applied, ApplyError, Call, FindingKind, Ledger, Moment, Past, Recorded, Replay};
use jiff::Timestamp;
use serde_json::json;

use crate::common::{CALL, call_id};

const OTHER: &str = "0fe0623f-d628-42ed-b4bd-8ac290072cc5";

/// The time that is this number of minutes after nine o'clock.
fn time(minute: u64) -> Timestamp {
    format!("2026-11-23T09:{:02}:00Z", minute % 60).parse().expect("it is a time")
}

fn reported(call: &str, revision: u64, minute: Option<u64>, name: &str) -> Recorded {
    let at = minute.map(|minute| time(minute).to_string());
    let line = json!({"call": call, "rev": revision, "at": at, "type": name, "data": {}});
    line.to_string().parse().expect("it is a line")
}

/// An event of the call of these tests; its minute is its revision.
fn event(revision: u64, name: &str) -> Recorded {
    reported(CALL, revision, Some(revision), name)
}

/// An event of another call; its minute is its revision.
fn other(revision: u64, name: &str) -> Recorded {
    reported(OTHER, revision, Some(revision), name)
}

/// A ledger with history after these events, numbered from revision 1.
fn given(names: &[&str]) -> Ledger {
    let events: Vec<_> = (1..).zip(names).map(|(revision, name)| event(revision, name)).collect();
    folded(&events)
}

fn folded<'a>(events: impl IntoIterator<Item = &'a Recorded>) -> Ledger {
    let mut ledger = Ledger::with_history();
    events.into_iter().for_each(|recorded| _ = ledger.apply(recorded).expect("it folds"));
    ledger
}

/// A ledger with history, after a replay that goes on behind gaps.
fn replayed<'a>(events: impl IntoIterator<Item = &'a Recorded>) -> Ledger {
    let mut replay = Replay::new().onto(Ledger::with_history());
    for recorded in events {
        replay.record(Format::Events, recorded.to_string().as_bytes(), |_| {});
    }
    replay.finish(|_| {});
    replay.into_ledger()
}

fn calls(ledger: &Ledger) -> Vec<Call> {
    ledger.calls().cloned().collect()
}

fn past_calls(past: Past<'_>) -> Vec<Call> {
    past.calls().collect()
}

fn state(ledger: &Ledger) -> Option<State> {
    ledger.call(call_id()).map(Call::state)
}

#[test]
fn the_next_revision_is_folded() {
    let ledger = given(&["placed", "established", "held"]);
    let call = ledger.call(call_id()).unwrap();
    assert_eq!((call.state(), call.revision()), (State::Hold, 3));
}

#[test]
fn the_same_revision_that_says_the_same_is_a_duplicate() {
    let mut ledger = given(&["placed", "established", "held"]);
    let before = calls(&ledger);
    for (revision, name) in [(3, "held"), (1, "placed"), (2, "established")] {
        assert_eq!(ledger.apply(&event(revision, name)), Ok(Applied::Duplicate));
    }
    assert_eq!(calls(&ledger), before);
}

#[test]
fn the_same_revision_that_says_something_else_is_a_conflict() {
    let mut ledger = given(&["placed", "established"]);
    let before = calls(&ledger);
    let mut inferred = event(2, "established");
    inferred.inferred = true;
    let detailed = event(2, "established").to_string().replace("{}", r#"{"subject":"x"}"#).parse().unwrap();
    for other in [event(2, "held"), reported(CALL, 2, None, "established"), inferred, detailed] {
        assert_eq!(ledger.apply(&other), Err(ApplyError::Conflict { revision: 2 }), "{other:?}");
    }
    assert_eq!(calls(&ledger), before);
}

#[test]
fn a_conflict_is_known_63_revisions_back() {
    let mut ledger = given(&[&["placed"][..], &["detailsChanged"; 99]].concat());
    for revision in [100, 99, 37] {
        assert_eq!(ledger.apply(&event(revision, "detailsChanged")), Ok(Applied::Duplicate));
        assert_eq!(ledger.apply(&event(revision, "established")), Err(ApplyError::Conflict { revision }));
    }
}

#[test]
fn a_revision_too_far_ahead_folds_nothing() {
    let mut ledger = given(&["placed"]);
    let before = (calls(&ledger), ledger.mark());
    let error = ledger.apply(&event(5, "established")).unwrap_err();
    assert_eq!(error, ApplyError::Gap { missing: 2..5 });
    let message = "revisions 2 to 4 are missing before revision 5; revision 2 must come next";
    assert_eq!(error.to_string(), message);
    let error = ledger.apply(&event(3, "established")).unwrap_err();
    assert_eq!(error.to_string(), "revision 2 is missing before revision 3; revision 2 must come next");
    assert_eq!((calls(&ledger), ledger.mark()), before);
    // What would be refused anyway is a gap first: whether it is legal depends on what is missing.
    assert_eq!(ledger.apply(&event(9, "placed")), Err(ApplyError::Gap { missing: 2..9 }));
    assert_eq!(ledger.apply(&event(2, "established")), Ok(Applied::Folded));
    assert_eq!(ledger.apply(&event(3, "held")), Ok(Applied::Folded));
}

#[test]
fn a_revision_that_no_line_can_have_folds_nothing() {
    // No line has such a revision, but a value in code can.
    let at = |revision, name| Recorded::new(call_id(), revision, None, event(1, name).event);
    let mut ledger = Ledger::new();
    assert_eq!(ledger.apply(&at(0, "placed")), Err(ApplyError::OutOfRange { revision: 0 }));
    let mut ledger = replayed(&[event(1, "placed"), event(LAST, "established")]);
    let error = ledger.apply(&at(LAST + 1, "held")).unwrap_err();
    assert_eq!(error.to_string(), format!("revision {} is out of range: expected 1 to {LAST}", LAST + 1));
    assert_eq!(ledger.next_revision(call_id()), LAST + 1);
}

#[test]
fn a_call_does_not_begin_after_a_gap() {
    let mut ledger = Ledger::new();
    for name in ["adopted", "held"] {
        assert_eq!(ledger.apply(&event(3, name)), Err(ApplyError::Gap { missing: 1..3 }));
    }
    assert_eq!((ledger.calls().count(), ledger.next_revision(call_id())), (0, 1));
    assert_eq!(ledger.apply(&event(1, "adopted")), Ok(Applied::Folded));
}

#[test]
fn a_revision_that_was_missing_comes_too_late() {
    let mut ledger = replayed(&[event(1, "placed"), event(4, "established")]);
    let before = calls(&ledger);
    for revision in [2, 3] {
        let error = ApplyError::TooLate { revision, last: 4 };
        assert_eq!(ledger.apply(&event(revision, "detailsChanged")), Err(error));
    }
    assert_eq!(calls(&ledger), before);
}

#[test]
fn a_revision_that_was_missing_at_the_beginning_comes_too_late() {
    let mut ledger = replayed(&[event(3, "adopted")]);
    for revision in [1, 2] {
        let error = ApplyError::TooLate { revision, last: 3 };
        assert_eq!(ledger.apply(&event(revision, "placed")), Err(error));
    }
    assert_eq!(ledger.apply(&event(4, "held")), Ok(Applied::Folded));
}

/// The greatest integer that every JSON reader keeps.
const LAST: u64 = (1 << 53) - 1;

#[test]
fn the_last_revision_there_is_can_be_folded() {
    assert_eq!(
        given(&["placed"]).apply(&event(LAST, "established")),
        Err(ApplyError::Gap { missing: 2..LAST })
    );
    let mut ledger = replayed(&[event(1, "placed"), event(LAST, "established")]);
    assert_eq!(ledger.apply(&event(LAST, "established")), Ok(Applied::Duplicate));
    assert!(ledger.apply(&event(LAST - 1, "held")).is_err());
}

#[test]
fn a_call_at_the_greatest_revision_observes_without_a_panic() {
    let mut replay = Replay::new();
    replay.record(Format::Events, event(LAST, "placed").to_string().as_bytes(), |_| {});
    let url = format!("/communications/calls/{CALL}");
    let body = json!({"value": [{"resourceUrl": url, "resourceData": {"state": "established"}}]}).to_string();
    replay.record(Format::Notifications, body.as_bytes(), |_| {});
}

#[test]
fn after_a_refusal_the_ledger_is_what_it_was() {
    let mut ledger = given(&["placed", "established"]);
    let before = calls(&ledger);
    for name in
        ["placed", "offered", "adopted", "answered", "resumed", "operationCompleted", "operationUpdated"]
    {
        let error = ledger.apply(&event(3, name)).unwrap_err();
        assert!(matches!(error, ApplyError::Refused(_)), "{name}: {error}");
        assert_eq!(calls(&ledger), before, "{name}");
    }
    assert_eq!(ledger.apply(&event(3, "held")), Ok(Applied::Folded));
}

#[test]
fn a_call_does_not_begin_with_what_is_no_beginning() {
    let mut ledger = Ledger::with_history();
    assert!(matches!(ledger.apply(&event(1, "held")), Err(ApplyError::Refused(_))));
    assert_eq!(calls(&ledger), []);
    assert_eq!(ledger.apply(&event(1, "placed")), Ok(Applied::Folded));
}

#[test]
fn what_is_skipped_counts() {
    let mut ledger = given(&["placed"]);
    ledger.skip(&event(2, "resumed"));
    let call = ledger.call(call_id()).unwrap();
    assert_eq!((call.state(), call.revision(), ledger.next_revision(call_id())), (State::Establishing, 2, 3));
    let mut other = ledger.clone();
    assert_eq!(ledger.apply(&event(3, "established")), Ok(Applied::Folded));
    assert_eq!(ledger.apply(&event(2, "alerted")), Err(ApplyError::Conflict { revision: 2 }));
    // Another event may have this revision until a later event is folded.
    assert!(matches!(other.apply(&event(2, "resumed")), Err(ApplyError::Refused(_))));
    assert_eq!(other.apply(&event(2, "established")), Ok(Applied::Folded));
    assert_eq!(other.apply(&event(2, "established")), Ok(Applied::Duplicate));
    assert_eq!(other.apply(&event(3, "held")), Ok(Applied::Folded));
}

#[test]
fn an_event_after_two_skipped_revisions_folds() {
    let mut ledger = given(&["placed"]);
    ledger.skip(&event(2, "resumed"));
    ledger.skip(&event(3, "resumed"));
    let received = Call::observe(
        ledger.call(call_id()),
        call_id(),
        &crate::common::state("established"),
        &Delivery::default(),
    );
    assert_eq!(ledger.apply(&received.events[0]), Ok(Applied::Folded));
}

#[test]
fn a_gap_cannot_be_skipped() {
    let mut ledger = given(&["placed"]);
    ledger.skip(&event(4, "resumed"));
    assert_eq!(ledger.next_revision(call_id()), 2);
    assert_eq!(ledger.apply(&event(5, "established")), Err(ApplyError::Gap { missing: 2..5 }));
    assert_eq!(ledger.apply(&event(2, "established")), Ok(Applied::Folded));
}

#[test]
fn skipping_what_came_before_or_what_is_not_known_does_nothing() {
    let mut ledger = given(&["placed", "established"]);
    ledger.skip(&event(1, "held"));
    ledger.skip(&event(2, "held"));
    ledger.skip(&other(1, "held"));
    assert_eq!(ledger.apply(&event(1, "placed")), Ok(Applied::Duplicate));
    assert_eq!(ledger.apply(&event(2, "established")), Ok(Applied::Duplicate));
    assert_eq!(ledger.apply(&event(2, "held")), Err(ApplyError::Conflict { revision: 2 }));
    assert_eq!(ledger.calls().count(), 1);
}

#[test]
fn a_clone_is_not_changed_by_later_events() {
    let mut ledger = given(&["placed"]);
    let clone = ledger.clone();
    let before = calls(&clone);
    ledger.apply(&event(2, "established")).unwrap();
    ledger.apply(&other(1, "offered")).unwrap();
    assert_eq!(calls(&clone), before);
    assert_eq!(ledger.calls().count(), 2);
}

#[test]
fn a_clone_and_its_original_change_independently() {
    let ledger = given(&["placed"]);
    let mut clone = ledger.clone();
    clone.apply(&event(2, "terminated")).unwrap();
    assert_eq!((state(&ledger), state(&clone)), (Some(State::Establishing), Some(State::Terminated)));
}

/// Two calls with one event per minute each. Some events have no time, one is out of order, and one comes
/// after a gap.
fn history() -> Vec<Recorded> {
    vec![
        reported(CALL, 1, Some(1), "placed"),
        reported(OTHER, 1, Some(2), "offered"),
        reported(CALL, 2, None, "established"),
        reported(CALL, 5, Some(5), "held"),
        reported(OTHER, 2, Some(3), "answered"),
        reported(CALL, 6, Some(3), "resumed"),
        reported(CALL, 7, None, "held"),
        reported(CALL, 9, Some(9), "terminated"),
        reported(OTHER, 3, Some(4), "established"),
    ]
}

#[test]
fn the_past_by_revision_is_the_fold_of_the_prefix() {
    let history = history();
    let ledger = replayed(&history);
    for until in 0..11 {
        let prefix = replayed(history.iter().filter(|recorded| recorded.revision <= until));
        assert_eq!(past_calls(ledger.as_of(Moment::Revision(until)).unwrap()), calls(&prefix), "{until}");
    }
}

/// The events of one call before the first one that happened later. An event without a time has the time of
/// the event before it.
fn happened_by(history: &[Recorded], call: &str, minute: u64) -> Vec<Recorded> {
    let until = Some(time(minute));
    let of_call = history.iter().filter(|recorded| recorded.call.to_string() == call);
    of_call.take_while(|recorded| recorded.at.is_none() || recorded.at <= until).cloned().collect()
}

#[test]
fn the_past_by_time_is_the_fold_of_the_prefix() {
    let history = history();
    let ledger = replayed(&history);
    for minute in 0..11 {
        let prefix = replayed(&[CALL, OTHER].map(|call| happened_by(&history, call, minute)).concat());
        let past = ledger.as_of(Moment::Time(time(minute))).unwrap();
        assert_eq!(past_calls(past), calls(&prefix), "{minute}");
    }
}

#[test]
fn a_replay_until_a_moment_is_the_past_at_that_moment() {
    let history = history();
    let ledger = replayed(&history);
    let times = (0..11).map(|minute| Moment::Time(time(minute)));
    for moment in times.chain((0..11).map(Moment::Revision)) {
        let mut replay = Replay::new().until(moment);
        for recorded in &history {
            replay.record(Format::Events, recorded.to_string().as_bytes(), |_| {});
        }
        replay.finish(|_| {});
        assert_eq!(calls(&replay.into_ledger()), past_calls(ledger.as_of(moment).unwrap()), "{moment:?}");
    }
}

#[test]
fn a_replay_of_notifications_until_a_moment_is_the_past_at_that_moment() {
    let url = format!("/communications/calls/{CALL}");
    let body = |at: Option<u64>, state: &str| {
        let at = at.map(|minute| format!("2026-11-23T09:{minute:02}:00Z"));
        let received = json!({"changeType": "updated", "resourceUrl": url, "resourceData": {"state": state}});
        json!({"receivedAt": at, "body": {"value": [received]}}).to_string()
    };
    let received = [
        (None, "establishing"),
        (Some(2), "established"),
        (Some(6), "hold"),
        (None, "established"),
        (Some(3), "hold"),
    ];
    let bodies = received.map(|(at, state)| body(at, state));
    let replayed = |replay: Replay| {
        bodies.iter().fold(replay, |mut replay, body| {
            replay.record(Format::Notifications, body.as_bytes(), |_| {});
            replay
        })
    };
    let whole = replayed(Replay::new().onto(Ledger::with_history())).into_ledger();
    let times = (0..8).map(|minute| Moment::Time(time(minute)));
    for moment in times.chain((0..8).map(Moment::Revision)) {
        let past = whole.as_of(moment).unwrap();
        let stopped = replayed(Replay::new().until(moment)).into_ledger();
        assert_eq!(calls(&stopped), past_calls(past), "{moment:?}");
    }
}

#[test]
fn the_past_has_a_past_of_its_own_and_goes_on() {
    let ledger = given(&["placed", "established", "held"]);
    let mut past = ledger.as_of(Moment::Revision(2)).unwrap().to_ledger();
    assert_eq!(past.apply(&event(2, "established")), Ok(Applied::Duplicate));
    assert_eq!(past.apply(&event(3, "terminated")), Ok(Applied::Folded));
    let first = past.as_of(Moment::Revision(1)).unwrap().call(call_id());
    assert_eq!(first.as_ref().map(Call::state), Some(State::Establishing));
    assert_eq!(state(&ledger), Some(State::Hold));
}

#[test]
fn a_ledger_without_history_has_no_past() {
    let mut ledger = Ledger::new();
    ledger.apply(&event(1, "placed")).unwrap();
    let why = "this ledger keeps no history: make it with `Ledger::with_history`";
    for moment in [Moment::Revision(1), Moment::Time(time(1))] {
        assert_eq!(ledger.as_of(moment).unwrap_err().to_string(), why);
        assert_eq!(ledger.clone().as_of(moment).unwrap_err().to_string(), why);
    }
}

#[test]
fn the_order_between_calls_never_matters() {
    let names = ["offered", "answered", "established", "terminated"];
    let events: Vec<_> = (1..).zip(names).map(|(revision, name)| event(revision, name)).collect();
    let others: Vec<_> = (1..).zip(names).map(|(revision, name)| other(revision, name)).collect();
    let expected = calls(&folded(events.iter().chain(&others)));
    // Each bit says which call is next.
    for turns in (0_u32..256).filter(|turns| turns.count_ones() == 4) {
        let (mut mine, mut theirs) = (events.iter(), others.iter());
        let order =
            (0..8).filter_map(|turn| if turns >> turn & 1 == 1 { mine.next() } else { theirs.next() });
        assert_eq!(calls(&folded(order)), expected, "{turns:08b}");
    }
}

#[test]
fn calls_come_in_the_order_of_their_ids() {
    let ledger = folded(&[event(1, "placed"), other(1, "placed")]);
    assert_eq!(ledger.calls().map(|call| call.id().to_string()).collect::<Vec<_>>(), [OTHER, CALL]);
}

#[test]
fn a_replay_goes_on_behind_a_refusal_and_names_each_kind_of_trouble() {
    let mut replay = Replay::new();
    let mut kinds = |recorded: &Recorded| {
        let findings = replay.record(Format::Events, recorded.to_string().as_bytes(), |_| {});
        findings.iter().map(|finding| finding.kind).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&event(1, "placed")), []);
    assert_eq!(kinds(&event(1, "placed")), [FindingKind::Duplicate]);
    assert_eq!(kinds(&event(1, "offered")), [FindingKind::Conflict]);
    assert_eq!(kinds(&event(2, "resumed")), [FindingKind::Refused]);
    assert_eq!(kinds(&event(5, "established")), [FindingKind::RevisionGap]);
    assert_eq!(kinds(&event(4, "held")), [FindingKind::RevisionGap]);
    assert_eq!(kinds(&event(4, "held")), [FindingKind::Duplicate]);
    assert_eq!(kinds(&event(4, "resumed")), [FindingKind::Conflict]);
    assert_eq!(kinds(&event(6, "held")), []);
    let last = replay.finish(|_| {});
    assert_eq!(last.iter().map(|finding| finding.kind).collect::<Vec<_>>(), [FindingKind::Refused]);
    assert_eq!((replay.events(), state(&replay.into_ledger())), (3, Some(State::Hold)));
}

#[test]
fn an_event_log_that_leaves_an_operation_behind_says_so_once() {
    let mut replay = Replay::new();
    let operation = r#"{"id":"o","status":"running"}"#;
    let lines =
        [("placed", "{}"), ("operationCreated", operation), ("terminated", "{}"), ("terminated", "{}")];
    let mut kinds = Vec::new();
    for (revision, (name, data)) in [1, 2, 3, 3].into_iter().zip(lines) {
        let line = format!(r#"{{"call":"{CALL}","rev":{revision},"type":"{name}","data":{data}}}"#);
        let findings = replay.record(Format::Events, line.as_bytes(), |_| {});
        kinds.extend(findings.iter().map(|finding| finding.kind));
    }
    assert_eq!(kinds, [FindingKind::Orphan, FindingKind::Duplicate]);
}
