//! What is particular to a store in SQLite: its file.

use std::path::Path;
use std::sync::Arc;

use callfold_store::{AppendError, Position, Sqlite, Store, StoreError};
use rusqlite::Connection;

use crate::common::{call, event, write_version_1};

/// The error of opening a file that this function prepares.
fn refused(prepare: impl FnOnce(&Path)) -> StoreError {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    prepare(&path);
    let error = Sqlite::open(&path).unwrap_err();
    assert!(error.to_string().starts_with(path.to_str().unwrap()), "{error}");
    assert!(!error.is_transient, "{error}");
    error
}

fn assert_ends(error: &StoreError, end: &str) {
    assert!(error.to_string().ends_with(end), "{error}");
}

#[test]
fn a_folder_is_refused() {
    assert_ends(&refused(|path| std::fs::create_dir(path).unwrap()), "this is a folder; name a file");
}

#[test]
fn a_file_in_no_folder_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = Sqlite::open(folder.path().join("missing/calls.db")).unwrap_err();
    assert_ends(&error, "the folder does not exist; create it");
}

#[test]
fn a_text_is_no_database() {
    let error = refused(|path| std::fs::write(path, "once upon a time ".repeat(500)).unwrap());
    assert_ends(&error, "this file is not an SQLite database; name another file");
}

#[test]
fn a_database_of_another_program_is_refused_and_not_changed() {
    let error = refused(|path| {
        Connection::open(path).unwrap().execute_batch("CREATE TABLE songs (name TEXT)").unwrap();
    });
    assert_ends(&error, "this SQLite database belongs to another program; name another file");
}

#[tokio::test]
async fn a_file_of_version_1_is_migrated_and_keeps_what_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let first = event(call(1), 1, "of version 1");
    write_version_1(&path, &first);
    let store = Sqlite::open(&path).unwrap();
    assert_eq!(store.read(call(1), 1).await.unwrap(), [first]);
    assert_eq!(store.unfinished().await.unwrap(), [call(1)]);
    store.append(&[event(call(1), 2, "of version 2")]).await.unwrap();
    drop(store);
    let version: i32 =
        Connection::open(&path).unwrap().pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    assert_eq!(version, 2);
}

#[test]
fn a_newer_version_is_refused() {
    let error = refused(|path| {
        drop(Sqlite::open(path).unwrap());
        Connection::open(path).unwrap().pragma_update(None, "user_version", 3).unwrap();
    });
    let end = "the tables have version 3, and this version of callfold reads 2 and older; \
               use the version of callfold that wrote the file, or name another file";
    assert_ends(&error, end);
}

#[tokio::test]
async fn a_damaged_file_is_an_error_without_its_lines() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let store = Sqlite::open(&path).unwrap();
    let events: Vec<_> = (1..=500).map(|revision| event(call(1), revision, "secret")).collect();
    store.append(&events).await.unwrap();
    drop(store);
    let mut bytes = std::fs::read(&path).unwrap();
    let pages = bytes.len() / 4096;
    bytes.iter_mut().skip(4096 * 8).take(4096 * (pages - 9)).for_each(|byte| *byte = 0xff);
    std::fs::write(&path, bytes).unwrap();
    let read = async { Sqlite::open(&path)?.read_all(Position::START, usize::MAX).await };
    let error = read.await.unwrap_err();
    assert_ends(&error, "the database is damaged; restore it from a backup");
    assert!(!format!("{error:?}").contains("secret"));
}

#[tokio::test]
async fn a_line_that_cannot_be_read_is_an_error_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let store = Sqlite::open(&path).unwrap();
    store.append(&[event(call(1), 1, "one")]).await.unwrap();
    Connection::open(&path).unwrap().execute("UPDATE events SET line = '{\"token\":\"secret\"'", []).unwrap();
    let error = store.read(call(1), 1).await.unwrap_err();
    assert!(error.to_string().contains("the event at position 1 cannot be read"), "{error}");
    assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_the_files() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("calls.db")).unwrap();
    store.append(&[event(call(1), 1, "one")]).await.unwrap();
    let files: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
    assert_eq!(files.len(), 3, "the database, its -wal and its -shm: {files:?}");
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
    }
}

#[tokio::test]
async fn a_full_disk_stores_nothing_half_and_the_store_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let store = Sqlite::open_limited(&path, 40).unwrap();
    store.append(&[event(call(1), 1, "kept")]).await.unwrap();
    let large: Vec<_> = (1..=100).map(|revision| event(call(2), revision, &"large".repeat(1000))).collect();
    for _ in 0..2 {
        let Err(AppendError::Store(error)) = store.append(&large).await else {
            panic!("a full disk must be an error")
        };
        assert!(error.is_transient, "{error}");
        assert_ends(&error, "the disk is full; free some space");
        assert!(store.read(call(2), 1).await.unwrap().is_empty());
    }
    store.append(&[event(call(1), 2, "later")]).await.unwrap();
    drop(store);
    let store = Sqlite::open(&path).unwrap();
    assert_eq!(store.read_all(Position::START, 10).await.unwrap().len(), 2);
    store.append(&large).await.unwrap();
}

#[tokio::test]
async fn a_conflict_fails_alone_among_those_that_wait() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(Sqlite::open(folder.path().join("calls.db")).unwrap());
    let mut appends = tokio::task::JoinSet::new();
    for number in 0..200 {
        let store = Arc::clone(&store);
        let revision = if number % 2 == 0 { 1 } else { 2 };
        appends.spawn(async move { (number, store.append(&[event(call(number), revision, "one")]).await) });
    }
    for (number, outcome) in appends.join_all().await {
        assert_eq!(outcome.is_ok(), number % 2 == 0, "{number}: {outcome:?}");
    }
    assert_eq!(store.read_all(Position::START, 1000).await.unwrap().len(), 100);
}

#[tokio::test]
async fn a_dropped_store_writes_its_queue() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let store = Sqlite::open(&path).unwrap();
    for number in 0..50 {
        let batch = [event(call(number), 1, "queued")];
        // Polled once, so that it is in the queue, and then dropped.
        let mut append = store.append(&batch);
        std::future::poll_fn(|context| std::task::Poll::Ready(append.as_mut().poll(context).is_ready()))
            .await;
    }
    drop(store);
    assert!(!folder.path().join("calls.db-wal").exists());
    let store = Sqlite::open(&path).unwrap();
    assert_eq!(store.read_all(Position::START, 100).await.unwrap().len(), 50);
}

#[tokio::test]
async fn another_process_that_writes_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let store = Sqlite::open(&path).unwrap();
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let waiting = [event(call(1), 1, "waits")];
    let error = store.append(&waiting).await.unwrap_err();
    let AppendError::Store(error) = error else { panic!("a lock is no conflict") };
    assert!(error.is_transient, "{error}");
    other.execute_batch("ROLLBACK").unwrap();
    store.append(&waiting).await.unwrap();
}

#[tokio::test]
async fn one_service_at_a_time_claims_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let (first, second) = (Sqlite::open(&path).unwrap(), Sqlite::open(&path).unwrap());
    first.claim().await.unwrap();
    first.claim().await.unwrap();
    let error = second.claim().await.unwrap_err();
    assert!(error.is_transient, "{error}");
    assert_ends(&error, "another service uses this file; stop it, or name another store");
    drop(first);
    second.claim().await.unwrap();
}
