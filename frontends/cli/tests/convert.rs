//! `callfold convert`: a log of any format becomes an event log or CloudEvents, and back without loss.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use common::{Folder, SAMPLES, callfold, fed, replayed, sample};
use serde_json::{Value, json};

const FORMS: [&str; 2] = ["events", "cloudevents"];

fn converted(form: &str, log: &str) -> String {
    callfold(&["convert", "--to", form, log]).out
}

fn lines(log: &str) -> Vec<Value> {
    log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_sample_replays_to_the_same_calls_after_conversion() {
    let folder = Folder::new();
    for name in SAMPLES {
        let original = replayed(&sample(name));
        for form in FORMS {
            let path = folder.write(&format!("{form}-{name}"), converted(form, &sample(name)));
            let again = callfold(&["replay", "--json", &path]);
            assert_eq!(again.status, 0, "{name} {form}: {}", again.out);
            let again = again.json();
            assert_eq!(again["calls"], original["calls"], "{name} {form}");
            assert_eq!(again["events"], original["events"], "{name} {form}");
            assert_eq!(again["inputs"][0]["format"], "events", "{name} {form}");
            assert_eq!(again["inputs"][0]["records"], original["events"], "{name} {form}");
        }
    }
}

#[test]
fn each_form_becomes_the_other_and_itself_byte_for_byte() {
    for name in SAMPLES {
        let forms = FORMS.map(|form| converted(form, &sample(name)));
        for from in &forms {
            for (form, to) in FORMS.iter().zip(&forms) {
                let ran = fed(from.as_bytes(), &["convert", "--to", form, "-"]);
                assert_eq!((ran.status, &ran.out), (0, to), "{name} to {form}");
            }
        }
    }
}

#[test]
fn a_line_of_the_event_log_is_as_the_contract_has_it() {
    let log = converted("events", &sample("ivr.jsonl"));
    let first = log.lines().next().unwrap();
    let start = r#"{"v":1,"call":"1639dfff-f89f-46f2-867a-d722b358491f","rev":1,"at":"2026-11-23T09:15:00.112Z","type":"offered","data":{"#;
    assert!(first.starts_with(start), "{first}");
    let mut revisions = std::collections::BTreeMap::new();
    for line in lines(&log) {
        let revision = revisions.entry(line["call"].to_string()).or_insert(0);
        *revision += 1;
        assert_eq!(line["rev"], json!(*revision), "revisions have no holes: {line}");
        assert!(line.get("inferred").is_none_or(|inferred| inferred == true), "{line}");
    }
    assert!(
        log.contains(r#""type":"answered","data":{},"inferred":true}"#),
        "a gap is filled with what is inferred"
    );
}

#[test]
fn a_log_without_times_has_no_at() {
    for line in lines(&converted("events", &sample("answered-incoming.jsonl"))) {
        assert_eq!(line.get("at"), None, "{line}");
    }
}

#[test]
fn a_cloudevent_says_the_same_as_the_line() {
    for name in SAMPLES {
        let [plain, cloud] = FORMS.map(|form| lines(&converted(form, &sample(name))));
        assert_eq!(plain.len(), cloud.len());
        for (plain, cloud) in plain.iter().zip(&cloud) {
            let text = |member: &str| plain[member].as_str().unwrap();
            assert_eq!(cloud["specversion"], "1.0");
            assert_eq!(cloud["type"], format!("callfold.call.{}.v1", text("type")));
            assert_eq!(cloud["subject"], plain["call"]);
            assert_eq!(cloud["id"], format!("{}/{}", text("call"), plain["rev"]));
            assert_eq!(cloud.get("time"), plain.get("at"));
            assert_eq!(cloud["data"], plain["data"]);
            assert!(cloud["source"].is_string(), "a CloudEvent has a source: {cloud}");
        }
    }
}

#[test]
fn secrets_are_in_the_log_because_a_host_needs_them_back() {
    for (name, secret) in [
        ("ivr.jsonl", "sample-recording-token-ivr-4f1c9a7e"),
        ("failed-outgoing.jsonl", "sample-passcode-2f9c71"),
        ("meeting-delta-roster.jsonl", "sample-meeting-token-7b2e50d1"),
    ] {
        for form in FORMS {
            let ran = callfold(&["convert", "--to", form, &sample(name)]);
            assert!(ran.out.contains(secret) && !ran.err.contains("sample-"), "{name} {form}");
        }
    }
}

#[test]
fn findings_go_to_standard_error_and_the_log_stays_clean() {
    let ran = callfold(&["convert", "--to", "events", &sample("malformed.jsonl")]);
    assert_eq!((ran.status, lines(&ran.out).len()), (1, 6));
    assert_eq!(ran.err.matches(": error: malformed: ").count(), 3, "{}", ran.err);
}

#[test]
fn a_part_of_a_log_is_chosen_as_in_replay() {
    let adele = "1639DFFFF89F46F2867AD722B358491F";
    let table: [(&[&str], usize); 5] = [
        (&[], 23),
        (&["--call", adele], 12),
        (&["--until-rev", "3"], 9),
        (&["--at", "2026-11-23T09:15:17Z"], 12),
        (&["--call", adele, "--until-rev", "3"], 3),
    ];
    for (flags, count) in table {
        let ivr = sample("ivr.jsonl");
        let ran = callfold(&[&["convert", "--to", "events"], flags, &[ivr.as_str()]].concat());
        assert_eq!(lines(&ran.out).len(), count, "{flags:?}");
    }
}

#[test]
fn strict_converts_what_came_before_the_first_error() {
    let ran = callfold(&["convert", "--strict", "--to", "events", &sample("malformed.jsonl")]);
    assert_eq!((ran.status, lines(&ran.out).len()), (1, 2), "{}", ran.err);
}

#[test]
fn a_form_must_be_named() {
    for arguments in [&["convert", "x"][..], &["convert", "--to", "xml", "x"]] {
        let ran = callfold(arguments);
        assert_eq!(ran.status, 2);
        assert!(ran.err.contains("--to"), "{}", ran.err);
    }
}
