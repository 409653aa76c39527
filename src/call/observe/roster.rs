//! StateUpdate rosters.

use alloc::format;
use alloc::vec::Vec;

use super::super::event::CallEvent;
use super::super::payload::RosterUpdated;
use super::super::roster::{self, Roster};
use super::draft::Draft;
use crate::graph::{DeltaParticipants, Member, Participant, Resource};
use crate::{FindingKind, ParticipantId};

/// A participant and the delta that tells of it.
type Reported = (Option<i64>, Participant);

impl Draft<'_> {
    pub(super) fn observe_roster(&mut self, reported: Vec<Participant>, url: &Resource, is_gone: bool) {
        self.observe_participants(
            reported.into_iter().map(|one| (None, roster::reported(one, url, is_gone))).collect(),
        );
    }

    pub(super) fn observe_deltas(&mut self, deltas: Vec<DeltaParticipants>, url: &Resource, is_gone: bool) {
        let of = |delta: DeltaParticipants| {
            let sequence = delta.sequence_number.into_value();
            let reported = delta.participants.into_value().into_iter().flatten();
            reported.map(move |one| (sequence, roster::reported(one, url, is_gone)))
        };
        self.observe_participants(deltas.into_iter().flat_map(of).collect());
    }

    pub(super) fn observe_left(&mut self, id: Option<&ParticipantId>) {
        let left = Participant { id: Member::from(id.cloned()), ..Participant::default() };
        self.observe_roster(Vec::from([left]), &Resource::Participants, true);
    }

    fn observe_participants(&mut self, mut reported: Vec<Reported>) {
        let Some(known) = self.live("its roster") else { return };
        let unknown = Roster::default();
        let before = known.map_or(&unknown, |call| &call.roster);
        // Those with an id first: the others are matched with what is left.
        reported.sort_by_key(|(_, one)| one.id.value().is_none());
        let late = reported
            .iter()
            .filter_map(|(sequence, _)| *sequence)
            .find(|number| Some(*number) < before.sequence());
        if before.distinguishes(&reported) {
            reported.retain(|(sequence, one)| before.would_learn(one, *sequence));
        } else {
            let mut after = before.clone();
            reported.retain(|(sequence, one)| after.learn(one, *sequence));
            // A roster can name one participant twice: what counts is what the whole of it comes to.
            if after == *before {
                reported.clear();
            }
        }
        if let Some(number) = late {
            self.find(FindingKind::Late, format!("roster delta {number} told after a newer one"));
        } else if reported.is_empty() {
            self.repeat("the roster");
        }
        let mut reported = reported.into_iter().peekable();
        while let Some((sequence_number, first)) = reported.next() {
            let mut participants = Vec::with_capacity(1 + reported.len());
            participants.push(first);
            while let Some((_, one)) = reported.next_if(|(number, _)| *number == sequence_number) {
                participants.push(one);
            }
            let updated = RosterUpdated { sequence_number, participants };
            self.record(CallEvent::RosterUpdated(updated.into()));
        }
    }
}
