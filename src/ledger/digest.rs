//! The digest of an event, by which a ledger knows the event again.

use alloc::string::ToString;
use core::hash::{BuildHasher, Hash};
use core::num::NonZeroU32;

use foldhash::fast::FixedState;

use crate::record::recorded::Recorded;

/// The number of revisions for which a ledger knows whether a repeated event is the same.
pub(crate) const REMEMBERED: usize = 64;

pub(crate) type Digest = NonZeroU32;

/// The source of the digests by which two events of one revision are compared.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Digests {
    /// The events.
    #[default]
    OfEvents,
    /// The events as canonical lines.
    OfLines,
}

/// A digest that is good enough to distinguish two events of one revision.
fn digest(reported: &impl Hash) -> Digest {
    let hash = FixedState::with_seed(0).hash_one(reported);
    Digest::MIN | (hash >> 32) as u32
}

impl Digests {
    pub(super) fn of(self, recorded: &Recorded) -> Digest {
        match self {
            Self::OfEvents => digest(&(recorded.at, recorded.inferred, &recorded.event)),
            Self::OfLines => digest_of_line(recorded.to_string().as_bytes()),
        }
    }
}

/// The digest of an event as its canonical line.
pub(crate) fn digest_of_line(line: &[u8]) -> Digest {
    digest(&line)
}
