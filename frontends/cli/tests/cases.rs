//! Logs as people have them: each file in `cases/` stands for a kind, and the whole kind is to be read.
#![allow(clippy::expect_used, reason = "a test may panic")]

mod common;

use common::callfold;
use serde_json::{Value, json};

fn replayed(name: &str) -> Value {
    let path = format!("{}/tests/cases/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&callfold(&["replay", "--json", &path]).out).expect("JSON")
}

fn kinds(replayed: &Value) -> Vec<&str> {
    let findings = replayed["findings"].as_array().expect("findings");
    findings.iter().filter_map(|finding| finding["kind"].as_str()).collect()
}

/// The same call, around whose bodies a logger wrote something.
#[test]
fn bodies_in_the_logs_of_applications_are_read() {
    for name in ["02-prefix-one-line.log", "03-prefix-pretty.log", "06-text-between.log"] {
        let replayed = replayed(name);
        let call = &replayed["calls"][0];
        assert_eq!((&call["state"], &call["participants"]), (&json!("terminated"), &json!(2)), "{name}");
        assert_eq!(
            call["resultInfo"],
            json!({"code": 500, "subcode": 7112, "message": "no media"}),
            "{name}"
        );
        assert_eq!((kinds(&replayed), &call["firstAt"]), (vec!["noise"], &json!(null)), "{name}");
    }
}

#[test]
fn times_with_an_offset_are_used() {
    for (name, kinds_expected) in [
        ("04-timestamp-prefix.log", vec!["noise"]),
        ("12-json-string-inside.jsonl", vec![]),
        ("20-prefix-and-suffix.log", vec!["noise"]),
    ] {
        let replayed = replayed(name);
        let call = &replayed["calls"][0];
        let times = (&call["firstAt"], &call["lastAt"]);
        assert_eq!(times, (&json!("2031-01-01T10:00:00Z"), &json!("2031-01-01T10:01:00Z")), "{name}");
        assert_eq!((&call["participants"], kinds(&replayed)), (&json!(2), kinds_expected), "{name}");
    }
}

#[test]
fn times_of_receiving_can_be_numbers() {
    let replayed = replayed("21-received-epoch.jsonl");
    assert_eq!(replayed["calls"][0]["firstAt"], "2030-12-31T10:00:00.123Z");
    assert_eq!(replayed["calls"][0]["lastAt"], "2031-01-01T10:00:00Z");
}

#[test]
fn other_notifications_tell_no_state() {
    let replayed = replayed("10-change-notification.jsonl");
    assert_eq!(
        (replayed["calls"].as_array().map(Vec::len), kinds(&replayed).contains(&"malformed")),
        (Some(1), false)
    );
    assert!(replayed["findings"][0]["message"].as_str().is_some_and(|it| it.contains("callRecords")));
}

#[test]
fn encrypted_content_tells_no_state() {
    let replayed = replayed("11-encrypted.json");
    assert_eq!((&replayed["calls"], kinds(&replayed)), (&json!([]), vec!["unknownResource"]));
}

#[test]
fn a_log_that_tells_of_no_call_says_so() {
    let replayed = replayed("09-sdk-no-http.log");
    assert_eq!((&replayed["calls"], kinds(&replayed)), (&json!([]), vec!["nothingFound"]));
}

#[test]
fn a_second_delivery_in_raw_requests_is_known_for_one() {
    assert!(kinds(&replayed("14-raw-http.txt")).contains(&"duplicate"));
}

#[test]
fn structured_lines_and_prose_between_bodies_are_no_faults() {
    for (name, state) in [("16-structured-some-bodies.jsonl", "established"), ("19-paste.md", "terminated")] {
        let replayed = replayed(name);
        assert_eq!(replayed["calls"][0]["state"], state, "{name}");
        assert!(!kinds(&replayed).contains(&"malformed") && kinds(&replayed).contains(&"noise"), "{name}");
    }
}
