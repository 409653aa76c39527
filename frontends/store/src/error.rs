//! What can go wrong with a store.

use std::error::Error;
use std::fmt;

use callfold::CallId;
use callfold::Secret;

use crate::lease::LeaseLost;

/// The store failed: its file, its database or its server.
#[derive(Debug)]
#[non_exhaustive]
pub struct StoreError {
    /// What failed, where, and what to do. It shows no password and no line of the log.
    pub message: String,
    /// True if the same attempt can succeed later: the disk is full, the database is locked, the server is away.
    pub is_transient: bool,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl StoreError {
    /// An error that lasts until somebody acts.
    pub fn lasting(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_transient: false, source: None }
    }

    /// An error that can pass by itself.
    pub fn transient(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_transient: true, source: None }
    }

    /// The error that caused this one.
    #[must_use]
    pub fn because(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self { source: Some(source.into()), ..self }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn Error + 'static))
    }
}

/// The reason why a store appended nothing.
#[derive(Debug)]
#[expect(clippy::exhaustive_enums, reason = "every store makes these values, and no fourth is planned")]
pub enum AppendError {
    /// An event of the batch contradicts what is stored. Load the calls of the batch again, and decide again.
    Conflict(Conflict),
    /// The caller does not have a lease any more. Whoever has it now does what is to be done.
    LeaseLost(LeaseLost),
    /// The store failed.
    Store(StoreError),
}

/// An event that contradicts what is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "every store makes this value")]
pub struct Conflict {
    /// The call of the event.
    pub call: CallId,
    /// The revision of the event.
    pub revision: u64,
    /// The line that is stored at this revision; `None` if the revision before it is missing. The line can have tokens, and
    /// is not shown.
    pub found: Option<Secret<String>>,
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { call, revision, found } = self;
        write!(f, "conflict at revision {revision} of call {call}: ")?;
        match found {
            Some(_) => f.write_str("another line is stored"),
            None => f.write_str("the revision before it is missing"),
        }
    }
}

impl Error for Conflict {}

impl fmt::Display for AppendError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(conflict) => conflict.fmt(f),
            Self::LeaseLost(lost) => lost.fmt(f),
            Self::Store(error) => error.fmt(f),
        }
    }
}

impl Error for AppendError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Conflict(_) | Self::LeaseLost(_) => None,
            Self::Store(error) => error.source(),
        }
    }
}

impl From<Conflict> for AppendError {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

impl From<LeaseLost> for AppendError {
    fn from(lost: LeaseLost) -> Self {
        Self::LeaseLost(lost)
    }
}

impl From<StoreError> for AppendError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
