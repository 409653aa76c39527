//! The listeners of the two replays behind a report.

use std::collections::BTreeMap;
use std::io;

use callfold::log::Format;
use callfold::{CallId, Keep, Recorded, Replay, Severity};
use callfold_view::history::{CallHistory, HistoryError, HistoryFinding};
use callfold_view::page::{Report, Tally};

use crate::replayer::{Listener, LocatedFinding};

/// How many findings of a call a page shows: the worst ones, and of each severity the first ones.
const KEPT: usize = 1000;

/// How many findings that belong to no call a page shows: the worst ones, and of each severity the first ones.
const OTHERS: usize = 100;

/// Counts the findings of the first replay.
#[derive(Default)]
pub(super) struct Counted {
    pub(super) all: Tally,
    pub(super) calls: BTreeMap<CallId, Tally>,
    /// True where at least one finding names no call.
    pub(super) has_other_findings: bool,
}

impl Listener for Counted {
    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        let (kind, severity) = (located.finding.kind, located.severity());
        self.all.add(kind, severity);
        match located.finding.call {
            Some(call) => self.calls.entry(call).or_default().add(kind, severity),
            None => self.has_other_findings = true,
        }
        Ok(())
    }
}

/// Folds the events again as they come, for their summaries.
pub(super) struct Refolded {
    pub(super) counted: Counted,
    pub(super) replay: Replay,
}

impl Default for Refolded {
    fn default() -> Self {
        Self { counted: Counted::default(), replay: Replay::new().keep(Keep::SummaryOfEvents) }
    }
}

impl Listener for Refolded {
    const WANTS_EVENTS: bool = true;

    fn event(&mut self, recorded: &Recorded) -> io::Result<()> {
        // The first replay has already reported the findings.
        self.replay.record(Format::Events, recorded.to_string().as_bytes(), |_| {});
        Ok(())
    }

    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        self.counted.finding(located)
    }
}

/// Collects the events and findings of the calls with details, and the findings that belong to no call.
pub(super) struct Collected {
    chosen: BTreeMap<CallId, Kept>,
    /// The ids of all calls of the logs, in ascending order.
    known: Vec<CallId>,
    other_findings: Worst<OTHERS>,
}

#[derive(Default)]
struct Kept {
    events: Vec<Recorded>,
    findings: Worst<KEPT>,
}

/// The worst N findings, and of each severity the first ones.
#[derive(Default)]
struct Worst<const N: usize> {
    /// The findings, each with its number in the order of the log.
    kept: BTreeMap<Severity, Vec<(usize, HistoryFinding)>>,
    count: usize,
}

impl<const N: usize> Worst<N> {
    fn add(&mut self, located: &LocatedFinding, after: usize) {
        let kept = self.kept.entry(located.severity()).or_default();
        if kept.len() < N {
            let finding = located.finding.clone();
            let place = (located.record, located.line);
            kept.push((self.count, HistoryFinding::new(finding, &*located.path, place, after)));
        }
        self.count += 1;
    }

    fn all(&mut self) -> impl Iterator<Item = &mut HistoryFinding> {
        self.kept.values_mut().flatten().map(|(_, finding)| finding)
    }

    /// The findings, the worst first.
    fn worst(self) -> impl Iterator<Item = (usize, HistoryFinding)> {
        self.kept.into_values().rev().flatten().take(N)
    }

    fn in_order_of_log(self) -> Vec<HistoryFinding> {
        let mut worst: Vec<_> = self.worst().collect();
        worst.sort_by_key(|(number, _)| *number);
        worst.into_iter().map(|(_, finding)| finding).collect()
    }
}

impl Collected {
    pub(super) fn of(chosen: impl IntoIterator<Item = CallId>, known: Vec<CallId>) -> Self {
        let chosen = chosen.into_iter().map(|id| (id, Kept::default())).collect();
        Self { chosen, known, other_findings: Worst::default() }
    }

    /// The history of a call; `None` where the call has no event.
    pub(super) fn history(&mut self, id: CallId) -> Option<Result<CallHistory, HistoryError>> {
        let kept = self.chosen.remove(&id).filter(|kept| !kept.events.is_empty())?;
        Some(CallHistory::of(kept.events, kept.findings.in_order_of_log()))
    }

    /// Gives the logs other names.
    pub(super) fn rename(&mut self, mut name: impl FnMut(&str) -> String) {
        let of_calls = self.chosen.values_mut().flat_map(|kept| kept.findings.all());
        of_calls.chain(self.other_findings.all()).for_each(|finding| finding.input = name(&finding.input));
    }

    pub(super) fn report(self, report: &mut Report<'_>) {
        for (id, kept) in self.chosen {
            match CallHistory::of(kept.events, kept.findings.in_order_of_log()) {
                Ok(history) => report.histories.push(history),
                Err(why) => report.failed.push((id, why.to_string())),
            }
        }
        let count = self.other_findings.count;
        report.other_findings = self.other_findings.worst().map(|(_, finding)| finding).collect();
        report.other_findings_omitted = count - report.other_findings.len();
    }
}

impl Listener for Collected {
    const WANTS_EVENTS: bool = true;

    fn event(&mut self, recorded: &Recorded) -> io::Result<()> {
        if let Some(kept) = self.chosen.get_mut(&recorded.call) {
            kept.events.push(recorded.clone());
        }
        Ok(())
    }

    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        match located.finding.call {
            Some(call) if self.known.binary_search(&call).is_ok() => {
                if let Some(kept) = self.chosen.get_mut(&call) {
                    kept.findings.add(&located, kept.events.len());
                }
            }
            Some(_) | None => self.other_findings.add(&located, 0),
        }
        Ok(())
    }
}
