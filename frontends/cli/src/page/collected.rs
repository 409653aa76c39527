//! The listeners of the two replays behind a report.

use std::collections::BTreeMap;
use std::io;

use callfold::log::Format;
use callfold::{CallId, Keep, Recorded, Replay, Severity};
use callfold_view::history::{CallHistory, HistoryError, HistoryFinding};
use callfold_view::page::{Report, Tally};

use super::parties::Parties;
use crate::replayer::{Listener, LocatedFinding};

/// How many findings of a call a page shows: the first ones.
const KEPT: usize = 1000;

/// How many findings that belong to no call a page shows: the worst ones, and of each severity the first ones.
const OTHERS: usize = 100;

/// What the first replay tells beside the summaries: the findings, counted, and the parties of each call.
#[derive(Default)]
pub(super) struct Counted {
    pub(super) all: Tally,
    pub(super) calls: BTreeMap<CallId, Tally>,
    pub(super) parties: Parties,
    /// True where at least one finding names no call.
    pub(super) has_other_findings: bool,
}

impl Listener for Counted {
    const WANTS_EVENTS: bool = true;

    fn event(&mut self, recorded: &Recorded) -> io::Result<()> {
        self.parties.event(recorded);
        Ok(())
    }

    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        let kind = located.finding.kind;
        self.all.add(kind);
        match located.finding.call {
            Some(call) => self.calls.entry(call).or_default().add(kind),
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
        // What an event could be found wanting of was found before.
        self.replay.record(Format::Events, recorded.to_string().as_bytes(), |_| {});
        self.counted.event(recorded)
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
    other_findings: BTreeMap<Severity, Vec<HistoryFinding>>,
    other_findings_count: usize,
}

#[derive(Default)]
struct Kept {
    events: Vec<Recorded>,
    findings: Vec<HistoryFinding>,
}

impl Collected {
    pub(super) fn of(chosen: impl IntoIterator<Item = CallId>, known: Vec<CallId>) -> Self {
        let chosen = chosen.into_iter().map(|id| (id, Kept::default())).collect();
        Self { chosen, known, other_findings: BTreeMap::new(), other_findings_count: 0 }
    }

    /// The history of a call; `None` where the call has no event.
    pub(super) fn history(&mut self, id: CallId) -> Option<Result<CallHistory, HistoryError>> {
        let kept = self.chosen.remove(&id).filter(|kept| !kept.events.is_empty())?;
        Some(CallHistory::of(kept.events, kept.findings))
    }

    /// Gives the logs other names.
    pub(super) fn rename(&mut self, mut name: impl FnMut(&str) -> String) {
        let of_calls = self.chosen.values_mut().flat_map(|kept| &mut kept.findings);
        let others = self.other_findings.values_mut().flatten();
        of_calls.chain(others).for_each(|finding| finding.input = name(&finding.input));
    }

    pub(super) fn report(self, report: &mut Report<'_>) {
        for (id, kept) in self.chosen {
            match CallHistory::of(kept.events, kept.findings) {
                Ok(history) => report.histories.push(history),
                Err(why) => report.failed.push((id, why.to_string())),
            }
        }
        report.other_findings = self.other_findings.into_values().rev().flatten().take(OTHERS).collect();
        report.other_findings_omitted = self.other_findings_count - report.other_findings.len();
    }

    fn stray(&mut self, located: &LocatedFinding) {
        self.other_findings_count += 1;
        let kept = self.other_findings.entry(located.severity()).or_default();
        if kept.len() < OTHERS {
            kept.push(keep(located, 0));
        }
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
                let kept = self.chosen.get_mut(&call).filter(|kept| kept.findings.len() < KEPT);
                if let Some(kept) = kept {
                    kept.findings.push(keep(&located, kept.events.len()));
                }
            }
            Some(_) | None => self.stray(&located),
        }
        Ok(())
    }
}

fn keep(located: &LocatedFinding, after: usize) -> HistoryFinding {
    HistoryFinding::new(located.finding.clone(), &*located.path, (located.record, located.line), after)
}
