//! Where a host keeps its events: the trait that a store implements for these tests, and the store in memory.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::id::CallId;
use crate::record::error::LineError;
use crate::record::recorded::Recorded;
use crate::secret::Secret;

/// Where a host keeps its events: a file, a database or a broker. A [`Trial`](super::Trial) tests whether a
/// store keeps them.
///
/// A host appends the events of one input in one batch, before it folds them. These events can belong to two
/// calls if one replaces the other, and to any number of calls if a bot gets several notifications in one
/// POST. A store needs no lock and no number of a version: each event has its call and its revision.
///
/// The methods block until they are done. A store with asynchronous methods runs them to their end here, for
/// example with `Runtime::block_on` of tokio. [`MemoryStore`] is the shortest example.
pub trait Store {
    /// An error of the store itself, such as that of its database.
    type Error: fmt::Display;

    /// Appends a batch: all of its events or none. It returns only after the events are durable.
    ///
    /// An event whose revision is stored already with the very same content counts as appended. A host whose
    /// first attempt got no answer can therefore append the same batch again.
    ///
    /// # Errors
    ///
    /// [`AppendError::Conflict`] if the revision of an event is stored with other content, or if the revision
    /// before it is missing. Nothing is then stored.
    fn append(&mut self, batch: &[Recorded]) -> Result<(), AppendError<Self::Error>>;

    /// All stored events. The events of one call come in the order in which they were appended. The order
    /// between different calls does not matter.
    ///
    /// # Errors
    ///
    /// An error of the store, for example if a stored line cannot be read.
    fn read(&mut self) -> Result<Vec<Recorded>, Self::Error>;

    /// Stops the store as `kill -9` does, and opens it again. Only what was durable remains.
    ///
    /// # Errors
    ///
    /// An error of the store, for example if it cannot be opened.
    fn restart(&mut self) -> Result<(), Self::Error>;
}

/// The reason why a store appended nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "every store makes these values, and no third is planned")]
pub enum AppendError<E> {
    /// An event of the batch contradicts what is stored.
    Conflict(Conflict),
    /// The store failed.
    Store(E),
}

/// For `?` in an implementation of [`Store::append`].
impl<E> From<E> for AppendError<E> {
    fn from(error: E) -> Self {
        Self::Store(error)
    }
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

/// A store in memory, with the events as lines of a log. A restart loses nothing.
///
/// ```
/// use callfold::Recorded;
/// use callfold::testing::{AppendError, MemoryStore, Store};
///
/// let mut store = MemoryStore::new();
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
/// let offered: Recorded = line.parse()?;
/// assert_eq!(store.append(&[offered.clone()]), Ok(()));
/// // The same event again counts as appended, and another event at its revision is a conflict.
/// assert_eq!(store.append(&[offered.clone()]), Ok(()));
/// let placed: Recorded = line.replace("offered", "placed").parse()?;
/// assert!(matches!(store.append(&[placed]), Err(AppendError::Conflict(_))));
/// assert_eq!(store.read()?, [offered]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    lines: BTreeMap<(CallId, u64), String>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// The stored lines, call by call.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = &String> {
        self.lines.values()
    }

    /// Stores an event, and returns whether it is new.
    fn put(&mut self, recorded: &Recorded) -> Result<bool, Conflict> {
        let Recorded { call, revision, .. } = *recorded;
        let line = recorded.to_string();
        let found = self.lines.get(&(call, revision)).cloned();
        let is_stored = found.as_ref() == Some(&line);
        let follows = revision.checked_sub(1).is_some_and(|before| before == 0 || self.has(call, before));
        if !is_stored && (found.is_some() || !follows) {
            let found = found.map(Secret::new);
            return Err(Conflict { call, revision, found });
        }
        self.lines.insert((call, revision), line);
        Ok(!is_stored)
    }

    fn has(&self, call: CallId, revision: u64) -> bool {
        self.lines.contains_key(&(call, revision))
    }
}

impl Store for MemoryStore {
    type Error = LineError;

    fn append(&mut self, batch: &[Recorded]) -> Result<(), AppendError<LineError>> {
        let mut new = Vec::new();
        for recorded in batch {
            match self.put(recorded) {
                Ok(true) => new.push((recorded.call, recorded.revision)),
                Ok(false) => {}
                Err(conflict) => {
                    new.iter().for_each(|stored| _ = self.lines.remove(stored));
                    return Err(AppendError::Conflict(conflict));
                }
            }
        }
        Ok(())
    }

    fn read(&mut self) -> Result<Vec<Recorded>, LineError> {
        self.lines.values().map(|line| line.parse()).collect()
    }

    fn restart(&mut self) -> Result<(), LineError> {
        Ok(())
    }
}
