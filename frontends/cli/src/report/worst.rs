//! The worst findings, and the number of findings of each severity and of each call.

use std::collections::BTreeMap;
use std::io;

use callfold::{CallId, Severity};

use crate::replayer::{Listener, LocatedFinding};

/// How many findings of each severity are kept. `--json` prints all of them.
const KEPT: usize = 100;

/// Counts findings and keeps the first ones of each severity.
#[derive(Default)]
pub(crate) struct WorstFindings {
    kept: BTreeMap<Severity, Vec<LocatedFinding>>,
    counts: BTreeMap<Severity, usize>,
    calls: BTreeMap<CallId, usize>,
}

impl WorstFindings {
    /// The findings to show, the worst first.
    pub(super) fn shown(&self) -> impl Iterator<Item = &LocatedFinding> {
        self.kept.values().rev().flatten().take(KEPT)
    }

    pub(super) fn count(&self, severity: Severity) -> usize {
        self.counts.get(&severity).copied().unwrap_or_default()
    }

    pub(super) fn of_call(&self, call: CallId) -> usize {
        self.calls.get(&call).copied().unwrap_or_default()
    }

    /// How many findings are not shown.
    pub(super) fn rest(&self) -> usize {
        self.counts.values().sum::<usize>().saturating_sub(KEPT)
    }
}

impl Listener for WorstFindings {
    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        let severity = located.severity();
        *self.counts.entry(severity).or_default() += 1;
        if let Some(call) = located.finding.call {
            *self.calls.entry(call).or_default() += 1;
        }
        let kept = self.kept.entry(severity).or_default();
        if kept.len() < KEPT {
            kept.push(located);
        }
        Ok(())
    }
}
