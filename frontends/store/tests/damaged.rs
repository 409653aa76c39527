//! Files of SQLite after the power failed in the middle of a write, and on a disk that goes bad.

use std::path::{Path, PathBuf};

use callfold::Recorded;
use callfold_store::{Position, Sqlite, Store, StoreError};
use tempfile::TempDir;

use crate::common::{call, event};

const PAGE: usize = 4096;

/// The bytes of a disk's smallest write.
const SECTOR: usize = 512;

/// A copy of the file, with this as its newest part.
fn copy(folder: &TempDir, path: &Path, wal: &[u8]) -> PathBuf {
    let copy = folder.path().join("copy.db");
    for old in ["copy.db", "copy.db-wal", "copy.db-shm"] {
        _ = std::fs::remove_file(folder.path().join(old));
    }
    std::fs::copy(path, &copy).unwrap();
    std::fs::write(folder.path().join("copy.db-wal"), wal).unwrap();
    copy
}

async fn all(path: &Path) -> Result<Vec<Recorded>, StoreError> {
    let stored = Sqlite::open(path)?.read_all(Position::START, usize::MAX).await?;
    Ok(stored.into_iter().map(|stored| stored.event).collect())
}

/// The last write is cut off at each sector, or what it wrote from there on is something else.
#[tokio::test]
async fn a_torn_last_write_loses_only_itself() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let wal = folder.path().join("calls.db-wal");
    let store = Sqlite::open(&path).unwrap();
    let events: Vec<_> = (1..=3).map(|revision| event(call(1), revision, &"word ".repeat(2000))).collect();
    store.append(events.get(..2).unwrap()).await.unwrap();
    let confirmed = std::fs::read(&wal).unwrap().len();
    store.append(events.get(2..).unwrap()).await.unwrap();
    let whole = std::fs::read(&wal).unwrap();
    assert!(whole.len() > confirmed + PAGE, "{} bytes, {confirmed} before the last write", whole.len());
    for torn in (confirmed..whole.len()).step_by(SECTOR) {
        let kept = whole.get(..torn).unwrap();
        let garbled = [kept, &vec![0xa5; whole.len() - torn]].concat();
        for wal in [kept, &garbled] {
            let copy = copy(&folder, &path, wal);
            assert_eq!(
                all(&copy).await.unwrap(),
                events.get(..2).unwrap(),
                "torn at {torn} of {}",
                whole.len()
            );
            let store = Sqlite::open(&copy).unwrap();
            assert_eq!(store.defects().await.unwrap(), []);
            store.append(events.get(2..).unwrap()).await.unwrap();
            assert_eq!(all(&copy).await.unwrap(), events);
        }
    }
    assert_eq!(all(&copy(&folder, &path, &whole)).await.unwrap(), events);
}

/// Each page in turn cannot be read as it was written.
#[tokio::test]
async fn a_corrupt_page_is_said_and_nothing_is_silently_missing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let store = Sqlite::open(&path).unwrap();
    let events: Vec<_> = (1..=300).map(|revision| event(call(1), revision, "one of many")).collect();
    store.append(&events).await.unwrap();
    drop(store);
    let bytes = std::fs::read(&path).unwrap();
    let pages = bytes.len() / PAGE;
    assert!(pages > 10, "{pages} pages");
    for (page, filler) in (0..pages).flat_map(|page| [(page, 0), (page, 0x5a)]) {
        let mut corrupt = bytes.clone();
        corrupt.iter_mut().skip(page * PAGE).take(PAGE).for_each(|byte| *byte = filler);
        let copy = copy(&folder, &path, &[]);
        std::fs::write(&copy, corrupt).unwrap();
        let read = all(&copy).await;
        let found = async { Sqlite::open_to_read(&copy)?.defects().await }.await;
        let is_said = found.as_ref().map_or(true, |defects| !defects.is_empty());
        assert!(is_said, "page {page} of {filler:#x}: {read:?}");
        if let Ok(read) = read {
            assert_eq!(read, events, "page {page} of {filler:#x}: {found:?}");
        }
    }
}
