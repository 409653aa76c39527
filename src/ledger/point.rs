//! The points in the past at which a ledger can be read.

use jiff::Timestamp;

/// A point in the past of each call, for [`Ledger::as_of`](crate::Ledger::as_of).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a history has two axes")]
pub enum Moment {
    /// Each call at this time. An event without a time counts as part of the event before it.
    Time(Timestamp),
    /// Each call at this revision, or at its last revision if it has fewer.
    Revision(u64),
}

impl Moment {
    pub(crate) fn reaches(self, revision: u64, at: Option<Timestamp>) -> bool {
        match self {
            Self::Time(until) => at.is_none_or(|at| at <= until),
            Self::Revision(until) => revision <= until,
        }
    }
}

/// A point in the past of a ledger, for [`Ledger::at`](crate::Ledger::at). A mark takes eight bytes, so a host
/// can keep one for every event.
///
/// A mark is valid for the ledger that returned it, for clones of that ledger, and for the ledgers that
/// [`Past::to_ledger`](crate::Past::to_ledger) makes of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// The number of events that the ledger had folded.
    pub(super) events: u64,
}

/// A point in the past.
#[derive(Clone, Copy, Debug)]
pub(super) enum Point {
    Moment(Moment),
    Mark(Mark),
}

impl Point {
    pub(super) fn reaches(self, count: u64, revision: u64, at: Option<Timestamp>) -> bool {
        match self {
            Self::Moment(moment) => moment.reaches(revision, at),
            Self::Mark(mark) => count <= mark.events,
        }
    }
}
