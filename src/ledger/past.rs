//! The way back: a ledger as it was.

use alloc::sync::Arc;
use core::fmt;

use super::data::Ledger;
use super::entry::{Entry, LedgerMetadata};
use super::point::{Mark, Moment, Point};
use crate::call::data::Call;
use crate::id::CallId;

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

/// A ledger as it was. Nothing is copied: each call is folded when it is asked for, from at most 64 events.
///
/// ```
/// use callfold::call::State;
/// use callfold::{Ledger, Moment};
///
/// let mut ledger = Ledger::with_history();
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
/// ledger.apply(&line.parse()?)?;
/// ledger.apply(&line.replace("placed", "established").replace("1,", "2,").parse()?)?;
/// let past = ledger.as_of(Moment::Revision(1))?;
/// assert_eq!(past.call("57dab8b1-894c-409a-b240-bd8beae78896".parse()?).unwrap().state(), State::Establishing);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    ledger: &'a Ledger,
    point: Point,
}

impl Ledger {
    /// The ledger as it was at a moment.
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
    pub const fn as_of(&self, moment: Moment) -> Result<Past<'_>, NoHistory> {
        self.past(Point::Moment(moment))
    }

    /// The point at which the ledger is now. One kept at every event costs next to nothing.
    ///
    /// ```
    /// # use callfold::Ledger;
    /// assert_eq!(Ledger::new().mark(), Ledger::with_history().mark());
    /// ```
    pub const fn mark(&self) -> Mark {
        Mark { events: self.metadata.events }
    }

    /// The ledger as it was at a mark.
    ///
    /// # Errors
    ///
    /// [`NoHistory`] where the ledger was not made to keep it.
    ///
    /// ```
    /// use callfold::Ledger;
    ///
    /// let mut ledger = Ledger::with_history();
    /// let mark = ledger.mark();
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// ledger.apply(&line.parse()?)?;
    /// assert_eq!(ledger.at(mark)?.calls().count(), 0);
    /// assert_eq!(ledger.at(ledger.mark())?.calls().count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub const fn at(&self, mark: Mark) -> Result<Past<'_>, NoHistory> {
        self.past(Point::Mark(mark))
    }

    const fn past(&self, point: Point) -> Result<Past<'_>, NoHistory> {
        if self.metadata.keeps_history { Ok(Past { ledger: self, point }) } else { Err(NoHistory) }
    }
}

impl<'a> Past<'a> {
    /// One call, where it had begun.
    ///
    /// ```
    /// # use callfold::{CallId, Ledger, Moment};
    /// let ledger = Ledger::with_history();
    /// let past = ledger.as_of(Moment::Revision(1))?;
    /// assert!(past.call(CallId::new(uuid::Uuid::nil())).is_none());
    /// # Ok::<(), callfold::NoHistory>(())
    /// ```
    pub fn call(&self, id: CallId) -> Option<Call> {
        self.ledger.entries.get(&id)?.history()?.call(id, self.point)
    }

    /// All calls that had begun, in the order of their ids.
    ///
    /// ```
    /// # use callfold::{Ledger, Moment};
    /// assert!(Ledger::with_history().as_of(Moment::Revision(1))?.calls().next().is_none());
    /// # Ok::<(), callfold::NoHistory>(())
    /// ```
    pub fn calls(&self) -> impl Iterator<Item = Call> + use<'a> {
        let point = self.point;
        self.ledger.entries.iter().filter_map(move |(id, entry)| entry.history()?.call(*id, point))
    }

    /// A ledger of its own that goes on from here, and keeps its history, too. It folds all that had happened again.
    ///
    /// ```
    /// use callfold::{Ledger, Moment};
    ///
    /// let past = Ledger::with_history();
    /// let mut ledger = past.as_of(Moment::Revision(1))?.to_ledger();
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// ledger.apply(&line.parse()?)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn to_ledger(&self) -> Ledger {
        let mut past = Ledger {
            metadata: LedgerMetadata { events: 0, ..self.ledger.metadata.clone() },
            ..Ledger::default()
        };
        for (id, entry) in &self.ledger.entries {
            if let Some(entry) = self.entry(*id, entry, &mut past.metadata) {
                past.entries.insert(*id, Arc::new(entry));
            }
        }
        past
    }

    /// Folds a call again, each event with the count that it had.
    fn entry(&self, id: CallId, now: &Entry, metadata: &mut LedgerMetadata) -> Option<Entry> {
        let mut entry: Option<Entry> = None;
        let before = metadata.events;
        for event in now.history()?.events(id, self.point) {
            let (recorded, count) = event?;
            metadata.events = count - 1;
            match &mut entry {
                // What was folded once folds again.
                Some(entry) => _ = entry.apply(recorded, metadata).ok()?,
                None => entry = Some(Entry::begin(recorded, metadata).ok()?.0),
            }
        }
        metadata.events = metadata.events.max(before);
        entry
    }
}
