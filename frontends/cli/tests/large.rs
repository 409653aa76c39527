//! `--max-record`: a record that is larger is a finding, and loses nothing but itself.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use common::{
    Folder, assert_complete, callfold, event, events, fed, histories, log, places, reported, sample,
};
use serde_json::{Value, json};

/// More than several blocks.
const LARGE: usize = 1 << 20;

fn large(what: &str) -> Value {
    json!({ "subject": what.repeat(LARGE / what.len()) })
}

/// Replays a log with a limit of 100,000 bytes. One thread and two, a file and standard input say the same.
#[track_caller]
fn limited(log: &[u8]) -> Value {
    let folder = Folder::new();
    let path = folder.write("log", log);
    let arguments = ["replay", "--json", "--max-record", "100kB"];
    let ran = callfold(&[&arguments[..], &[&path]].concat());
    let two = callfold(&[&arguments[..], &["--jobs", "2", &path]].concat());
    assert_eq!((&ran.out, ran.status), (&two.out, two.status));
    let piped = fed(log, &[&arguments[..], &["-"]].concat());
    assert_eq!(ran.out.replace(&path, "-"), piped.out);
    ran.json()
}

#[test]
fn a_record_over_the_limit_is_skipped_in_every_format() {
    for (format, records, lines) in histories() {
        let mut records = records;
        let large = match format {
            "events" => event(2, "detailsChanged", &large("x")),
            "notifications" => reported("updated", &large("x")),
            _ => common::entry(&reported("updated", &large("x"))),
        };
        records.insert(1, large);
        let replayed = limited(&log(&records));
        assert_complete(&replayed, format);
        assert_eq!(places(&replayed), [json!(["tooLarge", 2, 1 + lines])], "{format}");
        assert_eq!(
            (&replayed["inputs"][0]["records"], &replayed["inputs"][0]["format"]),
            (&json!(5), &json!(format))
        );
    }
}

#[test]
fn brackets_and_quotes_in_a_skipped_record_do_not_end_it() {
    let hostile = reported("updated", &large("\"}]}\n{\"value\":[\\"));
    for hostile in [format!("{:#}", hostile.parse::<Value>().unwrap()), format!("INFO {hostile} done")] {
        let mut records = common::notifications();
        records.insert(2, hostile);
        let replayed = limited(&log(&records));
        assert_complete(&replayed, "hostile");
        let kinds: Vec<_> = places(&replayed).into_iter().map(|place| place[0].clone()).collect();
        assert!(kinds == ["tooLarge"] || kinds == ["tooLarge", "noise"], "{kinds:?}");
    }
}

/// The record never ends: its string is cut off, or its brackets.
#[test]
fn a_large_record_that_breaks_off_ends_where_its_line_or_its_document_does() {
    let whole = reported("updated", &large("x"));
    let pretty = format!("{:#}", whole.parse::<Value>().unwrap());
    for broken in [&whole[..whole.len() - 10], &pretty[..pretty.len() - 10]] {
        let mut records = common::notifications();
        records.insert(2, broken.to_owned());
        let replayed = limited(&log(&records));
        let kinds: Vec<_> = places(&replayed).into_iter().map(|place| place[0].clone()).collect();
        assert!(kinds.contains(&json!("tooLarge")), "{kinds:?}");
        assert_eq!(replayed["calls"][0]["state"], "terminated", "{}", &broken[..80]);
    }
}

#[test]
fn the_last_record_and_the_first_can_be_too_large() {
    let large = event(5, "detailsChanged", &large("x"));
    let mut records = events();
    records.push(large.clone());
    assert_complete(&limited(&log(&records)), "last");
    assert_complete(&limited(log(&records).trim_ascii_end()), "last, without a line end");
    let replayed = limited(&log(&[vec![large], events()].concat()));
    assert_complete(&replayed, "first");
    assert_eq!(places(&replayed), [json!(["tooLarge", 1, 1])]);
}

#[test]
fn records_in_another_order_can_be_too_large() {
    let with_time = |(second, body): (usize, &String)| {
        format!("{{\"receivedAt\":\"2031-01-01T10:00:{second:02}Z\",\"body\":{body}}}")
    };
    let mut records: Vec<_> = common::notifications().iter().enumerate().map(with_time).collect();
    records.swap(0, 1);
    records.insert(2, with_time((30, &reported("updated", &large("x")))));
    let replayed = limited(&log(&records));
    assert_complete(&replayed, "shuffled");
    assert_eq!(places(&replayed), [json!(["tooLarge", 3, 3])]);
}

#[test]
fn the_limit_is_the_size_of_the_record_alone() {
    let folder = Folder::new();
    let path = folder.write("log", log(&events()));
    let longest = events().iter().map(String::len).max().unwrap();
    let with = |limit: usize| callfold(&["replay", "--json", "--max-record", &limit.to_string(), &path]);
    assert_eq!(places(&with(longest).json()), [Value::Null; 0]);
    assert_eq!(places(&with(longest - 1).json())[0][0], "tooLarge");
}

#[test]
fn every_command_that_reads_has_the_limit() {
    let folder = Folder::new();
    let path = folder.write("log", log(&events()));
    let page = format!("{}/page.html", folder.path());
    for arguments in [&["check"][..], &["convert", "--to", "events"], &["report", "-o", &page], &["replay"]] {
        let ran = callfold(&[arguments, &["--max-record", "10", &path]].concat());
        assert_eq!(ran.status, 1, "{arguments:?}: {}", ran.err);
    }
    for size in ["0", "many", "1XB", "-1"] {
        assert_eq!(callfold(&["replay", "--max-record", size, &sample("ivr.jsonl")]).status, 2, "{size}");
    }
}

/// What begins like a document and then has only white space never ends by itself.
#[test]
fn white_space_over_the_limit_ends() {
    for begin in ["{", "["] {
        let mut records: Vec<String> = common::notifications();
        records.insert(1, format!("{begin}{}", " ".repeat(LARGE)));
        let replayed = limited(&log(&records));
        assert_complete(&replayed, begin);
    }
}
