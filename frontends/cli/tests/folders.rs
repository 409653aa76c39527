//! Folders of logs.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod common;

use std::fs;

use common::{Folder, assert_complete, callfold, log, notifications, places, replayed, sample};

#[test]
fn files_with_numbers_in_their_names_are_read_in_numeric_order() {
    let folder = Folder::new();
    let path = sample("ivr.jsonl");
    for (index, body) in fs::read_to_string(&path).unwrap().lines().enumerate() {
        folder.write(&format!("{}.json", index + 1), body);
    }
    let (from_folder, from_log) = (replayed(folder.path()), replayed(&path));
    assert_eq!(from_folder["calls"], from_log["calls"]);
    let kinds = |replayed: &serde_json::Value| {
        let findings = replayed["findings"].as_array().unwrap();
        findings.iter().map(|finding| finding["kind"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(kinds(&from_folder), kinds(&from_log));
}

#[test]
fn folders_in_a_folder_are_read_at_their_place() {
    let folder = Folder::new();
    let names = ["1.json", "2/1.json", "2/deep/1.json", "10.json"];
    for (name, body) in names.iter().zip(notifications()) {
        folder.write(name, log(&[body]));
    }
    folder.write(".hidden/1.json", "no log");
    let replayed = replayed(folder.path());
    assert_complete(&replayed, "in folders");
    let inputs: Vec<_> = replayed["inputs"].as_array().unwrap().iter().map(|input| &input["path"]).collect();
    assert_eq!(inputs, names.map(|name| format!("{}/{name}", folder.path())).each_ref());
    assert_eq!(replayed["findings"], serde_json::json!([]));
}

#[cfg(unix)]
#[test]
fn a_link_to_a_folder_is_not_followed() {
    let folder = Folder::new();
    folder.write("log", log(&notifications()));
    std::os::unix::fs::symlink(folder.path(), format!("{}/loop", folder.path())).unwrap();
    let replayed = replayed(folder.path());
    assert_complete(&replayed, "with a loop");
    assert_eq!(replayed["inputs"].as_array().unwrap().len(), 1);
}

#[test]
fn a_file_that_is_no_log_is_a_finding() {
    let folder = Folder::new();
    folder.write("log.jsonl", log(&notifications()));
    folder.write("README", "what these are");
    let ran = callfold(&["replay", "--json", folder.path()]);
    assert_eq!(ran.status, 1);
    assert_complete(&ran.json(), "beside a file that is no log");
    assert_eq!(places(&ran.json()), [serde_json::json!(["malformed", 1, 1])]);
}

#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_opened_is_status_2() {
    let folder = Folder::new();
    folder.write("log.jsonl", log(&notifications()));
    std::os::unix::fs::symlink("nowhere", format!("{}/gone.jsonl", folder.path())).unwrap();
    let ran = callfold(&["replay", "--json", folder.path()]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("gone.jsonl"), "{}", ran.err);
    assert_complete(&ran.json(), "beside a file that is gone");
}

/// The beginning of a gzip file is no text that could be another log.
#[test]
fn a_file_that_cannot_be_decompressed_is_status_2() {
    let folder = Folder::new();
    folder.write("log.jsonl", log(&notifications()));
    folder.write("broken.gz", [0x1F, 0x8B, 0x08, 0xFF, 0, 0, 0]);
    let ran = callfold(&["replay", "--json", folder.path()]);
    assert_eq!(ran.status, 2);
    assert_complete(&ran.json(), "beside a broken file");
}
