//! The digest of an event, by which a ledger knows the event again.

use core::hash::BuildHasher;
use core::num::NonZeroU32;

use foldhash::fast::FixedState;

use crate::record::recorded::Recorded;

/// The number of revisions for which a ledger knows whether a repeated event is the same.
pub(crate) const REMEMBERED: usize = 64;

pub(crate) type Digest = NonZeroU32;

/// A digest that is good enough to distinguish two events of one revision. Members that this version does not know do not
/// count: see `Recorded::records_the_same`.
pub(super) fn digest(recorded: &Recorded) -> Digest {
    let Recorded { at, inferred, event, .. } = recorded;
    let hash = FixedState::with_seed(0).hash_one((at, inferred, event));
    Digest::MIN | (hash >> 32) as u32
}
