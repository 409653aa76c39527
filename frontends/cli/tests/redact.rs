//! `--redact`: nothing of what names somebody is left, and the calls are the same.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use callfold::call::EventKind;
use common::{Folder, SAMPLES, callfold, event, fed, log, sample};
use serde_json::{Value, json};

/// Each text in these logs, and each name of an unknown member, has this marker.
const MARKER: &str = "leak";

/// All ids of calls in these logs begin so.
const IDS: &str = "1ea4b000";

const LOGS: [&str; 2] = ["redact-events.jsonl", "redact-notifications.jsonl"];

/// A copy of a log in a folder whose name has the marker, too.
fn marked(folder: &Folder, name: &str) -> String {
    let log = fs::read(format!("{}/tests/cases/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    folder.write(&format!("leak/LEAK-{name}"), log)
}

fn assert_clean(text: &str, about: &str) {
    let lower = text.to_lowercase();
    for marker in [MARKER, IDS] {
        let place = lower.find(marker);
        let around =
            place.map(|place| lower[place.saturating_sub(80)..].chars().take(160).collect::<String>());
        assert_eq!(around, None, "{about}");
    }
}

fn converted(log: &str, more: &[&str]) -> String {
    callfold(&[&["convert", "--to", "events", log], more].concat()).out
}

fn lines(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn no_marker_is_left_in_anything_that_is_written() {
    let folder = Folder::new();
    for name in LOGS {
        let log = marked(&folder, name);
        for form in ["events", "cloudevents"] {
            let ran = callfold(&["convert", "--to", form, "--redact", &log]);
            assert!(ran.out.lines().count() > 10, "{name} {form}: {}", ran.err);
            assert_clean(&ran.out, &format!("{name} {form}"));
        }
        let gone = format!("{}/LEAK-gone", folder.path());
        let page = callfold(&["report", "--redact", &log, &gone, "-o", "-"]).out;
        assert!(page.contains("Not read: "), "{name}");
        assert!(page.contains("<section class=\"call\"") && page.contains("person-1"), "{name}");
        assert_clean(&page, name);
        let calls: BTreeSet<_> =
            lines(&converted(&log, &[])).iter().map(|line| line["call"].to_string()).collect();
        for call in calls {
            let svg = format!("{}/call.svg", folder.path());
            let ran = callfold(&["report", "--redact", &log, "--call", call.trim_matches('"'), "-o", &svg]);
            assert!(ran.status < 2, "{}", ran.err);
            assert_clean(&fs::read_to_string(&svg).unwrap(), &format!("{name} {call}"));
        }
    }
}

#[test]
fn without_the_flag_the_markers_are_there() {
    let folder = Folder::new();
    let log = marked(&folder, LOGS[0]);
    let page = callfold(&["report", &log, "-o", "-"]).out;
    for text in [&converted(&log, &[]), &page] {
        assert!(text.to_lowercase().matches(MARKER).count() > 50);
    }
}

#[test]
fn the_log_of_markers_has_every_kind_of_event() {
    let events = converted(&marked(&Folder::new(), LOGS[0]), &["--redact"]);
    let kinds: BTreeSet<_> =
        lines(&events).iter().map(|line| line["type"].as_str().unwrap().to_owned()).collect();
    let all: BTreeSet<_> = EventKind::ALL.iter().map(|kind| kind.as_str().to_owned()).collect();
    assert_eq!(kinds, all);
}

/// What must stay of a call.
fn kept(call: &Value) -> Value {
    let operations = call["operations"].as_array().unwrap().iter();
    let operations: Vec<_> = operations
        .map(|operation| json!([operation["kind"], operation["status"], operation["orphaned"]]))
        .collect();
    let result = &call["resultInfo"];
    json!([
        call["state"],
        call["firstAt"],
        call["lastAt"],
        call["revision"],
        call["participants"],
        [result["code"], result["subcode"]],
        operations
    ])
}

#[test]
fn a_redacted_log_replays_to_the_same_states_times_and_codes() {
    let folder = Folder::new();
    let markers = LOGS.map(|name| marked(&folder, name));
    let samples = SAMPLES.iter().chain(&["service.jsonl"]).map(|name| sample(name));
    for log in samples.chain(markers) {
        let (whole, redacted) = (converted(&log, &[]), converted(&log, &["--redact"]));
        let mut pseudonyms = BTreeMap::new();
        for (line, other) in lines(&whole).into_iter().zip(lines(&redacted)) {
            for same in ["v", "rev", "at", "type", "inferred"] {
                assert_eq!(line[same], other[same], "{log}: {line}");
            }
            let pseudonym =
                pseudonyms.entry(line["call"].to_string()).or_insert_with(|| other["call"].clone());
            assert_eq!(*pseudonym, other["call"], "{log}: one id, one pseudonym");
        }
        let different: BTreeSet<_> = pseudonyms.values().map(ToString::to_string).collect();
        assert_eq!(
            (different.len(), whole.lines().count()),
            (pseudonyms.len(), redacted.lines().count()),
            "{log}"
        );
        let replayed =
            |text: &str| callfold(&["replay", "--json", &folder.write("events.jsonl", text)]).json();
        let (before, after) = (replayed(&whole), replayed(&redacted));
        assert_eq!(
            after["findings"].as_array().map(Vec::len),
            before["findings"].as_array().map(Vec::len),
            "{log}"
        );
        for call in before["calls"].as_array().unwrap() {
            let id = &pseudonyms[&call["id"].to_string()];
            let other = after["calls"].as_array().unwrap().iter().find(|call| call["id"] == *id).unwrap();
            assert_eq!(kept(call), kept(other), "{log}: {call}");
        }
    }
}

#[test]
fn an_id_has_the_same_pseudonym_in_a_log_and_on_a_page() {
    let (log, page) = (
        converted(&sample("ivr.jsonl"), &["--redact"]),
        callfold(&["report", "--redact", &sample("ivr.jsonl"), "-o", "-"]).out,
    );
    let (whole, first) = (lines(&converted(&sample("ivr.jsonl"), &[])), &lines(&log)[0]);
    assert_eq!(first["call"], "00000001-0000-0000-0000-000000000000");
    assert_eq!(whole[0]["call"], "1639dfff-f89f-46f2-867a-d722b358491f");
    let section = page.split_once("id=\"call-00000001-0000-0000-0000-000000000000\"").unwrap().1;
    let section = section.split_once("</section>").unwrap().0;
    assert!(section.contains("for 52.6 s · 12 events") && section.contains("2026-11-23 09:15:00.112"));
    assert!(section.contains("200/4521 The peer ended the call."), "Graph's own texts stay");
    for line in log.lines().filter(|line| line.contains("operation-1")) {
        assert!(section.contains("operation-1"), "{line}");
    }
    assert!(page.contains("log-1") && !page.contains("ivr.jsonl") && !page.contains("Adele"));
}

#[test]
fn a_requested_call_is_named_by_its_own_id() {
    let log = sample("ivr.jsonl");
    let ran =
        callfold(&["report", "--redact", &log, "--call", "1639dfff-f89f-46f2-867a-d722b358491f", "-o", "-"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains("<section class=\"call\" id=\"call-00000001-0000-0000-0000-000000000000\""));
    let unknown =
        callfold(&["report", "--redact", &log, "--call", "00000001-0000-0000-0000-000000000000", "-o", "-"]);
    assert_eq!(unknown.status, 2, "a pseudonym is no id of the log");
}

#[test]
fn findings_of_a_redacted_log_do_not_quote_it() {
    let folder = Folder::new();
    let err = callfold(&["convert", "--to", "events", "--redact", &marked(&folder, LOGS[0])]).err;
    let quotes = err.lines().map(|line| line.split_once(".jsonl:").unwrap().1);
    quotes.for_each(|line| assert_clean(line, line));
    assert!(err.contains("error: malformed: cannot be read"), "{err}");
}

#[test]
fn the_example_of_the_page_on_logs_is_true() {
    let page = include_str!("../../../docs/log-format.md");
    let section = page.split_once("### Redacted logs").unwrap().1;
    let lines: Vec<_> = section.lines().filter(|line| line.starts_with("{\"v\"")).take(2).collect();
    let first = r#"{"v":1,"call":"1639dfff-f89f-46f2-867a-d722b358491f","rev":1,"type":"placed","data":{}}"#;
    let log = format!("{first}\n{}\n", lines[0]);
    let ran = fed(log.as_bytes(), &["convert", "--to", "events", "--redact", "-"]);
    assert_eq!(ran.out.lines().nth(1), Some(lines[1]));
}

/// Adds a member that nobody knows to each object in a value, at the beginning and at the end.
fn with_unknown(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let known = members.iter().map(|(name, value)| (name.clone(), with_unknown(value)));
            let unknown = ["aLeak", "zLeak"]
                .map(|name| (name.to_owned(), json!({ "leak": ["leak", 4_915_550_173_u64] })));
            known.chain(unknown).collect::<serde_json::Map<_, _>>().into()
        }
        Value::Array(items) => items.iter().map(with_unknown).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

#[test]
fn a_member_that_nobody_decided_on_is_removed_wherever_it_stands() {
    for name in SAMPLES.iter().chain(&["service.jsonl"]) {
        let log = converted(&sample(name), &[]);
        let more: Vec<String> = lines(&log)
            .into_iter()
            .map(|mut line| {
                line["data"] = with_unknown(&line["data"]);
                line.to_string()
            })
            .collect();
        let redacted = |log: &str| fed(log.as_bytes(), &["convert", "--to", "events", "--redact", "-"]).out;
        let after = redacted(&more.join("\n"));
        assert_clean(&after, name);
        assert!(!after.contains("4915550173"), "{name}");
        assert_eq!(after, redacted(&log), "{name}");
    }
}

#[test]
fn no_number_stands_where_a_flag_or_a_code_belongs() {
    let folder = Folder::new();
    let participant = json!({"id": "p", "isMuted": 5_550_100, "isInLobby": 12_065_550_100_u64,
        "rosterSequenceNumber": 12_065_550_100.5});
    let lines = [
        event(1, "placed", &json!({})),
        event(2, "rosterUpdated", &json!({"participants": [participant]})),
        event(3, "terminated", &json!({"resultInfo": {"code": 12_065_550_100_u64, "subcode": 4521}})),
    ];
    let written = converted(&folder.write("log", log(&lines)), &["--redact"]);
    assert!(!written.contains("5550100"), "{written}");
    assert!(written.contains("4521"), "{written}");
}
