//! Reads logs for the browser: once for the list of all calls, then the history of a call when it is selected.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::num::NonZeroUsize;
use std::thread;

use callfold::log::Format;
use callfold::{CallId, Moment, Recorded, Replay};
use callfold_view::history::{CallHistory, HistoryFinding};

use super::call_list::{CallList, FindingsByCall, Row};
use super::line_index::{Index, LineIndex, SortedIndex, index_logs};
use crate::args::ListArgs;
use crate::replayer::{self, Listener, LocatedFinding, Outcome, ReplayOptions};
use crate::report::listed::Listed;
use crate::selection::Selection;

/// How many events of a call are shown. All of them are in memory, with everything that is drawn of each.
const MOST: usize = 20_000;

/// Reads the histories of calls from the logs.
pub(crate) struct HistoryReader {
    line_index: LineIndex,
    until: Option<Moment>,
}

/// The result of reading the logs once.
pub(crate) struct Opened {
    pub(crate) calls: CallList,
    pub(crate) reader: HistoryReader,
    /// The outcome of the replay, without its calls.
    pub(crate) outcome: Outcome,
}

/// Reads all logs once, for the list of calls and for the places of their lines.
pub(crate) fn open(selection: &Selection<'_>, list: &ListArgs) -> io::Result<Opened> {
    let (logs, only) = (&selection.logs, selection.only());
    if replayer::is_indexable(logs, selection.args) {
        let mut findings = FindingsByCall::default();
        let options = ReplayOptions { jobs: jobs(), ..selection.options() };
        let (outcome, indexed) = thread::scope(|scope| {
            let index = scope.spawn(|| index_logs(&logs.inputs, only, selection.args.opening().max_record));
            let outcome = replayer::replay_logs(options, logs, &mut findings);
            (outcome, index.join())
        });
        let (outcome, indexed) = (
            outcome?,
            indexed.map_err(|_| io::Error::other("the thread that indexes the logs ended early"))?,
        );
        let (line_index, index) = indexed?;
        Ok(opened(Listing { outcome, list, findings }, line_index, index, selection.until))
    } else {
        let mut collector = Collector::new()?;
        let outcome = replayer::replay_logs(selection.options(), logs, &mut collector)?;
        let file = collector.spool.into_inner().map_err(io::IntoInnerError::into_error)?;
        let index = collector.index.sorted();
        // The collected events end at the requested moment already.
        let findings = collector.findings;
        Ok(opened(Listing { outcome, list, findings }, LineIndex::of(file), index, None))
    }
}

/// Half of the processor cores. The other half is left for the thread that indexes the lines.
fn jobs() -> NonZeroUsize {
    let half = thread::available_parallelism().map_or(1, |cores| cores.get() / 2);
    NonZeroUsize::new(half).unwrap_or(NonZeroUsize::MIN)
}

/// What the list of calls is made of.
struct Listing<'a> {
    outcome: Outcome,
    list: &'a ListArgs,
    findings: FindingsByCall,
}

/// Keeps the list of calls, and frees the calls themselves.
fn opened(
    Listing { outcome, list, findings }: Listing<'_>,
    mut line_index: LineIndex,
    index: SortedIndex,
    until: Option<Moment>,
) -> Opened {
    let calls = CallList::new(Listed::of(&outcome, list), findings, &index);
    line_index.set_places(index.places.into_iter().map(|(_, place)| place).collect());
    Opened {
        calls,
        reader: HistoryReader { line_index, until },
        outcome: Outcome { replay: Replay::new(), ..outcome },
    }
}

impl HistoryReader {
    /// The history of a call.
    ///
    /// # Errors
    ///
    /// A message for people where a log cannot be read, or where the events are refused.
    pub(crate) fn history(&self, row: &Row) -> Result<CallHistory, String> {
        let replay = self.until.into_iter().fold(Replay::new(), Replay::until);
        let mut replay = row.id.into_iter().fold(replay, Replay::only);
        let mut events: Vec<Recorded> = Vec::new();
        let mut afters: Vec<usize> = Vec::new();
        for line in self.line_index.lines(&row.lines) {
            if events.len() >= MOST {
                break;
            }
            let line = line.map_err(|error| format!("the log can no longer be read: {error}"))?;
            let found = replay.record(Format::Events, line.trim_ascii(), |event| events.push(event.clone()));
            afters.extend(std::iter::repeat_n(events.len(), found.len()));
        }
        replay.finish(|event| events.push(event.clone()));
        events.truncate(MOST);
        let last = events.len();
        let findings = row.findings.kept.iter().enumerate().map(|(index, kept)| {
            let after = kept.after.or_else(|| afters.get(index).copied()).unwrap_or(last).min(last);
            history_finding(&kept.located, after)
        });
        CallHistory::of(events, findings.collect()).map_err(|error| error.to_string())
    }
}

fn history_finding(located: &LocatedFinding, after: usize) -> HistoryFinding {
    HistoryFinding::new(located.finding.clone(), &*located.path, (located.record, located.line), after)
}

/// Writes the events of logs that are not event logs to a temporary event log, and indexes its lines.
struct Collector {
    findings: FindingsByCall,
    spool: BufWriter<std::fs::File>,
    place: u64,
    index: Index,
    /// The number of events of each call so far.
    event_counts: BTreeMap<CallId, usize>,
}

impl Collector {
    fn new() -> io::Result<Self> {
        Ok(Self {
            findings: FindingsByCall::default(),
            spool: BufWriter::new(tempfile::tempfile()?),
            place: 0,
            index: Index::new(None),
            event_counts: BTreeMap::new(),
        })
    }
}

impl Listener for Collector {
    const WANTS_EVENTS: bool = true;

    fn event(&mut self, recorded: &Recorded) -> io::Result<()> {
        let line = format!("{recorded}\n");
        self.index.line(line.as_bytes(), self.place);
        self.place += line.len() as u64;
        *self.event_counts.entry(recorded.call).or_default() += 1;
        self.spool.write_all(line.as_bytes())
    }

    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        let call = located.finding.call;
        let after = call.and_then(|call| self.event_counts.get(&call)).copied().unwrap_or_default();
        self.findings.0.entry(call).or_default().add(located, Some(after));
        Ok(())
    }
}
