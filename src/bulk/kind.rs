//! The names of events on the log, and what each makes of a call.

use alloc::vec::Vec;

use super::scan;
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
pub(super) struct Kinds(
    /// By the lengths of their names, each with its number.
    Vec<Vec<(&'static str, Root, Kind)>>,
);

impl Default for Kinds {
    fn default() -> Self {
        let mut by_length = Vec::new();
        for (root, (name, kind)) in (0..).map(Root).zip(Kind::by_name()) {
            by_length.resize_with(by_length.len().max(name.len() + 1), Vec::new);
            if let Some(same) = by_length.get_mut(name.len()) {
                same.push((name, root, kind));
            }
        }
        Self(by_length)
    }
}

impl Kinds {
    /// The kind of the events with this name, and its number.
    pub(super) fn find(&self, name: &[u8]) -> Option<(Root, Kind)> {
        let same = self.0.get(name.len())?.iter().find(|(known, ..)| scan::begins(name, known.as_bytes()));
        same.map(|(_, root, kind)| (*root, *kind))
    }
}
