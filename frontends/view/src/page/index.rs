//! The first part of a page: the logs, totals, plots, and tables of the calls.

use core::fmt;

use callfold::Severity;
use maud::{Markup, PreEscaped, html};

use super::choice::{DETAILED_CALLS, DETAILED_EVENTS};
use super::plots;
use super::report::{Report, Row};
use super::rows::{self, row};
use super::text::{isolated, many, number, severity};
use crate::describe;
use crate::history::steps::HistoryFinding;
use crate::list::order::Order;

/// How many calls without details are listed where the script does not run.
const ROWS: usize = 200;

/// The end of the calls, which has no column of its own: its heading, its class, and the name by which the script sorts.
const END: (&str, &str, &str) = ("End, UTC", "", "end");

/// More logs than this are in a list that is closed at first.
const LOGS: usize = 8;

pub(super) fn header(report: &Report<'_>) -> Markup {
    let records: u64 = report.inputs.iter().map(|input| input.records).sum();
    let counts = Severity::ALL.iter().rev().map(|severity| (*severity, report.findings.of(*severity)));
    html! {
        header.page {
            p.brand { "callfold report" }
            h1 { (report.title()) }
            p.totals {
                b { (report.counted()) } " from "
                (many(big(records), "record")) " in " (many(report.inputs.len(), "log")) ", "
                (many(big(report.events), "event"))
                @for (worst, count) in counts.filter(|(_, count)| *count > 0) {
                    ", " (number(count)) " " (severity(worst))
                }
            }
            @if report.unlisted > 0 {
                p.note { "Only calls that ended badly are listed. The findings counted above are those of all calls." }
            }
            @if let Some(until) = &report.until { p.note { "The calls " (until) "." } }
            @if report.is_redacted {
                p.note {
                    b { "Redacted" } ": names, numbers, messages, dialled keys and other texts were removed. Ids are pseudonyms: "
                    "the same id has the same pseudonym on this page."
                }
            }
            @if report.inputs.len() > LOGS {
                details { summary { (many(report.inputs.len(), "log")) } (inputs(report)) }
            } @else { (inputs(report)) }
            @for (path, why) in &report.unreadable {
                p.note { (severity(Severity::Error)) " Not read: " (isolated(path)) ": " (isolated(why)) }
            }
        }
    }
}

fn inputs(report: &Report<'_>) -> Markup {
    html! {
        ul.inputs {
            @for input in &report.inputs {
                li {
                    code { (isolated(&input.path)) } " " (input.format) ", " (many(big(input.records), "record"))
                    @if input.malformed > 0 { ", " (number(big(input.malformed))) " that cannot be read" }
                }
            }
        }
    }
}

pub(super) fn big(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Writes the list of the calls, which are in the order of `rows`.
pub(super) fn write(report: &Report<'_>, rows: &[&Row<'_>], out: &mut impl fmt::Write) -> fmt::Result {
    if rows.is_empty() {
        let why =
            if report.unlisted == 0 { "The logs contain no calls." } else { "No call ended as requested." };
        out.write_str(&html! { p.empty id="calls" { (why) } }.0)?;
        return out.write_str(&other_findings(report).0);
    }
    let (detailed, rest): (Vec<_>, Vec<_>) =
        rows.iter().copied().partition(|row| report.history(row.summary.id()).is_some());
    out.write_str(&html! { h2 id="calls" { "Calls" } (filters(report)) (omitted(report)) }.0)?;
    if !detailed.is_empty() {
        out.write_str(&table("Calls with details", &detailed, report.order, true).0)?;
    }
    if !rest.is_empty() {
        out.write_str(&others(&rest, report.order, !detailed.is_empty()).0)?;
    }
    out.write_str(r#"<script type="application/json" data-role="rows">"#)?;
    rows::data(&detailed, &rest, out)?;
    out.write_str("</script>\n")?;
    out.write_str(&other_findings(report).0)?;
    if report.calls.len() > 1 { out.write_str(&plots::plots(report).0) } else { Ok(()) }
}

fn table(caption: &str, calls: &[&Row<'_>], order: Order, has_details: bool) -> Markup {
    html! {
        div.wide tabindex="0" role="group" aria-label=(caption) {
            table.calls data-role=[has_details.then_some("detailed")] {
                caption { (caption) }
                (rows::head(order))
                tbody { @for call in calls { (row(call, has_details)) } }
            }
        }
    }
}

/// The calls without details: a table of the first ones. The script shows all of them, in pages.
fn others(rest: &[&Row<'_>], order: Order, has_detailed: bool) -> Markup {
    let shown = rest.get(..ROWS.min(rest.len())).unwrap_or_default();
    let caption = if has_detailed { "Other calls" } else { "All calls" };
    html! {
        div.pages data-role="others" {
            (table(caption, shown, order, false))
            @if shown.len() < rest.len() {
                p.note data-role="cut" {
                    "The first " (number(shown.len())) " of " (number(rest.len()))
                    ". With scripts enabled, this page lists all of them."
                }
            }
            p.pager data-role="pager" hidden {
                button type="button" data-role="page-back" { "‹ Previous" } " "
                span data-role="page" aria-live="polite" {} " "
                button type="button" data-role="page-on" { "Next ›" }
            }
        }
    }
}

/// The filters of the list of calls. They are hidden without the script.
fn filters(report: &Report<'_>) -> Markup {
    let states: std::collections::BTreeSet<_> = report.calls.iter().map(|row| row.summary.state()).collect();
    html! {
        form.filters data-role="filters" data-bad=(rows::BAD) hidden {
            label { "Text " input type="search" data-role="filter-text" placeholder="id, name, result" autocomplete="off"; }
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
                    @for of in report.findings.kinds() { option value=(of) { (of) ": " (describe::finding(of)) } }
                }
            }
            label { "Ended "
                select data-role="filter-ended" {
                    option value="" { "in any way" }
                    option value="badly" { "badly" }
                }
            }
            label.sort { "Sort by "
                select data-role="sort" {
                    @for (heading, _, name) in rows::COLUMNS.into_iter().chain([END]) {
                        @let is_first = name == report.order.key();
                        option value=(name) selected[is_first && !report.order.is_reversed()] { (heading) }
                        option value={ "-" (name) } selected[is_first && report.order.is_reversed()] {
                            (heading) ", descending"
                        }
                    }
                }
            }
            output data-role="matches" aria-live="polite" {}
        }
    }
}

fn omitted(report: &Report<'_>) -> Markup {
    let rest = report.calls.len().saturating_sub(report.histories.len());
    html! {
        @if rest > 0 {
            p.note {
                (many(report.histories.len(), "call")) " of " (number(report.calls.len()))
                " shown with details: the requested calls, and calls with findings, the worst first. "
                @if report.omitted > 0 {
                    (number(report.omitted)) " more were left out: a page shows at most " (DETAILED_CALLS)
                    " calls or " (number(big(DETAILED_EVENTS))) " events with details. "
                }
                "To show another call with details, create the page again with " code { "--call ID" } "."
            }
        }
        @for (call, why) in &report.failed {
            p.note { (severity(Severity::Error)) " Call " code { (call) } " cannot be shown with details: " (isolated(why)) }
        }
    }
}

/// The findings that belong to no call.
fn other_findings(report: &Report<'_>) -> Markup {
    html! {
        @if !report.other_findings.is_empty() {
            section.other-findings {
                h2 { "Findings that belong to no call" }
                ul.findings { @for located in &report.other_findings { (finding(located)) } }
                @if report.other_findings_omitted > 0 {
                    p.note { "… and " (number(report.other_findings_omitted)) " more: " code { "callfold check" } " prints them all." }
                }
            }
        }
    }
}

/// A finding with its place.
pub(super) fn finding(located: &HistoryFinding) -> Markup {
    let of = located.finding.kind;
    html! {
        li data-kind=(of) {
            (severity(located.finding.severity)) " " b { (of) } ": " (isolated(&located.finding.message)) " "
            span.place { (isolated(&located.input)) ":" (located.line) ", record " (located.record) }
        }
    }
}

/// Data in the page for its script.
pub(super) fn embedded(role: &str, json: &str) -> Markup {
    html! { script type="application/json" data-role=(role) { (PreEscaped(json)) } }
}
