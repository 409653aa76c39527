//! Replays of an event log: lines that stand in the wrong place, and one call alone.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use crate::common::{CALL, call_id};
use callfold::log::Format;
use callfold::{CallId, FindingKind, Replay};

const OTHER: &str = "2e1a4d1c-0000-4000-8000-000000000001";

/// A line of this call's log.
fn line(call: &str, revision: u64, name: &str, data: &str) -> String {
    format!(r#"{{"call":"{call}","rev":{revision},"type":"{name}","data":{data}}}"#)
}

/// What a record is said to be.
fn kinds(replay: &mut Replay, record: &str) -> Vec<FindingKind> {
    let findings = replay.record(Format::Events, record.as_bytes(), |_| {});
    findings.iter().map(|finding| finding.kind).collect()
}

#[test]
fn sixteen_lines_of_a_call_are_held_back_and_with_one_more_all_of_them_are_folded() {
    let mut replay = Replay::new();
    let details = |revision| line(CALL, revision, "detailsChanged", r#"{"subject":"x"}"#);
    assert_eq!(kinds(&mut replay, &line(CALL, 1, "placed", "{}")), []);
    assert_eq!(kinds(&mut replay, &details(3)), [FindingKind::RevisionGap]);
    for revision in 4..19 {
        assert_eq!(kinds(&mut replay, &details(revision)), []);
    }
    let mut in_time = replay.clone();
    assert_eq!(replay.events(), 1);
    assert_eq!(kinds(&mut replay, &details(19)), []);
    assert_eq!(replay.events(), 18);
    assert_eq!(kinds(&mut replay, &details(2)), [FindingKind::RevisionGap]);
    // What they wait for is still in time before.
    assert_eq!(kinds(&mut in_time, &details(2)), []);
    assert_eq!(in_time.events(), 18);
}

#[test]
fn of_one_call_alone_nothing_is_said_that_is_about_another() {
    let broken = |call: &str| line(call, 1, "danced", "{}");
    let rows = [(broken(CALL), true), (broken(OTHER), false), ("{}".to_owned(), true)];
    for (record, is_said) in rows {
        let malformed = [FindingKind::Malformed];
        assert_eq!(kinds(&mut Replay::new(), &record), malformed, "{record}");
        let said = kinds(&mut Replay::new().only(call_id()), &record);
        assert_eq!(said, &malformed[..usize::from(is_said)], "{record}");
    }
}

#[test]
fn of_one_call_alone_no_other_is_replayed() {
    let other: CallId = OTHER.parse().unwrap();
    for only in [call_id(), other] {
        let mut replay = Replay::new().only(only);
        for call in [CALL, OTHER] {
            assert_eq!(kinds(&mut replay, &line(call, 1, "placed", "{}")), []);
        }
        assert!(replay.ledger().calls().map(callfold::Call::id).eq([only]));
    }
}
