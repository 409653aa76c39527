//! What is kept of a call beside its state: the lines of its events, and the findings about it.

use callfold::Recorded;
use callfold_view::history::{CallHistory, HistoryFinding};
use imbl::Vector;

use crate::event::Event;
use crate::finding::Finding;

/// The lines of the events of a call, and its findings. A clone takes constant time, however long the call is.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    lines: Vector<String>,
    /// Each finding, with the number of events before it.
    findings: Vector<(Finding, usize)>,
}

/// A history as its lines and findings.
pub(crate) type Parts = (Vec<String>, Vec<(Finding, usize)>);

impl History {
    pub(crate) fn event(&mut self, event: &Recorded) {
        self.lines.push_back(event.to_string());
    }

    pub(crate) fn finding(&mut self, finding: Finding) {
        self.findings.push_back((finding, self.lines.len()));
    }

    pub(crate) fn events(&self) -> Result<Vec<Event>, callfold::LineError> {
        self.lines.iter().map(|line| line.parse().map(Event)).collect()
    }

    /// The history for people. The message says why there is none.
    pub(crate) fn shown(&self) -> Result<CallHistory, String> {
        let events = self.lines.iter().map(|line| line.parse()).collect::<Result<Vec<Recorded>, _>>();
        let findings = self.findings.iter().map(|(finding, after)| {
            let (path, record, line) = finding.place.clone().unwrap_or_default();
            HistoryFinding::new(finding.finding.clone(), path, (record, line), *after)
        });
        let events = events.map_err(|error| error.to_string())?;
        CallHistory::of(events, findings.collect()).map_err(|error| error.to_string())
    }

    pub(crate) fn parts(&self) -> Parts {
        (self.lines.iter().cloned().collect(), self.findings.iter().cloned().collect())
    }
}

impl From<Vec<Recorded>> for History {
    fn from(events: Vec<Recorded>) -> Self {
        Self { lines: events.iter().map(ToString::to_string).collect(), findings: Vector::new() }
    }
}

impl From<Parts> for History {
    fn from((lines, findings): Parts) -> Self {
        Self { lines: lines.into(), findings: findings.into() }
    }
}
