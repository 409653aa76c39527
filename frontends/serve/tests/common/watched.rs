//! A store in memory that counts how often it is read, and that can be slow, wait and fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use callfold::call::Snapshot;
use callfold::jiff::Timestamp;
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded};
use callfold_store::{
    AppendError, Ended, Lease, Leased, Lines, Memory, Noted, Position, Stats, Store, StoreError, Stored,
    StoredLine,
};
use tokio::sync::watch;

#[derive(Debug, Default)]
pub(crate) struct Watched {
    inner: Arc<Memory>,
    /// True if other hosts use the same store.
    is_shared: bool,
    reads: AtomicU64,
    /// How often a call cannot be read next.
    fails_reads: AtomicU64,
    /// How many events of single calls were read.
    events_read: AtomicU64,
    /// How many milliseconds storing takes.
    slow: AtomicU64,
    /// The number of batches that are not stored next.
    fails: AtomicU64,
    /// While this is true, a batch is stored, but its writer is not told.
    holds: watch::Sender<bool>,
    /// While this is true, nobody is told what was noted of a call.
    holds_notes: watch::Sender<bool>,
    /// The number of writers that were not told at once.
    held: watch::Sender<u64>,
    /// While this is true, what is under a lease waits.
    stops: watch::Sender<bool>,
    /// The number of those that waited.
    stopped: watch::Sender<u64>,
    lost: AtomicU64,
    stops_leasing: AtomicBool,
    /// The position whose line cannot be read; 0 if all can.
    damaged: AtomicU64,
}

impl Watched {
    /// The same store for two hosts.
    pub(crate) fn two() -> [Arc<Self>; 2] {
        let inner = Arc::new(Memory::new());
        [(); 2].map(|()| Arc::new(Self { inner: Arc::clone(&inner), is_shared: true, ..Self::default() }))
    }

    /// True: from now on, the store does not answer questions about leases.
    pub(crate) fn stop_leasing(&self, stops: bool) {
        self.stops_leasing.store(stops, Ordering::SeqCst);
    }

    fn leases_stop(&self) -> Result<(), StoreError> {
        match self.stops_leasing.load(Ordering::SeqCst) {
            true => Err(StoreError::transient("the server is away on purpose")),
            false => Ok(()),
        }
    }

    /// From now on, the line at this position cannot be read.
    pub(crate) fn damage(&self, position: Position) {
        self.damaged.store(position.number(), Ordering::SeqCst);
    }

    fn is_damaged(&self, position: Position) -> bool {
        position.number() == self.damaged.load(Ordering::SeqCst)
    }

    /// From now on, what happens by itself waits before it is stored until [`go_on`](Self::go_on).
    pub(crate) fn stop(&self) {
        self.stops.send_replace(true);
    }

    pub(crate) fn go_on(&self) {
        self.stops.send_replace(false);
    }

    /// Waits until something waits before it is stored.
    pub(crate) async fn has_stopped(&self) {
        self.stopped.subscribe().wait_for(|stopped| *stopped > 0).await.unwrap();
    }

    /// The number of appends and notes that were refused, because another host had the lease.
    pub(crate) fn lost(&self) -> u64 {
        self.lost.load(Ordering::SeqCst)
    }

    fn count_lost(&self, outcome: Result<(), AppendError>) -> Result<(), AppendError> {
        let is_lost = matches!(outcome, Err(AppendError::LeaseLost(_)));
        self.lost.fetch_add(is_lost.into(), Ordering::SeqCst);
        outcome
    }

    /// How often a call was read.
    pub(crate) fn reads(&self) -> u64 {
        self.reads.load(Ordering::SeqCst)
    }

    pub(crate) fn events_read(&self) -> u64 {
        self.events_read.load(Ordering::SeqCst)
    }

    pub(crate) fn store_takes(&self, millis: u64) {
        self.slow.store(millis, Ordering::SeqCst);
    }

    /// The next batches are not stored.
    pub(crate) fn fail(&self, batches: u64) {
        self.fails.store(batches, Ordering::SeqCst);
    }

    /// The next attempts to read a call fail.
    pub(crate) fn fail_reads(&self, attempts: u64) {
        self.fails_reads.store(attempts, Ordering::SeqCst);
    }

    /// True if one was left, which is used up then.
    fn takes_one(left: &AtomicU64) -> bool {
        left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
    }

    /// From now on, writers wait until [`release`](Self::release).
    pub(crate) fn hold(&self) {
        self.holds.send_replace(true);
    }

    pub(crate) fn release(&self) {
        self.holds.send_replace(false);
    }

    /// True: from now on, who asks what was noted of a call waits.
    pub(crate) fn hold_notes(&self, holds: bool) {
        self.holds_notes.send_replace(holds);
    }

    /// Waits until a writer waits.
    pub(crate) async fn holds_one(&self) {
        self.held.subscribe().wait_for(|held| *held > 0).await.unwrap();
    }
}

#[async_trait]
impl Store for Watched {
    async fn append_under(&self, leases: &[Lease], batch: &[Recorded]) -> Result<(), AppendError> {
        tokio::time::sleep(Duration::from_millis(self.slow.load(Ordering::SeqCst))).await;
        if Self::takes_one(&self.fails) {
            return Err(StoreError::transient("the disk is full on purpose").into());
        }
        if *self.stops.borrow() && !leases.is_empty() {
            self.stopped.send_modify(|stopped| *stopped += 1);
            self.stops.subscribe().wait_for(|stops| !stops).await.unwrap();
        }
        self.count_lost(self.inner.append_under(leases, batch).await)?;
        if *self.holds.borrow() {
            self.held.send_modify(|held| *held += 1);
        }
        self.holds.subscribe().wait_for(|holds| !holds).await.unwrap();
        Ok(())
    }

    async fn read(&self, call: CallId, from: u64) -> Result<Vec<Recorded>, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        if Self::takes_one(&self.fails_reads) {
            return Err(StoreError::transient("the server is away on purpose"));
        }
        let read = self.inner.read(call, from).await?;
        self.events_read.fetch_add(read.len() as u64, Ordering::SeqCst);
        Ok(read)
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Stored>, StoreError> {
        let stored = self.inner.read_all(after, limit).await?;
        match stored.iter().any(|stored| self.is_damaged(stored.position)) {
            true => Err(StoreError::lasting("a line is damaged on purpose")),
            false => Ok(stored),
        }
    }

    async fn read_lines(&self, after: Position, limit: usize) -> Result<Lines, StoreError> {
        let mut read = self.inner.read_lines(after, limit).await?;
        for line in read.lines.iter_mut().filter(|line| self.is_damaged(line.position)) {
            *line = StoredLine { position: line.position, line: b"damaged".into() };
        }
        Ok(read)
    }

    async fn keep_snapshot(
        &self,
        call: CallId,
        revision: u64,
        snapshot: &Snapshot,
    ) -> Result<(), StoreError> {
        self.inner.keep_snapshot(call, revision, snapshot).await
    }

    async fn snapshot(&self, call: CallId) -> Result<Option<Snapshot>, StoreError> {
        self.inner.snapshot(call).await
    }

    async fn note_under(&self, leases: &[Lease], consumer: &str, noted: &[Noted]) -> Result<(), AppendError> {
        self.count_lost(self.inner.note_under(leases, consumer, noted).await)
    }

    async fn noted(&self, consumer: &str) -> Result<Vec<Noted>, StoreError> {
        self.inner.noted(consumer).await
    }

    async fn noted_of(&self, consumer: &str, call: CallId) -> Result<u64, StoreError> {
        self.holds_notes.subscribe().wait_for(|holds| !holds).await.unwrap();
        self.inner.noted_of(consumer, call).await
    }

    async fn unfinished(&self) -> Result<Vec<CallId>, StoreError> {
        self.inner.unfinished().await
    }

    async fn finish(&self, calls: &[CallId]) -> Result<(), StoreError> {
        self.inner.finish(calls).await
    }

    async fn lease(&self, names: &[String], holder: Uuid, lasts: Duration) -> Result<Vec<Lease>, StoreError> {
        self.leases_stop()?;
        self.inner.lease(names, holder, lasts).await
    }

    async fn leases(&self) -> Result<Vec<Leased>, StoreError> {
        self.inner.leases().await
    }

    async fn release(&self, leases: &[Lease]) -> Result<(), StoreError> {
        self.inner.release(leases).await
    }

    fn is_shared(&self) -> bool {
        self.is_shared
    }

    async fn last(&self) -> Result<Position, StoreError> {
        self.inner.last().await
    }

    async fn wait(&self, after: Position) -> Result<(), StoreError> {
        self.inner.wait(after).await
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        self.inner.stats().await
    }

    async fn delete(&self, call: CallId) -> Result<bool, StoreError> {
        self.inner.delete(call).await
    }

    async fn ended_before(&self, time: Timestamp) -> Result<Vec<Ended>, StoreError> {
        self.inner.ended_before(time).await
    }

    async fn retain(&self, ended_before: Timestamp) -> Result<Vec<Ended>, StoreError> {
        self.inner.retain(ended_before).await
    }
}
