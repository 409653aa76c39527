//! `callfold convert`: any log as the event log.

use std::io::{self, Write};
use std::process::ExitCode;

use callfold::Severity;

use crate::args::{ConvertArgs, Target};
use crate::replay::{drive, stdout};
use crate::{report, status};

pub(crate) fn run(args: &ConvertArgs) -> io::Result<ExitCode> {
    let mut out = stdout();
    let outcome = drive(&args.source, |recorded| {
        match args.to {
            Target::Events => serde_json::to_writer(&mut out, recorded)?,
            Target::Cloudevents => serde_json::to_writer(&mut out, &recorded.cloud_event())?,
        }
        out.write_all(b"\n")
    })?;
    out.flush()?;
    report::lines(&outcome, Severity::Warn.min(args.deny.deny), &mut anstream::stderr())?;
    Ok(status(&outcome.unreadable, outcome.worst(), args.deny.deny))
}
