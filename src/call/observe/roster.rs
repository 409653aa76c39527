//! Turns notifications about participants into events.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::event::CallEvent;
use super::super::event::RosterUpdated;
use super::super::roster::{self, Roster};
use super::draft::Draft;
use crate::finding::{Finding, FindingKind};
use crate::graph::member::Member;
use crate::graph::participant::{DeltaParticipants, Participant};
use crate::graph::url::Resource;
use crate::id::ParticipantId;
use crate::text::short;

/// A participant, and the number of the delta that reports it.
type Reported = (Option<i64>, Participant);

impl Draft<'_> {
    /// A roster that is not a delta names everybody. A known participant who is missing from it has left.
    pub(super) fn observe_roster(&mut self, reported: Vec<Participant>) {
        let of = |one| (None, roster::reported(one, &Resource::Participants, false));
        self.take_roster(reported.into_iter().map(of).collect(), true);
    }

    /// Reports about some participants. They say nothing about the others.
    pub(super) fn observe_participants(
        &mut self,
        reported: impl IntoIterator<Item = Participant>,
        url: &Resource,
        is_gone: bool,
    ) {
        let of = |one| (None, roster::reported(one, url, is_gone));
        self.take_roster(reported.into_iter().map(of).collect(), false);
    }

    pub(super) fn observe_deltas(&mut self, deltas: Vec<DeltaParticipants>, url: &Resource, is_gone: bool) {
        let of = |delta: DeltaParticipants| {
            let sequence = delta.sequence_number.into_value();
            let reported = delta.participants.into_value().into_iter().flatten();
            reported.map(move |one| (sequence, roster::reported(one, url, is_gone)))
        };
        self.take_roster(deltas.into_iter().flat_map(of).collect(), false);
    }

    pub(super) fn observe_left(&mut self, id: Option<&ParticipantId>) {
        let left = Participant { id: Member::from(id.cloned()), ..Participant::default() };
        self.observe_participants([left], &Resource::Participants, true);
    }

    fn take_roster(&mut self, mut reported: Vec<Reported>, is_everybody: bool) {
        let Some(known) = self.live("its roster") else { return };
        let unknown = Roster::default();
        let before = known.map_or(&unknown, |call| &call.roster);
        // Participants with an id come first. The others are matched with the remaining entries.
        reported.sort_by_key(|(_, one)| one.id.value().is_none());
        let newest = before.sequence();
        let late =
            reported.iter().filter_map(|(sequence, _)| *sequence).find(|number| Some(*number) < newest);
        let mut left = Vec::new();
        if before.distinguishes(&reported) {
            if is_everybody {
                left = before.missing(&reported);
            }
            reported.retain(|(sequence, one)| before.would_learn(one, *sequence));
        } else {
            let mut after = before.clone();
            let learned: Vec<Option<usize>> =
                reported.iter().map(|(sequence, one)| after.learn(one, *sequence)).collect();
            if is_everybody {
                left = after.missing(&reported);
            }
            // A roster can name one participant twice. Only the result of the full roster counts.
            if after.agrees(before, learned.iter().flatten().copied()) {
                reported.clear();
            }
            let mut learned = learned.into_iter();
            reported.retain(|_| learned.next().flatten().is_some());
        }
        if let Some(number) = late {
            self.find(FindingKind::Late, format!("roster delta {number} came after a newer one"));
        } else if reported.is_empty() && left.is_empty() {
            self.repeat("the roster");
        }
        self.record_roster(reported);
        self.infer_left(&left);
    }

    /// Records one event for each run of participants from the same delta.
    fn record_roster(&mut self, reported: Vec<Reported>) {
        let runs = reported.chunk_by(|(one, _), (next, _)| one == next);
        let runs: Vec<_> = runs.filter_map(|run| Some((run.first()?.0, run.len()))).collect();
        let mut reported = reported.into_iter().map(|(_, one)| one);
        for (sequence_number, length) in runs {
            let participants = reported.by_ref().take(length).collect();
            let updated = RosterUpdated::new(sequence_number, participants);
            self.record(CallEvent::RosterUpdated(updated.into()));
        }
    }

    /// Records participants who left without a report: a full roster does not name them.
    fn infer_left(&mut self, left: &[Participant]) {
        if left.is_empty() {
            return;
        }
        let named: Vec<String> = left.iter().take(NAMED).map(name).collect();
        let more = left.len() - named.len();
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let message = format!("not in the full roster, so they have left: {}{more}", named.join(", "));
        self.observed.findings.push(Finding::normal(FindingKind::Gap, self.id, message));
        let participants = left.iter().map(roster::gone).collect();
        self.infer(CallEvent::RosterUpdated(RosterUpdated::new(None, participants).into()));
    }
}

/// The number of participants whom the message names.
const NAMED: usize = 8;

fn name(one: &Participant) -> String {
    let identities = one.info.value().and_then(|info| info.identity.value()).into_iter();
    let name =
        identities.flat_map(|set| set.identities()).find_map(|one| one.display_name.value().map(short));
    match (name, one.id.value().map(short)) {
        (Some(name), Some(id)) => format!("{name} ({id})"),
        (Some(name), None) => name,
        (None, Some(id)) => id,
        (None, None) => "a participant without a name and an id".into(),
    }
}
