//! Logs as something to leaf through: a catalogue of all calls, and the story of each when it is asked for.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::thread;

use callfold::log::Format;
use callfold::{CallId, Moment, Recorded, Replay};
use callfold_view::story::{Placed, Story};

use super::catalogue::{Catalogue, Finds, Row};
use super::line_index::{Index, LineIndex, Sorted, index_logs};
use crate::args::SourceArgs;
use crate::drive::{self, Calls, Listener, Order, Outcome, PlacedFinding};
use crate::logs::Logs;

/// How many events of a call are told: they are all in memory, and so is what is drawn of each.
const MOST: usize = 20_000;

/// Tells the stories of calls.
pub(crate) struct Library {
    line_index: LineIndex,
    until: Option<Moment>,
}

/// Logs that were read once.
pub(crate) struct Opened {
    pub(crate) catalogue: Catalogue,
    pub(crate) library: Library,
    /// What else the replay came to; without its calls.
    pub(crate) outcome: Outcome,
}

/// Reads all logs once: what is worth listing comes out, and where the rest is.
pub(crate) fn open(source: &SourceArgs, only: Option<CallId>, logs: &Logs) -> io::Result<Opened> {
    let until = source.until();
    if drive::is_compact(logs, source) {
        let mut finds = Finds::default();
        let order = Order { jobs: jobs(), ..Order::of(source, only) };
        let (outcome, indexed) = thread::scope(|scope| {
            let index = scope.spawn(|| index_logs(&logs.inputs, only));
            let outcome = drive::replay(order, logs, &mut finds);
            (outcome, index.join())
        });
        let (outcome, indexed) = (outcome?, indexed.map_err(|_| io::Error::other("the index is gone"))?);
        let (line_index, index) = indexed?;
        Ok(shelve(outcome, finds, line_index, index, until))
    } else {
        let mut collector = Collector::new()?;
        let outcome = drive::replay(Order::of(source, only), logs, &mut collector)?;
        let file = collector.spool.into_inner().map_err(io::IntoInnerError::into_error)?;
        let index = collector.index.sorted();
        // The events on the tape are those that were asked for already.
        Ok(shelve(outcome, collector.finds, LineIndex::of(file), index, None))
    }
}

/// Half of what there is: the other half looks where the calls stand.
fn jobs() -> NonZeroUsize {
    let half = thread::available_parallelism().map_or(1, |cores| cores.get() / 2);
    NonZeroUsize::new(half).unwrap_or(NonZeroUsize::MIN)
}

/// Keeps what is listed, and lets the calls go.
fn shelve(
    outcome: Outcome,
    finds: Finds,
    mut line_index: LineIndex,
    index: Sorted,
    until: Option<Moment>,
) -> Opened {
    let catalogue = Catalogue::new(&outcome.calls.summaries(), finds, &index);
    line_index.set_places(index.places.into_iter().map(|(_, place)| place).collect());
    Opened {
        catalogue,
        library: Library { line_index, until },
        outcome: Outcome { calls: Calls::Compact(Vec::new()), ..outcome },
    }
}

impl Library {
    /// The story of a call; the text says why there is none.
    pub(crate) fn story(&self, row: &Row) -> Result<Story, String> {
        let replay = self.until.into_iter().fold(Replay::new(), Replay::until);
        let mut replay = row.id.into_iter().fold(replay, Replay::only);
        let mut events: Vec<Recorded> = Vec::new();
        let mut afters: Vec<usize> = Vec::new();
        for line in self.line_index.lines(&row.lines) {
            if events.len() >= MOST {
                break;
            }
            let line = line.map_err(|error| format!("the log cannot be read any more: {error}"))?;
            let found = replay.record(Format::Events, line.trim_ascii(), |event| events.push(event.clone()));
            afters.extend(std::iter::repeat_n(events.len(), found.len()));
        }
        replay.finish(|event| events.push(event.clone()));
        events.truncate(MOST);
        let last = events.len();
        let findings = row.found.kept.iter().enumerate().map(|(index, noted)| {
            let after = noted.after.or_else(|| afters.get(index).copied()).unwrap_or(last).min(last);
            placed(&noted.placed, after)
        });
        Story::of(events, findings.collect()).map_err(|error| error.to_string())
    }
}

fn placed(reported: &PlacedFinding, after: usize) -> Placed {
    Placed::new(reported.finding.clone(), &*reported.path, (reported.record, reported.line), after)
}

/// Keeps the events of logs that are not event logs, as lines of one, on disk.
struct Collector {
    finds: Finds,
    spool: BufWriter<std::fs::File>,
    place: u64,
    index: Index,
    received: BTreeMap<CallId, usize>,
}

impl Collector {
    fn new() -> io::Result<Self> {
        Ok(Self {
            finds: Finds::default(),
            spool: BufWriter::new(tempfile::tempfile()?),
            place: 0,
            index: Index::new(None),
            received: BTreeMap::new(),
        })
    }
}

impl Listener for Collector {
    const WANTS_EVENTS: bool = true;

    fn event(&mut self, recorded: &Recorded) -> io::Result<()> {
        let line = format!("{recorded}\n");
        self.index.line(line.as_bytes(), self.place);
        self.place += line.len() as u64;
        *self.received.entry(recorded.call).or_default() += 1;
        self.spool.write_all(line.as_bytes())
    }

    fn finding(&mut self, placed: PlacedFinding) -> io::Result<()> {
        let call = placed.finding.call;
        let after = call.and_then(|call| self.received.get(&call)).copied().unwrap_or_default();
        self.finds.0.entry(call).or_default().add(placed, Some(after));
        Ok(())
    }
}
