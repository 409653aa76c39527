//! Hearing rosters.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use super::super::event::{CallEvent, RosterUpdated};
use super::super::roster;
use super::Draft;
use crate::graph::{Member, Participant};
use crate::{FindingKind, ParticipantId};

impl Draft<'_> {
    pub(super) fn hear_roster(&mut self, told: &[Participant], sequence_number: Option<i64>, is_gone: bool) {
        let Some(known) = self.live("its roster") else { return };
        let mut told: Vec<_> = told.iter().map(|one| roster::told(one, is_gone)).collect();
        // Those with an id first: the others are matched with what is left.
        told.sort_by_key(|one| one.id.value().is_none());
        let before = known.map(|call| call.roster.clone()).unwrap_or_default();
        let mut after = before.clone();
        told.retain(|one| after.update(one, sequence_number));
        // A roster can name one participant twice: what counts is what the whole of it comes to.
        let participants = if after == before { Vec::new() } else { told };
        let is_late =
            known.is_some_and(|call| sequence_number.is_some() && sequence_number < call.roster.sequence());
        if is_late {
            let number = sequence_number.unwrap_or_default();
            self.find(FindingKind::Late, format!("roster delta {number} told after a newer one"));
        } else if participants.is_empty() {
            self.repeat("the roster");
        }
        if !participants.is_empty() {
            let updated = RosterUpdated { sequence_number, participants };
            self.record(CallEvent::RosterUpdated(Box::new(updated)));
        }
    }

    pub(super) fn hear_left(&mut self, id: Option<&ParticipantId>) {
        let left = Participant { id: Member::from(id.cloned()), ..Participant::default() };
        self.hear_roster(&[left], None, true);
    }
}
