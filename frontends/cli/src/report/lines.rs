//! Findings, one on each line, in the format of compiler messages, so that editors and other tools can jump to the place.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use callfold::Severity;
use callfold_view::printable::printable;

use crate::replayer::{Listener, LocatedFinding};

/// Writes findings as they come: warnings and errors, and also infos where `--deny info` is given.
pub(crate) struct FindingLines<W> {
    /// `None` where no findings are written.
    least: Option<Severity>,
    out: W,
}

impl<W> FindingLines<W> {
    pub(crate) fn new(deny: Severity, is_quiet: bool, out: W) -> Self {
        Self { least: (!is_quiet).then_some(Severity::Warn.min(deny)), out }
    }
}

impl<W: Write> Listener for FindingLines<W> {
    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        match self.least {
            Some(least) if located.severity() >= least => line(&located, &mut self.out),
            Some(_) | None => Ok(()),
        }
    }
}

pub(super) fn line(located: &LocatedFinding, out: &mut impl Write) -> io::Result<()> {
    let severity = located.severity();
    let (style, finding) = (style(severity), &located.finding);
    let (path, line, record) = (printable(&located.path), located.line, located.record);
    write!(
        out,
        "{path}:{line}: {style}{severity}{style:#}: {}: {}",
        finding.kind,
        printable(&finding.message)
    )?;
    match finding.call {
        Some(call) => writeln!(out, " (record {record}, call {call})"),
        None => writeln!(out, " (record {record})"),
    }
}

const fn style(severity: Severity) -> Style {
    match severity {
        Severity::Info => AnsiColor::Cyan.on_default(),
        Severity::Warn => AnsiColor::Yellow.on_default(),
        Severity::Error => AnsiColor::Red.on_default().bold(),
    }
}
