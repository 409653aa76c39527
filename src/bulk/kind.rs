//! The names of events on the log, and what each makes of a call.

use alloc::vec::Vec;
use core::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::shape::Root;
use crate::call::Cause;
use crate::operation;

/// What an event does, by its name on the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Offered,
    Placed,
    Adopted,
    Step(Cause),
    DetailsChanged,
    ToneReceived,
    RosterUpdated,
    OperationCreated,
    OperationUpdated,
    OperationStep(operation::Cause),
    /// It needs a call that lives, and is nothing that a summary tells.
    Beside,
    /// It is nothing that a summary tells.
    Heard,
}

impl Kind {
    /// The kinds by the names of their events.
    fn by_name() -> Vec<(&'static str, Self)> {
        let steps = Cause::ALL.iter().map(|cause| (cause.as_str(), Self::Step(*cause)));
        let of_operations = operation::Cause::ALL.iter();
        let of_operations = of_operations.map(|cause| (cause.as_str(), Self::OperationStep(*cause)));
        let others = [
            ("offered", Self::Offered),
            ("placed", Self::Placed),
            ("adopted", Self::Adopted),
            ("detailsChanged", Self::DetailsChanged),
            ("toneReceived", Self::ToneReceived),
            ("rosterUpdated", Self::RosterUpdated),
            ("operationCreated", Self::OperationCreated),
            ("operationUpdated", Self::OperationUpdated),
            ("stateConfirmed", Self::Beside),
            ("contentSharingStarted", Self::Beside),
            ("contentSharingEnded", Self::Beside),
            ("notificationHeard", Self::Heard),
        ];
        steps.chain(of_operations).chain(others).collect()
    }
}

/// The kinds by name.
#[derive(Clone, Debug)]
pub(super) struct Kinds {
    kinds: Vec<(&'static str, Kind)>,
    index: HashTable<Root>,
}

impl Default for Kinds {
    fn default() -> Self {
        let kinds = Kind::by_name();
        let mut index = HashTable::with_capacity(kinds.len());
        for (root, (name, _)) in (0..).map(Root).zip(&kinds) {
            index.insert_unique(hash(name.as_bytes()), root, |root| {
                kinds.get(root.index()).map_or(0, |(name, _)| hash(name.as_bytes()))
            });
        }
        Self { kinds, index }
    }
}

impl Kinds {
    /// The kind of the events with this name, and its number.
    pub(super) fn find(&self, name: &[u8]) -> Option<(Root, Kind)> {
        let named = |root: &Root| self.kinds.get(root.index()).filter(|(known, _)| known.as_bytes() == name);
        let root = *self.index.find(hash(name), |root| named(root).is_some())?;
        named(&root).map(|(_, kind)| (root, *kind))
    }
}

fn hash(name: &[u8]) -> u64 {
    FixedState::with_seed(0).hash_one(name)
}
