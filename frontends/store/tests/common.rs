//! The stores that the tests run against.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded};
use callfold_store::testing::{Broken, Subject};
use callfold_store::{Memory, Sqlite, Store};
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

/// Stores in streams of the NATS server of `CALLFOLD_NATS`. Without it, each test is skipped: it says so, and runs in memory.
#[cfg(feature = "nats")]
pub(crate) struct InNats {
    stream: String,
}

#[cfg(feature = "nats")]
impl InNats {
    pub(crate) fn new() -> Self {
        Self { stream: unused_name() }
    }

    /// The address of the stream. `None` if there is no server.
    pub(crate) fn address(&self) -> Option<callfold_store::Address> {
        let server = std::env::var("CALLFOLD_NATS").ok()?;
        Some(format!("{server}/{}", self.stream).parse().expect("the address of a server"))
    }
}

/// A name that no other test has, also not one of an earlier run.
#[cfg(feature = "nats")]
pub(crate) fn unused_name() -> String {
    static NAMES: AtomicUsize = AtomicUsize::new(0);
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().expect("a time after 1970");
    format!("test-{}-{}", since.as_nanos(), NAMES.fetch_add(1, Ordering::Relaxed))
}

#[cfg(feature = "nats")]
#[async_trait]
impl Subject for InNats {
    async fn fresh(&self) -> Result<Arc<dyn Store>, Broken> {
        let Some(address) = self.address() else {
            use std::io::Write;
            let skipped = "SKIPPED: the conformance of the NATS store: CALLFOLD_NATS is not set";
            writeln!(std::io::stdout().lock(), "{skipped}").expect("the output of the test");
            return Ok(Arc::new(Memory::new()));
        };
        Ok(address.open().await?)
    }

    /// All that the store has is in the server. The first store is still open, with its own connection.
    async fn restart(&self, store: Arc<dyn Store>) -> Result<Option<Arc<dyn Store>>, Broken> {
        let Some(address) = self.address() else { return Ok(None) };
        let restarted = address.open().await?;
        drop(store);
        Ok(Some(restarted))
    }
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
