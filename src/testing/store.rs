//! The storage of a host: its log as text, and the calls that are folded from the log.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::id::CallId;
use crate::ledger::applied::{Applied, ApplyError};
use crate::ledger::data::Ledger;
use crate::record::error::LineError;
use crate::record::recorded::Recorded;

/// The error of a restart, with the log line that caused it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotRestarted {
    /// The text of the line.
    pub line: String,
    /// The call of the line; `None` if the line cannot be read.
    pub call: Option<CallId>,
    /// The reason, for people.
    pub why: String,
}

impl fmt::Display for NotRestarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.why, self.line)
    }
}

impl core::error::Error for NotRestarted {}

/// The log and the calls of a host. As the crate requires of hosts, a store writes an event to the log before
/// it applies the event to the calls. A store can restart at any time, from its log or from a copy of its
/// calls.
///
/// ```
/// use callfold::testing::Store;
///
/// let mut store = Store::new();
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
/// store.append(&line.parse()?)?;
/// store.restart_from_log()?;
/// assert_eq!(store.ledger().calls().count(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Store {
    lines: Vec<String>,
    ledger: Ledger,
    /// A copy of the calls, and the number of log lines that were folded into it.
    copy: (Ledger, usize),
}

impl Store {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// The lines of the log.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The calls that were folded from the log.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Writes an event to the log, and then applies it to the calls.
    ///
    /// # Errors
    ///
    /// An [`ApplyError`] if the event does not fold. The event stays in the log.
    pub fn append(&mut self, recorded: &Recorded) -> Result<Applied, ApplyError> {
        self.lines.push(recorded.to_string());
        self.ledger.apply(recorded)
    }

    /// Applies an event to the calls without writing it to the log, as a broken store would.
    pub(super) fn fold_unwritten(&mut self, recorded: &Recorded) -> Result<Applied, ApplyError> {
        self.ledger.apply(recorded)
    }

    /// Copies the calls as they are now, for a later [`Store::restart_from_copy`].
    pub fn keep_copy(&mut self) {
        self.copy = (self.ledger.clone(), self.lines.len());
    }

    /// Discards the calls, and folds them again from all lines of the log.
    ///
    /// # Errors
    ///
    /// The first line that cannot be read, that does not fold, or whose revision leaves a gap. The calls then
    /// stay as they were.
    pub fn restart_from_log(&mut self) -> Result<(), NotRestarted> {
        self.restart(Ledger::new(), 0)
    }

    /// Discards the calls, and starts from the last copy and the lines that were written after it. Without a
    /// copy it starts from an empty ledger.
    ///
    /// # Errors
    ///
    /// The same error as for [`Store::restart_from_log`], but only for the lines after the copy.
    pub fn restart_from_copy(&mut self) -> Result<(), NotRestarted> {
        let (copy, folded) = self.copy.clone();
        self.restart(copy, folded)
    }

    fn restart(&mut self, mut ledger: Ledger, folded: usize) -> Result<(), NotRestarted> {
        for line in self.lines.iter().skip(folded) {
            let failed = |call, why| NotRestarted { line: line.clone(), call, why };
            let recorded: Recorded =
                line.parse().map_err(|error: LineError| failed(None, error.to_string()))?;
            let failed = |why| failed(Some(recorded.call), why);
            match ledger.apply(&recorded) {
                Ok(Applied::Folded) => {}
                Ok(Applied::Duplicate) => return Err(failed("the line was already folded".into())),
                Err(error) => return Err(failed(error.to_string())),
            }
        }
        self.ledger = ledger;
        Ok(())
    }
}
