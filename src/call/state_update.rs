//! The meaning of a reported state for a call: a step, a repeat, a gap, and so on. The conditions must be
//! checked in this order.
//!
//! The paths from one state to another come from the chart.

use alloc::vec::Vec;

use jiff::Timestamp;

use super::data::Call;
use super::state::{Late, State, Superstate, Transition, WhenEstablished};
use crate::graph;

/// The meaning of a reported state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum StateUpdate {
    /// The call was adopted without a state; this is its first state.
    FirstState,
    /// The state was inferred earlier, and is reported only now. `again` is true if this late report is
    /// itself a repeat: the state was confirmed before, and the call has not moved since.
    LateConfirmation { again: bool },
    /// No step: the call is already in this state, and the report can have new details.
    Same,
    /// One legal step.
    Step(Transition),
    /// Several legal steps, of which only the last one is reported.
    Gap(Vec<Transition>),
    /// A state that the call has already left.
    Late,
    /// No path leads to this state, or back from it.
    Impossible,
}

impl Call {
    /// The meaning of a state that a notification reports, for this live call.
    ///
    /// `is_numbered` is true if the delivery has a message id. Such a delivery is not a repeat, because a
    /// repeat would have been recognised by its id.
    pub(super) fn classify(
        &self,
        named: State,
        reported: &graph::call::Call,
        now: Option<Timestamp>,
        is_numbered: bool,
    ) -> StateUpdate {
        if named == State::Established && self.is_new_failure(reported) {
            return self.failed_transfer();
        }
        if self.is_guessed() && named.is_live() {
            return StateUpdate::FirstState;
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
    fn is_step_back(&self, reported: &graph::call::Call) -> bool {
        match self.state().meaning().established {
            WhenEstablished::Step => true,
            WhenEstablished::StepWithoutTone => reported.tone_info.value().is_none(),
            WhenEstablished::Details => false,
        }
    }

    fn has_passed(&self, named: State) -> bool {
        named.meaning().late != Late::Never && self.notifications.has_been(named)
    }

    fn is_new_failure(&self, reported: &graph::call::Call) -> bool {
        // While a transfer is in progress, every failure is about this transfer, even one with a known
        // result.
        let known = || self.result_info().filter(|_| !self.state().lies_in(Superstate::Transfer));
        is_failure(reported) && reported.result_info.value().map(|result| &**result) != known()
    }

    /// The meaning of `established` with a new failure: a transfer failed. Its beginning may not have been
    /// reported.
    fn failed_transfer(&self) -> StateUpdate {
        let not_reported = [Transition::TransferStarted, Transition::TransferFailed];
        let state = self.state();
        if state.lies_in(Superstate::Transfer) {
            return StateUpdate::Step(Transition::TransferFailed);
        }
        let can_begin = state.after(Transition::TransferStarted).is_some();
        let path = if can_begin { Some(Vec::new()) } else { state.path(State::Established) };
        match path {
            Some(path) => StateUpdate::Gap([&path[..], &not_reported].concat()),
            None if State::Established.path(state).is_some() => StateUpdate::Late,
            None => StateUpdate::Impossible,
        }
    }
}

/// True if the reported result is a failure. With `established` it means that a transfer failed.
pub(super) fn is_failure(reported: &graph::call::Call) -> bool {
    reported.result_info.value().is_some_and(|result| result.is_failure())
}
