//! `callfold store`: looks after a store.

mod age;
mod answer;
pub(crate) mod args;
mod backup;
mod check;
mod deletion;
mod ends;
mod problems;
mod snapshots;
mod stats;

use std::io;

use args::{Action, StoreArgs};

use crate::status::Status;

pub(crate) fn run(args: &StoreArgs) -> io::Result<Status> {
    match &args.action {
        Action::Check { store, quiet } => check::run(&store.store, *quiet),
        Action::Stats { store, json } => stats::run(&store.store, *json),
        Action::Delete { store, call } => deletion::delete(&store.store, call),
        Action::Retain { store, age, dry_run: false } => deletion::retain(&store.store, *age),
        Action::Retain { store, age, dry_run: true } => deletion::list(&store.store, *age),
        Action::Backup { store, file } => backup::run(&store.store, file),
    }
}
