//! Builds histories from short descriptions.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use callfold::{Finding, FindingKind};
use callfold_view::history::{CallHistory, HistoryFinding};

pub const CALL: &str = "57dab8b1-894c-409a-b240-bd8beae78896";

/// A call from its events, each with its time in tenths of a second since midnight, or without a time.
pub fn at(events: &[(Option<u64>, &str, &str)], findings: Vec<HistoryFinding>) -> CallHistory {
    let line = |(number, (tenths, kind, data)): (usize, &(Option<u64>, &str, &str))| {
        let at = tenths.map(|tenths| format!(r#""at":"{}","#, moment(tenths))).unwrap_or_default();
        let line = format!(r#"{{"call":"{CALL}","rev":{},{at}"type":"{kind}","data":{data}}}"#, number + 1);
        line.parse().unwrap()
    };
    CallHistory::of(events.iter().enumerate().map(line).collect(), findings).unwrap()
}

fn moment(tenths: u64) -> String {
    let (hours, minutes, seconds) = (tenths / 36_000, tenths / 600 % 60, tenths / 10 % 60);
    format!("2026-11-{:02}T{:02}:{minutes:02}:{seconds:02}.{}Z", 1 + hours / 24, hours % 24, tenths % 10)
}

/// A call with one second between two events.
pub fn every_second(events: &[(&str, &str)], findings: Vec<HistoryFinding>) -> CallHistory {
    let events = (0..).zip(events).map(|(second, (kind, data))| (Some(second * 10), *kind, *data));
    at(&events.collect::<Vec<_>>(), findings)
}

pub fn found(kind: FindingKind, message: &str, line: u64, after: usize) -> HistoryFinding {
    HistoryFinding::new(Finding::new(kind, None, message), "night.jsonl", (line, line), after)
}

/// An operation as the JSON in an event.
pub fn operation(kind: &str, id: usize, more: &str) -> String {
    format!(r##"{{"@odata.type":"#microsoft.graph.{kind}Operation","id":"{id}"{more}}}"##)
}

/// A participant as the JSON in a roster.
pub fn person(id: usize, name: &str) -> String {
    let name = serde_json::to_string(name).unwrap();
    format!(r#"{{"id":"p{id}","info":{{"identity":{{"user":{{"displayName":{name}}}}}}}}}"#)
}
