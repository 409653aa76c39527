//! What a state that a notification names means for a call: the cases of *StateUpdate*, in their order.
//!
//! The ways from one state to another come from the chart; there is no second table.

use alloc::vec::Vec;

use jiff::Timestamp;

use super::Call;
use super::state::{Late, State, Superstate, Transition, WhenEstablished};
use crate::graph;

/// What hearing a state comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StateUpdate {
    /// The call was adopted without a state; this is its first.
    Found,
    /// Inferred before, told only now. True where it was told before and nothing has moved the call since.
    LateConfirmation { again: bool },
    /// No movement: at most something new about the state the call is in.
    Same,
    /// One legal step.
    Step(Transition),
    /// Several legal steps, of which only the last is told.
    Gap(Vec<Transition>),
    /// Something that lies behind the call.
    Late,
    /// No way leads there, or back.
    Impossible,
}

impl Call {
    /// What it means for this live call that a notification names a state.
    /// A delivery that bears a message id is no second one: those are known by their ids.
    pub(super) fn classify(
        &self,
        named: State,
        reported: &graph::Call,
        now: Option<Timestamp>,
        is_numbered: bool,
    ) -> StateUpdate {
        if named == State::Established && self.is_new_failure(reported) {
            return self.failed_transfer();
        }
        if self.is_guessed() && named.is_live() {
            return StateUpdate::Found;
        }
        match self.notifications.awaits(named, now) {
            Some(again) if named != self.state() && !(again && is_numbered) => {
                return StateUpdate::LateConfirmation { again };
            }
            Some(_) | None => {}
        }
        if named == self.state() {
            return StateUpdate::Same;
        }
        if self.has_passed(named) {
            return StateUpdate::Late;
        }
        if named == State::Established && !self.is_step_back(reported) {
            return StateUpdate::Same;
        }
        if let Some(transition) = self.state().step_to(named) {
            return StateUpdate::Step(transition);
        }
        match self.state().path(named) {
            Some(path) => StateUpdate::Gap(path),
            None if named.path(self.state()).is_some() => StateUpdate::Late,
            None => StateUpdate::Impossible,
        }
    }

    /// True if a report of `established` means that the call made a step.
    fn is_step_back(&self, reported: &graph::Call) -> bool {
        match self.state().meaning().established {
            WhenEstablished::Step => true,
            WhenEstablished::StepWithoutTone => reported.tone_info.value().is_none(),
            WhenEstablished::Details => false,
        }
    }

    fn has_passed(&self, named: State) -> bool {
        named.meaning().late != Late::Never && self.notifications.has_been(named)
    }

    fn is_new_failure(&self, reported: &graph::Call) -> bool {
        // In a transfer, what was told before was told of it.
        let known = || self.result_info().filter(|_| !self.state().lies_in(Superstate::Transfer));
        is_failure(reported) && reported.result_info.value().map(|result| &**result) != known()
    }

    /// `established` with a failure that is not known yet: a transfer failed, told or not.
    fn failed_transfer(&self) -> StateUpdate {
        let not_received = [Transition::TransferStarted, Transition::TransferFailed];
        let state = self.state();
        if state.lies_in(Superstate::Transfer) {
            return StateUpdate::Step(Transition::TransferFailed);
        }
        let can_begin = state.after(Transition::TransferStarted).is_some();
        let path = if can_begin { Some(Vec::new()) } else { state.path(State::Established) };
        match path {
            Some(path) => StateUpdate::Gap([&path[..], &not_received].concat()),
            None if State::Established.path(state).is_some() => StateUpdate::Late,
            None => StateUpdate::Impossible,
        }
    }
}

/// True where a result was told that is a failure: of `established`, that a transfer failed.
pub(super) fn is_failure(reported: &graph::Call) -> bool {
    reported.result_info.value().is_some_and(|result| result.is_failure())
}
