//! Chooses the calls that a page shows with details.

use core::cmp::Reverse;
use std::collections::BTreeSet;

use callfold::CallId;

use super::report::Row;

/// The maximum number of calls with details. Requested calls are shown even beyond this limit.
pub const DETAILED_CALLS: usize = 200;

/// The maximum number of events of all calls with details together. Requested calls are shown even beyond
/// this limit. So is the first chosen call, if it alone has more events.
pub const DETAILED_EVENTS: u64 = 50_000;

/// The calls that a page shows with details.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Choice {
    /// The chosen calls.
    pub calls: BTreeSet<CallId>,
    /// The number of further calls that should be chosen, but exceed a limit.
    pub omitted: usize,
}

/// Chooses the calls that a page shows with details.
///
/// | call | chosen |
/// | --- | --- |
/// | a call in `requested` | always |
/// | any other call, if there are at most [`DETAILED_CALLS`] calls | yes, until a limit is reached |
/// | a call with findings, if there are more calls | yes, until a limit is reached; calls with the worst findings first |
/// | a call without findings, if there are more calls | no |
///
/// The limits are [`DETAILED_CALLS`] and [`DETAILED_EVENTS`].
pub fn choose(rows: &[Row<'_>], requested: &[CallId]) -> Choice {
    let are_few = rows.len() <= DETAILED_CALLS;
    let is_requested = |row: &Row<'_>| requested.contains(&row.summary.id());
    let mut wanted: Vec<_> =
        rows.iter().filter(|row| are_few || is_requested(row) || row.findings.total() > 0).collect();
    wanted.sort_by_cached_key(|row| Reverse((is_requested(row), row.findings.by_severity())));
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
