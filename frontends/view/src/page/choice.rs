//! Chooses the calls that a page shows with details.

use core::cmp::Reverse;
use std::collections::BTreeSet;

use callfold::{CallId, Severity};

use super::report::Row;

/// The maximum number of calls with details. Requested calls are shown beyond this limit.
pub const DETAILED_CALLS: usize = 200;

/// The maximum number of events of all calls with details together. Requested calls and the first call are shown beyond this
/// limit.
pub const DETAILED_EVENTS: u64 = 50_000;

/// The calls that a page shows with details.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// The chosen calls.
    pub calls: BTreeSet<CallId>,
    /// How many more calls qualified, but exceeded the limits.
    pub omitted: usize,
}

/// Chooses the calls that a page shows with details.
///
/// | call | chosen |
/// | --- | --- |
/// | in `requested` | always |
/// | any other, of at most [`DETAILED_CALLS`] calls | yes, within the limits |
/// | with findings, of more calls than that | yes, within the limits, calls with the worst findings first |
/// | without findings, of more calls than that | no |
///
/// The limits are [`DETAILED_CALLS`] and [`DETAILED_EVENTS`].
pub fn choose(rows: &[Row<'_>], requested: &[CallId]) -> Choice {
    let are_few = rows.len() <= DETAILED_CALLS;
    let is_requested = |row: &Row<'_>| requested.contains(&row.summary.id());
    let mut wanted: Vec<_> =
        rows.iter().filter(|row| are_few || is_requested(row) || row.findings.total() > 0).collect();
    wanted.sort_by_cached_key(|row| Reverse((is_requested(row), badness(row))));
    let mut choice = Choice::default();
    let mut events = 0;
    for row in wanted {
        let more = row.summary.revision();
        let is_full = choice.calls.len() >= DETAILED_CALLS || events + more > DETAILED_EVENTS;
        if is_full && !is_requested(row) && !choice.calls.is_empty() {
            choice.omitted += 1;
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
