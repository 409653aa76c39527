//! `callfold store`: looks after a store.

mod age;
mod backup;
mod check;
mod snapshots;
mod stats;

use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use callfold_store::ended_before;
use clap::{Args, Subcommand};

use self::age::Age;
use crate::call_name::CallName;
use crate::exit::complain;
use crate::input::Unreadable;
use crate::report::table::many;
use crate::stores::OpenStore;

pub(crate) const HELP: &str = "\
Examples:
  callfold store stats sqlite:calls.db
  callfold store check sqlite:calls.db
  callfold store retain sqlite:calls.db 30d --dry-run
  callfold store backup sqlite:calls.db calls-backup.db

STORE is sqlite:PATH, PATH.db, postgres://HOST/DATABASE or nats://HOST/STREAM. A service may use the
store meanwhile.

Exit status:
  0  it is done, and nothing is wrong
  1  check has found something wrong
  2  the command line is wrong, the store cannot be opened or read, or it does not have the call";

#[derive(Debug, Args)]
pub(crate) struct StoreArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Read the whole store and print what is wrong with each call
    Check {
        #[command(flatten)]
        store: StoreName,
        /// Print nothing; the exit status says whether something is wrong
        #[arg(short, long)]
        quiet: bool,
    },
    /// Print how many calls and events are in the store, and how large it is
    Stats {
        #[command(flatten)]
        store: StoreName,
        /// Print one JSON object instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Delete a call with all of its events
    Delete {
        #[command(flatten)]
        store: StoreName,
        /// The whole id of the call, or a path such as /communications/calls/ID
        #[arg(value_name = "CALL")]
        call: CallName,
    },
    /// Delete the calls that ended longer ago than this
    Retain {
        #[command(flatten)]
        store: StoreName,
        /// How long ago: 30d, 6 months, or P30D as ISO 8601 writes it
        #[arg(value_name = "AGE")]
        age: Age,
        /// Delete nothing, and print the ids of the calls that would be deleted
        #[arg(long)]
        dry_run: bool,
    },
    /// Copy a store in SQLite to a new file, also while a service uses it
    Backup {
        #[command(flatten)]
        store: StoreName,
        /// The new file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
struct StoreName {
    /// The address of the store, such as sqlite:calls.db
    #[arg(value_name = "STORE")]
    store: String,
}

pub(crate) fn run(args: &StoreArgs) -> io::Result<ExitCode> {
    match &args.action {
        Action::Check { store, quiet } => check::run(&store.store, *quiet),
        Action::Stats { store, json } => stats::run(&store.store, *json),
        Action::Delete { store, call } => delete(&store.store, call),
        Action::Retain { store, age, dry_run: false } => retain(&store.store, age),
        Action::Retain { store, age, dry_run: true } => retain_nothing(&store.store, age),
        Action::Backup { store, file } => backup::run(&store.store, file),
    }
}

fn delete(address: &str, name: &CallName) -> io::Result<ExitCode> {
    let Some(call) = name.id() else {
        return refused(format_args!(
            "{name} is the beginning of an id; name the call that is deleted by its whole id"
        ));
    };
    let store = opened(OpenStore::to_change(address))?;
    if !store.wait(store.store.delete(call))? {
        return refused(format_args!("{}: there is no call {call}", store.address));
    }
    say(format_args!("call {call} is deleted from {}", store.address))
}

fn retain(address: &str, age: &Age) -> io::Result<ExitCode> {
    let store = opened(OpenStore::to_change(address))?;
    let before = age.ago()?;
    let deleted = store.wait(store.store.retain(before))?.len();
    let (address, calls) = (&store.address, many(deleted as u64, "call"));
    say(format_args!("deleted from {address}: {calls} that ended before {before}"))
}

fn retain_nothing(address: &str, age: &Age) -> io::Result<ExitCode> {
    let store = opened(OpenStore::to_read(address))?;
    let before = age.ago()?;
    let ended = store.wait(ended_before(&*store.store, before))?;
    for call in &ended {
        say(call)?;
    }
    let (address, calls) = (&store.address, many(ended.len() as u64, "call"));
    say(format_args!("would be deleted from {address}: {calls} that ended before {before}"))
}

/// A store, or the error of the command.
fn opened<T>(store: Result<T, Unreadable>) -> io::Result<T> {
    store.map_err(|why| io::Error::other(format!("{}: {}", why.path, why.why)))
}

fn refused(why: impl Display) -> io::Result<ExitCode> {
    complain(why);
    Ok(ExitCode::from(2))
}

fn say(what: impl Display) -> io::Result<ExitCode> {
    let mut out = anstream::stdout();
    writeln!(out, "{what}")?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}
