//! The history of a call that a bot needs to judge later notifications.

use alloc::sync::Arc;
use alloc::vec::Vec;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::event::NotificationHeard;
use super::state::{Late, State, Superstate};
use crate::id::Id;
use crate::places::{FEW, OrdSet};

/// The time within which a late confirmation of an inferred state is accepted.
const CONFIRMATION_WINDOW: SignedDuration = SignedDuration::from_secs(60);

/// The history of a call that a bot needs to judge later notifications.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct NotificationHistory {
    /// The states that the call has been in, as a bit set. The states of hold and transfer are those since
    /// the call was last established.
    been: u16,
    inferred: Vec<Inferred>,
    messages: Arc<Messages>,
}

/// The received messages: the id of each, and the index of the notification in its body. Which of the two variants holds
/// them depends on their number alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Messages {
    /// Sorted, at most [`FEW`].
    Few(Vec<(Id, u32)>),
    /// A clone takes constant time.
    Many(OrdSet<(Id, u32)>),
}

impl Default for Messages {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl FromIterator<(Id, u32)> for Messages {
    fn from_iter<I: IntoIterator<Item = (Id, u32)>>(messages: I) -> Self {
        let mut this = Self::default();
        messages.into_iter().for_each(|message| this.insert(message));
        this
    }
}

impl Messages {
    fn insert(&mut self, message: (Id, u32)) {
        match self {
            Self::Few(few) => {
                let Err(place) = few.binary_search(&message) else { return };
                if few.len() < FEW {
                    few.insert(place, message);
                } else {
                    *self = Self::Many(few.drain(..).chain([message]).collect());
                }
            }
            Self::Many(many) => _ = many.insert(message),
        }
    }

    fn contains(&self, message: &(Id, u32)) -> bool {
        match self {
            Self::Few(few) => few.binary_search(message).is_ok(),
            Self::Many(many) => many.contains(message),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Few(few) => few.len(),
            Self::Many(many) => many.len(),
        }
    }

    fn iter(&self) -> impl Iterator<Item = &(Id, u32)> {
        let (few, many) = match self {
            Self::Few(few) => (&few[..], None),
            Self::Many(many) => (&[][..], Some(many.iter())),
        };
        few.iter().chain(many.into_iter().flatten())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Inferred {
    state: State,
    at: Option<Timestamp>,
    /// True if the state was confirmed late and no step has followed.
    reported: bool,
}

impl NotificationHistory {
    const fn bit(state: State) -> u16 {
        1 << state as u16
    }

    /// The parts of a history, for a snapshot.
    pub(super) fn parts(&self) -> (u16, &[Inferred], impl Iterator<Item = &(Id, u32)>) {
        (self.been, &self.inferred, self.messages.iter())
    }

    /// The history that has these parts.
    pub(super) fn of(been: u16, inferred: Vec<Inferred>, messages: Vec<(Id, u32)>) -> Self {
        Self { been, inferred, messages: Arc::new(messages.into_iter().collect()) }
    }

    fn enter(&mut self, state: State) {
        if state == State::Established {
            let again = State::ALL.iter().filter(|state| state.meaning().late == Late::SinceEstablished);
            again.for_each(|state| self.been &= !Self::bit(*state));
        }
        self.been |= Self::bit(state);
    }

    /// The history of a call that is first seen in this state: it has passed all states that lead there. The
    /// steps of a transfer may still be reported late.
    pub(super) fn found(state: State, at: Option<Timestamp>) -> Self {
        let mut this = Self::default();
        state.behind().chain([state]).for_each(|state| this.been |= Self::bit(state));
        let not_reported = state.behind().filter(|state| state.lies_in(Superstate::Transfer));
        this.inferred.extend(not_reported.map(|state| Inferred { state, at, reported: false }));
        this
    }

    /// Replaces the history of a call whose state was a guess until now. The received messages stay known.
    pub(super) fn find(&mut self, state: State, at: Option<Timestamp>) {
        let messages = core::mem::take(&mut self.messages);
        *self = Self { messages, ..Self::found(state, at) };
    }

    /// Remembers the message ids of a delivery.
    pub(super) fn receive(&mut self, received: Arc<NotificationHeard>) {
        let NotificationHeard { message_ids, item, other: _ } = Arc::unwrap_or_clone(received);
        let messages = Arc::make_mut(&mut self.messages);
        message_ids.into_iter().for_each(|id| messages.insert((id, item)));
    }

    pub(super) fn moved(&mut self, state: State, at: Option<Timestamp>, is_inferred: bool) {
        self.enter(state);
        self.inferred.retain(|inferred| inferred.state != state && !inferred.reported);
        if is_inferred {
            self.inferred.push(Inferred { state, at, reported: false });
        }
    }

    pub(super) fn confirm(&mut self, state: State) {
        let inferred = self.inferred.iter_mut().find(|inferred| inferred.state == state);
        if let Some(inferred) = inferred {
            inferred.reported = true;
        }
    }

    pub(super) const fn has_been(&self, state: State) -> bool {
        self.been & Self::bit(state) != 0
    }

    /// `Some` if a state was inferred and can still be confirmed late. `Some(true)` if it was confirmed
    /// already and no step has followed.
    pub(super) fn awaits(&self, state: State, now: Option<Timestamp>) -> Option<bool> {
        let inferred = self.inferred.iter().find(|inferred| inferred.state == state)?;
        let waited = now.zip(inferred.at).map(|(now, at)| now.duration_since(at));
        waited.is_none_or(|waited| waited <= CONFIRMATION_WINDOW).then_some(inferred.reported)
    }

    /// The number of messages that were received.
    pub(super) fn messages(&self) -> usize {
        self.messages.len()
    }

    pub(super) fn has_received(&self, message: &Id, item: u32) -> bool {
        self.messages.contains(&(message.clone(), item))
    }
}
