//! The list of calls: as rows of a table, and as data for the script where there are too many for one table.

use core::fmt::{self, Write as _};
use std::collections::{BTreeMap, BTreeSet};

use callfold::{CallId, FindingKind, Severity, Summary};
use maud::{Markup, html};

use super::report::Row;
use super::text::{isolated, mark, shown};
use crate::describe;
use crate::history::steps::CallHistory;

const HEADINGS: [(&str, &str); 7] = [
    ("Call", ""),
    ("State", ""),
    ("Ended", ""),
    ("Duration", "number"),
    ("Operations", "number"),
    ("Participants", "number"),
    ("Findings", ""),
];

pub(super) fn head() -> Markup {
    html! { thead { tr { @for (heading, class) in HEADINGS { th scope="col" class=[(!class.is_empty()).then_some(class)] { (heading) } } } } }
}

/// The row of a call. The id is a link to the details, where there are some.
pub(super) fn row(row: &Row<'_>, has_details: bool) -> Markup {
    let call = &row.summary;
    let ended = ended(call).unwrap_or_default();
    html! {
        tr data-call=(call.id()) data-state=(call.state()) data-kinds=(kinds(row)) {
            th scope="row" {
                @if has_details { a href={ "#call-" (call.id()) } { (call.id()) } } @else { (call.id()) }
            }
            td { (state(call)) }
            td { (isolated(&ended)) }
            td.number data-label="duration" { (duration(call).map_or_else(String::new, describe::duration)) }
            td.number data-label="operations" { (count(call.operations().count())) }
            td.number data-label="participants" { (count(call.participants())) }
            td { (findings(row)) }
        }
    }
}

pub(super) fn state(call: &Summary<'_>) -> Markup {
    let class = if call.state().is_live() { "state live" } else { "state over" };
    html! { span class=(class) { (call.state()) } }
}

fn kinds(row: &Row<'_>) -> String {
    let mut kinds = BTreeSet::new();
    for (kind, _) in row.findings.kinds() {
        kinds.extend([kind.severity().as_str(), kind.as_str()]);
    }
    kinds.into_iter().collect::<Vec<_>>().join(" ")
}

fn findings(row: &Row<'_>) -> Markup {
    let counts = Severity::ALL.iter().rev().map(|severity| (*severity, row.findings.of(*severity)));
    html! {
        @for (severity, count) in counts.filter(|(_, count)| *count > 0) {
            span class={ "severity " (severity) } {
                span aria-hidden="true" { (mark(severity)) } " " (count) " " (severity)
            } " "
        }
    }
}

fn count(number: usize) -> String {
    if number == 0 { String::new() } else { number.to_string() }
}

/// The result of a call, where it was reported.
pub(super) fn ended(call: &Summary<'_>) -> Option<String> {
    let reason = || call.termination_reason().map(String::from);
    let result = call.result_info().map(ToString::to_string).filter(|ended| !ended.is_empty());
    result.or_else(reason).map(|ended| shown(&ended))
}

pub(super) fn duration(call: &Summary<'_>) -> Option<callfold::jiff::SignedDuration> {
    Some(call.last_at()?.duration_since(call.first_at()?))
}

/// The calls without details as data for the script. Results and kinds of findings are replaced with numbers.
pub(super) fn data(rows: &[&Row<'_>], out: &mut impl fmt::Write) -> fmt::Result {
    let mut endings: BTreeMap<String, usize> = BTreeMap::new();
    let mut list = String::new();
    for row in rows {
        if !list.is_empty() {
            list.push(',');
        }
        let next = endings.len();
        let ending = *endings.entry(ended(&row.summary).unwrap_or_default()).or_insert(next);
        datum(row, ending, &mut list)?;
    }
    let mut names = vec![""; endings.len()];
    for (name, number) in &endings {
        if let Some(place) = names.get_mut(*number) {
            *place = name;
        }
    }
    let kinds: Vec<_> =
        FindingKind::ALL.iter().map(|kind| [kind.as_str(), kind.severity().as_str()]).collect();
    write!(out, r#"{{"endings":{},"kinds":{},"rows":["#, safe(&names), safe(&kinds))?;
    out.write_str(&list)?;
    out.write_str("]}")
}

/// A call as an array: id, state, number of its result, seconds, operations, participants, then each kind of finding with
/// its count.
fn datum(row: &Row<'_>, ending: usize, list: &mut String) -> fmt::Result {
    let call = &row.summary;
    let seconds = duration(call).map_or_else(|| "null".into(), |duration| duration.as_secs().to_string());
    let (operations, people) = (call.operations().count(), call.participants());
    write!(list, r#"["{}","{}",{ending},{seconds},{operations},{people}"#, call.id(), call.state())?;
    for (kind, count) in row.findings.kinds() {
        let number = FindingKind::ALL.iter().position(|known| *known == kind).unwrap_or_default();
        write!(list, ",{number},{count}")?;
    }
    list.push(']');
    Ok(())
}

/// A value as JSON that is safe inside `<script>`.
pub(super) fn safe(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_else(|_| "null".into());
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// The ids of the calls with details.
pub(super) fn ids(histories: &[CallHistory]) -> BTreeSet<CallId> {
    histories.iter().map(CallHistory::id).collect()
}
