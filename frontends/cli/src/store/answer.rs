//! What the commands answer.

use std::fmt::Display;
use std::io::{self, Write};
use std::process::ExitCode;

use crate::complain::complain;

/// Prints what is done.
pub(super) fn say(what: impl Display) -> io::Result<ExitCode> {
    let mut out = anstream::stdout();
    writeln!(out, "{what}")?;
    out.flush()?;
    Ok(ExitCode::SUCCESS)
}

/// Prints why nothing is done.
pub(super) fn refused(why: impl Display) -> io::Result<ExitCode> {
    complain(why);
    Ok(ExitCode::from(2))
}
