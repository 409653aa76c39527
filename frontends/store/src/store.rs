//! The trait that every store implements.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use callfold::call::Snapshot;
use callfold::jiff::Timestamp;
use callfold::uuid::Uuid;
use callfold::{CallId, LineError, Recorded};

use crate::defect::Defect;
use crate::ending::Ended;
use crate::error::{AppendError, StoreError};
use crate::lease::{Lease, Leased};

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
    async fn append(&self, batch: &[Recorded]) -> Result<(), AppendError> {
        self.append_under(&[], batch).await
    }

    /// As [`append`](Self::append), if these leases still stand at that moment: nobody has taken one of them since. A lease
    /// whose time has passed, and that nobody else has taken, may still stand.
    ///
    /// # Errors
    ///
    /// As of [`append`](Self::append), and [`AppendError::LeaseLost`] if a lease does not stand. Nothing is then stored.
    async fn append_under(&self, leases: &[Lease], batch: &[Recorded]) -> Result<(), AppendError>;

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

    /// The events after a position, as [`read_all`](Self::read_all) has them, but as lines that are not decoded: at most `limit`
    /// of them, and fewer if they are large. Whoever decodes them anyway saves half of the time, and can go on after a line
    /// that is damaged.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn read_lines(&self, after: Position, limit: usize) -> Result<Lines, StoreError> {
        let stored = self.read_all(after, limit).await?;
        Ok(Lines {
            has_more: stored.len() == limit,
            lines: stored.into_iter().map(StoredLine::from).collect(),
        })
    }

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
    async fn note(&self, consumer: &str, noted: &[Noted]) -> Result<(), AppendError> {
        self.note_under(&[], consumer, noted).await
    }

    /// As [`note`](Self::note), if these leases still stand at that moment.
    ///
    /// # Errors
    ///
    /// [`AppendError::LeaseLost`] if a lease does not stand, or an error of the store. Nothing is then noted.
    async fn note_under(&self, leases: &[Lease], consumer: &str, noted: &[Noted]) -> Result<(), AppendError>;

    /// What a consumer has noted: the highest revision of each call.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn noted(&self, consumer: &str) -> Result<Vec<Noted>, StoreError>;

    /// The highest revision of a call that a consumer has noted; 0 if it has noted none.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn noted_of(&self, consumer: &str, call: CallId) -> Result<u64, StoreError>;

    /// The calls that a host still has to do with, in any order: all that are stored, but for those that it called finished.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn unfinished(&self) -> Result<Vec<CallId>, StoreError>;

    /// Notes that nothing is left to do about calls: they have ended, and all that follows from their ends is done. Their
    /// events stay. An unknown call changes nothing.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn finish(&self, calls: &[CallId]) -> Result<(), StoreError>;

    /// Takes the leases with these names that are free, whose time has passed, or that the holder has already. Each then
    /// lasts this long from now, a day at most. Returns those that the holder has now. A lease that it had all the time keeps its token.
    /// The token of a lease that is taken is higher than each earlier one of this name.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn lease(&self, names: &[String], holder: Uuid, lasts: Duration) -> Result<Vec<Lease>, StoreError>;

    /// All leases whose time has not passed, in any order.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn leases(&self) -> Result<Vec<Leased>, StoreError>;

    /// Gives leases back before their time. Those that do not stand any more change nothing.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn release(&self, leases: &[Lease]) -> Result<(), StoreError>;

    /// True if other processes can append to the store while this one uses it.
    fn is_shared(&self) -> bool;

    /// Claims the store for the service in this process, until the store is dropped. A store that several services can use, and
    /// one that no other process can reach, need no claim.
    ///
    /// # Errors
    ///
    /// Another service has claimed the store, or an error of the store.
    async fn claim(&self) -> Result<(), StoreError> {
        Ok(())
    }

    /// The position of the last event, or [`Position::START`] if there is none. A reader that begins there sees what comes.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn last(&self) -> Result<Position, StoreError>;

    /// Waits until there can be events after a position. It may return early. Use it between two calls of
    /// [`read_all`](Self::read_all).
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn wait(&self, after: Position) -> Result<(), StoreError>;

    /// What the store holds.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn stats(&self) -> Result<Stats, StoreError>;

    /// What the store finds wrong in itself: damage, and what does not fit together. The events are not decoded.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn defects(&self) -> Result<Vec<Defect>, StoreError> {
        Ok(Vec::new())
    }

    /// The version of the tables or messages of the store; `None` if it has none, such as memory.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn schema_version(&self) -> Result<Option<u64>, StoreError> {
        Ok(None)
    }

    /// Deletes all events of a call, its snapshot and what was noted about it. Returns whether there was anything.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn delete(&self, call: CallId) -> Result<bool, StoreError>;

    /// The calls that ended before a time, in the order of their ids. The last event of a call of which [`Ended::of`] returns an
    /// end says when the call ended. A call without such an event is not among them.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn ended_before(&self, time: Timestamp) -> Result<Vec<Ended>, StoreError>;

    /// Deletes the calls that [`ended_before`](Self::ended_before) returns for a time, and returns them. After an error, some of
    /// them may be deleted already.
    ///
    /// # Errors
    ///
    /// An error of the store.
    async fn retain(&self, ended_before: Timestamp) -> Result<Vec<Ended>, StoreError>;
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

/// Some lines of a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "every store makes this value")]
pub struct Lines {
    /// The lines in their order.
    pub lines: Vec<StoredLine>,
    /// False if these were the last lines when they were read.
    pub has_more: bool,
}

/// A line of a store, and its place. The line can have tokens, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "every store makes this value")]
pub struct StoredLine {
    /// The place of the line.
    pub position: Position,
    /// The line as it is stored, without a line end.
    pub line: Vec<u8>,
}

impl StoredLine {
    /// The event of the line.
    ///
    /// # Errors
    ///
    /// The line is no event, which lasts.
    pub fn event(&self) -> Result<Recorded, StoreError> {
        let position = self.position.number();
        let wrong = |why: &dyn fmt::Display| {
            StoreError::lasting(format!("the event at position {position} cannot be read: {why}"))
        };
        let line = str::from_utf8(&self.line).map_err(|error| wrong(&error).because(error))?;
        line.parse().map_err(|error: LineError| wrong(&error).because(error))
    }
}

impl From<Stored> for StoredLine {
    fn from(Stored { position, event }: Stored) -> Self {
        Self { position, line: event.to_string().into() }
    }
}

impl fmt::Debug for StoredLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredLine").field("position", &self.position).finish_non_exhaustive()
    }
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

/// What a store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "every store makes this value")]
pub struct Stats {
    /// The calls.
    pub calls: u64,
    /// The calls that are not finished.
    pub unfinished: u64,
    /// The events of all calls.
    pub events: u64,
    /// The snapshots.
    pub snapshots: u64,
    /// The bytes that the store takes on its disk, or in memory, with all that belongs to it; 0 if that is not known.
    pub bytes: u64,
}
