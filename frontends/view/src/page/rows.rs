//! The list of calls: as rows of tables, and as data for the script, which sorts them.

use core::fmt::{self, Write as _};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use callfold::{Severity, Summary};
use maud::{Markup, html};

use super::report::Row;
use super::text::{isolated, mark, shown};
use crate::describe;
use crate::list::order::Order;

/// The mark and the words of a call that ended badly.
pub(super) const BAD: &str = "✖ ended badly:";

/// The columns: the heading, the class, and the name by which the script sorts.
pub(super) const COLUMNS: [(&str, &str, &str); 11] = [
    ("Call", "", "id"),
    ("Start, UTC", "", "begin"),
    ("Direction", "", "direction"),
    ("From", "", "from"),
    ("To", "", "to"),
    ("State", "", "state"),
    ("Ended", "", "ended"),
    ("Duration", "number", "duration"),
    ("Operations", "number", "operations"),
    ("Participants", "number", "participants"),
    ("Findings", "", "findings"),
];

pub(super) fn head(order: Order) -> Markup {
    let direction = if order.is_reversed() { "descending" } else { "ascending" };
    html! {
        thead { tr {
            @for (heading, class, name) in COLUMNS {
                th scope="col" class=[(!class.is_empty()).then_some(class)] data-sort=(name)
                    aria-sort=[(name == order.key()).then_some(direction)] { (heading) }
            }
        } }
    }
}

/// The row of a call. The id is a link to the details, where there are some.
pub(super) fn row(row: &Row<'_>, has_details: bool) -> Markup {
    let call = &row.summary;
    html! {
        tr data-call=(call.id()) data-state=(call.state()) data-kinds=(kinds(row)) {
            th scope="row" {
                @if has_details { a href={ "#call-" (call.id()) } { (call.id()) } } @else { (call.id()) }
            }
            td.time { @if let Some(at) = call.first_at() { (format!("{at:.0}").replace('T', " ").replace('Z', "")) } }
            td { (call.direction().map_or_else(String::new, shown)) }
            td.party data-label="from" { @if let Some(from) = call.caller() { (isolated(&from)) } }
            td.party data-label="to" { @if let Some(to) = call.callees() { (isolated(&to)) } }
            td { (state(call)) }
            td.ended { (ending(call)) }
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

/// How a call ended, with a mark in words and by a shape where it ended badly.
pub(super) fn ending(call: &Summary<'_>) -> Markup {
    html! {
        @if call.has_ended_badly() { span.bad { (BAD) } " " }
        @if let Some(ended) = ended(call) { (isolated(&ended)) }
    }
}

fn kinds(row: &Row<'_>) -> String {
    let mut kinds = BTreeSet::new();
    for (kind, severity, _) in row.findings.counts() {
        kinds.extend([severity.as_str(), kind.as_str()]);
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
    call.ending().map(|ended| shown(&ended))
}

pub(super) fn duration(call: &Summary<'_>) -> Option<callfold::jiff::SignedDuration> {
    Some(call.last_at()?.duration_since(call.first_at()?))
}

/// Texts that many rows share, each with its number.
struct Shared<T>(BTreeMap<T, usize>);

impl<T: Ord> Shared<T> {
    fn number(&mut self, value: T) -> usize {
        let next = self.0.len();
        *self.0.entry(value).or_insert(next)
    }

    fn in_order(&self) -> Vec<&T> {
        let mut all: Vec<_> = self.0.iter().collect();
        all.sort_by_key(|(_, number)| **number);
        all.into_iter().map(|(value, _)| value).collect()
    }
}

/// The calls as data for the script: those with details, then the others. Results, names and kinds of findings are replaced
/// with numbers.
pub(super) fn data(detailed: &[&Row<'_>], others: &[&Row<'_>], out: &mut impl fmt::Write) -> fmt::Result {
    let (mut endings, mut names) = (Shared(BTreeMap::new()), Shared(BTreeMap::new()));
    let mut kinds = Shared(BTreeMap::new());
    // The number 0 is for a name that was not reported.
    names.number(String::new());
    let mut lists = [String::new(), String::new()];
    for (rows, list) in [detailed, others].into_iter().zip(&mut lists) {
        for row in rows {
            list.push_str(if list.is_empty() { "" } else { "," });
            let ending = (ended(&row.summary).unwrap_or_default(), row.summary.has_ended_badly());
            let call = &row.summary;
            let texts = [call.direction().map(Cow::from), call.caller(), call.callees()];
            let texts = texts.map(|text| names.number(shown(&text.unwrap_or_default())));
            datum(row, endings.number(ending), texts, list)?;
            for (kind, severity, count) in row.findings.counts() {
                write!(list, ",{},{count}", kinds.number((kind.as_str(), severity.as_str())))?;
            }
            list.push(']');
        }
    }
    let (endings, names) = (safe(&endings.in_order()), safe(&names.in_order()));
    write!(out, r#"{{"endings":{endings},"names":{names},"kinds":{},"#, safe(&kinds.in_order()))?;
    let [detailed, others] = lists;
    write!(out, r#""detailed":[{detailed}],"others":[{others}]}}"#)
}

/// The beginning of a call as an array: id, milliseconds of its start, numbers of direction, from and to, state, number of its result, seconds,
/// operations and participants. Each kind of finding with its count follows.
fn datum(row: &Row<'_>, ending: usize, [direction, from, to]: [usize; 3], list: &mut String) -> fmt::Result {
    let call = &row.summary;
    let number = |number: Option<i64>| number.map_or_else(|| "null".into(), |number| number.to_string());
    let start = number(call.first_at().map(|at| at.as_millisecond()));
    let seconds = number(duration(call).map(|duration| duration.as_secs()));
    let (id, state, operations, people) =
        (call.id(), call.state(), call.operations().count(), call.participants());
    write!(
        list,
        r#"["{id}",{start},{direction},{from},{to},"{state}",{ending},{seconds},{operations},{people}"#
    )
}

/// A value as JSON that is safe inside `<script>`.
pub(super) fn safe(value: &impl serde::Serialize) -> String {
    let json = serde_json::to_string(value).unwrap_or_else(|_| "null".into());
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
