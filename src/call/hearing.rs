//! What a state that a notification names means for a call: the cases of *Hearing*, in their order.
//!
//! The ways from one state to another come from the chart; there is no second table.

use alloc::vec::Vec;

use jiff::Timestamp;

use super::Call;
use super::lifecycle::Region;
use super::state::{Cause, State};
use crate::graph;

/// What hearing a state comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Hearing {
    /// The call was adopted without a state; this is its first.
    Found,
    /// Inferred before, told only now. True where it was told before and nothing has moved the call since.
    ToldAtLast { again: bool },
    /// No movement: at most something new about the state the call is in.
    Same,
    /// One legal step.
    Step(Cause),
    /// Several legal steps, of which only the last is told.
    Gap(Vec<Cause>),
    /// Something that lies behind the call.
    Late,
    /// No way leads there, or back.
    Impossible,
}

impl Call {
    /// What it means for this live call that a notification names a state.
    /// A delivery that bears a message id is no second one: those are known by their ids.
    pub(super) fn hear(
        &self,
        named: State,
        told: &graph::Call,
        now: Option<Timestamp>,
        is_numbered: bool,
    ) -> Hearing {
        if named == State::Established && self.is_new_failure(told) {
            return self.hear_failed_transfer();
        }
        if self.is_guessed() && named.is_live() {
            return Hearing::Found;
        }
        match self.hearings.awaits(named, now) {
            Some(again) if named != self.state() && !(again && is_numbered) => {
                return Hearing::ToldAtLast { again };
            }
            Some(_) | None => {}
        }
        if named == self.state() {
            return Hearing::Same;
        }
        if self.has_passed(named) {
            return Hearing::Late;
        }
        if named == State::Established {
            // It is sent again with every tone, media state or detail: by itself it is no step back.
            let stays_transferring = self.state().lies_in(Region::Transfer);
            let stays_held = self.state() == State::Hold && told.tone_info.value().is_some();
            if stays_transferring || stays_held {
                return Hearing::Same;
            }
        }
        if let Some(cause) = self.state().step_to(named) {
            return Hearing::Step(cause);
        }
        match self.state().path(named) {
            Some(path) => Hearing::Gap(path),
            None if named.path(self.state()).is_some() => Hearing::Late,
            None => Hearing::Impossible,
        }
    }

    fn has_passed(&self, named: State) -> bool {
        let counts = named.lies_in(Region::Setup) || named.lies_in(Region::Transfer) || named == State::Hold;
        counts && self.hearings.has_been(named)
    }

    fn is_new_failure(&self, told: &graph::Call) -> bool {
        // In a transfer, what was told before was told of it.
        let known = || self.result_info().filter(|_| !self.state().lies_in(Region::Transfer));
        is_failure(told) && told.result_info.value().map(|result| &**result) != known()
    }

    /// `established` with a failure that is not known yet: a transfer failed, told or not.
    fn hear_failed_transfer(&self) -> Hearing {
        let unheard = [Cause::TransferStarted, Cause::TransferFailed];
        let state = self.state();
        if state.lies_in(Region::Transfer) {
            return Hearing::Step(Cause::TransferFailed);
        }
        // Transfers begin in `hold` as well as in `established`.
        let path = if state == State::Hold { Some(Vec::new()) } else { state.path(State::Established) };
        match path {
            Some(path) => Hearing::Gap([&path[..], &unheard].concat()),
            None if State::Established.path(state).is_some() => Hearing::Late,
            None => Hearing::Impossible,
        }
    }
}

/// True where a result was told that is a failure: of `established`, that a transfer failed.
pub(super) fn is_failure(told: &graph::Call) -> bool {
    told.result_info.value().is_some_and(|result| result.is_failure())
}
