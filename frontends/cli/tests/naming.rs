//! The calls and times that people name on the command line.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

#[cfg(unix)]
use common::command;
#[cfg(unix)]
use common::terminal::Terminal;
use common::{Folder, Ran, callfold, fed};
use serde_json::{Value, json};

const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

fn case(name: &str) -> String {
    format!("{}/tests/cases/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn lines(name: &str) -> Vec<Value> {
    let text = std::fs::read_to_string(case(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The log with calls on two days.
fn log() -> String {
    case("ids.jsonl")
}

/// The ids of the calls that `replay` shows.
fn shown(ran: &Ran) -> Value {
    let replayed = ran.json();
    replayed["calls"].as_array().unwrap().iter().map(|call| call["id"].clone()).collect()
}

#[test]
fn a_call_is_named_by_any_spelling_of_its_id_or_its_beginning() {
    for answer in lines("ids.answers.jsonl") {
        let (given, calls) = (answer["given"].as_str().unwrap(), &answer["calls"]);
        let ran = callfold(&["replay", "--json", "--call", given, &log()]);
        let known = calls.as_array().unwrap();
        match known.len() {
            0 => {
                assert_eq!(ran.status, 2, "{given}");
                assert!(ran.err.contains("no log contains"), "{given}: {}", ran.err);
            }
            1 => assert_eq!((ran.status, &shown(&ran)), (0, calls), "{given}: {}", ran.err),
            many => {
                assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{given}");
                assert!(ran.err.contains(&format!("which of {many}?")), "{given}: {}", ran.err);
                for id in known {
                    assert!(ran.err.contains(id.as_str().unwrap()), "{given}: {}", ran.err);
                }
            }
        }
    }
}

#[test]
fn what_names_no_call_is_refused_before_the_log_is_read() {
    let refused: Vec<String> =
        serde_json::from_str(&std::fs::read_to_string(case("ids.refused.json")).unwrap()).unwrap();
    for given in refused {
        let ran = callfold(&["replay", &format!("--call={given}"), "no such log"]);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{given}");
        assert!(!ran.err.contains("No such file"), "{given}: {}", ran.err);
    }
}

#[test]
fn every_command_takes_the_beginning_of_an_id() {
    let folder = Folder::new();
    let [page, picture] = ["a.html", "a.svg"].map(|name| format!("{}/{name}", folder.path()));
    for command in [
        &["replay"][..],
        &["replay", "--jobs", "2"],
        &["check"],
        &["convert", "--to", "events"],
        &["report", "-o", &page],
        &["report", "-o", &picture],
    ] {
        for (given, status) in [("abc", 0), ("57", 2), ("5a", 2), (NOBODY, 2)] {
            let ran = callfold(&[command, &["--call", given, &log()]].concat());
            assert_eq!(ran.status, status, "{command:?} {given}: {}", ran.err);
            assert_eq!(ran.err.is_empty(), status == 0, "{command:?} {given}: {}", ran.err);
        }
    }
    assert!(std::fs::read_to_string(&picture).unwrap().contains("Call abcdef01-2345-4678-9abc-def012345678"));
    let two = ["report", "-o", &page, "--call", "abc", "--call", "570", "--call", "/app/calls/abc/x", &log()];
    assert_eq!(callfold(&two).status, 0);
}

#[cfg(unix)]
#[test]
fn browse_takes_the_beginning_of_an_id() {
    for (given, shows, status) in [
        ("57", "which of 3?", 2),
        ("5a", "no log contains", 2),
        (NOBODY, "no log contains", 2),
        ("abc", "", 0),
    ] {
        let mut terminal = Terminal::run(command(&["browse", "--call", given, &log()]), 100);
        if status == 0 {
            terminal.wait_for("abcdef01-2345");
            std::io::Write::write_all(&mut terminal.person, b"q").unwrap();
        }
        let (seen, ended) = terminal.ended();
        assert_eq!(ended, Some(status), "{given}: {seen}");
        assert!(seen.contains(shows), "{given}: {seen}");
    }
}

#[test]
fn a_log_on_standard_input_is_read_for_the_ids_too() {
    let text = std::fs::read(log()).unwrap();
    assert_eq!(
        shown(&fed(&text, &["replay", "--json", "--call", "570", "-"])),
        json!(["57000000-0000-4000-8000-000000000001"])
    );
}

#[test]
fn a_call_of_which_only_a_finding_tells_is_found_by_its_beginning() {
    let second =
        r#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"established","data":{}}"#;
    let ran = fed(second.as_bytes(), &["check", "--call", "57", "-"]);
    assert_eq!(ran.status, 1, "{}", ran.err);
    assert!(ran.out.contains("revisionGap"), "{}", ran.out);
}

#[test]
fn a_stop_at_the_first_error_does_not_hide_ids() {
    let text = [b"broken\n".to_vec(), std::fs::read(log()).unwrap()].concat();
    let arguments = ["replay", "--strict", "--format", "events", "--call", "57", "-"];
    assert!(fed(&text, &arguments).err.contains("which of 3?"));
}

#[test]
fn a_log_that_cannot_be_read_is_named_where_its_ids_are_asked_for() {
    for asked in [["--call", "57"], ["--at", "09:10Z"]] {
        let ran = callfold(&[&["replay"], &asked[..], &["no such log"]].concat());
        assert_eq!((ran.status, ran.err.lines().count()), (2, 1), "{}", ran.err);
        assert!(ran.err.contains("no such log: "), "{}", ran.err);
    }
}

#[test]
fn times_are_read_as_people_write_them() {
    let text = std::fs::read_to_string(log()).unwrap();
    let first_day: Vec<_> = text.lines().filter(|line| line.contains("2026-11-23")).collect();
    let (folder, mut given) = (Folder::new(), 0);
    let log = folder.write("log", first_day.join("\n"));
    for answer in lines("times.answers.jsonl") {
        let at = answer["given"].as_str().unwrap();
        let ran = callfold(&["replay", "--json", &format!("--at={at}"), &log]);
        let Some(means) = answer["at"].as_str() else {
            assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{at}");
            continue;
        };
        assert_eq!(ran.out, callfold(&["replay", "--json", "--at", means, &log]).out, "{at}: {}", ran.err);
        given += 1;
    }
    assert_eq!(given, 9);
}

#[test]
fn a_time_alone_needs_logs_of_one_day() {
    let ran = callfold(&["replay", "--at", "09:10:01Z", &log()]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("from 2026-11-23 to 2026-11-24"), "{}", ran.err);
    let untimed = common::log(&common::events());
    let ran = fed(&untimed, &["replay", "--at", "09:10:01Z", "-"]);
    assert!(ran.status == 2 && ran.err.contains("no event in the logs has a time"), "{}", ran.err);
}

#[test]
fn a_time_before_everything_is_told_where_the_log_begins() {
    for command in [&["replay"][..], &["replay", "--json"], &["check"], &["convert", "--to", "events"]] {
        let ran = callfold(&[command, &["--at", "2026-11-23", &log()]].concat());
        assert_eq!(ran.status, 0, "{command:?}");
        assert!(ran.err.contains("the log begins at 2026-11-23T09:10:00Z"), "{command:?}: {}", ran.err);
    }
    let ran = callfold(&["replay", "--at", "2026-11-23T23:00:00Z", "--call", "abc", &log()]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("the call begins at 2026-11-24T09:13:00Z"), "{}", ran.err);
    assert_eq!(callfold(&["replay", "--at", "2026-11-23T09:10:00Z", &log()]).err, "");
}

#[test]
fn a_time_of_day_is_of_the_day_of_the_named_call() {
    let folder = Folder::new();
    let line = |call: &str, at: &str| {
        format!(r#"{{"call":"{call}","rev":1,"at":"{at}","type":"placed","data":{{}}}}"#)
    };
    let [first, other] = ["57dab8b1-894c-409a-b240-bd8beae78896", "67dab8b1-894c-409a-b240-bd8beae78896"];
    let lines = [line(first, "2026-11-23T09:15:00Z"), line(other, "2026-11-24T09:15:00Z")].join("\n");
    let path = folder.write("log", lines);
    assert_eq!(callfold(&["replay", "--at", "09:15:01Z", &path]).status, 2);
    let ran = callfold(&["replay", "--at", "09:15:01Z", "--call", "57", &path]);
    assert_eq!((ran.status, ran.out.contains("1 call ")), (0, true), "{}", ran.err);
}
