//! What the store knows about the ends of calls, so that it need not look before each append.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use callfold::CallId;
use callfold::jiff::Timestamp;
use hashbrown::HashMap;

/// The calls of a generation. The cache has two, each call takes about 100 bytes.
const GENERATION: usize = 50_000;

/// The last event of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) revision: u64,
    /// The sequence of the message that has the event; 0 if the call has none.
    pub(super) sequence: u64,
    /// When the call ended.
    pub(super) ended: Option<Timestamp>,
}

/// The last events of the calls that were used last. Other processes append too, so this can be old: the server checks.
#[derive(Default)]
pub(super) struct Cache {
    generations: Mutex<Generations>,
}

#[derive(Default)]
struct Generations {
    new: HashMap<CallId, Head>,
    old: HashMap<CallId, Head>,
}

impl Cache {
    pub(super) fn head(&self, call: CallId) -> Option<Head> {
        let mut generations = self.generations();
        if let Some(head) = generations.new.get(&call) {
            return Some(*head);
        }
        let head = generations.old.remove(&call)?;
        generations.insert(call, head);
        Some(head)
    }

    pub(super) fn keep(&self, call: CallId, head: Head) {
        self.generations().insert(call, head);
    }

    /// Keeps the later of this and what is known.
    pub(super) fn raise(&self, call: CallId, head: Head) {
        if self.head(call).is_none_or(|known| known.sequence < head.sequence) {
            self.keep(call, head);
        }
    }

    pub(super) fn forget(&self, call: CallId) {
        let mut generations = self.generations();
        generations.new.remove(&call);
        generations.old.remove(&call);
    }

    /// No method panics while it holds the lock, so what is behind it is always whole.
    fn generations(&self) -> MutexGuard<'_, Generations> {
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    /// Keeps a head, unless a later one is known. When the new generation is full, the old one is forgotten.
    fn insert(&mut self, call: CallId, head: Head) {
        if self.new.len() >= GENERATION {
            self.old = mem::take(&mut self.new);
        }
        let known = self.new.entry(call).or_insert(head);
        if known.sequence < head.sequence {
            *known = head;
        }
    }
}

#[cfg(test)]
mod tests {
    use callfold::uuid::Uuid;

    use super::*;

    fn call(number: usize) -> CallId {
        CallId::new(Uuid::from_u128(number as u128))
    }

    #[test]
    fn the_cache_is_bounded_and_keeps_what_is_used() {
        let cache = Cache::default();
        let head = Head { revision: 1, sequence: 1, ended: None };
        for number in 0..GENERATION * 4 {
            cache.keep(call(number), head);
            assert_eq!(cache.head(call(0)), Some(head), "{number}");
        }
        let kept = (0..GENERATION * 4).filter(|number| cache.head(call(*number)).is_some()).count();
        assert!(kept <= GENERATION * 2, "{kept}");
    }

    #[test]
    fn a_later_end_is_not_replaced_by_an_earlier_one() {
        let cache = Cache::default();
        let later = Head { revision: 2, sequence: 9, ended: None };
        cache.keep(call(1), later);
        cache.keep(call(1), Head { revision: 1, sequence: 4, ended: None });
        assert_eq!(cache.head(call(1)), Some(later));
        cache.forget(call(1));
        assert_eq!(cache.head(call(1)), None);
    }
}
