//! The digest of an event, by which a ledger knows the event again.

use alloc::string::ToString;
use core::hash::{BuildHasher, Hash};
use core::num::NonZeroU32;

use foldhash::fast::FixedState;

use crate::record::recorded::Recorded;

/// How many revisions back a line is compared with what was folded.
pub(crate) const REMEMBERED: usize = 64;

pub(crate) type Digest = NonZeroU32;

/// What lines are told apart by that claim one revision.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Digests {
    /// Their events.
    #[default]
    OfEvents,
    /// Their canonical writing.
    OfLines,
}

/// Enough to tell two lines apart that claim one revision.
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

/// The digest of an event by its canonical writing.
pub(crate) fn digest_of_line(line: &[u8]) -> Digest {
    digest(&line)
}
