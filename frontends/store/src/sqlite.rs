//! A store in an SQLite database.

mod backup;
mod claim;
mod column;
mod defects;
mod existing;
mod failed;
mod file;
mod read;
mod readers;
mod write;
mod writer;

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use callfold::call::Snapshot;
use callfold::jiff::Timestamp;
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded};
use rusqlite::Connection;

use self::backup::Copy;
use self::claim::Claim;
use self::failed::Failed;
use self::readers::Readers;
use self::writer::Writer;
use crate::defect::Defect;
use crate::ending::Ended;
use crate::error::{AppendError, StoreError};
use crate::lease::{Lease, Leased};
use crate::store::{Lines, Noted, Position, Stats, Store, Stored};

/// The connections that read.
const READERS: usize = 4;

/// The calls that are deleted at once. Other writers come in between.
const DELETED_AT_ONCE: usize = 200;

/// How long a reader waits before it looks for new events again.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// A store in a file: an SQLite database that needs no server.
///
/// Use it from one process. A second process that writes to the same file waits up to five seconds for the first, and then
/// gets a transient error. Other processes may read the database meanwhile.
///
/// An append returns after the disk has confirmed it. Appends that wait at the same time share one confirmation, so
/// many callers together are far faster than one alone. The lines that wait take at most 64 MiB of memory; a caller
/// that comes later waits. An append whose future is dropped may still be stored.
///
/// The store has its own threads. Only [`wait`](Store::wait) needs the runtime of tokio. Dropping it waits until the appends in its
/// queue are stored.
///
/// Deleted data is overwritten in the file. Until SQLite next moves the contents of the file `-wal` into the database, a
/// copy can remain there; after the store is dropped, none remains. Backups are not changed.
pub struct Sqlite {
    path: PathBuf,
    // Dropped first, so that the writer closes the last connection.
    readers: Readers,
    /// `None` if the store was opened to read.
    writer: Option<Writer>,
    claim: Claim,
}

impl Sqlite {
    /// Opens the database in a file, or makes one if there is no such file. A new file is readable only for its owner.
    /// This blocks for a moment.
    ///
    /// # Errors
    ///
    /// The file is a folder, may not be opened, is no database, is damaged, or belongs to another program or to a newer version
    /// of this one.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = file::create(path.as_ref())?;
        let writer = file::writer(&path)?;
        Self::start(path, writer)
    }

    /// Opens a database that cannot grow beyond a number of pages of 4 KiB: for tests of a full disk.
    ///
    /// # Errors
    ///
    /// As of [`Sqlite::open`].
    #[cfg(feature = "testing")]
    pub fn open_limited(path: impl AsRef<Path>, pages: u32) -> Result<Self, StoreError> {
        let path = file::create(path.as_ref())?;
        let writer = file::writer(&path)?;
        let limited = writer.pragma_update(None, "max_page_count", pages);
        limited.map_err(|error| Failed::from(error).into_store_error(&path))?;
        Self::start(path, writer)
    }

    /// Opens a file that exists, only to read it. Nothing is created in it, and a file of an older version stays as it is. Another
    /// process may write to it meanwhile, and is not held up. What would change the store fails.
    ///
    /// If the process that wrote to the file was killed, SQLite may still move what that process has stored from the file
    /// `-wal` into the database.
    ///
    /// # Errors
    ///
    /// There is no such file, it may not be opened, is no database, is damaged, or belongs to another program or to a newer
    /// version of this one.
    pub fn open_to_read(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = existing::existing(path.as_ref())?;
        // Of connections that close at the same moment, none removes the file `-wal`. So there is one.
        let readers = vec![existing::reader(&path)?];
        Ok(Self {
            readers: Readers::start(readers).map_err(no_threads)?,
            path,
            writer: None,
            claim: Claim::default(),
        })
    }

    fn start(path: PathBuf, writer: Connection) -> Result<Self, StoreError> {
        let readers = (0..READERS).map(|_| file::reader(&path)).collect::<Result<_, _>>()?;
        let readers = Readers::start(readers).map_err(no_threads)?;
        let writer = Writer::start(writer).map_err(no_threads)?;
        Ok(Self { path, readers, writer: Some(writer), claim: Claim::default() })
    }

    /// Copies the store to a new file, which is readable only for its owner. Another process may write to the store meanwhile;
    /// the copy has all that was stored when it began, and nothing that was deleted. If this fails, there is no new file.
    ///
    /// # Errors
    ///
    /// The new file exists or cannot be written, or an error of the store.
    pub async fn backup(&self, to: impl AsRef<Path> + Send) -> Result<(), StoreError> {
        let (from, copy) = (self.path.clone(), Copy::create(to.as_ref())?);
        self.read_with(move |connection| Ok(copy.write(connection, &from))).await??.keep()
    }

    async fn read_with<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, Failed> + Send + 'static,
    {
        self.readers.read(work).await.map_err(|failed| failed.into_store_error(&self.path))
    }

    async fn write_with<T, W>(&self, bytes: usize, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Fn(&Connection) -> Result<T, Failed> + Send + 'static,
    {
        self.write(bytes, work).await.map_err(|failed| failed.into_store_error(&self.path))
    }

    async fn write<T, W>(&self, bytes: usize, work: W) -> Result<T, Failed>
    where
        T: Send + 'static,
        W: Fn(&Connection) -> Result<T, Failed> + Send + 'static,
    {
        self.writer.as_ref().ok_or(Failed::OpenedToRead)?.write(bytes, work).await
    }
}

fn no_threads(error: io::Error) -> StoreError {
    StoreError::transient("the system starts no more threads").because(error)
}

impl fmt::Debug for Sqlite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sqlite").field("path", &self.path).finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn append_under(&self, leases: &[Lease], batch: &[Recorded]) -> Result<(), AppendError> {
        let lines: Vec<_> = batch.iter().map(write::Line::from).collect();
        let leases = leases.to_vec();
        let bytes = lines.iter().map(write::Line::bytes).sum();
        let work = move |connection: &Connection| write::append(connection, &leases, &lines);
        let appended = self.write(bytes, work).await;
        appended.map_err(|failed| failed.into_append_error(&self.path))
    }

    async fn read(&self, call: CallId, from: u64) -> Result<Vec<Recorded>, StoreError> {
        self.read_with(move |connection| read::of_call(connection, call, from)).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Stored>, StoreError> {
        self.read_with(move |connection| read::all(connection, after, limit)).await
    }

    async fn read_lines(&self, after: Position, limit: usize) -> Result<Lines, StoreError> {
        self.read_with(move |connection| read::lines(connection, after, limit)).await
    }

    async fn keep_snapshot(
        &self,
        call: CallId,
        revision: u64,
        snapshot: &Snapshot,
    ) -> Result<(), StoreError> {
        let snapshot = snapshot.clone();
        let bytes = snapshot.as_str().len();
        let work = move |connection: &Connection| write::keep_snapshot(connection, call, revision, &snapshot);
        self.write_with(bytes, work).await
    }

    async fn snapshot(&self, call: CallId) -> Result<Option<Snapshot>, StoreError> {
        self.read_with(move |connection| read::snapshot(connection, call)).await
    }

    async fn note_under(&self, leases: &[Lease], consumer: &str, noted: &[Noted]) -> Result<(), AppendError> {
        let (leases, consumer, noted) = (leases.to_vec(), consumer.to_owned(), noted.to_vec());
        let bytes = size_of_val(noted.as_slice());
        let work = move |connection: &Connection| write::note(connection, &leases, &consumer, &noted);
        self.write(bytes, work).await.map_err(|failed| failed.into_append_error(&self.path))
    }

    async fn noted(&self, consumer: &str) -> Result<Vec<Noted>, StoreError> {
        let consumer = consumer.to_owned();
        self.read_with(move |connection| read::noted(connection, &consumer)).await
    }

    async fn noted_of(&self, consumer: &str, call: CallId) -> Result<u64, StoreError> {
        let consumer = consumer.to_owned();
        self.read_with(move |connection| read::noted_of(connection, &consumer, call)).await
    }

    async fn unfinished(&self) -> Result<Vec<CallId>, StoreError> {
        self.read_with(read::unfinished).await
    }

    async fn finish(&self, calls: &[CallId]) -> Result<(), StoreError> {
        let calls = calls.to_vec();
        self.write_with(0, move |connection| write::finish(connection, &calls)).await
    }

    async fn lease(&self, names: &[String], holder: Uuid, lasts: Duration) -> Result<Vec<Lease>, StoreError> {
        let names = names.to_vec();
        self.write_with(0, move |connection| write::lease(connection, &names, holder, lasts)).await
    }

    async fn leases(&self) -> Result<Vec<Leased>, StoreError> {
        self.read_with(read::leases).await
    }

    async fn release(&self, leases: &[Lease]) -> Result<(), StoreError> {
        let leases = leases.to_vec();
        self.write_with(0, move |connection| write::release(connection, &leases)).await
    }

    fn is_shared(&self) -> bool {
        false
    }

    async fn claim(&self) -> Result<(), StoreError> {
        self.claim.take(&self.path).await
    }

    async fn last(&self) -> Result<Position, StoreError> {
        self.read_with(read::last).await
    }

    /// SQLite tells nobody of an append, so this looks again after a moment. It needs the runtime of tokio.
    async fn wait(&self, _after: Position) -> Result<(), StoreError> {
        tokio::time::sleep(LOOK_AGAIN).await;
        Ok(())
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        let stats = self.read_with(read::stats).await?;
        let log = std::fs::metadata(file::beside(&self.path, "-wal"));
        Ok(Stats { bytes: stats.bytes + log.map_or(0, |log| log.len()), ..stats })
    }

    /// What SQLite finds wrong in the file, and contradictions between the tables. Where the damage is so bad that SQLite
    /// cannot look further, this is an error.
    async fn defects(&self) -> Result<Vec<Defect>, StoreError> {
        self.read_with(defects::defects).await
    }

    async fn schema_version(&self) -> Result<Option<u64>, StoreError> {
        self.read_with(read::schema_version).await.map(Some)
    }

    async fn delete(&self, call: CallId) -> Result<bool, StoreError> {
        self.write_with(0, move |connection| write::delete(connection, call)).await
    }

    async fn ended_before(&self, time: Timestamp) -> Result<Vec<Ended>, StoreError> {
        self.read_with(move |connection| read::ended_before(connection, time)).await
    }

    async fn retain(&self, ended_before: Timestamp) -> Result<Vec<Ended>, StoreError> {
        let ended = self.ended_before(ended_before).await?;
        for ended in ended.chunks(DELETED_AT_ONCE) {
            let ended = ended.to_vec();
            let delete = move |connection: &Connection| {
                ended.iter().try_for_each(|ended| write::delete(connection, ended.call).map(drop))
            };
            self.write_with(0, delete).await?;
        }
        Ok(ended)
    }
}
