//! `callfold replay`.

use std::io;
use std::process::ExitCode;

use crate::args::ReplayArgs;
use crate::drive::{Order, drive};
use crate::report::{Spool, Worst};
use crate::{report, status};

pub(crate) fn run(args: &ReplayArgs) -> io::Result<ExitCode> {
    let order =
        Order { jobs: args.jobs, is_whole: args.show_secrets, ..Order::of(&args.source, args.only.call) };
    let outcome = if args.json {
        let mut findings = Spool::default();
        let outcome = drive(order, &mut findings)?;
        report::json(&outcome, findings, args.show_secrets, args.jobs)?;
        outcome
    } else {
        let mut findings = Worst::default();
        let outcome = drive(order, &mut findings)?;
        if !outcome.inputs.is_empty() {
            report::table(&outcome, &findings, args.show_secrets)?;
        }
        outcome
    };
    let status = status(&outcome, args.deny.deny);
    // The process ends here: to give back each call by itself would take a while.
    std::mem::forget(outcome);
    Ok(status)
}
