//! The comparison of the two replays: findings, events and summaries, in one bulk replay and in several
//! parts.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt;
use std::num::NonZeroUsize;

use callfold::call::State;
use callfold::graph::{OperationKind, ResultInfo};
use callfold::jiff::Timestamp;
use callfold::log::Format;
use callfold::{Bulk, CallId, Finding, Moment, OperationId, Replay, Summary, operation};

/// A log, line by line.
#[derive(Clone)]
pub(super) struct Log(pub(super) Vec<Vec<u8>>);

impl Log {
    pub(super) fn of<L: Into<Vec<u8>>>(lines: impl IntoIterator<Item = L>) -> Self {
        Self(lines.into_iter().map(Into::into).collect())
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|line| write!(f, "\n{}", String::from_utf8_lossy(line)))
    }
}

/// The part of a log that is replayed.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct View {
    pub(super) until: Option<Moment>,
    pub(super) only: Option<CallId>,
}

/// The result of a replay. Findings at the end of the log have the position after its last line.
#[derive(Debug, PartialEq)]
struct Played {
    findings: Vec<(usize, Finding)>,
    events: u64,
    calls: Vec<Reported>,
}

/// All values of a summary.
#[derive(Debug, PartialEq)]
struct Reported {
    id: CallId,
    state: State,
    revision: u64,
    times: [Option<Timestamp>; 2],
    direction: Option<String>,
    audio: Option<String>,
    result_info: Option<ResultInfo>,
    termination_reason: Option<String>,
    operations: Vec<Worked>,
    participants: usize,
    tones: Vec<String>,
}

type Worked = (Option<OperationId>, OperationKind, operation::State, Option<String>, bool);

impl Reported {
    fn of(summary: &Summary<'_>) -> Self {
        let operations = summary.operations().map(|one| {
            let context = one.client_context.map(|context| context.text().into_owned());
            (one.id.cloned(), one.kind, one.state, context, one.is_orphaned)
        });
        Self {
            id: summary.id(),
            state: summary.state(),
            revision: summary.revision(),
            times: [summary.first_at(), summary.last_at()],
            direction: summary.direction().map(Into::into),
            audio: summary.audio().map(Into::into),
            result_info: summary.result_info().cloned(),
            termination_reason: summary.termination_reason().map(Into::into),
            operations: operations.collect(),
            participants: summary.participants(),
            tones: summary.tones().map(Into::into).collect(),
        }
    }
}

impl View {
    fn plain(self, log: &Log) -> Played {
        let mut replay = Replay::new();
        if let Some(until) = self.until {
            replay = replay.until(until);
        }
        if let Some(only) = self.only {
            replay = replay.only(only);
        }
        let found =
            log.0.iter().enumerate().map(|(at, line)| (at, replay.record(Format::Events, line, |_| {})));
        let mut findings = flat(found.collect());
        findings.extend(replay.finish(|_| {}).into_iter().map(|finding| (log.0.len(), finding)));
        let calls = replay.calls().map(|call| Reported::of(&Summary::from(call))).collect();
        Played { findings, events: replay.events(), calls }
    }

    fn part(self, log: &Log, index: usize, of: NonZeroUsize) -> Played {
        let mut bulk = Bulk::new().part(index, of);
        if let Some(until) = self.until {
            bulk = bulk.until(until);
        }
        if let Some(only) = self.only {
            bulk = bulk.only(only);
        }
        let found = log.0.iter().enumerate().map(|(at, line)| {
            let is_elsewhere = Bulk::part_of(line, of).is_some_and(|part| part != index);
            let found =
                if of == NonZeroUsize::MIN { first_of_more(&mut bulk, line) } else { bulk.line(line) };
            assert!(found.is_empty() || !is_elsewhere, "{found:?} belong into another part");
            (at, found)
        });
        let mut findings = flat(found.collect());
        findings.extend(bulk.finish().into_iter().map(|finding| (log.0.len(), finding)));
        let calls = bulk.calls().iter().map(Reported::of).collect();
        Played { findings, events: bulk.events(), calls }
    }

    /// The results of all parts together.
    fn bulk(self, log: &Log, of: usize) -> Played {
        let parts = (0..of).map(|index| self.part(log, index, of.try_into().unwrap()));
        let mut whole = parts
            .reduce(|mut whole, part| {
                whole.findings.extend(part.findings);
                whole.calls.extend(part.calls);
                Played { events: whole.events + part.events, ..whole }
            })
            .unwrap();
        // At the end of the log, the findings about buffered lines come in the order of the calls.
        whole.findings.sort_by_key(|(at, finding)| (*at, finding.call.filter(|_| *at == log.0.len())));
        whole.calls.sort_by_key(|call| call.id);
        whole
    }
}

/// The findings of the first line of a longer log. The replay must end the line where it ends.
fn first_of_more(bulk: &mut Bulk, line: &[u8]) -> Vec<Finding> {
    if line.is_empty() || line.contains(&b'\n') || line.trim_ascii() != line {
        return bulk.line(line);
    }
    let end: &[u8] = if line.len().is_multiple_of(2) { b"\n" } else { b"\r\n" };
    let mut findings = Vec::new();
    let length = bulk.first_line(&[line, end, line].concat(), &mut findings);
    assert_eq!(length, line.len() + end.len(), "of {}", String::from_utf8_lossy(line));
    findings
}

fn flat(found: Vec<(usize, Vec<Finding>)>) -> Vec<(usize, Finding)> {
    found.into_iter().flat_map(|(at, found)| found.into_iter().map(move |finding| (at, finding))).collect()
}

/// Checks that the bulk replay finds and reports the same as the plain replay.
#[track_caller]
pub(super) fn agree_on(view: View, log: &Log) {
    let plain = view.plain(log);
    for of in 1..=3 {
        let bulk = view.bulk(log, of);
        let found = differing(&bulk.findings, &plain.findings);
        let reported = differing(&bulk.calls, &plain.calls);
        assert!(bulk == plain, "in {of} parts {view:?} gives not {found:#?} {reported:#?} of{log:?}");
    }
}

/// The first pair of values that differ.
fn differing<'a, T: PartialEq>(ones: &'a [T], others: &'a [T]) -> Option<[Option<&'a T>; 2]> {
    let length = ones.len().max(others.len());
    let mut pairs = (0..length).map(|index| [ones.get(index), others.get(index)]);
    pairs.find(|[one, other]| one != other)
}

#[track_caller]
pub(super) fn agree(log: &Log) {
    agree_on(View::default(), log);
}
