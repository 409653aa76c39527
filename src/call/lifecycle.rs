//! The state chart of a call, written with statig. The chart gives the state that follows each transition.
//!
//! This file is the only place in the crate with these rules. This file does not use the wrapper
//! `StateMachine` of statig, because the wrapper ignores transitions that no state handles, and runs entry
//! actions again when a state is restored. Instead, this file calls `StateExt::handle`, which returns the
//! outcome of the last handler. If the outermost superstate returns `Super`, the transition is refused.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::iter;

use statig::Outcome;
use statig::blocking::{IntoStateMachine, State as Leaf, StateExt, Superstate as Branch};

use super::state::{State, Superstate, Transition};

/// The machine holds no data. The fold keeps the data of a call.
struct Chart;

impl IntoStateMachine for Chart {
    type Event<'event> = Transition;
    type Context<'context> = ();
    type State = State;
    type Superstate<'sub> = Superstate;

    fn initial() -> State {
        State::Incoming
    }
}

impl Leaf<Chart> for State {
    fn call_handler(&mut self, _: &mut Chart, transition: &Transition, (): &mut ()) -> Outcome<Self> {
        use Outcome::Super;
        match (*self, *transition) {
            (Self::Incoming, Transition::Answered) => Outcome::Transition(Self::Establishing),
            (Self::Incoming, Transition::Redirected) => Outcome::Transition(Self::Redirecting),
            (Self::Establishing, Transition::Alerted) => Outcome::Transition(Self::Ringing),
            (Self::Establishing | Self::Ringing, Transition::Established) => {
                Outcome::Transition(Self::Established)
            }
            (Self::Established, Transition::Held) => Outcome::Transition(Self::Hold),
            (Self::Hold, Transition::Resumed) => Outcome::Transition(Self::Established),
            (Self::Established | Self::Hold, Transition::TransferStarted) => {
                Outcome::Transition(Self::Transferring)
            }
            (Self::Transferring, Transition::TransferAccepted) => Outcome::Transition(Self::TransferAccepted),
            _ => Super,
        }
    }

    fn superstate(&mut self) -> Option<Superstate> {
        self.meaning().superstate
    }
}

impl Branch<Chart> for Superstate {
    fn call_handler(&mut self, _: &mut Chart, transition: &Transition, (): &mut ()) -> Outcome<State> {
        use Outcome::Super;
        match (*self, *transition) {
            (Self::Transfer, Transition::TransferFailed) => Outcome::Transition(State::Established),
            (Self::Live, Transition::TerminationStarted) => Outcome::Transition(State::Terminating),
            (Self::Live, Transition::Terminated) => Outcome::Transition(State::Terminated),
            _ => Super,
        }
    }

    fn superstate(&mut self) -> Option<Self> {
        match self {
            Self::Live => None,
            Self::Setup | Self::Connected => Some(Self::Live),
            Self::Transfer => Some(Self::Connected),
        }
    }
}

impl State {
    /// The state after a transition from this state; `None` if the chart refuses the transition. A transition
    /// that would lead back to the same state is refused, too: a call in `terminating` refuses
    /// `terminationStarted`.
    ///
    /// ```
    /// use callfold::call::{Transition, State};
    ///
    /// assert_eq!(State::Established.after(Transition::Held), Some(State::Hold));
    /// assert_eq!(State::Terminated.after(Transition::Terminated), None);
    /// ```
    pub fn after(mut self, transition: Transition) -> Option<Self> {
        match self.handle(&mut Chart, &transition, &mut ()) {
            Outcome::Transition(next) if next != self => Some(next),
            Outcome::Transition(_) | Outcome::Handled | Outcome::Super => None,
        }
    }

    /// The transitions that are legal in this state, and the state after each of them.
    ///
    /// ```
    /// use callfold::call::{Transition, State};
    ///
    /// let legal: Vec<_> = State::Terminating.steps().collect();
    /// assert_eq!(legal, [(Transition::Terminated, State::Terminated)]);
    /// ```
    pub fn steps(self) -> impl Iterator<Item = (Transition, Self)> {
        Transition::ALL.iter().filter_map(move |transition| Some((*transition, self.after(*transition)?)))
    }

    /// The superstates that contain this state, innermost first.
    ///
    /// ```
    /// use callfold::call::{Superstate, State};
    ///
    /// let superstates: Vec<_> = State::Transferring.superstates().collect();
    /// assert_eq!(superstates, [Superstate::Transfer, Superstate::Connected, Superstate::Live]);
    /// ```
    pub fn superstates(mut self) -> impl Iterator<Item = Superstate> {
        iter::successors(Leaf::superstate(&mut self), |superstate| {
            Branch::superstate(&mut superstate.clone())
        })
    }

    /// True if the superstate contains this state.
    ///
    /// ```
    /// use callfold::call::{Superstate, State};
    ///
    /// assert!(State::Ringing.lies_in(Superstate::Setup));
    /// ```
    pub fn lies_in(self, superstate: Superstate) -> bool {
        self.superstates().any(|outer| outer == superstate)
    }

    /// A shortest sequence of transitions from this state to the state `to`. The sequence is empty if both
    /// are the same state. `None` if no sequence leads there.
    ///
    /// ```
    /// use callfold::call::{Transition, State};
    ///
    /// let path = State::Incoming.path(State::Established).unwrap();
    /// assert_eq!(path, [Transition::Answered, Transition::Established]);
    /// assert_eq!(State::Established.path(State::Ringing), None);
    /// ```
    pub fn path(self, to: Self) -> Option<Vec<Transition>> {
        // Most requested paths have one step.
        self.step_to(to).map(|transition| Vec::from([transition])).or_else(|| self.path_around(to, None))
    }

    /// The transition that leads from this state to another one in one step.
    pub(super) fn step_to(self, to: Self) -> Option<Transition> {
        self.steps().find(|(_, next)| *next == to).map(|(transition, _)| transition)
    }

    /// The states that a call must have passed to reach this state. Empty if a call can begin in this state.
    pub(super) fn behind(self) -> impl Iterator<Item = Self> {
        let is_beginning = self.meaning().is_beginning;
        let is_avoidable = move |state: Self| {
            let beginnings = Self::ALL.iter().filter(|state| state.meaning().is_beginning);
            let mut others = beginnings.filter(|begin| **begin != state);
            others.any(|begin| begin.path_around(self, Some(state)).is_some())
        };
        let lies_behind = move |state: &Self| !is_beginning && *state != self && !is_avoidable(*state);
        Self::ALL.iter().copied().filter(lies_behind)
    }

    fn path_around(self, to: Self, avoided: Option<Self>) -> Option<Vec<Transition>> {
        let mut seen = Vec::from([self]);
        seen.extend(avoided);
        let mut queue = VecDeque::from([(self, Vec::new())]);
        while let Some((state, path)) = queue.pop_front() {
            if state == to {
                return Some(path);
            }
            for (transition, next) in state.steps() {
                if !seen.contains(&next) {
                    seen.push(next);
                    queue.push_back((next, [path.as_slice(), &[transition]].concat()));
                }
            }
        }
        None
    }
}
