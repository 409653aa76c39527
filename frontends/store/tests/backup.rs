//! Copying a store in SQLite while it is in use.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use callfold_store::{Position, Sqlite, Store};

use crate::common::{call, event};

/// A store with a call, from which another call was deleted.
async fn stored(path: &Path) -> Arc<Sqlite> {
    let store = Sqlite::open(path).unwrap();
    store.append(&[event(call(1), 1, "kept")]).await.unwrap();
    store.append(&[event(call(2), 1, "deleted")]).await.unwrap();
    store.delete(call(2)).await.unwrap();
    Arc::new(store)
}

#[tokio::test]
async fn a_backup_has_what_was_stored_when_it_began() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("calls.db"), folder.path().join("backup.db"));
    let writer = stored(&from).await;
    Sqlite::open_to_read(&from).unwrap().backup(&to).await.unwrap();
    writer.append(&[event(call(1), 2, "later")]).await.unwrap();
    let copy = Sqlite::open_to_read(&to).unwrap();
    assert_eq!(copy.read(call(1), 1).await.unwrap(), [event(call(1), 1, "kept")]);
    assert_eq!(copy.defects().await.unwrap(), []);
    drop(copy);
    assert!(!String::from_utf8_lossy(&fs::read(&to).unwrap()).contains("deleted"));
}

#[tokio::test]
async fn a_backup_is_a_store_and_uses_no_position_again() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("backup.db");
    stored(&folder.path().join("calls.db")).await.backup(&to).await.unwrap();
    let copy = Sqlite::open(&to).unwrap();
    copy.append(&[event(call(1), 2, "in the copy")]).await.unwrap();
    let last = copy.read_all(Position::START, 10).await.unwrap().pop().unwrap();
    assert_eq!(last.position, Position::new(3));
}

#[tokio::test]
async fn a_backup_while_events_come_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let from = folder.path().join("calls.db");
    let writer = stored(&from).await;
    let appending = tokio::spawn(async move {
        for revision in 2..=300 {
            writer.append(&[event(call(1), revision, "while it is copied")]).await.unwrap();
        }
    });
    let mut before = 0;
    for number in 0..5 {
        let to = folder.path().join(format!("{number}.db"));
        Sqlite::open_to_read(&from).unwrap().backup(&to).await.unwrap();
        let copy = Sqlite::open_to_read(&to).unwrap();
        let events = copy.stats().await.unwrap().events;
        assert!(events >= before && copy.defects().await.unwrap().is_empty(), "{events} after {before}");
        assert_eq!(callfold_store::load(&copy, call(1)).await.unwrap().unwrap().revision(), events);
        before = events;
    }
    appending.await.unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_backup_is_readable_only_for_its_owner() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("backup.db");
    stored(&folder.path().join("calls.db")).await.backup(&to).await.unwrap();
    assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_file_that_exists_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("backup.db");
    fs::write(&to, "mine").unwrap();
    let store = stored(&folder.path().join("calls.db")).await;
    let error = store.backup(&to).await.unwrap_err().to_string();
    assert!(
        error.ends_with("backup.db: the file exists, and is not overwritten; name a new file"),
        "{error}"
    );
    assert_eq!(fs::read(&to).unwrap(), b"mine");
}

#[tokio::test]
async fn a_backup_that_fails_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("calls.db"), folder.path().join("backup.db"));
    drop(stored(&from).await);
    let reader = Sqlite::open_to_read(&from).unwrap();
    fs::write(&from, "no database ".repeat(1000)).unwrap();
    reader.backup(&to).await.unwrap_err();
    assert!(!to.exists());
}
