//! The roster of a call: its participants. Delta rosters have numbers, and an older delta changes no newer
//! data.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::graph::member::{Member, Members, Merge, Ordered};
use crate::graph::participant::Participant;
use crate::graph::url::{Resource, ResourceUrl};
use crate::id::ParticipantId;

/// Everybody who was ever reported, including those who left: a late delta must not add them again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Roster {
    /// The entries are shared between versions of the roster, because most events change one entry.
    entries: Vec<Arc<RosterEntry>>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
struct RosterEntry {
    participant: Participant,
    /// The number of the newest delta that reported each member. The number under `removedState` is that of
    /// the newest delta that named the participant.
    newest: BTreeMap<String, i64>,
}

/// Every delta says whether the participant is in the call: a participant with a `removedState` has left.
const PRESENCE: &str = "removedState";

impl RosterEntry {
    /// The entry of a participant who is reported for the first time.
    fn of(reported: Cow<'_, Participant>, sequence: Option<i64>) -> Self {
        let mut entry = Self::default();
        match sequence {
            None => entry.participant = Participant { odata_type: None, ..reported.into_owned() },
            Some(_) => entry.report(&reported, sequence),
        }
        entry
    }

    fn is_taken(&self) -> bool {
        self.participant.removed_state.is_absent()
    }

    fn sequence(&self) -> Option<i64> {
        self.newest.get(PRESENCE).copied()
    }

    /// True if a report would change anything.
    fn learns(&self, reported: &Participant, sequence: Option<i64>) -> bool {
        match sequence {
            None => {
                self.participant.removed_state != reported.removed_state || self.participant.lacks(reported)
            }
            Some(_) if sequence > self.sequence() => true,
            Some(_) => {
                let mut after = self.clone();
                after.report(reported, sequence);
                after != *self
            }
        }
    }

    fn report(&mut self, reported: &Participant, sequence: Option<i64>) {
        let reports_presence = sequence.is_none() || sequence > self.sequence();
        let presence = if reports_presence {
            reported.removed_state.clone()
        } else {
            self.participant.removed_state.take()
        };
        match sequence {
            None => self.participant.pair(reported, Merge),
            Some(sequence) => {
                self.participant.pair(reported, Ordered { sequence, newest: &mut self.newest });
                let newest = self.newest.entry(PRESENCE.into()).or_insert(sequence);
                *newest = sequence.max(*newest);
            }
        }
        self.participant.removed_state = presence;
    }
}

/// A roster entry as a bulk replay keeps it: the participant, and the numbers of the newest deltas about it.
pub(crate) struct SavedRosterEntry {
    pub(crate) participant: Participant,
    pub(crate) sequence: Option<i64>,
    pub(crate) info_sequence: Option<i64>,
}

const INFO: &str = "info";

impl FromIterator<SavedRosterEntry> for Roster {
    fn from_iter<T: IntoIterator<Item = SavedRosterEntry>>(entries: T) -> Self {
        let entries = entries.into_iter().map(|entry| {
            let newest = [(PRESENCE, entry.sequence), (INFO, entry.info_sequence)];
            let newest = newest.into_iter().filter_map(|(member, newest)| Some((member.into(), newest?)));
            Arc::new(RosterEntry { participant: entry.participant, newest: newest.collect() })
        });
        Self { entries: entries.collect() }
    }
}

impl Roster {
    pub(crate) fn entries(&self) -> impl Iterator<Item = SavedRosterEntry> {
        self.entries.iter().map(|entry| SavedRosterEntry {
            participant: entry.participant.clone(),
            sequence: entry.sequence(),
            info_sequence: entry.newest.get(INFO).copied(),
        })
    }

    pub(crate) fn participants(&self) -> impl Iterator<Item = &Participant> {
        self.entries.iter().filter(|entry| entry.is_taken()).map(|entry| &entry.participant)
    }

    /// The participants who have left.
    pub(crate) fn left(&self) -> impl Iterator<Item = &Participant> {
        self.entries.iter().filter(|entry| !entry.is_taken()).map(|entry| &entry.participant)
    }

    /// The participants who are missing from a full roster. Requires that this roster already contains
    /// everybody in the full roster, or that everybody in both has an id.
    pub(crate) fn missing(&self, everybody: &[(Option<i64>, Participant)]) -> Vec<Participant> {
        let reported = everybody.iter().map(|(_, one)| one);
        let ids: BTreeSet<&ParticipantId> = reported.clone().filter_map(|one| one.id.value()).collect();
        let nameless = reported.filter(|one| one.id.value().is_none());
        let others: BTreeSet<usize> = nameless.filter_map(|one| self.position(one)).collect();
        let is_named = |index: &usize, one: &Participant| {
            one.id.value().is_some_and(|id| ids.contains(id)) || others.contains(index)
        };
        let taken = self.entries.iter().enumerate().filter(|(_, entry)| entry.is_taken());
        let taken = taken.map(|(index, entry)| (index, &entry.participant));
        let (named, missing): (Vec<_>, Vec<_>) = taken.partition(|(index, one)| is_named(index, one));
        let named: BTreeSet<Signs> = named.into_iter().map(|(_, one)| Signs::of(one)).collect();
        let has_left = |(index, one): &(usize, &Participant)| {
            let signs = Signs::of(one);
            named.iter().all(|named| named.tell_apart(signs))
                && (signs.id || self.position(&gone(one)) == Some(*index))
        };
        missing.into_iter().filter(has_left).map(|(_, one)| one.clone()).collect()
    }

    /// The number of the newest delta that was received.
    pub(crate) fn sequence(&self) -> Option<i64> {
        self.entries.iter().filter_map(|entry| entry.sequence()).max()
    }

    /// Applies a report.
    pub(crate) fn update(&mut self, participant: Cow<'_, Participant>, sequence: Option<i64>) {
        match self.position(&participant).and_then(|index| self.entries.get_mut(index)) {
            Some(entry) => Arc::make_mut(entry).report(&participant, sequence),
            None => self.entries.push(Arc::new(RosterEntry::of(participant, sequence))),
        }
    }

    /// Applies a report. Returns whether it changed anything.
    pub(crate) fn learn(&mut self, participant: &Participant, sequence: Option<i64>) -> bool {
        let Some(entry) = self.position(participant).and_then(|index| self.entries.get_mut(index)) else {
            self.update(Cow::Borrowed(participant), sequence);
            return true;
        };
        let is_news = entry.learns(participant, sequence);
        if is_news {
            Arc::make_mut(entry).report(participant, sequence);
        }
        is_news
    }

    /// True if each report is about a different participant, so that the order of the reports does not
    /// matter.
    pub(crate) fn distinguishes(&self, reported: &[(Option<i64>, Participant)]) -> bool {
        let mut rest = reported;
        let mut is_apart = self.entries.iter().all(|entry| entry.participant.id.value().is_some());
        while let Some(((_, one), others)) = rest.split_first() {
            let id = one.id.value();
            is_apart &= id.is_some() && others.iter().all(|(_, other)| other.id.value() != id);
            rest = others;
        }
        is_apart
    }

    /// True if a report would change anything.
    pub(crate) fn would_learn(&self, participant: &Participant, sequence: Option<i64>) -> bool {
        let known = self.position(participant).and_then(|index| self.entries.get(index));
        known.is_none_or(|entry| entry.learns(participant, sequence))
    }

    /// Finds an entry by its id. Compares identities only if one side has no id, because one user can join
    /// from several endpoints.
    fn position(&self, reported: &Participant) -> Option<usize> {
        let id = reported.id.value();
        let by_id = |entry: &RosterEntry| id.is_some() && entry.participant.id.value() == id;
        let by_identity = |entry: &RosterEntry| {
            (id.is_none() || entry.participant.id.value().is_none())
                && same_identity(&entry.participant, reported)
        };
        let first = |test: &dyn Fn(&RosterEntry) -> bool| self.entries.iter().position(|entry| test(entry));
        first(&by_id).or_else(|| first(&by_identity))
    }
}

/// The signs by which two participants can be distinguished.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Signs {
    id: bool,
    identity: bool,
}

impl Signs {
    fn of(one: &Participant) -> Self {
        let identity = one.info.value().is_some_and(|info| info.identity.value().is_some());
        Self { id: one.id.value().is_some(), identity }
    }

    /// True if two participants who did not match are certainly different.
    const fn tell_apart(self, other: Self) -> bool {
        (self.id && other.id) || (self.identity && other.identity)
    }
}

/// A report that a participant has left. It names the id, or the identity if there is no id.
pub(crate) fn gone(known: &Participant) -> Participant {
    let reason = known.removed_state.value().cloned().unwrap_or_default();
    let info = if known.id.value().is_some() { Member::Absent } else { known.info.clone() };
    Participant { id: known.id.clone(), info, removed_state: Member::Value(reason), ..Participant::default() }
}

fn same_identity(one: &Participant, other: &Participant) -> bool {
    let ids = |participant: &Participant| -> Vec<ParticipantId> {
        let set = participant.info.value().and_then(|info| info.identity.value());
        let identities = set.into_iter().flat_map(|set| set.identities());
        identities.filter_map(|identity| identity.id.value().cloned()).collect()
    };
    let (ours, theirs) = (ids(one), ids(other));
    if ours.is_empty() {
        // A guest may have only a name. A participant about whom nothing is known matches nobody with an id.
        let has_no_id = one.id.value().is_none() && other.id.value().is_none();
        return one.info.value() == other.info.value() && (has_no_id || one.info.value().is_some());
    }
    ours.iter().any(|id| theirs.contains(id))
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
            reported.other.remove("id");
        }
        reported.id = Member::from(named);
    }
    super::details::strip(&mut reported.other);
    if is_gone && reported.removed_state.value().is_none() {
        reported.removed_state = Member::Value(Box::default());
        reported.other.remove("removedState");
    }
    if reported.removed_state == Member::Null {
        reported.removed_state = Member::Absent;
    }
    reported
}
