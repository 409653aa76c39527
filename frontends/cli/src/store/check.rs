//! `callfold store check`: what is wrong in a store.

use std::io::{self, Write};
use std::process::ExitCode;

use callfold::{CallId, Severity};
use callfold_store::Defect;

use super::opened;
use super::snapshots::{Snapshots, snapshots};
use crate::args::SourceArgs;
use crate::exit::complain;
use crate::input::Input;
use crate::logs::Logs;
use crate::replayer::{Listener, LocatedFinding, Outcome, ReplayOptions, replay_logs};
use crate::report::table::many;
use crate::stores::{StoreLog, sqlite};

pub(super) fn run(address: &str, is_quiet: bool) -> io::Result<ExitCode> {
    let log = opened(StoreLog::open(address))?;
    let store = log.open.clone();
    let mut problems =
        Problems { name: store.address.to_string(), is_quiet, count: 0, out: anstream::stdout() };
    if let Some(sqlite) = sqlite(&store.address) {
        let defects = store.wait(async { sqlite?.defects().await })?;
        defects.iter().try_for_each(|defect| problems.defect(defect))?;
    }
    let stats = store.wait(store.store.stats())?;
    let outcome = if stats.events > 0 { replayed(log, &mut problems)? } else { None };
    let calls: Vec<_> = outcome.iter().flat_map(|it| it.replay.summaries()).map(|call| call.id()).collect();
    let kept =
        if stats.snapshots > 0 { snapshots(&store, &calls, &mut problems)? } else { Snapshots::default() };
    if let Some(why) = outcome.iter().flat_map(|it| &it.unreadable).next() {
        complain(format_args!("{}: {}", why.path, why.why));
        return Ok(ExitCode::from(2));
    }
    let events = outcome.map_or(0, |outcome| outcome.replay.events());
    problems.summary(calls.len() as u64, events, &kept)
}

/// Folds all events. What is wrong with them goes to `problems`.
fn replayed(log: StoreLog, problems: &mut Problems<impl Write>) -> io::Result<Option<Outcome>> {
    let logs = Logs { inputs: vec![Input::of_store(log)], unreadable: Vec::new(), notes: Vec::new() };
    let source = SourceArgs::of_whole_log(problems.is_quiet);
    replay_logs(ReplayOptions::of_all(&source), &logs, problems).map(Some)
}

/// Prints and counts what is wrong.
pub(super) struct Problems<W> {
    name: String,
    is_quiet: bool,
    count: u64,
    out: W,
}

impl<W: Write> Problems<W> {
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

    fn summary(mut self, calls: u64, events: u64, kept: &Snapshots) -> io::Result<ExitCode> {
        if !self.is_quiet {
            let (name, snapshots) = (&self.name, kept.same + kept.unreadable);
            let read = [many(calls, "call"), many(events, "event"), many(snapshots, "snapshot")].join(", ");
            let wrong = if self.count == 0 { "nothing is wrong".into() } else { many(self.count, "problem") };
            writeln!(self.out, "{name}: {wrong} ({read})")?;
            if kept.unreadable > 0 {
                let old = many(kept.unreadable, "snapshot");
                writeln!(
                    self.out,
                    "{name}: {old} of another version: such a call is folded from its events"
                )?;
            }
        }
        self.out.flush()?;
        Ok(if self.count == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

impl<W: Write> Listener for Problems<W> {
    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        if located.severity() < Severity::Error {
            return Ok(());
        }
        let (kind, message, record) = (located.finding.kind, &located.finding.message, located.record);
        self.problem(&format!("{kind}: {message} (record {record})"), located.finding.call)
    }
}
