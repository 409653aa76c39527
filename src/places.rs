//! The index of a long list. A call with many participants, operations or shared contents has one for each of these
//! lists, because a search through the list for every event would make the cost of a log quadratic.

use alloc::vec::Vec;
#[expect(deprecated, reason = "the type that replaces it needs `std`")]
use core::hash::SipHasher;
use core::hash::{Hash, Hasher};

pub(crate) use im::ordmap::DiffItem;
pub(crate) use im::{OrdMap, OrdSet, Vector};

/// The greatest number of items of a list without an index: it takes longer to keep an index than to search such a list.
pub(crate) const FEW: usize = 16;

/// The places of the items, sorted by the keys of the items. An item can have any number of keys. A clone shares what
/// neither side changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Places(OrdSet<(u64, usize)>);

impl Places {
    /// The places of the items with this key, in ascending order. Two different keys can have the same hash, so the
    /// caller must look at the items.
    pub(crate) fn of(&self, key: u64) -> impl Iterator<Item = usize> {
        self.0.range((key, 0)..=(key, usize::MAX)).map(|(_, place)| *place)
    }

    /// Replaces the keys of the item at a place.
    pub(crate) fn change(&mut self, place: usize, mut before: Vec<u64>, mut after: Vec<u64>) {
        before.sort_unstable();
        after.sort_unstable();
        for key in before.iter().filter(|key| after.binary_search(key).is_err()) {
            self.0.remove(&(*key, place));
        }
        for key in after.iter().filter(|key| before.binary_search(key).is_err()) {
            self.0.insert((*key, place));
        }
    }
}

/// The hash under which an item is found. The items come from the network, and the crate has no random seed, so anybody
/// can compute this hash. With a simpler hash, anybody could also find many ids of the same hash, and every search would
/// look at all of them. For SipHash no way to find them is known that is faster than to try 2^64 ids for each.
#[expect(deprecated, reason = "the type that replaces it needs `std`")]
pub(crate) fn key(of: impl Hash) -> u64 {
    let mut hasher = SipHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}
