//! `callfold convert --into`: logs go into a store.
#![cfg(feature = "stores")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use common::{CALL, Folder, SAMPLES, callfold, event, events, log, replayed, sample};
use serde_json::json;

fn address(folder: &Folder) -> String {
    format!("sqlite:{}/calls.db", folder.path())
}

fn lines(store: &str) -> String {
    callfold(&["convert", "--to", "events", store]).out
}

#[test]
fn every_sample_comes_out_of_the_store_as_it_went_in() {
    for name in SAMPLES {
        let folder = Folder::new();
        let store = address(&folder);
        let events = callfold(&["convert", "--to", "events", &sample(name)]).out;
        let into = || callfold(&["convert", "--into", &store, &sample(name)]);
        let first = into();
        let said = format!("{store} has {} event", events.lines().count());
        assert!(first.out.starts_with(&said), "{name}: {}", first.out);
        assert_eq!(lines(&store), events, "{name}");
        // A second time changes nothing.
        let again = into();
        assert_eq!((again.status, &again.out, &again.err), (first.status, &first.out, &first.err), "{name}");
        assert_eq!(lines(&store), events, "{name}");
    }
}

#[test]
fn later_events_of_a_call_are_added() {
    let folder = Folder::new();
    let store = address(&folder);
    for count in [1, 3, 2, 4] {
        let file = folder.write("log.jsonl", log(&events()[..count]));
        assert_eq!(callfold(&["convert", "--into", &store, &file]).status, 0);
    }
    assert_eq!(replayed(&store)["calls"][0]["revision"], 4);
}

#[test]
fn a_conflict_is_told_and_nothing_else_is_lost() {
    let folder = Folder::new();
    let store = address(&folder);
    let first = folder.write("first.jsonl", log(&events()[..2]));
    assert_eq!(callfold(&["convert", "--into", &store, &first]).status, 0);
    // Revision 2 is another event than in the store. Other calls stand around it.
    let other = |number: u32| {
        event(1, "placed", &json!({})).replace(CALL, &format!("00000000-0000-4000-8000-{number:012}"))
    };
    let mut mixed: Vec<_> = (0..700).map(other).collect();
    mixed.insert(300, events()[0].clone());
    mixed.insert(301, event(2, "redirected", &json!({})));
    mixed.insert(650, event(3, "terminated", &json!({})));
    let mixed = folder.write("mixed.jsonl", log(&mixed));
    let ran = callfold(&["convert", "--into", &store, &mixed]);
    assert_eq!(ran.status, 1);
    let told = format!("{store}: conflict at revision 2 of call {CALL}: another line is stored");
    assert!(ran.err.contains(&told), "{}", ran.err);
    assert!(
        ran.out.contains("has 701 events of the logs\n1 call of the logs contradicted it"),
        "{}",
        ran.out
    );
    let after = replayed(&store);
    assert_eq!(after["events"], 702);
    let call = after["calls"].as_array().unwrap().iter().find(|call| call["id"] == CALL).unwrap();
    assert_eq!((&call["revision"], &call["state"]), (&json!(2), &json!("establishing")));
}

#[test]
fn a_store_goes_into_another_one() {
    let (folder, other) = (Folder::new(), Folder::new());
    assert_eq!(callfold(&["convert", "--into", &address(&folder), &sample("ivr.jsonl")]).status, 0);
    assert_eq!(callfold(&["convert", "-q", "--into", &address(&other), &address(&folder)]).out, "");
    assert_eq!(lines(&address(&other)), lines(&address(&folder)));
}

#[test]
fn what_goes_into_a_store_can_be_redacted() {
    let folder = Folder::new();
    let ran = callfold(&["convert", "--redact", "--into", &address(&folder), &sample("ivr.jsonl")]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(!lines(&address(&folder)).contains("Adele"));
    assert!(lines(&sample("ivr.jsonl")).contains("Adele"));
    let again =
        callfold(&["convert", "--redact", "--into", &address(&folder), &sample("failed-outgoing.jsonl")]);
    assert!(
        again.status == 2 && again.err.contains("can be those of calls in it; name a new store"),
        "{}",
        again.err
    );
}

#[cfg(unix)]
#[test]
fn a_new_store_is_readable_only_for_its_owner() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    assert_eq!(callfold(&["convert", "--into", &address(&folder), &sample("ivr.jsonl")]).status, 0);
    let file = std::fs::metadata(format!("{}/calls.db", folder.path())).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}

#[test]
fn where_events_go_is_said_once() {
    let log = sample("ivr.jsonl");
    for (arguments, why) in [
        (&["convert", &log][..], "--to"),
        (&["convert", "--to", "events", "--into", "sqlite:x.db", &log], "cannot be used with"),
        (&["convert", "--into", "memory", &log], "memory"),
        (&["convert", "--into", "calls.txt", &log], "is not the address of a store"),
        (&["convert", "--into", "sqlite:/no/such/folder/x.db", &log], "the folder does not exist; create it"),
    ] {
        let ran = callfold(arguments);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains(why), "{arguments:?}: {}", ran.err);
    }
}
