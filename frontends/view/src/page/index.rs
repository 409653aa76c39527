//! What is said of all calls: where they come from, totals, plots, and tables that lead on.

use core::fmt;

use callfold::Severity;
use maud::{Markup, PreEscaped, html};

use super::rows::{self, row};
use super::text::{kind, many, number, reported, severity};
use super::{DETAILED_CALLS, DETAILED_EVENTS, Report, Row, plots};
use crate::story::Placed;

/// How many calls without details have a row that needs no script.
const ROWS: usize = 200;

/// How many logs are named at once.
const LOGS: usize = 8;

pub(super) fn header(report: &Report<'_>) -> Markup {
    let records: u64 = report.inputs.iter().map(|input| input.records).sum();
    let counts = Severity::ALL.iter().rev().map(|severity| (*severity, report.findings.of(*severity)));
    html! {
        header.page {
            p.brand { "callfold report" }
            h1 { (super::title(report)) }
            p.totals {
                b { (many(report.calls.len(), "call")) } " from "
                (many(big(records), "record")) " in " (many(report.inputs.len(), "log")) ", "
                (many(big(report.events), "event"))
                @for (worst, count) in counts.filter(|(_, count)| *count > 0) {
                    ", " (number(count)) " " (severity(worst))
                }
            }
            @if let Some(until) = &report.until { p.note { "The calls " (until) "." } }
            @if report.inputs.len() > LOGS {
                details { summary { (many(report.inputs.len(), "log")) } (inputs(report)) }
            } @else { (inputs(report)) }
            @for (path, why) in &report.unreadable {
                p.note { (severity(Severity::Error)) " Not read: " (reported(path)) ": " (reported(why)) }
            }
        }
    }
}

fn inputs(report: &Report<'_>) -> Markup {
    html! {
        ul.inputs {
            @for input in &report.inputs {
                li {
                    code { (reported(&input.path)) } " " (input.format) ", " (many(big(input.records), "record"))
                    @if input.malformed > 0 { ", " (number(big(input.malformed))) " that cannot be read" }
                }
            }
        }
    }
}

pub(super) fn big(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

pub(super) fn write(report: &Report<'_>, out: &mut impl fmt::Write) -> fmt::Result {
    if report.calls.is_empty() {
        out.write_str(&html! { p.empty id="calls" { "No call came out of this." } }.0)?;
        return out.write_str(&loose(report).0);
    }
    if report.calls.len() > 1 {
        out.write_str(&plots::plots(report).0)?;
    }
    out.write_str(&loose(report).0)?;
    let ids = rows::ids(&report.stories);
    let (reported, rest): (Vec<_>, Vec<_>) =
        report.calls.iter().partition(|row| ids.contains(&row.summary.id()));
    out.write_str(&html! { h2 id="calls" { "Calls" } (filters(report)) (left_out(report)) }.0)?;
    if !reported.is_empty() {
        out.write_str(&table("Calls with details", &reported, true).0)?;
    }
    if rest.is_empty() { Ok(()) } else { others(&rest, !reported.is_empty(), out) }
}

fn table(caption: &str, calls: &[&Row<'_>], has_details: bool) -> Markup {
    html! {
        div.wide tabindex="0" role="region" aria-label=(caption) {
            table.calls data-role=[has_details.then_some("told")] {
                caption { (caption) }
                (rows::head())
                tbody { @for call in calls { (row(call, has_details)) } }
            }
        }
    }
}

/// The calls without details: some of them, and all as data that the script shows page by page.
fn others(rest: &[&Row<'_>], has_reported: bool, out: &mut impl fmt::Write) -> fmt::Result {
    let shown = rest.get(..ROWS.min(rest.len())).unwrap_or_default();
    let caption = if has_reported { "Other calls" } else { "All calls" };
    let pages = html! {
        div.pages data-role="others" {
            (table(caption, shown, false))
            @if shown.len() < rest.len() {
                p.note data-role="cut" {
                    "The first " (number(shown.len())) " of " (number(rest.len()))
                    ": with its script, this page shows all of them."
                }
            }
            p.pager data-role="pager" hidden {
                button type="button" data-role="page-back" { "‹ Back" } " "
                span data-role="page" aria-live="polite" {} " "
                button type="button" data-role="page-on" { "On ›" }
            }
        }
    };
    out.write_str(&pages.0)?;
    out.write_str(r#"<script type="application/json" data-role="rows">"#)?;
    rows::data(rest, out)?;
    out.write_str("</script>\n")
}

/// What chooses among the calls; nothing without the script.
fn filters(report: &Report<'_>) -> Markup {
    let states: std::collections::BTreeSet<_> =
        report.calls.iter().map(|row| row.summary.state().as_str()).collect();
    html! {
        form.filters data-role="filters" hidden {
            label { "Text " input type="search" data-role="filter-text" placeholder="id, ending, name" autocomplete="off"; }
            label { "State "
                select data-role="filter-state" {
                    option value="" { "any" }
                    @for state in states { option value=(state) { (state) } }
                }
            }
            label { "Findings "
                select data-role="filter-finding" {
                    option value="" { "any or none" }
                    @for severity in Severity::ALL.iter().rev().filter(|one| report.findings.of(**one) > 0) {
                        option value=(severity) { "with " (severity) }
                    }
                    @for (of, _) in report.findings.kinds() { option value=(of) { (of) ": " (kind(of)) } }
                }
            }
            output data-role="matches" aria-live="polite" {}
        }
    }
}

fn left_out(report: &Report<'_>) -> Markup {
    let rest = report.calls.len().saturating_sub(report.stories.len());
    html! {
        @if rest > 0 {
            p.note {
                (many(report.stories.len(), "call")) " of " (number(report.calls.len()))
                " told in detail: those that were asked for, and those with findings, the worst first. "
                @if report.left_out > 0 {
                    (number(report.left_out)) " more had to be left out: a page tells at most " (DETAILED_CALLS)
                    " calls or " (number(big(DETAILED_EVENTS))) " events in detail. "
                }
                "To have another told, make the page again with " code { "--call ID" } "."
            }
        }
        @for (call, why) in &report.not_reported {
            p.note { (severity(Severity::Error)) " Call " code { (call) } " cannot be told in detail: " (reported(why)) }
        }
    }
}

/// What was found and belongs to no call.
fn loose(report: &Report<'_>) -> Markup {
    html! {
        @if !report.loose.is_empty() {
            section.loose {
                h2 { "Findings that belong to no call" }
                ul.findings { @for placed in &report.loose { (finding(placed)) } }
                @if report.loose_left_out > 0 {
                    p.note { "… and " (number(report.loose_left_out)) " more: " code { "callfold check" } " prints them all." }
                }
            }
        }
    }
}

/// A finding in words, with its place.
pub(super) fn finding(placed: &Placed) -> Markup {
    let of = placed.finding.kind;
    html! {
        li data-kind=(of) {
            (severity(of.severity())) " " b { (of) } ": " (reported(&placed.finding.message)) " "
            span.place { (reported(&placed.input)) ":" (placed.line) ", record " (placed.record) }
        }
    }
}

/// Data that stands within the page for its script.
pub(super) fn embedded(role: &str, json: &str) -> Markup {
    html! { script type="application/json" data-role=(role) { (PreEscaped(json)) } }
}
