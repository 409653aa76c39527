//! Findings a line, as compilers print them, so that editors and pipelines find the place.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use callfold::Severity;

use crate::replay::{Outcome, PlacedFinding};

/// Writes the findings that are at least so bad, in the order of the logs.
pub(crate) fn lines(outcome: &Outcome, least: Severity, out: &mut impl Write) -> io::Result<()> {
    let bad = outcome.findings.iter().filter(|placed| placed.finding.kind.severity() >= least);
    bad.into_iter().try_for_each(|placed| line(outcome, placed, out))
}

pub(super) fn line(outcome: &Outcome, placed: &PlacedFinding, out: &mut impl Write) -> io::Result<()> {
    let severity = placed.finding.kind.severity();
    let (style, finding) = (style(severity), &placed.finding);
    let (path, line, record) = (printable(outcome.path(placed)), placed.line, placed.record);
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

pub(super) const fn style(severity: Severity) -> Style {
    match severity {
        Severity::Info => AnsiColor::Cyan.on_default(),
        Severity::Warn => AnsiColor::Yellow.on_default(),
        Severity::Error => AnsiColor::Red.on_default().bold(),
    }
}

/// Text from a log without what would steer a terminal: control characters, line separators, marks that turn
/// the direction of writing.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|char| if steers(char) { '\u{FFFD}' } else { char }).collect()
}

fn steers(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
