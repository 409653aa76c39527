//! The section of a call with every detail.

use callfold::call::Call;
use callfold::chart::Chart;
use callfold::jiff::Timestamp;
use callfold::{At, CallId, Summary};
use maud::{Markup, PreEscaped, html};

use super::index::{embedded, finding};
use super::report::Report;
use super::text::{isolated, many, number, shown, time};
use super::{moments, operations, rows};
use crate::history::steps::{CallHistory, HistoryFinding, Step};
use crate::{chart, describe, timeline};

/// How many findings a row of the events names. The list of findings has all of them.
const NAMED: usize = 3;

pub(super) fn section(history: &CallHistory, report: &Report<'_>) -> Markup {
    let (id, last) = (history.id(), history.last());
    let summary = Summary::from(last);
    html! {
        section.call id={ "call-" (id) } data-call=(id) aria-labelledby={ "title-" (id) } {
            header {
                h2 id={ "title-" (id) } { a href={ "#call-" (id) } { (id) } }
                p.line {
                    (rows::state(&summary)) " " (describe::state(last.state()))
                    @if rows::ended(&summary).is_some() { " · " (rows::ending(&summary)) }
                    @if let Some(duration) = rows::duration(&summary) { " · " (describe::duration(duration)) }
                    " · " (many(history.steps().len(), "event"))
                }
                (facts(&summary, last, report))
            }
            (pictures(history))
            (travel(history.steps().len()))
            (findings(history, report))
            (operations::operations(history))
            (events(history))
            (embedded("moments", &rows::safe(&moments::all(history))))
            p.up { a href="#calls" { "Back to the calls" } }
        }
    }
}

fn facts(summary: &Summary<'_>, call: &Call, report: &Report<'_>) -> Markup {
    let details = call.details();
    let answered = details.answered_by.value().and_then(|one| one.name());
    let facts = [
        ("Direction", call.direction().map(|direction| direction.as_str().to_owned())),
        ("From", call.caller()),
        ("To", call.callees()),
        ("Answered by", answered),
        ("Subject", details.subject.value().cloned()),
        ("First event", call.first_at().map(|at| time(at) + " UTC")),
        ("Last event", call.last_at().map(|at| time(at) + " UTC")),
    ];
    html! {
        dl.facts {
            @for (name, fact) in facts {
                @if let Some(fact) = fact { div { dt { (name) } dd { (isolated(&fact)) } } }
            }
            @let related = report.related.of(summary);
            @if !related.is_empty() {
                div.related {
                    dt { "Related calls" }
                    @for id in related { dd { (link(id, report)) } }
                }
            }
        }
    }
}

/// Another call: a link to its details, where the page has them.
fn link(id: CallId, report: &Report<'_>) -> Markup {
    html! {
        @if report.history(id).is_some() { a href={ "#call-" (id) } { code { (id) } } }
        @else if report.row(id).is_some() { code { (id) } }
        @else { code { (id) } " " span.quiet { "not on this page" } }
    }
}

fn pictures(history: &CallHistory) -> Markup {
    html! {
        div.zoom data-role="zoom" hidden {
            span { "Timeline" }
            button type="button" data-role="zoom-out" aria-label="Make the timeline narrower" { "−" }
            button type="button" data-role="zoom-in" aria-label="Make the timeline wider" { "+" }
            button type="button" data-role="zoom-fit" { "Fit" }
        }
        div.wide.picture.broad data-role="timeline" tabindex="0" role="group" aria-label="Timeline" {
            (bare(&timeline::svg(history)))
        }
        div.wide.picture.narrow data-role="timeline-narrow" tabindex="0" role="group" aria-label="Timeline" {
            (bare(&timeline::svg_narrow(history)))
        }
        details.chart {
            summary { "The lifecycle, with the path of this call" }
            div.wide tabindex="0" role="group" aria-label="Lifecycle" {
                (bare(&chart::svg(Chart::Call, Some(&history.path()))))
            }
        }
    }
}

/// A picture without its style sheet. The page has the style sheet once, because a browser takes minutes for a page with
/// hundreds of them.
fn bare(picture: &str) -> PreEscaped<String> {
    let styled = picture.split_once("<style>").zip(picture.split_once("</style>"));
    PreEscaped(styled.map_or_else(|| picture.into(), |((before, _), (_, after))| format!("{before}{after}")))
}

/// The controls that step through the events. They are hidden without the script.
fn travel(steps: usize) -> Markup {
    html! {
        div.travel data-role="travel" hidden {
            div.controls {
                button type="button" data-role="back" aria-label="Previous event" { "‹" }
                input type="range" data-role="slider" min="1" max=(steps) value=(steps) step="1" aria-label="Event";
                button type="button" data-role="on" aria-label="Next event" { "›" }
                button type="button" data-role="finding-back" { "‹ Finding" }
                button type="button" data-role="finding-on" { "Finding ›" }
            }
            p.moment aria-live="polite" {
                "Revision " b data-role="revision" {} " of " (number(steps))
                " " span.state data-role="state" {} " " span data-role="meaning" {}
                " " span.quiet data-role="time" {}
            }
            dl.now {
                div.broad { dt { "Event" } dd data-role="event" {} }
                div.broad { dt { "Next event" } dd data-role="next-event" {} }
                div.broad { dt { "Operations" } dd data-role="operations" {} }
                div.broad { dt { "Findings here" } dd data-role="found" {} }
                div { dt { "Roster" } dd data-role="roster" {} }
                div { dt { "Audio" } dd data-role="audio" {} }
                div { dt { "Keys pressed" } dd data-role="tones" {} }
                div { dt { "Deadlines" } dd data-role="deadlines" {} }
            }
        }
    }
}

fn findings(history: &CallHistory, report: &Report<'_>) -> Markup {
    let all = report.row(history.id()).map_or(0, |row| row.findings.total());
    let rest = all.saturating_sub(history.findings().len());
    html! {
        h3 { "Findings" }
        @if history.findings().is_empty() && rest == 0 { p.quiet { "None." } }
        ul.findings data-role="findings" { @for located in history.worst_findings() { (finding(located)) } }
        @if rest > 0 {
            p.note { "… and " (number(rest)) " more: " code { "callfold replay --json" } " prints all findings of this call." }
        }
    }
}

fn events(history: &CallHistory) -> Markup {
    let first = history.last().first_at();
    html! {
        details.events open {
            summary { h3 { (many(history.steps().len(), "event")) } }
            div.wide.tall tabindex="0" role="group" aria-label="Events" {
                table {
                    thead { tr {
                        th.number scope="col" { "Rev." } th scope="col" { "Time, UTC" }
                        th.number scope="col" { "Elapsed" } th scope="col" { "Description" }
                        th scope="col" { "Event" } th scope="col" { "State" }
                    } }
                    tbody {
                        @let findings = by_step(history);
                        @for (step, found) in history.steps().iter().zip(&findings) { (event(step, first, found)) }
                    }
                }
            }
        }
    }
}

/// The findings of each step.
fn by_step(history: &CallHistory) -> Vec<Vec<&HistoryFinding>> {
    let mut found = vec![Vec::new(); history.steps().len()];
    for located in history.worst_findings() {
        if let Some(there) = found.get_mut(located.step()) {
            there.push(located);
        }
    }
    found
}

fn event(step: &Step, first: Option<Timestamp>, found: &[&HistoryFinding]) -> Markup {
    let recorded = &step.recorded;
    html! {
        tr data-revision=(recorded.revision) {
            td.number { (recorded.revision) }
            td.time { @if let Some(at) = recorded.at { time datetime=(At(at)) { (time(at)) } } }
            td.number { @if let (Some(at), Some(first)) = (recorded.at, first) { (describe::elapsed(first, at)) } }
            td {
                span.words { (isolated(&describe::event(recorded))) }
                @for located in found.iter().take(NAMED) {
                    " " (super::text::severity(located.finding.severity)) " " (located.finding.kind)
                }
                @if found.len() > NAMED { " … " (number(found.len() - NAMED)) " more" }
            }
            td { code { (shown(recorded.event.kind().as_str())) } }
            td.state-then { (step.state) }
        }
    }
}
