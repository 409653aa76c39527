//! `callfold`: replays recorded logs of Microsoft Graph calling notifications, draws them, and the lifecycles behind them.

mod args;
mod browse;
mod check;
mod convert;
mod diagram;
mod drive;
mod input;
mod logs;
mod page;
mod progress;
mod replay;
mod report;
mod workers;

use std::io;
use std::process::ExitCode;

use callfold::Severity;
use clap::Parser;

use args::{Args, Command};
use drive::Outcome;
use report::printable;

fn main() -> ExitCode {
    let outcome = match Args::parse().command {
        Command::Replay(args) => replay::run(&args),
        Command::Browse(args) => browse::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Report(args) => page::run(&args),
        Command::Diagram(args) => diagram::run(&args),
    };
    outcome.unwrap_or_else(|error| {
        // Whoever reads has seen enough: the status that a shell gives to a process that a closed pipe ends.
        if error.kind() == io::ErrorKind::BrokenPipe {
            return ExitCode::from(141);
        }
        anstream::eprintln!("callfold: {error}");
        ExitCode::from(2)
    })
}

/// The exit status: 2 where an input could not be read, 1 where a finding is as bad as `deny`.
fn status(outcome: &Outcome, deny: Severity) -> ExitCode {
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
