//! Hostile and broken logs: a bad record is a finding with its place, nothing else is lost, nothing leaks.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use std::process::Stdio;
use std::time::{Duration, Instant};

use common::{
    CALL, Folder, Ran, assert_complete, callfold, command, entry, event, events, fed, histories, log,
    notifications, places, replayed, reported, with,
};
use serde_json::{Value, json};

const SECRET: &str = "sample-s3cret";

fn kinds(replayed: &Value) -> Vec<&str> {
    replayed["findings"].as_array().unwrap().iter().map(|finding| finding["kind"].as_str().unwrap()).collect()
}

/// Replays a log from standard input.
fn read(log: &[u8]) -> Ran {
    fed(log, &["replay", "--json", "-"])
}

/// The events of the history, with another line in front of `revision`.
fn before(revision: usize, line: &str) -> Vec<u8> {
    let mut lines = events();
    lines.insert(revision - 1, line.to_owned());
    log(&lines)
}

#[test]
fn a_bad_record_is_a_finding_with_its_place_and_nothing_else_is_lost() {
    let nested = |depth: usize| [b"{\"a\":".repeat(depth), b"1".to_vec(), b"}".repeat(depth)].concat();
    let bad: [(&str, Vec<u8>); 11] = [
        ("cut", b"{\"value\":[{\"changeType\":\"upd".to_vec()),
        ("foreign", b"{\"some\":\"thing else\"}".to_vec()),
        ("bytes", b"{\"value\":\"\xff\xfe\x80\"}".to_vec()),
        ("NUL", b"{\0\0\0\0}".to_vec()),
        ("escape", b"{\"a\":\"\x1b[31m\"}".to_vec()),
        ("ten megabytes", [b"{\"a\":\"".to_vec(), vec![b'a'; 10_000_000], b"\"}".to_vec()].concat()),
        ("5,000 levels", nested(5_000)),
        ("200,000 levels", nested(200_000)),
        ("200,000 levels, open", b"{\"a\":".repeat(200_000)),
        ("huge number", b"{\"value\":[1e999]}".to_vec()),
        ("half a character", b"{\"value\":\"\\ud800\"}".to_vec()),
    ];
    let about_none = |record: &[u8]| !record.starts_with(b"{\"value\":[");
    for (format, records, lines) in histories() {
        for (about, record) in &bad {
            let about = format!("{about} in {format}");
            let record = if format == "sdk-log" {
                let entry = entry("@");
                [entry.trim_end_matches('@').as_bytes(), record].concat()
            } else {
                record.clone()
            };
            let ran = read(&with(&records, &record));
            let replayed = ran.json();
            assert_complete(&replayed, &about);
            let input = &replayed["inputs"][0];
            assert_eq!(input["format"], format, "{about}");
            // Among notifications, what tells of none is text between the records.
            if format == "notifications" && about_none(&record) {
                assert_eq!(json!(places(&replayed)), json!([["noise", 4, 4]]), "{about}");
                assert_eq!((ran.status, &input["malformed"]), (0, &json!(0)), "{about}");
                continue;
            }
            assert_eq!(json!(places(&replayed)), json!([["malformed", 4, 3 * lines + 1]]), "{about}");
            assert_eq!(replayed["findings"][0]["severity"], "error", "{about}");
            assert_eq!(
                (ran.status, &input["records"], &input["malformed"]),
                (1, &json!(5), &json!(1)),
                "{about}"
            );
        }
    }
}

#[test]
fn text_between_records_loses_no_record() {
    for (format, records, _) in histories().into_iter().filter(|(format, ..)| *format != "sdk-log") {
        for text in ["bot restarted by the night shift", "42", "\0\0\0\0", "]", "\u{feff}"] {
            let kind = if format == "events" { "malformed" } else { "noise" };
            let replayed = read(&with(&records, text)).json();
            assert_complete(&replayed, &format!("{text:?} in {format}"));
            assert_eq!(json!(places(&replayed)), json!([[kind, 4, 4]]), "{text:?} in {format}");
        }
    }
}

#[test]
fn one_line_that_begins_like_an_sdk_entry_does_not_make_a_log_of_the_sdk() {
    for (format, records, _) in histories().into_iter().filter(|(format, ..)| *format != "sdk-log") {
        let kind = if format == "events" { "malformed" } else { "noise" };
        let replayed = read(&with(&records, "$>")).json();
        assert_complete(&replayed, format);
        assert_eq!(json!(places(&replayed)), json!([[kind, 4, 4]]), "{format}");
    }
}

#[test]
fn a_record_cut_off_at_the_end_loses_itself_alone() {
    for (format, records, lines) in histories() {
        let log = log(&records);
        let replayed = read(&log[..log.len() - 20]).json();
        assert_eq!(replayed["calls"][0]["state"], "established", "{format}");
        let expected = json!([["malformed", 4, 3 * lines + 1], ["unfinished", 4, 3 * lines + 1]]);
        assert_eq!(json!(places(&replayed)), expected, "{format}");
    }
}

#[test]
fn the_marks_of_other_systems_change_nothing() {
    for (format, records, _) in histories() {
        let log = String::from_utf8(log(&records)).unwrap();
        for (about, log) in [
            ("a byte order mark", format!("\u{feff}{log}")),
            ("carriage returns", log.replace('\n', "\r\n")),
            ("blank lines", format!("\n  \n\t\r\n{log}\n\n \n")),
            ("no last line end", log.trim_end().to_owned()),
        ] {
            let ran = read(log.as_bytes());
            let replayed = ran.json();
            assert_complete(&replayed, &format!("{about} in {format}"));
            assert_eq!((ran.status, &replayed["findings"]), (0, &json!([])), "{about} in {format}");
        }
    }
}

#[test]
fn what_is_no_log_is_status_2_and_named() {
    let folder = Folder::new();
    let utf16: Vec<u8> = "\u{feff}{\"v\":1}\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let files: [(&str, &[u8]); 10] = [
        ("empty", b""),
        ("blanks", b" \n\n\t\r\n"),
        ("mark", b"\xef\xbb\xbf"),
        ("nul", b"\0"),
        ("prose", b"Dear all,\nthe bot is down.\n"),
        ("number", b"42\n"),
        ("other.json", b"{\"a\":1}\n{\"a\":2}\n"),
        ("picture.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("brace", b"{"),
        ("utf16", &utf16),
    ];
    for (name, bytes) in files {
        let path = folder.write(name, bytes);
        for arguments in [&["replay"][..], &["replay", "--json"], &["check"], &["convert", "--to", "events"]]
        {
            let ran = callfold(&[arguments, &[path.as_str()]].concat());
            assert_eq!(ran.status, 2, "{name} {arguments:?}: {}", ran.out);
            assert!(ran.err.contains(&path), "{name} {arguments:?}: {}", ran.err);
        }
        if !matches!(name, "blanks" | "empty" | "mark") {
            // With a format named there is no doubt left what it should be, and every record is malformed.
            let ran = callfold(&["check", "--format", "events", &path]);
            assert_eq!(ran.status, 1, "{name}: {}{}", ran.out, ran.err);
        }
    }
}

#[test]
fn a_log_that_is_not_recognised_is_shown_with_what_helps() {
    let evil = format!("\n\u{1b}[2Jhello {}\nworld", "x".repeat(100));
    let folder = Folder::new();
    folder.write("log", &evil);
    let [alone, in_folder] = [fed(evil.as_bytes(), &["check", "-"]), callfold(&["check", folder.path()])];
    assert_eq!((alone.status, in_folder.status), (2, 1));
    for message in [alone.err, in_folder.out] {
        let begins = format!("begins with `<U+001B>[2Jhello {}…`", "x".repeat(43));
        for part in [&begins, "an event log", "notification bodies", "an SDK log", "--format events|"] {
            assert!(message.contains(part), "{part}: {message}");
        }
        assert!(!message.contains(['\u{1b}']) && !message.contains("world"), "{message}");
    }
}

#[test]
fn a_log_of_another_format_than_named_is_no_success() {
    let [event_log, bodies, sdk] = histories().map(|(_, records, _)| log(&records));
    for (format, log) in
        [("events", &bodies), ("events", &sdk), ("sdk-log", &event_log), ("sdk-log", &bodies)]
    {
        let ran = fed(log, &["check", "--format", format, "-"]);
        assert_ne!(ran.status, 0, "--format {format}: {}{}", ran.out, ran.err);
    }
    // Events are found in a text wherever notifications are, and notifications in an SDK log, where an app can write them.
    assert_complete(&fed(&bodies, &["replay", "--json", "--format", "sdk-log", "-"]).json(), "bodies");
    assert_complete(
        &fed(&event_log, &["replay", "--json", "--format", "notifications", "-"]).json(),
        "events",
    );
}

#[test]
fn a_folder_without_files_is_status_2_and_stray_files_cost_nothing_else() {
    let folder = Folder::new();
    folder.write("only/below/.log", log(&events()));
    for path in [format!("{}/only", folder.path()), format!("{}/gone", folder.path())] {
        let ran = callfold(&["replay", &path]);
        assert_eq!(ran.status, 2);
        assert!(ran.err.contains(&path), "{}", ran.err);
    }
    for (name, bytes) in
        [("log", log(&events())), ("README.md", b"notes".to_vec()), ("noise", b"\x7fELF\0\0".to_vec())]
    {
        folder.write(&format!("stray/{name}"), bytes);
    }
    let replayed = replayed(&format!("{}/stray", folder.path()));
    assert_complete(&replayed, "among stray files");
    for finding in replayed["findings"].as_array().unwrap() {
        assert!(!finding["input"].as_str().unwrap().ends_with("/log"), "{finding}");
    }
}

#[test]
fn a_bad_line_of_an_event_log_says_what_is_wrong_with_it() {
    let line = |change: &dyn Fn(&mut Value)| {
        let mut line: Value = serde_json::from_str(&events()[1]).unwrap();
        change(&mut line);
        line.to_string()
    };
    let table = [
        (line(&|line| line["v"] = json!(2)), "version 2"),
        (line(&|line| line["v"] = json!(0)), "version 0"),
        (line(&|line| line["v"] = json!("1")), "version"),
        (line(&|line| line["type"] = json!("levitated")), "`levitated`"),
        (line(&|line| line["call"] = json!("bot")), "`bot`"),
        (line(&|line| drop(line.as_object_mut().unwrap().remove("call"))), "`call`"),
        (line(&|line| drop(line.as_object_mut().unwrap().remove("rev"))), "`rev`"),
        (line(&|line| line["rev"] = json!(0)), "from 1"),
        (line(&|line| line["rev"] = json!(-1)), ""),
        (line(&|line| line["rev"] = json!(2.5)), ""),
        (line(&|line| line["rev"] = json!("2")), ""),
        (line(&|line| line["rev"] = json!(1e30)), ""),
        (line(&|line| line["at"] = json!("noon")), "`at`"),
        (line(&|line| line["at"] = json!("99999-01-01T00:00:00Z")), "`at`"),
        (line(&|line| line["inferred"] = json!("yes")), ""),
        (events()[1].replace("\"rev\":2", "\"rev\":2,\"rev\":7"), "duplicate"),
        (format!("{} {}", events()[1], events()[2]), ""),
    ];
    for (line, says) in table {
        let kind = if says.starts_with("version") { "refused" } else { "malformed" };
        let replayed = read(&before(2, &line)).json();
        assert_complete(&replayed, &line);
        assert_eq!(json!(places(&replayed)), json!([[kind, 2, 2]]), "{line}");
        let message = replayed["findings"][0]["message"].as_str().unwrap();
        assert!(message.contains(says), "{line}: {message}");
    }
}

#[test]
fn members_that_may_be_absent_or_are_new_are_no_fault() {
    let log = String::from_utf8(log(&events())).unwrap();
    for log in [
        log.replace("\"v\":1", "\"w\":1"),
        log.replace("\"data\":{},", ""),
        log.replace("\"data\":{}", "\"data\":null"),
        log.replace("\"v\":1", "\"v\":1,\"tomorrow\":[1,{}]"),
    ] {
        let replayed = read(log.as_bytes()).json();
        assert_complete(&replayed, &log);
        assert_eq!(replayed["findings"], json!([]), "{log}");
    }
}

#[test]
fn a_revision_twice_is_a_duplicate_or_a_conflict() {
    let answered = &events()[1];
    let reordered = answered.replace("{\"call\"", "{\"inferred\":false,\"call\"");
    let bare = answered.replace(CALL, &CALL.replace('-', "").to_uppercase());
    for (line, kind) in [
        (answered.clone(), "duplicate"),
        (reordered, "duplicate"),
        (bare, "duplicate"),
        (event(2, "terminated", &json!({})), "conflict"),
        (answered.replace("\"rev\"", "\"at\":\"2026-11-23T09:15:02Z\",\"rev\""), "conflict"),
    ] {
        let replayed = read(&before(3, &line)).json();
        assert_complete(&replayed, &line);
        assert_eq!(json!(places(&replayed)), json!([[kind, 3, 3]]), "{line}");
    }
}

#[test]
fn a_hole_in_the_revisions_is_a_gap() {
    let mut lines = events();
    lines.insert(3, event(4, "detailsChanged", &json!({ "mediaState": { "audio": "active" } })));
    lines[4] = lines[4].replace("\"rev\":4", "\"rev\":5");
    lines.remove(3);
    let replayed = read(&log(&lines)).json();
    assert_complete(&replayed, "without details");
    assert_eq!(json!(places(&replayed)), json!([["revisionGap", 4, 4]]));
}

#[test]
fn a_hole_in_the_revisions_is_named_though_what_follows_is_refused() {
    let mut lines = events();
    lines.remove(1);
    let replayed = read(&log(&lines)).json();
    assert!(kinds(&replayed).contains(&"revisionGap"), "{}", replayed["findings"]);
}

#[test]
fn a_revision_too_far_ahead_costs_no_other_line() {
    for ahead in [100, u64::MAX] {
        let replayed = read(&before(3, &event(ahead, "detailsChanged", &json!({})))).json();
        assert_complete(&replayed, &format!("revision {ahead}"));
    }
}

#[test]
fn a_revision_that_was_left_out_is_no_duplicate() {
    // Revision 2 was never folded, so nothing "is the same" as it.
    let replayed = read(&before(2, &event(100, "detailsChanged", &json!({})))).json();
    assert!(!kinds(&replayed).contains(&"duplicate"), "{}", replayed["findings"]);
}

#[test]
fn a_refused_event_does_not_take_the_place_of_a_good_one() {
    let ran = read(&before(2, &event(2, "resumed", &json!({}))));
    let replayed = ran.json();
    assert_eq!(ran.status, 1);
    assert_eq!(json!(places(&replayed)), json!([["refused", 2, 2]]));
    assert_complete(&replayed, "a refused revision 2, then a good one");
}

#[test]
fn what_is_not_legal_is_refused_with_what_would_have_been() {
    let replayed = read(&log(&[events(), vec![event(5, "answered", &json!({}))]].concat())).json();
    assert_complete(&replayed, "answered after the end");
    assert_eq!(json!(places(&replayed)), json!([["refused", 5, 5]]));
    let replayed = read(&before(2, &event(2, "held", &json!({})))).json();
    let message = replayed["findings"][0]["message"].as_str().unwrap();
    assert!(
        message.contains("`held`") && message.contains("`incoming`") && message.contains("`answered`"),
        "{message}"
    );
}

#[test]
fn the_column_of_a_finding_is_one_of_its_line() {
    // Of JSON deep inside a record the part is named, and no column that would count from there.
    for (record, at) in [
        (
            reported("updated", &json!({ "state": "established", "toneInfo": { "sequenceId": "@" } }))
                .replace("\"@\"", "1e999"),
            "1e999",
        ),
        (event(3, "detailsChanged", &json!({ "subject": "@" })).replace('@', "\\x!"), "\\x"),
    ] {
        let records = if record.contains("resourceUrl") { notifications() } else { events() };
        let replayed = read(&with(&records, &record)).json();
        let message = replayed["findings"][0]["message"].as_str().unwrap();
        let Some((_, column)) = message.split_once("at column ") else {
            assert!(message.contains("resourceData") || message.contains("`data`"), "{message}");
            continue;
        };
        let column: usize = column.parse().unwrap();
        let start = record.find(at).unwrap() + 1;
        assert!(
            (start..=start + at.len() + 1).contains(&column),
            "{message}, but it is at {start}: {record}"
        );
    }
}

#[test]
fn a_document_over_many_lines_that_breaks_off_costs_no_other() {
    let pretty = |record: &String| {
        serde_json::to_string_pretty(&serde_json::from_str::<Value>(record).unwrap()).unwrap()
    };
    let records: Vec<_> = notifications().iter().map(pretty).collect();
    let broken = &records[2][..records[2].len() / 2];
    let line = 1 + records[..3].iter().map(|record| record.lines().count()).sum::<usize>();
    let replayed = read(&with(&records, broken)).json();
    assert_complete(&replayed, "broken off");
    assert_eq!(json!(places(&replayed)), json!([["malformed", 4, line]]));
}

/// The least time of two runs of `check` on a log.
#[expect(clippy::disallowed_methods, reason = "only a clock shows how the time grows")]
fn time_to_check(folder: &Folder, log: impl AsRef<[u8]>) -> Duration {
    let path = folder.write("timed", log);
    let run = |_| {
        let begin = Instant::now();
        command(&["check", &path]).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
        begin.elapsed()
    };
    (0..2).map(run).min().unwrap()
}

#[test]
fn lines_that_open_and_never_close_are_read_in_linear_time() {
    let folder = Folder::new();
    let time = |lines| time_to_check(&folder, [log(&notifications()), b"{\"a\":\n".repeat(lines)].concat());
    let (few, many) = (time(1_500), time(6_000));
    assert!(many < 8 * few, "four times the lines took {many:?} after {few:?}: 16 times would be quadratic");
}

#[test]
fn marks_inside_the_lines_of_an_sdk_log_are_read_in_linear_time() {
    let folder = Folder::new();
    let [_, _, (_, entries, _)] = histories();
    let time = |marks| {
        let line = format!("x{}\n", "$>".repeat(marks));
        time_to_check(&folder, [log(&entries), line.repeat(24_000 / marks).into_bytes()].concat())
    };
    let (few, many) = (time(4), time(120));
    assert!(many < 4 * few, "as many marks in longer lines took {many:?} after {few:?}: quadratic in a line");
}

#[test]
fn one_bad_notification_costs_no_other_of_its_body() {
    let url = format!("/communications/calls/{CALL}");
    let tone = json!({ "state": "established", "toneInfo": { "sequenceId": 1, "tone": "tone1" } });
    let body = json!({ "value": [7, { "resourceUrl": "/nowhere" }, { "changeType": "updated", "resourceUrl": url, "resourceData": tone }] });
    let replayed = read(&with(&notifications(), body.to_string())).json();
    assert_complete(&replayed, "a bad notification in a body");
    assert_eq!(replayed["calls"][0]["tones"], json!(["tone1"]));
    assert_eq!(json!(places(&replayed)), json!([["malformed", 4, 4], ["unknownResource", 4, 4]]));
    assert_eq!(replayed["inputs"][0]["malformed"], 1, "it is one record");
}

#[test]
fn a_notification_in_the_log_of_the_sdk_is_not_lost_over_a_stray_line() {
    let tone = json!({ "state": "established", "toneInfo": { "sequenceId": 1, "tone": "tone1" } });
    let [_, _, (_, entries, _)] = histories();
    for stray in ["{ this brace opens no JSON", "{\"a\":1}", "[media] ready"] {
        let torn = entry(&reported("updated", &tone)).replace("CallId:", &format!("{stray}\nCallId:"));
        let replayed = read(&with(&entries, torn)).json();
        assert_complete(&replayed, stray);
        let received = replayed["calls"][0]["tones"] == json!(["tone1"]);
        assert!(
            received || kinds(&replayed).contains(&"malformed"),
            "{stray}: neither a notification nor a finding"
        );
    }
}

#[test]
fn the_data_of_a_cloudevent_is_read_or_missed_but_not_dropped() {
    let cloud = |revision: u64, kind: &str, data: &str| {
        format!(
            r#"{{"specversion":"1.0","id":"{CALL}/{revision}","source":"/","type":"callfold.call.{kind}.v1","subject":"{CALL}",{data}}}"#
        )
    };
    // {"resultInfo":{"code":200}}
    let encoded = r#""data_base64":"eyJyZXN1bHRJbmZvIjp7ImNvZGUiOjIwMH19""#;
    let log = log(&[cloud(1, "offered", r#""data":{}"#), cloud(2, "terminated", encoded)]);
    let replayed = read(&log).json();
    let read = replayed["calls"][0]["resultInfo"]["code"] == 200;
    assert!(read || !kinds(&replayed).is_empty(), "{replayed}");
}

#[test]
fn no_text_of_a_log_controls_the_terminal() {
    let evil = "\u{1b}[31m\u{7}\u{9b}2J\nfake:1: error: x\r";
    let operation = json!({ "id": "0164807e-7db4-4f54-9e14-9ef885f2e6eb", "status": evil, "clientContext": evil, "@odata.type": evil });
    let url = format!("/communications/calls/{CALL}/operations/0164807e-7db4-4f54-9e14-9ef885f2e6eb");
    let evil_url = format!("/communications/calls/{CALL}/{evil}/x");
    let about = |url: &str, data: &Value| {
        json!({ "value": [{ "changeType": "updated", "resourceUrl": url, "resourceData": data }] })
            .to_string()
    };
    let mut bodies = notifications();
    let ended =
        json!({ "state": "terminated", "resultInfo": { "code": 500, "subcode": 1, "message": evil } });
    bodies.splice(
        3..,
        [
            about(&url, &operation),
            about(&evil_url, &json!({})),
            reported("updated", &json!({ "state": evil })),
            reported("deleted", &ended),
        ],
    );
    let lines = [
        events(),
        vec![
            event(5, evil, &json!({})),
            events()[0].replace(CALL, &evil.escape_default().to_string().replace("\\u{1b}", "\\u001b")),
        ],
    ]
    .concat();
    let folder = Folder::new();
    for path in [folder.write("bodies", log(&bodies)), folder.write("lines", log(&lines))] {
        for command in ["replay", "check"] {
            let ran = callfold(&[command, "--deny", "info", &path]);
            let shown = format!("{}{}", ran.out, ran.err);
            let is_control = |c: &char| c.is_control() && *c != '\n';
            assert_eq!(shown.chars().find(is_control), None, "{command}: {shown:?}");
            assert!(!shown.lines().any(|line| line.starts_with("fake:")), "{command}: {shown}");
        }
    }
}

#[test]
fn no_message_turns_the_order_of_what_follows_it() {
    for turn in ['\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{2028}'] {
        let message = format!("sent {turn}txt.exe");
        let ended = json!({ "state": "terminated", "resultInfo": { "code": 500, "message": message } });
        let mut bodies = notifications();
        bodies[3] = reported("deleted", &ended);
        let ran = fed(&log(&bodies), &["replay", "-"]);
        assert!(!ran.out.contains(turn), "{turn:?}: {:?}", ran.out);
    }
}

#[cfg(unix)]
#[test]
fn no_path_controls_the_terminal() {
    let folder = Folder::new();
    let path = folder.write("evil\u{7}\nfake:1: error: x", b"{}");
    for command in ["replay", "check"] {
        for arguments in [vec![command, &path], vec![command, "--format", "events", &path]] {
            let ran = callfold(&arguments);
            let shown = format!("{}{}", ran.out, ran.err);
            assert!(!shown.contains('\u{7}'), "{arguments:?}: {shown:?}");
            assert!(!shown.lines().any(|line| line.starts_with("fake:")), "{arguments:?}: {shown}");
        }
    }
}

#[test]
fn a_long_message_does_not_widen_the_table_without_end() {
    let ended =
        json!({ "state": "terminated", "resultInfo": { "code": 500, "message": "word ".repeat(2_000) } });
    let mut bodies = notifications();
    bodies[3] = reported("deleted", &ended);
    let ran = fed(&log(&bodies), &["replay", "-"]);
    let widest = ran.out.lines().map(|line| line.chars().count()).max().unwrap();
    assert!(widest < 1_000, "{widest} columns");
}

#[test]
fn a_secret_is_in_nothing_that_people_look_at_however_broken() {
    let token = |token: Value| json!({ "@odata.type": "#microsoft.graph.tokenMeetingInfo", "token": token });
    let details =
        |value: Value| reported("updated", &json!({ "state": "established", "meetingInfo": value }));
    let operation = |member: Value| {
        json!({ "@odata.type": "#microsoft.graph.recordOperation", "id": "0164807e-7db4-4f54-9e14-9ef885f2e6eb",
                "status": "completed", "recordingAccessToken": member })
    };
    let notified = [
        details(token(json!(SECRET))),
        details(token(json!([SECRET]))),
        details(token(json!({ "a": SECRET }))),
        details(json!(SECRET)),
        details(json!({ "@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo", "passcode": [SECRET] })),
        details(token(json!(SECRET))).replace("\"updated\"", "updated"),
        details(token(json!("@"))).replace("\"@\"", SECRET),
        details(token(json!("@"))).replace("\"@\"}", &format!("\"{SECRET}")),
        reported("updated", &json!({ "state": "established", "mediaState": SECRET, "toneInfo": [SECRET] })),
        reported("updated", &json!({ "token": SECRET }))
            .replace(CALL, &format!("{CALL}/rooms?token={SECRET}")),
        reported("updated", &json!({ "token": SECRET })).replace(CALL, SECRET),
    ];
    let folded = [
        event(4, "operationCreated", &operation(json!(SECRET))),
        event(4, "operationCreated", &operation(json!([SECRET]))),
        event(4, "operationCreated", &operation(json!({ "a": { "b": SECRET } }))),
        event(4, "detailsChanged", &json!({ "meetingInfo": token(json!([SECRET])) })),
        event(4, "detailsChanged", &json!(SECRET)),
        event(4, "toneReceived", &json!(SECRET)),
        event(3, "placed", &json!({ "meetingInfo": token(json!(SECRET)) })),
        event(4, "placed", &json!({ "meetingInfo": token(json!(SECRET)) })),
        event(4, "levitated", &operation(json!(SECRET))),
        event(4, "operationCreated", &operation(json!(SECRET))).replace("\"v\":1", "\"v\":9"),
        event(4, "operationCreated", &operation(json!("@"))).replace("\"@\"", SECRET),
    ];
    let folder = Folder::new();
    let logs = notified.iter().map(|record| (notifications(), record.clone()));
    let logs = logs.chain(folded.iter().map(|record| (events(), record.clone())));
    let logs = logs.chain(notified.iter().map(|record| (histories()[2].1.clone(), entry(record))));
    for (number, (records, record)) in logs.enumerate() {
        let path = folder.write(&number.to_string(), with(&records, &record));
        for arguments in
            [&["replay"][..], &["replay", "--json"], &["check", "--deny", "info"], &["replay", "--strict"]]
        {
            let ran = callfold(&[arguments, &[path.as_str()]].concat());
            assert!(
                !ran.out.contains("s3cret") && !ran.err.contains("s3cret"),
                "{record}\n{arguments:?}\n{}",
                ran.out
            );
        }
        let ran = callfold(&["convert", "--to", "events", &path]);
        assert!(!ran.err.contains("s3cret"), "{record}\n{}", ran.err);
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::new();
    let path = folder.write("many", [log(&events()), b"junk\n".repeat(20_000)].concat());
    for arguments in [&["replay"][..], &["replay", "--json"], &["check"]] {
        let mut child = command(&[arguments, &[path.as_str()]].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
        assert!(output.status.code().is_some(), "{arguments:?} was killed");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error_that_is_said() {
    let folder = Folder::new();
    let path = folder.write("log", log(&events()));
    for arguments in [&["replay"][..], &["replay", "--json"], &["convert", "--to", "events"]] {
        let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
        let output = command(&[arguments, &[path.as_str()]].concat()).stdout(full).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains("No space left") && !said.contains("panicked"), "{arguments:?}: {said}");
    }
}

#[cfg(unix)]
#[test]
fn a_log_that_cannot_be_read_is_status_2_and_named() {
    let folder = Folder::new();
    std::os::unix::fs::symlink("loop", format!("{}/loop", folder.path())).unwrap();
    let path = format!("{}/loop", folder.path());
    let ran = callfold(&["check", &path]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains(&path), "{}", ran.err);
}
