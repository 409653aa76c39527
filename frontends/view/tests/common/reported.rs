//! Stories from a few words.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use callfold::{Finding, FindingKind};
use callfold_view::story::{Placed, Story};

pub const CALL: &str = "57dab8b1-894c-409a-b240-bd8beae78896";

/// A call's events, each with its tenth of a second after nine o'clock; with none, no time is told.
pub fn at(events: &[(Option<u64>, &str, &str)], findings: Vec<Placed>) -> Story {
    let line = |(number, (tenths, kind, data)): (usize, &(Option<u64>, &str, &str))| {
        let at = tenths.map(|tenths| format!(r#""at":"{}","#, moment(tenths))).unwrap_or_default();
        let line = format!(r#"{{"call":"{CALL}","rev":{},{at}"type":"{kind}","data":{data}}}"#, number + 1);
        line.parse().unwrap()
    };
    Story::of(events.iter().enumerate().map(line).collect(), findings).unwrap()
}

fn moment(tenths: u64) -> String {
    let (hours, minutes, seconds) = (tenths / 36_000, tenths / 600 % 60, tenths / 10 % 60);
    format!("2026-11-{:02}T{:02}:{minutes:02}:{seconds:02}.{}Z", 1 + hours / 24, hours % 24, tenths % 10)
}

/// The same with a second from each event to the next.
pub fn every_second(events: &[(&str, &str)], findings: Vec<Placed>) -> Story {
    let events = (0..).zip(events).map(|(second, (kind, data))| (Some(second * 10), *kind, *data));
    at(&events.collect::<Vec<_>>(), findings)
}

pub fn found(kind: FindingKind, message: &str, line: u64, after: usize) -> Placed {
    Placed::new(Finding::new(kind, None, message), "night.jsonl", (line, line), after)
}

/// An operation as an event has it.
pub fn operation(kind: &str, id: usize, more: &str) -> String {
    format!(r##"{{"@odata.type":"#microsoft.graph.{kind}Operation","id":"{id}"{more}}}"##)
}

/// A participant as a roster has it.
pub fn person(id: usize, name: &str) -> String {
    let name = serde_json::to_string(name).unwrap();
    format!(r#"{{"id":"p{id}","info":{{"identity":{{"user":{{"displayName":{name}}}}}}}}}"#)
}
