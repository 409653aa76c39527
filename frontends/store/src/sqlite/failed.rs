//! What can fail in a thread of the store, and the error that the caller gets.

use std::path::Path;
use std::sync::Arc;

use callfold::LineError;
use rusqlite::ErrorCode;

use crate::error::{AppendError, Conflict, StoreError};
use crate::lease::LeaseLost;

/// Why some work on the database was not done.
#[derive(Clone)]
pub(super) enum Failed {
    /// An event contradicts what is stored.
    Conflict(Conflict),
    /// A lease does not stand any more.
    LeaseLost(LeaseLost),
    /// SQLite reported an error.
    Sqlite(Arc<rusqlite::Error>),
    /// A stored line cannot be read.
    Line {
        /// The position of the event.
        position: u64,
        /// The reason.
        error: LineError,
    },
    /// A table has what this program does not write. The message says what to do.
    Damaged(String),
    /// The store was opened to read.
    OpenedToRead,
    /// The thread that does the work is gone.
    Stopped,
}

impl From<rusqlite::Error> for Failed {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(Arc::new(error))
    }
}

impl Failed {
    pub(super) fn into_append_error(self, path: &Path) -> AppendError {
        match self {
            Self::Conflict(conflict) => conflict.into(),
            Self::LeaseLost(lost) => lost.into(),
            other @ (Self::Sqlite(_)
            | Self::Line { .. }
            | Self::Damaged(_)
            | Self::OpenedToRead
            | Self::Stopped) => other.into_store_error(path).into(),
        }
    }

    pub(super) fn into_store_error(self, path: &Path) -> StoreError {
        let file = path.display();
        match self {
            Self::Conflict(conflict) => StoreError::lasting(format!("{file}: {conflict}")),
            Self::LeaseLost(lost) => StoreError::lasting(format!("{file}: {lost}")),
            Self::Sqlite(error) => store_error(path, error),
            Self::Line { position, error } => {
                let message = format!("{file}: the event at position {position} cannot be read: {error}");
                StoreError::lasting(message).because(error)
            }
            Self::Damaged(why) => StoreError::lasting(format!("{file}: {why}")),
            Self::OpenedToRead => {
                StoreError::lasting(format!("{file}: the store was opened to read, and takes no changes"))
            }
            Self::Stopped => StoreError::lasting(format!("{file}: the store has stopped; open it again")),
        }
    }
}

/// The error of the store for an error of SQLite. Messages of SQLite show names of tables, never values.
pub(super) fn store_error(path: &Path, error: Arc<rusqlite::Error>) -> StoreError {
    let file = path.display();
    let code = error.sqlite_error_code();
    let Some((_, is_transient, advice)) = KNOWN.iter().find(|(known, ..)| Some(*known) == code) else {
        return StoreError::lasting(format!("{file}: SQLite failed: {error}")).because(error);
    };
    let message = format!("{file}: {advice}");
    let new = if *is_transient { StoreError::transient(message) } else { StoreError::lasting(message) };
    new.because(error)
}

/// The errors that a user can do something about: whether they can pass by themselves, what happened, and what to do.
const KNOWN: &[(ErrorCode, bool, &str)] = &[
    (ErrorCode::DiskFull, true, "the disk is full; free some space"),
    (ErrorCode::DatabaseBusy, true, "another process is writing to this file; only one process may write"),
    (ErrorCode::DatabaseLocked, true, "the database is locked; try again"),
    (ErrorCode::SystemIoFailure, true, "reading or writing the file failed; check the disk"),
    (ErrorCode::OutOfMemory, true, "there is no memory left"),
    (ErrorCode::DatabaseCorrupt, false, "the database is damaged; restore it from a backup"),
    (ErrorCode::NotADatabase, false, "this file is not an SQLite database; name another file"),
    (ErrorCode::ReadOnly, false, "the file or its folder cannot be written; change its permissions"),
    (ErrorCode::PermissionDenied, false, "the file may not be opened; change its permissions"),
    (ErrorCode::CannotOpen, false, "the file cannot be opened; check the path and its permissions"),
];
