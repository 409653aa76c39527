//! `callfold check`: prints only the findings.

use std::io;
use std::process::ExitCode;

use crate::args::CheckArgs;
use crate::exit::status;
use crate::replayer::{ReplayOptions, replay_paths};
use crate::report::lines::FindingLines;

pub(crate) fn run(args: &CheckArgs) -> io::Result<ExitCode> {
    let outcome = replay_paths(
        ReplayOptions::new(&args.source, args.only.call),
        &mut FindingLines::new(args.deny.deny, anstream::stdout()),
    )?;
    Ok(status(&outcome, args.deny.deny))
}
