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
    /// The numbers of the errors, warnings and other findings of each call.
    calls: BTreeMap<CallId, [usize; 3]>,
}

impl WorstFindings {
    /// The findings to show, the worst first.
    pub(super) fn shown(&self) -> impl Iterator<Item = &LocatedFinding> {
        self.kept.values().rev().flatten().take(KEPT)
    }

    pub(super) fn count(&self, severity: Severity) -> usize {
        self.counts.get(&severity).copied().unwrap_or_default()
    }

    pub(super) fn of_call(&self, call: CallId) -> [usize; 3] {
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
            let counts = self.calls.entry(call).or_default().iter_mut();
            let by_severity = [Severity::Error, Severity::Warn, Severity::Info].into_iter().zip(counts);
            by_severity.for_each(|(one, count)| *count += usize::from(one == severity));
        }
        let kept = self.kept.entry(severity).or_default();
        if kept.len() < KEPT {
            kept.push(located);
        }
        Ok(())
    }
}
