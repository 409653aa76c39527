//! `callfold store check`: what is wrong in a store.

use std::io::{self, Write};

use callfold::Recorded;

use super::ends::Ends;
use super::problems::Problems;
use super::snapshots::{Snapshots, snapshots};
use crate::args::SourceArgs;
use crate::complain::complain;
use crate::input::Input;
use crate::logs::Logs;
use crate::replayer::{Listener, LocatedFinding, Outcome, ReplayOptions, replay_logs};
use crate::status::Status;
use crate::stores::StoreLog;

pub(super) fn run(address: &str, is_quiet: bool) -> io::Result<Status> {
    let log = StoreLog::open(address)?;
    let store = log.open.clone();
    let mut problems = Problems::new(store.address.to_string(), is_quiet, anstream::stdout());
    let defects = store.wait(store.store.defects())?;
    defects.iter().try_for_each(|defect| problems.defect(defect))?;
    let stats = store.wait(store.store.stats())?;
    let mut ends = Ends::default();
    let mut checked = Checked { problems: &mut problems, ends: &mut ends };
    let outcome = if stats.events > 0 { replayed(log, &mut checked)? } else { None };
    let calls: Vec<_> = outcome.iter().flat_map(|it| it.replay.summaries()).map(|call| call.id()).collect();
    let kept =
        if stats.snapshots > 0 { snapshots(&store, &calls, &mut problems)? } else { Snapshots::default() };
    if let Some(why) = outcome.iter().flat_map(|it| &it.unreadable).next() {
        complain(format_args!("{}: {}", why.path, why.why));
        return Ok(Status::REFUSED);
    }
    ends.compare(&store, &mut problems)?;
    let events = outcome.map_or(0, |outcome| outcome.replay.events());
    problems.summary((calls.len() as u64, events), (kept.same + kept.unreadable, kept.unreadable))
}

/// Folds all events. What is wrong with them goes to `problems`.
fn replayed(log: StoreLog, checked: &mut Checked<'_, impl Write>) -> io::Result<Option<Outcome>> {
    let logs = Logs { inputs: vec![Input::of_store(log)], unreadable: Vec::new(), notes: Vec::new() };
    let source = SourceArgs::of_whole_log(checked.problems.is_quiet);
    replay_logs(ReplayOptions::of_all(&source), &logs, checked).map(Some)
}

/// Receives the events and findings of the replay.
struct Checked<'a, W> {
    problems: &'a mut Problems<W>,
    ends: &'a mut Ends,
}

impl<W: Write> Listener for Checked<'_, W> {
    const WANTS_EVENTS: bool = true;

    fn event(&mut self, recorded: &Recorded) -> io::Result<()> {
        self.ends.event(recorded);
        Ok(())
    }

    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        self.problems.finding(&located)
    }
}
