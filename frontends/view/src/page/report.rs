//! The contents of a page.

use std::collections::BTreeMap;

use callfold::{CallId, FindingKind, Severity, Summary};

use super::text::{many, number, shown};
use crate::history::steps::{CallHistory, HistoryFinding};
use crate::list::order::Order;
use crate::list::related::Related;

/// The contents of a page.
///
/// ```
/// let mut page = String::new();
/// callfold_view::page::html(&callfold_view::page::Report::default(), &mut page, |_| {})?;
/// assert!(page.starts_with("<!DOCTYPE html>"));
/// assert!(page.contains("The logs contain no calls."));
/// # Ok::<(), core::fmt::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Report<'a> {
    /// The logs that were read.
    pub inputs: Vec<Input>,
    /// The logs that could not be read, each with the reason.
    pub unreadable: Vec<(String, String)>,
    /// The moment at which the calls are shown; `None` for the end of the logs. The text is the end of a sentence that begins
    /// with "The calls", for example `are shown at their revision 3`.
    pub until: Option<String>,
    /// True if the calls and findings are redacted. The page then says so.
    pub is_redacted: bool,
    /// The number of events.
    pub events: u64,
    /// Every call that is listed, in the order of their ids.
    pub calls: Vec<Row<'a>>,
    /// The order in which the page lists the calls at first.
    pub order: Order,
    /// Which calls belong together.
    pub related: Related<'a>,
    /// The number of calls that are not listed, because they ended otherwise than requested.
    pub unlisted: usize,
    /// The number of findings of each kind, in all logs.
    pub findings: Tally,
    /// The worst findings that belong to no call.
    pub other_findings: Vec<HistoryFinding>,
    /// The number of further findings that belong to no call.
    pub other_findings_omitted: usize,
    /// The calls that are shown with details.
    pub histories: Vec<CallHistory>,
    /// The calls whose details cannot be shown, each with the reason.
    pub failed: Vec<(CallId, String)>,
    /// The number of further calls that should have details, but exceed the limits of a page. See
    /// [`Choice::omitted`](super::Choice::omitted).
    pub omitted: usize,
}

impl Report<'_> {
    /// The number of calls: `3 calls`, or `1 of 3 calls` where not all are listed.
    pub(super) fn counted(&self) -> String {
        let listed = self.calls.len();
        let all = many(listed + self.unlisted, "call");
        if self.unlisted == 0 { all } else { format!("{} of {all}", number(listed)) }
    }

    /// The listed calls in their order.
    pub(super) fn rows(&self) -> Vec<&Row<'_>> {
        let mut rows: Vec<_> = self.calls.iter().collect();
        self.order.sort(&mut rows, |row| row.summary, |row| row.findings.by_severity());
        rows
    }

    /// The details of a call, where the page shows them.
    pub(super) fn history(&self, id: CallId) -> Option<&CallHistory> {
        self.histories.get(self.histories.binary_search_by_key(&id, CallHistory::id).ok()?)
    }

    pub(super) fn row(&self, id: CallId) -> Option<&Row<'_>> {
        self.calls.get(self.calls.binary_search_by_key(&id, |row| row.summary.id()).ok()?)
    }

    /// The title of the page.
    pub(super) fn title(&self) -> String {
        let calls = self.counted();
        match self.inputs.as_slice() {
            [input] => format!("{calls} of {}", shown(&input.path)),
            inputs => format!("{calls} of {}", many(inputs.len(), "log")),
        }
    }
}

/// A log that was read.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Input {
    /// The path of the log.
    pub path: String,
    /// The format of the log, such as `events`.
    pub format: &'static str,
    /// The number of records.
    pub records: u64,
    /// The number of records that cannot be read.
    pub malformed: u64,
}

impl Input {
    /// A log with a number of records and a number of records that cannot be read.
    pub fn new(path: impl Into<String>, format: &'static str, records: u64, malformed: u64) -> Self {
        Self { path: path.into(), format, records, malformed }
    }
}

/// A call in the list of all calls.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Row<'a> {
    /// The summary of the call.
    pub summary: Summary<'a>,
    /// The number of findings of each kind, in this call.
    pub findings: Tally,
}

impl<'a> Row<'a> {
    /// A call with the number of its findings of each kind.
    pub const fn new(summary: Summary<'a>, findings: Tally) -> Self {
        Self { summary, findings }
    }
}

/// The number of findings of each kind and severity.
///
/// ```
/// use callfold::{FindingKind, Severity};
/// use callfold_view::page::Tally;
///
/// let mut tally = Tally::default();
/// tally.add(FindingKind::Gap, Severity::Warn);
/// assert_eq!((tally.of(Severity::Warn), tally.of(Severity::Error)), (1, 0));
/// assert_eq!(tally.worst(), Some(Severity::Warn));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<(FindingKind, Severity), usize>);

impl Tally {
    /// Counts one more finding.
    pub fn add(&mut self, kind: FindingKind, severity: Severity) {
        *self.0.entry((kind, severity)).or_default() += 1;
    }

    /// The number of all findings.
    pub fn total(&self) -> usize {
        self.0.values().sum()
    }

    /// The number of findings of a severity.
    pub fn of(&self, severity: Severity) -> usize {
        self.counts().filter(|(_, one, _)| *one == severity).map(|(.., count)| count).sum()
    }

    /// The number of findings of each severity, the worst first.
    pub(super) fn by_severity(&self) -> [usize; 3] {
        [Severity::Error, Severity::Warn, Severity::Info].map(|severity| self.of(severity))
    }

    /// The highest severity; `None` without findings.
    pub fn worst(&self) -> Option<Severity> {
        self.counts().map(|(_, severity, _)| severity).max()
    }

    /// The number of findings of each kind and severity that occur.
    pub(super) fn counts(&self) -> impl Iterator<Item = (FindingKind, Severity, usize)> {
        self.0.iter().map(|((kind, severity), count)| (*kind, *severity, *count))
    }

    /// The kinds that occur.
    pub(super) fn kinds(&self) -> Vec<FindingKind> {
        let mut kinds: Vec<_> = self.counts().map(|(kind, ..)| kind).collect();
        kinds.dedup();
        kinds
    }
}
