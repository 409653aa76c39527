//! Small bar charts. Each is a table of names, bars and numbers.

use std::collections::BTreeMap;

use callfold::jiff::SignedDuration;
use callfold::{FindingKind, Severity, call::State};
use maud::{Markup, html};

use super::report::{Report, Row};
use super::rows::{BAD, duration, ended};
use super::text::{mark, number, shown};
use crate::describe;

/// How many results have a bar of their own.
const ENDINGS: usize = 8;

/// The classes of durations: an upper limit in seconds, and a name.
const LENGTHS: [(i64, &str); 7] = [
    (5, "under 5 s"),
    (15, "5 to 15 s"),
    (60, "15 to 60 s"),
    (300, "1 to 5 min"),
    (900, "5 to 15 min"),
    (3600, "15 to 60 min"),
    (i64::MAX, "an hour or more"),
];

struct Bar {
    name: String,
    count: usize,
    class: &'static str,
}

impl Bar {
    fn new(name: impl Into<String>, count: usize) -> Self {
        Self { name: name.into(), count, class: "bar" }
    }
}

pub(super) fn plots(report: &Report<'_>) -> Markup {
    html! {
        section.plots aria-labelledby="totals" {
            h2 id="totals" { "Totals" }
            (plot("States", &states(&report.calls)))
            (plot("Results", &endings(&report.calls)))
            (plot("Durations", &durations(&report.calls)))
            (plot("Findings", &findings(report)))
        }
    }
}

fn plot(title: &str, bars: &[Bar]) -> Markup {
    let most = bars.iter().map(|bar| bar.count).max().unwrap_or_default().max(1);
    html! {
        div.plot {
            h3 { (title) }
            @if bars.is_empty() { p.quiet { "None." } } @else {
                table { tbody { @for bar in bars { (row(bar, most)) } } }
            }
        }
    }
}

fn row(bar: &Bar, most: usize) -> Markup {
    // Rounded up, so that every bar is visible.
    let width = (bar.count * 100).div_ceil(most);
    html! {
        tr {
            th scope="row" { bdi { (bar.name) } }
            td {
                svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" {
                    rect class=(bar.class) width=(width) height="10" {}
                }
            }
            td.number { (number(bar.count)) }
        }
    }
}

fn states(calls: &[Row<'_>]) -> Vec<Bar> {
    let count = |state: &State| calls.iter().filter(|row| row.summary.state() == *state).count();
    let bars = State::ALL.iter().map(|state| Bar::new(state.as_str(), count(state)));
    bars.filter(|bar| bar.count > 0).collect()
}

fn endings(calls: &[Row<'_>]) -> Vec<Bar> {
    let mut counts: BTreeMap<(String, bool), usize> = BTreeMap::new();
    for row in calls.iter().filter(|row| !row.summary.state().is_live()) {
        let ending = ended(&row.summary).unwrap_or_else(|| "no result".into());
        *counts.entry((ending, row.summary.has_ended_badly())).or_default() += 1;
    }
    let bar = |((ending, is_bad), count): ((String, bool), usize)| match is_bad {
        true => Bar { name: format!("{BAD} {}", short(&ending)), count, class: "bar bad" },
        false => Bar::new(short(&ending), count),
    };
    let mut bars: Vec<_> = counts.into_iter().map(bar).collect();
    // Those that ended badly come first, so that they are not among the others.
    bars.sort_by_key(|bar| (bar.class == "bar", std::cmp::Reverse(bar.count)));
    let rest = bars.split_off(ENDINGS.min(bars.len()));
    if !rest.is_empty() {
        let name = format!("{} other results", number(rest.len()));
        bars.push(Bar::new(name, rest.iter().map(|bar| bar.count).sum()));
    }
    bars
}

fn short(ending: &str) -> String {
    if ending.chars().count() <= 80 {
        ending.into()
    } else {
        ending.chars().take(79).chain(['…']).collect()
    }
}

fn durations(calls: &[Row<'_>]) -> Vec<Bar> {
    let mut counts = [0; LENGTHS.len()];
    let mut untimed = 0;
    for row in calls {
        let place = duration(&row.summary).and_then(|duration| counts.get_mut(length(duration)));
        *place.unwrap_or(&mut untimed) += 1;
    }
    let bars = LENGTHS.iter().zip(counts).map(|((_, name), count)| Bar::new(*name, count));
    // Classes without calls are shown between others, but not at the ends.
    let bars: Vec<_> = bars.collect();
    let from = bars.iter().position(|bar| bar.count > 0).unwrap_or(bars.len());
    let to = bars.iter().rposition(|bar| bar.count > 0).map_or(0, |last| last + 1);
    let bars = bars.into_iter().take(to).skip(from);
    bars.chain([Bar::new("no times", untimed)].into_iter().filter(|bar| bar.count > 0)).collect()
}

fn length(duration: SignedDuration) -> usize {
    LENGTHS.iter().position(|(below, _)| duration.as_secs() < *below).unwrap_or(LENGTHS.len() - 1)
}

fn findings(report: &Report<'_>) -> Vec<Bar> {
    let mut kinds: Vec<(FindingKind, usize)> = report.findings.kinds().collect();
    kinds.sort_by_key(|(kind, count)| std::cmp::Reverse((kind.severity(), *count)));
    let bar = |(of, count): (FindingKind, usize)| Bar {
        name: shown(&format!("{} {of}: {}", mark(of.severity()), describe::finding(of))),
        count,
        class: match of.severity() {
            Severity::Info => "bar info",
            Severity::Warn => "bar warn",
            Severity::Error => "bar error",
        },
    };
    kinds.into_iter().map(bar).collect()
}
