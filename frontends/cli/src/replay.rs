//! `callfold replay`, and the drive that the other commands share.

use std::io::{self, Write};
use std::process::ExitCode;

use callfold::{Finding, FindingKind, Recorded, Replay, Severity};

use crate::args::{ReplayArgs, SourceArgs};
use crate::input::{self, Input, Records, Unreadable};
use crate::progress::Progress;
use crate::{report, status};

/// How many records pass between two looks at the progress.
const STRIDE: u64 = 4096;

/// What a replay came to.
pub(crate) struct Outcome {
    pub(crate) replay: Replay,
    pub(crate) inputs: Vec<InputReport>,
    pub(crate) findings: Vec<PlacedFinding>,
    pub(crate) unreadable: Vec<Unreadable>,
}

/// What was read of one log.
pub(crate) struct InputReport {
    pub(crate) path: String,
    pub(crate) format: Option<callfold::log::Format>,
    pub(crate) records: u64,
    pub(crate) malformed: u64,
    /// Where the last record stands.
    last_line: u64,
}

/// A finding and its place.
pub(crate) struct PlacedFinding {
    /// Index into the inputs.
    pub(crate) input: usize,
    pub(crate) record: u64,
    pub(crate) line: u64,
    pub(crate) finding: Finding,
}

impl Outcome {
    pub(crate) fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|placed| placed.finding.kind.severity()).max()
    }

    pub(crate) fn path(&self, placed: &PlacedFinding) -> &str {
        self.inputs.get(placed.input).map_or("", |input| &input.path)
    }
}

pub(crate) fn run(args: &ReplayArgs) -> io::Result<ExitCode> {
    let outcome = drive(&args.source, |_| Ok(()))?;
    if args.json {
        report::json(&outcome, args.show_secrets)?;
    } else if !outcome.inputs.is_empty() {
        report::table(&outcome, args.show_secrets)?;
    }
    if let Some(call) = args.source.call.filter(|call| outcome.replay.ledger().call(*call).is_none()) {
        anstream::eprintln!("callfold: no log tells of call {call}");
    }
    Ok(status(&outcome.unreadable, outcome.worst(), args.deny.deny))
}

/// Replays all logs as one, and hands each event that was folded to `sink`.
pub(crate) fn drive(
    args: &SourceArgs,
    mut sink: impl FnMut(&Recorded) -> io::Result<()>,
) -> io::Result<Outcome> {
    let mut inputs = Vec::new();
    let mut unreadable = Vec::new();
    for log in &args.logs {
        match input::expand(log) {
            Ok(files) => inputs.extend(files),
            Err(why) => unreadable.push(why),
        }
    }
    let mut drive = Drive::new(args, inputs.iter().map(Input::size).sum());
    for input in &inputs {
        match input.open(args.format.0) {
            Ok(records) => unreadable.extend(drive.input(input, records, &mut sink)?),
            Err(why) if input.is_in_folder => drive.stray(&why),
            Err(why) => unreadable.push(why),
        }
        if drive.has_stopped() {
            break;
        }
    }
    drive.finish(&mut sink)?;
    Ok(Outcome { replay: drive.replay, inputs: drive.inputs, findings: drive.findings, unreadable })
}

struct Drive {
    replay: Replay,
    inputs: Vec<InputReport>,
    findings: Vec<PlacedFinding>,
    is_strict: bool,
    progress: Progress,
    bytes: u64,
}

impl Drive {
    fn new(args: &SourceArgs, bytes: u64) -> Self {
        let mut replay = Replay::new();
        if let Some(moment) = args.until() {
            replay = replay.until(moment);
        }
        if let Some(call) = args.call {
            replay = replay.only(call);
        }
        Self {
            replay,
            inputs: Vec::new(),
            findings: Vec::new(),
            is_strict: args.strict,
            progress: Progress::new(bytes),
            bytes: 0,
        }
    }

    /// With `--strict`, the first error is the last thing that is looked at.
    fn has_stopped(&self) -> bool {
        let last = self.findings.last().map(|placed| placed.finding.kind.severity());
        self.is_strict && last == Some(Severity::Error)
    }

    fn input(
        &mut self,
        input: &Input,
        mut records: Records,
        sink: &mut impl FnMut(&Recorded) -> io::Result<()>,
    ) -> io::Result<Option<Unreadable>> {
        let format = records.format;
        let mut report = InputReport {
            path: input.path.clone(),
            format: Some(format),
            records: 0,
            malformed: 0,
            last_line: 1,
        };
        let mut written = Ok(());
        let mut broken = None;
        loop {
            let placed = match records.next() {
                Ok(Some(placed)) => placed,
                Ok(None) => break,
                Err(error) => {
                    broken = Some(Unreadable { path: input.path.clone(), why: error.to_string() });
                    break;
                }
            };
            let (record, line) = (placed.record, placed.line);
            let findings = self.replay.record(format, placed.bytes, |recorded| {
                if written.is_ok() {
                    written = sink(recorded);
                }
            });
            report.records = record;
            report.last_line = line;
            report.malformed += u64::from(findings.iter().any(|it| it.kind == FindingKind::Malformed));
            self.found(record, line, findings);
            if written.is_err() || self.has_stopped() {
                break;
            }
            if record.is_multiple_of(STRIDE) {
                self.progress.set(self.bytes + records.bytes_read);
            }
        }
        self.bytes += records.bytes_read;
        self.inputs.push(report);
        written.map(|()| broken)
    }

    /// At the end of the last log: what was held back until then.
    fn finish(&mut self, sink: &mut impl FnMut(&Recorded) -> io::Result<()>) -> io::Result<()> {
        let mut written = Ok(());
        let findings = self.replay.finish(|recorded| {
            if written.is_ok() {
                written = sink(recorded);
            }
        });
        let last = self.inputs.len().saturating_sub(1);
        let (record, line) = self.inputs.last().map_or((1, 1), |input| (input.records, input.last_line));
        let placed = findings.into_iter().map(|finding| PlacedFinding { input: last, record, line, finding });
        self.findings.extend(placed);
        self.progress.finish();
        written
    }

    fn found(&mut self, record: u64, line: u64, findings: Vec<Finding>) {
        let input = self.inputs.len();
        for finding in findings {
            self.findings.push(PlacedFinding { input, record, line, finding });
            if self.has_stopped() {
                break;
            }
        }
    }

    /// A file of a folder that is no log.
    fn stray(&mut self, why: &Unreadable) {
        let finding = Finding::new(FindingKind::Malformed, None, why.why.clone());
        self.found(1, 1, vec![finding]);
        self.inputs.push(InputReport {
            path: why.path.clone(),
            format: None,
            records: 0,
            malformed: 1,
            last_line: 1,
        });
    }
}

/// Writes to standard output in large blocks.
pub(crate) fn stdout() -> impl Write {
    io::BufWriter::with_capacity(1 << 16, io::stdout().lock())
}
