//! Many calls: the fold of a whole log, with snapshots that cost nothing and a way back in time.
//!
//! The only file that names `im`.

mod conversation;
mod service;

use alloc::collections::VecDeque;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::num::NonZeroU32;
use core::ops::Range;

use foldhash::fast::FixedState;
use im::{OrdMap, Vector};
use jiff::Timestamp;

use crate::{Call, CallId, Recorded, Refusal};

/// How many revisions back a line is compared with what was folded.
pub(crate) const REMEMBERED: usize = 64;

/// Calls by their id, folded from recorded events.
///
/// ```
/// use callfold::Ledger;
/// use callfold::call::State;
///
/// let mut ledger = Ledger::new();
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
/// ledger.apply(&line.parse()?)?;
/// let before = ledger.snapshot();
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"terminated","data":{}}"#;
/// ledger.apply(&line.parse()?)?;
/// assert_eq!(ledger.calls().next().unwrap().state(), State::Terminated);
/// assert_eq!(before.calls().next().unwrap().state(), State::Incoming);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    entries: OrdMap<CallId, Arc<Entry>>,
    keeps_history: bool,
    digests: Digests,
}

/// What lines are told apart by that claim one revision.
#[derive(Clone, Copy, Debug, Default)]
enum Digests {
    /// Their events.
    #[default]
    OfEvents,
    /// Their canonical writing.
    OfLines,
}

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    call: Call,
    /// The last revision that came, folded or left out.
    revision: u64,
    /// Digests of the newest revisions, the newest last; `None` where one never came.
    digests: VecDeque<Option<Digest>>,
    /// Revisions that never came before later ones were folded.
    holes: Vec<Range<u64>>,
    history: Vector<Arc<Recorded>>,
}

/// A point in the past, for [`Ledger::as_of`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a history has two axes")]
pub enum Moment {
    /// Each call with what had happened by then; an event without a time counts with the one before it.
    Time(Timestamp),
    /// Each call at this revision of its own, or at its last one where it has fewer.
    Revision(u64),
}

/// What applying an event came to, where it was not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Applied {
    /// It was folded.
    Folded,
    /// It was folded before, and says the same: nothing changed.
    Duplicate,
    /// It was folded, and these revisions before it are missing.
    AfterGap(Range<u64>),
}

/// Why an event was not folded. The ledger is what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApplyError {
    /// The revision was folded before, and says something else.
    Conflict {
        /// The revision.
        revision: u64,
    },
    /// The revision comes after a later one was folded in its place.
    TooLate {
        /// The revision.
        revision: u64,
        /// The last one that came.
        last: u64,
    },
    /// The fold refuses the event.
    Refused(Refusal),
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { revision } => {
                write!(f, "revision {revision} came before and said something else")
            }
            Self::TooLate { revision, last } => {
                write!(f, "revision {revision} comes after revision {last} was folded: it is left out")
            }
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

impl core::error::Error for ApplyError {}

/// The ledger was not asked to keep its history: see [`Ledger::with_history`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoHistory;

impl fmt::Display for NoHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this ledger keeps no history: make it with `Ledger::with_history`")
    }
}

impl core::error::Error for NoHistory {}

impl Ledger {
    /// An empty ledger that holds what each call is now. It grows with the calls, not with the log.
    ///
    /// ```
    /// # use callfold::Ledger;
    /// assert_eq!(Ledger::new().calls().count(), 0);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty ledger that also keeps the events, for [`Ledger::as_of`].
    ///
    /// ```
    /// # use callfold::Ledger;
    /// # use callfold::Moment;
    /// assert!(Ledger::with_history().as_of(Moment::Revision(1)).is_ok());
    /// ```
    pub fn with_history() -> Self {
        Self { keeps_history: true, ..Self::default() }
    }

    /// One for the calls that a bulk replay cannot keep lean, with entries that come and go.
    pub(crate) fn of_lines() -> Self {
        Self { digests: Digests::OfLines, ..Self::default() }
    }

    pub(crate) fn put(&mut self, entry: Entry) {
        self.entries.insert(entry.call.id(), Arc::new(entry));
    }

    pub(crate) fn entry(&self, id: CallId) -> Option<&Entry> {
        self.entries.get(&id).map(|entry| &**entry)
    }

    pub(crate) fn remove(&mut self, id: CallId) {
        self.entries.remove(&id);
    }

    /// Folds one event into its call.
    ///
    /// # Errors
    ///
    /// An [`ApplyError`] where the event contradicts the log or the chart; the ledger is then what it was.
    ///
    /// ```
    /// use callfold::{Applied, Ledger};
    ///
    /// let mut ledger = Ledger::new();
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// assert_eq!(ledger.apply(&line.parse()?)?, Applied::Folded);
    /// assert_eq!(ledger.apply(&line.parse()?)?, Applied::Duplicate);
    /// assert!(ledger.apply(&line.replace("offered", "placed").parse()?).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply(&mut self, recorded: &Recorded) -> Result<Applied, ApplyError> {
        match self.entries.get_mut(&recorded.call) {
            Some(entry) => Arc::make_mut(entry).apply(recorded, self.keeps_history, self.digests),
            None => {
                let missing = 1..recorded.revision;
                let call = recorded.call;
                let entry = Entry::begin(recorded, self.keeps_history, self.digests);
                let entry = entry.map_err(ApplyError::Refused)?;
                self.entries.insert(call, Arc::new(entry));
                Ok(if missing.is_empty() { Applied::Folded } else { Applied::AfterGap(missing) })
            }
        }
    }

    /// The revision that a call's next event bears; 1 where the call is unknown.
    ///
    /// ```
    /// # use callfold::{CallId, Ledger};
    /// assert_eq!(Ledger::new().next_revision(CallId::new(uuid::Uuid::nil())), 1);
    /// ```
    pub fn next_revision(&self, id: CallId) -> u64 {
        self.entries.get(&id).map_or(1, |entry| entry.revision.saturating_add(1))
    }

    /// Leaves out an event that was refused: its revision counts, so that the next one is no gap. Another
    /// event may take its place, as long as no later one was folded.
    ///
    /// ```
    /// use callfold::{Applied, Ledger};
    ///
    /// let mut ledger = Ledger::new();
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// ledger.apply(&line.parse()?)?;
    /// let refused = line.replace("offered", "held").replace("1,", "2,").parse()?;
    /// ledger.skip(&refused);
    /// let next = line.replace("offered", "answered").replace("1,", "3,").parse()?;
    /// assert_eq!(ledger.apply(&next)?, Applied::Folded);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn skip(&mut self, refused: &Recorded) {
        if let Some(entry) = self.entries.get_mut(&refused.call).map(Arc::make_mut)
            && refused.revision > entry.revision
        {
            let missing = entry.revision + 1..refused.revision;
            entry.remember(refused.revision, None, &missing);
            entry.call.skip(refused.revision);
        }
    }

    /// One call, where it is known.
    ///
    /// ```
    /// # use callfold::{CallId, Ledger};
    /// assert!(Ledger::new().call(CallId::new(uuid::Uuid::nil())).is_none());
    /// ```
    pub fn call(&self, id: CallId) -> Option<&Call> {
        self.entries.get(&id).map(|entry| &entry.call)
    }

    /// All calls, in the order of their ids.
    ///
    /// ```
    /// # use callfold::Ledger;
    /// assert!(Ledger::new().calls().next().is_none());
    /// ```
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.entries.values().map(|entry| &entry.call)
    }

    /// The ledger as it is now, in constant time: the two share what neither changes.
    ///
    /// ```
    /// # use callfold::Ledger;
    /// let snapshot = Ledger::new().snapshot();
    /// ```
    #[must_use]
    pub fn snapshot(&self) -> Self {
        self.clone()
    }

    /// The ledger as it was.
    ///
    /// # Errors
    ///
    /// [`NoHistory`] where the ledger was not made to keep it.
    ///
    /// ```
    /// use callfold::call::State;
    /// use callfold::{Ledger, Moment};
    ///
    /// let log = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:00:00Z","type":"placed","data":{}}
    /// {"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"at":"2026-11-23T09:00:07Z","type":"established","data":{}}"#;
    /// let mut ledger = Ledger::with_history();
    /// for line in log.lines() {
    ///     ledger.apply(&line.parse()?)?;
    /// }
    /// let before = ledger.as_of(Moment::Time("2026-11-23T09:00:05Z".parse()?))?;
    /// assert_eq!(before.calls().next().unwrap().state(), State::Establishing);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn as_of(&self, moment: Moment) -> Result<Self, NoHistory> {
        if !self.keeps_history {
            return Err(NoHistory);
        }
        let entries = self.entries.iter();
        let past = entries.filter_map(|(id, entry)| Some((*id, Arc::new(entry.as_of(moment)?))));
        Ok(Self { entries: past.collect(), keeps_history: true, ..Self::default() })
    }
}

impl Entry {
    /// Puts one together from what a bulk replay kept of it.
    pub(crate) fn of(call: Call, revision: u64, digests: impl Iterator<Item = Option<Digest>>) -> Self {
        Self { call, revision, digests: digests.collect(), holes: Vec::new(), history: Vector::new() }
    }

    pub(crate) const fn call(&self) -> &Call {
        &self.call
    }

    pub(crate) const fn revision(&self) -> u64 {
        self.revision
    }

    pub(crate) const fn has_holes(&self) -> bool {
        !self.holes.is_empty()
    }

    /// The digests of the newest revisions, the newest last.
    pub(crate) fn digests(&self) -> impl ExactSizeIterator<Item = Option<Digest>> {
        self.digests.iter().copied()
    }

    fn begin(recorded: &Recorded, keeps_history: bool, digests: Digests) -> Result<Self, Refusal> {
        let call = Call::begin(recorded)?;
        let history = if keeps_history { Vector::unit(Arc::new(recorded.clone())) } else { Vector::new() };
        let mut entry = Self { call, revision: 0, digests: VecDeque::new(), holes: Vec::new(), history };
        entry.remember(recorded.revision, Some(digests.of(recorded)), &(1..recorded.revision));
        Ok(entry)
    }

    fn apply(
        &mut self,
        recorded: &Recorded,
        keeps_history: bool,
        digests: Digests,
    ) -> Result<Applied, ApplyError> {
        let revision = recorded.revision;
        if revision <= self.revision && !self.left_out(revision) {
            return self.compare(recorded, digests);
        }
        let missing = self.revision + 1..revision;
        self.call.evolve(recorded).map_err(ApplyError::Refused)?;
        self.remember(revision, Some(digests.of(recorded)), &missing);
        if keeps_history {
            self.history.push_back(Arc::new(recorded.clone()));
        }
        Ok(if missing.is_empty() { Applied::Folded } else { Applied::AfterGap(missing) })
    }

    fn compare(&self, recorded: &Recorded, digests: Digests) -> Result<Applied, ApplyError> {
        let revision = recorded.revision;
        if self.holes.iter().any(|hole| hole.contains(&revision)) {
            return Err(ApplyError::TooLate { revision, last: self.revision });
        }
        let back = usize::try_from(self.revision - revision).unwrap_or(usize::MAX);
        let index = self.digests.len().checked_sub(back.saturating_add(1));
        match index.and_then(|index| self.digests.get(index)) {
            // Too long ago to compare: a log that repeats itself says the same.
            None => Ok(Applied::Duplicate),
            Some(Some(folded)) if *folded == digests.of(recorded) => Ok(Applied::Duplicate),
            Some(_) => Err(ApplyError::Conflict { revision }),
        }
    }

    /// True where the last revision was left out, so that another event may take its place.
    fn left_out(&self, revision: u64) -> bool {
        revision == self.revision && self.digests.back() == Some(&None)
    }

    /// Counts a revision that came, with the digest of what was folded.
    fn remember(&mut self, revision: u64, digest: Option<Digest>, missing: &Range<u64>) {
        if self.left_out(revision) {
            self.digests.pop_back();
        }
        if !missing.is_empty() {
            self.holes.push(missing.clone());
        }
        let holes = missing.clone().rev().take(REMEMBERED).map(|_| None);
        self.digests.extend(holes.chain([digest]));
        let excess = self.digests.len().saturating_sub(REMEMBERED);
        self.digests.drain(..excess);
        self.revision = revision;
    }

    fn as_of(&self, moment: Moment) -> Option<Self> {
        let mut past: Option<Self> = None;
        for recorded in
            self.history.iter().take_while(|recorded| moment.reaches(recorded.revision, recorded.at))
        {
            match &mut past {
                // What was folded once folds again.
                Some(entry) => _ = entry.apply(recorded, true, Digests::OfEvents).ok()?,
                None => past = Some(Self::begin(recorded, true, Digests::OfEvents).ok()?),
            }
        }
        past
    }
}

impl Moment {
    pub(crate) fn reaches(self, revision: u64, at: Option<Timestamp>) -> bool {
        match self {
            Self::Time(until) => at.is_none_or(|at| at <= until),
            Self::Revision(until) => revision <= until,
        }
    }
}

pub(crate) type Digest = NonZeroU32;

/// Enough to tell two lines apart that claim one revision.
fn digest(told: &impl Hash) -> Digest {
    let hash = FixedState::with_seed(0).hash_one(told);
    Digest::MIN | (hash >> 32) as u32
}

impl Digests {
    fn of(self, recorded: &Recorded) -> Digest {
        match self {
            Self::OfEvents => digest(recorded),
            Self::OfLines => digest_of_line(recorded.to_string().as_bytes()),
        }
    }
}

/// The digest of an event by its canonical writing.
pub(crate) fn digest_of_line(line: &[u8]) -> Digest {
    digest(&line)
}
