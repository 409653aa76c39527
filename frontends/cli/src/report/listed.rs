//! The calls that a replay lists.

use callfold::Summary;

use super::related::Related;
use crate::args::Ended;
use crate::replayer::Outcome;

/// The calls that are listed, and what is known of all calls.
pub(crate) struct Listed<'a> {
    pub(crate) calls: Vec<Summary<'a>>,
    /// Which of all calls belong together.
    pub(crate) related: Related<'a>,
    /// The number of all calls.
    pub(crate) all: usize,
}

impl<'a> Listed<'a> {
    pub(crate) fn of(outcome: &'a Outcome, ended: Option<Ended>) -> Self {
        let mut calls = outcome.replay.summaries();
        let (related, all) = (Related::new(&calls), calls.len());
        match ended {
            Some(Ended::Badly) => calls.retain(Summary::has_ended_badly),
            None => {}
        }
        Self { calls, related, all }
    }
}
