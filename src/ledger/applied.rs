//! What applying an event comes to.

use core::fmt;
use core::ops::Range;

use crate::refusal::Refusal;

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
