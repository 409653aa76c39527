//! The exit status of a command.

use callfold::Severity;

use crate::complain::complain;
use crate::replayer::Outcome;

/// The exit status of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Status(u8);

impl Status {
    pub(crate) const SUCCESS: Self = Self(0);
    pub(crate) const FAILURE: Self = Self(1);
    /// What was asked cannot be done.
    pub(crate) const REFUSED: Self = Self(2);
    /// What a shell reports for a process that SIGPIPE ends.
    pub(crate) const BROKEN_PIPE: Self = Self(141);
}

impl From<Status> for u8 {
    fn from(status: Status) -> Self {
        status.0
    }
}

/// The exit status of a replay: 2 where an input could not be read or a requested call is in no log, 1 where a finding is
/// at least as severe as `deny`, else 0. Prints the notes and what led to status 2 on standard error.
pub(crate) fn status(outcome: &Outcome, deny: Severity) -> Status {
    for input in &outcome.unreadable {
        complain(format_args!("{}: {}", input.path, input.why));
    }
    outcome.notes.iter().chain(&outcome.missing).for_each(complain);
    if !outcome.unreadable.is_empty() || !outcome.missing.is_empty() {
        Status::REFUSED
    } else if outcome.worst >= Some(deny) {
        Status::FAILURE
    } else {
        Status::SUCCESS
    }
}
