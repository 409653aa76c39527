//! What the list shows of each call, and what a search looks at: a few words a call, each text once.

use std::collections::BTreeMap;
use std::io;
use std::ops::Range;

use callfold::call::State;
use callfold::{CallId, Severity, Summary};
use callfold_view::words;

use super::line_index::Sorted;
use crate::drive::{Listener, PlacedFinding};

/// How many findings of a call are kept; all are counted.
const KEPT: usize = 1000;

/// The shortest that an id is shown, characters.
const SHORTEST: usize = 8;

/// All calls, in the order of their ids.
#[derive(Default)]
pub(crate) struct Catalogue {
    pub(crate) rows: Vec<Row>,
    pub(crate) texts: Vec<String>,
    pub(crate) names: Vec<String>,
    pub(crate) named: Vec<u32>,
    /// How much of an id tells it from all others, characters.
    pub(crate) prefix: usize,
}

/// A call in the list, or, without an id, what was found that belongs to none.
pub(crate) struct Row {
    pub(crate) id: Option<CallId>,
    /// `None` where no event of it was folded.
    pub(crate) state: Option<State>,
    pub(crate) revision: u64,
    /// How it ended: a text of the catalogue.
    pub(crate) ending: usize,
    /// The kinds of its operations: a text of the catalogue.
    pub(crate) kinds: usize,
    /// Where its lines stand.
    pub(crate) lines: Range<usize>,
    /// Which names its lines hold.
    pub(crate) named: Range<usize>,
    pub(crate) found: Found,
}

/// What was found of a call.
#[derive(Default)]
pub(crate) struct Found {
    counts: [u32; Severity::ALL.len()],
    pub(crate) kept: Vec<Noted>,
}

/// A finding, and how many events of the call were folded by then, where that is known.
pub(crate) struct Noted {
    pub(crate) placed: PlacedFinding,
    pub(crate) after: Option<usize>,
}

impl Found {
    pub(crate) fn add(&mut self, placed: PlacedFinding, after: Option<usize>) {
        if let Some(count) = self.counts.get_mut(placed.severity() as usize) {
            *count += 1;
        }
        if self.kept.len() < KEPT {
            self.kept.push(Noted { placed, after });
        }
    }

    pub(crate) fn count(&self, severity: Severity) -> u32 {
        self.counts.get(severity as usize).copied().unwrap_or_default()
    }

    pub(crate) fn total(&self) -> u32 {
        self.counts.iter().sum()
    }
}

/// Gathers what is found, by call.
#[derive(Default)]
pub(crate) struct Finds(pub(crate) BTreeMap<Option<CallId>, Found>);

impl Listener for Finds {
    fn finding(&mut self, placed: PlacedFinding) -> io::Result<()> {
        self.0.entry(placed.finding.call).or_default().add(placed, None);
        Ok(())
    }
}

impl Catalogue {
    /// Puts together what is known of the calls.
    pub(crate) fn new(calls: &[Summary<'_>], mut finds: Finds, index: &Sorted) -> Self {
        let mut texts = Texts::default();
        let mut rows: Vec<Row> = calls.iter().map(|call| texts.row(call)).collect();
        let nothing = texts.number(String::new());
        for row in &mut rows {
            row.found = finds.0.remove(&row.id).unwrap_or_default();
        }
        rows.extend(finds.0.into_iter().map(|(id, found)| Row::not_reported(id, found, nothing)));
        rows.sort_by_key(|row| (row.id.is_none(), row.id));
        for row in &mut rows {
            let Some(id) = row.id else { continue };
            row.lines = equal(&index.places, id);
            row.named = equal(&index.named, id);
        }
        let prefix = prefix(&rows);
        let named = index.named.iter().map(|(_, name)| *name).collect();
        Self { rows, texts: texts.all, names: index.names.clone(), named, prefix }
    }

    pub(crate) fn text(&self, number: usize) -> &str {
        self.texts.get(number).map_or("", String::as_str)
    }
}

impl Row {
    const fn not_reported(id: Option<CallId>, found: Found, nothing: usize) -> Self {
        Self {
            id,
            state: None,
            revision: 0,
            ending: nothing,
            kinds: nothing,
            lines: 0..0,
            named: 0..0,
            found,
        }
    }
}

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

    fn row(&mut self, call: &Summary<'_>) -> Row {
        let reason = || call.termination_reason().map_or_else(String::new, str::to_owned);
        let ending = call.result_info().map_or_else(reason, words::ending);
        let mut kinds: Vec<_> = call.operations().map(|operation| operation.kind.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        Row {
            id: Some(call.id()),
            state: Some(call.state()),
            revision: call.revision(),
            ending: self.number(ending),
            kinds: self.number(kinds.join(" ")),
            ..Row::not_reported(None, Found::default(), 0)
        }
    }
}

/// Which of what is sorted by call is of this one.
fn equal<T>(sorted: &[(CallId, T)], id: CallId) -> Range<usize> {
    sorted.partition_point(|(call, _)| *call < id)..sorted.partition_point(|(call, _)| *call <= id)
}

/// How many characters tell all ids apart.
fn prefix(rows: &[Row]) -> usize {
    let ids: Vec<String> = rows.iter().filter_map(|row| Some(row.id?.to_string())).collect();
    let same = |(one, other): (&String, &String)| {
        one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count() + 1
    };
    ids.iter().zip(ids.iter().skip(1)).map(same).max().unwrap_or_default().max(SHORTEST)
}
