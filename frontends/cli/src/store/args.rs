//! The arguments of `callfold store`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::age::Age;
use crate::call_name::CallName;

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
    pub(super) action: Action,
}

#[derive(Debug, Subcommand)]
pub(super) enum Action {
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
        /// The new file, as a path or as sqlite:PATH
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
pub(super) struct StoreName {
    /// The address of the store, such as sqlite:calls.db
    #[arg(value_name = "STORE")]
    pub(super) store: String,
}
