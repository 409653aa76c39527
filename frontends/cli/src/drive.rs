//! The drive that the commands share: logs in, events and findings out as they come. Nothing is kept but the calls.

use std::io;
use std::rc::Rc;

use callfold::log::Format;
use callfold::{Finding, FindingKind, Recorded, Replay, Severity};

use crate::args::SourceArgs;
use crate::input::{self, Input, Records, Unreadable};
use crate::progress::Progress;

/// How many records pass between two looks at the progress.
const STRIDE: u64 = 4096;

/// What a command does with what a replay gives.
pub(crate) trait Listener {
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
    pub(crate) replay: Replay,
    pub(crate) inputs: Vec<InputReport>,
    pub(crate) unreadable: Vec<Unreadable>,
    pub(crate) worst: Option<Severity>,
}

/// What was read of one log.
pub(crate) struct InputReport {
    pub(crate) path: Rc<str>,
    pub(crate) format: Option<Format>,
    pub(crate) records: u64,
    pub(crate) malformed: u64,
    /// Where the last record stands.
    last_line: u64,
}

impl InputReport {
    fn new(path: &str, format: Option<Format>) -> Self {
        Self { path: path.into(), format, records: 0, malformed: 0, last_line: 1 }
    }
}

/// Replays all logs as one.
pub(crate) fn drive(args: &SourceArgs, listener: &mut impl Listener) -> io::Result<Outcome> {
    let mut inputs = Vec::new();
    let mut unreadable = Vec::new();
    for log in &args.logs {
        match input::expand(log) {
            Ok(files) => inputs.extend(files),
            Err(why) => unreadable.push(why),
        }
    }
    let mut drive = Drive::new(args, inputs.iter().map(Input::size).sum(), listener);
    for input in &inputs {
        match input.open(args.format.0) {
            Ok(records) => unreadable.extend(drive.input(input, records)?),
            Err(why) if input.is_in_folder => drive.stray(&why)?,
            Err(why) => unreadable.push(why),
        }
        if drive.has_stopped {
            break;
        }
    }
    drive.finish()?;
    if let Some(call) = args.call.filter(|call| drive.replay.ledger().call(*call).is_none()) {
        anstream::eprintln!("callfold: no log tells of call {call}");
    }
    Ok(Outcome { replay: drive.replay, inputs: drive.inputs, unreadable, worst: drive.worst })
}

struct Drive<'a, L> {
    replay: Replay,
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
    fn new(args: &SourceArgs, bytes: u64, listener: &'a mut L) -> Self {
        let mut replay = Replay::new();
        if let Some(moment) = args.until() {
            replay = replay.until(moment);
        }
        if let Some(call) = args.call {
            replay = replay.only(call);
        }
        Self {
            replay,
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
        let mut broken = None;
        while !self.has_stopped {
            match records.next() {
                Ok(Some(placed)) => {
                    (report.records, report.last_line) = (placed.record, placed.line);
                    self.record(&mut report, placed.bytes)?;
                }
                Ok(None) => break,
                Err(error) => {
                    broken = Some(Unreadable { path: input.path.clone(), why: error.to_string() });
                    break;
                }
            }
            if report.records.is_multiple_of(STRIDE) {
                self.progress.set(self.bytes + records.bytes_read);
            }
        }
        self.bytes += records.bytes_read;
        self.inputs.push(report);
        Ok(broken)
    }

    fn record(&mut self, report: &mut InputReport, bytes: &[u8]) -> io::Result<()> {
        let Some(format) = report.format else { return Ok(()) };
        let mut written = Ok(());
        let findings = self.replay.record(format, bytes, |recorded| {
            if written.is_ok() {
                written = self.listener.event(recorded);
            }
        });
        written?;
        report.malformed += u64::from(findings.iter().any(|it| it.kind == FindingKind::Malformed));
        self.found(report, findings)
    }

    /// At the end of the last log: what was held back until then.
    fn finish(&mut self) -> io::Result<()> {
        let mut written = Ok(());
        let findings = self.replay.finish(|recorded| {
            if written.is_ok() {
                written = self.listener.event(recorded);
            }
        });
        written?;
        if let Some(last) = self.inputs.pop() {
            self.found(&last, findings)?;
            self.inputs.push(last);
        }
        self.progress.finish();
        Ok(())
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
