//! The calls of a ledger.
//!
//! Only this file and `places.rs` use the crate `im` (persistent maps).

use alloc::sync::Arc;

use im::OrdMap;
use jiff::Timestamp;

use super::applied::{Applied, ApplyError};
use super::entry::{Entry, LedgerMetadata};
use super::index::{Index, Keys};
use crate::call::data::Call;
use crate::id::CallId;
use crate::record::recorded::{MAX_REVISION, Recorded};

/// Calls by their id, folded from recorded events.
///
/// `clone` takes constant time: two clones share each call until one of them changes it.
///
/// ```
/// use callfold::Ledger;
/// use callfold::call::State;
///
/// let mut ledger = Ledger::new();
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
/// ledger.apply(&line.parse()?)?;
/// let before = ledger.clone();
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"terminated","data":{}}"#;
/// ledger.apply(&line.parse()?)?;
///
/// let id = "57dab8b1-894c-409a-b240-bd8beae78896".parse()?;
/// assert_eq!(ledger.call(id).unwrap().state(), State::Terminated);
/// assert_eq!(before.call(id).unwrap().state(), State::Incoming);
/// assert_eq!(ledger.next_revision(id), 3);
/// assert_eq!(ledger.calls().count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub(super) entries: OrdMap<CallId, Arc<Entry>>,
    pub(super) index: Index,
    pub(super) metadata: LedgerMetadata,
}

impl Ledger {
    /// An empty ledger that holds the current state of each call. Its size depends on the number of calls,
    /// not on the length of the log.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty ledger that also keeps all events, as JSON, for [`Ledger::as_of`] and [`Ledger::at`].
    pub fn with_history() -> Self {
        Self {
            metadata: LedgerMetadata { keeps_history: true, ..LedgerMetadata::default() },
            ..Self::default()
        }
    }

    /// Folds one event into its call. An event that was folded before is a duplicate, and changes nothing.
    ///
    /// # Errors
    ///
    /// An [`ApplyError`] if revisions before the event are missing, if the event contradicts an earlier event
    /// of its revision or comes too late, or if it is not legal in the state of the call. The ledger is then
    /// unchanged.
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
        let (id, event) = (recorded.call, &recorded.event);
        let (before, after, applied) = match self.entries.get_mut(&id) {
            Some(entry) => {
                without_gap(entry.revision(), recorded.revision)?;
                let before = Keys::of(entry.call(), event);
                let applied = Arc::make_mut(entry).apply_after_gap(recorded.clone(), &mut self.metadata)?;
                (before, Keys::of(entry.call(), event), applied)
            }
            None => {
                without_gap(0, recorded.revision)?;
                let entry = Entry::begin(recorded.clone(), &mut self.metadata)?;
                let after = Keys::of(entry.call(), event);
                self.entries.insert(id, Arc::new(entry));
                (Keys::default(), after, Applied::Folded)
            }
        };
        self.index.change(id, before, after);
        self.index.named(id, event);
        Ok(applied)
    }

    /// A ledger of these entries.
    pub(super) fn of(entries: OrdMap<CallId, Arc<Entry>>, metadata: LedgerMetadata) -> Self {
        let index = entries.values().map(|entry| entry.call()).collect();
        Self { entries, index, metadata }
    }

    /// Forgets a call, with its history. Returns the call; `None` if it is unknown. An event of the call that is applied
    /// afterwards must begin it again, with revision 1. Remove the events of the call from the store first: a call that came
    /// back would otherwise have two events of one revision.
    ///
    /// ```
    /// use callfold::Ledger;
    ///
    /// let mut ledger = Ledger::new();
    /// for (revision, kind) in [(1, "placed"), (2, "terminated")] {
    ///     let line = format!(r#"{{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":{revision},"at":"2026-11-23T09:15:00Z","type":"{kind}","data":{{}}}}"#);
    ///     ledger.apply(&line.parse()?)?;
    /// }
    /// // A host that keeps ended calls for an hour.
    /// let now: callfold::jiff::Timestamp = "2026-11-23T11:00:00Z".parse()?;
    /// let old: Vec<_> = ledger.ended_before(now - callfold::jiff::SignedDuration::from_hours(1)).collect();
    /// for id in old {
    ///     ledger.forget(id);
    /// }
    /// assert_eq!(ledger.calls().count(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn forget(&mut self, id: CallId) -> Option<Call> {
        let entry = self.entries.remove(&id)?;
        self.index.forget(entry.call());
        Some(Arc::unwrap_or_clone(entry).into_call())
    }

    /// The calls that have ended and whose last event is before this time, the oldest first. Calls whose events have no
    /// times come first.
    pub fn ended_before(&self, time: Timestamp) -> impl Iterator<Item = CallId> + '_ {
        let is_before = move |(at, _): &(Option<Timestamp>, CallId)| at.is_none_or(|at| at < time);
        self.index.ended().take_while(is_before).map(|(_, id)| id)
    }

    /// The revision of the next event of a call. It is 1 if the call is unknown.
    pub fn next_revision(&self, id: CallId) -> u64 {
        self.entries.get(&id).map_or(1, |entry| entry.revision().saturating_add(1))
    }

    /// Counts the revision of a refused event as used, without folding the event. `next_revision` then
    /// returns the next revision. Call this method to continue with a log after a refused event. The next event is
    /// then not reported as a gap.
    ///
    /// Only the next revision of a known call can be skipped; otherwise nothing happens. Until a later event is
    /// folded, `apply` still accepts another event with the skipped revision. The history of a ledger holds events only: a
    /// view of the past does not know the skipped revision before the next event.
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
        if refused.revision == self.next_revision(refused.call)
            && let Some(entry) = self.entries.get_mut(&refused.call)
        {
            Arc::make_mut(entry).skip(refused.revision);
        }
    }

    /// The call with this id; `None` if it is unknown.
    pub fn call(&self, id: CallId) -> Option<&Call> {
        self.entries.get(&id).map(|entry| entry.call())
    }

    /// All calls, in the order of their ids.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.entries.values().map(|entry| entry.call())
    }
}

fn without_gap(last: u64, revision: u64) -> Result<(), ApplyError> {
    if !(1..=MAX_REVISION).contains(&revision) {
        return Err(ApplyError::OutOfRange { revision });
    }
    let missing = last.saturating_add(1)..revision;
    if missing.is_empty() { Ok(()) } else { Err(ApplyError::Gap { missing }) }
}
