//! The exit status of a command.

use std::process::ExitCode;

use callfold::Severity;

use crate::printable::printable;
use crate::replayer::Outcome;

/// The exit status of a replay: 2 where an input could not be read, 1 where a finding is at least as severe as `deny`,
/// else 0. Prints each input that could not be read on standard error.
pub(crate) fn status(outcome: &Outcome, deny: Severity) -> ExitCode {
    for input in &outcome.unreadable {
        anstream::eprintln!("callfold: {}: {}", printable(&input.path), input.why);
    }
    if !outcome.unreadable.is_empty() {
        ExitCode::from(2)
    } else if outcome.worst >= Some(deny) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
