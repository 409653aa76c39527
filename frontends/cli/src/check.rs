//! `callfold check`: only what is wrong.

use std::io;
use std::process::ExitCode;

use callfold::Severity;

use crate::args::CheckArgs;
use crate::replay::drive;
use crate::{report, status};

pub(crate) fn run(args: &CheckArgs) -> io::Result<ExitCode> {
    let outcome = drive(&args.source, |_| Ok(()))?;
    report::lines(&outcome, Severity::Warn.min(args.deny.deny), &mut anstream::stdout())?;
    Ok(status(&outcome.unreadable, outcome.worst(), args.deny.deny))
}
