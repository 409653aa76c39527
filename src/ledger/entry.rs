//! The entry of one call in a ledger.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::applied::{Applied, ApplyError};
use super::digest::{Digest, REMEMBERED, digest};
use super::history::{History, Line};
use super::recent::Recent;
use crate::call::data::Call;
use crate::call::ended::{Ended, Later};
use crate::call::shared::Shared;
use crate::record::recorded::Recorded;

#[derive(Clone, Debug)]
pub(crate) struct Entry {
    call: Call,
    /// The last revision that was folded or skipped.
    revision: u64,
    /// The digests of the newest revisions, the newest last. `None` for a revision that was not folded.
    digests: Recent,
    /// Revisions that were missing when later ones were folded.
    holes: Vec<Range<u64>>,
    history: Option<History>,
}

/// The data that all calls of a ledger share.
#[derive(Clone, Debug, Default)]
pub(super) struct LedgerMetadata {
    pub(super) keeps_history: bool,
    /// True if only what summaries need of each event is folded.
    pub(super) is_of_summaries: bool,
    /// The number of folded events.
    pub(super) events: u64,
    /// A buffer in which an event is serialized. It is empty between two events.
    pub(super) writing: String,
}

impl Entry {
    pub(crate) const fn call(&self) -> &Call {
        &self.call
    }

    pub(super) fn into_call(self) -> Call {
        self.call
    }

    pub(crate) const fn revision(&self) -> u64 {
        self.revision
    }

    pub(super) const fn history(&self) -> Option<&History> {
        self.history.as_ref()
    }

    /// Folds the first event of a call, even if it is not revision 1.
    pub(super) fn begin(mut recorded: Recorded, metadata: &mut LedgerMetadata) -> Result<Self, ApplyError> {
        let (revision, digest) = (recorded.revision, digest(&recorded));
        let line = metadata.keeps_history.then(|| Line::of(&recorded, &mut metadata.writing));
        if metadata.is_of_summaries {
            recorded.event.reduce();
        }
        let call = Call::begin(recorded).map_err(ApplyError::Refused)?;
        let history = metadata.keeps_history.then(History::default);
        let mut entry = Self { call, revision: 0, digests: Recent::default(), holes: Vec::new(), history };
        entry.folded(revision, digest, line, metadata);
        Ok(entry)
    }

    /// The entry of a call whose events are not known.
    pub(super) fn restored(call: Call) -> Self {
        let revision = call.revision();
        Self { call, revision, digests: Recent::default(), holes: Vec::new(), history: None }
    }

    /// Folds a later event, even if revisions before it are missing.
    pub(super) fn apply_after_gap(
        &mut self,
        mut recorded: Recorded,
        metadata: &mut LedgerMetadata,
    ) -> Result<Applied, ApplyError> {
        let revision = recorded.revision;
        if revision <= self.revision && !self.left_out(revision) {
            return self.compare(&recorded);
        }
        let digest = digest(&recorded);
        let line = self.history.is_some().then(|| Line::of(&recorded, &mut metadata.writing));
        if metadata.is_of_summaries {
            recorded.event.reduce();
        }
        self.call.evolve(recorded).map_err(ApplyError::Refused)?;
        self.folded(revision, digest, line, metadata);
        Ok(Applied::Folded)
    }

    /// Counts the revision of a refused event as used.
    pub(super) fn skip(&mut self, revision: u64) {
        if revision > self.revision {
            let missing = self.revision + 1..revision;
            self.remember(revision, None, &missing);
            self.call.skip(revision);
        }
    }

    /// Counts an event that the call has folded, and adds its line to the history, if there is one.
    fn folded(&mut self, revision: u64, digest: Digest, line: Option<Line>, metadata: &mut LedgerMetadata) {
        let missing = self.revision + 1..revision;
        self.remember(revision, Some(digest), &missing);
        metadata.events += 1;
        if let Some((history, line)) = self.history.as_mut().zip(line) {
            history.push(line, metadata.events, &self.call);
        }
    }

    fn compare(&self, recorded: &Recorded) -> Result<Applied, ApplyError> {
        let revision = recorded.revision;
        let after = self.holes.partition_point(|hole| hole.start <= revision);
        if after
            .checked_sub(1)
            .and_then(|last| self.holes.get(last))
            .is_some_and(|hole| hole.contains(&revision))
        {
            return Err(ApplyError::TooLate { revision, last: self.revision });
        }
        let back = usize::try_from(self.revision - revision).unwrap_or(usize::MAX);
        match self.digests.as_slice().iter().rev().nth(back) {
            // The event is too old to compare. Logs that repeat old events repeat the same content.
            None => Ok(Applied::Duplicate),
            Some(Some(folded)) if *folded == digest(recorded) => Ok(Applied::Duplicate),
            Some(_) => Err(ApplyError::Conflict { revision }),
        }
    }

    /// True if this is the last revision and it was skipped, so that another event can still have it.
    fn left_out(&self, revision: u64) -> bool {
        revision == self.revision && self.digests.as_slice().last() == Some(&None)
    }

    /// Counts a revision as used. Stores the digest of its event, if the event was folded.
    fn remember(&mut self, revision: u64, digest: Option<Digest>, missing: &Range<u64>) {
        if self.left_out(revision) {
            self.digests.pop();
        }
        if !missing.is_empty() {
            self.holes.push(missing.clone());
            missing.clone().rev().take(REMEMBERED).for_each(|_| self.digests.push(None));
        }
        self.digests.push(digest);
        self.revision = revision;
    }
}

/// The entry of a call that has ended, in its reduced form.
#[derive(Clone, Debug)]
pub(super) struct EndedEntry {
    pub(super) call: Ended,
    digests: Box<[Option<Digest>]>,
    holes: Vec<Range<u64>>,
}

impl EndedEntry {
    pub(super) fn of(entry: &Entry, later: Later, shared: &mut Shared) -> Self {
        Self {
            call: Ended::of(&entry.call, later, shared),
            digests: entry.digests.as_slice().into(),
            holes: entry.holes.clone(),
        }
    }

    /// Passes the entry to a function that may change it.
    pub(super) fn change<T>(&mut self, shared: &mut Shared, change: impl FnOnce(&mut Entry) -> T) -> T {
        let later = self.call.later();
        let mut entry = self.take();
        let changed = change(&mut entry);
        self.digests = entry.digests.as_slice().into();
        self.holes = entry.holes;
        self.call.put_back(entry.call, later, shared);
        changed
    }

    /// Makes the entry as a later event needs it.
    pub(super) fn take(&mut self) -> Entry {
        let call = self.call.take();
        Entry {
            revision: call.revision(),
            call,
            digests: self.digests.iter().copied().collect(),
            holes: core::mem::take(&mut self.holes),
            history: None,
        }
    }
}
