//! The findings that a person is shown: the worst ones, and how many there were.

use std::collections::BTreeMap;
use std::io;

use callfold::{CallId, Severity};

use crate::drive::{Listener, PlacedFinding};

/// How many findings of each severity are kept; `--json` has them all.
const KEPT: usize = 100;

#[derive(Default)]
pub(crate) struct Worst {
    kept: BTreeMap<Severity, Vec<PlacedFinding>>,
    counts: BTreeMap<Severity, usize>,
    calls: BTreeMap<CallId, usize>,
}

impl Worst {
    /// The worst findings, worst first.
    pub(super) fn shown(&self) -> impl Iterator<Item = &PlacedFinding> {
        self.kept.values().rev().flatten().take(KEPT)
    }

    pub(super) fn count(&self, severity: Severity) -> usize {
        self.counts.get(&severity).copied().unwrap_or_default()
    }

    pub(super) fn of_call(&self, call: CallId) -> usize {
        self.calls.get(&call).copied().unwrap_or_default()
    }

    /// How many are not shown.
    pub(super) fn rest(&self) -> usize {
        self.counts.values().sum::<usize>().saturating_sub(KEPT)
    }
}

impl Listener for Worst {
    fn finding(&mut self, placed: PlacedFinding) -> io::Result<()> {
        let severity = placed.severity();
        *self.counts.entry(severity).or_default() += 1;
        if let Some(call) = placed.finding.call {
            *self.calls.entry(call).or_default() += 1;
        }
        let kept = self.kept.entry(severity).or_default();
        if kept.len() < KEPT {
            kept.push(placed);
        }
        Ok(())
    }
}
