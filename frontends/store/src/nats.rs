//! A store in a stream of NATS JetStream.

mod append;
mod bulk;
mod cache;
mod calls;
mod defects;
mod failed;
mod get;
mod group;
mod held;
mod leases;
mod lines;
mod locks;
mod notes;
mod pages;
mod queue;
mod read;
mod server;
mod session;
mod signal;
mod stream;
mod subjects;
mod url;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use callfold::call::Snapshot;
use callfold::jiff::Timestamp;
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded};
use tokio::time::Instant;

use self::failed::Failed;
use self::server::Server;
use self::session::Session;
use self::url::Url;
use crate::defect::Defect;
use crate::ending::Ended;
use crate::error::{AppendError, StoreError};
use crate::lease::{Lease, Leased};
use crate::server_url::ServerUrl;
use crate::store::{Lines, Noted, Position, Stats, Store, Stored};

/// How long something is tried again while the server is away.
const PATIENCE: Duration = Duration::from_secs(10);

/// The pause between two attempts.
const PAUSE: Duration = Duration::from_millis(100);

/// A store in a stream of NATS JetStream. It needs a server of version 2.12.2 or newer. Many processes can use one stream.
///
/// The program makes the stream if it does not exist: in files, without a copy on another server. For three copies, change
/// it afterwards with `nats stream edit STREAM --replicas 3`. Other servers may then answer reads, and can be behind for a
/// moment.
///
/// # Durability
///
/// An append returns after the server has written it to its file. A server that is killed loses nothing. By default, NATS
/// tells the disk only every two minutes to keep what was written, so a machine that loses power can lose that much.
/// `sync_interval: always` in the section `jetstream` of the server's configuration changes that, and makes appends slower.
///
/// # Cost
///
/// An append of events of one call is one message and one answer. An append of events of several calls, or under a lease,
/// is an atomic batch of NATS. A stream without copies writes such a batch to a file of its own first, which takes several
/// milliseconds. What waits meanwhile goes into the next batch. A batch can have 1000 messages; up to 1000 events of one call share a message. So a batch can have a
/// million events of one call, but not events of more than about 500 new calls. If the events of many calls alternate in
/// a batch with more messages than that, the store puts the events of each call together.
///
/// One event must fit into a message: 1 MiB, if `max_payload` in the configuration of the server is not changed. The same holds
/// for a snapshot.
///
/// [`stats`](Store::stats) and [`retain`](Store::retain) read the last message of each call.
///
/// # Permissions
///
/// A user of the server that may not do everything needs these: to publish to `STREAM.>`, `STREAM-stored`,
/// `$JS.API.STREAM.*.STREAM`, `$JS.API.DIRECT.GET.STREAM`, `$JS.API.DIRECT.GET.STREAM.>`, `$JS.API.CONSUMER.*.STREAM.*` and
/// `$JS.API.CONSUMER.MSG.NEXT.STREAM.*`; to subscribe to `_INBOX.>` and `STREAM-stored`. Without `STREAM-stored`, readers see a
/// new event after up to a second. Reading many messages makes a consumer in the memory of the server, and removes it.
///
/// # Other readers
///
/// Any client of NATS can read the events: the messages of the subject `STREAM.event.CALL` have one or more lines of the log.
/// Only this program may write to the stream.
///
/// What is deleted can remain in the files of the server until it writes them anew, and in copies of the stream.
pub struct Nats {
    shown: String,
    session: Session,
    may_write: bool,
}

impl Nats {
    /// Opens the stream of a URL such as `nats://USER:PASSWORD@HOST:PORT/STREAM`, or makes it. A text without a colon before
    /// the `@` is a token. Without a stream, its name is `callfold`. Several hosts are separated by commas. `tls://` asks for
    /// an encrypted connection.
    ///
    /// # Errors
    ///
    /// The server cannot be reached, refuses the user, or is older than 2.12.2; JetStream is not enabled; or the stream belongs to
    /// another program or to a newer version of this one.
    pub async fn open(url: &ServerUrl) -> Result<Self, StoreError> {
        Self::connect(url, true).await
    }

    /// As [`open`](Self::open), but it makes no stream, and each method that writes fails.
    ///
    /// # Errors
    ///
    /// As of [`open`](Self::open), or that the stream does not exist.
    pub async fn open_to_read(url: &ServerUrl) -> Result<Self, StoreError> {
        Self::connect(url, false).await
    }

    async fn connect(url: &ServerUrl, may_write: bool) -> Result<Self, StoreError> {
        let url = Url::parse(url.expose(), url.to_string())?;
        let server = Server::connect(&url).await?;
        stream::open(&server, &url.shown, !may_write).await?;
        Ok(Self { shown: url.shown, session: Session::new(server), may_write })
    }

    /// Does something that can be done twice. It is tried again for some seconds if its answer was lost.
    async fn work<T, F>(&self, work: impl Fn() -> F) -> Result<T, Failed>
    where
        F: Future<Output = Result<T, Failed>>,
    {
        let until = Instant::now() + PATIENCE;
        loop {
            match work().await {
                Err(failed) if failed.can_try_again() && Instant::now() < until => {
                    tokio::time::sleep(PAUSE).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn read_with<T, F>(&self, work: impl Fn() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, Failed>>,
    {
        self.work(work).await.map_err(|failed| failed.into_store_error(&self.shown))
    }

    async fn write_with<T, F>(&self, work: impl Fn() -> F) -> Result<T, Failed>
    where
        F: Future<Output = Result<T, Failed>>,
    {
        if self.may_write { self.work(work).await } else { Err(Failed::ReadOnly) }
    }

    fn store_error(&self, failed: Failed) -> StoreError {
        failed.into_store_error(&self.shown)
    }

    fn append_error(&self, failed: Failed) -> AppendError {
        failed.into_append_error(&self.shown)
    }
}

impl fmt::Debug for Nats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Nats").field("server", &self.shown).finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for Nats {
    async fn append_under(&self, leases: &[Lease], batch: &[Recorded]) -> Result<(), AppendError> {
        let work = || append::append(&self.session, leases, batch);
        self.write_with(work).await.map_err(|failed| self.append_error(failed))
    }

    async fn read(&self, call: CallId, from: u64) -> Result<Vec<Recorded>, StoreError> {
        self.read_with(|| read::of_call(&self.session, call, from)).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Stored>, StoreError> {
        self.read_with(|| read::all_after(&self.session, after, limit)).await
    }

    async fn read_lines(&self, after: Position, limit: usize) -> Result<Lines, StoreError> {
        self.read_with(|| read::lines_after(&self.session, after, limit)).await
    }

    async fn keep_snapshot(
        &self,
        call: CallId,
        revision: u64,
        snapshot: &Snapshot,
    ) -> Result<(), StoreError> {
        let work = || notes::keep_snapshot(&self.session, call, revision, snapshot);
        self.write_with(work).await.map_err(|failed| self.store_error(failed))
    }

    async fn snapshot(&self, call: CallId) -> Result<Option<Snapshot>, StoreError> {
        self.read_with(|| notes::snapshot(&self.session, call)).await
    }

    async fn note_under(&self, leases: &[Lease], consumer: &str, noted: &[Noted]) -> Result<(), AppendError> {
        let work = || notes::note(&self.session, leases, consumer, noted);
        self.write_with(work).await.map_err(|failed| self.append_error(failed))
    }

    async fn noted(&self, consumer: &str) -> Result<Vec<Noted>, StoreError> {
        self.read_with(|| notes::noted(&self.session, consumer)).await
    }

    async fn noted_of(&self, consumer: &str, call: CallId) -> Result<u64, StoreError> {
        self.read_with(|| notes::noted_of(&self.session, consumer, call)).await
    }

    async fn unfinished(&self) -> Result<Vec<CallId>, StoreError> {
        self.read_with(|| calls::unfinished(&self.session)).await
    }

    async fn finish(&self, calls: &[CallId]) -> Result<(), StoreError> {
        self.write_with(|| calls::finish(&self.session, calls))
            .await
            .map_err(|failed| self.store_error(failed))
    }

    async fn lease(&self, names: &[String], holder: Uuid, lasts: Duration) -> Result<Vec<Lease>, StoreError> {
        let work = || leases::lease(&self.session, names, holder, lasts);
        self.write_with(work).await.map_err(|failed| self.store_error(failed))
    }

    async fn leases(&self) -> Result<Vec<Leased>, StoreError> {
        self.read_with(|| leases::leases(&self.session)).await
    }

    async fn release(&self, leases: &[Lease]) -> Result<(), StoreError> {
        self.write_with(|| leases::release(&self.session, leases))
            .await
            .map_err(|failed| self.store_error(failed))
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn last(&self) -> Result<Position, StoreError> {
        self.read_with(|| read::last(&self.session)).await
    }

    /// Each process tells all who wait what it has stored. If that is lost, this looks again after a second.
    async fn wait(&self, after: Position) -> Result<(), StoreError> {
        self.session.wait(after).await.map_err(|failed| self.store_error(failed))
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.read_with(|| calls::stats(&self.session)).await
    }

    async fn defects(&self) -> Result<Vec<Defect>, StoreError> {
        self.read_with(|| defects::defects(&self.session)).await
    }

    async fn schema_version(&self) -> Result<Option<u64>, StoreError> {
        self.read_with(|| stream::version(&self.session.server)).await
    }

    async fn delete(&self, call: CallId) -> Result<bool, StoreError> {
        self.write_with(|| calls::delete(&self.session, call))
            .await
            .map_err(|failed| self.store_error(failed))
    }

    async fn ended_before(&self, time: Timestamp) -> Result<Vec<Ended>, StoreError> {
        self.read_with(|| calls::ended_before(&self.session, time)).await
    }

    async fn retain(&self, ended_before: Timestamp) -> Result<Vec<Ended>, StoreError> {
        self.write_with(|| calls::retain(&self.session, ended_before))
            .await
            .map_err(|failed| self.store_error(failed))
    }
}
