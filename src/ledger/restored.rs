//! Calls that a ledger takes up as they are, and not from their events.

use alloc::sync::Arc;

use super::data::Ledger;
use super::entry::Entry;
use crate::call::data::Call;
use crate::call::snapshot::{NotRestored, Snapshot};
use crate::id::CallId;

impl Ledger {
    /// Takes up a call from a snapshot. The ledger then folds the event with the next revision.
    ///
    /// The ledger does not know the events before the snapshot. It takes each of them for a duplicate, and finds
    /// no conflict among them.
    ///
    /// # Errors
    ///
    /// A [`NotRestored`] if the snapshot cannot be restored, if the ledger knows the call already, or if it keeps
    /// history. The ledger is then unchanged.
    ///
    /// ```
    /// use callfold::{Applied, Call, Ledger};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let snapshot = Call::begin(line.parse()?)?.snapshot();
    ///
    /// let mut ledger = Ledger::new();
    /// let id = ledger.restore(&snapshot)?;
    /// assert_eq!(ledger.next_revision(id), 2);
    /// assert_eq!(ledger.apply(&line.parse()?)?, Applied::Duplicate);
    /// let next = line.replace("placed", "established").replace("1,", "2,");
    /// assert_eq!(ledger.apply(&next.parse()?)?, Applied::Folded);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<CallId, NotRestored> {
        if self.metadata.keeps_history {
            return Err(NotRestored::KeepsHistory);
        }
        self.take_up(Call::restore(snapshot)?)
    }

    /// Takes up a call that was folded elsewhere, as [`restore`](Self::restore) takes it up from its snapshot.
    ///
    /// # Errors
    ///
    /// A [`NotRestored`] if the ledger knows the call already, or if it keeps history. The ledger is then unchanged.
    ///
    /// ```
    /// use callfold::{Applied, Call, Ledger};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let call = Call::begin(line.parse()?)?;
    ///
    /// let mut ledger = Ledger::new();
    /// let id = ledger.take_up(call)?;
    /// assert_eq!(ledger.next_revision(id), 2);
    /// let next = line.replace("placed", "established").replace("1,", "2,");
    /// assert_eq!(ledger.apply(&next.parse()?)?, Applied::Folded);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn take_up(&mut self, call: Call) -> Result<CallId, NotRestored> {
        if self.metadata.keeps_history {
            return Err(NotRestored::KeepsHistory);
        }
        let id = call.id();
        if let Some(known) = self.entries.get(&id) {
            return Err(NotRestored::Known { revision: known.revision() });
        }
        self.index.add(&call);
        self.entries.insert(id, Arc::new(Entry::restored(call)));
        Ok(id)
    }
}
