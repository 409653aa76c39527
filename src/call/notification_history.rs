//! What hearing must remember of the past.

use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;

use jiff::{SignedDuration, Timestamp};

use super::payload::NotificationHeard;
use super::state::{Late, State, Superstate};
use crate::id::Id;

/// How long an inferred state waits to be told at last.
const CONFIRMATION_WINDOW: SignedDuration = SignedDuration::from_secs(60);

/// What hearing must remember of the past.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct NotificationHistory {
    /// States that the call has been through; those of hold and transfer since it was last established.
    been: u16,
    inferred: Vec<Inferred>,
    messages: Arc<BTreeSet<(Id, u32)>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Inferred {
    state: State,
    at: Option<Timestamp>,
    /// Told at last, and nothing has moved the call since.
    reported: bool,
}

impl NotificationHistory {
    const fn bit(state: State) -> u16 {
        1 << state as u16
    }

    fn enter(&mut self, state: State) {
        if state == State::Established {
            let again = State::ALL.iter().filter(|state| state.meaning().late == Late::SinceEstablished);
            again.for_each(|state| self.been &= !Self::bit(*state));
        }
        self.been |= Self::bit(state);
    }

    /// A call that is found somewhere has been through what lies behind that.
    /// The steps of a transfer that lie behind it may still be told.
    pub(super) fn found(state: State, at: Option<Timestamp>) -> Self {
        let mut this = Self::default();
        state.behind().chain([state]).for_each(|state| this.been |= Self::bit(state));
        let not_reported = state.behind().filter(|state| state.lies_in(Superstate::Transfer));
        this.inferred.extend(not_reported.map(|state| Inferred { state, at, reported: false }));
        this
    }

    /// A call whose state was a guess is found in a state. The messages that were received stay known.
    pub(super) fn find(&mut self, state: State, at: Option<Timestamp>) {
        let messages = core::mem::take(&mut self.messages);
        *self = Self { messages, ..Self::found(state, at) };
    }

    /// Remembers the message ids of a delivery.
    pub(super) fn receive(&mut self, received: Arc<NotificationHeard>) {
        let NotificationHeard { message_ids, item } = Arc::unwrap_or_clone(received);
        let messages = message_ids.into_iter().map(|id| (id, item));
        Arc::make_mut(&mut self.messages).extend(messages);
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

    /// True where a state was inferred, and the time in which it may still be told has not run out.
    /// `Some(true)` where it was told already and nothing has moved the call since.
    pub(super) fn awaits(&self, state: State, now: Option<Timestamp>) -> Option<bool> {
        let inferred = self.inferred.iter().find(|inferred| inferred.state == state)?;
        let waited = now.zip(inferred.at).map(|(now, at)| now.duration_since(at));
        waited.is_none_or(|waited| waited <= CONFIRMATION_WINDOW).then_some(inferred.reported)
    }

    pub(super) fn has_received(&self, message: &Id, item: u32) -> bool {
        self.messages.contains(&(message.clone(), item))
    }
}
