//! The exit status of a command.

use std::process::ExitCode;

use callfold::Severity;

use crate::printable::printable;
use crate::replayer::Outcome;

/// The exit status of a replay: 2 where an input could not be read or a requested call is in no log, 1 where a finding is
/// at least as severe as `deny`, else 0. Prints on standard error what led to status 2.
pub(crate) fn status(outcome: &Outcome, deny: Severity) -> ExitCode {
    for input in &outcome.unreadable {
        anstream::eprintln!("callfold: {}: {}", printable(&input.path), input.why);
    }
    for missing in &outcome.missing {
        anstream::eprintln!("callfold: {missing}");
    }
    if !outcome.unreadable.is_empty() || !outcome.missing.is_empty() {
        ExitCode::from(2)
    } else if outcome.worst >= Some(deny) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}
