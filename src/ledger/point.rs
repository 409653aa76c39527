//! The points in the past at which a ledger can be read.

use jiff::Timestamp;

/// A point in the past of each call, for [`Ledger::as_of`](crate::Ledger::as_of).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a history has two axes")]
pub enum Moment {
    /// Each call with what had happened by then; an event without a time counts with the one before it.
    Time(Timestamp),
    /// Each call at this revision of its own, or at its last one where it has fewer.
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

/// A point in the past of a whole ledger, for [`Ledger::at`](crate::Ledger::at): eight bytes, where a snapshot shares a tree.
///
/// It is good for the ledger that gave it, for its snapshots, and for what goes on from them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// How many events the ledger had folded.
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
