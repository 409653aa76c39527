//! The command `callfold`: replays recorded logs of Microsoft Graph calling notifications, shows and draws the calls, and
//! draws the lifecycles of calls and operations. It is a library, so that the packages of other languages have the same
//! command and read the same logs.

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
mod library;
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
mod status;
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

use std::ffi::OsString;
use std::io;

pub use args::threads;
use args::{Args, Command};
use complain::complain;
pub use library::{Options, Replayed, replay};
pub use replayer::{Listener, LocatedFinding};
use status::Status;

/// Runs the command with these arguments, of which the first is its name. Returns the exit status.
///
/// It is made for a process of its own: it writes to standard output and standard error, and may leave memory to the end of
/// the process.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> u8 {
    let status = command(arguments.into_iter().collect()).unwrap_or_else(|error| {
        // The reader of the pipe has closed it.
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Status::BROKEN_PIPE;
        }
        complain(error);
        Status::REFUSED
    });
    status.into()
}

fn command(arguments: Vec<OsString>) -> io::Result<Status> {
    let args = match Args::read(arguments)? {
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
