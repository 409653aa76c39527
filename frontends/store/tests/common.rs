//! The stores that the tests run against.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded};
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

/// Stores in a server.
#[cfg(any(feature = "nats", feature = "postgres"))]
pub(crate) struct InServer {
    /// The variable with the address of the server.
    variable: &'static str,
    /// What stands between that address and the name of a store.
    between: &'static str,
    /// The name that the stores of this subject share, and no others have.
    name: Uuid,
    stores: AtomicUsize,
}

#[cfg(any(feature = "nats", feature = "postgres"))]
impl InServer {
    /// Stores in schemas of a PostgreSQL database.
    #[cfg(feature = "postgres")]
    pub(crate) fn postgres() -> Self {
        Self::new("CALLFOLD_POSTGRES", "?schema=t")
    }

    /// Stores in streams of a NATS server.
    #[cfg(feature = "nats")]
    pub(crate) fn nats() -> Self {
        Self::new("CALLFOLD_NATS", "/t")
    }

    #[expect(clippy::disallowed_methods, reason = "somebody must draw the name")]
    fn new(variable: &'static str, between: &'static str) -> Self {
        Self { variable, between, name: uuid::Uuid::new_v4(), stores: AtomicUsize::new(0) }
    }

    /// The URL of the store with this number, from 1.
    pub(crate) fn url(&self, number: usize) -> String {
        let Self { variable, between, name, .. } = self;
        let server = std::env::var(variable).unwrap_or_default();
        format!("{server}{between}{}_{number}", name.simple())
    }

    async fn open(&self, number: usize) -> Result<Arc<dyn Store>, Broken> {
        let address: callfold_store::Address = self.url(number).parse().expect("an address");
        Ok(address.open().await?)
    }
}

#[cfg(any(feature = "nats", feature = "postgres"))]
#[async_trait]
impl Subject for InServer {
    fn skipped(&self) -> Option<String> {
        let Self { variable, .. } = self;
        let is_missing = std::env::var(variable).is_err();
        is_missing.then(|| format!("the tests of a store in a server: {variable} is not set"))
    }

    async fn fresh(&self) -> Result<Arc<dyn Store>, Broken> {
        self.open(self.stores.fetch_add(1, Ordering::Relaxed) + 1).await
    }

    /// What the server has confirmed is all that another process finds.
    async fn restart(&self, store: Arc<dyn Store>) -> Result<Option<Arc<dyn Store>>, Broken> {
        let same = self.open(self.stores.load(Ordering::Relaxed)).await?;
        drop(store);
        Ok(Some(same))
    }
}

/// A name that no other test has, also not one of an earlier run.
#[cfg(feature = "nats")]
#[expect(clippy::disallowed_methods, reason = "somebody must draw the name")]
pub(crate) fn unused_name() -> String {
    format!("test-{}", uuid::Uuid::new_v4().simple())
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
