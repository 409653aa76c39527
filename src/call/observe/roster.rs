//! Hearing rosters.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use super::super::event::{CallEvent, RosterUpdated};
use super::super::roster::{self, Roster};
use super::draft::Draft;
use crate::graph::{DeltaParticipants, Member, Participant, Resource};
use crate::{FindingKind, ParticipantId};

impl Draft<'_> {
    pub(super) fn hear_roster(&mut self, told: &[Participant], url: &Resource, is_gone: bool) {
        let Some(known) = self.live("its roster") else { return };
        let mut roster = known.map(|call| call.roster.clone()).unwrap_or_default();
        self.hear_version(&mut roster, told, None, url, is_gone);
    }

    pub(super) fn hear_deltas(&mut self, deltas: &[DeltaParticipants], url: &Resource, is_gone: bool) {
        let Some(known) = self.live("its roster") else { return };
        let mut roster = known.map(|call| call.roster.clone()).unwrap_or_default();
        for delta in deltas {
            let told = delta.participants.value().map_or(&[][..], Vec::as_slice);
            self.hear_version(&mut roster, told, delta.sequence_number.value().copied(), url, is_gone);
        }
    }

    pub(super) fn hear_left(&mut self, id: Option<&ParticipantId>) {
        let left = Participant { id: Member::from(id.cloned()), ..Participant::default() };
        self.hear_roster(&[left], &Resource::Participants, true);
    }

    /// Takes one version of the roster, or a delta of it, into the roster.
    fn hear_version(
        &mut self,
        roster: &mut Roster,
        told: &[Participant],
        sequence_number: Option<i64>,
        url: &Resource,
        is_gone: bool,
    ) {
        let mut told: Vec<_> = told.iter().map(|one| roster::told(one, url, is_gone)).collect();
        // Those with an id first: the others are matched with what is left.
        told.sort_by_key(|one| one.id.value().is_none());
        let before = roster.clone();
        told.retain(|one| roster.update(one, sequence_number));
        // A roster can name one participant twice: what counts is what the whole of it comes to.
        let participants = if *roster == before { Vec::new() } else { told };
        if let Some(number) = sequence_number.filter(|_| sequence_number < before.sequence()) {
            self.find(FindingKind::Late, format!("roster delta {number} told after a newer one"));
        } else if participants.is_empty() {
            self.repeat("the roster");
        }
        if !participants.is_empty() {
            let updated = RosterUpdated { sequence_number, participants };
            self.record(CallEvent::RosterUpdated(Box::new(updated)));
        }
    }
}
