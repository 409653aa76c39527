//! A store as a LOG: it says what the event log of the same events says.
#![cfg(feature = "stores")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use callfold_store::{Sqlite, Store};
use common::{Folder, Ran, SAMPLES, callfold, command, event, events, log, replayed, sample};
use serde_json::json;

/// A store with the events of a log; its address.
fn stored(folder: &Folder, log: &str) -> String {
    let address = format!("sqlite:{}/calls.db", folder.path());
    let ran = callfold(&["convert", "--into", &address, log]);
    assert!(ran.status < 2 && ran.out.starts_with(&address), "{} {}", ran.out, ran.err);
    address
}

/// What a command prints about a log, with the name of the log replaced.
fn said(arguments: &[&str], log: &str) -> (i32, String, String) {
    let Ran { status, out, err } = callfold(&[arguments, &[log]].concat());
    (status, out.replace(log, "LOG"), err.replace(log, "LOG"))
}

#[test]
fn every_command_says_of_a_store_what_it_says_of_its_event_log() {
    for name in SAMPLES {
        let folder = Folder::new();
        let store = stored(&folder, &sample(name));
        let file = folder.write("same.jsonl", callfold(&["convert", "--to", "events", &sample(name)]).out);
        for arguments in [
            &["replay"][..],
            &["replay", "--json"],
            &["replay", "--json", "--jobs", "3"],
            &["replay", "--json", "--until-rev", "2"],
            &["replay", "--json", "--format", "notifications"],
            &["check", "--deny", "info"],
            &["convert", "--to", "events"],
            &["convert", "--to", "cloudevents"],
            &["report", "-o", "-"],
        ] {
            let arguments_of_file: Vec<_> =
                arguments.iter().map(|it| if *it == "notifications" { "events" } else { it }).collect();
            assert_eq!(said(arguments, &store), said(&arguments_of_file, &file), "{name} {arguments:?}");
        }
    }
}

#[test]
fn a_call_of_a_store_is_found_by_the_beginning_of_its_id() {
    let folder = Folder::new();
    let store = stored(&folder, &sample("ivr.jsonl"));
    let ran = callfold(&["replay", "--json", "--call", "1639", &store]).json();
    assert_eq!(ran["calls"].as_array().unwrap().len(), 1);
    assert_eq!(callfold(&["replay", "--call", "ffff", &store]).status, 2);
}

#[test]
fn a_store_beside_files_is_one_log_more() {
    let folder = Folder::new();
    let store = stored(&folder, &sample("ivr.jsonl"));
    let both = callfold(&["replay", "--json", &store, &sample("rejected-incoming.jsonl")]).json();
    let inputs = both["inputs"].as_array().unwrap();
    assert_eq!(inputs.len(), 2);
    assert_eq!(inputs[0]["path"], json!(store));
    let alone = |log: &str| replayed(log)["events"].as_u64().unwrap();
    assert_eq!(both["events"], alone(&store) + alone(&sample("rejected-incoming.jsonl")));
}

#[test]
fn a_store_has_several_names_and_is_read_once() {
    let folder = Folder::new();
    let store = stored(&folder, &sample("ivr.jsonl"));
    let short = store.strip_prefix("sqlite:").unwrap();
    let ran = callfold(&["replay", "--json", short]);
    assert_eq!(ran.json()["inputs"][0]["path"], json!(store));
    let ran = callfold(&["replay", "--json", &store, short]);
    assert_eq!(ran.json()["inputs"].as_array().unwrap().len(), 1);
    assert!(ran.err.contains("is named more than once, and read once"), "{}", ran.err);
}

#[test]
fn a_log_that_is_called_like_a_store_stays_a_log() {
    let folder = Folder::new();
    let file = folder.write("calls.db", log(&events()));
    assert_eq!(replayed(&file)["inputs"][0]["path"], json!(file));
}

#[test]
fn what_is_no_store_is_refused_with_the_reason_and_without_passwords() {
    let folder = Folder::new();
    let path = |name: &str| format!("sqlite:{}/{name}", folder.path());
    folder.write("text.db", "once upon a time ".repeat(500));
    let (missing, text) = (path("missing.db"), path("text.db"));
    for (log, why) in [
        (&*missing, "there is no such file; check the path"),
        (&text, "this file is not an SQLite database; name another file"),
        ("sqlite:", "needs a path"),
        ("sqlite:///calls.db", "takes a path, not a URL"),
        (
            "memory",
            "a store in memory ends with its process, so no other process can use it; a file of this name is ./memory",
        ),
        ("postgres://bot:s3cret@localhost:1/calls", "postgres://…@localhost:1/calls"),
        ("nats://bot:s3cret@localhost:1/CALLS", "nats://…@localhost:1/CALLS"),
    ] {
        for command in [&["replay"][..], &["check"], &["convert", "--to", "events"], &["replay", "--follow"]]
        {
            // A server that is built in shows its address without the mark.
            if cfg!(any(feature = "postgres", feature = "nats")) && log.contains("s3cret") {
                continue;
            }
            let ran = callfold(&[command, &[log]].concat());
            assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{command:?} {log}: {}", ran.err);
            assert!(ran.err.contains(why) && !ran.err.contains("s3cret"), "{command:?} {log}: {}", ran.err);
        }
    }
    assert!(!std::fs::exists(missing.strip_prefix("sqlite:").unwrap()).unwrap(), "nothing is created");
}

#[test]
fn no_message_about_the_command_line_shows_a_password() {
    let address = "postgres://bot:s3cret@localhost/calls";
    for arguments in [
        &["replay", "--jobs", address, "-"][..],
        &[address],
        &["store", address],
        &["store", "stats", "memory", address],
        &["replay", &format!("--sort={address}"), "-"],
    ] {
        let ran = callfold(arguments);
        assert_eq!(ran.status, 2, "{arguments:?}");
        assert!(!ran.err.contains("s3cret") && ran.err.contains("localhost"), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn an_empty_store_is_said_to_be_empty() {
    let folder = Folder::new();
    let path = format!("{}/empty.db", folder.path());
    drop(Sqlite::open(&path).unwrap());
    let ran = callfold(&["replay", &path]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.contains("it is empty: no record in it"), "{}", ran.err);
}

#[test]
fn a_damaged_line_is_a_finding_and_the_rest_is_read() {
    let folder = Folder::new();
    let store = stored(&folder, &folder.write("log.jsonl", log(&events())));
    folder.damage("calls.db", br#"{"v":1,"call":""#, br#"{"v":1;"call":""#);
    let ran = callfold(&["replay", "--json", &store]);
    let found = ran.json();
    assert_eq!(ran.status, 1);
    let kinds: Vec<_> = found["findings"].as_array().unwrap().iter().map(|it| &it["kind"]).collect();
    assert!(kinds.contains(&&json!("malformed")), "{found}");
    assert_eq!(found["inputs"][0]["records"], 4);
}

#[test]
fn a_store_is_read_while_another_process_writes_to_it() {
    let folder = Folder::new();
    let path = format!("{}/live.db", folder.path());
    let is_done = Arc::new(AtomicBool::new(false));
    let writer = std::thread::spawn({
        let (path, is_done) = (path.clone(), Arc::clone(&is_done));
        move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
            let store = Sqlite::open(path).unwrap();
            let mut revision = 0;
            while !is_done.load(Ordering::Relaxed) {
                revision += 1;
                let kind = if revision == 1 { "placed" } else { "detailsChanged" };
                let line = event(revision, kind, &json!({ "subject": "live" }));
                runtime.block_on(store.append(&[line.parse().unwrap()])).unwrap();
            }
            revision
        }
    });
    while !std::fs::exists(&path).unwrap() {
        std::thread::yield_now();
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    let mut before = 0;
    for _ in 0..5 {
        let ran = callfold(&["replay", "--json", &path]).json();
        let found = ran["events"].as_u64().unwrap();
        assert!(found > before, "{found} after {before}");
        assert_eq!(ran["calls"][0]["revision"], found);
        let page = callfold(&["report", "-o", "-", &path]);
        assert_eq!(page.status, 0, "{}", page.err);
        before = found;
    }
    is_done.store(true, Ordering::Relaxed);
    assert_eq!(replayed(&path)["events"], writer.join().unwrap());
}

#[test]
fn a_store_can_be_browsed() {
    let folder = Folder::new();
    let store = stored(&folder, &sample("ivr.jsonl"));
    let mut terminal = common::terminal::Terminal::run(command(&["browse", &store]), 100);
    terminal.wait_for("terminated");
    std::io::Write::write_all(&mut terminal.person, b"q").unwrap();
    assert_eq!(terminal.ended().1, Some(0));
}

#[test]
fn reading_changes_no_byte_of_the_store() {
    let folder = Folder::new();
    let store = stored(&folder, &sample("ivr.jsonl"));
    let files = || -> BTreeMap<_, _> {
        let entries = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
    };
    let before = files();
    for arguments in [&["replay"][..], &["check"], &["store", "check"], &["store", "stats"]] {
        assert_eq!(callfold(&[arguments, &[&store]].concat()).status, 0, "{arguments:?}");
        assert!(files() == before, "{arguments:?}");
    }
}
