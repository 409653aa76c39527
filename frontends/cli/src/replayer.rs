//! The replay that all commands share: it reads logs and passes events and findings to a listener as they come. Only the
//! calls stay in memory.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::rc::Rc;

use callfold::jiff::SignedDuration;
use callfold::log::Decoded;
use callfold::log::{Format, Written};
use callfold::{CallId, Finding, FindingKind, Keep, Moment, Recorded, Replay, Severity};

use crate::args::SourceArgs;
use crate::decoder::decode;
use crate::input::{Input, Noise, Records, Unreadable};
use crate::logs::Logs;
use crate::order::newest::{JITTER, is_newest_first};
use crate::order::ordered::{IndexedLog, Ordered, OrderedRecord};
use crate::order::{by_time, reversed};
use crate::progress::Progress;
use crate::reading::Reading;

/// After how many records the progress bar is updated, and the listener is asked whether the replay goes on.
const STRIDE: u64 = 4096;

/// Receives the results of a replay as they come.
pub trait Listener {
    /// True where the listener needs every event. The replay is then slower.
    const WANTS_EVENTS: bool = false;

    /// Receives an event that was folded into its call.
    ///
    /// # Errors
    ///
    /// An error ends the replay.
    fn event(&mut self, _recorded: &Recorded) -> io::Result<()> {
        Ok(())
    }

    /// Receives a finding.
    ///
    /// # Errors
    ///
    /// An error ends the replay.
    fn finding(&mut self, located: LocatedFinding) -> io::Result<()>;

    /// Some thousands of records have passed.
    ///
    /// # Errors
    ///
    /// An error ends the replay.
    fn passed(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<L: Listener> Listener for &mut L {
    const WANTS_EVENTS: bool = L::WANTS_EVENTS;

    fn event(&mut self, recorded: &Recorded) -> io::Result<()> {
        L::event(self, recorded)
    }

    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        L::finding(self, located)
    }

    fn passed(&mut self) -> io::Result<()> {
        L::passed(self)
    }
}

/// A finding, and the log, record and line where it was found.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LocatedFinding {
    /// The name of the log.
    pub path: Rc<str>,
    /// The record, from 1.
    pub record: u64,
    /// The first line of the record, from 1.
    pub line: u64,
    /// True for what is known only when all logs were read, such as a call that did not end. The record is then the last one.
    pub is_of_end: bool,
    /// The finding.
    pub finding: Finding,
}

impl LocatedFinding {
    pub(crate) const fn severity(&self) -> Severity {
        self.finding.severity
    }
}

/// The result of a replay.
pub(crate) struct Outcome {
    pub(crate) replay: Replay,
    pub(crate) inputs: Vec<InputReport>,
    pub(crate) unreadable: Vec<Unreadable>,
    /// Messages that name the requested calls of which no log tells.
    pub(crate) missing: Vec<String>,
    /// What else people are told. It does not change the exit status.
    pub(crate) notes: Vec<String>,
    pub(crate) worst: Option<Severity>,
}

/// What was read from one log.
#[derive(Clone)]
pub(crate) struct InputReport {
    pub(crate) path: Rc<str>,
    pub(crate) format: Option<Format>,
    pub(crate) records: u64,
    pub(crate) malformed: u64,
    /// The line of the last record.
    last_line: u64,
    /// How many bytes of the log were read.
    bytes: u64,
}

impl InputReport {
    fn new(path: &str, format: Option<Format>) -> Self {
        Self { path: path.into(), format, records: 0, malformed: 0, last_line: 1, bytes: 0 }
    }
}

/// The options of a replay.
#[derive(Clone, Copy)]
pub(crate) struct ReplayOptions<'a> {
    pub(crate) source: &'a SourceArgs,
    /// The moment at which each call stops; `None` for the end of the logs.
    pub(crate) until: Option<Moment>,
    /// Replays this call and skips all others.
    pub(crate) only: Option<CallId>,
    /// The number of threads.
    pub(crate) jobs: NonZeroUsize,
    /// What the command needs of the calls.
    pub(crate) keep: Keep,
}

impl<'a> ReplayOptions<'a> {
    /// Options with one thread, for the summaries of all calls at the end of the logs.
    pub(crate) const fn of_all(source: &'a SourceArgs) -> Self {
        Self { source, until: None, only: None, jobs: NonZeroUsize::MIN, keep: Keep::Summary }
    }
}

/// The message that no log tells of a requested call.
pub(crate) fn missing(call: CallId, until: Option<Moment>) -> String {
    if let Some(Moment::Time(at)) = until {
        format!("no log contains call {call} up to {at}")
    } else {
        format!("no log contains call {call}")
    }
}

/// True where all logs are event logs, and each of them can be read more than once, from every position.
pub(crate) fn is_indexable(logs: &Logs, args: &SourceArgs) -> bool {
    let is_plain = |input: &Input| match input.open(args.opening()) {
        Ok(log) => log.format == Format::Events && log.is_plain(),
        Err(_) => input.is_in_folder,
    };
    !args.strict && logs.inputs.iter().all(|input| input.regular_size().is_some() && is_plain(input))
}

/// Replays logs as one log.
pub(crate) fn replay_logs<L: Listener>(
    options: ReplayOptions<'_>,
    logs: &Logs,
    listener: &mut L,
) -> io::Result<Outcome> {
    let (args, inputs) = (options.source, logs.inputs.as_slice());
    let mut unreadable = logs.unreadable.clone();
    let sizes: Vec<_> = inputs.iter().map(Input::regular_size).collect();
    let mut readings: Vec<_> = inputs.iter().map(|input| Reading::new(input, args.opening())).collect();
    let is_of_events = options.keep == Keep::Summary && are_events(&mut readings);
    let keep = if is_of_events { Keep::SummaryOfEvents } else { options.keep };
    let bytes = inputs.iter().map(Input::size).sum();
    let seeking = || Progress::of_order(bytes, args.quiet);
    let mut ordered = if is_of_events { None } else { by_time(&mut readings, seeking) };
    let mut replayer = Replayer::new(ReplayOptions { keep, ..options }, bytes, listener);
    for mut reading in readings {
        if reading.is_indexed {
            unreadable.extend(replayer.ordered(ordered.take().unwrap_or_default())?);
            continue;
        }
        match reading.open() {
            Ok(records) => unreadable.extend(replayer.log(reading, records)?),
            Err(why) if reading.input.is_in_folder && why.is_unrecognised => replayer.stray(&why)?,
            Err(why) => unreadable.push(why),
        }
        if replayer.has_stopped {
            break;
        }
    }
    replayer.changed(inputs, &sizes)?;
    let mut outcome = replayer.finish(unreadable)?;
    outcome.notes.extend(logs.notes.iter().cloned());
    Ok(outcome)
}

/// True where all logs are event logs. Files in folders that are no logs do not count. A log that can be read only once is
/// inspected only where it is the first; elsewhere the answer is false.
fn are_events(readings: &mut [Reading<'_>]) -> bool {
    let mut is_first = true;
    let has_events = |reading: &mut Reading<'_>| {
        (std::mem::take(&mut is_first) || reading.input.is_lasting()) && reading.is_of_events()
    };
    !readings.is_empty() && readings.iter_mut().all(has_events)
}

struct Replayer<'a, L> {
    replay: Replay,
    jobs: NonZeroUsize,
    listener: &'a mut L,
    inputs: Vec<InputReport>,
    worst: Option<Severity>,
    args: &'a SourceArgs,
    until: Option<Moment>,
    only: Option<CallId>,
    /// True after the first finding about the only call that is wanted.
    has_finding_of_only: bool,
    /// True after the first finding of severity error with `--strict`.
    has_stopped: bool,
    /// True when all logs were read.
    is_at_end: bool,
    progress: Progress,
    /// The latest time of receiving in the logs that are read in their own order.
    latest: Option<Written>,
    /// True if times of receiving have run backwards.
    is_unordered: bool,
}

impl<'a, L: Listener> Replayer<'a, L> {
    fn new(options: ReplayOptions<'a>, bytes: u64, listener: &'a mut L) -> Self {
        let (args, keep) = (options.source, options.keep);
        let replay = options.until.into_iter().fold(Replay::new().keep(keep), Replay::until);
        Self {
            replay: options.only.into_iter().fold(replay, Replay::only),
            jobs: options.jobs,
            listener,
            inputs: Vec::new(),
            worst: None,
            args,
            until: options.until,
            only: options.only,
            has_finding_of_only: false,
            has_stopped: false,
            is_at_end: false,
            progress: Progress::new(bytes, args.quiet),
            latest: None,
            is_unordered: false,
        }
    }

    /// Replays a log from its beginning, or from its end if its newest entry is first. Returns why it was not read to its end.
    fn log(&mut self, mut reading: Reading<'_>, records: Records) -> io::Result<Vec<Unreadable>> {
        if !is_newest_first(&records) {
            return Ok(self.input(reading.input, records)?.into_iter().collect());
        }
        match reading.keep(records) {
            Ok(records) => {
                let progress = Progress::of_order(reading.input.size(), self.args.quiet);
                self.ordered(reversed(&mut reading, records, progress))
            }
            Err(why) => Ok(vec![why]),
        }
    }

    /// Replays the records of some logs in another order than theirs. Returns why logs were not read to their end.
    fn ordered(&mut self, mut ordered: Ordered) -> io::Result<Vec<Unreadable>> {
        let report = |log: &IndexedLog| InputReport::new(&log.input.path, Some(log.format));
        let mut reports: Vec<_> = ordered.logs.iter().map(|log| (report(log), 0)).collect();
        let (mut bytes, mut passed) = (0, 0_u64);
        ordered.records(|OrderedRecord { log, place, length, decoded }| {
            if let Some((report, taken)) = reports.get_mut(log) {
                (report.records, report.last_line) = (place.record, place.line);
                *taken += 1;
                self.record(report, decoded)?;
            }
            bytes += length;
            passed += 1;
            self.progress.set(bytes);
            if passed.is_multiple_of(STRIDE) {
                self.listener.passed()?;
            }
            Ok(!self.has_stopped)
        })?;
        let mut unreadable = Vec::new();
        for (log, (mut report, taken)) in ordered.logs.into_iter().zip(reports) {
            if self.has_stopped {
                report.records = taken;
            } else {
                (report.records, report.last_line) = (log.last.record, log.last.line);
                if log.is_newest_first {
                    self.newest_first(&log)?;
                }
                self.skipped(&report, log.noise, log.tells)?;
            }
            self.progress.end_log(log.bytes_read);
            self.inputs.push(report);
            unreadable.extend(log.failure);
        }
        Ok(unreadable)
    }

    fn newest_first(&mut self, log: &IndexedLog) -> io::Result<()> {
        let first = InputReport { records: 1, ..InputReport::new(&log.input.path, Some(log.format)) };
        let message = "the newest entry is first, so the log was read from its end";
        self.found(&first, vec![Finding::new(FindingKind::NewestFirst, None, message)])
    }

    /// Reports once that times of receiving run backwards.
    fn unordered(&mut self, report: &InputReport, decoded: &Decoded) -> io::Result<()> {
        let Some(written) = decoded.written() else { return Ok(()) };
        let since = self.latest.and_then(|latest| written.since(latest)).unwrap_or_default();
        let (verb, least) = match written {
            Written::Received(_) => ("received", SignedDuration::ZERO),
            Written::Local(_) | Written::OfDay(_) => ("written", -JITTER),
        };
        if !since.is_negative() {
            self.latest = Some(written);
        } else if since < least && !self.is_unordered {
            self.is_unordered = true;
            let message = format!(
                "{verb} before a record that stands ahead of it. Not every record has a time of receiving, so all are read \
                 in the order in which they stand. Findings such as `late` may come from the order of the log, not from \
                 the network"
            );
            return self.found(report, vec![Finding::new(FindingKind::Unordered, None, message)]);
        }
        Ok(())
    }

    /// Replays a log record by record. The error comes from reading the log, the outer one from the listener.
    fn input(&mut self, input: &Input, records: Records) -> io::Result<Option<Unreadable>> {
        let mut report = InputReport::new(&input.path, Some(records.format));
        let (mut noise, mut tells) = (Noise::default(), false);
        let read = decode(records, self.jobs, |located, bytes_read| {
            noise = noise.and(located.noise);
            tells |= !located.decoded.is_noise();
            (report.records, report.last_line) = (located.place.record, located.place.line);
            report.bytes = bytes_read;
            self.unordered(&report, &located.decoded)?;
            self.record(&mut report, located.decoded)?;
            if report.records.is_multiple_of(STRIDE) {
                self.progress.set(report.bytes);
                self.listener.passed()?;
            }
            Ok(!self.has_stopped)
        })?;
        self.skipped(&report, noise, tells)?;
        self.progress.end_log(report.bytes);
        self.inputs.push(report);
        Ok(read.err().map(|error| input.unreadable(&error)))
    }

    /// Reports the text between the records of a log, once, or that the log has nothing else.
    fn skipped(&mut self, report: &InputReport, noise: Noise, tells: bool) -> io::Result<()> {
        let first = InputReport {
            records: noise.first.record,
            last_line: noise.first.line,
            ..InputReport::new(&report.path, report.format)
        };
        if !tells {
            let message = "no record tells of a call: found no notification, no reply of Graph and no event";
            return self.found(report, vec![Finding::new(FindingKind::NothingFound, None, message)]);
        }
        if noise.lines == 0 {
            return Ok(());
        }
        let message = match noise.lines {
            1 => "1 line has other text than notifications, which was skipped".to_owned(),
            lines => format!(
                "{lines} lines have other text than notifications, which was skipped; this is the first"
            ),
        };
        self.found(&first, vec![Finding::new(FindingKind::Noise, None, message)])
    }

    fn record(&mut self, report: &mut InputReport, decoded: Decoded) -> io::Result<()> {
        let mut written = Ok(());
        let mut sink = |recorded: &Recorded| {
            if written.is_ok() {
                written = self.listener.event(recorded);
            }
        };
        let findings = self.replay.decoded(decoded, if L::WANTS_EVENTS { Some(&mut sink) } else { None });
        written?;
        report.malformed += u64::from(findings.iter().any(|it| it.kind == FindingKind::Malformed));
        self.found(report, findings)
    }

    /// Ends the replay: folds the events that were held back until the end of the last log, and reports their findings.
    fn finish(mut self, unreadable: Vec<Unreadable>) -> io::Result<Outcome> {
        let mut written = Ok(());
        let findings = self.replay.finish(|recorded| {
            if written.is_ok() {
                written = self.listener.event(recorded);
            }
        });
        written?;
        self.is_at_end = true;
        if let Some(last) = self.inputs.pop() {
            self.found(&last, findings)?;
            if self.until.is_none() && !self.has_stopped && unreadable.is_empty() {
                self.found(&last, self.replay.unfinished().collect())?;
            }
            self.inputs.push(last);
        }
        self.progress.finish();
        let missing = self.missing().into_iter().collect();
        let notes = self.too_early().or_else(|| self.timeless()).into_iter().collect();
        Ok(Outcome {
            replay: self.replay,
            inputs: self.inputs,
            unreadable,
            missing,
            notes,
            worst: self.worst,
        })
    }

    /// Reports the logs whose size is no longer what it was before they were read.
    fn changed(&mut self, inputs: &[Input], sizes: &[Option<u64>]) -> io::Result<()> {
        let changed = inputs.iter().zip(sizes).filter_map(|(input, before)| {
            let (before, now) = ((*before)?, input.regular_size()?);
            (before != now).then_some((input.path.as_str(), (before, now)))
        });
        let changed: BTreeMap<_, _> = changed.collect();
        let reports = self.inputs.iter().filter(|report| changed.contains_key(&*report.path));
        for report in reports.cloned().collect::<Vec<_>>() {
            let Some((before, now)) = changed.get(&*report.path) else { continue };
            let message = if now > before {
                format!(
                    "the log grew while it was read, from {before} to {now} bytes: what was added may not be read"
                )
            } else {
                format!(
                    "the log shrank while it was read, from {before} to {now} bytes: it was cut or replaced"
                )
            };
            self.found(&report, vec![Finding::new(FindingKind::Grew, None, message)])?;
        }
        Ok(())
    }

    /// The message that nothing had happened yet at the requested time.
    fn too_early(&self) -> Option<String> {
        let Some(Moment::Time(at)) = self.until.filter(|_| self.replay.events() == 0) else { return None };
        let what = if self.only.is_some() { "call" } else { "log" };
        self.replay
            .stopped_from()
            .map(|begin| format!("nothing had happened at {at}: the {what} begins at {begin}"))
    }

    /// The message that a time was requested, and no event has one.
    fn timeless(&self) -> Option<String> {
        let Some(Moment::Time(at)) = self.until.filter(|_| self.replay.stopped_from().is_none()) else {
            return None;
        };
        let calls = self.replay.summaries();
        let is_timeless = !calls.is_empty() && calls.iter().all(|call| call.first_at().is_none());
        let what = if self.only.is_some() { "call" } else { "log" };
        is_timeless.then(|| {
            format!("no event in the {what} has a time, so --at {at} leaves nothing out: the calls are shown at their end")
        })
    }

    /// The message that no log tells of the only call that is wanted. Where no log was read, or not to its end, this is not
    /// known.
    fn missing(&self) -> Option<String> {
        let is_known = |call| self.has_finding_of_only || self.replay.knows(call);
        let is_read = !self.inputs.is_empty() && !self.has_stopped;
        self.only.filter(|call| is_read && !is_known(*call)).map(|call| missing(call, self.until))
    }

    fn found(&mut self, place: &InputReport, findings: Vec<Finding>) -> io::Result<()> {
        for finding in findings {
            let severity = finding.severity;
            self.worst = self.worst.max(Some(severity));
            self.has_finding_of_only |= self.only.is_some() && finding.call == self.only;
            let (path, record, line) = (Rc::clone(&place.path), place.records, place.last_line);
            let is_of_end = self.is_at_end;
            self.listener.finding(LocatedFinding { path, record, line, is_of_end, finding })?;
            if self.args.strict && severity == Severity::Error {
                self.has_stopped = true;
                break;
            }
        }
        Ok(())
    }

    /// Reports a file of a folder that is no log.
    fn stray(&mut self, why: &Unreadable) -> io::Result<()> {
        let finding = Finding::new(FindingKind::Malformed, None, why.why.clone());
        let mut report = InputReport { records: 1, malformed: 1, ..InputReport::new(&why.path, None) };
        self.found(&report, vec![finding])?;
        report.records = 0;
        self.inputs.push(report);
        Ok(())
    }
}
