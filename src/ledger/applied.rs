//! The results of applying an event.

use core::fmt;
use core::ops::Range;

use crate::record::recorded::MAX_REVISION;
use crate::refusal::Refusal;

/// The result of applying an event that was not refused.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Applied {
    /// The event was folded.
    Folded,
    /// The same event was folded before. Nothing changed.
    Duplicate,
}

/// The reason why an event was not folded. The ledger is unchanged.
///
/// ```
/// use callfold::{ApplyError, Ledger};
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":4,"type":"adopted","data":{}}"#;
/// let error = Ledger::new().apply(&line.parse()?).unwrap_err();
/// assert_eq!(error, ApplyError::Gap { missing: 1..4 });
/// assert_eq!(error.to_string(), "revisions 1 to 3 are missing before revision 4; revision 1 must come next");
/// # Ok::<(), callfold::LineError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApplyError {
    /// Revisions before the event are missing. The log has a hole, or its lines are out of order. Only a
    /// [`Replay`](crate::Replay) continues after a gap.
    Gap {
        /// The missing revisions. Their end is the revision of the event.
        missing: Range<u64>,
    },
    /// No log line can have this revision: the first is 1, and the last is 2^53 - 1.
    OutOfRange {
        /// The revision.
        revision: u64,
    },
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
            Self::Gap { missing } => {
                write!(f, "{}; revision {} must come next", Missing(missing), missing.start)
            }
            Self::OutOfRange { revision } => {
                write!(f, "revision {revision} is out of range: expected 1 to {MAX_REVISION}")
            }
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

/// Says which revisions are missing before which revision.
pub(crate) struct Missing<'a>(pub(crate) &'a Range<u64>);

impl fmt::Display for Missing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Range { start: first, end: before } = self.0;
        match before.saturating_sub(1) {
            last if last == *first => write!(f, "revision {first} is")?,
            last => write!(f, "revisions {first} to {last} are")?,
        }
        write!(f, " missing before revision {before}")
    }
}

impl core::error::Error for ApplyError {}
