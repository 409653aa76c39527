//! A call from its beginning on, event by event: what pages, pictures and terminals show of it.

mod lanes;

use callfold::call::{Call, CallEvent, State};
use callfold::jiff::Timestamp;
use callfold::{CallId, Finding, Recorded, Refusal};

use crate::chart::Way;
pub use lanes::{Armed, AudioSpan, OperationSpan, Presence, ReceivedTone, StateSpan};

/// A call and all that happened to it.
///
/// ```
/// use callfold_view::story::Story;
///
/// let log = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}
/// {"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"terminated","data":{}}"#;
/// let events = log.lines().map(str::parse).collect::<Result<_, _>>()?;
/// let story = Story::of(events, Vec::new())?;
/// assert_eq!(story.steps().len(), 2);
/// assert_eq!(story.state_spans().len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Story {
    steps: Vec<Step>,
    findings: Vec<Placed>,
    last: Call,
    /// The call after every `stride` steps.
    kept: Vec<Call>,
    stride: usize,
}

/// An event, and where it led.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Step {
    /// The event.
    pub recorded: Recorded,
    /// The state of the call after it.
    pub state: State,
}

/// How many versions of a call a story keeps at the most, beside the last: a call is folded on from the one before. What
/// a version has to itself grows with the call, so that all of them would be too much.
const KEPT: usize = 64;

/// A finding and its place.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Placed {
    /// What was found.
    pub finding: Finding,
    /// The log in which it was found.
    pub input: String,
    /// The record, from 1.
    pub record: u64,
    /// The line of the record, from 1.
    pub line: u64,
    /// How many events of the call were folded then: it belongs behind the event with this number, from 1.
    pub after: usize,
}

impl Placed {
    /// A finding in a record of a log, behind so many events of its call.
    ///
    /// ```
    /// use callfold::{Finding, FindingKind};
    /// use callfold_view::story::Placed;
    ///
    /// let finding = Finding::new(FindingKind::Repeat, None, "established again");
    /// assert_eq!(Placed::new(finding, "log.jsonl", (4, 12), 2).line, 12);
    /// ```
    pub fn new(finding: Finding, input: impl Into<String>, (record, line): (u64, u64), after: usize) -> Self {
        Self { finding, input: input.into(), record, line, after }
    }
}

impl Story {
    /// Folds the events of one call, in the order of their revisions.
    ///
    /// # Errors
    ///
    /// The refusal of the first event that the call does not take.
    ///
    /// ```
    /// use callfold_view::story::Story;
    ///
    /// assert!(Story::of(Vec::new(), Vec::new()).is_err()); // no call comes of nothing
    /// ```
    pub fn of(events: Vec<Recorded>, findings: Vec<Placed>) -> Result<Self, StoryError> {
        let stride = events.len().div_ceil(KEPT).max(1);
        let (mut steps, mut kept) = (Vec::with_capacity(events.len()), Vec::new());
        let mut last: Option<Call> = None;
        for recorded in events {
            let call = fold(&mut last, &recorded).map_err(StoryError::Refused)?;
            if steps.len().is_multiple_of(stride) {
                kept.push(call.clone());
            }
            steps.push(Step { state: call.state(), recorded });
        }
        let last = last.ok_or(StoryError::Nothing)?;
        Ok(Self { steps, findings, last, kept, stride })
    }

    /// The call after each step, one after another.
    ///
    /// ```
    /// # use callfold_view::story::Story;
    /// # let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// # let story = Story::of(vec![line.parse()?], Vec::new())?;
    /// assert_eq!(story.calls().next().unwrap().revision(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn calls(&self) -> impl Iterator<Item = Call> {
        let mut call = None;
        self.steps.iter().map_while(move |step| fold(&mut call, &step.recorded).ok().cloned())
    }

    /// The call as it was after a step, by its number from 0.
    ///
    /// ```
    /// # use callfold_view::story::Story;
    /// # let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// # let story = Story::of(vec![line.parse()?], Vec::new())?;
    /// assert_eq!(story.call_at(0).as_ref(), Some(story.last()));
    /// assert_eq!(story.call_at(1), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn call_at(&self, step: usize) -> Option<Call> {
        let kept = step / self.stride;
        let mut call = Some(self.kept.get(kept)?.clone());
        for later in self.steps.get(kept * self.stride + 1..=step)? {
            fold(&mut call, &later.recorded).ok()?;
        }
        call
    }

    /// The call's id.
    ///
    /// ```
    /// # use callfold_view::story::Story;
    /// # let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// # let story = Story::of(vec![line.parse()?], Vec::new())?;
    /// assert_eq!(story.id().to_string(), "57dab8b1-894c-409a-b240-bd8beae78896");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn id(&self) -> CallId {
        self.last.id()
    }

    /// The call as it was left.
    ///
    /// ```
    /// # use callfold_view::story::Story;
    /// # let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// # let story = Story::of(vec![line.parse()?], Vec::new())?;
    /// assert_eq!(story.last().revision(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn last(&self) -> &Call {
        &self.last
    }

    /// Its events, the first first. There is at least one.
    ///
    /// ```
    /// # use callfold_view::story::Story;
    /// # let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// # let story = Story::of(vec![line.parse()?], Vec::new())?;
    /// assert_eq!(story.steps()[0].recorded.event.kind().as_str(), "offered");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What was found, in the order of the log.
    ///
    /// ```
    /// # use callfold_view::story::Story;
    /// # let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// # let story = Story::of(vec![line.parse()?], Vec::new())?;
    /// assert!(story.findings().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn findings(&self) -> &[Placed] {
        &self.findings
    }

    /// When each step happened, where that was told or an earlier one tells: times never go back.
    ///
    /// ```
    /// # use callfold_view::story::Story;
    /// # let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// # let story = Story::of(vec![line.parse()?], Vec::new())?;
    /// assert_eq!(story.times(), [None]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn times(&self) -> Vec<Option<Timestamp>> {
        let mut latest = None;
        let time = |step: &Step| {
            latest = latest.max(step.recorded.at);
            latest
        };
        self.steps.iter().map(time).collect()
    }

    /// The way that the call took through its lifecycle.
    ///
    /// ```
    /// # use callfold_view::story::Story;
    /// # let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// # let story = Story::of(vec![line.parse()?], Vec::new())?;
    /// assert_eq!(story.way().present(), "incoming");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn way(&self) -> Way {
        let mut steps = self.steps.iter();
        let named = |step: &Step| (step.recorded.event.kind().as_str(), step.state.as_str());
        let (event, state) = steps.next().map(named).unwrap_or_default();
        let moves =
            steps.filter(|step| matches!(step.recorded.event, CallEvent::Step(..) | CallEvent::Adopted(_)));
        moves.map(named).fold(Way::begun(event, state), |way, (event, state)| way.then(event, state))
    }
}

/// Begins a call, or folds the next event into it.
fn fold<'a>(call: &'a mut Option<Call>, recorded: &Recorded) -> Result<&'a Call, Refusal> {
    match call {
        Some(call) => {
            call.evolve(recorded.clone())?;
            Ok(call)
        }
        None => Ok(call.insert(Call::begin(recorded.clone())?)),
    }
}

/// Why there is no story.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoryError {
    /// There is no event.
    Nothing,
    /// The call does not take an event.
    Refused(Refusal),
}

impl core::fmt::Display for StoryError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Nothing => {
                f.write_str("no event tells of the call; the first would be offered, placed or adopted")
            }
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

impl core::error::Error for StoryError {}
