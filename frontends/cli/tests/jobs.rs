//! `callfold replay --jobs`: several threads give the same results as one.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{Folder, SAMPLES, callfold, fed, sample};
use serde_json::{Value, json};

/// A line of one of many calls.
fn line(call: u32, revision: u64, kind: &str, data: &Value) -> String {
    let id = format!("{call:08x}-894c-409a-b240-bd8beae78896");
    let data = data.to_string();
    format!(
        r#"{{"v":1,"call":"{id}","rev":{revision},"at":"2026-11-23T09:15:02.250Z","type":"{kind}","data":{data}}}"#
    )
}

/// Interleaved calls, some of them with findings.
fn interleaved(calls: u32, end: &str) -> String {
    let mut log = String::new();
    for (revision, kind, data) in [
        (1, "offered", json!({ "direction": "incoming" })),
        (2, "answered", json!({})),
        (3, "established", json!({ "subject": "Zoë \"says\" é" })),
        (4, "toneReceived", json!({ "sequenceId": 1, "tone": "pound" })),
        (5, "terminated", json!({ "resultInfo": { "code": 200, "subcode": 4521 } })),
    ] {
        for call in (0..calls).map(|call| call.wrapping_mul(0x9E37_79B9)) {
            log += &line(call, revision, kind, &data);
            log += end;
            match call % 97 {
                0 => log += &format!("{}{end}", line(call, revision, kind, &data)),
                1 => log += &format!("not a record{end}{end}"),
                2 => log += &format!("{}{end}", line(call, revision + 1, "held", &json!({}))),
                3 => log += &format!("{}{end}", line(call, revision, "detailsChanged", &json!({}))),
                _ => {}
            }
        }
    }
    log
}

/// The results of one thread, after a check that two and three threads give the same.
#[track_caller]
fn reported(logs: &[&str]) -> String {
    let with = |arguments: &[&str]| {
        let arguments = [arguments, logs].concat();
        let ran = callfold(&arguments);
        (ran.status, ran.out, ran.err)
    };
    for output in [&["replay", "--json"][..], &["replay"]] {
        let one = with(output);
        for jobs in ["1", "2", "3"] {
            assert_eq!(with(&[output, &["--jobs", jobs]].concat()), one, "{jobs} jobs, {logs:?}");
        }
    }
    with(&["replay", "--json"]).1
}

#[test]
fn a_log_of_many_blocks_says_the_same() {
    let folder = Folder::new();
    for end in ["\n", "\r\n"] {
        let log = interleaved(900, end);
        assert!(log.len() > 5 * (1 << 17), "many blocks");
        let reported = reported(&[&folder.write("log.jsonl", &log)]);
        assert!(
            reported.contains("duplicate") && reported.contains("malformed") && reported.contains("refused")
        );
        reported_again(&folder, log.trim_end());
    }
}

/// The same log again, with a byte order mark and without the last line end.
fn reported_again(folder: &Folder, log: &str) {
    reported(&[&folder.write("marked.jsonl", format!("\u{feff}{log}"))]);
}

/// The size of a chunk that a worker reads. Lines of many lengths end before, at and after the end of a chunk, and one line
/// is longer than a chunk.
#[test]
fn lines_of_any_length_say_the_same() {
    let folder = Folder::new();
    let mut log = String::new();
    let begin = |call: u32| line(call, 1, "offered", &json!({ "direction": "incoming" })) + "\n";
    for call in 0..900_u32 {
        let subject = "x".repeat(call.wrapping_mul(0x9E37_79B9) as usize % 3000);
        log += &begin(call);
        log += &line(call, 2, "detailsChanged", &json!({ "subject": subject }));
        log += "\n";
        if call % 100 == 50 {
            log += &" ".repeat(call as usize);
            log += "\n\n";
        }
    }
    log += &line(0, 3, "detailsChanged", &json!({ "subject": "y".repeat(600_000) }));
    log += "\n";
    log += &(900..1800).map(begin).collect::<String>();
    reported(&[&folder.write("log.jsonl", &log)]);
}

#[test]
fn a_line_that_ends_where_a_worker_stops_is_taken_once() {
    let folder = Folder::new();
    let reported_of = |subject: usize| {
        let data = json!({ "direction": "incoming", "subject": "x".repeat(subject) });
        line(0, 1, "offered", &data) + "\n"
    };
    let rest: String = (1..9).map(|call| line(call, 1, "offered", &json!({})) + "\n").collect();
    for end in [1_usize << 17, 1 << 18] {
        for off in 0..5 {
            let log = reported_of(end - reported_of(0).len() + off - 2) + &rest;
            let reported = reported(&[&folder.write("log.jsonl", log)]);
            assert!(reported.contains(r#""records":9,"malformed":0}],"events":9,"#), "{}", &reported[..200]);
        }
    }
}

#[test]
fn several_logs_and_folders_say_the_same() {
    let folder = Folder::new();
    let log = interleaved(40, "\n");
    let lines: Vec<_> = log.lines().collect();
    let (first, second) = lines.split_at(lines.len() / 2);
    folder.write("logs/1.jsonl", first.join("\n"));
    folder.write("logs/2.jsonl", second.join("\n"));
    folder.write("logs/empty.jsonl", "");
    folder.write("logs/README", "what these are");
    let path = format!("{}/logs", folder.path());
    reported(&[&path]);
    reported(&[&path, &folder.write("again.jsonl", &log)]);
}

#[test]
fn every_sample_says_the_same() {
    for name in SAMPLES {
        reported(&[&sample(name)]);
    }
    reported(&[&sample("service.jsonl")]);
}

/// Bodies as one line, over several lines, with a blank line or another line end after them, and broken.
#[test]
fn bodies_and_sdk_logs_of_many_blocks_say_the_same() {
    let folder = Folder::new();
    let (mut bodies, mut log) = (String::new(), String::new());
    for number in 0..3000_u32 {
        let id = format!("{:08x}-894c-409a-b240-bd8beae78896", number % 700);
        let state = ["incoming", "established", "terminating", "terminated"][number as usize / 750];
        let body = json!({ "value": [{
            "changeType": "updated",
            "resourceUrl": format!("/communications/calls/{id}"),
            "resourceData": { "@odata.type": "#microsoft.graph.call", "state": state, "subject": "}\n{" },
        }] });
        bodies += &match number % 7 {
            0 => format!("{body:#}\n\n"),
            1 => format!("{body}\r\n"),
            2 => format!("{body:#}\r\n"),
            3 => format!("{}\n", &body.to_string()[..50]),
            4 => format!("{body} {body}\n"),
            _ => format!("{body}\n"),
        };
        log += &format!("$>2026-11-23T09:15:02Z Info: a.cs:1\nTransactionDirection: Incoming\n{body:#}\n");
    }
    assert!(bodies.len() > 5 * (1 << 17), "many blocks");
    let reported_of_bodies = reported(&[&folder.write("bodies.json", bodies)]);
    assert!(
        reported_of_bodies.contains(r#""format":"notifications""#)
            && reported_of_bodies.contains("malformed")
    );
    let reported_of_log = reported(&[&folder.write("sdk.log", log)]);
    assert!(reported_of_log.contains(r#""records":3000,"malformed":0"#), "{}", &reported_of_log[..200]);
}

#[test]
fn standard_input_says_the_same() {
    let log = interleaved(40, "\n");
    let of = |jobs| fed(log.as_bytes(), &["replay", "--json", "--jobs", jobs, "-"]).out;
    assert_eq!(of("1"), of("3"));
}

#[test]
fn no_number_and_far_too_many_are_status_2() {
    for jobs in ["0", "-1", "257", "18446744073709551615", "many"] {
        assert_eq!(callfold(&["replay", "--jobs", jobs, &sample("ivr.jsonl")]).status, 2, "{jobs}");
    }
}

/// A pipe can be read only once. Detecting its format must not lose data.
#[cfg(unix)]
#[test]
fn a_pipe_that_is_not_the_first_log_loses_nothing() {
    use std::process::Command;

    let folder = Folder::new();
    let log = interleaved(40, "\n");
    let first = folder.write("first.jsonl", interleaved(1, "\n"));
    let complete = folder.write("complete.jsonl", &log);
    let pipe = format!("{}/pipe", folder.path());
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for jobs in ["1", "2"] {
        let (into, text) = (pipe.clone(), log.clone());
        let writer = std::thread::spawn(move || std::fs::write(into, text));
        let of_pipe = callfold(&["replay", "--json", "--jobs", jobs, &first, &pipe]);
        writer.join().unwrap().unwrap();
        let of_file = callfold(&["replay", "--json", &first, &complete]);
        assert_eq!(of_pipe.out.replace(&pipe, &complete), of_file.out);
    }
}
