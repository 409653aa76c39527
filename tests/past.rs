//! Earlier states of ledgers with long histories, and the compact working set of a replay, which must equal
//! the ledger.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use callfold::log::Format;
use callfold::testing::strategies::{arbitrary_histories, histories};
use callfold::{Applied, Call, CallId, Ledger, Moment, Recorded, Replay};
use jiff::{SignedDuration, Timestamp};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use crate::common::properties;

/// The calls of these tests. The first has most of the events.
const CALLS: [&str; 2] = ["57dab8b1-894c-409a-b240-bd8beae78896", "0fe0623f-d628-42ed-b4bd-8ac290072cc5"];

/// An event of a log: its call, its minute, and its kind.
type Reported = (bool, Option<u32>, u8);

fn reported() -> impl Strategy<Value = Reported> {
    (prop::bool::weighted(0.1), prop::option::weighted(0.9, 0_u32..60), 0_u8..6)
}

fn minute(minute: u32) -> Timestamp {
    let nine: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    nine + SignedDuration::from_mins(minute.into())
}

/// A log of events that fold. The calls are held and resumed, so that many events are refused and left out.
fn log(reported: &[Reported]) -> Vec<Recorded> {
    let mut ledger = Ledger::new();
    let mut log = Vec::new();
    for (number, (is_other, at, kind)) in reported.iter().enumerate() {
        let call = CALLS[usize::from(*is_other)];
        let revision = ledger.next_revision(call.parse().unwrap());
        let (name, data) = match kind {
            _ if revision == 1 => ("adopted", json!({"state": "established"})),
            0 => ("held", json!({})),
            1 => ("resumed", json!({})),
            2 => ("detailsChanged", json!({"subject": format!("subject {number}")})),
            3 => ("toneReceived", json!({"sequenceId": number, "tone": "pound"})),
            4 => (
                "rosterUpdated",
                json!({"participants": [{"id": format!("p{}", number % 3), "isMuted": true}]}),
            ),
            _ => ("operationCreated", json!({"id": format!("o{number}"), "status": "running"})),
        };
        let at = at.map(|at| minute(at).to_string());
        let line = json!({"call": call, "rev": revision, "at": at, "type": name, "data": data});
        let recorded: Recorded = line.to_string().parse().unwrap();
        if ledger.apply(&recorded).is_ok() {
            log.push(recorded);
        }
    }
    log
}

fn folded<'a>(mut ledger: Ledger, log: impl IntoIterator<Item = &'a Recorded>) -> Ledger {
    log.into_iter().for_each(|recorded| _ = ledger.apply(recorded).unwrap());
    ledger
}

fn ids() -> [CallId; 2] {
    CALLS.map(|id| id.parse().unwrap())
}

/// The calls after a part of the log.
fn prefix<'a>(log: impl IntoIterator<Item = &'a Recorded>) -> Vec<Call> {
    folded(Ledger::new(), log).calls().cloned().collect()
}

properties! {
    96 cases;

    #[test]
    fn the_past_at_a_revision_is_the_fold_of_the_prefix(reported in vec(reported(), 0..400), revision in 0_u64..300) {
        let log = log(&reported);
        let ledger = folded(Ledger::with_history(), &log);
        let past = ledger.as_of(Moment::Revision(revision)).unwrap();
        let then = prefix(log.iter().filter(|recorded| recorded.revision <= revision));
        prop_assert_eq!(past.calls().collect::<Vec<_>>(), then);
    }

    #[test]
    fn the_past_at_a_time_is_the_fold_of_what_came_before_the_first_later_event(
        reported in vec(reported(), 0..400),
        until in (0_u32..62).prop_map(minute),
    ) {
        // The times are mostly in order. Otherwise no event of a long log would be before a time.
        let mut reported = reported;
        reported.sort_by_key(|(_, at, kind)| (at.map_or(0, |at| at - at % 20), *kind));
        let log = log(&reported);
        let ledger = folded(Ledger::with_history(), &log);
        let past = ledger.as_of(Moment::Time(until)).unwrap();
        for id in ids() {
            let of_call = log.iter().filter(|recorded| recorded.call == id);
            let then = prefix(of_call.take_while(|recorded| recorded.at.is_none_or(|at| at <= until)));
            prop_assert_eq!(past.call(id), then.first().cloned());
        }
    }

    #[test]
    fn the_past_at_a_mark_is_the_ledger_when_it_gave_the_mark(
        reported in vec(reported(), 0..400),
        cut in any::<prop::sample::Index>(),
    ) {
        let log = log(&reported);
        let (first, rest) = log.split_at(cut.index(log.len() + 1));
        let before = folded(Ledger::with_history(), first);
        let mark = before.mark();
        let ledger = folded(before.clone(), rest);
        let then: Vec<_> = before.calls().cloned().collect();
        for request in [&before, &ledger] {
            prop_assert_eq!(request.at(mark).unwrap().calls().collect::<Vec<_>>(), then.clone());
        }
        for id in ids() {
            prop_assert_eq!(ledger.at(mark).unwrap().call(id), before.call(id).cloned());
        }
    }

    #[test]
    fn a_ledger_made_of_the_past_goes_on_to_the_present_and_knows_the_marks_before(
        reported in vec(reported(), 1..300),
        cuts in [any::<prop::sample::Index>(), any::<prop::sample::Index>()],
    ) {
        let log = log(&reported);
        let mut cuts = cuts.map(|cut| cut.index(log.len() + 1));
        cuts.sort_unstable();
        let mut ledger = Ledger::with_history();
        let mut marks = vec![ledger.mark()];
        for recorded in &log {
            ledger.apply(recorded).unwrap();
            marks.push(ledger.mark());
        }
        let past = ledger.at(marks[cuts[1]]).unwrap().to_ledger();
        prop_assert_eq!(past.mark(), marks[cuts[1]]);
        let (first, rest) = (ledger.at(marks[cuts[0]]).unwrap(), &log[cuts[1]..]);
        prop_assert!(past.at(marks[cuts[0]]).unwrap().calls().eq(first.calls()));
        let again = folded(past, rest);
        prop_assert!(again.calls().eq(ledger.calls()));
        prop_assert_eq!(again.mark(), ledger.mark());
    }

    #[test]
    fn a_compact_replay_equals_the_ledger_that_applied_the_same_events(reported in vec(reported(), 0..200)) {
        let log = log(&reported);
        let ledger = folded(Ledger::with_history(), &log);
        let mut replay = Replay::new().onto(Ledger::with_history());
        for recorded in &log {
            let findings = replay.record(Format::Events, recorded.to_string().as_bytes(), |_| {});
            prop_assert_eq!(findings, vec![]);
        }
        prop_assert!(replay.calls().eq(ledger.calls()));
        for id in ids() {
            prop_assert_eq!(replay.call(id), ledger.call(id));
        }
        let mut converted = replay.into_ledger();
        prop_assert!(converted.calls().eq(ledger.calls()));
        prop_assert_eq!(converted.mark(), ledger.mark());
        for recorded in log.iter().rev().take(32) {
            prop_assert_eq!(converted.apply(recorded), Ok(Applied::Duplicate));
        }
        let revision = Moment::Revision(log.len() as u64 / 2);
        prop_assert!(converted.as_of(revision).unwrap().calls().eq(ledger.as_of(revision).unwrap().calls()));
    }
}

properties! {
    96 cases;

    #[test]
    fn any_event_that_was_folded_folds_again_from_its_text(
        history in prop_oneof![histories(), arbitrary_histories(CALLS[0].parse().unwrap())],
        cut in any::<prop::sample::Index>(),
    ) {
        let mut ledger = Ledger::with_history();
        let mut then = (ledger.mark(), ledger.clone());
        let cut = cut.index(history.len() + 1);
        for (number, recorded) in (1..).zip(&history) {
            _ = ledger.apply(recorded);
            if number == cut {
                then = (ledger.mark(), ledger.clone());
            }
        }
        let (mark, clone) = then;
        prop_assert!(ledger.at(mark).unwrap().calls().eq(clone.calls().cloned()));
    }
}

#[test]
fn a_clone_keeps_its_past_when_the_ledger_continues() {
    let reported: Vec<Reported> = (0..200).map(|number| (false, Some(number / 4), 2)).collect();
    let log = log(&reported);
    let mut ledger = Ledger::with_history();
    let mut snapshots = Vec::new();
    for recorded in &log {
        ledger.apply(recorded).unwrap();
        snapshots.push(ledger.clone());
    }
    for (count, clone) in (1..).zip(&snapshots) {
        let past = clone.as_of(Moment::Revision(u64::MAX)).unwrap();
        assert!(past.calls().eq(prefix(log.iter().take(count))), "after {count} events");
    }
}
