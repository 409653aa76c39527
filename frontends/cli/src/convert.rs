//! `callfold convert`: writes a log of any format as an event log.

use std::io::{self, IsTerminal, Write};

use callfold::Recorded;
use callfold_view::printable::printable_json;

use crate::args::{ConvertArgs, Target};
use crate::exit::status;
use crate::logs::Logs;
use crate::redact::{Redacting, Redactor};
use crate::replayer::{Listener, LocatedFinding, Outcome, replay_logs};
use crate::report::lines::FindingLines;
use crate::selection::Selection;
use crate::status::Status;
use crate::stdout::stdout;

pub(crate) fn run(args: &ConvertArgs) -> io::Result<Status> {
    let selection = match Selection::of(&args.source, args.only.names(), Logs::of(&args.source.logs))? {
        Ok(selection) => selection,
        Err(status) => return Ok(status),
    };
    let findings = FindingLines::new(args.deny.deny, args.source.quiet, anstream::stderr());
    let is_terminal = io::stdout().is_terminal();
    let to = args.to.unwrap_or(Target::Events);
    let mut converter = Converter { to, out: stdout()?, findings, is_terminal, line: Vec::new() };
    let outcome = converted(args, &selection, &mut converter)?;
    converter.out.flush()?;
    Ok(status(&outcome, args.deny.deny))
}

/// Passes the events of the logs to a listener, redacted where that is asked.
pub(crate) fn converted<L: Listener>(
    args: &ConvertArgs,
    selection: &Selection<'_>,
    listener: &mut L,
) -> io::Result<Outcome> {
    let (options, logs) = (selection.options(), &selection.logs);
    if args.redaction.redact {
        let redactor = &mut Redactor::default();
        replay_logs(options, logs, &mut Redacting { redactor, listener })
    } else {
        replay_logs(options, logs, listener)
    }
}

struct Converter<O, E> {
    to: Target,
    out: O,
    findings: FindingLines<E>,
    /// True where people see the lines, who can see no invisible characters.
    is_terminal: bool,
    line: Vec<u8>,
}

impl<O: Write, E: Write> Listener for Converter<O, E> {
    const WANTS_EVENTS: bool = true;

    fn event(&mut self, recorded: &Recorded) -> io::Result<()> {
        self.line.clear();
        match self.to {
            Target::Events => serde_json::to_writer(&mut self.line, recorded)?,
            Target::Cloudevents => serde_json::to_writer(&mut self.line, &recorded.cloud_event())?,
        }
        self.line.push(b'\n');
        if self.is_terminal {
            let line = String::from_utf8_lossy(&self.line);
            return self.out.write_all(printable_json(&line).as_bytes());
        }
        self.out.write_all(&self.line)
    }

    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        self.findings.finding(located)
    }
}
