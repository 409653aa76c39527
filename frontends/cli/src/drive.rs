//! The drive that the commands share: logs in, events and findings out as they come. Nothing is kept but the calls.

use std::io;
use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::rc::Rc;
use std::thread;

use callfold::log::Format;
use callfold::{Bulk, CallId, Finding, FindingKind, Recorded, Replay, Severity, Summary};

use crate::args::SourceArgs;
use crate::input::{Input, Records, Unreadable};
use crate::logs::Logs;
use crate::progress::Progress;
use crate::workers::{Found, Place, Report, Workers};

/// How many records pass between two looks at the progress.
const STRIDE: u64 = 4096;

/// What a command does with what a replay gives.
pub(crate) trait Listener {
    /// True where it is told of events, one by one.
    const WANTS_EVENTS: bool = false;

    /// An event that was folded.
    fn event(&mut self, _recorded: &Recorded) -> io::Result<()> {
        Ok(())
    }

    /// Something worth saying, and its place.
    fn finding(&mut self, placed: PlacedFinding) -> io::Result<()>;
}

/// A finding and its place.
pub(crate) struct PlacedFinding {
    pub(crate) path: Rc<str>,
    pub(crate) record: u64,
    pub(crate) line: u64,
    pub(crate) finding: Finding,
}

impl PlacedFinding {
    pub(crate) const fn severity(&self) -> Severity {
        self.finding.kind.severity()
    }
}

/// What a replay came to.
pub(crate) struct Outcome {
    pub(crate) calls: Calls,
    pub(crate) inputs: Vec<InputReport>,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) worst: Option<Severity>,
}

/// The calls that came out.
pub(crate) enum Calls {
    /// All that was told of them.
    Whole(Replay),
    /// What a summary tells; in several parts where several worked at it.
    Compact(Vec<Bulk>),
}

impl Calls {
    pub(crate) fn events(&self) -> u64 {
        match self {
            Self::Whole(replay) => replay.events(),
            Self::Compact(parts) => parts.iter().map(Bulk::events).sum(),
        }
    }

    /// What is told of each, in the order of their ids.
    pub(crate) fn summaries(&self) -> Vec<Summary<'_>> {
        match self {
            Self::Whole(replay) => replay.calls().map(Summary::from).collect(),
            Self::Compact(parts) => {
                let mut calls = thread::scope(|scope| {
                    let parts: Vec<_> = parts.iter().map(|part| scope.spawn(|| part.calls())).collect();
                    let calls = parts
                        .into_iter()
                        .map(|part| part.join().unwrap_or_else(|panic| resume_unwind(panic)));
                    calls.collect::<Vec<_>>().concat()
                });
                calls.sort_by_key(Summary::id);
                calls
            }
        }
    }

    /// The whole calls, where they were kept.
    pub(crate) fn whole(&self) -> Option<&Replay> {
        match self {
            Self::Whole(replay) => Some(replay),
            Self::Compact(_) => None,
        }
    }
}

/// What was read of one log.
pub(crate) struct InputReport {
    pub(crate) path: Rc<str>,
    pub(crate) format: Option<Format>,
    pub(crate) records: u64,
    pub(crate) malformed: u64,
    /// Where the last record stands.
    last_line: u64,
    /// How much of it was read.
    bytes: u64,
}

impl InputReport {
    fn new(path: &str, format: Option<Format>) -> Self {
        Self { path: path.into(), format, records: 0, malformed: 0, last_line: 1, bytes: 0 }
    }
}

/// What a command asks of the drive.
#[derive(Clone, Copy)]
pub(crate) struct Order<'a> {
    pub(crate) source: &'a SourceArgs,
    /// The call that is replayed alone.
    pub(crate) only: Option<CallId>,
    /// How many work at it.
    pub(crate) jobs: NonZeroUsize,
    /// True where all that was told of the calls is wanted.
    pub(crate) is_whole: bool,
}

impl<'a> Order<'a> {
    /// That one does it, and what a summary tells is enough.
    pub(crate) const fn of(source: &'a SourceArgs, only: Option<CallId>) -> Self {
        Self { source, only, jobs: NonZeroUsize::MIN, is_whole: false }
    }
}

/// Replays all logs as one.
pub(crate) fn drive<L: Listener>(order: Order<'_>, listener: &mut L) -> io::Result<Outcome> {
    let outcome = replay(order, &Logs::of(&order.source.logs), listener)?;
    let is_reported = |id| outcome.calls.summaries().iter().any(|call| call.id() == id);
    if let Some(call) = order.only.filter(|call| !is_reported(*call)) {
        not_reported(call);
    }
    Ok(outcome)
}

/// Says that a call was asked for and is not there.
pub(crate) fn not_reported(call: CallId) {
    anstream::eprintln!("callfold: no log tells of call {call}");
}

/// True where a replay of these logs, each of which can be read more than once, needs no more than what a summary tells.
pub(crate) fn is_compact(logs: &Logs, args: &SourceArgs) -> bool {
    let first = logs.inputs.first().map(|input| input.open(args.format.0));
    logs.inputs.iter().all(|input| input.regular_size().is_some())
        && !args.strict
        && are_events(first.as_ref(), &logs.inputs, args)
}

/// Replays logs as one.
pub(crate) fn replay<L: Listener>(order: Order<'_>, logs: &Logs, listener: &mut L) -> io::Result<Outcome> {
    let (args, inputs) = (order.source, logs.inputs.as_slice());
    let mut unreadable = logs.unreadable.clone();
    let mut first = inputs.first().map(|input| input.open(args.format.0));
    let is_compact =
        !order.is_whole && !L::WANTS_EVENTS && !args.strict && are_events(first.as_ref(), inputs, args);
    let mut drive = Drive::new(order, is_compact, inputs.iter().map(Input::size).sum(), listener);
    for input in inputs {
        match first.take().unwrap_or_else(|| input.open(args.format.0)) {
            Ok(records) => unreadable.extend(drive.input(input, records)?),
            Err(why) if input.is_in_folder => drive.stray(&why)?,
            Err(why) => unreadable.push(why),
        }
        if drive.has_stopped {
            break;
        }
    }
    drive.finish(unreadable)
}

/// True where all logs are event logs, but for strays in folders. What can be read only once can be looked at only where
/// it comes first.
fn are_events(first: Option<&Result<Records, Unreadable>>, inputs: &[Input], args: &SourceArgs) -> bool {
    let is_one = |input: &Input, log: &Result<Records, Unreadable>| match log {
        Ok(log) => log.format == Format::Events,
        Err(_) => input.is_in_folder,
    };
    let first = inputs.first().zip(first);
    let mut rest = inputs.iter().skip(1);
    first.is_some_and(|(input, log)| is_one(input, log))
        && rest.all(|input| input.regular_size().is_some() && is_one(input, &input.open(args.format.0)))
}

/// What does the work.
enum Engine {
    Whole(Box<Replay>),
    Compact(Box<Workers>),
}

struct Drive<'a, L> {
    engine: Engine,
    listener: &'a mut L,
    inputs: Vec<InputReport>,
    worst: Option<Severity>,
    is_strict: bool,
    /// With `--strict`, the first error is the last thing that is looked at.
    has_stopped: bool,
    progress: Progress,
    bytes: u64,
}

impl<'a, L: Listener> Drive<'a, L> {
    fn new(order: Order<'_>, is_compact: bool, bytes: u64, listener: &'a mut L) -> Self {
        let args = order.source;
        let engine = if is_compact {
            let bulk = args.until().into_iter().fold(Bulk::new(), Bulk::until);
            Engine::Compact(Box::new(Workers::new(
                &order.only.into_iter().fold(bulk, Bulk::only),
                order.jobs,
            )))
        } else {
            let replay = args.until().into_iter().fold(Replay::new(), Replay::until);
            Engine::Whole(Box::new(order.only.into_iter().fold(replay, Replay::only)))
        };
        Self {
            engine,
            listener,
            inputs: Vec::new(),
            worst: None,
            is_strict: args.strict,
            has_stopped: false,
            progress: Progress::new(bytes),
            bytes: 0,
        }
    }

    fn input(&mut self, input: &Input, mut records: Records) -> io::Result<Option<Unreadable>> {
        let mut report = InputReport::new(&input.path, Some(records.format));
        let read = match core::mem::replace(&mut self.engine, Engine::Whole(Box::default())) {
            Engine::Compact(mut workers) => {
                let read = workers.log(input, records, |block| self.block_found(&mut report, block))?;
                self.engine = Engine::Compact(workers);
                read
            }
            whole @ Engine::Whole(_) => {
                self.engine = whole;
                self.records(&mut report, &mut records)?.map_err(|error| input.unreadable(&error))
            }
        };
        self.bytes += report.bytes;
        self.inputs.push(report);
        Ok(read.err())
    }

    /// Takes in a log record by record; the inner error is one of reading.
    fn records(&mut self, report: &mut InputReport, records: &mut Records) -> io::Result<io::Result<()>> {
        while !self.has_stopped {
            match records.next() {
                Ok(Some(placed)) => {
                    (report.records, report.last_line) = (placed.record, placed.line);
                    self.record(report, placed.bytes)?;
                }
                Ok(None) => break,
                Err(error) => return Ok(Err(error)),
            }
            report.bytes = records.bytes_read;
            if report.records.is_multiple_of(STRIDE) {
                self.progress.set(self.bytes + report.bytes);
            }
        }
        Ok(Ok(()))
    }

    fn block_found(&mut self, report: &mut InputReport, block: Report) -> io::Result<()> {
        let mut malformed = 0;
        for Found { place: Place { record, line }, finding } in block.found {
            if finding.kind == FindingKind::Malformed && malformed != record {
                malformed = record;
                report.malformed += 1;
            }
            (report.records, report.last_line) = (record, line);
            self.found(report, vec![finding])?;
        }
        (report.records, report.last_line) = (block.last.record, block.last.line);
        report.bytes = block.bytes_read;
        self.progress.set(self.bytes + report.bytes);
        Ok(())
    }

    fn record(&mut self, report: &mut InputReport, bytes: &[u8]) -> io::Result<()> {
        let (Some(format), Engine::Whole(replay)) = (report.format, &mut self.engine) else { return Ok(()) };
        let mut written = Ok(());
        let findings = replay.record(format, bytes, |recorded| {
            if written.is_ok() {
                written = self.listener.event(recorded);
            }
        });
        written?;
        report.malformed += u64::from(findings.iter().any(|it| it.kind == FindingKind::Malformed));
        self.found(report, findings)
    }

    /// At the end of the last log: what was held back until then.
    fn finish(mut self, unreadable: Vec<Unreadable>) -> io::Result<Outcome> {
        let mut written = Ok(());
        let mut findings = Vec::new();
        let calls = match self.engine {
            Engine::Whole(mut replay) => {
                findings = replay.finish(|recorded| {
                    if written.is_ok() {
                        written = self.listener.event(recorded);
                    }
                });
                Calls::Whole(*replay)
            }
            Engine::Compact(workers) => {
                let mut parts = workers.finish();
                parts.iter_mut().for_each(|part| findings.extend(part.finish()));
                findings.sort_by_key(|finding| finding.call);
                Calls::Compact(parts)
            }
        };
        written?;
        self.engine = Engine::Whole(Box::default());
        if let Some(last) = self.inputs.pop() {
            self.found(&last, findings)?;
            self.inputs.push(last);
        }
        self.progress.finish();
        Ok(Outcome { calls, inputs: self.inputs, unreadable, worst: self.worst })
    }

    fn found(&mut self, place: &InputReport, findings: Vec<Finding>) -> io::Result<()> {
        for finding in findings {
            let severity = finding.kind.severity();
            self.worst = self.worst.max(Some(severity));
            let (path, record, line) = (Rc::clone(&place.path), place.records, place.last_line);
            self.listener.finding(PlacedFinding { path, record, line, finding })?;
            if self.is_strict && severity == Severity::Error {
                self.has_stopped = true;
                break;
            }
        }
        Ok(())
    }

    /// A file of a folder that is no log.
    fn stray(&mut self, why: &Unreadable) -> io::Result<()> {
        let finding = Finding::new(FindingKind::Malformed, None, why.why.clone());
        let mut report = InputReport { records: 1, malformed: 1, ..InputReport::new(&why.path, None) };
        self.found(&report, vec![finding])?;
        report.records = 0;
        self.inputs.push(report);
        Ok(())
    }
}
