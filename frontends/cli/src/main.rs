//! The command `callfold`: replays recorded logs of Microsoft Graph calling notifications, shows and draws the calls, and
//! draws the lifecycles of calls and operations.

mod archive;
mod args;
mod browse;
mod call_name;
mod check;
mod complain;
mod completions;
mod convert;
mod decoder;
mod diagram;
mod distinct;
mod encoding;
mod exit;
mod folder;
mod follow;
mod input;
#[cfg(feature = "stores")]
mod insert;
mod interrupt;
mod logs;
mod man;
mod order;
mod page;
mod progress;
mod reading;
mod redact;
mod replay;
mod replayer;
mod report;
mod selection;
#[cfg(feature = "serve")]
mod serve;
mod size;
mod stdout;
#[cfg(feature = "stores")]
mod store;
mod store_name;
#[cfg(feature = "stores")]
mod stores;
#[cfg(not(feature = "stores"))]
#[path = "stores/absent.rs"]
mod stores;
mod tail;
mod unrecognised;
mod when;
mod wrapped;

use std::io;
use std::process::ExitCode;

use args::{Args, Command};
use complain::complain;

/// A call is many small allocations, which one thread makes and another one frees.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    run().unwrap_or_else(|error| {
        // The reader of the pipe has closed it. 141 is the status that a shell reports for a process that SIGPIPE ends.
        if error.kind() == io::ErrorKind::BrokenPipe {
            return ExitCode::from(141);
        }
        complain(error);
        ExitCode::from(2)
    })
}

fn run() -> io::Result<ExitCode> {
    let args = match Args::read()? {
        Ok(args) => args,
        Err(status) => return Ok(status),
    };
    args.color.write_global();
    match args.command {
        Command::Replay(args) => replay::run(&args),
        Command::Browse(args) => browse::run(&args),
        #[cfg(feature = "stores")]
        Command::Convert(args) if args.into.is_some() => insert::run(&args),
        Command::Convert(args) => convert::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Report(args) => page::run(&args),
        Command::Diagram(args) => diagram::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
        #[cfg(feature = "stores")]
        Command::Store(args) => store::run(&args),
        #[cfg(feature = "serve")]
        Command::Serve(args) => serve::run(*args),
    }
}
