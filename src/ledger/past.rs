//! The past of a ledger.

use alloc::sync::Arc;
use core::fmt;

use super::data::Ledger;
use super::entry::{Entry, LedgerMetadata};
use super::point::{Mark, Moment, Point};
use crate::call::data::Call;
use crate::id::CallId;

/// An error: the ledger keeps no history. See [`Ledger::with_history`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NoHistory;

impl fmt::Display for NoHistory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("this ledger keeps no history: make it with `Ledger::with_history`")
    }
}

impl core::error::Error for NoHistory {}

/// A view of a ledger at a point in the past. It copies nothing: each call is folded on request, from at most
/// 64 events, or from more if the call itself is large.
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
    /// A view of the ledger at a moment in the past.
    ///
    /// # Errors
    ///
    /// [`NoHistory`] if the ledger was not made with [`Ledger::with_history`].
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

    /// The current point, for a later call of [`Ledger::at`].
    pub const fn mark(&self) -> Mark {
        Mark { events: self.metadata.events }
    }

    /// A view of the ledger at a mark.
    ///
    /// # Errors
    ///
    /// [`NoHistory`] if the ledger was not made with [`Ledger::with_history`].
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
    /// The call with this id; `None` if it is unknown or had not begun.
    pub fn call(&self, id: CallId) -> Option<Call> {
        self.ledger.entries.get(&id)?.history()?.call(id, self.point)
    }

    /// All calls that had begun, in the order of their ids.
    pub fn calls(&self) -> impl Iterator<Item = Call> + use<'a> {
        let point = self.point;
        self.ledger.entries.iter().filter_map(move |(id, entry)| entry.history()?.call(*id, point))
    }

    /// An independent ledger that continues from this point, with its history up to this point. The method
    /// folds all events up to the point again.
    #[must_use]
    pub fn to_ledger(&self) -> Ledger {
        let mut metadata = LedgerMetadata { events: 0, ..self.ledger.metadata.clone() };
        let entries = self.ledger.entries.iter();
        let entries =
            entries.filter_map(|(id, entry)| Some((*id, Arc::new(self.entry(*id, entry, &mut metadata)?))));
        Ledger::of(entries.collect(), metadata)
    }

    /// Folds a call again. Each event keeps its count.
    fn entry(&self, id: CallId, now: &Entry, metadata: &mut LedgerMetadata) -> Option<Entry> {
        let mut entry: Option<Entry> = None;
        let before = metadata.events;
        for event in now.history()?.events(id, self.point) {
            let (recorded, count) = event?;
            metadata.events = count - 1;
            match &mut entry {
                // An event that was folded once folds again.
                Some(entry) => _ = entry.apply_after_gap(recorded, metadata).ok()?,
                None => entry = Some(Entry::begin(recorded, metadata).ok()?),
            }
        }
        metadata.events = metadata.events.max(before);
        entry
    }
}
