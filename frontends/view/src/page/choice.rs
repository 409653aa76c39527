//! Which calls of many are told in detail.

use core::cmp::Reverse;
use std::collections::BTreeSet;

use callfold::{CallId, Severity};

use super::Row;

/// How many calls a page tells in detail, but for those that were asked for.
pub const DETAILED_CALLS: usize = 200;

/// How many events these calls have together, but for those that were asked for, and for the first one.
pub const DETAILED_EVENTS: u64 = 50_000;

/// The calls that are told in detail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// Which they are.
    pub calls: BTreeSet<CallId>,
    /// How many more should be, and had to be left out.
    pub left_out: usize,
}

/// Chooses the calls that are told in detail: those that were asked for; then, of few calls all, and of more than
/// [`DETAILED_CALLS`] those with findings, the worst first, until there are [`DETAILED_CALLS`] or [`DETAILED_EVENTS`].
///
/// ```
/// use callfold_view::page::choose;
///
/// assert!(choose(&[], &[]).calls.is_empty());
/// ```
pub fn choose(rows: &[Row<'_>], request: &[CallId]) -> Choice {
    let are_few = rows.len() <= DETAILED_CALLS;
    let is_requested = |row: &Row<'_>| request.contains(&row.summary.id());
    let mut wanted: Vec<_> =
        rows.iter().filter(|row| are_few || is_requested(row) || row.findings.total() > 0).collect();
    wanted.sort_by_cached_key(|row| Reverse((is_requested(row), badness(row))));
    let mut choice = Choice::default();
    let mut events = 0;
    for row in wanted {
        let more = row.summary.revision();
        let is_full = choice.calls.len() >= DETAILED_CALLS || events + more > DETAILED_EVENTS;
        if is_full && !is_requested(row) && !choice.calls.is_empty() {
            choice.left_out += 1;
        } else {
            events += more;
            choice.calls.insert(row.summary.id());
        }
    }
    choice
}

fn badness(row: &Row<'_>) -> [usize; 3] {
    [Severity::Error, Severity::Warn, Severity::Info].map(|severity| row.findings.of(severity))
}
