//! The contents of a page.

use std::collections::BTreeMap;

use callfold::{CallId, FindingKind, Severity, Summary};

use super::text::{many, shown};
use crate::history::steps::{CallHistory, HistoryFinding};

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
    /// Every call, in the order of their ids.
    pub calls: Vec<Row<'a>>,
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
    /// The title of the page.
    pub(super) fn title(&self) -> String {
        let calls = many(self.calls.len(), "call");
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

/// The number of findings of each kind.
///
/// ```
/// use callfold::{FindingKind, Severity};
/// use callfold_view::page::Tally;
///
/// let mut tally = Tally::default();
/// tally.add(FindingKind::Gap);
/// assert_eq!((tally.of(Severity::Warn), tally.of(Severity::Error)), (1, 0));
/// assert_eq!(tally.worst(), Some(Severity::Warn));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<FindingKind, usize>);

impl Tally {
    /// Counts one more finding.
    pub fn add(&mut self, kind: FindingKind) {
        *self.0.entry(kind).or_default() += 1;
    }

    /// The number of all findings.
    pub fn total(&self) -> usize {
        self.0.values().sum()
    }

    /// The number of findings of a severity.
    pub fn of(&self, severity: Severity) -> usize {
        self.kinds().filter(|(kind, _)| kind.severity() == severity).map(|(_, count)| count).sum()
    }

    /// The highest severity; `None` without findings.
    pub fn worst(&self) -> Option<Severity> {
        self.kinds().map(|(kind, _)| kind.severity()).max()
    }

    /// The number of findings of each kind that occurs.
    pub(super) fn kinds(&self) -> impl Iterator<Item = (FindingKind, usize)> {
        self.0.iter().map(|(kind, count)| (*kind, *count))
    }
}
