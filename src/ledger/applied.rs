//! The results of applying an event.

use core::fmt;
use core::ops::Range;

use crate::refusal::Refusal;

/// The result of applying an event that was not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Applied {
    /// The event was folded.
    Folded,
    /// The same event was folded before. Nothing changed.
    Duplicate,
    /// The event was folded, but these revisions before it are missing.
    AfterGap(Range<u64>),
}

/// The reason why an event was not folded. The ledger is unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApplyError {
    /// Another event with this revision was folded before.
    Conflict {
        /// The revision.
        revision: u64,
    },
    /// The revision was missing, and a later revision has been folded since.
    TooLate {
        /// The revision.
        revision: u64,
        /// The last revision that was folded or skipped.
        last: u64,
    },
    /// The fold refuses the event.
    Refused(Refusal),
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict { revision } => {
                write!(f, "revision {revision} is already in the log with other content")
            }
            Self::TooLate { revision, last } => {
                write!(f, "revision {revision} comes too late: revision {last} is already folded")
            }
            Self::Refused(refusal) => refusal.fmt(f),
        }
    }
}

impl core::error::Error for ApplyError {}
