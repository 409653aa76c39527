//! The calls of other processes that were asked for last.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use callfold::{Call, CallId};

/// The calls of a generation. There are two of them, so that at most twice as many calls are kept.
const GENERATION: usize = 2_000;

/// Calls as they were after the last request. The store knows what happened to them since.
#[derive(Debug, Default)]
pub(crate) struct Others {
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    new: BTreeMap<CallId, Call>,
    old: BTreeMap<CallId, Call>,
}

impl Others {
    pub(crate) fn get(&self, call: CallId) -> Option<Call> {
        let generations = self.generations();
        generations.new.get(&call).or_else(|| generations.old.get(&call)).cloned()
    }

    pub(crate) fn keep(&self, call: Call) {
        let mut generations = self.generations();
        generations.new.insert(call.id(), call);
        if generations.new.len() >= GENERATION {
            generations.old = mem::take(&mut generations.new);
        }
    }

    pub(crate) fn forget(&self, call: CallId) {
        let mut generations = self.generations();
        generations.new.remove(&call);
        generations.old.remove(&call);
    }

    /// No method panics while it holds the lock, so what is behind it is always whole.
    fn generations(&self) -> MutexGuard<'_, Generations> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
