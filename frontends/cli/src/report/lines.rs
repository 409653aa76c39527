//! Findings a line, as compilers print them, so that editors and pipelines find the place.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use callfold::Severity;

use crate::drive::{Listener, PlacedFinding};

/// Writes the findings that are warnings or worse, or as mild as what is denied, as they come.
pub(crate) struct Lines<W> {
    least: Severity,
    out: W,
}

impl<W> Lines<W> {
    pub(crate) fn new(deny: Severity, out: W) -> Self {
        Self { least: Severity::Warn.min(deny), out }
    }
}

impl<W: Write> Listener for Lines<W> {
    fn finding(&mut self, placed: PlacedFinding) -> io::Result<()> {
        if placed.severity() >= self.least { line(&placed, &mut self.out) } else { Ok(()) }
    }
}

pub(super) fn line(placed: &PlacedFinding, out: &mut impl Write) -> io::Result<()> {
    let severity = placed.severity();
    let (style, finding) = (style(severity), &placed.finding);
    let (path, line, record) = (printable(&placed.path), placed.line, placed.record);
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

/// Text from a log without what would steer a terminal: control characters, line separators, marks that turn
/// the direction of writing.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|char| if steers(char) { '\u{FFFD}' } else { char }).collect()
}

fn steers(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
