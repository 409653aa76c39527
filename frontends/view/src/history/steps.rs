//! The steps of a call, and its findings.

use std::sync::OnceLock;

use callfold::call::{Call, CallEvent, Part, State};
use callfold::graph::Participant;
use callfold::jiff::Timestamp;
use callfold::{CallId, Finding, Recorded, Refusal};

use super::spans::Lanes;
use crate::chart::path::ChartPath;

/// A call with all of its events and findings.
///
/// ```
/// use callfold_view::history::CallHistory;
///
/// let log = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}
/// {"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"terminated","data":{}}"#;
/// let events = log.lines().map(str::parse).collect::<Result<_, _>>()?;
/// let history = CallHistory::of(events, Vec::new())?;
/// assert_eq!(history.steps().len(), 2);
/// assert_eq!(history.state_spans().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CallHistory {
    pub(super) steps: Vec<Step>,
    pub(super) findings: Vec<HistoryFinding>,
    pub(super) last: Call,
    /// Clones of the call after the steps 0, `stride`, 2 × `stride` and so on.
    pub(super) kept: Vec<Call>,
    pub(super) stride: usize,
    /// The lanes, once one of them is read.
    pub(super) lanes: OnceLock<Lanes>,
}

/// An event and the state after it. The steps of a history are numbered from 0. (In `callfold::chart`, a step
/// is a change of state.)
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Step {
    /// The event.
    pub recorded: Recorded,
    /// The state of the call after the event.
    pub state: State,
}

/// The parts of a call that a step changed.
pub(crate) struct Changed {
    /// The index of the operation that the step changed or added.
    pub(crate) operation: Option<usize>,
    /// The call before a step that changed the roster.
    before: Option<Call>,
}

impl Changed {
    /// The participants who joined, changed or left, each with its number in the order of the first reports.
    pub(crate) fn participants<'a>(
        &'a self,
        after: &'a Call,
    ) -> impl Iterator<Item = (usize, &'a Participant)> + Clone {
        let changes: Vec<_> = self.before.iter().flat_map(|before| after.roster_changes(before)).collect();
        changes.into_iter()
    }
}

/// The highest number of clones of the call that a history keeps, in addition to the last call. The call at another step is
/// folded from the clone before it. A clone for every step would need too much memory in a long call.
const KEPT: usize = 64;

/// A finding, its place in a log, and its place in the history of its call.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct HistoryFinding {
    /// The finding.
    pub finding: Finding,
    /// The name of the log.
    pub input: String,
    /// The number of the record in the log, counted from 1.
    pub record: u64,
    /// The number of the first line of the record in the log, counted from 1.
    pub line: u64,
    /// How many events of the call were folded before the finding. For example, 5: the finding comes after the fifth event.
    pub after: usize,
}

impl HistoryFinding {
    /// A finding in a record of a log, after the given number of events of its call.
    pub fn new(finding: Finding, input: impl Into<String>, (record, line): (u64, u64), after: usize) -> Self {
        Self { finding, input: input.into(), record, line, after }
    }

    /// The step that shows the finding, counted from 0. A finding before the first event belongs to the first
    /// step.
    pub const fn step(&self) -> usize {
        self.after.saturating_sub(1)
    }
}

impl CallHistory {
    /// Folds the events of one call. `events` must be in the order of their revisions, and `findings` in the
    /// order of the log. Only the order of the events is checked, by the fold.
    ///
    /// # Errors
    ///
    /// [`HistoryError::NoEvents`] if there are no events. [`HistoryError::Refused`] with the refusal of the
    /// first event that the call does not accept.
    pub fn of(events: Vec<Recorded>, findings: Vec<HistoryFinding>) -> Result<Self, HistoryError> {
        let stride = events.len().div_ceil(KEPT).max(1);
        let (mut steps, mut kept) = (Vec::with_capacity(events.len()), Vec::new());
        let mut last: Option<Call> = None;
        for recorded in events {
            let call = fold(&mut last, &recorded).map_err(HistoryError::Refused)?;
            if steps.len().is_multiple_of(stride) {
                kept.push(call.clone());
            }
            steps.push(Step { state: call.state(), recorded });
        }
        let last = last.ok_or(HistoryError::NoEvents)?;
        Ok(Self { steps, findings, last, kept, stride, lanes: OnceLock::new() })
    }

    /// The call after each step, in order.
    pub fn calls(&self) -> impl Iterator<Item = Call> {
        let mut call = None;
        self.steps.iter().map_while(move |step| fold(&mut call, &step.recorded).ok().cloned())
    }

    /// The call as it was after a step; `None` if there is no such step.
    pub fn call_at(&self, step: usize) -> Option<Call> {
        let kept = step / self.stride;
        let mut call = Some(self.kept.get(kept)?.clone());
        for later in self.steps.get(kept * self.stride + 1..=step)? {
            fold(&mut call, &later.recorded).ok()?;
        }
        call
    }

    /// Folds the call again, and passes each step to `see`, with the call after it and the parts that it changed.
    pub(crate) fn walk(&self, mut see: impl FnMut(&Step, &Call, &Changed)) {
        let mut call: Option<Call> = None;
        for step in &self.steps {
            let event = &step.recorded.event;
            let operation = call.as_ref().and_then(|call| call.operation_of(event));
            // Only for a change of the roster, because the call shares its parts with a clone, and would copy them.
            let before = call.as_ref().filter(|_| event.kind().part() == Part::Roster).cloned();
            let Ok(after) = fold(&mut call, &step.recorded) else { break };
            see(step, after, &Changed { operation, before });
        }
    }

    /// The id of the call.
    pub const fn id(&self) -> CallId {
        self.last.id()
    }

    /// The call after the last event.
    pub const fn last(&self) -> &Call {
        &self.last
    }

    /// The events in order. There is at least one.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The findings in the order of the log.
    pub fn findings(&self) -> &[HistoryFinding] {
        &self.findings
    }

    /// The findings, the worst first. Of one severity, they are in the order of the log.
    pub(crate) fn worst_findings(&self) -> Vec<&HistoryFinding> {
        let mut worst: Vec<_> = self.findings.iter().collect();
        worst.sort_by_key(|located| core::cmp::Reverse(located.finding.kind.severity()));
        worst
    }

    /// The time of each step. A step without a time, or with an earlier time than a step before it, gets the latest time so
    /// far; `None` before the first known time.
    pub fn times(&self) -> Vec<Option<Timestamp>> {
        let mut latest = None;
        let time = |step: &Step| {
            latest = latest.max(step.recorded.at);
            latest
        };
        self.steps.iter().map(time).collect()
    }

    /// The path of the call through its lifecycle.
    pub fn path(&self) -> ChartPath {
        let mut steps = self.steps.iter();
        let named = |step: &Step| (step.recorded.event.kind().as_str(), step.state.as_str());
        let (event, state) = steps.next().map(named).unwrap_or_default();
        let moves =
            steps.filter(|step| matches!(step.recorded.event, CallEvent::Step(..) | CallEvent::Adopted(_)));
        moves.map(named).fold(ChartPath::begin(event, state), |path, (event, state)| path.then(event, state))
    }
}

/// Creates the call from its first event, or folds the next event into it.
fn fold<'a>(call: &'a mut Option<Call>, recorded: &Recorded) -> Result<&'a Call, Refusal> {
    match call {
        Some(call) => {
            call.evolve(recorded.clone())?;
            Ok(call)
        }
        None => Ok(call.insert(Call::begin(recorded.clone())?)),
    }
}

/// An error: the history cannot be built.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HistoryError {
    /// There are no events.
    NoEvents,
    /// The call refuses an event.
    Refused(Refusal),
}

impl core::fmt::Display for HistoryError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoEvents => {
                f.write_str("the call has no events; the first event must be offered, placed or adopted")
            }
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

impl core::error::Error for HistoryError {}
