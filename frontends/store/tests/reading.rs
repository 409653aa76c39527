//! A store in SQLite that is opened only to read.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use callfold_store::{Address, AppendError, Position, Sqlite, Store, StoreError};
use rusqlite::Connection;

use crate::common::{call, event, write_version_1};

/// The files of a folder and what is in them.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entry = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.unwrap().path();
        (path.display().to_string(), fs::read(&path).unwrap())
    };
    fs::read_dir(folder).unwrap().map(entry).collect()
}

fn refused(path: &Path) -> String {
    let before = files(path.parent().unwrap());
    let error = Sqlite::open_to_read(path).unwrap_err();
    assert!(!error.is_transient, "{error}");
    assert_eq!(files(path.parent().unwrap()), before, "{error}");
    error.to_string()
}

#[tokio::test]
async fn what_a_writer_appends_is_read_while_it_is_open() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let writer = Sqlite::open(&path).unwrap();
    writer.append(&[event(call(1), 1, "before")]).await.unwrap();
    let reader = Sqlite::open_to_read(&path).unwrap();
    assert_eq!(reader.read(call(1), 1).await.unwrap().len(), 1);
    writer.append(&[event(call(1), 2, "after")]).await.unwrap();
    assert_eq!(reader.read_all(Position::START, 10).await.unwrap().len(), 2);
    drop(reader);
    writer.append(&[event(call(1), 3, "at the end")]).await.unwrap();
    assert_eq!(writer.read(call(1), 1).await.unwrap().len(), 3);
}

#[tokio::test]
async fn reading_leaves_the_folder_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let writer = Sqlite::open(&path).unwrap();
    writer.append(&[event(call(1), 1, "stored")]).await.unwrap();
    drop(writer);
    let before = files(folder.path());
    let reader = Sqlite::open_to_read(&path).unwrap();
    assert_eq!(reader.stats().await.unwrap().events, 1);
    assert!(reader.leases().await.unwrap().is_empty());
    drop(reader);
    assert_eq!(files(folder.path()), before);
}

fn assert_opened_to_read(error: &StoreError) {
    assert!(error.message.ends_with("the store was opened to read, and takes no changes"), "{error}");
    assert!(!error.is_transient);
}

#[tokio::test]
async fn a_store_that_is_opened_to_read_takes_no_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    Sqlite::open(&path).unwrap().append(&[event(call(1), 1, "stored")]).await.unwrap();
    let reader = Sqlite::open_to_read(&path).unwrap();
    let AppendError::Store(error) = reader.append(&[event(call(1), 2, "more")]).await.unwrap_err() else {
        panic!("it is an error of the store");
    };
    assert_opened_to_read(&error);
    assert_opened_to_read(&reader.delete(call(1)).await.unwrap_err());
    assert_opened_to_read(&reader.finish(&[call(1)]).await.unwrap_err());
    assert_eq!(reader.read(call(1), 1).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_file_of_version_1_is_read_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let first = event(call(1), 1, "of version 1");
    write_version_1(&path, &first);
    let before = files(folder.path());
    let reader = Sqlite::open_to_read(&path).unwrap();
    assert_eq!(reader.read(call(1), 1).await.unwrap(), [first]);
    assert_eq!(reader.unfinished().await.unwrap(), [call(1)]);
    assert!(reader.leases().await.unwrap().is_empty());
    assert_eq!(reader.stats().await.unwrap().unfinished, 1);
    assert_eq!(reader.schema_version().await.unwrap(), Some(1));
    assert!(reader.defects().await.unwrap().is_empty());
    drop(reader);
    assert_eq!(files(folder.path()), before);
}

#[test]
fn nothing_is_created_where_there_is_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    assert!(refused(&path).ends_with("calls.db: there is no such file; check the path"));
    fs::write(&path, "").unwrap();
    assert!(refused(&path).ends_with("calls.db: nothing has been stored in this file yet"));
    fs::write(&path, "once upon a time ".repeat(500)).unwrap();
    assert!(refused(&path).ends_with("this file is not an SQLite database; name another file"));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    let error = Sqlite::open_to_read(&path).unwrap_err().to_string();
    assert!(error.ends_with("this is a folder; name a file"), "{error}");
}

#[tokio::test]
async fn memory_has_nothing_to_read() {
    let error = Address::Memory.open_to_read().await.unwrap_err();
    assert!(error.message.contains("nothing to read"), "{error}");
}

#[tokio::test]
async fn lines_come_as_they_are_stored_in_pages() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("calls.db")).unwrap();
    let events: Vec<_> = (1..=5).map(|revision| event(call(1), revision, "word")).collect();
    store.append(&events).await.unwrap();
    let first = store.read_lines(Position::START, 3).await.unwrap();
    let rest = store.read_lines(Position::new(3), 3).await.unwrap();
    assert!(first.has_more && !rest.has_more);
    let lines: Vec<_> = first.lines.iter().chain(&rest.lines).map(|line| line.line.clone()).collect();
    assert_eq!(lines, events.iter().map(|event| event.to_string().into_bytes()).collect::<Vec<_>>());
    assert!(!format!("{first:?}").contains("word"), "a line can have tokens");
    assert!(store.read_lines(Position::new(5), 3).await.unwrap().lines.is_empty());
}

#[tokio::test]
async fn a_page_of_large_lines_is_short() {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("calls.db")).unwrap();
    let words = "w".repeat(700_000);
    store.append(&[1, 2, 3].map(|revision| event(call(1), revision, &words))).await.unwrap();
    let page = store.read_lines(Position::START, 100).await.unwrap();
    assert_eq!((page.lines.len(), page.has_more), (2, true));
}

#[tokio::test]
async fn a_line_that_is_damaged_is_read_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let store = Sqlite::open(&path).unwrap();
    store.append(&[event(call(1), 1, "stored")]).await.unwrap();
    Connection::open(&path).unwrap().execute("UPDATE events SET line = '{'", []).unwrap();
    let page = store.read_lines(Position::START, 100).await.unwrap();
    assert_eq!(page.lines.into_iter().map(|line| line.line).collect::<Vec<_>>(), [b"{"]);
    store.read_all(Position::START, 100).await.unwrap_err();
}

#[tokio::test]
async fn tables_that_contradict_the_events_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let store = Sqlite::open(&path).unwrap();
    for number in 1..=5 {
        store.append(&[1, 2].map(|revision| event(call(number), revision, "stored"))).await.unwrap();
    }
    let folded = callfold_store::load(&store, call(4)).await.unwrap().unwrap();
    store.keep_snapshot(call(4), 2, &folded.snapshot()).await.unwrap();
    store.note("webhooks", &[callfold_store::Noted { call: call(3), revision: 2 }]).await.unwrap();
    assert_eq!(store.defects().await.unwrap(), []);
    let change = |sql| Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    change("DELETE FROM events WHERE position = 2");
    change("DELETE FROM calls WHERE hex(call) LIKE '%2'");
    change("DELETE FROM events WHERE hex(call) LIKE '%5'");
    change("UPDATE notes SET revision = 9");
    change("UPDATE snapshots SET revision = 7");
    let found = store.defects().await.unwrap();
    let found: Vec<_> = found.iter().map(|defect| (defect.call.unwrap(), defect.message.as_str())).collect();
    let wrong = [
        (call(1), "its last revision is 1, and the table of calls says 2"),
        (call(5), "it is in the table of calls, and has no events"),
        (call(2), "it has events, and is not in the table of calls"),
        (call(3), "`webhooks` has noted revision 9, and the last revision of the call is 2"),
        (call(4), "its snapshot is of revision 7, and the last revision of the call is 2"),
    ];
    assert_eq!(found, wrong);
}

#[tokio::test]
async fn damage_of_the_file_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let store = Sqlite::open(&path).unwrap();
    store.append(&[event(call(1), 1, "stored")]).await.unwrap();
    drop(store);
    let file = Connection::open(&path).unwrap();
    file.execute_batch(
        "PRAGMA writable_schema = on;
         UPDATE sqlite_schema SET sql = replace(sql, 'line TEXT NOT NULL', 'line TEXT NOT NULL CHECK (line = 0)');",
    )
    .unwrap();
    drop(file);
    let found = Sqlite::open_to_read(&path).unwrap().defects().await.unwrap();
    let messages: Vec<_> = found.iter().map(|defect| defect.message.as_str()).collect();
    assert_eq!(
        messages,
        ["the file is damaged; restore it from a backup (SQLite says: CHECK constraint failed in events)"]
    );
}
