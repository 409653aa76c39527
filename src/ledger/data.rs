//! The calls of a ledger.
//!
//! The only file that names `im`.

use alloc::sync::Arc;

use im::OrdMap;

use super::applied::{Applied, ApplyError};
use super::digest::Digests;
use super::entry::{Entry, LedgerMetadata};
use crate::call::data::Call;
use crate::id::CallId;
use crate::record::recorded::Recorded;

/// Calls by their id, folded from recorded events.
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
/// assert_eq!(ledger.calls().next().unwrap().state(), State::Terminated);
/// assert_eq!(before.calls().next().unwrap().state(), State::Incoming);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `clone` takes constant time: both ledgers share everything that neither has changed since.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    pub(super) entries: OrdMap<CallId, Arc<Entry>>,
    pub(super) metadata: LedgerMetadata,
}

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

    /// An empty ledger that also keeps the events in writing, for [`Ledger::as_of`] and [`Ledger::at`].
    ///
    /// ```
    /// # use callfold::Ledger;
    /// # use callfold::Moment;
    /// assert!(Ledger::with_history().as_of(Moment::Revision(1)).is_ok());
    /// ```
    pub fn with_history() -> Self {
        Self {
            metadata: LedgerMetadata { keeps_history: true, ..LedgerMetadata::default() },
            ..Self::default()
        }
    }

    /// One for the calls that a bulk replay cannot keep lean, with entries that come and go.
    pub(crate) fn of_lines() -> Self {
        Self {
            metadata: LedgerMetadata { digests: Digests::OfLines, ..LedgerMetadata::default() },
            ..Self::default()
        }
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
            Some(entry) => Arc::make_mut(entry).apply(recorded.clone(), &mut self.metadata),
            None => {
                let (entry, applied) = Entry::begin(recorded.clone(), &mut self.metadata)?;
                self.entries.insert(recorded.call, Arc::new(entry));
                Ok(applied)
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
        self.entries.get(&id).map_or(1, |entry| entry.revision().saturating_add(1))
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
        if let Some(entry) = self.entries.get_mut(&refused.call) {
            Arc::make_mut(entry).skip(refused.revision);
        }
    }

    /// One call, where it is known.
    ///
    /// ```
    /// # use callfold::{CallId, Ledger};
    /// assert!(Ledger::new().call(CallId::new(uuid::Uuid::nil())).is_none());
    /// ```
    pub fn call(&self, id: CallId) -> Option<&Call> {
        self.entries.get(&id).map(|entry| entry.call())
    }

    /// All calls, in the order of their ids.
    ///
    /// ```
    /// # use callfold::Ledger;
    /// assert!(Ledger::new().calls().next().is_none());
    /// ```
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.entries.values().map(|entry| entry.call())
    }
}
