//! Lines that came too early: they wait for the lines with the revisions before them.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::ops::Range;

use super::data::{Replay, already_read};
use super::sink::Sink;
use crate::finding::{Finding, FindingKind};
use crate::id::CallId;
use crate::ledger::applied::{ApplyError, Missing};
use crate::record::recorded::Recorded;

/// The greatest number of waiting lines of one call.
const MAX_EARLY: usize = 16;

impl Replay {
    /// Folds a line, or keeps it while earlier revisions are missing. The missing lines may be absent from
    /// the log, or may come later in it.
    pub(super) fn fold_in_order(
        &mut self,
        recorded: Recorded,
        sink: &mut Sink<'_>,
        findings: &mut Vec<Finding>,
    ) {
        let (call, revision) = (recorded.call, recorded.revision);
        let next = self.next_revision(call);
        if revision <= next {
            self.fold_line(recorded, sink, findings);
        } else {
            let early = self.early.entry(call).or_default();
            findings.extend(keep(early, recorded, next));
            if early.len() > MAX_EARLY {
                self.fold_all_early(call, sink, findings);
            }
        }
        self.fold_ready(call, sink, findings);
    }

    /// Folds the waiting lines of a call that are next in order.
    fn fold_ready(&mut self, call: CallId, sink: &mut Sink<'_>, findings: &mut Vec<Finding>) {
        while self.early.contains_key(&call) {
            let next = self.next_revision(call);
            let Some(early) = self.early.get_mut(&call) else { break };
            let Some(first) = early.first_entry().filter(|first| *first.key() <= next) else { break };
            let recorded = first.remove();
            self.fold_early(recorded, sink, findings);
        }
        if self.early.get(&call).is_some_and(BTreeMap::is_empty) {
            self.early.remove(&call);
        }
    }

    /// Folds all waiting lines of a call, although revisions are missing before them.
    pub(super) fn fold_all_early(&mut self, call: CallId, sink: &mut Sink<'_>, findings: &mut Vec<Finding>) {
        if !self.early.is_empty()
            && let Some(early) = self.early.remove(&call)
        {
            early.into_values().for_each(|line| self.fold_early(line, sink, findings));
        }
    }

    fn next_revision(&mut self, call: CallId) -> u64 {
        self.not_begun.get(&call).copied().unwrap_or_else(|| self.calls.next_revision(call))
    }

    /// Folds a line that waited. Its findings are returned with a later record, so each finding names the
    /// revision.
    pub(super) fn fold_early(&mut self, line: Recorded, sink: &mut Sink<'_>, findings: &mut Vec<Finding>) {
        let (before, revision) = (findings.len(), line.revision);
        self.fold_line(line, sink, findings);
        for finding in findings.iter_mut().skip(before) {
            finding.message.insert_str(
                0,
                &format!("revision {revision}, which came too early and was kept until now: "),
            );
        }
    }
}

/// Keeps a line that came too early, and returns the finding about it.
fn keep(early: &mut BTreeMap<u64, Recorded>, recorded: Recorded, next: u64) -> Option<Finding> {
    let (call, revision) = (recorded.call, recorded.revision);
    match early.get(&revision) {
        Some(same) if same.records_the_same(&recorded) => {
            Some(Finding::new(FindingKind::Duplicate, Some(call), already_read(revision)))
        }
        Some(_) => {
            let conflict = ApplyError::Conflict { revision };
            Some(Finding::new(FindingKind::Conflict, Some(call), conflict.to_string()))
        }
        None => {
            let before = early.range(..revision).next_back().map_or(next, |(last, _)| last + 1);
            early.insert(revision, recorded);
            (before < revision).then(|| gap(call, &(before..revision)))
        }
    }
}

fn gap(call: CallId, missing: &Range<u64>) -> Finding {
    Finding::new(FindingKind::RevisionGap, Some(call), Missing(missing).to_string())
}
