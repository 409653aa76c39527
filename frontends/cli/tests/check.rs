//! `callfold check`: prints only the findings, for pipelines.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use common::{Folder, SAMPLES, callfold, events, fed, log, sample};

/// `place: severity: kind` of every line, without the folder of the sample.
fn said(out: &str) -> Vec<String> {
    let short = |line: &str| {
        let line = line.rsplit_once("docs/samples/").map_or(line, |(_, line)| line);
        line.splitn(4, ": ").take(3).collect::<Vec<_>>().join(": ")
    };
    out.lines().map(short).collect()
}

#[test]
fn a_log_with_nothing_wrong_is_silent() {
    let wrong = ["ivr.jsonl", "reordered-duplicated.jsonl", "tomorrow.jsonl", "malformed.jsonl"];
    for name in SAMPLES.iter().filter(|name| !wrong.contains(name)) {
        let ran = callfold(&["check", &sample(name)]);
        assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (0, "", ""), "{name}");
    }
}

#[test]
fn what_is_wrong_is_said_a_line_each_with_its_place() {
    let table: [(&str, i32, &[&str]); 4] = [
        ("ivr.jsonl", 0, &["ivr.jsonl:15: warn: orphan", "ivr.jsonl:17: warn: gap"]),
        (
            "reordered-duplicated.jsonl",
            0,
            &[
                "reordered-duplicated.jsonl:2: warn: gap",
                "reordered-duplicated.jsonl:12: warn: afterEnd",
                "reordered-duplicated.jsonl:15: warn: afterEnd",
            ],
        ),
        (
            "tomorrow.jsonl",
            0,
            &["tomorrow.jsonl:6: warn: unknownResource", "tomorrow.jsonl:8: warn: unknownResource"],
        ),
        (
            "malformed.jsonl",
            1,
            &[
                "malformed.jsonl:3: error: malformed",
                "malformed.jsonl:7: error: malformed",
                "malformed.jsonl:11: error: malformed",
            ],
        ),
    ];
    for (name, status, expected) in table {
        let ran = callfold(&["check", &sample(name)]);
        assert_eq!(
            (ran.status, said(&ran.out)),
            (status, expected.iter().map(|&line| line.to_owned()).collect())
        );
        assert_eq!(ran.err, "");
    }
}

#[test]
fn what_is_denied_is_said_too() {
    for (name, deny, status, lines) in [
        ("webhook-bodies", "info", 1, 1),
        ("webhook-bodies", "warn", 0, 0),
        ("ivr.jsonl", "info", 1, 3),
        ("ivr.jsonl", "warn", 1, 2),
        ("ivr.jsonl", "error", 0, 2),
        ("answered-incoming.jsonl", "info", 0, 0),
    ] {
        let ran = callfold(&["check", "--deny", deny, &sample(name)]);
        assert_eq!(
            (ran.status, ran.out.lines().count()),
            (status, lines),
            "{name} --deny {deny}: {}",
            ran.out
        );
    }
}

#[test]
fn strict_says_the_first_error_and_stops() {
    let ran = callfold(&["check", "--strict", &sample("malformed.jsonl")]);
    assert_eq!((ran.status, said(&ran.out)), (1, vec!["malformed.jsonl:3: error: malformed".to_owned()]));
}

#[test]
fn one_call_can_be_checked_alone() {
    for (id, lines) in [
        ("1639dfff-f89f-46f2-867a-d722b358491f", 0),
        ("28B05DED40D5443CB27FC6562F4EFBBA", 1),
        ("5b4a7700-5104-414f-8c01-f1a3220e6477", 1),
    ] {
        let ran = callfold(&["check", "--call", id, &sample("ivr.jsonl")]);
        assert_eq!((ran.status, ran.out.lines().count()), (0, lines), "{id}: {}", ran.out);
    }
}

#[test]
fn standard_input_and_folders_are_checked_like_files() {
    let folder = Folder::new();
    let lines = events();
    folder.write("1", log(&lines));
    let ran = fed(&log(&lines), &["check", "-"]);
    assert_eq!((ran.status, ran.out.as_str()), (0, ""));
    let ran = callfold(&["check", folder.path()]);
    assert_eq!((ran.status, ran.out.as_str()), (0, ""));
}

#[test]
fn a_log_that_is_not_there_is_status_2_and_named() {
    let ran = callfold(&["check", "no-such-log", &sample("answered-incoming.jsonl")]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    assert!(ran.err.contains("no-such-log"), "{}", ran.err);
}
