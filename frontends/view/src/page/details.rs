//! A call in every detail.

use callfold::At;
use callfold::call::Call;
use callfold::chart::Chart;
use callfold::graph::ParticipantInfo;
use callfold::jiff::Timestamp;
use maud::{Markup, PreEscaped, html};

use super::index::{embedded, finding};
use super::moments;
use super::text::{harmless, many, number, reported, shown, time};
use super::{Report, rows};
use crate::story::{Placed, Step, Story};
use crate::{chart, timeline, words};

/// How many findings a row of the events names; the list has them all.
const NAMED: usize = 3;

pub(super) fn section(story: &Story, report: &Report<'_>) -> Markup {
    let (id, last) = (story.id(), story.last());
    let summary = last.into();
    html! {
        section.call id={ "call-" (id) } data-call=(id) aria-labelledby={ "title-" (id) } {
            header {
                h2 id={ "title-" (id) } { a href={ "#call-" (id) } { (id) } }
                p.line {
                    (rows::state(&summary)) " " (words::state(last.state()))
                    @if let Some(ended) = rows::ended(&summary) { " · " (reported(&ended)) }
                    @if let Some(duration) = rows::duration(&summary) { " · " (words::clock(duration)) }
                    " · " (many(story.steps().len(), "event"))
                }
                (facts(last))
            }
            (pictures(story))
            (travel(story.steps().len()))
            (findings(story, report))
            (events(story))
            (embedded("moments", &rows::safe(&moments::all(story))))
            p.up { a href="#calls" { "Back to the calls" } }
        }
    }
}

fn facts(call: &Call) -> Markup {
    let details = call.details();
    let from = details.source.value().and_then(|source| named(source));
    let to = details.targets.value().into_iter().flatten();
    let to: Vec<_> =
        to.filter_map(|target| target.identity.value()).filter_map(|set| words::identity(set)).collect();
    let answered = details.answered_by.value().and_then(|one| named(one));
    let facts = [
        ("Direction", call.direction().map(|direction| direction.as_str().to_owned())),
        ("From", from),
        ("To", Some(to.join(", ")).filter(|to| !to.is_empty())),
        ("Answered by", answered),
        ("Subject", details.subject.value().cloned()),
        ("First event", call.first_at().map(|at| time(at) + " UTC")),
        ("Last event", call.last_at().map(|at| time(at) + " UTC")),
    ];
    html! {
        dl.facts {
            @for (name, fact) in facts {
                @if let Some(fact) = fact { div { dt { (name) } dd { (reported(&fact)) } } }
            }
        }
    }
}

fn named(info: &ParticipantInfo) -> Option<String> {
    info.identity.value().and_then(|set| words::identity(set))
}

fn pictures(story: &Story) -> Markup {
    html! {
        div.zoom data-role="zoom" hidden {
            span { "Timeline" }
            button type="button" data-role="zoom-out" aria-label="Make the timeline narrower" { "−" }
            button type="button" data-role="zoom-in" aria-label="Make the timeline wider" { "+" }
            button type="button" data-role="zoom-fit" { "Fit" }
        }
        div.wide.picture data-role="timeline" tabindex="0" role="region" aria-label="Timeline" {
            (bare(&timeline::svg(story)))
        }
        details.chart {
            summary { "The lifecycle, and the way that this call took" }
            div.wide tabindex="0" role="region" aria-label="Lifecycle" {
                (bare(&chart::svg(Chart::Call, Some(&story.way()))))
            }
        }
    }
}

/// A picture without its style, which the page has once: where hundreds bring their own, a browser takes minutes.
fn bare(picture: &str) -> PreEscaped<String> {
    let styled = picture.split_once("<style>").zip(picture.split_once("</style>"));
    let bare = styled.map_or_else(|| picture.into(), |((before, _), (_, after))| format!("{before}{after}"));
    PreEscaped(bare.lines().map(harmless).collect::<Vec<_>>().join("\n"))
}

/// What steps through time; nothing without the script.
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
                div.broad { dt { "Happened" } dd data-role="event" {} }
                div.broad { dt { "Comes next" } dd data-role="next-event" {} }
                div.broad { dt { "Operations" } dd data-role="operations" {} }
                div.broad { dt { "Found here" } dd data-role="found" {} }
                div { dt { "Roster" } dd data-role="roster" {} }
                div { dt { "Audio" } dd data-role="audio" {} }
                div { dt { "Keys pressed" } dd data-role="tones" {} }
                div { dt { "Deadlines" } dd data-role="deadlines" {} }
            }
        }
    }
}

fn findings(story: &Story, report: &Report<'_>) -> Markup {
    let place = report.calls.binary_search_by_key(&story.id(), |row| row.summary.id());
    let all = place.ok().and_then(|place| report.calls.get(place)).map_or(0, |row| row.findings.total());
    let rest = all.saturating_sub(story.findings().len());
    html! {
        h3 { "Findings" }
        @if story.findings().is_empty() && rest == 0 { p.quiet { "None." } }
        ul.findings data-role="findings" { @for placed in story.findings() { (finding(placed)) } }
        @if rest > 0 {
            p.note { "… and " (number(rest)) " more of this call: " code { "callfold replay --json" } " has them all." }
        }
    }
}

fn events(story: &Story) -> Markup {
    let first = story.last().first_at();
    html! {
        details.events open {
            summary { h3 { (many(story.steps().len(), "event")) } }
            div.wide.tall tabindex="0" role="region" aria-label="Events" {
                table {
                    thead { tr {
                        th.number scope="col" { "Rev." } th scope="col" { "Time, UTC" }
                        th.number scope="col" { "After" } th scope="col" { "What happened" }
                        th scope="col" { "Event" } th scope="col" { "State then" }
                    } }
                    tbody {
                        @let findings = by_step(story);
                        @for (step, found) in story.steps().iter().zip(&findings) { (event(step, first, found)) }
                    }
                }
            }
        }
    }
}

/// The findings behind each step.
fn by_step(story: &Story) -> Vec<Vec<&Placed>> {
    let mut found = vec![Vec::new(); story.steps().len()];
    for placed in story.findings() {
        if let Some(there) = found.get_mut(placed.after.saturating_sub(1)) {
            there.push(placed);
        }
    }
    found
}

fn event(step: &Step, first: Option<Timestamp>, found: &[&Placed]) -> Markup {
    let recorded = &step.recorded;
    html! {
        tr data-revision=(recorded.revision) {
            td.number { (recorded.revision) }
            td.time { @if let Some(at) = recorded.at { time datetime=(At(at)) { (time(at)) } } }
            td.number { @if let (Some(at), Some(first)) = (recorded.at, first) { (after(at, first)) } }
            td {
                span.words { (reported(&words::event(recorded))) }
                @for placed in found.iter().take(NAMED) {
                    " " (super::text::severity(placed.finding.kind.severity())) " " (placed.finding.kind)
                }
                @if found.len() > NAMED { " … " (number(found.len() - NAMED)) " more" }
            }
            td { code { (shown(recorded.event.kind().as_str())) } }
            td.state-then { (step.state) }
        }
    }
}

/// `+0:02.250`
fn after(at: Timestamp, first: Timestamp) -> String {
    let since = at.duration_since(first);
    let sign = if since.is_negative() { '-' } else { '+' };
    format!("{sign}{}.{:03}", words::clock(since.abs()), since.abs().subsec_millis())
}
