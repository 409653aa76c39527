//! The state chart of an operation, written with statig in the same manner as the chart of a call.

use core::iter;

use statig::Outcome;
use statig::blocking::{IntoStateMachine, State as Leaf, StateExt, Superstate as Branch};

use super::state::{State, Transition};
use crate::names::names;

/// The machine holds no data. The fold keeps the data of an operation.
struct Chart;

names! {
    /// A group of states of an operation.
    #[expect(clippy::exhaustive_enums, reason = "the chart is closed: a new superstate is a new lifecycle")]
    pub enum Superstate {
        /// Not yet completed or failed.
        Pending = "pending",
        /// Completed or failed.
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
    /// The state after a transition from this state; `None` if the chart refuses the transition.
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

    /// The transitions that are legal in this state, and the state after each of them.
    pub fn steps(self) -> impl Iterator<Item = (Transition, Self)> {
        Transition::ALL.iter().filter_map(move |transition| Some((*transition, self.after(*transition)?)))
    }

    /// The superstates that contain this state, innermost first.
    pub fn superstates(mut self) -> impl Iterator<Item = Superstate> {
        iter::successors(Leaf::superstate(&mut self), |superstate| {
            Branch::superstate(&mut superstate.clone())
        })
    }

    /// True if the superstate contains this state.
    pub fn lies_in(self, superstate: Superstate) -> bool {
        self.superstates().any(|outer| outer == superstate)
    }
}
