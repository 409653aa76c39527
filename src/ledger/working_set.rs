//! The calls of a replay, in one list with a hash index. The replay converts it to a ledger on request.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::applied::{Applied, ApplyError};
use super::data::Ledger;
use super::entry::{EndedEntry, Entry, LedgerMetadata};
use crate::call::data::Call;
use crate::call::ended::Later;
use crate::call::shared::Shared;
use crate::id::CallId;
use crate::record::recorded::Recorded;
use crate::summary::Summary;

#[derive(Clone, Debug, Default)]
pub(crate) struct WorkingSet {
    slots: Vec<Slot>,
    /// The index of each call in the list.
    places: HashTable<usize>,
    /// The place of the call that was sought last. The next search is often for the same call.
    last: usize,
    metadata: LedgerMetadata,
    /// What reduced calls share.
    shared: Shared,
}

#[derive(Clone, Debug)]
enum Slot {
    Whole(Box<Entry>),
    Ended(Box<EndedEntry>),
}

impl Slot {
    fn id(&self) -> CallId {
        match self {
            Self::Whole(entry) => entry.call().id(),
            Self::Ended(entry) => entry.call.id(),
        }
    }

    const fn revision(&self) -> u64 {
        match self {
            Self::Whole(entry) => entry.revision(),
            Self::Ended(entry) => entry.call.revision(),
        }
    }

    const fn whole(&self) -> Option<&Call> {
        match self {
            Self::Whole(entry) => Some(entry.call()),
            Self::Ended(_) => None,
        }
    }

    fn summary(&self) -> Summary<'_> {
        match self {
            Self::Whole(entry) => Summary::from(entry.call()),
            Self::Ended(entry) => Summary::from(&entry.call),
        }
    }

    fn change<T>(&mut self, shared: &mut Shared, change: impl FnOnce(&mut Entry) -> T) -> T {
        match self {
            Self::Whole(entry) => change(entry),
            Self::Ended(ended) => ended.change(shared, change),
        }
    }

    fn into_entry(self) -> Entry {
        match self {
            Self::Whole(entry) => *entry,
            Self::Ended(mut entry) => entry.take(),
        }
    }
}

impl From<Ledger> for WorkingSet {
    fn from(ledger: Ledger) -> Self {
        let mut this = Self { metadata: ledger.metadata, ..Self::default() };
        ledger.entries.into_iter().for_each(|(_, entry)| this.put(Arc::unwrap_or_clone(entry)));
        this
    }
}

impl From<WorkingSet> for Ledger {
    fn from(set: WorkingSet) -> Self {
        let mut entries: Vec<_> = set.slots.into_iter().map(Slot::into_entry).collect();
        entries.sort_unstable_by_key(|entry| entry.call().id());
        let entries = entries.into_iter().map(|entry| (entry.call().id(), Arc::new(entry)));
        Self::of(entries.collect(), set.metadata)
    }
}

impl WorkingSet {
    /// Makes the calls keep only what summaries need of their events.
    pub(crate) fn summarize(&mut self) {
        self.metadata.is_of_summaries = true;
    }

    /// Folds an event, even if revisions before it are missing.
    pub(crate) fn apply_after_gap(&mut self, recorded: Recorded) -> Result<Applied, ApplyError> {
        let place = self.place(recorded.call);
        match place.and_then(|place| self.slots.get_mut(place)) {
            Some(slot) => {
                slot.change(&mut self.shared, |entry| entry.apply_after_gap(recorded, &mut self.metadata))
            }
            None => {
                let entry = Entry::begin(recorded, &mut self.metadata)?;
                self.put(entry);
                Ok(Applied::Folded)
            }
        }
    }

    /// Counts the revision of a refused event as used.
    pub(crate) fn skip(&mut self, call: CallId, revision: u64) {
        let place = self.place(call);
        if let Some(slot) = place.and_then(|place| self.slots.get_mut(place)) {
            slot.change(&mut self.shared, |entry| entry.skip(revision));
        }
    }

    /// Reduces a call to what a summary shows, if it has ended.
    pub(crate) fn reduce(&mut self, id: CallId, later: Later) {
        let place = self.place(id);
        if let Some(slot) = place.and_then(|place| self.slots.get_mut(place))
            && let Slot::Whole(entry) = slot
            && !entry.call().state().is_live()
        {
            *slot = Slot::Ended(Box::new(EndedEntry::of(entry, later, &mut self.shared)));
        }
    }

    pub(crate) fn next_revision(&mut self, id: CallId) -> u64 {
        let Some(place) = self.place(id) else { return 1 };
        self.last = place;
        self.slots.get(place).map_or(1, |slot| slot.revision().saturating_add(1))
    }

    pub(crate) fn knows(&self, id: CallId) -> bool {
        self.place(id).is_some()
    }

    /// A call that was not reduced.
    pub(crate) fn call(&self, id: CallId) -> Option<&Call> {
        self.slot(id)?.whole()
    }

    /// A call as a later record needs it.
    pub(crate) fn known(&self, id: CallId) -> Option<Cow<'_, Call>> {
        Some(match self.slot(id)? {
            Slot::Whole(entry) => Cow::Borrowed(entry.call()),
            Slot::Ended(entry) => Cow::Owned(entry.call.clone().take()),
        })
    }

    /// All calls that were not reduced, in the order of their ids.
    pub(crate) fn calls(&self) -> impl Iterator<Item = &Call> {
        let mut calls: Vec<&Call> = self.slots.iter().filter_map(Slot::whole).collect();
        calls.sort_unstable_by_key(|call| call.id());
        calls.into_iter()
    }

    /// A summary of each call, in the order of their ids.
    pub(crate) fn summaries(&self) -> Vec<Summary<'_>> {
        let mut summaries: Vec<_> = self.slots.iter().map(Slot::summary).collect();
        summaries.sort_unstable_by_key(Summary::id);
        summaries
    }

    /// Adds a call that is not in the list.
    fn put(&mut self, entry: Entry) {
        let Self { slots, places, .. } = self;
        let hash_at = |place: &usize| slots.get(*place).map_or(0, |slot| hash(slot.id()));
        places.insert_unique(hash(entry.call().id()), slots.len(), hash_at);
        slots.push(Slot::Whole(Box::new(entry)));
    }

    fn slot(&self, id: CallId) -> Option<&Slot> {
        self.slots.get(self.place(id)?)
    }

    fn place(&self, id: CallId) -> Option<usize> {
        let is_it = |place: &usize| self.slots.get(*place).is_some_and(|slot| slot.id() == id);
        if is_it(&self.last) {
            return Some(self.last);
        }
        self.places.find(hash(id), is_it).copied()
    }
}

/// The hash of a call in the index.
fn hash(id: CallId) -> u64 {
    FixedState::with_seed(0).hash_one(id.guid().as_u128())
}
