//! The operations of a call: how many of each kind came to which end, and a row for each, the failed ones first.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};

use super::index::embedded;
use super::rows::safe;
use super::text::{many, number, shown, time};
use crate::history::spans::OperationSpan;
use crate::history::steps::CallHistory;
use crate::timeline::operations::outcome;

/// How many operations have a row in the page. The script has the others as data.
const ROWS: usize = 50;

/// Up to this number, nobody needs them counted.
const FEW: usize = 10;

/// The texts of a row: kind, outcome, result, time, `clientContext` and id.
type Cells = [String; 6];

pub(super) fn operations(history: &CallHistory) -> Markup {
    let mut spans = history.operations();
    spans.sort_by_key(|span| rank(outcome(span)));
    let (first, rest) = spans.split_at(spans.len().min(ROWS));
    html! {
        @if !spans.is_empty() {
            details.operations open[spans.len() <= FEW] {
                summary { h3 { (many(spans.len(), "operation")) } }
                @if spans.len() > FEW { (counts(&spans)) }
                div.wide.tall tabindex="0" role="group" aria-label="Operations" {
                    table {
                        thead { tr {
                            th scope="col" { "Operation" } th scope="col" { "Status" } th scope="col" { "Result" }
                            th scope="col" { "Start, UTC" } th scope="col" { "clientContext" } th scope="col" { "Id" }
                        } }
                        tbody data-role="operation-rows" { @for span in first { (row(&cells(history, span))) } }
                    }
                }
                @if !rest.is_empty() {
                    p.note data-role="cut" {
                        "The first " (number(first.len())) " of " (number(spans.len()))
                        ". With scripts enabled, this page shows the others, too."
                    }
                    button type="button" data-role="more-operations" hidden {}
                    (embedded("other-operations", &safe(&rest.iter().map(|span| cells(history, span)).collect::<Vec<_>>())))
                }
            }
        }
    }
}

/// The order of the outcomes, the one that matters most first.
fn rank(outcome: &str) -> usize {
    ["failed", "orphaned", "not started", "running"].iter().position(|one| *one == outcome).unwrap_or(4)
}

fn counts(spans: &[OperationSpan]) -> Markup {
    let mut counts: BTreeMap<(&str, usize), usize> = BTreeMap::new();
    for span in spans {
        *counts.entry((span.kind, rank(outcome(span)))).or_default() += 1;
    }
    let mut outcomes: Vec<_> = spans.iter().map(|span| (rank(outcome(span)), outcome(span))).collect();
    outcomes.dedup();
    let kinds: BTreeSet<_> = counts.keys().map(|(kind, _)| *kind).collect();
    html! {
        table.counts {
            thead { tr {
                th scope="col" { "Kind" }
                @for (_, outcome) in &outcomes { th.number scope="col" { (outcome) } }
            } }
            tbody {
                @for kind in kinds {
                    tr {
                        th scope="row" { (kind) }
                        @for (rank, _) in &outcomes {
                            td.number { (number(counts.get(&(kind, *rank)).copied().unwrap_or_default())) }
                        }
                    }
                }
            }
        }
    }
}

fn row(cells: &Cells) -> Markup {
    let [_, outcome, ..] = cells;
    html! {
        tr data-outcome=(outcome) {
            @for cell in cells { td { bdi { (cell) } } }
        }
    }
}

fn cells(history: &CallHistory, span: &OperationSpan) -> Cells {
    let operation = history.last().operations().get(span.index);
    let result = operation.and_then(|one| one.resource().result_info.value());
    let result = result.map(|result| result.to_string()).unwrap_or_default();
    let begun = history.steps().get(span.from).and_then(|step| step.recorded.at);
    let context = operation.and_then(|one| one.client_context()).unwrap_or_default();
    let id = operation.and_then(|one| one.id()).map(ToString::to_string).unwrap_or_default();
    let begun = begun.map_or_else(String::new, time);
    [span.kind.into(), outcome(span).into(), shown(&result), begun, shown(context), shown(&id)]
}
