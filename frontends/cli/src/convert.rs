//! `callfold convert`: any log as the event log.

use std::io::{self, Write};
use std::process::ExitCode;

use callfold::Recorded;

use crate::args::{ConvertArgs, Target};
use crate::drive::{Listener, Order, PlacedFinding, drive};
use crate::report::{Lines, stdout};
use crate::status;

pub(crate) fn run(args: &ConvertArgs) -> io::Result<ExitCode> {
    let findings = Lines::new(args.deny.deny, anstream::stderr());
    let mut converter = Converter { to: args.to, out: stdout()?, findings };
    let outcome = drive(Order::of(&args.source, args.only.call), &mut converter)?;
    converter.out.flush()?;
    Ok(status(&outcome, args.deny.deny))
}

struct Converter<O, E> {
    to: Target,
    out: O,
    findings: Lines<E>,
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

    fn finding(&mut self, placed: PlacedFinding) -> io::Result<()> {
        self.findings.finding(placed)
    }
}
