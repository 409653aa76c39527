//! An entry of a roster: a participant, and what is known of its newest deltas.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;

use crate::graph::member::{Members, Merge, Newer, Ordered};
use crate::graph::participant::Participant;
use crate::id::Id;

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct RosterEntry {
    pub(super) participant: Participant,
    /// The number of the newest delta that reported each member. The number under `removedState` is that of
    /// the newest delta that named the participant.
    pub(super) newest: BTreeMap<String, i64>,
}

/// The signs by which two participants can be distinguished.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Signs {
    pub(super) id: bool,
    pub(super) identity: bool,
}

impl Signs {
    pub(super) const ALL: [Self; 4] = [
        Self { id: false, identity: false },
        Self { id: false, identity: true },
        Self { id: true, identity: false },
        Self { id: true, identity: true },
    ];

    /// True if two participants who did not match are certainly different.
    pub(super) const fn tell_apart(self, other: Self) -> bool {
        (self.id && other.id) || (self.identity && other.identity)
    }
}

/// Every delta says whether the participant is in the call: a participant with a `removedState` has left.
pub(super) const PRESENCE: &str = "removedState";

impl RosterEntry {
    /// The entry of a participant who is reported for the first time.
    pub(super) fn of(reported: Cow<'_, Participant>, sequence: Option<i64>) -> Self {
        let mut entry = Self::default();
        match sequence {
            None => entry.participant = Participant { odata_type: None, ..reported.into_owned() },
            Some(_) => entry.report(&reported, sequence),
        }
        entry
    }

    pub(super) fn is_taken(&self) -> bool {
        self.participant.removed_state.is_absent()
    }

    pub(super) fn signs(&self) -> Signs {
        let identity = self.participant.info.value().is_some_and(|info| info.identity.value().is_some());
        Signs { id: self.participant.id.value().is_some(), identity }
    }

    pub(super) fn sequence(&self) -> Option<i64> {
        self.newest.get(PRESENCE).copied()
    }

    /// True if a report would change anything.
    pub(super) fn learns(&self, reported: &Participant, sequence: Option<i64>) -> bool {
        match sequence {
            None => {
                self.participant.removed_state != reported.removed_state || self.participant.lacks(reported)
            }
            Some(_) if sequence > self.sequence() => true,
            Some(sequence) => {
                let mut is_news = false;
                let rule = Newer { sequence, newest: &self.newest, is_news: &mut is_news };
                Participant::default().pair(reported, rule);
                is_news
            }
        }
    }

    pub(super) fn report(&mut self, reported: &Participant, sequence: Option<i64>) {
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

pub(super) fn same_identity(one: &Participant, other: &Participant) -> bool {
    if identities(one).next().is_none() {
        // A guest may have only a name. A participant about whom nothing is known matches nobody with an id.
        let has_no_id = one.id.value().is_none() && other.id.value().is_none();
        return one.info.value() == other.info.value() && (has_no_id || one.info.value().is_some());
    }
    identities(one).any(|id| identities(other).any(|known| known == id))
}

/// The ids of the user, the device and so on that a participant is.
pub(super) fn identities(one: &Participant) -> impl Iterator<Item = &Id> {
    let set = one.info.value().and_then(|info| info.identity.value());
    set.into_iter().flat_map(|set| set.identities()).filter_map(|identity| identity.id.value())
}
