//! Logs as people have them: each file in `cases/` stands for a kind, and the whole kind is to be read.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use common::{callfold, fed, sample};
use serde_json::{Value, json};

fn replayed(name: &str) -> Value {
    let path = format!("{}/tests/cases/{name}", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&callfold(&["replay", "--json", &path]).out).expect("JSON")
}

/// The kinds of the findings, without the calls that have not ended: many of the cases have only the beginning of a call.
fn kinds(replayed: &Value) -> Vec<&str> {
    let findings = replayed["findings"].as_array().expect("findings");
    let kinds = findings.iter().filter_map(|finding| finding["kind"].as_str());
    kinds.filter(|kind| *kind != "unfinished").collect()
}

/// The call of most cases, if its times are in the log: it comes in, has two participants, and ends after a minute.
#[track_caller]
fn is_the_call(name: &str, kinds_expected: &[&str]) {
    is_the_call_with(name, "no media", kinds_expected);
}

#[track_caller]
fn is_the_call_with(name: &str, message: &str, kinds_expected: &[&str]) {
    let replayed = replayed(name);
    let calls = replayed["calls"].as_array().expect("calls");
    assert_eq!(calls.len(), 1, "{name}");
    let call = &calls[0];
    assert_eq!(call["state"], "terminated", "{name}");
    assert_eq!((&call["direction"], &call["participants"]), (&json!("incoming"), &json!(2)), "{name}");
    assert_eq!(call["resultInfo"], json!({"code": 500, "subcode": 7112, "message": message}), "{name}");
    let times = (&call["firstAt"], &call["lastAt"]);
    assert_eq!(times, (&json!("2031-01-01T10:00:00Z"), &json!("2031-01-01T10:01:00Z")), "{name}");
    assert_eq!(kinds(&replayed), kinds_expected, "{name}");
}

/// The same, but without the time of each notification.
#[track_caller]
fn is_the_call_without_times(name: &str, kinds_expected: &[&str]) {
    let replayed = replayed(name);
    let call = &replayed["calls"][0];
    assert_eq!((&call["direction"], &call["participants"]), (&json!("incoming"), &json!(2)), "{name}");
    assert_eq!((&call["state"], &call["firstAt"]), (&json!("terminated"), &json!(null)), "{name}");
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
    for (name, kinds_expected) in [
        ("01d-newest-first-local-times.log", vec!["newestFirst", "noise"]),
        ("01g-newest-first-time-above.log", vec!["newestFirst", "noise"]),
        ("01h-other-times-above.log", vec!["noise"]),
        ("01i-newest-first-in-a-member.jsonl", vec!["newestFirst"]),
        ("01j-sdk-local-times.log", vec!["newestFirst"]),
    ] {
        is_the_call_without_times(name, &kinds_expected);
    }
}

#[test]
fn one_time_that_falls_turns_only_a_log_of_two_records_around() {
    let jitter = replayed("01k-one-time-falls.log");
    assert_eq!((&jitter["calls"][0]["state"], kinds(&jitter)), (&json!("terminated"), vec!["noise"]));
    let two = replayed("01l-newest-first-two.log");
    assert_eq!(kinds(&two), ["newestFirst", "noise"]);
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
    is_the_call("05d-sdk-in-console-logger.log", &[]);
    is_the_call("05e-sdk-in-console-logger-crlf.log", &[]);
    is_the_call("05f-sdk-in-docker-compose.log", &[]);
    assert_eq!(replayed("05-serilog-around-sdk.log")["inputs"][0]["format"], "sdk-log");
}

/// The application logs bodies, too, and some of them are in the traces of the SDK as well.
#[test]
fn bodies_between_the_entries_of_the_sdk_are_read_once() {
    is_the_call("23-sdk-and-plain-bodies.log", &[]);
    is_the_call("23b-sdk-bodies-twice.log", &["duplicate"; 9]);
    assert_eq!(replayed("23b-sdk-bodies-twice.log")["events"], 17);
}

#[test]
fn the_text_of_the_sdk_of_2019_is_read() {
    is_the_call("18-2019-prefix.log", &["newestFirst"]);
    is_the_call("18b-2019-oldest-first.log", &[]);
    is_the_call("18c-2019-other-json.log", &[]);
    is_the_call("18d-2019-text-before-body.log", &[]);
    is_the_call("18e-2019-other-json-before-body.log", &[]);
    is_the_call("18f-2019-newest-first-text-before-body.log", &["newestFirst"]);
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
fn who_is_missing_from_a_full_roster_has_left() {
    for (name, participants, kinds_expected) in [
        ("07-roster-leaver-absent.jsonl", 0, vec!["adopted", "gap", "gap"]),
        ("07b-two-leave-at-once.jsonl", 1, vec!["adopted", "gap", "repeat"]),
        ("07c-empty-first-and-no-ids.jsonl", 0, vec!["adopted", "repeat", "gap", "gap"]),
    ] {
        let replayed = replayed(name);
        assert_eq!(replayed["calls"][0]["participants"], participants, "{name}");
        assert_eq!(kinds(&replayed), kinds_expected, "{name}");
        let findings = replayed["findings"].as_array().expect("findings");
        let gaps: Vec<_> = findings.iter().filter(|finding| finding["kind"] == "gap").collect();
        for gap in gaps {
            assert_eq!(gap["severity"], "info", "{name}");
            assert!(
                gap["message"].as_str().is_some_and(|it| it.contains("P1") || it.contains("P2")),
                "{name}"
            );
        }
    }
}

#[test]
fn who_left_so_is_inferred() {
    let path = format!("{}/tests/cases/07-roster-leaver-absent.jsonl", env!("CARGO_MANIFEST_DIR"));
    let converted = callfold(&["convert", "--to", "events", &path]).out;
    let inferred: Vec<_> = converted.lines().filter(|line| line.contains(r#""inferred":true"#)).collect();
    assert_eq!(inferred.len(), 2, "{converted}");
    assert!(inferred.iter().all(|line| line.contains("rosterUpdated") && line.contains("removedState")));
}

#[test]
fn cloud_events_of_another_service_are_named_one_by_one() {
    for (name, kinds_expected) in [
        ("15-cloudevents-array.json", vec!["unknownResource"]),
        ("15b-cloudevent-pretty.json", vec!["unknownResource"]),
        ("15c-cloudevents-array-and-pretty.json", vec!["unknownResource"; 3]),
        ("15d-own-cloudevents-among-others.json", vec!["unknownResource", "malformed"]),
    ] {
        assert_eq!(kinds(&replayed(name)), kinds_expected, "{name}");
    }
    assert_eq!(replayed("15d-own-cloudevents-among-others.json")["calls"][0]["state"], "established");
}

#[test]
fn a_notification_without_data_told_nothing() {
    for (name, kinds_expected) in [
        ("17-roster-without-data.json", vec!["empty"]),
        ("17b-roster-without-data-known.jsonl", vec!["adopted", "empty", "empty"]),
        ("17c-roster-null.jsonl", vec!["empty", "empty"]),
    ] {
        let replayed = replayed(name);
        assert_eq!(kinds(&replayed), kinds_expected, "{name}");
        assert!(!replayed["findings"].to_string().contains("again"), "{name}");
    }
}

#[test]
fn half_a_surrogate_pair_loses_nothing_else() {
    let alone = replayed("lone.jsonl");
    assert_eq!((&alone["calls"][0]["state"], kinds(&alone)), (&json!("established"), vec!["adopted"]));
    let named = replayed("lone-in-a-name.jsonl");
    let call = &named["calls"][0];
    assert_eq!((&call["participants"], kinds(&named)), (&json!(2), vec!["adopted"]));
    assert_eq!(call["resultInfo"]["message"], "\u{1f600} \\ud800 \u{fffd}end");
    let everywhere = replayed("lone-everywhere.jsonl");
    let call = &everywhere["calls"][0];
    assert_eq!((&call["state"], &call["direction"]), (&json!("terminated"), &json!("incoming")));
    assert_eq!((&call["resultInfo"]["code"], kinds(&everywhere)), (&json!(500), vec!["unknownResource"]));
}

#[test]
fn a_byte_that_is_not_utf8_loses_nothing_else() {
    for name in ["27-not-utf8.jsonl", "27c-not-utf8-sdk.log"] {
        is_the_call_with(name, "no\u{fffd} media", &[]);
    }
    is_the_call_with("27b-not-utf8-hostile.log", "no\u{fffd} media", &["malformed", "noise"]);
    let events = replayed("27d-not-utf8-events.jsonl");
    assert_eq!((&events["events"], kinds(&events)), (&json!(2), vec![]));
}

#[test]
fn the_first_record_can_have_any_size() {
    let participants: Vec<_> = (0..300)
        .map(|number| json!({ "id": format!("{number:08}-0000-4000-8000-000000000001"), "isMuted": false, "padding": "x".repeat(500) }))
        .collect();
    let url = "/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896/participants";
    let body =
        json!({ "value": [{ "changeType": "updated", "resourceUrl": url, "resourceData": participants }] });
    let body = format!("{body:#}\n");
    assert!(body.len() > 1 << 17, "more than a block");
    let ran = common::fed(body.as_bytes(), &["replay", "--json", "-"]);
    assert_eq!((ran.status, &ran.json()["calls"][0]["participants"]), (0, &json!(300)));
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

/// Text before and behind a body on one line is one line of text.
#[test]
fn skipped_lines_are_counted_once() {
    let body = |state: &str| {
        let call = "/communications/calls/0badc0de-0000-4000-8000-000000000001";
        json!({"value": [{"resourceUrl": call, "resourceData": {"state": state}}]})
    };
    let log =
        ["incoming", "establishing", "established"].map(|state| format!("INFO {} took 3 ms\n", body(state)));
    let ran = fed(format!("{}no body\n", log.concat()).as_bytes(), &["replay", "--json", "-"]);
    let findings = ran.json()["findings"].clone();
    let noise =
        findings.as_array().expect("findings").iter().find(|it| it["kind"] == "noise").expect("noise");
    assert!(noise["message"].as_str().is_some_and(|it| it.starts_with("4 lines")), "{noise}");
}

/// A call in four bodies, each behind a prefix.
fn behind(prefixes: [&str; 4]) -> String {
    let call = "/communications/calls/0badc0de-0000-4000-8000-000000000001";
    let body = |state: &str| json!({"value": [{"resourceUrl": call, "resourceData": {"state": state}}]});
    let states = ["incoming", "establishing", "established", "terminated"];
    let lines = prefixes.iter().zip(states).map(|(prefix, state)| format!("{prefix}{}\n", body(state)));
    lines.collect()
}

fn fed_json(log: &str) -> Value {
    fed(log.as_bytes(), &["replay", "--json", "-"]).json()
}

/// The fault is that of the log, not of the network.
#[test]
fn local_times_that_run_backwards_are_told_once() {
    let rotated = behind([
        "2031-01-01 10:00:03,000 ",
        "2031-01-01 10:01:04,000 ",
        "2031-01-01 09:00:01,000 ",
        "2031-01-01 09:00:02,000 ",
    ]);
    let of_day = behind(["[10:00:03] ", "[10:01:04] ", "[09:00:01] ", "[08:00:02] "]);
    for log in [rotated, of_day] {
        let replayed = fed_json(&log);
        let unordered: Vec<_> = kinds(&replayed).into_iter().filter(|kind| *kind == "unordered").collect();
        assert_eq!(unordered.len(), 1, "{replayed}");
    }
    // Threads that write at once are no fault.
    let jitter = behind([
        "2031-01-01 10:00:03,004 ",
        "2031-01-01 10:00:03,001 ",
        "2031-01-01 10:00:05,000 ",
        "2031-01-01 10:00:06,000 ",
    ]);
    assert_eq!(kinds(&fed_json(&jitter)), ["noise"]);
}

#[test]
fn a_log_with_equal_times_can_have_its_newest_entry_first() {
    let call = behind([
        "2031-01-01 10:00:00 ",
        "2031-01-01 10:00:00 ",
        "2031-01-01 10:00:00 ",
        "2031-01-01 10:01:00 ",
    ]);
    let newest: String = call.split_inclusive('\n').rev().collect();
    assert_eq!(kinds(&fed_json(&newest)), ["newestFirst", "noise"]);
    assert_eq!(kinds(&fed_json(&call)), ["noise"]);
}

#[test]
fn times_of_day_are_read_as_loggers_write_them() {
    for times in [
        [
            "Nov 26 10:00:00 host bot[1]: ",
            "Nov 26 10:00:01 host bot[1]: ",
            "Nov 26 10:00:02 host bot[1]: ",
            "Nov 26 10:01:00 host bot[1]: ",
        ],
        [
            "11/26/2026 11:59:59 AM ",
            "11/26/2026 12:00:00 PM ",
            "11/26/2026 12:59:59 PM ",
            "11/26/2026 01:00:01 PM ",
        ],
    ] {
        let call = behind(times);
        let newest: String = call.split_inclusive('\n').rev().collect();
        assert_eq!(kinds(&fed_json(&call)), ["noise"], "{call}");
        assert_eq!(kinds(&fed_json(&newest)), ["newestFirst", "noise"], "{newest}");
    }
}

#[test]
fn a_duration_is_no_time_of_day() {
    let call = behind([
        "[timeout in 00:09:00] ",
        "[timeout in 00:08:00] ",
        "[timeout in 00:07:00] ",
        "[timeout in 00:06:00] ",
    ]);
    assert_eq!(kinds(&fed_json(&call)), ["noise"]);
}

/// It says what could not be read, and is not taken for ordinary text.
#[test]
fn a_notification_in_a_spelling_that_is_not_read_is_malformed() {
    let call = behind([""; 4]);
    let (before, last) = call.trim_end().rsplit_once('\n').expect("lines");
    let cut = r##"{"message":"{\"@odata.type\":\"#microsoft.graph.commsNotifications...","level":"info"}"##;
    let python = last.replace('"', "'").replace("'resourceData'", "'changeType': 'updated', 'resourceData'");
    for unread in [last.replace('"', "&quot;"), last.replace('"', "\\x22"), python, cut.into()] {
        for log in [format!("{before}\n{unread}\n"), format!("{unread}\n{before}\n")] {
            let replayed = fed_json(&log);
            assert!(kinds(&replayed).contains(&"malformed"), "{log}{replayed}");
            assert_eq!(replayed["calls"][0]["state"], "established");
        }
    }
    let prose =
        "INFO notification: changeType=updated resourceUrl=/communications/calls/1 resourceData follows\n";
    assert_eq!(kinds(&fed_json(&format!("{prose}{call}"))), ["noise"]);
}

#[test]
fn headers_behind_the_marks_of_a_tool_belong_to_the_body() {
    let call = behind([""; 4]);
    for (mark, chunk) in [("> ", ""), ("< ", ""), ("", "2f1\r\n")] {
        let header =
            format!("{mark}Host: bot\r\n{mark}X-Microsoft-Skype-Message-ID: 5f7a\r\n{mark}\r\n{chunk}");
        let first = call.split_inclusive('\n').next().expect("a line");
        let log = format!("{header}{first}{header}{first}{call}");
        assert!(kinds(&fed_json(&log)).contains(&"duplicate"), "{log}");
    }
}

/// Recorders also write all bodies into one array.
#[test]
fn recorded_bodies_of_an_array_are_read_in_the_order_of_their_times() {
    let call = "/communications/calls/0badc0de-0000-4000-8000-000000000001";
    let recorded = |second: u8, state: &str| {
        let one = json!({"resourceUrl": call, "resourceData": {"state": state, "direction": "incoming"}});
        json!({"receivedAt": format!("2031-01-01T10:00:0{second}Z"), "body": {"value": [one]}})
    };
    let log = json!([recorded(3, "terminated"), recorded(2, "established"), recorded(1, "incoming")]);
    let replayed = fed(log.to_string().as_bytes(), &["replay", "--json", "-"]).json();
    assert_eq!(kinds(&replayed), ["gap"], "{replayed}");
    assert_eq!(replayed["calls"][0]["firstAt"], "2031-01-01T10:00:01Z");
}

/// The replies to requests that an app logs have a `value`, too.
#[test]
fn other_collections_of_graph_are_no_broken_notifications() {
    let good = r#"{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/0badc0de-0000-4000-8000-000000000001","resourceData":{"state":"established"}}]}"#;
    for other in [
        r#"GET users -> {"@odata.context":"https://graph.microsoft.com/v1.0/$metadata#users","value":[{"id":"x"}]}"#,
        r#"{"value":[1,2,3]}"#,
    ] {
        let replayed = fed(format!("{other}\n{good}\n").as_bytes(), &["replay", "--json", "-"]).json();
        assert!(!kinds(&replayed).contains(&"malformed"), "{replayed}");
        assert_eq!(replayed["calls"][0]["state"], "established");
    }
    let typed = r##"{"@odata.type":"#microsoft.graph.commsNotifications","value":[{"id":"x"}]}"##;
    let replayed = fed(format!("{typed}\n{good}\n").as_bytes(), &["replay", "--json", "-"]).json();
    assert!(kinds(&replayed).contains(&"malformed"), "{replayed}");
}

#[test]
fn participants_without_any_member_tell_nothing() {
    let body = r#"{"value":[{"changeType":"updated","resourceUrl":"/communications/calls/0badc0de-0000-4000-8000-000000000001/participants","resourceData":{}}]}"#;
    let replayed = fed(body.as_bytes(), &["replay", "--json", "-"]).json();
    assert_eq!((kinds(&replayed), &replayed["calls"]), (vec!["empty"], &json!([])), "{replayed}");
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

/// Who called whom, and how many are in a call of which no roster came.
#[test]
fn people_are_known_without_a_roster() {
    let people = |name: &str| -> Vec<Value> {
        let calls = replayed(name)["calls"].as_array().expect("calls").clone();
        calls
            .iter()
            .map(|call| json!([call["from"], call["to"], call["participants"], call["people"]]))
            .collect()
    };
    let targets = "Adele Vance, 773b202e-decf-4301-8216-f3b42eaed5bf";
    assert_eq!(
        people("people-without-roster.jsonl"),
        [
            json!(["+15550100", "Support line", 2, ["+15550100", "Support line"]]),
            json!(["Bot", targets, 2, ["Bot", "Somebody Else"]]),
        ]
    );
    // A list with an element of another type is kept as it came, and not read.
    assert_eq!(
        people("people-hostile.jsonl"),
        [json!([null, null, 0, []]), json!([null, null, 2, ["somebody", "the app"]])]
    );
}

/// Each once, those who left too; in the table where one call is asked for.
#[test]
fn who_was_in_a_call_is_named() {
    let log = sample("meeting-delta-roster.jsonl");
    let replayed = callfold(&["replay", "--json", &log]).json();
    let names = ["Fabrikam Notes", "Adele Vance", "Megan Bowen", "+15550117"];
    assert_eq!(replayed["calls"][0]["people"], json!(names));
    let shown = callfold(&["replay", "--call", "d8a484f5", &log]).out;
    assert!(shown.contains(&names.join(", ")), "{shown}");
    assert!(!callfold(&["replay", &log]).out.contains("Megan"));
}

#[test]
fn calls_are_listed_in_the_order_of_time() {
    let path = format!("{}/tests/cases/people-without-roster.jsonl", env!("CARGO_MANIFEST_DIR"));
    let listed = |arguments: &[&str]| {
        let shown = callfold(&[&["replay", &path], arguments].concat()).out;
        let ids = shown.split_whitespace().filter(|word| word.starts_with("0badc0de"));
        ids.filter(|id| id.len() == 36).map(|id| id[34..].to_owned()).collect::<Vec<_>>()
    };
    let [first, second] = ["02", "01"].map(String::from);
    assert_eq!(listed(&[]), [first.clone(), second.clone()]);
    assert_eq!(listed(&["--sort", "-begin"]), [second.clone(), first.clone()]);
    assert_eq!(listed(&["--sort", "from"]), [second.clone(), first.clone()]);
    assert_eq!(listed(&["--sort", "-duration"]), [first.clone(), second]);
    assert_eq!(listed(&["--ended", "badly"]), [first]);
    assert!(callfold(&["replay", "--sort", "size", &path]).err.contains("begin, end, duration"));
}

#[test]
fn a_call_that_ended_badly_is_told_from_others() {
    for (name, badly) in [("diag.jsonl", 1), ("people-without-roster.jsonl", 1), ("people-hostile.jsonl", 1)]
    {
        let path = format!("{}/tests/cases/{name}", env!("CARGO_MANIFEST_DIR"));
        let shown = callfold(&["replay", "--json", "--ended", "badly", &path]).json();
        assert_eq!(shown["calls"].as_array().expect("calls").len(), badly, "{name}");
    }
}

/// The meaning of the code, and the service's own words.
#[test]
fn the_message_of_the_service_stands_beside_the_meaning_of_the_code() {
    let path = format!("{}/tests/cases/diag.jsonl", env!("CARGO_MANIFEST_DIR"));
    let ended = "408/10057 No signalling came from the callee. “The participant did not respond. DiagCode: 408#10057.@ correlation 4c21a”";
    assert!(callfold(&["replay", &path]).out.contains(ended));
    let page = callfold(&["report", "-o", "-", &path]).out;
    assert!(page.contains("DiagCode: 408#10057.@ correlation 4c21a"), "{page}");
}

#[test]
fn why_operations_failed_is_told() {
    let replayed_why = replayed("08-operation-failed-why.json");
    let why = json!({"code": 412, "subcode": 9999, "message": "not allowed here"});
    let operation = &replayed_why["calls"][0]["operations"][0];
    assert_eq!((&operation["resultInfo"], &operation["completionReason"]), (&why, &Value::Null));
    assert_eq!(kinds(&replayed_why), ["adopted", "operationFailed"]);
    let path = format!("{}/tests/cases/08-operation-failed-why.json", env!("CARGO_MANIFEST_DIR"));
    assert!(callfold(&["replay", &path]).out.contains("inviteParticipants failed 412/9999 not allowed here"));
    let check = callfold(&["check", &path]);
    assert!(check.out.contains("warn: operationFailed: "), "{}", check.out);
    assert!(check.out.contains("failed with 412/9999 not allowed here"), "{}", check.out);

    let replayed = replayed("operations-why.jsonl");
    let operations = replayed["calls"][0]["operations"].as_array().expect("operations");
    let ended: Vec<_> =
        operations.iter().map(|one| json!([one["resultInfo"], one["completionReason"]])).collect();
    assert_eq!(
        ended,
        [
            json!([{"code": 200, "subcode": 8508, "message": "stopped"}, "stopToneDetected"]),
            json!([{"code": 400, "subcode": 8508, "message": "Action falied. Canceled."}, null]),
            json!([null, null]),
        ]
    );
    let failed = kinds(&replayed).into_iter().filter(|kind| *kind == "operationFailed").count();
    assert_eq!(failed, 1, "what the app cancelled is no failure");
}

/// The table and the page say why, and the result of what succeeded is not in the table.
#[test]
fn an_operation_that_failed_with_a_code_of_success_says_why() {
    let path = |name: &str| format!("{}/tests/cases/{name}.jsonl", env!("CARGO_MANIFEST_DIR"));
    let shown = |command: &str, name: &str| callfold(&[command, &path(name), "-o", "-"]).out;
    let table = |name: &str| callfold(&["replay", "--quiet", &path(name)]).out;

    let seen = table("failed-success");
    assert!(seen.contains("playPrompt failed 200/8508 Action falied. Canceled.\n"), "{seen}");
    assert!(seen.contains("record completed\n"), "{seen}");
    assert!(seen.contains("sendDtmfTones completed 500/1 not sent\n"), "{seen}");
    let page = shown("report", "failed-success");
    for note in ["200/8508 Action falied. Canceled.", "500/1 not sent"] {
        assert!(page.contains(&format!(">{note}</text>")), "{note} is beside its row");
    }
    assert!(!page.contains("Action completed.</text>"));

    let seen = table("failed-success-hostile");
    assert!(seen.contains("playPrompt failed 0/-1 <b><U+001B>[31mred\n"), "{seen}");
    assert!(seen.contains("record failed\n"), "{seen}");
    let page = shown("report", "failed-success-hostile");
    assert!(page.contains("0/-1 &lt;b&gt;") && !page.contains("0/-1 <b>") && !page.contains('\u{1b}'));
}

#[test]
fn a_call_that_had_not_ended_is_told() {
    let replayed = replayed("people-without-roster.jsonl");
    let found = &replayed["findings"].as_array().expect("findings");
    let found = found.iter().find(|finding| finding["kind"] == "unfinished").expect("unfinished");
    assert_eq!(found["call"], "0badc0de-0000-4000-8000-000000000101");
    let message = found["message"].as_str().expect("message");
    assert!(message.contains("`established`") && message.contains("2031-01-01T10:00:01Z"), "{message}");
}

/// Transfers, redirects and invitations, and the calls that belong together.
#[test]
fn what_the_app_asked_of_others_is_told() {
    let replayed = replayed("requests.jsonl");
    let calls = replayed["calls"].as_array().expect("calls");
    let [first, second, third] =
        [1, 2, 3].map(|number| format!("0badc0de-0000-4000-8000-00000000020{number}"));
    let told: Vec<_> = calls.iter().map(|call| json!([call["requests"], call["related"]])).collect();
    let request =
        |method, target, replaces| json!({"method": method, "target": target, "replaces": replaces});
    assert_eq!(
        told,
        [
            json!([
                [
                    request("transfer", json!("Alex Wilber"), json!(second)),
                    request("invite", json!("+15550100"), json!(null))
                ],
                [second, third]
            ]),
            json!([[], [first]]),
            json!([
                [request("redirect", json!("a"), json!(null)), request("redirect", json!(null), json!(null))],
                [first]
            ]),
        ]
    );
    let path = format!("{}/tests/cases/requests.jsonl", env!("CARGO_MANIFEST_DIR"));
    let table = callfold(&["replay", &path]).out;
    assert!(table.contains(&format!("transfer: Alex Wilber, replaces call {second}")), "{table}");
    let page = callfold(&["report", "-o", "-", &path]).out;
    assert!(page.contains("invite: +15550100"), "{page}");
}

/// The structured lines of another logger have members such as `call` and `data`, too.
#[test]
fn structured_lines_are_no_event_log() {
    let folder = common::Folder::new();
    let body = common::notifications().remove(0);
    let line = json!({"level": "info", "call": "x", "data": {"a": 1}});
    let path = folder.write("app.log", format!("{line}\n{}\n", json!({"msg": body})));
    let replayed = callfold(&["replay", "--json", &path]).json();
    assert_eq!(replayed["inputs"][0]["format"], "notifications");
    assert_eq!(replayed["calls"].as_array().expect("calls").len(), 1);
}

#[test]
fn a_body_is_found_after_a_long_text() {
    let folder = common::Folder::new();
    let text = "info: Hosting[14] Now listening on: https://[::]:9441\n".repeat(4_000);
    let path = folder.write("app.log", text + &common::notifications().join("\n"));
    let replayed = callfold(&["replay", "--json", &path]).json();
    assert_eq!((&replayed["calls"][0]["state"], kinds(&replayed)), (&json!("terminated"), vec!["noise"]));
}

#[test]
fn a_body_is_found_after_many_structured_lines() {
    let folder = common::Folder::new();
    let bodies = common::notifications();
    let wrapped: Vec<_> =
        bodies.iter().map(|body| json!({"level": "info", "message": body}).to_string()).collect();
    for bodies in [bodies, wrapped] {
        let text = "{\"level\":\"info\",\"message\":\"starting\"}\n".repeat(4_000);
        let path = folder.write("app.log", text + &bodies.join("\n"));
        let replayed = callfold(&["replay", "--json", &path]).json();
        assert_eq!((&replayed["calls"][0]["state"], kinds(&replayed)), (&json!("terminated"), vec!["noise"]));
    }
}

#[test]
fn a_finding_quotes_the_beginning_of_a_long_message() {
    let folder = common::Folder::new();
    let long = "x".repeat(1 << 20);
    let failed = json!({"id": "o", "status": "failed", "resultInfo": {"code": 500, "message": long}});
    let url = "/communications/calls/0badc0de-0000-4000-8000-000000000301/operations/o";
    let body = json!({"value": [{"changeType": "updated", "resourceUrl": url, "resourceData": failed}]});
    let path = folder.write("log", body.to_string());
    let check = callfold(&["check", &path]);
    assert!(check.out.contains("operationFailed") && check.out.len() < 1_000, "{}", check.out.len());
}

#[test]
fn bodies_are_found_deep_in_other_json() {
    is_the_call("24-serilog-properties.jsonl", &[]);
    is_the_call("24b-har.json", &[]);
    is_the_call("24c-cloudwatch.json", &[]);
    is_the_call("24d-docker-around-json.jsonl", &[]);
    is_the_call("24e-wrappers-hostile.jsonl", &["malformed", "repeat", "malformed", "noise"]);
}

#[test]
fn bodies_are_found_in_the_cells_of_a_table() {
    is_the_call("26-csv-cells.csv", &["noise"]);
    is_the_call("26b-csv-cells-hostile.csv", &["malformed", "noise"]);
}

#[test]
fn bodies_are_found_in_the_quoted_values_of_a_line() {
    is_the_call("29-logfmt.log", &["noise"]);
    is_the_call("29b-logfmt-hostile.log", &["malformed", "noise"]);
}

#[test]
fn urls_in_the_spelling_of_odata_are_read() {
    is_the_call("30-odata-urls.jsonl", &[]);
    let log = format!("{}/tests/cases/30-odata-urls.jsonl", env!("CARGO_MANIFEST_DIR"));
    for name in [
        "communications/calls('ID')",
        "https://graph.microsoft.com/v1.0/communications/calls('ID')/participants",
    ] {
        let name = name.replace("ID", "0badc0de-0000-4000-8000-000000000001");
        let ran = callfold(&["replay", "--json", "--call", &name, &log]);
        assert_eq!((ran.status, &ran.json()["calls"][0]["state"]), (0, &json!("terminated")), "{name}");
    }
}

#[test]
fn a_call_id_that_is_no_guid_is_told() {
    let replayed = replayed("30b-not-a-guid.jsonl");
    let findings = replayed["findings"].as_array().expect("findings");
    let messages: Vec<_> = findings.iter().filter_map(|finding| finding["message"].as_str()).collect();
    let kinds_expected = [vec!["malformed"; 5], vec!["unknownResource"]].concat();
    assert_eq!(kinds(&replayed), kinds_expected);
    for message in &messages[..4] {
        assert!(message.contains("the id in its URL is not a GUID"), "{message}");
    }
    assert!(messages[4].contains("resourceUrl should begin with"), "{}", messages[4]);
}

#[test]
fn a_time_beside_a_body_is_its_time_of_receiving() {
    is_the_call("25-times-beside-bodies.jsonl", &[]);
    is_the_call_without_times("25b-times-ambiguous.jsonl", &[]);
}

#[test]
fn a_body_without_notifications_is_told() {
    for (name, kinds_expected) in [
        ("28-empty-body.jsonl", vec!["empty"]),
        ("28b-empty-bodies.jsonl", [vec!["empty"; 5], vec!["noise"]].concat()),
    ] {
        assert_eq!(kinds(&replayed(name)), kinds_expected, "{name}");
    }
}
