//! The stores that the tests run against.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded};
#[cfg(feature = "postgres")]
use callfold_store::Address;
use callfold_store::testing::{Broken, Subject};
use callfold_store::{Memory, Sqlite, Store};
use rusqlite::Connection;
use tempfile::TempDir;

/// Stores in memory.
pub(crate) struct InMemory;

#[async_trait]
impl Subject for InMemory {
    async fn fresh(&self) -> Result<Arc<dyn Store>, Broken> {
        Ok(Arc::new(Memory::new()))
    }

    async fn restart(&self, _store: Arc<dyn Store>) -> Result<Option<Arc<dyn Store>>, Broken> {
        Ok(None)
    }
}

/// Stores in files of a folder.
pub(crate) struct InFiles {
    folder: TempDir,
    files: AtomicUsize,
}

impl InFiles {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder for the test"), files: AtomicUsize::new(0) }
    }

    fn file(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("{number}.db"))
    }
}

#[async_trait]
impl Subject for InFiles {
    async fn fresh(&self) -> Result<Arc<dyn Store>, Broken> {
        let number = self.files.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(Arc::new(Sqlite::open(self.file(number))?))
    }

    /// The files as they are now are what another process finds after this one is killed. The store is still open.
    async fn restart(&self, store: Arc<dyn Store>) -> Result<Option<Arc<dyn Store>>, Broken> {
        let number = self.files.fetch_add(1, Ordering::Relaxed) + 1;
        copy(&self.file(number - 1), &self.file(number)).map_err(|error| Broken::new(error.to_string()))?;
        drop(store);
        Ok(Some(Arc::new(Sqlite::open(self.file(number))?)))
    }
}

fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    for suffix in ["", "-wal"] {
        let name = |path: &Path| format!("{}{suffix}", path.display());
        std::fs::copy(name(from), name(to))?;
    }
    Ok(())
}

/// Writes a file as version 1 did: a call with this event.
pub(crate) fn write_version_1(path: &Path, first: &Recorded) {
    let (old, call) = (Connection::open(path).expect("a file"), *first.call.guid().as_bytes());
    let write = || {
        old.execute_batch(include_str!("../src/sqlite/schema/1.sql"))?;
        old.execute("INSERT INTO calls (call, revision) VALUES (?1, 1)", [&call])?;
        let sql = "INSERT INTO events (call, revision, line) VALUES (?1, 1, ?2)";
        old.execute(sql, (&call, first.to_string()))?;
        old.pragma_update(None, "application_id", 0x6361_6c6c)?;
        old.pragma_update(None, "user_version", 1)
    };
    write().expect("the statements of version 1");
}

/// Stores in schemas of a PostgreSQL database.
#[cfg(feature = "postgres")]
pub(crate) struct InPostgres {
    /// The URL of the database; `None` if there is no server.
    database: Option<String>,
    schemas: AtomicUsize,
    name: Uuid,
}

#[cfg(feature = "postgres")]
impl InPostgres {
    pub(crate) fn new() -> Self {
        let database = std::env::var("CALLFOLD_POSTGRES").ok();
        Self { database, schemas: AtomicUsize::new(0), name: new_name() }
    }

    /// The address of the store with this number.
    pub(crate) fn address(&self, number: usize) -> Address {
        let database = self.database.as_deref().unwrap_or_default();
        format!("{database}?schema=t{}_{number}", self.name.simple()).parse().expect("an address")
    }
}

#[cfg(feature = "postgres")]
#[async_trait]
impl Subject for InPostgres {
    fn skipped(&self) -> Option<String> {
        let is_missing = self.database.is_none();
        is_missing.then(|| "the tests of the store in PostgreSQL: CALLFOLD_POSTGRES is not set".to_owned())
    }

    async fn fresh(&self) -> Result<Arc<dyn Store>, Broken> {
        let number = self.schemas.fetch_add(1, Ordering::Relaxed) + 1;
        Ok(self.address(number).open().await?)
    }

    /// What a transaction has committed is all that another process finds.
    async fn restart(&self, store: Arc<dyn Store>) -> Result<Option<Arc<dyn Store>>, Broken> {
        let same = self.address(self.schemas.load(Ordering::Relaxed)).open().await?;
        drop(store);
        Ok(Some(same))
    }
}

/// A name that no other test has.
#[cfg(feature = "postgres")]
#[expect(clippy::disallowed_methods, reason = "somebody must draw the name")]
fn new_name() -> Uuid {
    uuid::Uuid::new_v4()
}

/// A call id for each number.
pub(crate) fn call(number: u32) -> CallId {
    CallId::new(Uuid::from_u128(u128::from(number)))
}

/// An event that folds at this revision. Its line is at least as long as the words.
pub(crate) fn event(call: CallId, revision: u64, words: &str) -> Recorded {
    let name = if revision == 1 { "placed" } else { "detailsChanged" };
    let line = format!(
        r#"{{"call":"{call}","rev":{revision},"at":"2026-11-23T09:15:02Z","type":"{name}","data":{{"subject":"{words}"}}}}"#
    );
    line.parse().expect("a line of the log")
}
