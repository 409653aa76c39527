//! A store with one defect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use callfold::call::Snapshot;
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded};
use callfold_store::testing::{Broken, Subject};
use callfold_store::{
    AppendError, Ended, Lease, Leased, Memory, Noted, Position, Stats, Store, StoreError, Stored,
};

use super::Defect;

/// Makes stores with a defect.
pub(super) struct Broke(pub(super) Defect);

#[async_trait]
impl Subject for Broke {
    async fn fresh(&self) -> Result<Arc<dyn Store>, Broken> {
        Ok(Arc::new(Defective::new(self.0, Arc::new(Memory::new()), false)))
    }

    async fn restart(&self, store: Arc<dyn Store>) -> Result<Option<Arc<dyn Store>>, Broken> {
        match self.0 {
            Defect::ForgetsAtARestart => self.fresh().await.map(Some),
            Defect::ForgetsLeasesAtARestart | Defect::ForgetsNotesAtARestart => {
                Ok(Some(Arc::new(Defective::new(self.0, store, true))))
            }
            _ => Ok(Some(store)),
        }
    }
}

/// A store with one defect, around one without.
#[derive(Debug)]
pub(super) struct Defective {
    pub(super) defect: Defect,
    pub(super) inner: Arc<dyn Store>,
    pub(super) is_restarted: bool,
    /// The appends at this moment.
    pub(super) appending: AtomicUsize,
    /// How often all events were read.
    pub(super) reads: AtomicUsize,
    /// The last position, while an append of a store that commits late assigns the next ones.
    pub(super) last: tokio::sync::Mutex<u64>,
    wrong: Mutex<Wrong>,
}

/// What a store with a defect keeps besides what it should.
#[derive(Debug, Default)]
pub(super) struct Wrong {
    pub(super) snapshots: BTreeMap<CallId, Snapshot>,
    pub(super) notes: BTreeMap<(String, CallId), u64>,
    /// Calls that are called unfinished, and are not.
    pub(super) unfinished: BTreeSet<CallId>,
    /// Calls that are said to have ended, and have not.
    pub(super) ended: BTreeSet<Ended>,
    /// The positions of events that are not committed yet.
    pub(super) uncommitted: BTreeSet<u64>,
    /// Events that are there a second time, by the position before them.
    pub(super) doubled: BTreeMap<u64, Recorded>,
    /// The leases that were taken and not given back.
    pub(super) leased: BTreeMap<String, Leased>,
    /// The names of leases that were given back.
    pub(super) released: BTreeSet<String>,
}

impl Defective {
    fn new(defect: Defect, inner: Arc<dyn Store>, is_restarted: bool) -> Self {
        Self {
            defect,
            inner,
            is_restarted,
            appending: AtomicUsize::new(0),
            reads: AtomicUsize::new(0),
            last: tokio::sync::Mutex::default(),
            wrong: Mutex::default(),
        }
    }

    pub(super) fn has(&self, defect: Defect) -> bool {
        self.defect == defect
    }

    pub(super) fn wrong(&self) -> MutexGuard<'_, Wrong> {
        self.wrong.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) async fn is_stored(&self, call: CallId, revision: u64) -> Result<bool, StoreError> {
        let found = self.inner.read(call, revision).await?;
        Ok(found.first().is_some_and(|event| event.revision == revision))
    }

    async fn all(&self) -> Result<Vec<Stored>, StoreError> {
        self.inner.read_all(Position::START, usize::MAX).await
    }

    /// All events, numbered from 1.
    async fn numbered(&self) -> Result<Vec<Stored>, StoreError> {
        let at = |(number, one)| Stored { position: Position::new(number), ..one };
        Ok((1..).zip(self.all().await?).map(at).collect())
    }

    /// All events, and those that are there a second time.
    async fn doubled(&self) -> Result<Vec<Stored>, StoreError> {
        let at = |position, event| Stored { position: Position::new(position), event };
        let mut all: Vec<_> =
            self.all().await?.into_iter().map(|one| at(one.position.number() * 2, one.event)).collect();
        let again = self.wrong().doubled.clone();
        all.extend(again.into_iter().map(|(after, event)| at(after * 2 + 1, event)));
        all.sort_by_key(|one| one.position);
        Ok(all)
    }
}

#[async_trait]
impl Store for Defective {
    async fn append_under(&self, leases: &[Lease], batch: &[Recorded]) -> Result<(), AppendError> {
        self.append_wrongly(leases, batch).await
    }

    async fn read(&self, call: CallId, from: u64) -> Result<Vec<Recorded>, StoreError> {
        self.inner.read(call, if self.has(Defect::ReadsFromTheStart) { 1 } else { from }).await
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Stored>, StoreError> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        let page =
            |all: Vec<Stored>| all.into_iter().filter(|one| one.position > after).take(limit).collect();
        match self.defect {
            Defect::CommitsLate => {
                let hidden = self.wrong().uncommitted.clone();
                let mut all = self.inner.read_all(after, limit.saturating_add(hidden.len())).await?;
                all.retain(|one| !hidden.contains(&one.position.number()));
                Ok(page(all))
            }
            Defect::ForgetsAfterManyEvents if after.number() > 15_000 => Ok(Vec::new()),
            Defect::ReadsAtLeastOne => self.inner.read_all(after, limit.max(1)).await,
            Defect::StoresARetryTwice if !self.wrong().doubled.is_empty() => Ok(page(self.doubled().await?)),
            Defect::UsesPositionsAgain => Ok(page(self.numbered().await?)),
            _ => self.inner.read_all(after, limit).await,
        }
    }

    async fn keep_snapshot(&self, call: CallId, revision: u64, new: &Snapshot) -> Result<(), StoreError> {
        self.keep_snapshot_wrongly(call, revision, new).await?;
        self.inner.keep_snapshot(call, revision, new).await
    }

    async fn snapshot(&self, call: CallId) -> Result<Option<Snapshot>, StoreError> {
        let right = self.inner.snapshot(call).await?;
        let wrong = self.wrong().snapshots.get(&call).cloned();
        if right.is_none() && self.has(Defect::KeepsTheLastSnapshot) { Ok(None) } else { Ok(wrong.or(right)) }
    }

    async fn note_under(&self, leases: &[Lease], consumer: &str, noted: &[Noted]) -> Result<(), AppendError> {
        self.note_wrongly(leases, consumer, noted).await
    }

    async fn noted(&self, consumer: &str) -> Result<Vec<Noted>, StoreError> {
        self.noted_wrongly(consumer).await
    }

    async fn noted_of(&self, consumer: &str, call: CallId) -> Result<u64, StoreError> {
        self.noted_of_wrongly(consumer, call).await
    }

    async fn unfinished(&self) -> Result<Vec<CallId>, StoreError> {
        let mut unfinished: BTreeSet<_> = self.inner.unfinished().await?.into_iter().collect();
        unfinished.extend(&self.wrong().unfinished);
        Ok(unfinished.into_iter().collect())
    }

    async fn finish(&self, calls: &[CallId]) -> Result<(), StoreError> {
        match self.defect {
            Defect::FinishesNothing => return Ok(()),
            Defect::FinishStopsAtAnUnknownCall => {
                for call in calls {
                    if !self.is_stored(*call, 1).await? {
                        return Ok(());
                    }
                    self.inner.finish(&[*call]).await?;
                }
            }
            _ => {}
        }
        self.inner.finish(calls).await
    }

    async fn lease(&self, names: &[String], holder: Uuid, lasts: Duration) -> Result<Vec<Lease>, StoreError> {
        self.lease_wrongly(names, holder, lasts).await
    }

    async fn leases(&self) -> Result<Vec<Leased>, StoreError> {
        self.list_wrongly().await
    }

    async fn release(&self, leases: &[Lease]) -> Result<(), StoreError> {
        self.release_wrongly(leases).await
    }

    fn is_shared(&self) -> bool {
        self.inner.is_shared()
    }

    async fn last(&self) -> Result<Position, StoreError> {
        self.inner.last().await
    }

    async fn wait(&self, after: Position) -> Result<(), StoreError> {
        match self.defect {
            Defect::NeverWaits => Ok(()),
            Defect::NeverWakes if self.inner.read_all(after, 1).await?.is_empty() => {
                std::future::pending().await
            }
            Defect::MissesWhatIsThere => {
                let last = self.inner.read_all(after, usize::MAX).await?.last().map(|last| last.position);
                self.inner.wait(last.unwrap_or(after)).await
            }
            _ => self.inner.wait(after).await,
        }
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        let stats = self.inner.stats().await?;
        let snapshots = if self.has(Defect::MiscountsSnapshots) { stats.calls } else { stats.snapshots };
        Ok(Stats { snapshots, ..stats })
    }

    async fn delete(&self, call: CallId) -> Result<bool, StoreError> {
        match self.defect {
            Defect::DeletesNothing => return Ok(true),
            Defect::LeavesTheSnapshot => {
                let left = self.inner.snapshot(call).await?;
                self.wrong().snapshots.extend(left.map(|left| (call, left)));
            }
            _ => {}
        }
        self.inner.delete(call).await
    }

    async fn ended_before(&self, time: Timestamp) -> Result<Vec<Ended>, StoreError> {
        let nanosecond = i64::from(self.has(Defect::ListsTheBoundary));
        let mut ended = self.inner.ended_before(time + SignedDuration::from_nanos(nanosecond)).await?;
        ended.extend(&self.wrong().ended);
        Ok(ended)
    }

    async fn retain(&self, ended_before: Timestamp) -> Result<Vec<Ended>, StoreError> {
        match self.defect {
            Defect::RetainsNothing => Ok(Vec::new()),
            Defect::RetainsTheBoundary => {
                self.inner.retain(ended_before + SignedDuration::from_nanos(1)).await
            }
            _ => self.inner.retain(ended_before).await,
        }
    }
}
