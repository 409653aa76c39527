//! The names of events in the log, and the effect of each on a call.

use alloc::vec::Vec;

use super::scan;
use super::shape::tree::Root;
use crate::call::state::Transition;
use crate::operation;

/// The effect of an event, which follows from its name in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Offered,
    Placed,
    Adopted,
    Step(Transition),
    DetailsChanged,
    ToneReceived,
    RosterUpdated,
    OperationCreated,
    OperationUpdated,
    OperationStep(operation::state::Transition),
    /// The event needs a live call, and changes no summary.
    NoStateChange,
    /// The event changes no summary.
    NotificationHeard,
}

impl Kind {
    /// The kinds by the names of their events.
    fn by_name() -> Vec<(&'static str, Self)> {
        let steps = Transition::ALL.iter().map(|transition| (transition.as_str(), Self::Step(*transition)));
        let of_operations = operation::state::Transition::ALL.iter();
        let of_operations =
            of_operations.map(|transition| (transition.as_str(), Self::OperationStep(*transition)));
        let others = [
            ("offered", Self::Offered),
            ("placed", Self::Placed),
            ("adopted", Self::Adopted),
            ("detailsChanged", Self::DetailsChanged),
            ("toneReceived", Self::ToneReceived),
            ("rosterUpdated", Self::RosterUpdated),
            ("operationCreated", Self::OperationCreated),
            ("operationUpdated", Self::OperationUpdated),
            ("stateConfirmed", Self::NoStateChange),
            ("contentSharingStarted", Self::NoStateChange),
            ("contentSharingEnded", Self::NoStateChange),
            ("notificationHeard", Self::NotificationHeard),
        ];
        steps.chain(of_operations).chain(others).collect()
    }
}

/// The kinds by name.
#[derive(Clone, Debug)]
pub(super) struct Kinds(
    /// One list for each length of a name.
    Vec<Vec<Named>>,
);

/// A kind, its name and its number.
#[derive(Clone, Copy, Debug)]
struct Named {
    /// The bytes that distinguish the name from most others of its length.
    tail: u64,
    name: &'static str,
    root: Root,
    kind: Kind,
}

/// The last bytes of a name. The first bytes of many names are equal.
fn tail(name: &[u8]) -> u64 {
    match name.last_chunk::<8>() {
        Some(tail) => u64::from_le_bytes(*tail),
        None => name.iter().fold(0, |tail, byte| tail << 8 | u64::from(*byte)),
    }
}

impl Default for Kinds {
    fn default() -> Self {
        let mut by_length = Vec::new();
        for (root, (name, kind)) in (0..).map(Root).zip(Kind::by_name()) {
            by_length.resize_with(by_length.len().max(name.len() + 1), Vec::new);
            if let Some(same) = by_length.get_mut(name.len()) {
                same.push(Named { tail: tail(name.as_bytes()), name, root, kind });
            }
        }
        Self(by_length)
    }
}

impl Kinds {
    /// The kind of the events with this name, and its number.
    pub(super) fn find(&self, name: &[u8]) -> Option<(Root, Kind)> {
        let tail = tail(name);
        let mut same = self.0.get(name.len())?.iter().filter(|known| known.tail == tail);
        let known = same.find(|known| scan::begins(name, known.name.as_bytes()))?;
        Some((known.root, known.kind))
    }
}
