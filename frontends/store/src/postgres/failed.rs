//! What can fail with a database, and the error that the caller gets.

use std::sync::Arc;

use callfold::LineError;
use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;

use crate::error::{AppendError, Conflict, StoreError};
use crate::lease::LeaseLost;

/// Why some work on the database was not done.
#[derive(Clone, Debug)]
pub(super) enum Failed {
    /// An event contradicts what is stored.
    Conflict(Conflict),
    /// A lease does not stand any more.
    LeaseLost(LeaseLost),
    /// PostgreSQL reported an error, or the connection did.
    Postgres(Arc<tokio_postgres::Error>),
    /// A stored line cannot be read.
    Line {
        /// The position of the event.
        position: u64,
        /// The reason.
        error: LineError,
    },
    /// All connections of the pool are busy.
    Busy,
    /// The server does not answer.
    NoAnswer,
    /// The task that writes has ended with its runtime.
    Stopped,
    /// The server or its tables are of no use to this program: why, and what to do.
    Unfit(String),
}

impl From<tokio_postgres::Error> for Failed {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(Arc::new(error))
    }
}

impl From<PoolError> for Failed {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            PoolError::Timeout(deadpool_postgres::TimeoutType::Wait) => Self::Busy,
            PoolError::Timeout(_) => Self::NoAnswer,
            PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_) => Self::Stopped,
        }
    }
}

impl Failed {
    /// True if the connection is of no use any more, so that another one may do the same work.
    pub(super) fn is_cut(&self) -> bool {
        match self {
            Self::Postgres(error) => {
                error.is_closed() || error.code().is_none_or(|code| ENDED.contains(code))
            }
            Self::NoAnswer => true,
            Self::Conflict(_)
            | Self::LeaseLost(_)
            | Self::Line { .. }
            | Self::Busy
            | Self::Stopped
            | Self::Unfit(_) => false,
        }
    }

    pub(super) fn into_append_error(self, address: &str) -> AppendError {
        match self {
            Self::Conflict(conflict) => conflict.into(),
            Self::LeaseLost(lost) => lost.into(),
            other @ (Self::Postgres(_)
            | Self::Line { .. }
            | Self::Busy
            | Self::NoAnswer
            | Self::Stopped
            | Self::Unfit(_)) => other.into_store_error(address).into(),
        }
    }

    pub(super) fn into_store_error(self, address: &str) -> StoreError {
        let lasting = |why: String| StoreError::lasting(format!("{address}: {why}"));
        let transient = |why: &str| StoreError::transient(format!("{address}: {why}"));
        match self {
            Self::Conflict(conflict) => lasting(conflict.to_string()),
            Self::LeaseLost(lost) => lasting(lost.to_string()),
            Self::Postgres(error) => store_error(address, error),
            Self::Line { position, error } => {
                lasting(format!("the event at position {position} cannot be read: {error}")).because(error)
            }
            Self::Busy => transient("all connections of this process are busy; try again"),
            Self::NoAnswer => transient("the server does not answer; check that it runs and can be reached"),
            Self::Stopped => lasting("the store has stopped; open it again".into()),
            Self::Unfit(why) => lasting(why),
        }
    }
}

/// The server ends the connection with these.
const ENDED: &[SqlState] =
    &[SqlState::ADMIN_SHUTDOWN, SqlState::CRASH_SHUTDOWN, SqlState::CANNOT_CONNECT_NOW];

/// The error of the store for an error of PostgreSQL. The server's message can show a value, so only known ones are shown.
fn store_error(address: &str, error: Arc<tokio_postgres::Error>) -> StoreError {
    let Some(code) = error.code().cloned() else {
        let message =
            format!("{address}: the server cannot be reached; check that it runs, and the address: {error}");
        return StoreError::transient(message).because(error);
    };
    let known = KNOWN.iter().find(|(known, ..)| *known == code);
    let (is_transient, advice) =
        known.map_or((false, "PostgreSQL failed"), |(_, is_transient, advice)| (*is_transient, *advice));
    let message = format!("{address}: {advice} (PostgreSQL says {})", code.code());
    // The server's own words can have a line of the log.
    if is_transient { StoreError::transient(message) } else { StoreError::lasting(message) }
}

/// The errors that a user can do something about: whether they can pass by themselves, what happened, and what to do.
const KNOWN: &[(SqlState, bool, &str)] = &[
    (SqlState::ADMIN_SHUTDOWN, true, "the server is being stopped; start it again"),
    (SqlState::CRASH_SHUTDOWN, true, "the server has crashed and starts again; wait for it"),
    (SqlState::CANNOT_CONNECT_NOW, true, "the server is starting or stopping; wait for it"),
    (SqlState::TOO_MANY_CONNECTIONS, true, "the server has no connection left; raise its `max_connections`"),
    (SqlState::DISK_FULL, true, "the disk of the server is full; free some space"),
    (SqlState::OUT_OF_MEMORY, true, "the server has no memory left"),
    (SqlState::IO_ERROR, true, "the server cannot read or write its disk; check it"),
    (
        SqlState::READ_ONLY_SQL_TRANSACTION,
        true,
        "the server takes no writes now; name the primary, or wait until it is one",
    ),
    (SqlState::T_R_SERIALIZATION_FAILURE, true, "other work on the database came between; try again"),
    (SqlState::T_R_DEADLOCK_DETECTED, true, "other work on the database came between; try again"),
    (SqlState::LOCK_NOT_AVAILABLE, true, "the database is locked; try again"),
    (SqlState::QUERY_CANCELED, true, "the server took too long; try again, or raise its `statement_timeout`"),
    (SqlState::INVALID_PASSWORD, false, "the server refuses the password; check the address"),
    (
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION,
        false,
        "the server refuses the user; check the address and `pg_hba.conf`",
    ),
    (SqlState::INVALID_CATALOG_NAME, false, "there is no such database; create it with `createdb`"),
    (
        SqlState::INSUFFICIENT_PRIVILEGE,
        false,
        "the user lacks a right; grant it CREATE on the database, and all on the tables",
    ),
    (SqlState::DATA_CORRUPTED, false, "a table is damaged; restore it from a backup"),
    (SqlState::INDEX_CORRUPTED, false, "an index is damaged; run REINDEX, or restore from a backup"),
    (SqlState::UNDEFINED_TABLE, false, "a table of the store is missing; restore it from a backup"),
    (SqlState::UNDEFINED_FUNCTION, false, "a function of the store is missing; restore it from a backup"),
];
