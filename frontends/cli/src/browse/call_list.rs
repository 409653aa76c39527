//! The list of calls: what each row shows, and the texts that a search inspects. Equal texts are stored once.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use callfold::call::State;
use callfold::{CallId, Severity, Summary};
use callfold_view::list::related::Related;
use jiff::Timestamp;

use super::line_index::SortedIndex;
use crate::distinct::distinguishing;
use crate::replayer::{Listener, LocatedFinding};
use crate::report::listed::Listed;

/// How many findings of a call are kept. All are counted.
const KEPT: usize = 1000;

/// The listed calls, in the requested order.
#[derive(Default)]
pub(crate) struct CallList {
    pub(crate) rows: Vec<Row>,
    pub(crate) texts: Vec<String>,
    /// The display names in the logs.
    pub(crate) names: Vec<String>,
    /// The names of each call, as indices of `names`.
    pub(crate) named: Vec<u32>,
    /// How many characters of an id distinguish it from all others.
    pub(crate) prefix: usize,
    /// How many calls are not listed, because they ended otherwise than requested.
    pub(crate) unlisted: usize,
}

/// A call in the list. The row without an id holds the findings that belong to no call.
pub(crate) struct Row {
    pub(crate) id: Option<CallId>,
    /// `None` where no event of the call was folded.
    pub(crate) state: Option<State>,
    pub(crate) revision: u64,
    pub(crate) begin: Option<Timestamp>,
    /// The calls that belong to it.
    pub(crate) related: Box<[CallId]>,
    /// How the call ended, or its state if it has not ended, as an index of the texts.
    pub(crate) ending: usize,
    /// The kinds of its operations, as an index of the texts.
    pub(crate) kinds: usize,
    /// The lines of the call, as a range of the line index.
    pub(crate) lines: Range<usize>,
    /// The display names in its lines, as a range of `named`.
    pub(crate) named: Range<usize>,
    pub(crate) findings: CallFindings,
}

/// The findings of a call.
#[derive(Default)]
pub(crate) struct CallFindings {
    counts: [u32; Severity::ALL.len()],
    pub(crate) kept: Vec<KeptFinding>,
}

/// A finding, and how many events of the call were folded before it, where this is known.
pub(crate) struct KeptFinding {
    pub(crate) located: LocatedFinding,
    pub(crate) after: Option<usize>,
}

impl CallFindings {
    pub(crate) fn add(&mut self, located: LocatedFinding, after: Option<usize>) {
        if let Some(count) = self.counts.get_mut(located.severity() as usize) {
            *count += 1;
        }
        if self.kept.len() < KEPT {
            self.kept.push(KeptFinding { located, after });
        }
    }

    pub(crate) fn count(&self, severity: Severity) -> u32 {
        self.counts.get(severity as usize).copied().unwrap_or_default()
    }

    pub(crate) fn total(&self) -> u32 {
        self.counts.iter().sum()
    }
}

/// Collects findings by call.
#[derive(Default)]
pub(crate) struct FindingsByCall(pub(crate) BTreeMap<Option<CallId>, CallFindings>);

impl FindingsByCall {
    /// The numbers of the errors, warnings and other findings of a call.
    fn by_severity(&self, id: CallId) -> [usize; 3] {
        let found = self.0.get(&Some(id));
        let count = |severity| found.map_or(0, |found| found.count(severity) as usize);
        [Severity::Error, Severity::Warn, Severity::Info].map(count)
    }
}

impl Listener for FindingsByCall {
    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        self.0.entry(located.finding.call).or_default().add(located, None);
        Ok(())
    }
}

impl CallList {
    /// Builds the list from the calls of the logs, the findings and the line index. Calls of which only findings tell come
    /// last, and then the findings that belong to no call.
    pub(crate) fn new(mut listed: Listed<'_>, mut findings: FindingsByCall, index: &SortedIndex) -> Self {
        let is_filtered = listed.calls.len() < listed.all;
        listed.sort(|id| findings.by_severity(id));
        let mut texts = Texts::default();
        let mut rows: Vec<Row> = listed.calls.iter().map(|call| texts.row(call, &listed.related)).collect();
        let nothing = texts.number(String::new());
        for row in &mut rows {
            row.findings = findings.0.remove(&row.id).unwrap_or_default();
        }
        let (of_calls, others): (Vec<_>, Vec<_>) = findings.0.into_iter().partition(|(id, _)| id.is_some());
        let rest = of_calls.into_iter().filter(|_| !is_filtered).chain(others);
        rows.extend(rest.map(|(id, findings)| Row::without_events(id, findings, nothing)));
        for row in &mut rows {
            let Some(id) = row.id else { continue };
            row.lines = equal(&index.places, id);
            row.named = equal(&index.named, id);
        }
        let mut ids: Vec<_> = rows.iter().filter_map(|row| row.id).collect();
        ids.sort_unstable();
        let prefix = distinguishing(&ids);
        let named = index.named.iter().map(|(_, name)| *name).collect();
        let unlisted = listed.all - listed.calls.len();
        Self { rows, texts: texts.all, names: index.names.clone(), named, prefix, unlisted }
    }

    pub(crate) fn text(&self, number: usize) -> &str {
        self.texts.get(number).map_or("", String::as_str)
    }
}

impl Row {
    fn without_events(id: Option<CallId>, findings: CallFindings, nothing: usize) -> Self {
        Self {
            id,
            state: None,
            revision: 0,
            begin: None,
            related: Box::default(),
            ending: nothing,
            kinds: nothing,
            lines: 0..0,
            named: 0..0,
            findings,
        }
    }
}

/// Texts, each stored once.
#[derive(Default)]
struct Texts {
    all: Vec<String>,
    numbers: BTreeMap<String, usize>,
}

impl Texts {
    fn number(&mut self, text: String) -> usize {
        if let Some(number) = self.numbers.get(&text) {
            return *number;
        }
        self.all.push(text.clone());
        self.numbers.insert(text, self.all.len() - 1);
        self.all.len() - 1
    }

    fn row(&mut self, call: &Summary<'_>, related: &Related<'_>) -> Row {
        let ending =
            call.ending().filter(|_| !call.state().is_live()).unwrap_or_else(|| call.state().to_string());
        let mut kinds: Vec<_> = call.operations().map(|operation| operation.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        Row {
            id: Some(call.id()),
            state: Some(call.state()),
            revision: call.revision(),
            begin: call.first_at(),
            related: related.of(call).into(),
            ending: self.number(ending),
            kinds: self.number(kinds.join(" ")),
            ..Row::without_events(None, CallFindings::default(), 0)
        }
    }
}

/// The range of the entries of one call in a list that is sorted by call.
fn equal<T>(sorted: &[(CallId, T)], id: CallId) -> Range<usize> {
    sorted.partition_point(|(call, _)| *call < id)..sorted.partition_point(|(call, _)| *call <= id)
}
