//! `callfold replay`: prints the calls of logs and the findings.

use std::io;

use callfold::Keep;

use crate::args::ReplayArgs;
use crate::exit::status;
use crate::follow;
use crate::logs::Logs;
use crate::replayer::{ReplayOptions, replay_logs};
use crate::report::listed::Listed;
use crate::report::spool::Spool;
use crate::report::worst::WorstFindings;
use crate::report::{json, table};
use crate::selection::Selection;
use crate::status::Status;

pub(crate) fn run(args: &ReplayArgs) -> io::Result<Status> {
    if args.follow.follow {
        return follow::run(args);
    }
    let selection = match Selection::of(&args.source, args.only.names(), Logs::of(&args.source.logs))? {
        Ok(selection) => selection,
        Err(status) => return Ok(status),
    };
    let options = ReplayOptions {
        jobs: args.jobs,
        keep: if args.show_secrets { Keep::Everything } else { Keep::Summary },
        ..selection.options()
    };
    let outcome = if args.json {
        let mut findings = Spool::default();
        let outcome = replay_logs(options, &selection.logs, &mut findings)?;
        json::print(&outcome, &Listed::of(&outcome, &args.list), findings, args)?;
        outcome
    } else {
        let mut findings = WorstFindings::default();
        let outcome = replay_logs(options, &selection.logs, &mut findings)?;
        if !outcome.inputs.is_empty() {
            table::print(&outcome, Listed::of(&outcome, &args.list), &findings, args)?;
        }
        outcome
    };
    let status = status(&outcome, args.deny.deny);
    // The process ends here. To free each call one by one would take a noticeable time.
    std::mem::forget(outcome);
    Ok(status)
}
