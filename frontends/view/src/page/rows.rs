//! The calls of the index: as rows of a table, and as data where they are too many for one.

use core::fmt::{self, Write as _};
use std::collections::{BTreeMap, BTreeSet};

use callfold::{CallId, FindingKind, Severity, Summary};
use maud::{Markup, html};

use super::Row;
use super::text::{mark, reported, shown};
use crate::words;

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

/// One call; the id leads to its details, where there are some.
pub(super) fn row(row: &Row<'_>, has_details: bool) -> Markup {
    let call = &row.summary;
    let ended = ended(call).unwrap_or_default();
    html! {
        tr data-call=(call.id()) data-state=(call.state()) data-kinds=(kinds(row)) {
            th scope="row" {
                @if has_details { a href={ "#call-" (call.id()) } { (call.id()) } } @else { (call.id()) }
            }
            td { (state(call)) }
            td { (reported(&ended)) }
            td.number data-label="duration" { (duration(call).map_or_else(String::new, words::clock)) }
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

/// How a call ended, where that was told.
pub(super) fn ended(call: &Summary<'_>) -> Option<String> {
    let reason = || call.termination_reason().map(String::from);
    let reported = call.result_info().map(words::ending).filter(|ended| !ended.is_empty());
    reported.or_else(reason).map(|ended| shown(&ended))
}

pub(super) fn duration(call: &Summary<'_>) -> Option<callfold::jiff::SignedDuration> {
    Some(call.last_at()?.duration_since(call.first_at()?))
}

/// The calls that are not in the table, as data for the script: states, endings and kinds by their numbers.
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

/// Id, state, ending, seconds, operations, participants, then a kind and its count, as often as need be.
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

/// JSON that may stand within `<script>`.
pub(super) fn safe(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_else(|_| "null".into());
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// The ids of calls that are told in detail.
pub(super) fn ids(stories: &[crate::story::Story]) -> BTreeSet<CallId> {
    stories.iter().map(crate::story::Story::id).collect()
}
