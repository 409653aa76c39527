//! `callfold replay --follow`: prints the events that come to an event log or a store, and what is wrong with them.

mod ending;

use std::io::{self, Write};
use std::rc::Rc;

use callfold::call::Call;
use callfold::log::{Decoded, Format};
use callfold::{Keep, Recorded, Replay, Severity};
use callfold_view::describe;
use callfold_view::printable::printable;

use crate::args::ReplayArgs;
use crate::complain::complain;
use crate::input::Input;
use crate::logs::Logs;
use crate::replayer::{Listener, LocatedFinding};
use crate::report::lines::FindingLines;
use crate::selection::Selection;
use crate::status::Status;
use crate::tail::Tail;
use ending::Ending;

pub(crate) fn run(args: &ReplayArgs) -> io::Result<Status> {
    let selection = match Selection::of(&args.source, args.only.names(), Logs::of(&args.source.logs))? {
        Ok(selection) => selection,
        Err(status) => return Ok(status),
    };
    let followed =
        only_log(&selection.logs).and_then(|input| Ok((input.tail(args.source.opening())?, input)));
    let (mut tail, input) = match followed {
        Ok(followed) => followed,
        Err(why) => {
            complain(why);
            return Ok(Status::REFUSED);
        }
    };
    let replay = Replay::new().keep(Keep::Summary);
    let mut following = Following {
        replay: selection.only().into_iter().fold(replay, Replay::only),
        path: input.path.as_str().into(),
        lines: 0,
        left: args.follow.limit,
        worst: None,
        args,
    };
    let ending = Ending::new()?;
    following.pass(tail.as_mut())?;
    following.print(tail.as_mut(), &ending)?;
    if ending.has_come() {
        drop((tail, selection));
        ending.end();
    }
    let is_bad = following.worst >= Some(args.deny.deny);
    Ok(if is_bad { Status::FAILURE } else { Status::SUCCESS })
}

/// The one log that is followed.
fn only_log(logs: &Logs) -> Result<&Input, String> {
    if let Some(why) = logs.unreadable.first() {
        return Err(format!("{}: {}", why.path, why.why));
    }
    match logs.inputs.as_slice() {
        [input] if !input.is_in_folder => Ok(input),
        _ => Err("--follow takes one LOG: a file with an event log, or a store".into()),
    }
}

struct Following<'a> {
    replay: Replay,
    path: Rc<str>,
    /// The lines that were read.
    lines: u64,
    /// How many events are still to be printed; `None` if there is no limit.
    left: Option<u64>,
    worst: Option<Severity>,
    args: &'a ReplayArgs,
}

impl Following<'_> {
    /// Reads what is there already, so that the state of each call is known.
    fn pass(&mut self, tail: &mut dyn Tail) -> io::Result<()> {
        loop {
            let lines = tail.lines()?;
            if lines.is_empty() {
                return Ok(());
            }
            for line in &lines {
                self.line(line);
            }
        }
    }

    /// Prints what comes, until the limit or a signal.
    fn print(&mut self, tail: &mut dyn Tail, ending: &Ending) -> io::Result<()> {
        let mut out = anstream::stdout();
        while self.left != Some(0) && !ending.has_come() {
            let lines = tail.lines()?;
            if lines.is_empty() {
                tail.wait()?;
            }
            for line in &lines {
                let (events, findings) = self.line(line);
                self.events(&events, &mut out)?;
                self.findings(findings, &mut out)?;
                if self.left == Some(0) {
                    break;
                }
            }
            out.flush()?;
        }
        Ok(())
    }

    /// Folds a line. Returns the events that came of it, and the findings.
    fn line(&mut self, line: &[u8]) -> (Vec<Recorded>, Vec<callfold::Finding>) {
        self.lines += 1;
        let (line, most) = (line.trim_ascii(), self.args.source.max_record);
        let mut events = Vec::new();
        let mut sink = |event: &Recorded| events.push(event.clone());
        let findings = if line.is_empty() {
            Vec::new()
        } else if line.len() > most {
            self.replay.decoded(Decoded::too_large(most, Recorded::call_of(line)), Some(&mut sink))
        } else {
            self.replay.record(Format::Events, line, sink)
        };
        (events, findings)
    }

    fn events(&mut self, events: &[Recorded], out: &mut impl Write) -> io::Result<()> {
        for event in events.iter().filter(|_| self.left != Some(0)) {
            let at = event.at.map_or_else(|| "-".into(), |at| at.to_string());
            // A call that has ended is kept without its events.
            let state =
                self.replay.call(event.call).map_or("terminated", |call: &Call| call.state().as_str());
            let (call, revision, text) = (event.call, event.revision, describe::event(event));
            writeln!(out, "{at:24}  {call}  {revision:4}  {state:16}  {}", printable(&text))?;
        }
        self.left = self.left.map(|left| left.saturating_sub(events.len() as u64));
        Ok(())
    }

    fn findings(&mut self, findings: Vec<callfold::Finding>, out: &mut impl Write) -> io::Result<()> {
        let mut lines = FindingLines::new(self.args.deny.deny, self.args.source.quiet, out);
        for finding in findings {
            self.worst = self.worst.max(Some(finding.severity));
            let (path, line) = (Rc::clone(&self.path), self.lines);
            lines.finding(LocatedFinding { path, record: line, line, is_of_end: false, finding })?;
        }
        Ok(())
    }
}
