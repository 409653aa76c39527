//! A row for each operation, from its first event until it is completed or failed.

use callfold::operation::State;
use svg::node::element::Group;

use super::letters::{count, width};
use super::shapes::{Anchor, SIZE, SMALL, circle, fits, fitted, line, rectangle, shape, titled};
use super::sheet::{Lane, ROWS, Sheet, rows};
use crate::describe;
use crate::history::spans::OperationSpan;

const TICK: &str = "M-3,0L-1,2.5L3.2,-2.5";
const CROSS: &str = "M-3,-3L3,3M-3,3L3,-3";
const ARROW: &str = "M-7,-4L0,0L-7,4";

pub(super) fn lane(sheet: &Sheet<'_>, top: f64) -> Option<Lane> {
    let mut all = sheet.history.operations();
    if all.len() > ROWS {
        // Operations that did not complete are more interesting, so they are kept first. The shown rows keep their order.
        all.sort_by_key(|span| outcome(span) == "completed");
        all.get_mut(..ROWS).into_iter().for_each(|shown| shown.sort_by_key(|span| span.index));
    }
    rows(sheet, "Operations", &all, top, |span, y| row(sheet, span, y), rest)
}

fn rest(left_out: &[OperationSpan]) -> String {
    let mut kinds: Vec<(String, usize)> = Vec::new();
    for span in left_out {
        let how = outcome(span).to_owned();
        match kinds.iter_mut().find(|(known, _)| *known == how) {
            Some((_, count)) => *count += 1,
            None => kinds.push((how, 1)),
        }
    }
    let kinds: Vec<_> = kinds.into_iter().map(|(how, count)| format!("{count} {how}")).collect();
    format!("… and {}: {}", count(left_out.len(), "more operation"), kinds.join(", "))
}

/// The outcome of an operation.
pub(crate) fn outcome(span: &OperationSpan) -> &'static str {
    match span.states.last().map(|(_, state)| *state) {
        Some(State::Completed) => "completed",
        Some(State::Failed) => "failed",
        Some(State::NotStarted | State::Running) if span.is_orphaned => "orphaned",
        Some(State::Running) => "running",
        Some(State::NotStarted) | None => "not started",
    }
}

fn row(sheet: &Sheet<'_>, span: &OperationSpan, y: f64) -> Group {
    let how = outcome(span);
    let label = format!("{} {how}", span.kind);
    let operation = sheet.history.last().operations().get(span.index);
    let result = operation.and_then(|operation| operation.resource().result_info.value()).map(AsRef::as_ref);
    let ending = result.map(ToString::to_string).unwrap_or_default();
    let to = span.to.or_else(|| sheet.end.filter(|_| span.is_orphaned));
    let title = format!("{label}, {}. {ending}", sheet.span(span.from, to));
    let end = sheet.till(span.from, span.to);
    let mut drawn =
        titled(&format!("operation {}", how.replace(' ', "-")), &title).add(sheet.name(&label, SIZE, y));
    for (at, (from, state)) in span.states.iter().enumerate() {
        let to = span.states.get(at + 1).map_or(end, |(to, _)| sheet.at(*to));
        drawn = stretch(drawn, *state, sheet.at(*from), to, y);
    }
    let drawn = mark(drawn, how, end, y);
    if operation.and_then(|operation| describe::failure(operation.state(), result)).is_none() {
        return drawn;
    }
    side_note(sheet, drawn, &ending, sheet.at(span.from), end, y)
}

/// A dashed line while it waits, a bar while it runs.
fn stretch(row: Group, state: State, from: f64, to: f64, y: f64) -> Group {
    match state {
        State::NotStarted => row.add(line((from, y), (to, y)).set("class", "waits")),
        State::Running => row.add(rectangle(from, y - 5.0, to - from, 10.0).set("class", "runs")),
        State::Completed | State::Failed => row,
    }
}

fn mark(row: Group, how: &str, x: f64, y: f64) -> Group {
    match how {
        "completed" => row.add(circle(x, y, 6.5).set("class", "end")).add(shape("sign", TICK, x, y)),
        "failed" => {
            let square = rectangle(x - 6.0, y - 6.0, 12.0, 12.0);
            row.add(square.set("class", "end")).add(shape("sign", CROSS, x, y))
        }
        "orphaned" => row.add(shape("end", "M0,-7.5L7.5,0L0,7.5L-7.5,0Z", x, y)),
        _ => row.add(shape("goes-on", ARROW, x, y)),
    }
}

/// Adds a text to the right of a bar, or to its left where there is more room.
fn side_note(sheet: &Sheet<'_>, row: Group, words: &str, from: f64, to: f64, y: f64) -> Group {
    let (before, after) = (from - sheet.left - 12.0, sheet.right - to - 12.0);
    let is_after = fits(words, SMALL, after) || after >= before;
    let room = before.max(after);
    let room = if is_after { after } else { room };
    if words.is_empty() || room < width("400/8508 ", SMALL) {
        return row;
    }
    let anchor = if is_after { Anchor::RightOf(to + 12.0, y) } else { Anchor::LeftOf(from - 12.0, y) };
    row.add(fitted("note", words, SMALL, anchor, room))
}

/// The entries of the legend.
pub(super) fn legend(all: &[OperationSpan]) -> Vec<(&'static str, Group)> {
    let is = |state: State| all.iter().any(|span| span.states.iter().any(|(_, one)| *one == state));
    let became = |word: &str| all.iter().any(|span| outcome(span) == word);
    let sample = |how: &str| mark(Group::new().set("class", format!("operation {how}")), how, 0.0, 0.0);
    let operation = || Group::new().set("class", "operation");
    let keys = [
        (is(State::NotStarted), "waits to start", stretch(operation(), State::NotStarted, -9.0, 9.0, 0.0)),
        (is(State::Running), "runs", stretch(operation(), State::Running, -9.0, 9.0, 0.0)),
        (became("completed"), "completed", sample("completed")),
        (became("failed"), "failed", sample("failed")),
        (became("orphaned"), "orphaned: the call ended first", sample("orphaned")),
    ];
    keys.into_iter().filter(|(occurs, ..)| *occurs).map(|(_, words, sample)| (words, sample)).collect()
}
