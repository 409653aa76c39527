//! `callfold check`: prints only the findings.

use std::io;

use crate::args::CheckArgs;
use crate::exit::status;
use crate::logs::Logs;
use crate::replayer::replay_logs;
use crate::report::lines::FindingLines;
use crate::selection::Selection;
use crate::status::Status;

pub(crate) fn run(args: &CheckArgs) -> io::Result<Status> {
    let selection = match Selection::of(&args.source, args.only.names(), Logs::of(&args.source.logs))? {
        Ok(selection) => selection,
        Err(status) => return Ok(status),
    };
    let mut findings = FindingLines::new(args.deny.deny, args.source.quiet, anstream::stdout());
    let outcome = replay_logs(selection.options(), &selection.logs, &mut findings)?;
    Ok(status(&outcome, args.deny.deny))
}
