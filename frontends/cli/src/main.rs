//! The command `callfold`: replays recorded logs of Microsoft Graph calling notifications, shows and draws the calls, and
//! draws the lifecycles of calls and operations.

mod args;
mod browse;
mod check;
mod convert;
mod decoder;
mod diagram;
mod distinct;
mod encoding;
mod exit;
mod folder;
mod input;
mod logs;
mod order;
mod page;
mod printable;
mod progress;
mod reading;
mod redact;
mod replay;
mod replayer;
mod report;
mod size;
mod stdout;
mod unrecognised;

use std::io;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};

/// A call is many small allocations, which one thread makes and another one frees.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

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
        // The reader of the pipe has closed it. 141 is the status that a shell reports for a process that SIGPIPE ends.
        if error.kind() == io::ErrorKind::BrokenPipe {
            return ExitCode::from(141);
        }
        anstream::eprintln!("callfold: {error}");
        ExitCode::from(2)
    })
}
