//! What the two replays are heard for.

use std::collections::BTreeMap;
use std::io;

use callfold::{CallId, Recorded, Severity};
use callfold_view::page::{Report, Tally};
use callfold_view::story::{Placed, Story, StoryError};

use crate::drive::{Listener, PlacedFinding};

/// How many findings of a call are told: the first.
const KEPT: usize = 1000;

/// How many findings that belong to no call are told: the worst, of each severity the first.
const LOOSE: usize = 100;

/// Findings, counted.
#[derive(Default)]
pub(super) struct Counted {
    pub(super) all: Tally,
    pub(super) calls: BTreeMap<CallId, Tally>,
    /// True where one names no call.
    pub(super) has_loose: bool,
}

impl Listener for Counted {
    fn finding(&mut self, placed: PlacedFinding) -> io::Result<()> {
        let kind = placed.finding.kind;
        self.all.add(kind);
        match placed.finding.call {
            Some(call) => self.calls.entry(call).or_default().add(kind),
            None => self.has_loose = true,
        }
        Ok(())
    }
}

/// The events and findings of the calls that are told in detail, and the findings of no call.
pub(super) struct Collected {
    chosen: BTreeMap<CallId, Kept>,
    /// All calls that came out, by their ids.
    known: Vec<CallId>,
    loose: BTreeMap<Severity, Vec<Placed>>,
    loose_count: usize,
}

#[derive(Default)]
struct Kept {
    events: Vec<Recorded>,
    findings: Vec<Placed>,
}

impl Collected {
    pub(super) fn of(chosen: impl IntoIterator<Item = CallId>, known: Vec<CallId>) -> Self {
        let chosen = chosen.into_iter().map(|id| (id, Kept::default())).collect();
        Self { chosen, known, loose: BTreeMap::new(), loose_count: 0 }
    }

    /// The story of a call, where an event tells of it.
    pub(super) fn story(&mut self, id: CallId) -> Option<Result<Story, StoryError>> {
        let kept = self.chosen.remove(&id).filter(|kept| !kept.events.is_empty())?;
        Some(Story::of(kept.events, kept.findings))
    }

    pub(super) fn report(self, report: &mut Report<'_>) {
        for (id, kept) in self.chosen {
            match Story::of(kept.events, kept.findings) {
                Ok(story) => report.stories.push(story),
                Err(why) => report.not_reported.push((id, why.to_string())),
            }
        }
        report.loose = self.loose.into_values().rev().flatten().take(LOOSE).collect();
        report.loose_left_out = self.loose_count - report.loose.len();
    }

    fn stray(&mut self, placed: &PlacedFinding) {
        self.loose_count += 1;
        let kept = self.loose.entry(placed.severity()).or_default();
        if kept.len() < LOOSE {
            kept.push(keep(placed, 0));
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

    fn finding(&mut self, placed: PlacedFinding) -> io::Result<()> {
        match placed.finding.call {
            Some(call) if self.known.binary_search(&call).is_ok() => {
                let kept = self.chosen.get_mut(&call).filter(|kept| kept.findings.len() < KEPT);
                if let Some(kept) = kept {
                    kept.findings.push(keep(&placed, kept.events.len()));
                }
            }
            Some(_) | None => self.stray(&placed),
        }
        Ok(())
    }
}

fn keep(placed: &PlacedFinding, after: usize) -> Placed {
    Placed::new(placed.finding.clone(), &*placed.path, (placed.record, placed.line), after)
}
