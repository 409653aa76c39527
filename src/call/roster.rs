//! The roster of a call: its participants. Delta rosters have numbers, and an older delta changes no newer
//! data.

mod entries;
mod entry;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use crate::graph::member::Member;
use crate::graph::participant::Participant;
use crate::graph::url::{Resource, ResourceUrl};
use crate::id::ParticipantId;
use crate::places::FEW;
use entries::Entries;
use entry::{RosterEntry, Signs};

/// Everybody who was ever reported, including those who left: a late delta must not add them again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Roster {
    entries: Entries,
}

impl Roster {
    pub(crate) fn participants(&self) -> impl Iterator<Item = &Participant> {
        self.entries.present().map(|(_, entry)| &entry.participant)
    }

    /// The participants who were ever reported.
    pub(crate) fn everybody(&self) -> impl Iterator<Item = &Participant> {
        self.entries.iter().map(|entry| &entry.participant)
    }

    /// The entries, for a snapshot.
    pub(super) fn parts(&self) -> impl Iterator<Item = (&Participant, &BTreeMap<String, i64>)> {
        self.entries.iter().map(|entry| (&entry.participant, &entry.newest))
    }

    /// The roster that has these entries.
    pub(super) fn of(entries: impl Iterator<Item = (Participant, BTreeMap<String, i64>)>) -> Self {
        let mut this = Self::default();
        entries.for_each(|(participant, newest)| this.entries.push(RosterEntry { participant, newest }));
        this
    }

    /// The number of participants who were ever reported.
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The participants who have left.
    pub(crate) fn left(&self) -> impl Iterator<Item = &Participant> {
        self.entries.iter().filter(|entry| !entry.is_taken()).map(|entry| &entry.participant)
    }

    /// The participants who are missing from a full roster. Requires that this roster already contains
    /// everybody in the full roster, or that everybody in both has an id.
    pub(crate) fn missing(&self, everybody: &[(Option<i64>, Participant)]) -> Vec<Participant> {
        let named: BTreeSet<usize> = everybody.iter().filter_map(|(_, one)| self.position(one)).collect();
        let entries = named.iter().filter_map(|place| self.entries.get(*place));
        let signs: BTreeSet<Signs> =
            entries.filter(|entry| entry.is_taken()).map(RosterEntry::signs).collect();
        let told_apart =
            Signs::ALL.into_iter().filter(|one| signs.iter().all(|named| named.tell_apart(*one)));
        let present = told_apart.flat_map(|signs| self.entries.present_with(signs));
        let mut missing: Vec<_> = present.filter(|(place, _)| !named.contains(place)).collect();
        missing.sort_by_key(|(place, _)| *place);
        let has_left = |(place, entry): &(usize, &RosterEntry)| {
            entry.signs().id || self.position(&gone(&entry.participant)) == Some(*place)
        };
        missing.into_iter().filter(has_left).map(|(_, entry)| entry.participant.clone()).collect()
    }

    /// The entries that differ from those of an earlier roster, each with its place.
    pub(crate) fn changes<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = (usize, &'a Participant)> {
        self.entries.changes(&before.entries).map(|(place, entry)| (place, &entry.participant))
    }

    /// The number of the newest delta that was received.
    pub(crate) fn sequence(&self) -> Option<i64> {
        self.entries.sequence()
    }

    /// The participant with this id, if it is in the call.
    pub(crate) fn participant(&self, id: &ParticipantId) -> Option<&Participant> {
        let entry = self.entries.called(id).and_then(|place| self.entries.get(place))?;
        entry.is_taken().then_some(&entry.participant)
    }

    /// True if this participant was reported, and is not in the call.
    pub(crate) fn has_left(&self, id: &ParticipantId) -> bool {
        let entry = self.entries.called(id).and_then(|place| self.entries.get(place));
        entry.is_some_and(|entry| !entry.is_taken())
    }

    /// Applies a report.
    pub(crate) fn update(&mut self, participant: Cow<'_, Participant>, sequence: Option<i64>) {
        match self.position(&participant) {
            Some(place) => self.entries.report(place, &participant, sequence),
            None => self.entries.push(RosterEntry::of(participant, sequence)),
        }
    }

    /// Applies a report. Returns the place of the entry if the report changed it.
    pub(crate) fn learn(&mut self, participant: &Participant, sequence: Option<i64>) -> Option<usize> {
        let place = self.position(participant).unwrap_or(self.entries.len());
        match self.entries.get(place) {
            None => self.entries.push(RosterEntry::of(Cow::Borrowed(participant), sequence)),
            Some(entry) if entry.learns(participant, sequence) => {
                self.entries.report(place, participant, sequence);
            }
            Some(_) => return None,
        }
        Some(place)
    }

    /// True if this and another roster have the same entries at these places.
    pub(crate) fn agrees(&self, other: &Self, places: impl IntoIterator<Item = usize>) -> bool {
        places.into_iter().all(|place| self.entries.get(place) == other.entries.get(place))
    }

    /// True if each report is about a different participant, so that the order of the reports does not
    /// matter.
    pub(crate) fn distinguishes(&self, reported: &[(Option<i64>, Participant)]) -> bool {
        let have_ids = self.entries.have_ids() && reported.iter().all(|(_, one)| one.id.value().is_some());
        have_ids && !has_repeats(reported)
    }

    /// True if a report would change anything.
    pub(crate) fn would_learn(&self, participant: &Participant, sequence: Option<i64>) -> bool {
        let known = self.position(participant).and_then(|place| self.entries.get(place));
        known.is_none_or(|entry| entry.learns(participant, sequence))
    }

    /// Somebody in the call with one of the identities of this participant.
    pub(crate) fn present_as(&self, participant: &Participant) -> Option<&Participant> {
        self.entries.get(self.entries.present_as(participant)?).map(|entry| &entry.participant)
    }

    /// Finds an entry by its id. Compares identities only if one side has no id, because one user can join
    /// from several endpoints.
    fn position(&self, reported: &Participant) -> Option<usize> {
        let by_id = reported.id.value().and_then(|id| self.entries.called(id));
        by_id.or_else(|| self.entries.identified(reported))
    }
}

/// A report about a participant without any change: the id, or the identity if there is no id.
pub(crate) fn named(known: &Participant) -> Participant {
    let info = if known.id.value().is_some() { Member::Absent } else { known.info.clone() };
    Participant { id: known.id.clone(), info, ..Participant::default() }
}

/// A report that a participant has left.
pub(crate) fn gone(known: &Participant) -> Participant {
    let reason = known.removed_state.value().cloned().unwrap_or_default();
    Participant { removed_state: Member::Value(reason), ..named(known) }
}

/// True if two reports name the same id.
fn has_repeats(reported: &[(Option<i64>, Participant)]) -> bool {
    let ids = reported.iter().map(|(_, one)| one.id.value());
    if reported.len() <= FEW {
        return ids.clone().enumerate().any(|(place, id)| ids.clone().take(place).any(|other| other == id));
    }
    let mut known = BTreeSet::new();
    !ids.into_iter().all(|id| known.insert(id))
}

/// A participant as the roster keeps it, without the annotations of the transport. If the participant has no
/// id, the id comes from `@odata.id` or from the URL of the notification.
pub(crate) fn reported(mut reported: Participant, url: &Resource, is_gone: bool) -> Participant {
    if reported.id.value().is_none() {
        let own = reported.other.get("@odata.id").and_then(serde_json::Value::as_str).map(ResourceUrl::from);
        let named = own.iter().map(|own| &own.resource).chain([url]).find_map(|resource| match resource {
            Resource::Participant(id) => Some(id.clone()),
            Resource::Call
            | Resource::Operation(_)
            | Resource::Participants
            | Resource::ContentSharing(_)
            | Resource::Other(_) => None,
        });
        if named.is_some() {
            reported.other.drop_member("id");
        }
        reported.id = Member::from(named);
    }
    super::details::strip(&mut reported.other);
    if is_gone && reported.removed_state.value().is_none() {
        reported.removed_state = Member::Value(Box::default());
        reported.other.drop_member("removedState");
    }
    if reported.removed_state == Member::Null {
        reported.removed_state = Member::Absent;
    }
    reported
}
