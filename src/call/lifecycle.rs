//! The chart of a call, on statig: who handles which cause, and where it leads.
//!
//! Nothing else in the crate says which state follows which. The wrapper `StateMachine` is left out: it
//! swallows what no state handles and runs entry actions again on restore. `StateExt::handle` gives the final
//! outcome, and `Super` at the top means *refused*.

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::iter;

use statig::Outcome;
use statig::blocking::{IntoStateMachine, State as Leaf, StateExt, Superstate as Branch};

use super::state::{State, Superstate, Transition};

/// The machine itself holds nothing: all that a call is lives in the fold.
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
    /// Where a cause leads from here; `None` where the chart refuses it. A cause that leads nowhere else is
    /// refused too: `terminating` begins once.
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

    /// What is legal from here: each cause and where it leads.
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

    /// The regions that hold this state, innermost first.
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

    /// True where a region holds this state.
    ///
    /// ```
    /// use callfold::call::{Superstate, State};
    ///
    /// assert!(State::Ringing.lies_in(Superstate::Setup));
    /// ```
    pub fn lies_in(self, superstate: Superstate) -> bool {
        self.superstates().any(|outer| outer == superstate)
    }

    /// A shortest way from here to another state; `None` where there is none, empty where it is this one.
    ///
    /// ```
    /// use callfold::call::{Transition, State};
    ///
    /// let path = State::Incoming.path(State::Established).unwrap();
    /// assert_eq!(path, [Transition::Answered, Transition::Established]);
    /// assert_eq!(State::Established.path(State::Ringing), None);
    /// ```
    pub fn path(self, to: Self) -> Option<Vec<Transition>> {
        // Most ways that are asked for are one step.
        self.step_to(to).map(|transition| Vec::from([transition])).or_else(|| self.path_around(to, None))
    }

    /// The cause that leads from here to another state.
    pub(super) fn step_to(self, to: Self) -> Option<Transition> {
        self.steps().find(|(_, next)| *next == to).map(|(transition, _)| transition)
    }

    /// The states that every call has been through which is in this one; none where a call can begin in it.
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
