//! A store in a PostgreSQL database.

mod connect;
mod defects;
mod failed;
mod listener;
mod read;
mod schema;
mod write;
mod writer;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use callfold::call::Snapshot;
use callfold::jiff::Timestamp;
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded};
use deadpool_postgres::{Client, Pool};

use self::connect::{ANSWER, Target};
use self::failed::Failed;
use self::listener::Listener;
use self::writer::Writer;
use crate::defect::Defect;
use crate::ending::Ended;
use crate::error::{AppendError, StoreError};
use crate::lease::{Lease, Leased};
use crate::server_url::ServerUrl;
use crate::store::{Lines, Noted, Position, Stats, Store, Stored};

/// The calls of a transaction that deletes. Nobody writes meanwhile.
const DELETED_AT_ONCE: usize = 200;

/// A store in a PostgreSQL database, version 15 or newer. Any number of processes can use it at the same time.
///
/// The address is `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, with the options of PostgreSQL after a `?`. The tables are in
/// the schema `callfold`; `?schema=NAME` names another, so that a database can hold several stores. A connection to
/// another machine is encrypted, and the certificate of the server is checked; `?sslmode=disable` turns that off.
///
/// An append returns after the server has written it to its disk, as far as the server's setting `synchronous_commit` says
/// so. Appends that wait at the same time share one transaction. Whoever writes does so under a lock of the database, so
/// that positions rise in the order of the commits. An append whose future is dropped may still be stored.
///
/// Deleted data is gone from the tables. The server overwrites it on its disk at a time of its own; its write-ahead log, replicas
/// and backups can hold it longer.
///
/// It needs the runtime of tokio.
pub struct Postgres {
    target: Target,
    pool: Pool,
    writer: Writer,
    listener: Listener,
}

impl Postgres {
    /// Connects to the database, and makes the tables if there are none or brings them to this version.
    ///
    /// # Errors
    ///
    /// The address is wrong, the server is away or refuses the user, or the tables belong to another program or to a newer
    /// version of this one.
    pub async fn open(url: &ServerUrl) -> Result<Self, StoreError> {
        let target = Target::new(url)?;
        let store = Self::start(target)?;
        let mut client = store.client().await?;
        let migrated = schema::migrate(&mut client, &store.target.schema).await;
        drop(client);
        migrated.map_err(|failed| failed.into_store_error(&store.target.shown))?;
        Ok(store)
    }

    /// Connects to a database that has the tables already, only to read.
    ///
    /// # Errors
    ///
    /// As of [`Postgres::open`], or that there are no tables.
    pub async fn open_to_read(url: &ServerUrl) -> Result<Self, StoreError> {
        let store = Self::start(Target::new(url)?.only_to_read())?;
        let client = store.client().await?;
        let checked = schema::check(&client, &store.target.schema).await;
        drop(client);
        checked.map_err(|failed| failed.into_store_error(&store.target.shown))?;
        Ok(store)
    }

    fn start(target: Target) -> Result<Self, StoreError> {
        let pool = target.pool()?;
        Ok(Self {
            writer: Writer::start(pool.clone()),
            listener: Listener::new(target.clone()),
            pool,
            target,
        })
    }

    async fn client(&self) -> Result<Client, StoreError> {
        self.pool.get().await.map_err(|error| Failed::from(error).into_store_error(&self.target.shown))
    }

    /// Does some work with a connection of the pool, and once more with another if the first was cut. To do it twice must do no
    /// harm.
    async fn with<T, W>(&self, work: impl Fn(Client) -> W) -> Result<T, StoreError>
    where
        W: Future<Output = Result<T, Failed>>,
    {
        let mut done = self.once(&work).await;
        if done.as_ref().is_err_and(Failed::is_cut) {
            connect::drop_idle(&self.pool);
            done = self.once(&work).await;
        }
        done.map_err(|failed| failed.into_store_error(&self.target.shown))
    }

    async fn once<T, W>(&self, work: impl Fn(Client) -> W) -> Result<T, Failed>
    where
        W: Future<Output = Result<T, Failed>>,
    {
        let client = self.pool.get().await?;
        tokio::time::timeout(ANSWER, work(client)).await.unwrap_or(Err(Failed::NoAnswer))
    }

    async fn write(&self, work: write::Work) -> Result<(), AppendError> {
        self.writer.write(work).await.map_err(|failed| failed.into_append_error(&self.target.shown))
    }
}

impl fmt::Debug for Postgres {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Postgres").field("address", &self.target.shown).finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for Postgres {
    async fn append_under(&self, leases: &[Lease], batch: &[Recorded]) -> Result<(), AppendError> {
        self.write(write::Work::append(leases, batch)).await
    }

    async fn read(&self, call: CallId, from: u64) -> Result<Vec<Recorded>, StoreError> {
        self.with(move |client| async move { read::of_call(&client, call, from).await }).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Stored>, StoreError> {
        self.with(move |client| async move { read::all(&client, after, limit).await }).await
    }

    async fn read_lines(&self, after: Position, limit: usize) -> Result<Lines, StoreError> {
        self.with(move |client| async move { read::lines(&client, after, limit).await }).await
    }

    async fn keep_snapshot(
        &self,
        call: CallId,
        revision: u64,
        snapshot: &Snapshot,
    ) -> Result<(), StoreError> {
        self.with(move |client| async move { write::keep_snapshot(&client, call, revision, snapshot).await })
            .await
    }

    async fn snapshot(&self, call: CallId) -> Result<Option<Snapshot>, StoreError> {
        self.with(move |client| async move { read::snapshot(&client, call).await }).await
    }

    async fn note_under(&self, leases: &[Lease], consumer: &str, noted: &[Noted]) -> Result<(), AppendError> {
        self.write(write::Work::note(leases, consumer, noted)).await
    }

    async fn noted(&self, consumer: &str) -> Result<Vec<Noted>, StoreError> {
        self.with(move |client| async move { read::noted(&client, consumer).await }).await
    }

    async fn noted_of(&self, consumer: &str, call: CallId) -> Result<u64, StoreError> {
        self.with(move |client| async move { read::noted_of(&client, consumer, call).await }).await
    }

    async fn unfinished(&self) -> Result<Vec<CallId>, StoreError> {
        self.with(move |client| async move { read::unfinished(&client).await }).await
    }

    async fn finish(&self, calls: &[CallId]) -> Result<(), StoreError> {
        let finished = self.writer.write(write::Work::finish(calls)).await;
        finished.map_err(|failed| failed.into_store_error(&self.target.shown))
    }

    async fn lease(&self, names: &[String], holder: Uuid, lasts: Duration) -> Result<Vec<Lease>, StoreError> {
        self.with(move |client| async move { write::lease(&client, names, holder, lasts).await }).await
    }

    async fn leases(&self) -> Result<Vec<Leased>, StoreError> {
        self.with(move |client| async move { read::leases(&client).await }).await
    }

    async fn release(&self, leases: &[Lease]) -> Result<(), StoreError> {
        self.with(move |client| async move { write::release(&client, leases).await }).await
    }

    fn is_shared(&self) -> bool {
        true
    }

    async fn last(&self) -> Result<Position, StoreError> {
        self.with(move |client| async move { read::last(&client).await }).await
    }

    async fn wait(&self, after: Position) -> Result<(), StoreError> {
        let news = self.listener.news();
        if self.with(move |client| async move { Ok(read::last(&client).await? > after) }).await? {
            return Ok(());
        }
        news.wait().await;
        Ok(())
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.with(move |client| async move { read::stats(&client).await }).await
    }

    async fn defects(&self) -> Result<Vec<Defect>, StoreError> {
        let mut defects = Vec::new();
        // Each statement looks at all calls, and has the time of one answer.
        for wrong in defects::WRONG {
            defects
                .extend(self.with(move |client| async move { defects::found(&client, *wrong).await }).await?);
        }
        Ok(defects)
    }

    async fn schema_version(&self) -> Result<Option<u64>, StoreError> {
        let schema = self.target.schema.as_str();
        let version = self.with(move |client| async move { schema::version(&client, schema).await }).await?;
        Ok(version.map(|version| version as u64))
    }

    async fn delete(&self, call: CallId) -> Result<bool, StoreError> {
        let delete = move |client: Client| async move { Ok(write::delete(&client, &[call]).await? > 0) };
        let deleted = self.once(delete).await;
        deleted.map_err(|failed| failed.into_store_error(&self.target.shown))
    }

    async fn ended_before(&self, time: Timestamp) -> Result<Vec<Ended>, StoreError> {
        self.with(move |client| async move { read::ended_before(&client, time).await }).await
    }

    async fn retain(&self, ended_before: Timestamp) -> Result<Vec<Ended>, StoreError> {
        let ended = self.ended_before(ended_before).await?;
        for ended in ended.chunks(DELETED_AT_ONCE) {
            let calls: Vec<_> = ended.iter().map(|ended| ended.call).collect();
            let calls = calls.as_slice();
            self.with(move |client| async move { write::delete(&client, calls).await }).await?;
        }
        Ok(ended)
    }
}
