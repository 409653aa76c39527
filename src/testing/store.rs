//! What a host keeps: its log, as text, and the calls that it folds from it.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::{Applied, ApplyError, CallId, Ledger, LineError, Recorded};

/// A line on which a restart failed.
///
/// ```
/// # use callfold::testing::Store;
/// assert!(Store::new().restart_from_log().is_ok());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotRestarted {
    /// The line.
    pub line: String,
    /// Its call; `None` where the line is not read.
    pub call: Option<CallId>,
    /// Why it is not folded.
    pub why: String,
}

impl fmt::Display for NotRestarted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.why, self.line)
    }
}

impl core::error::Error for NotRestarted {}

/// A host's log and its calls, as the drive contract wants them: what happens is written first, and then folded. It can be
/// restarted at any time, from its log or from a snapshot.
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
    /// A snapshot, and how many lines it has folded.
    copy: (Ledger, usize),
}

impl Store {
    /// A store of a host that knows nothing yet.
    ///
    /// ```
    /// assert!(callfold::testing::Store::new().lines().is_empty());
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// The lines of the log.
    ///
    /// ```
    /// assert!(callfold::testing::Store::new().lines().is_empty());
    /// ```
    pub fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The calls.
    ///
    /// ```
    /// assert_eq!(callfold::testing::Store::new().ledger().calls().count(), 0);
    /// ```
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Writes an event, then folds it.
    ///
    /// # Errors
    ///
    /// An [`ApplyError`] where the event does not fold. It is written all the same: a log is not cleaned up.
    ///
    /// ```
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"held","data":{}}"#;
    /// let mut store = callfold::testing::Store::new();
    /// assert!(store.append(&line.parse()?).is_err());
    /// assert_eq!(store.lines().len(), 1);
    /// # Ok::<(), callfold::LineError>(())
    /// ```
    pub fn append(&mut self, recorded: &Recorded) -> Result<Applied, ApplyError> {
        self.lines.push(recorded.to_string());
        self.ledger.apply(recorded)
    }

    /// Folds an event without writing it: what a broken store does.
    pub(super) fn fold_unwritten(&mut self, recorded: &Recorded) -> Result<Applied, ApplyError> {
        self.ledger.apply(recorded)
    }

    /// Keeps the calls as they are now, for [`Store::restart_from_copy`].
    ///
    /// ```
    /// callfold::testing::Store::new().keep_copy();
    /// ```
    pub fn keep_copy(&mut self) {
        self.copy = (self.ledger.clone(), self.lines.len());
    }

    /// Forgets the calls and folds them from the whole log.
    ///
    /// # Errors
    ///
    /// The first line that is not read, does not fold, or comes after a hole in the revisions.
    ///
    /// ```
    /// assert!(callfold::testing::Store::new().restart_from_log().is_ok());
    /// ```
    pub fn restart_from_log(&mut self) -> Result<(), NotRestarted> {
        self.restart(Ledger::new(), 0)
    }

    /// Forgets the calls and folds them from the last snapshot and what was written since.
    ///
    /// # Errors
    ///
    /// The first line that is not read, or does not fold.
    ///
    /// ```
    /// assert!(callfold::testing::Store::new().restart_from_copy().is_ok());
    /// ```
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
                Ok(Applied::AfterGap(missing)) => {
                    return Err(failed(alloc::format!("revisions {missing:?} are missing before it")));
                }
                Ok(Applied::Duplicate) => return Err(failed("it was folded before".into())),
                Err(error) => return Err(failed(error.to_string())),
            }
        }
        self.ledger = ledger;
        Ok(())
    }
}
