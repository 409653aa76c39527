//! `callfold store`: looking after a store.
#![cfg(feature = "stores")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use callfold_store::{Sqlite, Store, load};
use common::{CALL, Folder, Ran, callfold, event, events, log, replayed, sample};
use serde_json::{Value, json};

/// A store with the events of a log.
struct Stored(Folder);

impl Stored {
    fn of(log: &str) -> Self {
        let stored = Self(Folder::new());
        assert!(callfold(&["convert", "-q", "--into", &stored.address(), log]).status < 2);
        stored
    }

    fn path(&self) -> String {
        format!("{}/calls.db", self.0.path())
    }

    fn address(&self) -> String {
        format!("sqlite:{}", self.path())
    }

    /// `callfold store`, with the name of the store replaced in what it prints.
    fn run(&self, action: &str, arguments: &[&str]) -> Ran {
        let ran = callfold(&[&["store", action, &self.address()], arguments].concat());
        let said = |text: String| text.replace(&self.address(), "STORE").replace(self.0.path(), "FOLDER");
        Ran { out: said(ran.out), err: said(ran.err), ..ran }
    }

    /// Keeps a snapshot of the call, changed by a function.
    fn keep_snapshot(&self, change: impl FnOnce(&str) -> String) {
        let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
        let store = Sqlite::open(self.path()).unwrap();
        let id = CALL.parse().unwrap();
        let call = runtime.block_on(load(&store, id)).unwrap().unwrap();
        let snapshot = change(call.snapshot().as_str()).into();
        runtime.block_on(store.keep_snapshot(id, call.revision(), &snapshot)).unwrap();
    }
}

/// A store with the call of [`events`].
fn one_call() -> Stored {
    let folder = Folder::new();
    Stored::of(&folder.write("log.jsonl", log(&events())))
}

#[test]
fn a_store_that_is_right_is_said_to_be() {
    let ran = Stored::of(&sample("ivr.jsonl")).run("check", &[]);
    let said = "STORE: nothing is wrong (3 calls, 23 events, 0 snapshots)\n";
    assert_eq!((ran.status, ran.out.as_str(), ran.err.as_str()), (0, said, ""));
    let stored = one_call();
    stored.keep_snapshot(str::to_owned);
    let said = "STORE: nothing is wrong (1 call, 4 events, 1 snapshot)\n";
    assert_eq!(stored.run("check", &[]).out, said);
}

/// A check of a store with a problem.
fn assert_wrong(stored: &Stored, said: &str) {
    let ran = stored.run("check", &[]);
    let is_said = ran.out.lines().any(|line| line.starts_with("STORE: ") && line.contains(said));
    assert!(ran.status == 1 && is_said && ran.err.is_empty(), "{said}: {} {}", ran.out, ran.err);
    assert!(ran.out.lines().last().unwrap().contains(" problem"), "{}", ran.out);
    let quiet = stored.run("check", &["--quiet"]);
    assert_eq!((quiet.status, quiet.out.as_str(), quiet.err.as_str()), (1, "", ""));
}

#[test]
fn an_event_that_is_wrong_is_said_of_its_call() {
    for (from, to, said) in [
        (r#""rev":2,"#, r#""rev":7,"#, format!("call {CALL}: revisionGap: ")),
        (r#""type":"answered""#, r#""type":"held"    "#, format!("call {CALL}: refused: ")),
        (r#""type":"answered""#, r#""type":"answered;"#, "malformed: ".into()),
    ] {
        let stored = one_call();
        stored.0.damage("calls.db", from.as_bytes(), to.as_bytes());
        assert_wrong(&stored, &said);
    }
}

#[test]
fn damage_that_sqlite_finds_is_said() {
    let stored = one_call();
    // The row of the first event is of another call then, and its index is not.
    let id = CALL.parse::<callfold::CallId>().unwrap().guid().into_bytes();
    let mut other = id;
    other[15] ^= 1;
    stored.0.damage("calls.db", &[&id[..], b"{\"v\":1"].concat(), &[&other[..], b"{\"v\":1"].concat());
    assert_wrong(&stored, "the file is damaged; restore it from a backup (SQLite says: ");
}

#[test]
fn an_end_that_the_store_notes_otherwise_is_said() {
    let (placed, over) = (event(1, "placed", &json!({})), event(2, "terminated", &json!({})));
    let over = over.replace("\"rev\"", "\"at\":\"2026-01-02T03:04:05Z\",\"rev\"");
    let folder = Folder::new();
    let stored = Stored::of(&folder.write("log.jsonl", log(&[placed, over])));
    assert_eq!(stored.run("check", &[]).status, 0);
    stored.0.damage("calls.db", b"\"2026-01-02T", b"\"2026-01-01T");
    let said = "its events say that it ended 2026-01-01T03:04:05Z";
    let noted = "the store notes that it ended 2026-01-02T03:04:05Z";
    assert_wrong(&stored, &format!("call {CALL}: {said}, and {noted}"));
}

#[test]
fn a_snapshot_that_is_not_what_the_events_say_is_said() {
    let stored = one_call();
    stored.keep_snapshot(|snapshot| snapshot.replace("4521", "4522"));
    assert_wrong(&stored, &format!("call {CALL}: its snapshot of revision 4 is not what its events say"));
}

#[test]
fn a_snapshot_of_another_version_is_counted_and_is_no_error() {
    let stored = one_call();
    stored.keep_snapshot(|_| r#"{"snapshot":99}"#.into());
    let ran = stored.run("check", &[]);
    assert_eq!(ran.status, 0);
    let said = "STORE: 1 snapshot of another version: such a call is folded from its events";
    assert_eq!(ran.out.lines().last(), Some(said));
}

#[test]
fn an_empty_store_is_right() {
    let folder = Folder::new();
    drop(Sqlite::open(format!("{}/e.db", folder.path())).unwrap());
    let ran = callfold(&["store", "check", &format!("{}/e.db", folder.path())]);
    assert!(ran.status == 0 && ran.out.contains("nothing is wrong (0 calls"), "{} {}", ran.out, ran.err);
    let stats = callfold(&["store", "stats", "--json", &format!("{}/e.db", folder.path())]).json();
    assert_eq!((&stats["calls"], &stats["bytesPerCall"]), (&json!(0), &Value::Null));
}

#[test]
fn the_numbers_of_a_store_are_the_same_as_lines_and_as_json() {
    let stored = one_call();
    stored.keep_snapshot(str::to_owned);
    let stats = callfold(&["store", "stats", "--json", &stored.address()]).json();
    let bytes = std::fs::metadata(stored.path()).unwrap().len();
    let right = json!({
        "store": stored.address(), "calls": 1, "unfinished": 1, "events": 4, "snapshots": 1,
        "bytes": bytes, "bytesPerCall": bytes, "schemaVersion": 2,
    });
    assert_eq!(stats, right);
    let lines = stored.run("stats", &[]).out;
    let values: Vec<_> = lines.lines().map(|line| line.split_whitespace().last().unwrap()).collect();
    let bytes = bytes.to_string();
    assert_eq!(values, ["1", "1", "4", "1", &bytes, &bytes, "2"]);
}

#[test]
fn a_call_is_deleted_by_its_whole_id() {
    let stored = Stored::of(&sample("ivr.jsonl"));
    let id = "1639dfff-f89f-46f2-867a-d722b358491f";
    let beginning = stored.run("delete", &["1639"]);
    assert_eq!(beginning.status, 2);
    assert!(beginning.err.contains("name the call that is deleted by its whole id"), "{}", beginning.err);
    let path = format!("/communications/calls/{}", id.to_uppercase());
    let ran = stored.run("delete", &[&path]);
    assert_eq!((ran.status, ran.out), (0, format!("call {id} is deleted from STORE\n")));
    assert!(!replayed(&stored.address()).to_string().contains(id));
    assert!(!String::from_utf8_lossy(&std::fs::read(stored.path()).unwrap()).contains(id));
    let again = stored.run("delete", &[id]);
    assert_eq!((again.status, again.err), (2, format!("callfold: STORE: there is no call {id}\n")));
}

#[test]
fn calls_that_ended_long_ago_are_deleted_and_can_be_seen_before() {
    let folder = Folder::new();
    let ended = |number: u32, at: &str| {
        let call = format!("00000000-0000-4000-8000-{number:012}");
        let placed = event(1, "placed", &json!({})).replace(CALL, &call);
        let over = event(2, "terminated", &json!({})).replace(CALL, &call);
        [placed, over.replace("\"rev\"", &format!("\"at\":\"{at}\",\"rev\""))]
    };
    let mut lines = [ended(1, "2020-01-01T00:00:00Z"), ended(2, "2999-01-01T00:00:00Z")].concat();
    lines.push(event(1, "placed", &json!({})));
    let stored = Stored::of(&folder.write("log.jsonl", log(&lines)));
    for age in ["30d", "P30D", "1 month"] {
        let seen = stored.run("retain", &[age, "--dry-run"]);
        assert_eq!(seen.status, 0, "{}", seen.err);
        let mut said = seen.out.lines();
        assert_eq!(said.next(), Some("00000000-0000-4000-8000-000000000001"));
        assert!(said.next().unwrap().starts_with("would be deleted from STORE: 1 call that ended before 20"));
    }
    assert_eq!(replayed(&stored.address())["calls"].as_array().unwrap().len(), 3);
    let ran = stored.run("retain", &["30d"]);
    assert!(
        ran.status == 0 && ran.out.starts_with("deleted from STORE: 1 call that"),
        "{} {}",
        ran.out,
        ran.err
    );
    assert_eq!(replayed(&stored.address())["calls"].as_array().unwrap().len(), 2);
    assert!(stored.run("retain", &["30d"]).out.starts_with("deleted from STORE: 0 calls that"));
    for age in ["yesterday", "-1d", ""] {
        assert_eq!(stored.run("retain", &[age]).status, 2, "{age}");
    }
}

#[test]
fn a_backup_is_a_store_with_the_same_events() {
    let stored = Stored::of(&sample("ivr.jsonl"));
    let file = format!("{}/backup.db", stored.0.path());
    // A service has the store open.
    let service = Sqlite::open(stored.path()).unwrap();
    let ran = stored.run("backup", &[&file]);
    drop(service);
    let bytes = std::fs::metadata(&file).unwrap().len();
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert_eq!(ran.out, format!("FOLDER/backup.db is a backup of STORE and has {bytes} bytes\n"));
    let lines = |store: &str| callfold(&["convert", "--to", "events", store]).out;
    assert_eq!(lines(&file), lines(&stored.address()));
    let again = stored.run("backup", &[&file]);
    assert_eq!(again.status, 2);
    assert!(again.err.contains("backup.db: the file exists, and is not overwritten; name a new file"));
    let named = stored.run("backup", &[&format!("sqlite:{}/named.db", stored.0.path())]);
    assert!(named.status == 0 && named.out.starts_with("FOLDER/named.db is a backup"), "{}", named.err);
    assert_eq!(stored.run("backup", &["sqlite:"]).status, 2);
    let nowhere = stored.run("backup", &["/no/such/folder/backup.db"]);
    assert!(nowhere.status == 2 && nowhere.err.contains("/no/such/folder/backup.db"), "{}", nowhere.err);
    let left: Vec<_> =
        std::fs::read_dir(stored.0.path()).unwrap().map(|it| it.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[cfg(unix)]
#[test]
fn a_backup_is_readable_only_for_its_owner() {
    use std::os::unix::fs::PermissionsExt;

    let stored = one_call();
    let file = format!("{}/backup.db", stored.0.path());
    assert_eq!(stored.run("backup", &[&file]).status, 0);
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn nothing_is_created_where_there_is_no_store() {
    let folder = Folder::new();
    let address = format!("sqlite:{}/missing.db", folder.path());
    let file = format!("{}/b.db", folder.path());
    for arguments in [
        &["check", &address][..],
        &["stats", &address],
        &["delete", &address, CALL],
        &["retain", &address, "1d"],
        &["retain", &address, "1d", "--dry-run"],
        &["backup", &address, &file],
    ] {
        let ran = callfold(&[&["store"], arguments].concat());
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{arguments:?}");
        assert!(ran.err.contains("missing.db: there is no such file; check the path"), "{}", ran.err);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{arguments:?}");
    }
}
