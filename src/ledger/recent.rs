//! The digests of the last revisions of a call.

use alloc::vec::Vec;

use super::digest::{Digest, REMEMBERED};

/// The number of digests inside the entry itself. Most calls have no more, and need no allocation for them.
const FEW: usize = 16;

/// The last [`REMEMBERED`] digests, the newest last. `None` for a revision that was not folded.
#[derive(Clone, Debug)]
pub(super) enum Recent {
    Few(u8, [Option<Digest>; FEW]),
    Many(Vec<Option<Digest>>),
}

impl Default for Recent {
    fn default() -> Self {
        Self::Few(0, [None; FEW])
    }
}

impl FromIterator<Option<Digest>> for Recent {
    fn from_iter<T: IntoIterator<Item = Option<Digest>>>(digests: T) -> Self {
        let mut this = Self::default();
        digests.into_iter().for_each(|digest| this.push(digest));
        this
    }
}

impl Recent {
    pub(super) fn as_slice(&self) -> &[Option<Digest>] {
        match self {
            Self::Few(len, few) => few.get(..usize::from(*len)).unwrap_or_default(),
            Self::Many(many) => many,
        }
    }

    pub(super) fn push(&mut self, digest: Option<Digest>) {
        match self {
            Self::Few(len, few) => match few.get_mut(usize::from(*len)) {
                Some(place) => {
                    *place = digest;
                    *len += 1;
                }
                None => {
                    let mut many = Vec::with_capacity(2 * FEW);
                    many.extend_from_slice(few);
                    many.push(digest);
                    *self = Self::Many(many);
                }
            },
            Self::Many(many) => {
                if many.len() >= REMEMBERED {
                    many.remove(0);
                }
                many.push(digest);
            }
        }
    }

    /// Removes the newest digest.
    pub(super) fn pop(&mut self) {
        match self {
            Self::Few(len, _) => *len = len.saturating_sub(1),
            Self::Many(many) => _ = many.pop(),
        }
    }
}
