//! The chart of an operation, on statig: the same shape as a call's, in small.

use core::iter;

use statig::Outcome;
use statig::blocking::{IntoStateMachine, State as Leaf, StateExt, Superstate as Branch};

use super::state::{Cause, State};
use crate::names::names;

/// The machine itself holds nothing: all that an operation is lives in the fold.
struct Chart;

names! {
    /// What groups the states of an operation.
    #[expect(clippy::exhaustive_enums, reason = "the chart is closed: a new region is a new lifecycle")]
    pub enum Region {
        /// Not done.
        Pending = "pending",
        /// Done, with or without success.
        Settled = "settled",
    }
}

impl IntoStateMachine for Chart {
    type Event<'event> = Cause;
    type Context<'context> = ();
    type State = State;
    type Superstate<'sub> = Region;

    fn initial() -> State {
        State::NotStarted
    }
}

impl Leaf<Chart> for State {
    fn call_handler(&mut self, _: &mut Chart, cause: &Cause, (): &mut ()) -> Outcome<Self> {
        match (*self, *cause) {
            (Self::NotStarted, Cause::Started) => Outcome::Transition(Self::Running),
            _ => Outcome::Super,
        }
    }

    fn superstate(&mut self) -> Option<Region> {
        match self {
            Self::NotStarted | Self::Running => Some(Region::Pending),
            Self::Completed | Self::Failed => Some(Region::Settled),
        }
    }
}

impl Branch<Chart> for Region {
    fn call_handler(&mut self, _: &mut Chart, cause: &Cause, (): &mut ()) -> Outcome<State> {
        match (*self, *cause) {
            (Self::Pending, Cause::Completed) => Outcome::Transition(State::Completed),
            (Self::Pending, Cause::Failed) => Outcome::Transition(State::Failed),
            (Self::Pending, Cause::Started) | (Self::Settled, _) => Outcome::Super,
        }
    }
}

impl State {
    /// Where a cause leads from here; `None` where the chart refuses it.
    ///
    /// ```
    /// use callfold::operation::{Cause, State};
    ///
    /// assert_eq!(State::NotStarted.after(Cause::Started), Some(State::Running));
    /// assert_eq!(State::Completed.after(Cause::Failed), None);
    /// ```
    pub fn after(mut self, cause: Cause) -> Option<Self> {
        match self.handle(&mut Chart, &cause, &mut ()) {
            Outcome::Transition(next) => Some(next),
            Outcome::Handled | Outcome::Super => None,
        }
    }

    /// What is legal from here: each cause and where it leads.
    ///
    /// ```
    /// use callfold::operation::State;
    ///
    /// assert_eq!(State::Failed.steps().count(), 0);
    /// ```
    pub fn steps(self) -> impl Iterator<Item = (Cause, Self)> {
        Cause::ALL.iter().filter_map(move |cause| Some((*cause, self.after(*cause)?)))
    }

    /// The regions that hold this state, innermost first.
    ///
    /// ```
    /// use callfold::operation::{Region, State};
    ///
    /// assert!(State::Running.regions().eq([Region::Pending]));
    /// ```
    pub fn regions(mut self) -> impl Iterator<Item = Region> {
        iter::successors(Leaf::superstate(&mut self), |region| Branch::superstate(&mut region.clone()))
    }

    /// True where a region holds this state.
    ///
    /// ```
    /// use callfold::operation::{Region, State};
    ///
    /// assert!(State::Completed.lies_in(Region::Settled));
    /// ```
    pub fn lies_in(self, region: Region) -> bool {
        self.regions().any(|outer| outer == region)
    }
}
