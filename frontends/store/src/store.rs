//! The trait that every store implements.

use std::fmt;

use async_trait::async_trait;
use callfold::call::Snapshot;
use callfold::jiff::Timestamp;
use callfold::{CallId, Recorded};

use crate::error::{AppendError, StoreError};

/// Where a host keeps its events: memory, a file, a database or a broker.
///
/// A store needs no lock and no number of a version: each event has its call and its revision, and that is its only key.
#[async_trait]
pub trait Store: fmt::Debug + Send + Sync {
    /// Appends a batch: all of its events or none, also if they belong to several calls. It returns only after the events are
    /// durable.
    ///
    /// An event whose revision is stored already with the very same line counts as appended. A host whose first attempt got
    /// no answer can therefore append the same batch again.
    ///
    /// # Errors
    ///
    /// [`AppendError::Conflict`] if the revision of an event is stored with another line, or if the revision before it is
    /// missing. Nothing is then stored.
    async fn append(&self, batch: &[Recorded]) -> Result<(), AppendError>;

    /// The events of a call from a revision on, in their order. Empty if there are none.
    ///
    /// # Errors
    ///
    /// An error of the store, for example if a stored line cannot be read.
    async fn read(&self, call: CallId, from: u64) -> Result<Vec<Recorded>, StoreError>;

    /// The events after a position, in the order in which they were appended, at most `limit` of them. Begin with
    /// [`Position::START`], and go on with the position of the last one. An event that is committed late is never skipped.
    ///
    /// # Errors
    ///
    /// An error of the store, for example if a stored line cannot be read.
    async fn read_all(&self, after: Position, limit: usize) -> Result<Vec<Stored>, StoreError>;

    /// Keeps the snapshot of a call, instead of an older one. A snapshot of an older revision than the one that is kept,
    /// or of a revision that is not stored, changes nothing: so nothing remains of a call that is deleted meanwhile.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn keep_snapshot(&self, call: CallId, revision: u64, snapshot: &Snapshot)
    -> Result<(), StoreError>;

    /// The latest snapshot of a call.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn snapshot(&self, call: CallId) -> Result<Option<Snapshot>, StoreError>;

    /// Notes that a consumer is done with the events of calls up to their revisions. This is the outbox: a consumer that
    /// posts notifications notes each after its answer, and posts the later ones again after a restart. A revision that is
    /// not higher than what is noted, or that is not stored, changes nothing.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn note(&self, consumer: &str, noted: &[Noted]) -> Result<(), StoreError>;

    /// What a consumer has noted: the highest revision of each call.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn noted(&self, consumer: &str) -> Result<Vec<Noted>, StoreError>;

    /// Deletes all events of a call, its snapshot and what was noted about it. Returns whether there was anything.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn delete(&self, call: CallId) -> Result<bool, StoreError>;

    /// Deletes all calls that ended before a time, and returns their ids. A call ends at the time of its event
    /// `terminated`, or of an `adopted` in that state. A call that has not ended, or whose end has no time, stays.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn retain(&self, ended_before: Timestamp) -> Result<Vec<CallId>, StoreError>;
}

/// A place in the order of all events of a store. It is meaningful only in that store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u64);

impl Position {
    /// The place before the first event.
    pub const START: Self = Self(0);

    /// The place with this number, which the store assigns from 1 on.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number of the place.
    pub const fn number(self) -> u64 {
        self.0
    }
}

/// An event of a store, and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "every store makes this value")]
pub struct Stored {
    /// The place of the event.
    pub position: Position,
    /// The event.
    pub event: Recorded,
}

/// How far a consumer is with the events of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "every consumer makes this value")]
pub struct Noted {
    /// The call.
    pub call: CallId,
    /// The revision of the last event with which the consumer is done.
    pub revision: u64,
}
