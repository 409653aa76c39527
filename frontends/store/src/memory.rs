//! A store in memory.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use callfold::call::Snapshot;
use callfold::jiff::Timestamp;
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded, Secret};
use hashbrown::{HashMap, HashSet, hash_map};
use tokio::sync::watch;

use crate::ending::Ended;
use crate::error::{AppendError, Conflict, StoreError};
use crate::lease::{Lease, LeaseLost, Leased};
use crate::store::{Noted, Position, Stats, Store, Stored};

/// A store in memory. It is fast, and forgets everything when it is dropped.
///
/// It keeps the events themselves. Clones of an event share its data, so that reading an event copies little.
#[derive(Default)]
pub struct Memory {
    kept: RwLock<Kept>,
    /// The position that was assigned last, for those who wait for a later one.
    last: watch::Sender<u64>,
}

impl Memory {
    /// A store without events.
    pub fn new() -> Self {
        Self::default()
    }

    /// No method panics while it holds the lock, so what is behind it is always whole.
    fn kept(&self) -> RwLockReadGuard<'_, Kept> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept_mut(&self) -> RwLockWriteGuard<'_, Kept> {
        self.kept.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kept = self.kept();
        f.debug_struct("Memory").field("calls", &kept.calls.len()).field("events", &kept.order.len()).finish()
    }
}

#[async_trait]
impl Store for Memory {
    async fn append_under(&self, leases: &[Lease], batch: &[Recorded]) -> Result<(), AppendError> {
        let mut kept = self.kept_mut();
        kept.stand(leases)?;
        let last = kept.last;
        for event in batch {
            if let Err(conflict) = kept.append(event) {
                kept.undo(last);
                return Err(conflict.into());
            }
        }
        if self.last.receiver_count() > 0 {
            self.last.send_replace(kept.last);
        }
        Ok(())
    }

    async fn read(&self, call: CallId, from: u64) -> Result<Vec<Recorded>, StoreError> {
        let kept = self.kept();
        Ok(kept
            .calls
            .get(&call)
            .map(|call| call.from(from).iter().map(|stored| stored.event.clone()).collect())
            .unwrap_or_default())
    }

    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Stored>, StoreError> {
        let kept = self.kept();
        let Some(first) = after.number().checked_add(1) else { return Ok(Vec::new()) };
        let stored =
            kept.order.range(first..).filter_map(|(_, (call, revision))| kept.event(*call, *revision));
        Ok(stored.take(limit).cloned().collect())
    }

    async fn keep_snapshot(
        &self,
        call: CallId,
        revision: u64,
        snapshot: &Snapshot,
    ) -> Result<(), StoreError> {
        if let Some(call) = self.kept_mut().calls.get_mut(&call) {
            call.keep_snapshot(revision, snapshot);
        }
        Ok(())
    }

    async fn snapshot(&self, call: CallId) -> Result<Option<Snapshot>, StoreError> {
        let kept = self.kept();
        Ok(kept.calls.get(&call).and_then(|call| Some(call.snapshot.as_ref()?.1.clone())))
    }

    async fn note_under(&self, leases: &[Lease], consumer: &str, noted: &[Noted]) -> Result<(), AppendError> {
        let mut kept = self.kept_mut();
        kept.stand(leases)?;
        kept.note(consumer, noted);
        Ok(())
    }

    async fn noted(&self, consumer: &str) -> Result<Vec<Noted>, StoreError> {
        let kept = self.kept();
        let noted = kept.noted.get(consumer).into_iter().flatten();
        Ok(noted.map(|(call, revision)| Noted { call: *call, revision: *revision }).collect())
    }

    async fn noted_of(&self, consumer: &str, call: CallId) -> Result<u64, StoreError> {
        let kept = self.kept();
        Ok(kept.noted.get(consumer).and_then(|noted| noted.get(&call)).copied().unwrap_or(0))
    }

    async fn unfinished(&self) -> Result<Vec<CallId>, StoreError> {
        Ok(self.kept().unfinished.iter().copied().collect())
    }

    async fn finish(&self, calls: &[CallId]) -> Result<(), StoreError> {
        let mut kept = self.kept_mut();
        calls.iter().for_each(|call| _ = kept.unfinished.remove(call));
        Ok(())
    }

    async fn lease(&self, names: &[String], holder: Uuid, lasts: Duration) -> Result<Vec<Lease>, StoreError> {
        let mut kept = self.kept_mut();
        let now = now();
        Ok(names.iter().filter_map(|name| kept.lease(name, holder, now, lasts)).collect())
    }

    async fn leases(&self) -> Result<Vec<Leased>, StoreError> {
        let (kept, now) = (self.kept(), now());
        let held = kept.leases.iter().filter(|(_, held)| held.until > now);
        Ok(held.map(|(name, held)| Leased { lease: held.lease(name), holder: held.holder }).collect())
    }

    async fn release(&self, leases: &[Lease]) -> Result<(), StoreError> {
        let mut kept = self.kept_mut();
        let now = now();
        for lease in leases {
            if let Some(held) = kept.leases.get_mut(&lease.name).filter(|held| held.token == lease.token) {
                held.until = now;
            }
        }
        Ok(())
    }

    fn is_shared(&self) -> bool {
        false
    }

    async fn last(&self) -> Result<Position, StoreError> {
        Ok(Position::new(self.kept().last))
    }

    async fn wait(&self, after: Position) -> Result<(), StoreError> {
        let mut last = self.last.subscribe();
        // A position is not enough: the events after it can be deleted. The sender is part of the store.
        while !self.kept().has_after(after) && last.changed().await.is_ok() {}
        Ok(())
    }

    async fn stats(&self) -> Result<Stats, StoreError> {
        let kept = self.kept();
        let snapshots = kept.calls.values().filter(|call| call.snapshot.is_some()).count();
        Ok(Stats {
            calls: kept.calls.len() as u64,
            unfinished: kept.unfinished.len() as u64,
            events: kept.order.len() as u64,
            snapshots: snapshots as u64,
            bytes: 0,
        })
    }

    async fn delete(&self, call: CallId) -> Result<bool, StoreError> {
        Ok(self.kept_mut().delete(call))
    }

    async fn ended_before(&self, time: Timestamp) -> Result<Vec<Ended>, StoreError> {
        Ok(self.kept().ended_before(time))
    }

    async fn retain(&self, ended_before: Timestamp) -> Result<Vec<Ended>, StoreError> {
        let mut kept = self.kept_mut();
        let ended = kept.ended_before(ended_before);
        for ended in &ended {
            kept.delete(ended.call);
        }
        Ok(ended)
    }
}

#[expect(clippy::disallowed_methods, reason = "the store keeps the time of leases")]
fn now() -> Instant {
    Instant::now()
}

/// What the store keeps.
#[derive(Default)]
struct Kept {
    /// The position that was assigned last. A deleted event leaves a gap, and its position is not used again.
    last: u64,
    /// The call and the revision at each position.
    order: BTreeMap<u64, (CallId, u64)>,
    calls: HashMap<CallId, KeptCall>,
    /// The highest revision of each call, by consumer.
    noted: BTreeMap<String, BTreeMap<CallId, u64>>,
    unfinished: HashSet<CallId>,
    /// The leases by name, also those whose time has passed.
    leases: BTreeMap<String, Held>,
}

/// A lease of the store.
struct Held {
    holder: Uuid,
    token: u64,
    until: Instant,
}

impl Held {
    fn lease(&self, name: &str) -> Lease {
        Lease { name: name.to_owned(), token: self.token }
    }
}

impl Kept {
    fn append(&mut self, event: &Recorded) -> Result<(), Conflict> {
        let conflict = |found| Conflict { call: event.call, revision: event.revision, found };
        if let Some(stored) = self.event(event.call, event.revision) {
            let line = stored.event.to_string();
            return if line == event.to_string() { Ok(()) } else { Err(conflict(Some(Secret::new(line)))) };
        }
        let mut call = match self.calls.entry(event.call) {
            hash_map::Entry::Occupied(call) if call.get().next() == event.revision => call,
            hash_map::Entry::Vacant(call) if event.revision == 1 => {
                self.unfinished.insert(event.call);
                call.insert_entry(KeptCall::default())
            }
            hash_map::Entry::Occupied(_) | hash_map::Entry::Vacant(_) => return Err(conflict(None)),
        };
        self.last += 1;
        call.get_mut().events.push(Stored { position: Position::new(self.last), event: event.clone() });
        self.order.insert(self.last, (event.call, event.revision));
        Ok(())
    }

    /// Fails unless all these leases stand.
    fn stand(&self, leases: &[Lease]) -> Result<(), LeaseLost> {
        let stands =
            |lease: &&Lease| self.leases.get(&lease.name).is_some_and(|held| held.token == lease.token);
        let lost = leases.iter().find(|lease| !stands(lease));
        lost.map_or(Ok(()), |lost| Err(LeaseLost { name: lost.name.clone() }))
    }

    /// Takes a lease or makes it last longer. `None` if another holder has it.
    fn lease(&mut self, name: &str, holder: Uuid, now: Instant, lasts: Duration) -> Option<Lease> {
        let new = || Held { holder: Uuid::nil(), token: 0, until: now };
        let held = self.leases.entry(name.to_owned()).or_insert_with(new);
        if held.until <= now {
            (held.holder, held.token) = (holder, held.token + 1);
        }
        if held.holder != holder {
            return None;
        }
        held.until = now + lasts.min(Lease::LONGEST);
        Some(held.lease(name))
    }

    /// Takes back all events after a position.
    fn undo(&mut self, last: u64) {
        self.last = last;
        for (_, (id, _)) in self.order.split_off(&(last + 1)) {
            let Some(call) = self.calls.get_mut(&id) else { continue };
            call.events.pop();
            if call.events.is_empty() {
                self.calls.remove(&id);
                self.unfinished.remove(&id);
            }
        }
    }

    fn event(&self, call: CallId, revision: u64) -> Option<&Stored> {
        self.calls.get(&call)?.event(revision)
    }

    fn has_after(&self, after: Position) -> bool {
        self.order.last_key_value().is_some_and(|(last, _)| *last > after.number())
    }

    fn note(&mut self, consumer: &str, noted: &[Noted]) {
        for Noted { call, revision } in noted {
            if self.event(*call, *revision).is_none() {
                continue;
            }
            let of_consumer = match self.noted.get_mut(consumer) {
                Some(of_consumer) => of_consumer,
                None => self.noted.entry(consumer.to_owned()).or_default(),
            };
            let highest = of_consumer.entry(*call).or_insert(*revision);
            *highest = (*highest).max(*revision);
        }
    }

    /// The calls that ended before a time, in the order of their ids.
    fn ended_before(&self, time: Timestamp) -> Vec<Ended> {
        let ended = self.calls.values().filter_map(KeptCall::ended).filter(|ended| ended.at < time);
        let mut ended: Vec<_> = ended.collect();
        ended.sort_unstable();
        ended
    }

    fn delete(&mut self, call: CallId) -> bool {
        let Some(deleted) = self.calls.remove(&call) else { return false };
        self.unfinished.remove(&call);
        for stored in deleted.events {
            self.order.remove(&stored.position.number());
        }
        for of_consumer in self.noted.values_mut() {
            of_consumer.remove(&call);
        }
        true
    }
}

/// What the store keeps of a call.
#[derive(Default)]
struct KeptCall {
    /// The events from revision 1 on, without gaps.
    events: Vec<Stored>,
    /// The latest snapshot, and its revision.
    snapshot: Option<(u64, Snapshot)>,
}

impl KeptCall {
    /// The revision of the event that can be appended next.
    fn next(&self) -> u64 {
        self.events.last().map_or(1, |last| last.event.revision + 1)
    }

    fn from(&self, revision: u64) -> &[Stored] {
        let index = usize::try_from(revision.saturating_sub(1)).unwrap_or(usize::MAX);
        self.events.get(index..).unwrap_or_default()
    }

    fn event(&self, revision: u64) -> Option<&Stored> {
        self.from(revision).first().filter(|stored| stored.event.revision == revision)
    }

    fn keep_snapshot(&mut self, revision: u64, snapshot: &Snapshot) {
        let is_older = self.snapshot.as_ref().is_some_and(|(kept, _)| revision < *kept);
        if !is_older && self.event(revision).is_some() {
            self.snapshot = Some((revision, snapshot.clone()));
        }
    }

    fn ended(&self) -> Option<Ended> {
        self.events.iter().rev().find_map(|stored| Ended::of(&stored.event))
    }
}
