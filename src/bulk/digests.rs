//! Digests that distinguish a duplicate of a revision from a conflict.

use alloc::vec::Vec;

use crate::ledger::digest::{Digest, REMEMBERED};

/// The digests of the newest revisions. The digest of revision `r` is at the index `(r - 1) % REMEMBERED`.
#[derive(Clone, Debug, Default)]
pub(super) struct Digests(pub(super) Vec<Option<Digest>>);

impl Digests {
    /// The digests up to the revision `revision`, from an iterator with the newest digest last.
    pub(super) fn of(revision: u64, newest: impl ExactSizeIterator<Item = Option<Digest>>) -> Self {
        let first = (revision + 1).saturating_sub(newest.len() as u64);
        let mut digests = Vec::from_iter(core::iter::repeat_n(None, newest.len()));
        for (revision, digest) in (first..).zip(newest) {
            let index = (revision.wrapping_sub(1) % REMEMBERED as u64) as usize;
            if let Some(place) = digests.get_mut(index) {
                *place = digest;
            }
        }
        Self(digests)
    }

    /// Adds the digest of the next revision.
    pub(super) fn push(&mut self, revision: u64, digest: Option<Digest>) {
        let index = (revision.wrapping_sub(1) % REMEMBERED as u64) as usize;
        match self.0.get_mut(index) {
            Some(old) => *old = digest,
            None => self.0.push(digest),
        }
    }

    /// The digests, the newest last.
    pub(super) fn newest(&self, revision: u64) -> impl Iterator<Item = Option<Digest>> {
        let next = if self.0.len() < REMEMBERED { 0 } else { (revision % REMEMBERED as u64) as usize };
        let (newer, older) = self.0.split_at_checked(next).unwrap_or_default();
        older.iter().chain(newer).copied()
    }
}
