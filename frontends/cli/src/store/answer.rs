//! What the commands answer.

use std::fmt::Display;
use std::io::{self, Write};

use crate::complain::complain;
use crate::status::Status;

/// Prints what is done.
pub(super) fn say(what: impl Display) -> io::Result<Status> {
    let mut out = anstream::stdout();
    writeln!(out, "{what}")?;
    out.flush()?;
    Ok(Status::SUCCESS)
}

/// Prints why nothing is done.
pub(super) fn refused(why: impl Display) -> io::Result<Status> {
    complain(why);
    Ok(Status::REFUSED)
}
