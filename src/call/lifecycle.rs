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

use super::state::{Cause, State};
use crate::names::names;

/// The machine itself holds nothing: all that a call is lives in the fold.
struct Chart;

names! {
    /// What groups the states of a call.
    #[expect(clippy::exhaustive_enums, reason = "the chart is closed: a new region is a new lifecycle")]
    pub enum Region {
        /// Not over: everything but `terminated`.
        Live = "live",
        /// Before the call is up.
        Setup = "setup",
        /// The call is up, held or being transferred.
        Connected = "connected",
        /// A transfer is under way.
        Transfer = "transfer",
    }
}

impl IntoStateMachine for Chart {
    type Event<'event> = Cause;
    type Context<'context> = ();
    type State = State;
    type Superstate<'sub> = Region;

    fn initial() -> State {
        State::Incoming
    }
}

impl Leaf<Chart> for State {
    fn call_handler(&mut self, _: &mut Chart, cause: &Cause, (): &mut ()) -> Outcome<Self> {
        use Outcome::{Super, Transition};
        match (*self, *cause) {
            (Self::Incoming, Cause::Answered) => Transition(Self::Establishing),
            (Self::Incoming, Cause::Redirected) => Transition(Self::Redirecting),
            (Self::Establishing, Cause::Alerted) => Transition(Self::Ringing),
            (Self::Establishing | Self::Ringing, Cause::Established) => Transition(Self::Established),
            (Self::Established, Cause::Held) => Transition(Self::Hold),
            (Self::Hold, Cause::Resumed) => Transition(Self::Established),
            (Self::Established | Self::Hold, Cause::TransferStarted) => Transition(Self::Transferring),
            (Self::Transferring, Cause::TransferAccepted) => Transition(Self::TransferAccepted),
            _ => Super,
        }
    }

    fn superstate(&mut self) -> Option<Region> {
        match self {
            Self::Incoming | Self::Establishing | Self::Ringing | Self::Redirecting => Some(Region::Setup),
            Self::Established | Self::Hold => Some(Region::Connected),
            Self::Transferring | Self::TransferAccepted => Some(Region::Transfer),
            Self::Terminating => Some(Region::Live),
            Self::Terminated => None,
        }
    }
}

impl Branch<Chart> for Region {
    fn call_handler(&mut self, _: &mut Chart, cause: &Cause, (): &mut ()) -> Outcome<State> {
        use Outcome::{Super, Transition};
        match (*self, *cause) {
            (Self::Transfer, Cause::TransferFailed) => Transition(State::Established),
            (Self::Live, Cause::TerminationStarted) => Transition(State::Terminating),
            (Self::Live, Cause::Terminated) => Transition(State::Terminated),
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
    /// use callfold::call::{Cause, State};
    ///
    /// assert_eq!(State::Established.after(Cause::Held), Some(State::Hold));
    /// assert_eq!(State::Terminated.after(Cause::Terminated), None);
    /// ```
    pub fn after(mut self, cause: Cause) -> Option<Self> {
        match self.handle(&mut Chart, &cause, &mut ()) {
            Outcome::Transition(next) if next != self => Some(next),
            Outcome::Transition(_) | Outcome::Handled | Outcome::Super => None,
        }
    }

    /// What is legal from here: each cause and where it leads.
    ///
    /// ```
    /// use callfold::call::{Cause, State};
    ///
    /// let legal: Vec<_> = State::Terminating.steps().collect();
    /// assert_eq!(legal, [(Cause::Terminated, State::Terminated)]);
    /// ```
    pub fn steps(self) -> impl Iterator<Item = (Cause, Self)> {
        Cause::ALL.iter().filter_map(move |cause| Some((*cause, self.after(*cause)?)))
    }

    /// The regions that hold this state, innermost first.
    ///
    /// ```
    /// use callfold::call::{Region, State};
    ///
    /// let regions: Vec<_> = State::Transferring.regions().collect();
    /// assert_eq!(regions, [Region::Transfer, Region::Connected, Region::Live]);
    /// ```
    pub fn regions(mut self) -> impl Iterator<Item = Region> {
        iter::successors(Leaf::superstate(&mut self), |region| Branch::superstate(&mut region.clone()))
    }

    /// True where a region holds this state.
    ///
    /// ```
    /// use callfold::call::{Region, State};
    ///
    /// assert!(State::Ringing.lies_in(Region::Setup));
    /// ```
    pub fn lies_in(self, region: Region) -> bool {
        self.regions().any(|outer| outer == region)
    }

    /// A shortest way from here to another state; `None` where there is none, empty where it is this one.
    ///
    /// ```
    /// use callfold::call::{Cause, State};
    ///
    /// let path = State::Incoming.path(State::Established).unwrap();
    /// assert_eq!(path, [Cause::Answered, Cause::Established]);
    /// assert_eq!(State::Established.path(State::Ringing), None);
    /// ```
    pub fn path(self, to: Self) -> Option<Vec<Cause>> {
        // Most ways that are asked for are one step.
        self.step_to(to).map(|cause| Vec::from([cause])).or_else(|| self.path_around(to, None))
    }

    /// The cause that leads from here to another state.
    pub(super) fn step_to(self, to: Self) -> Option<Cause> {
        self.steps().find(|(_, next)| *next == to).map(|(cause, _)| cause)
    }

    /// The states that every call has been through which is in this one; none where a call can begin in it.
    pub(super) fn behind(self) -> impl Iterator<Item = Self> {
        let beginnings = [Self::Incoming, Self::Establishing];
        let is_beginning = beginnings.contains(&self);
        let is_avoidable = move |state: Self| {
            let mut others = beginnings.into_iter().filter(|begin| *begin != state);
            others.any(|begin| begin.path_around(self, Some(state)).is_some())
        };
        let lies_behind = move |state: &Self| !is_beginning && *state != self && !is_avoidable(*state);
        Self::ALL.iter().copied().filter(lies_behind)
    }

    fn path_around(self, to: Self, avoided: Option<Self>) -> Option<Vec<Cause>> {
        let mut seen = Vec::from([self]);
        seen.extend(avoided);
        let mut queue = VecDeque::from([(self, Vec::new())]);
        while let Some((state, path)) = queue.pop_front() {
            if state == to {
                return Some(path);
            }
            for (cause, next) in state.steps() {
                if !seen.contains(&next) {
                    seen.push(next);
                    queue.push_back((next, [path.as_slice(), &[cause]].concat()));
                }
            }
        }
        None
    }
}
