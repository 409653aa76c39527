//! The entries of a roster, in the order in which the participants were first reported.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};

use super::entry::{RosterEntry, Signs, identities, same_identity};
use crate::graph::identity::ParticipantInfo;
use crate::graph::participant::Participant;
use crate::id::{Id, ParticipantId};
use crate::places::{DiffItem, FEW, OrdMap, OrdSet, Places, key};

/// The entries of a roster. A roster never removes an entry. Versions of a roster share the entries, because most
/// events change one entry.
#[derive(Clone)]
pub(super) enum Entries {
    Few(Vec<Arc<RosterEntry>>),
    /// More than [`FEW`] entries.
    Many(Box<Many>),
}

/// A clone takes constant time.
#[derive(Clone, Default)]
pub(super) struct Many {
    entries: OrdMap<usize, Arc<RosterEntry>>,
    places: Places,
    /// The places of the participants who are in the call.
    present: OrdSet<usize>,
    /// The number of entries without an id.
    nameless: usize,
    /// The number of the newest delta.
    sequence: Option<i64>,
}

/// What an entry is found by. A report without an id is also about an entry with an id, but not the other way round.
#[derive(Hash)]
enum Key<'a> {
    Id(&'a ParticipantId),
    Identity(Group, &'a Id),
    /// The description of a participant without any id in it, such as a guest.
    Info(Group, Option<&'a ParticipantInfo>),
    /// The signs of a participant who is in the call.
    Present(Signs),
}

/// The index keeps these entries apart from others. A search for somebody in the call then passes nobody who has left.
#[derive(Clone, Copy, Hash)]
struct Group {
    has_id: bool,
    is_taken: bool,
}

impl Default for Entries {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl PartialEq for Entries {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Entries {}

impl Hash for Entries {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len().hash(state);
        self.iter().for_each(|entry| entry.hash(state));
    }
}

impl fmt::Debug for Entries {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Entries {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Few(entries) => entries.len(),
            Self::Many(many) => many.entries.len(),
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Arc<RosterEntry>> {
        let (few, many) = self.parts();
        few.iter().chain(many.into_iter().flat_map(|many| many.entries.values()))
    }

    /// The places and the entries of the participants who are in the call.
    pub(super) fn present(&self) -> impl Iterator<Item = (usize, &RosterEntry)> {
        let (few, many) = self.parts();
        let few = few.iter().enumerate().filter(|(_, entry)| entry.is_taken());
        let many = many.into_iter().flat_map(|many| {
            many.present.iter().filter_map(|place| Some((*place, many.entries.get(place)?)))
        });
        few.chain(many).map(|(place, entry)| (place, &**entry))
    }

    /// The places and the entries of the participants who are in the call and have these signs.
    pub(super) fn present_with(&self, signs: Signs) -> impl Iterator<Item = (usize, &RosterEntry)> {
        let (few, many) = self.parts();
        let few = few.iter().enumerate();
        let many = many.into_iter().flat_map(move |many| {
            many.places
                .of(key(Key::Present(signs)))
                .filter_map(|place| Some((place, many.entries.get(&place)?)))
        });
        let all = few.chain(many).map(|(place, entry)| (place, &**entry));
        all.filter(move |(_, entry)| entry.is_taken() && entry.signs() == signs)
    }

    /// The entries that differ from those of an earlier roster, in the order of their places.
    pub(super) fn changes<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = (usize, &'a RosterEntry)> {
        let (few, many) = match (self, before) {
            (Self::Many(now), Self::Many(before)) => (None, Some(before.entries.diff(&now.entries))),
            (Self::Few(_) | Self::Many(_), _) => (Some(self.iter().enumerate()), None),
        };
        let few = few.into_iter().flatten();
        let few = few.filter(|(place, entry)| before.get(*place) != Some(&***entry));
        let many = many.into_iter().flatten().filter_map(|item| match item {
            DiffItem::Add(place, entry) | DiffItem::Update { new: (place, entry), .. } => {
                Some((*place, entry))
            }
            DiffItem::Remove(..) => None,
        });
        few.chain(many).map(|(place, entry)| (place, &**entry))
    }

    fn parts(&self) -> (&[Arc<RosterEntry>], Option<&Many>) {
        match self {
            Self::Few(entries) => (entries, None),
            Self::Many(many) => (&[], Some(many)),
        }
    }

    pub(super) fn get(&self, place: usize) -> Option<&RosterEntry> {
        match self {
            Self::Few(entries) => entries.get(place).map(|entry| &**entry),
            Self::Many(many) => many.entries.get(&place).map(|entry| &**entry),
        }
    }

    pub(super) fn push(&mut self, entry: RosterEntry) {
        match self {
            Self::Few(entries) if entries.len() < FEW => entries.push(Arc::new(entry)),
            Self::Few(entries) => {
                let mut many = Box::<Many>::default();
                entries.drain(..).chain([Arc::new(entry)]).for_each(|entry| many.push(entry));
                *self = Self::Many(many);
            }
            Self::Many(many) => many.push(Arc::new(entry)),
        }
    }

    /// Applies a report to the entry at a place.
    pub(super) fn report(&mut self, place: usize, reported: &Participant, sequence: Option<i64>) {
        match self {
            Self::Few(entries) => {
                if let Some(entry) = entries.get_mut(place) {
                    Arc::make_mut(entry).report(reported, sequence);
                }
            }
            Self::Many(many) => many.report(place, reported, sequence),
        }
    }

    /// The number of the newest delta that was received.
    pub(super) fn sequence(&self) -> Option<i64> {
        match self {
            Self::Few(entries) => entries.iter().filter_map(|entry| entry.sequence()).max(),
            Self::Many(many) => many.sequence,
        }
    }

    /// True if each entry has an id.
    pub(super) fn have_ids(&self) -> bool {
        match self {
            Self::Few(entries) => entries.iter().all(|entry| entry.participant.id.value().is_some()),
            Self::Many(many) => many.nameless == 0,
        }
    }

    /// The place of the entry with this id.
    pub(super) fn called(&self, id: &ParticipantId) -> Option<usize> {
        let is_called = |entry: &RosterEntry| entry.participant.id.value() == Some(id);
        match self {
            Self::Few(entries) => entries.iter().position(|entry| is_called(entry)),
            Self::Many(many) => many.find(Key::Id(id), is_called),
        }
    }

    /// The first entry that is in the call and has one of the identities of a participant.
    pub(super) fn present_as(&self, one: &Participant) -> Option<usize> {
        let is_of = |entry: &RosterEntry| entry.is_taken() && same_identity(&entry.participant, one);
        match self {
            Self::Few(entries) => entries.iter().position(|entry| is_of(entry)),
            Self::Many(many) => many.described(one, &[false, true], true, is_of),
        }
    }

    /// The first entry with the identity of a report, if one side has no id.
    pub(super) fn identified(&self, reported: &Participant) -> Option<usize> {
        let is_of = |entry: &RosterEntry| {
            (reported.id.value().is_none() || entry.participant.id.value().is_none())
                && same_identity(&entry.participant, reported)
        };
        match self {
            Self::Few(entries) => entries.iter().position(|entry| is_of(entry)),
            Self::Many(many) => {
                let with_id: &[bool] = if reported.id.value().is_none() { &[false, true] } else { &[false] };
                let found = [true, false].map(|is_taken| many.described(reported, with_id, is_taken, is_of));
                found.into_iter().flatten().min()
            }
        }
    }
}

impl Many {
    fn push(&mut self, entry: Arc<RosterEntry>) {
        let place = self.entries.len();
        self.places.change(place, Vec::new(), keys(&entry, true));
        self.count(place, &entry);
        self.entries.insert(place, entry);
    }

    fn report(&mut self, place: usize, reported: &Participant, sequence: Option<i64>) {
        let Some(entry) = self.entries.get_mut(&place) else { return };
        // The hashes of a long description would cost more than the rest of the report.
        let renames = !reported.info.is_absent()
            || reported.id != entry.participant.id
            || reported.removed_state != entry.participant.removed_state;
        let before = keys(entry, renames);
        self.nameless -= usize::from(entry.participant.id.value().is_none());
        Arc::make_mut(entry).report(reported, sequence);
        self.places.change(place, before, keys(entry, renames));
        let entry = Arc::clone(entry);
        self.count(place, &entry);
    }

    /// Notes what is known of all entries together.
    fn count(&mut self, place: usize, entry: &RosterEntry) {
        self.nameless += usize::from(entry.participant.id.value().is_none());
        self.sequence = self.sequence.max(entry.sequence());
        if entry.is_taken() {
            self.present.insert(place);
        } else {
            self.present.remove(&place);
        }
    }

    /// The first entry in some groups that is described as a participant is.
    fn described(
        &self,
        one: &Participant,
        with_id: &[bool],
        is_taken: bool,
        is_it: impl Fn(&RosterEntry) -> bool,
    ) -> Option<usize> {
        let groups = with_id.iter().map(|has_id| Group { has_id: *has_id, is_taken });
        let keys = groups.flat_map(|group| descriptions(one, group));
        keys.filter_map(|one| self.find(one, &is_it)).min()
    }

    fn find(&self, sought: Key<'_>, is_it: impl Fn(&RosterEntry) -> bool) -> Option<usize> {
        let mut places = self.places.of(key(sought));
        places.find(|place| self.entries.get(place).is_some_and(|entry| is_it(entry)))
    }
}

/// The keys of an entry, with or without those by which a report finds it.
fn keys(entry: &RosterEntry, with_names: bool) -> Vec<u64> {
    let present = entry.is_taken().then(|| Key::Present(entry.signs()));
    let id = entry.participant.id.value();
    let group = Group { has_id: id.is_some(), is_taken: entry.is_taken() };
    let names = id.map(Key::Id).into_iter().chain(descriptions(&entry.participant, group));
    present.into_iter().chain(names.filter(|_| with_names)).map(key).collect()
}

/// The keys by which a participant is found without an id of the roster.
fn descriptions(one: &Participant, group: Group) -> impl Iterator<Item = Key<'_>> {
    let info = one.info.value().map(|info| &**info);
    let has_identity = identities(one).next().is_some();
    // Nobody is found by an empty description, unless neither side has an id.
    let is_described = !has_identity && (info.is_some() || !group.has_id);
    let described = is_described.then_some(Key::Info(group, info));
    identities(one).map(move |id| Key::Identity(group, id)).chain(described)
}
