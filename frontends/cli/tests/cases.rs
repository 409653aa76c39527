//! Logs as people have them: each file in `cases/` stands for a kind, and the whole kind is to be read.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

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

/// The call of most cases, if its times are in the log: it comes in, has two participants, and ends after a minute.
#[track_caller]
fn is_the_call(name: &str, kinds_expected: &[&str]) {
    let replayed = replayed(name);
    let calls = replayed["calls"].as_array().expect("calls");
    assert_eq!(calls.len(), 1, "{name}");
    let call = &calls[0];
    assert_eq!(call["state"], "terminated", "{name}");
    assert_eq!((&call["direction"], &call["participants"]), (&json!("incoming"), &json!(2)), "{name}");
    assert_eq!(call["resultInfo"], json!({"code": 500, "subcode": 7112, "message": "no media"}), "{name}");
    let times = (&call["firstAt"], &call["lastAt"]);
    assert_eq!(times, (&json!("2031-01-01T10:00:00Z"), &json!("2031-01-01T10:01:00Z")), "{name}");
    assert_eq!(kinds(&replayed), kinds_expected, "{name}");
}

#[test]
fn a_log_whose_newest_entry_is_first_is_read_from_its_end() {
    is_the_call("01b-sdk-oldest-first.log", &[]);
    is_the_call("01-sdk-newest-first.log", &["newestFirst"]);
    is_the_call("01c-newest-first-equal-times.log", &["newestFirst"]);
    let first = &replayed("01-sdk-newest-first.log")["findings"][0];
    assert_eq!(
        (&first["severity"], &first["record"], &first["line"]),
        (&json!("info"), &json!(1), &json!(1))
    );
}

#[test]
fn local_times_show_the_order_and_nothing_else() {
    let replayed = replayed("01d-newest-first-local-times.log");
    let call = &replayed["calls"][0];
    assert_eq!((&call["direction"], &call["participants"]), (&json!("incoming"), &json!(2)));
    assert_eq!((&call["state"], &call["firstAt"]), (&json!("terminated"), &json!(null)));
    assert_eq!(kinds(&replayed), ["newestFirst", "noise"]);
}

#[test]
fn midnight_does_not_turn_a_log_around() {
    for name in ["01e-midnight.log", "01f-midnight-two.log"] {
        assert_eq!(kinds(&replayed(name)), ["noise"], "{name}");
    }
}

#[test]
fn entries_of_the_sdk_are_found_behind_other_prefixes() {
    is_the_call("05-serilog-around-sdk.log", &[]);
    is_the_call("05b-sdk-behind-long-prefix.log", &[]);
    is_the_call("05c-sdk-marks-in-values.log", &[]);
    assert_eq!(replayed("05-serilog-around-sdk.log")["inputs"][0]["format"], "sdk-log");
}

#[test]
fn the_text_of_the_sdk_of_2019_is_read() {
    is_the_call("18-2019-prefix.log", &["newestFirst"]);
    is_the_call("18b-2019-oldest-first.log", &[]);
    is_the_call("18c-2019-other-json.log", &[]);
}

#[test]
fn bodies_are_read_in_the_order_of_their_times() {
    is_the_call("22-shuffled-times.jsonl", &[]);
}

#[test]
fn times_that_run_backwards_are_said_once_where_a_time_is_missing() {
    let replayed = replayed("22b-shuffled-but-one-without.jsonl");
    let unordered: Vec<_> = replayed["findings"].as_array().expect("findings").iter().collect();
    let unordered: Vec<_> = unordered.iter().filter(|it| it["kind"] == "unordered").collect();
    assert_eq!(unordered.len(), 1, "{replayed}");
    assert_eq!((&unordered[0]["severity"], &unordered[0]["record"]), (&json!("warn"), &json!(3)));
    assert_eq!(replayed["calls"][0]["direction"], "incoming");
}

#[test]
fn a_log_in_utf16_is_read() {
    assert_eq!(replayed("13-utf16le-bom.jsonl")["calls"][0]["participants"], 2);
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
