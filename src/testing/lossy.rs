//! A store that is broken on purpose.

use alloc::vec::Vec;

use super::random::draw;
use super::store::{AppendError, MemoryStore, Store};
use crate::record::error::LineError;
use crate::record::recorded::Recorded;

/// A [`MemoryStore`] that is broken on purpose: [`read`](Store::read) leaves some of its events out. A test can
/// then show that it finds the fault.
#[derive(Clone, Debug, Default)]
pub struct LossyStore {
    seed: u64,
    of_a_thousand: u32,
    store: MemoryStore,
}

impl LossyStore {
    /// A store that loses this many of a thousand events. The seed decides which.
    pub fn new(seed: u64, of_a_thousand: u32) -> Self {
        Self { seed, of_a_thousand, store: MemoryStore::new() }
    }

    fn loses(&self, recorded: &Recorded) -> bool {
        let (high, low) = recorded.call.guid().as_u64_pair();
        let drawn = || draw(&(0..1000_u32), [self.seed, high ^ low, recorded.revision, u64::MAX]);
        self.of_a_thousand > 0 && drawn() < Some(self.of_a_thousand)
    }
}

impl Store for LossyStore {
    type Error = LineError;

    fn append(&mut self, batch: &[Recorded]) -> Result<(), AppendError<LineError>> {
        self.store.append(batch)
    }

    fn read(&mut self) -> Result<Vec<Recorded>, LineError> {
        let mut stored = self.store.read()?;
        stored.retain(|recorded| !self.loses(recorded));
        Ok(stored)
    }

    fn restart(&mut self) -> Result<(), LineError> {
        self.store.restart()
    }
}
