//! What looks random, and comes from one number: ids and the draws of faults.

use std::sync::atomic::{AtomicU64, Ordering};

use callfold::CallId;
use callfold::uuid::{Builder, Uuid};

/// The number from which all ids and all draws come. The same seed gives the same ids.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seed(u64);

impl Seed {
    pub(crate) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) const fn number(self) -> u64 {
        self.0
    }

    /// The seed of one of several processes that share a store and this seed: they make different ids.
    pub(crate) fn of_process(self, process: Uuid) -> Self {
        Self(Uuid::new_v5(&process, &self.0.to_be_bytes()).as_u64_pair().0)
    }

    /// The id with this name.
    pub(crate) fn id(self, name: &str) -> Uuid {
        Uuid::new_v5(&Uuid::from_u64_pair(self.0, 0), name.as_bytes())
    }

    /// A number from 0 to below 1, always the same for a name.
    pub(crate) fn draw(self, name: &str) -> f64 {
        let (high, _) = self.id(name).as_u64_pair();
        // The bits of a version are the last 16 of the upper half.
        (high >> 16) as f64 / (1_u64 << 48) as f64
    }
}

/// New ids, one after another.
#[derive(Debug)]
pub(crate) struct Ids {
    begin: u128,
    next: AtomicU64,
}

/// The golden ratio, as a fraction of 2^128: its multiples are all different, and no two that follow each other are alike.
const STEP: u128 = 0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835;

impl Ids {
    /// `begin` is the number of events in the store when the service starts: a service that is started again makes other ids.
    pub(crate) fn new(seed: Seed, begin: u64) -> Self {
        Self { begin: seed.id(&begin.to_string()).as_u128(), next: AtomicU64::new(0) }
    }

    pub(crate) fn next(&self) -> Uuid {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let id = self.begin.wrapping_add(STEP.wrapping_mul(number.into()));
        Builder::from_random_bytes(id.to_be_bytes()).into_uuid()
    }
}

/// The name of a webhook: its call and its revision.
pub(crate) fn webhook_name(call: CallId, revision: u64) -> String {
    format!("webhook/{call}/{revision}")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn draws_are_spread_evenly_and_repeat_themselves() {
        let draws = |seed| (0..10_000).map(move |number| Seed::new(seed).draw(&number.to_string()));
        let below = draws(7).filter(|draw| *draw < 0.1).count();
        assert!((900..1100).contains(&below), "{below} of 10,000 draws are below 0.1");
        assert!(draws(7).eq(draws(7)) && !draws(7).eq(draws(8)));
    }

    #[test]
    fn ids_differ_in_their_first_digits() {
        let ids = Ids::new(Seed::new(1), 0);
        let first: BTreeSet<u64> = (0..10_000).map(|_| ids.next().as_u64_pair().0 >> 32).collect();
        assert_eq!(first.len(), 10_000);
    }

    #[test]
    fn a_service_that_starts_with_more_events_makes_other_ids() {
        assert_eq!(Ids::new(Seed::new(1), 0).next(), Ids::new(Seed::new(1), 0).next());
        assert_ne!(Ids::new(Seed::new(1), 0).next(), Ids::new(Seed::new(1), 5).next());
    }
}
