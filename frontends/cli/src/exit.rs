//! The exit status of a replay.

use callfold::Severity;

use crate::complain::complain;
use crate::replayer::Outcome;
use crate::status::Status;

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
