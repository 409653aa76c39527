//! `callfold convert`: writes a log of any format as an event log.

use std::io::{self, Write};
use std::process::ExitCode;

use callfold::Recorded;

use crate::args::{ConvertArgs, Target};
use crate::exit::status;
use crate::redact::{Redacting, Redactor};
use crate::replayer::{Listener, LocatedFinding, ReplayOptions, replay_paths};
use crate::report::lines::FindingLines;
use crate::stdout::stdout;

pub(crate) fn run(args: &ConvertArgs) -> io::Result<ExitCode> {
    let findings = FindingLines::new(args.deny.deny, anstream::stderr());
    let mut converter = Converter { to: args.to, out: stdout()?, findings };
    let options = ReplayOptions::new(&args.source, args.only.call);
    let outcome = if args.redaction.redact {
        let redactor = &mut Redactor::default();
        replay_paths(options, &mut Redacting { redactor, listener: &mut converter })?
    } else {
        replay_paths(options, &mut converter)?
    };
    converter.out.flush()?;
    Ok(status(&outcome, args.deny.deny))
}

struct Converter<O, E> {
    to: Target,
    out: O,
    findings: FindingLines<E>,
}

impl<O: Write, E: Write> Listener for Converter<O, E> {
    const WANTS_EVENTS: bool = true;

    fn event(&mut self, recorded: &Recorded) -> io::Result<()> {
        match self.to {
            Target::Events => serde_json::to_writer(&mut self.out, recorded)?,
            Target::Cloudevents => serde_json::to_writer(&mut self.out, &recorded.cloud_event())?,
        }
        self.out.write_all(b"\n")
    }

    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        self.findings.finding(located)
    }
}
