//! What is wrong in a store, as `callfold store check` prints it.

use std::io::{self, Write};

use callfold::{CallId, Severity};
use callfold_store::Defect;

use crate::replayer::LocatedFinding;
use crate::report::table::many;
use crate::status::Status;

/// Prints and counts what is wrong.
pub(super) struct Problems<W> {
    name: String,
    pub(super) is_quiet: bool,
    count: u64,
    out: W,
}

impl<W: Write> Problems<W> {
    pub(super) fn new(name: String, is_quiet: bool, out: W) -> Self {
        Self { name, is_quiet, count: 0, out }
    }

    pub(super) fn defect(&mut self, defect: &Defect) -> io::Result<()> {
        self.problem(&defect.message, defect.call)
    }

    fn problem(&mut self, message: &str, call: Option<CallId>) -> io::Result<()> {
        self.count += 1;
        let name = &self.name;
        match call {
            _ if self.is_quiet => Ok(()),
            Some(call) => writeln!(self.out, "{name}: call {call}: {message}"),
            None => writeln!(self.out, "{name}: {message}"),
        }
    }

    /// Prints what was read, and how many of the snapshots are of another version. Returns the exit status.
    pub(super) fn summary(
        mut self,
        (calls, events): (u64, u64),
        (snapshots, unreadable): (u64, u64),
    ) -> io::Result<Status> {
        let status = if self.count == 0 { Status::SUCCESS } else { Status::FAILURE };
        if self.is_quiet {
            return Ok(status);
        }
        let (name, out) = (&self.name, &mut self.out);
        let read = [many(calls, "call"), many(events, "event"), many(snapshots, "snapshot")].join(", ");
        let wrong = if self.count == 0 { "nothing is wrong".into() } else { many(self.count, "problem") };
        writeln!(out, "{name}: {wrong} ({read})")?;
        if unreadable > 0 {
            let old = many(unreadable, "snapshot");
            writeln!(out, "{name}: {old} of another version: such a call is folded from its events")?;
        }
        out.flush()?;
        Ok(status)
    }

    /// Prints a finding that is an error.
    pub(super) fn finding(&mut self, located: &LocatedFinding) -> io::Result<()> {
        if located.severity() < Severity::Error {
            return Ok(());
        }
        let (kind, message, record) = (located.finding.kind, &located.finding.message, located.record);
        self.problem(&format!("{kind}: {message} (record {record})"), located.finding.call)
    }
}
