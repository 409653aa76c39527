//! `callfold replay`: prints the calls of logs and the findings.

use std::io;
use std::process::ExitCode;

use callfold::{Keep, Summary};

use crate::args::{Ended, ReplayArgs};
use crate::exit::status;
use crate::logs::Logs;
use crate::replayer::{Outcome, ReplayOptions, replay_logs};
use crate::report::related::Related;
use crate::report::spool::Spool;
use crate::report::worst::WorstFindings;
use crate::report::{json, table};
use crate::selection::Selection;

pub(crate) fn run(args: &ReplayArgs) -> io::Result<ExitCode> {
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
        let (calls, related) = shown(&outcome, args);
        json::print(&outcome, (&calls, &related), findings, args)?;
        outcome
    } else {
        let mut findings = WorstFindings::default();
        let outcome = replay_logs(options, &selection.logs, &mut findings)?;
        if !outcome.inputs.is_empty() {
            let (mut calls, related) = shown(&outcome, args);
            table::print(&outcome, (&mut calls, &related), &findings, args)?;
        }
        outcome
    };
    let status = status(&outcome, args.deny.deny);
    // The process ends here. To free each call one by one would take a noticeable time.
    std::mem::forget(outcome);
    Ok(status)
}

/// The calls that are to be shown, and which of all calls belong together.
fn shown<'a>(outcome: &'a Outcome, args: &ReplayArgs) -> (Vec<Summary<'a>>, Related<'a>) {
    let mut calls = outcome.replay.summaries();
    let related = Related::new(&calls);
    match args.ended {
        Some(Ended::Badly) => calls.retain(Summary::has_ended_badly),
        None => {}
    }
    (calls, related)
}
