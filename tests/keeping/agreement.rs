//! The comparison of two replays: findings, events and summaries.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt;

use callfold::call::{PartyRequest, State};
use callfold::graph::{CompletionReason, OperationKind, ResultInfo};
use callfold::jiff::Timestamp;
use callfold::log::Format;
use callfold::{CallId, Finding, Id, Keep, Moment, OperationId, Replay, Summary, operation};

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
    people: (usize, Option<String>, Option<String>, Vec<String>),
    requests: (Vec<PartyRequest>, Option<Id>),
    tones: Vec<String>,
}

type Worked = (Option<OperationId>, OperationKind, operation::State, Option<String>, bool, Ended);

type Ended = (Option<ResultInfo>, Option<CompletionReason>);

impl Reported {
    fn of(summary: &Summary<'_>) -> Self {
        let operations = summary.operations().map(|one| {
            let ended = (one.result_info.cloned(), one.completion_reason.cloned());
            (one.id.cloned(), one.kind, one.state, one.client_context.map(Into::into), one.is_orphaned, ended)
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
            people: (
                summary.participants(),
                summary.caller().map(Into::into),
                summary.callees().map(Into::into),
                summary.everybody().into_iter().map(Into::into).collect(),
            ),
            requests: (summary.party_requests(), summary.chain().cloned()),
            tones: summary.tones().map(Into::into).collect(),
        }
    }
}

impl View {
    fn play(self, keep: Keep, format: Format, log: &[Vec<u8>]) -> Played {
        let replay = self.until.into_iter().fold(Replay::new().keep(keep), Replay::until);
        let mut replay = self.only.into_iter().fold(replay, Replay::only);
        let mut findings = Vec::new();
        for (at, record) in log.iter().enumerate() {
            let found = replay.record(format, record, |_| {});
            findings.extend(found.into_iter().map(|finding| (at, finding)));
        }
        findings.extend(replay.finish(|_| {}).into_iter().map(|finding| (log.len(), finding)));
        let calls = replay.summaries().iter().map(Reported::of).collect();
        Played { findings, events: replay.events(), calls }
    }
}

/// Checks that a replay that keeps summaries finds and reports the same as one that keeps everything.
#[track_caller]
pub(super) fn agree_on(view: View, log: &Log) {
    let whole = view.play(Keep::Everything, Format::Events, &log.0);
    for keep in [Keep::Summary, Keep::SummaryOfEvents] {
        view.play(keep, Format::Events, &log.0).is(&whole, log);
    }
}

/// Checks the same for the bodies of notifications.
#[track_caller]
pub(super) fn agree_on_notified(view: View, bodies: &[Vec<u8>]) {
    let whole = view.play(Keep::Everything, Format::Notifications, bodies);
    view.play(Keep::Summary, Format::Notifications, bodies).is(&whole, &Log(bodies.to_vec()));
}

impl Played {
    #[track_caller]
    fn is(&self, whole: &Self, log: &Log) {
        let found = differing(&self.findings, &whole.findings);
        let reported = differing(&self.calls, &whole.calls);
        assert!(self == whole, "not {found:#?} {reported:#?} of{log:?}");
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
