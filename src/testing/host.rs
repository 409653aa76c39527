//! A host of a simulation: its store, and the calls that it folds from the stored events.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::difference::difference;
use super::log_fault::{Calls, LogFault};
use super::store::{AppendError, Conflict, Store};
use crate::call::snapshot::NotRestored;
use crate::id::CallId;
use crate::ledger::applied::{Applied, ApplyError};
use crate::ledger::data::Ledger;
use crate::record::recorded::Recorded;

/// A host of a [`Simulation`](super::Simulation). As the crate requires of hosts, it stores the events of an
/// input before it folds them. After each restart it is compared with a twin: the calls of a host that got the
/// same inputs and never stopped.
#[derive(Clone, Debug)]
pub struct Host<S> {
    store: S,
    /// The events that the store has appended.
    written: Calls,
    /// The last batch.
    last: Vec<Recorded>,
    ledger: Ledger,
    /// The calls of the host that never stopped. Before the first restart, `ledger` is that host.
    twin: Option<Ledger>,
    /// The calls at the last start. Every second restart begins with their snapshots.
    at_last_start: Ledger,
}

/// What a store did wrong, or what a restart changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreFault {
    /// The store returned an error.
    Failed(String),
    /// The store refused a batch that it must append: one that follows on what it has, or the last one again.
    Refused(Conflict),
    /// The store appended this line, which contradicts what it has.
    Accepted(String),
    /// After a restart, the store has other lines than the host wrote.
    Log(LogFault),
    /// At a restart, the snapshot of this call cannot be restored, for this reason.
    NotRestored(CallId, NotRestored),
    /// After a restart, this line does not fold, for this reason.
    NotFolded(String, String),
    /// After a restart, this call is not that of the twin. The text says where they differ.
    Differs(CallId, String),
}

impl StoreFault {
    /// The call; `None` if the fault belongs to no call.
    pub(super) fn call(&self) -> Option<CallId> {
        match self {
            Self::Refused(conflict) => Some(conflict.call),
            Self::Log(fault) => Some(fault.call),
            Self::NotRestored(call, _) | Self::Differs(call, _) => Some(*call),
            Self::Failed(_) | Self::Accepted(_) | Self::NotFolded(..) => None,
        }
    }
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed(why) => write!(f, "the store failed: {why}"),
            Self::Refused(conflict) => write!(f, "the store refused what it must append: {conflict}"),
            Self::Accepted(line) => write!(f, "the store appended what it must refuse: {line}"),
            Self::Log(fault) => fault.fmt(f),
            Self::NotRestored(call, why) => write!(f, "call {call} is not restored: {why}"),
            Self::NotFolded(line, why) => write!(f, "a line does not fold: {why}\n  line: {line}"),
            Self::Differs(call, place) => {
                write!(
                    f,
                    "call {call} differs between the restarted host and one that never stopped: {place}"
                )
            }
        }
    }
}

impl<S> Host<S> {
    pub(super) fn new(store: S) -> Self {
        Self {
            store,
            written: Calls::new(),
            last: Vec::new(),
            ledger: Ledger::new(),
            twin: None,
            at_last_start: Ledger::new(),
        }
    }

    /// The calls that were folded from the events.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The lines of the events that this host wrote, call by call.
    pub fn lines(&self) -> impl Iterator<Item = String> {
        self.written.values().flatten().map(Recorded::to_string)
    }
}

impl<S: Store> Host<S> {
    /// Stores a batch. The host must then fold each of its events.
    pub(super) fn append(&mut self, batch: &[Recorded]) -> Result<(), StoreFault> {
        if batch.is_empty() {
            return Ok(());
        }
        self.store.append(batch).map_err(refused)?;
        for recorded in batch {
            self.written.entry(recorded.call).or_default().push(recorded.clone());
        }
        self.last = batch.to_vec();
        Ok(())
    }

    /// Folds an event that was stored.
    pub(super) fn fold(&mut self, recorded: &Recorded) -> Result<Applied, ApplyError> {
        if let Some(twin) = &mut self.twin {
            twin.apply(recorded)?;
        }
        self.ledger.apply(recorded)
    }

    /// Appends the last batch again, as a host does that got no answer.
    pub(super) fn retry(&mut self) -> Result<(), StoreFault> {
        if self.last.is_empty() { Ok(()) } else { self.store.append(&self.last).map_err(refused) }
    }

    /// Appends batches that contradict what is stored, and checks that the store refuses them. Whether they
    /// left something behind shows at the next restart.
    pub(super) fn contradict(&mut self) -> Result<(), StoreFault> {
        let Some(last) = self.last.last() else { return Ok(()) };
        let stale = Recorded { inferred: !last.inferred, ..last.clone() };
        let after = |recorded: &Recorded, revisions| Recorded {
            revision: recorded.revision.saturating_add(revisions),
            ..recorded.clone()
        };
        let other = self.written.iter().find(|(call, _)| **call != last.call);
        let next = after(other.and_then(|(_, events)| events.last()).unwrap_or(last), 1);
        let next = Recorded { inferred: !next.inferred, ..next };
        let hole = after(last, 2);
        let batches = [[stale.clone()].to_vec(), [hole.clone()].to_vec(), [next, stale.clone()].to_vec()];
        for (batch, wrong) in batches.iter().zip([&stale, &hole, &stale]) {
            match self.store.append(batch) {
                Ok(()) => return Err(StoreFault::Accepted(wrong.to_string())),
                Err(AppendError::Store(error)) => return Err(StoreFault::Failed(error.to_string())),
                Err(AppendError::Conflict(found))
                    if (found.call, found.revision) != (wrong.call, wrong.revision) =>
                {
                    let why = format!("the conflict is at {wrong}, and it reports a {found}");
                    return Err(StoreFault::Failed(why));
                }
                Err(AppendError::Conflict(_)) => {}
            }
        }
        Ok(())
    }

    /// Stops the host and starts it again: from all stored events, or from snapshots of the calls at the last start and
    /// the events after it.
    pub(super) fn restart(&mut self, from_log: bool) -> Result<(), StoreFault> {
        self.store.restart().map_err(|error| StoreFault::Failed(error.to_string()))?;
        let stored = self.store.read().map_err(|error| StoreFault::Failed(error.to_string()))?;
        if let Some(fault) = LogFault::find(&self.written, &stored) {
            return Err(StoreFault::Log(fault));
        }
        let mut ledger = Ledger::new();
        for call in self.at_last_start.calls().filter(|_| !from_log) {
            let restored = ledger.restore(&call.snapshot());
            restored.map_err(|why| StoreFault::NotRestored(call.id(), why))?;
        }
        for recorded in &stored {
            if recorded.revision < ledger.next_revision(recorded.call) {
                continue;
            }
            let why = match ledger.apply(recorded) {
                Ok(Applied::Folded) => continue,
                Ok(Applied::Duplicate) => "it was folded before".into(),
                Err(error) => error.to_string(),
            };
            return Err(StoreFault::NotFolded(recorded.to_string(), why));
        }
        let stopped = core::mem::replace(&mut self.ledger, ledger);
        let twin = self.twin.get_or_insert(stopped);
        let (ours, theirs) = (self.ledger.next_deadline(), twin.next_deadline());
        if let Some((_, call)) = ours.or(theirs).filter(|_| ours != theirs) {
            let place = format!("the next deadline of all calls: `{ours:?}` and `{theirs:?}`");
            return Err(StoreFault::Differs(call, place));
        }
        self.at_last_start = self.ledger.clone();
        self.written.keys().try_for_each(|call| self.compare(*call))
    }

    /// Compares a call with that of the twin: all of it, and its next revision.
    pub(super) fn compare(&self, id: CallId) -> Result<(), StoreFault> {
        let Some(twin) = &self.twin else { return Ok(()) };
        let revisions = [&self.ledger, twin].map(|ledger| ledger.next_revision(id));
        let (ours, theirs) = (self.ledger.call(id), twin.call(id));
        let place = match revisions {
            [ours, theirs] if ours != theirs => format!("the next revision: {ours} and {theirs}"),
            _ if ours != theirs => difference(&ours, &theirs),
            _ => return Ok(()),
        };
        Err(StoreFault::Differs(id, place))
    }
}

fn refused<E: fmt::Display>(error: AppendError<E>) -> StoreFault {
    match error {
        AppendError::Conflict(conflict) => StoreFault::Refused(conflict),
        AppendError::Store(error) => StoreFault::Failed(error.to_string()),
    }
}
