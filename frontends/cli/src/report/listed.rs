//! The calls that a command lists: which ones, and in which order.

use callfold::{CallId, Summary};
use callfold_view::list::order::Order;
use callfold_view::list::related::Related;

use crate::args::{Ended, ListArgs};
use crate::replayer::Outcome;

/// The calls that are listed, and what is known of all calls.
pub(crate) struct Listed<'a> {
    /// The calls in the order of their ids.
    pub(crate) calls: Vec<Summary<'a>>,
    /// Which of all calls belong together.
    pub(crate) related: Related<'a>,
    /// The number of all calls.
    pub(crate) all: usize,
    order: Order,
}

impl ListArgs {
    /// True if a call is listed.
    pub(crate) fn has(&self, call: &Summary<'_>) -> bool {
        match self.ended {
            Some(Ended::Badly) => call.has_ended_badly(),
            None => true,
        }
    }
}

impl<'a> Listed<'a> {
    pub(crate) fn of(outcome: &'a Outcome, args: &ListArgs) -> Self {
        let mut calls = outcome.replay.summaries();
        let (related, all) = (Related::new(calls.iter().copied()), calls.len());
        calls.retain(|call| args.has(call));
        Self { calls, related, all, order: args.sort }
    }

    /// Sorts the calls as requested.
    pub(crate) fn sort(&mut self, findings: impl Fn(CallId) -> [usize; 3]) {
        self.order.sort(&mut self.calls, |call| *call, |call| findings(call.id()));
    }
}
