//! Lines whose revision came too early, until their turn comes.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::ops::Range;

use super::{Replay, again};
use crate::{ApplyError, CallId, Finding, FindingKind, Recorded};

/// How many lines of a call are held back at the most.
const HELD: usize = 16;

impl Replay {
    /// Folds a line in its turn. Lines that come too early are held back for a while: revisions may be missing
    /// before them, or they stand in the wrong place.
    pub(super) fn place(
        &mut self,
        recorded: Recorded,
        sink: &mut dyn FnMut(&Recorded),
        findings: &mut Vec<Finding>,
    ) {
        let (call, revision) = (recorded.call, recorded.revision);
        let next = self.next_revision(call);
        if revision <= next {
            self.fold_line(&recorded, sink, findings);
        } else {
            let held = self.held.entry(call).or_default();
            findings.extend(hold(held, recorded, next));
            if held.len() > HELD {
                self.let_go(call, sink, findings);
            }
        }
        self.release(call, sink, findings);
    }

    /// Folds the held lines of a call whose turn has come.
    fn release(&mut self, call: CallId, sink: &mut dyn FnMut(&Recorded), findings: &mut Vec<Finding>) {
        while self.held.contains_key(&call) {
            let next = self.next_revision(call);
            let Some(held) = self.held.get_mut(&call) else { break };
            let Some(first) = held.first_entry().filter(|first| *first.key() <= next) else { break };
            let recorded = first.remove();
            self.fold_held(&recorded, sink, findings);
        }
        if self.held.get(&call).is_some_and(BTreeMap::is_empty) {
            self.held.remove(&call);
        }
    }

    /// Folds all held lines of a call, whatever is missing before them.
    pub(super) fn let_go(
        &mut self,
        call: CallId,
        sink: &mut dyn FnMut(&Recorded),
        findings: &mut Vec<Finding>,
    ) {
        if let Some(held) = self.held.remove(&call) {
            held.values().for_each(|line| self.fold_held(line, sink, findings));
        }
    }

    fn next_revision(&self, call: CallId) -> u64 {
        self.unbegun.get(&call).copied().unwrap_or_else(|| self.calls.next_revision(call))
    }

    /// Folds a line that was held back. Its findings stand at a later record, and so name its revision.
    pub(super) fn fold_held(
        &mut self,
        line: &Recorded,
        sink: &mut dyn FnMut(&Recorded),
        findings: &mut Vec<Finding>,
    ) {
        let before = findings.len();
        self.fold_line(line, sink, findings);
        for finding in findings.iter_mut().skip(before) {
            finding.message.insert_str(0, &format!("revision {}, held back until here: ", line.revision));
        }
    }
}

/// Holds a line back; says what is odd about it.
fn hold(held: &mut BTreeMap<u64, Recorded>, recorded: Recorded, next: u64) -> Option<Finding> {
    let (call, revision) = (recorded.call, recorded.revision);
    match held.get(&revision) {
        Some(same) if *same == recorded => {
            Some(Finding::new(FindingKind::Duplicate, Some(call), again(revision)))
        }
        Some(_) => {
            let conflict = ApplyError::Conflict { revision };
            Some(Finding::new(FindingKind::Conflict, Some(call), conflict.to_string()))
        }
        None => {
            let before = held.range(..revision).next_back().map_or(next, |(last, _)| last + 1);
            held.insert(revision, recorded);
            (before < revision).then(|| gap(call, &(before..revision), revision))
        }
    }
}

fn gap(call: CallId, missing: &Range<u64>, before: u64) -> Finding {
    let (first, last) = (missing.start, missing.end - 1);
    let missing = if first == last {
        format!("revision {first} is")
    } else {
        format!("revisions {first} to {last} are")
    };
    Finding::new(FindingKind::RevisionGap, Some(call), format!("{missing} missing before {before}"))
}
