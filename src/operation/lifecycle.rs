//! The chart of an operation, on statig: the same shape as a call's, in small.

use core::iter;

use statig::Outcome;
use statig::blocking::{IntoStateMachine, State as Leaf, StateExt, Superstate as Branch};

use super::state::{State, Transition};
use crate::names::names;

/// The machine itself holds nothing: all that an operation is lives in the fold.
struct Chart;

names! {
    /// What groups the states of an operation.
    #[expect(clippy::exhaustive_enums, reason = "the chart is closed: a new region is a new lifecycle")]
    pub enum Superstate {
        /// Not done.
        Pending = "pending",
        /// Done, with or without success.
        Settled = "settled",
    }
}

impl IntoStateMachine for Chart {
    type Event<'event> = Transition;
    type Context<'context> = ();
    type State = State;
    type Superstate<'sub> = Superstate;

    fn initial() -> State {
        State::NotStarted
    }
}

impl Leaf<Chart> for State {
    fn call_handler(&mut self, _: &mut Chart, transition: &Transition, (): &mut ()) -> Outcome<Self> {
        match (*self, *transition) {
            (Self::NotStarted, Transition::Started) => Outcome::Transition(Self::Running),
            _ => Outcome::Super,
        }
    }

    fn superstate(&mut self) -> Option<Superstate> {
        match self {
            Self::NotStarted | Self::Running => Some(Superstate::Pending),
            Self::Completed | Self::Failed => Some(Superstate::Settled),
        }
    }
}

impl Branch<Chart> for Superstate {
    fn call_handler(&mut self, _: &mut Chart, transition: &Transition, (): &mut ()) -> Outcome<State> {
        match (*self, *transition) {
            (Self::Pending, Transition::Completed) => Outcome::Transition(State::Completed),
            (Self::Pending, Transition::Failed) => Outcome::Transition(State::Failed),
            (Self::Pending, Transition::Started) | (Self::Settled, _) => Outcome::Super,
        }
    }
}

impl State {
    /// Where a cause leads from here; `None` where the chart refuses it.
    ///
    /// ```
    /// use callfold::operation::{Transition, State};
    ///
    /// assert_eq!(State::NotStarted.after(Transition::Started), Some(State::Running));
    /// assert_eq!(State::Completed.after(Transition::Failed), None);
    /// ```
    pub fn after(mut self, transition: Transition) -> Option<Self> {
        match self.handle(&mut Chart, &transition, &mut ()) {
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
    pub fn steps(self) -> impl Iterator<Item = (Transition, Self)> {
        Transition::ALL.iter().filter_map(move |transition| Some((*transition, self.after(*transition)?)))
    }

    /// The regions that hold this state, innermost first.
    ///
    /// ```
    /// use callfold::operation::{Superstate, State};
    ///
    /// assert!(State::Running.superstates().eq([Superstate::Pending]));
    /// ```
    pub fn superstates(mut self) -> impl Iterator<Item = Superstate> {
        iter::successors(Leaf::superstate(&mut self), |superstate| {
            Branch::superstate(&mut superstate.clone())
        })
    }

    /// True where a region holds this state.
    ///
    /// ```
    /// use callfold::operation::{Superstate, State};
    ///
    /// assert!(State::Completed.lies_in(Superstate::Settled));
    /// ```
    pub fn lies_in(self, superstate: Superstate) -> bool {
        self.superstates().any(|outer| outer == superstate)
    }
}
