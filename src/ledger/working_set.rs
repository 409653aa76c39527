//! The calls of a replay, in one list with a hash index. The replay converts it to a ledger on request.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::applied::{Applied, ApplyError};
use super::data::Ledger;
use super::entry::{Entry, LedgerMetadata};
use crate::call::data::Call;
use crate::id::CallId;
use crate::record::recorded::Recorded;

#[derive(Clone, Debug, Default)]
pub(crate) struct WorkingSet {
    entries: Vec<Entry>,
    /// The index of each call in the list.
    places: HashTable<usize>,
    metadata: LedgerMetadata,
}

impl From<Ledger> for WorkingSet {
    fn from(ledger: Ledger) -> Self {
        let mut this = Self { metadata: ledger.metadata, ..Self::default() };
        ledger.entries.into_iter().for_each(|(_, entry)| this.put(Arc::unwrap_or_clone(entry)));
        this
    }
}

impl From<WorkingSet> for Ledger {
    fn from(mut set: WorkingSet) -> Self {
        set.entries.sort_unstable_by_key(|entry| entry.call().id());
        let entries = set.entries.into_iter().map(|entry| (entry.call().id(), Arc::new(entry)));
        Self { entries: entries.collect(), metadata: set.metadata }
    }
}

impl WorkingSet {
    pub(crate) fn apply(&mut self, recorded: Recorded) -> Result<Applied, ApplyError> {
        let place = self.place(recorded.call);
        match place.and_then(|place| self.entries.get_mut(place)) {
            Some(entry) => entry.apply(recorded, &mut self.metadata),
            None => {
                let (entry, applied) = Entry::begin(recorded, &mut self.metadata)?;
                self.put(entry);
                Ok(applied)
            }
        }
    }

    /// Counts the revision of a refused event as used.
    pub(crate) fn skip(&mut self, call: CallId, revision: u64) {
        let place = self.place(call);
        if let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) {
            entry.skip(revision);
        }
    }

    pub(crate) fn next_revision(&self, id: CallId) -> u64 {
        self.entry(id).map_or(1, |entry| entry.revision().saturating_add(1))
    }

    pub(crate) fn call(&self, id: CallId) -> Option<&Call> {
        self.entry(id).map(Entry::call)
    }

    /// All calls, in the order of their ids.
    pub(crate) fn calls(&self) -> impl Iterator<Item = &Call> {
        let mut calls: Vec<&Call> = self.entries.iter().map(Entry::call).collect();
        calls.sort_unstable_by_key(|call| call.id());
        calls.into_iter()
    }

    pub(crate) fn entry(&self, id: CallId) -> Option<&Entry> {
        self.place(id).and_then(|place| self.entries.get(place))
    }

    /// Adds a call that is not in the list.
    pub(crate) fn put(&mut self, entry: Entry) {
        let Self { entries, places, .. } = self;
        let hash_at = |place: &usize| entries.get(*place).map_or(0, |entry| hash(entry.call().id()));
        places.insert_unique(hash(entry.call().id()), entries.len(), hash_at);
        entries.push(entry);
    }

    pub(crate) fn remove(&mut self, id: CallId) {
        let Self { entries, places, .. } = self;
        let is_it = |place: &usize| entries.get(*place).is_some_and(|entry| entry.call().id() == id);
        let Ok(found) = places.find_entry(hash(id), is_it) else { return };
        let (place, _) = found.remove();
        entries.swap_remove(place);
        // The last call takes the place of the removed call.
        let last = entries.len();
        if let Some(moved) = entries
            .get(place)
            .and_then(|moved| places.find_mut(hash(moved.call().id()), |moved| *moved == last))
        {
            *moved = place;
        }
    }

    fn place(&self, id: CallId) -> Option<usize> {
        let is_it = |place: &usize| self.entries.get(*place).is_some_and(|entry| entry.call().id() == id);
        self.places.find(hash(id), is_it).copied()
    }
}

/// The hash of a call in the index.
pub(crate) fn hash(id: CallId) -> u64 {
    FixedState::with_seed(0).hash_one(id.guid().as_u128())
}
