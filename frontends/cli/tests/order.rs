//! The order in which records are read: by their times of receiving, across all logs, or from the end of a log.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use std::io::Write;

use common::{Folder, Ran, assert_complete, callfold, fed, notifications, sample};
use flate2::{Compression, write::GzEncoder};
use serde_json::{Value, json};

/// The bodies of a call, each with a time of receiving: one a second.
fn timed() -> Vec<String> {
    let with_time = |(second, body): (usize, &String)| {
        format!("{{\"receivedAt\":\"2031-01-01T10:00:{second:02}Z\",\"body\":{body}}}\n")
    };
    notifications().iter().enumerate().map(with_time).collect()
}

fn kinds(replayed: &Value) -> Vec<&str> {
    replayed["findings"].as_array().unwrap().iter().map(|finding| finding["kind"].as_str().unwrap()).collect()
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// An SDK log of many calls, which is longer than several blocks.
fn sdk_log(calls: u32) -> Vec<String> {
    let states = ["incoming", "establishing", "established", "terminated"];
    let entries = (0..4 * calls).map(|number| {
        let (call, state) = (number / 4, states[number as usize % 4]);
        let body = json!({ "value": [{
            "changeType": "updated",
            "resourceUrl": format!("/communications/calls/{call:08x}-894c-409a-b240-bd8beae78896"),
            "resourceData": { "@odata.type": "#microsoft.graph.call", "state": state, "subject": "x".repeat(200) },
        }] });
        let (hour, minute, second) = (number / 3600, number / 60 % 60, number % 60);
        format!(
            "$>2031-01-01T{hour:02}:{minute:02}:{second:02}.0000000Z Info: a.cs:1 Handle\n\
             TransactionDirection: Incoming\n{body:#}\n"
        )
    });
    entries.collect()
}

#[test]
fn a_long_log_from_its_end_says_what_it_says_from_its_beginning() {
    let folder = Folder::new();
    let entries = sdk_log(1000);
    let (oldest, newest) = (entries.concat(), entries.iter().rev().map(String::as_str).collect::<String>());
    assert!(oldest.len() > 8 * (1 << 17), "many blocks");
    let expected = callfold(&["replay", "--json", &folder.write("oldest.log", &oldest)]).json();
    assert_eq!((expected["calls"].as_array().unwrap().len(), kinds(&expected)), (1000, vec![]));
    let path = folder.write("newest.log", &newest);
    let zipped = folder.write("newest.log.gz", gzip(newest.as_bytes()));
    let runs: [Ran; 5] = [
        callfold(&["replay", "--json", &path]),
        callfold(&["replay", "--json", "--jobs", "2", &path]),
        callfold(&["replay", "--json", &zipped]),
        callfold(&["replay", "--json", "--jobs", "3", &zipped]),
        fed(newest.as_bytes(), &["replay", "--json", "-"]),
    ];
    for (number, ran) in runs.iter().enumerate() {
        let replayed = ran.json();
        assert_eq!((ran.status, kinds(&replayed)), (0, vec!["newestFirst"]), "run {number}");
        assert_eq!(replayed["calls"], expected["calls"], "run {number}");
        assert_eq!(replayed["inputs"][0]["records"], 4000, "run {number}");
    }
}

#[test]
fn findings_of_a_log_that_is_read_from_its_end_name_its_lines() {
    let folder = Folder::new();
    let mut entries = sdk_log(2);
    let last = entries.last().unwrap().clone();
    let body = last.find('{').unwrap();
    entries.push(format!("{}{{\"value\": [\n", last[..body].replace(":07.", ":08.")));
    let newest: String = entries.iter().rev().map(String::as_str).collect();
    let replayed = callfold(&["replay", "--json", &folder.write("newest.log", newest)]).json();
    let places = common::places(&replayed);
    assert_eq!(places, [json!(["malformed", 1, 1]), json!(["newestFirst", 1, 1])]);
    assert_eq!(
        replayed["inputs"][0],
        json!({
            "path": format!("{}/newest.log", folder.path()), "format": "sdk-log", "records": 9, "malformed": 1,
        })
    );
}

#[test]
fn several_logs_are_read_in_the_order_of_their_times() {
    let folder = Folder::new();
    let bodies = timed();
    let even = folder.write("a.jsonl", [&*bodies[0], &bodies[2]].concat());
    let odd = folder.write("b.jsonl", [&*bodies[1], &bodies[3]].concat());
    for logs in [[&even, &odd], [&odd, &even]] {
        let replayed = callfold(&["replay", "--json", logs[0], logs[1]]).json();
        assert_complete(&replayed, "two logs");
        assert_eq!(kinds(&replayed), [""; 0]);
        let inputs: Vec<_> = replayed["inputs"].as_array().unwrap().iter().map(|it| &it["path"]).collect();
        assert_eq!(inputs, [logs[0], logs[1]], "the inputs are listed as they were given");
    }
    let zipped = folder.write("b.gz", gzip([&*bodies[1], &bodies[3]].concat().as_bytes()));
    assert_complete(&callfold(&["replay", "--json", &zipped, &even]).json(), "one of them compressed");
    let piped = fed([&*bodies[1], &bodies[3]].concat().as_bytes(), &["replay", "--json", "-", &even]);
    assert_complete(&piped.json(), "one of them on standard input");
}

#[test]
fn names_of_files_count_less_than_times_of_receiving() {
    let folder = Folder::new();
    let path = sample("ivr.jsonl");
    let bodies = std::fs::read_to_string(&path).unwrap();
    let count = bodies.lines().count();
    for (index, body) in bodies.lines().enumerate() {
        folder.write(&format!("{}.json", count - index), body);
    }
    let (from_folder, from_log) = (common::replayed(folder.path()), common::replayed(&path));
    assert_eq!(from_folder["calls"], from_log["calls"]);
    assert_eq!(kinds(&from_folder), kinds(&from_log));
}

#[test]
fn a_broken_record_stays_behind_the_record_before_it() {
    let folder = Folder::new();
    let bodies = timed();
    let broken = "{\"value\": [}\n";
    let log = [&*bodies[2], broken, &bodies[0], &bodies[1], &bodies[3]].concat();
    let replayed = callfold(&["replay", "--json", &folder.write("log.jsonl", log)]).json();
    assert_complete(&replayed, "shuffled, with a broken record");
    assert_eq!(common::places(&replayed), [json!(["malformed", 2, 2])]);
}

#[test]
fn event_logs_keep_their_order_beside_bodies_in_another() {
    let folder = Folder::new();
    let bodies = timed();
    let shuffled = folder.write("b.jsonl", [&*bodies[1], &bodies[0], &bodies[2], &bodies[3]].concat());
    let events = String::from_utf8(common::log(&common::events())).unwrap();
    let events =
        folder.write("a.jsonl", events.replace(common::CALL, "00000000-894c-409a-b240-bd8beae78896"));
    let replayed = callfold(&["replay", "--json", &events, &shuffled]).json();
    let states: Vec<_> = replayed["calls"].as_array().unwrap().iter().map(|call| &call["state"]).collect();
    assert_eq!(states, ["terminated", "terminated"]);
    assert_eq!(kinds(&replayed), [""; 0]);
}

#[test]
fn strict_stops_at_the_first_error_in_the_order_of_the_times() {
    let folder = Folder::new();
    let bodies = timed();
    let log = [&*bodies[3], &bodies[0], "{\"value\": [}\n", &bodies[1], &bodies[2]].concat();
    let ran = callfold(&["replay", "--json", "--strict", &folder.write("log.jsonl", log)]);
    let replayed = ran.json();
    assert_eq!((ran.status, &replayed["calls"][0]["state"]), (1, &json!("incoming")));
    // What was not read does not count, and says nothing.
    assert_eq!((&replayed["inputs"][0]["records"], kinds(&replayed)), (&json!(2), vec!["malformed"]));
}

#[test]
fn strict_counts_only_what_it_read_of_a_log_that_is_read_from_its_end() {
    let folder = Folder::new();
    let mut entries = sdk_log(2);
    let first = entries[0].clone();
    let body = first.find('{').unwrap();
    entries.insert(1, format!("{}{{\"value\": [\n", &first[..body]));
    let newest: String = entries.iter().rev().map(String::as_str).collect();
    let ran = callfold(&["replay", "--json", "--strict", &folder.write("newest.log", newest)]);
    let replayed = ran.json();
    assert_eq!((&replayed["inputs"][0]["records"], kinds(&replayed)), (&json!(2), vec!["malformed"]));
}
