//! The lanes of a timeline in a grid of characters. A lane is a row: it has a label and marks, and each mark begins at a
//! step of the history.

use std::collections::BTreeMap;

use callfold::jiff::Timestamp;
use callfold::{Severity, operation};
use callfold_view::describe;
use callfold_view::history::{CallHistory, DeadlineSpan, OperationSpan};
use callfold_view::printable::printable;

use super::palette::mark;

/// The lanes of a call.
pub(crate) struct Lanes {
    /// Lanes that are always shown.
    pub(crate) fixed: Vec<Lane>,
    /// Lanes that are shown where there is room, since there can be many.
    pub(crate) rest: Vec<Lane>,
}

pub(crate) struct Lane {
    pub(crate) label: String,
    pub(crate) marks: Vec<Mark>,
}

/// A mark in a lane: a bar between two steps with a text on it, or a text at one step.
pub(crate) struct Mark {
    pub(crate) from: usize,
    pub(crate) shape: Shape,
    pub(crate) text: String,
    pub(crate) severity: Option<Severity>,
}

#[derive(Clone, Copy)]
pub(crate) enum Shape {
    /// A bar that repeats a character up to a step; `None` for a bar up to the right edge.
    Bar(char, Option<usize>),
    Point,
}

impl Mark {
    const fn bar(fill: char, from: usize, to: Option<usize>, text: String) -> Self {
        Self { from, shape: Shape::Bar(fill, to), text, severity: None }
    }

    fn point(at: usize, text: impl Into<String>) -> Self {
        Self { from: at, shape: Shape::Point, text: text.into(), severity: None }
    }
}

impl Lane {
    fn new(label: &str, marks: Vec<Mark>) -> Self {
        Self { label: printable(label).into_owned(), marks }
    }

    /// True where a mark of the lane is at a step.
    pub(crate) fn is_at(&self, step: usize) -> bool {
        self.marks.iter().any(|mark| match mark.shape {
            Shape::Bar(_, to) => mark.from <= step && to.is_none_or(|to| step < to),
            Shape::Point => mark.from == step,
        })
    }
}

impl Lanes {
    pub(crate) fn of(history: &CallHistory) -> Self {
        let fixed = [call(history), audio(history), findings(history), keys(history)];
        let fixed = fixed.into_iter().enumerate();
        let fixed = fixed.filter(|(index, lane)| *index == 0 || !lane.marks.is_empty());
        let rest = operations(history).into_iter().chain(deadlines(history)).chain(people(history));
        Self { fixed: fixed.map(|(_, lane)| lane).collect(), rest: rest.collect() }
    }
}

fn call(history: &CallHistory) -> Lane {
    let state_spans = history.state_spans().into_iter();
    let bars = state_spans
        .map(|state_span| Mark::bar('░', state_span.from, state_span.to, format!("▌{}", state_span.state)));
    Lane::new("call", bars.collect())
}

fn audio(history: &CallHistory) -> Lane {
    let spans = history.audio().into_iter();
    let bars = spans.map(|span| Mark::bar('─', span.from, span.to, format!("▌{}", printable(&span.audio))));
    Lane::new("audio", bars.collect())
}

fn findings(history: &CallHistory) -> Lane {
    let mut marks: Vec<Mark> = Vec::new();
    let mut places: BTreeMap<usize, usize> = BTreeMap::new();
    for located in history.findings() {
        let (at, severity) = (located.step(), located.finding.severity);
        let place = *places.entry(at).or_insert(marks.len());
        match marks.get_mut(place) {
            Some(there) if there.severity >= Some(severity) => {}
            Some(there) => (there.text, there.severity) = (mark(severity).into(), Some(severity)),
            None => marks.push(Mark { severity: Some(severity), ..Mark::point(at, mark(severity)) }),
        }
    }
    Lane::new("findings", marks)
}

fn keys(history: &CallHistory) -> Lane {
    let tones = history.tones().into_iter();
    let points = tones.map(|received| Mark::point(received.at, shown(describe::key(&received.tone))));
    Lane::new("keys", points.collect())
}

fn operations(history: &CallHistory) -> Vec<Lane> {
    let over = history
        .state_spans()
        .last()
        .filter(|state_span| !state_span.state.is_live())
        .map(|state_span| state_span.from);
    history.operations().iter().map(|span| operation(span, over)).collect()
}

/// The lane of an operation; `over` is the step that ended the call.
fn operation(span: &OperationSpan, over: Option<usize>) -> Lane {
    let end = span.to.or_else(|| over.filter(|_| span.is_orphaned));
    let nexts = span.states.iter().skip(1).map(|(from, _)| Some(*from)).chain([end]);
    let marks = span.states.iter().zip(nexts).map(|((from, state), to)| match state {
        operation::State::NotStarted => Mark::bar('░', *from, to, String::new()),
        operation::State::Running => Mark::bar('▓', *from, to, String::new()),
        operation::State::Completed => Mark::point(*from, "✓"),
        operation::State::Failed => Mark::point(*from, "✗"),
    });
    let lost = over.filter(|_| span.is_orphaned).map(|over| Mark::point(over, "?"));
    Lane::new(span.kind, marks.chain(lost).collect())
}

fn deadlines(history: &CallHistory) -> Vec<Lane> {
    let lane = |armed: &DeadlineSpan| {
        let bar = Mark::bar('┄', armed.from, armed.to, String::new());
        let missed = armed.to.filter(|_| armed.is_missed).map(|to| Mark::point(to, "!"));
        Lane::new(armed.deadline.as_str(), [bar].into_iter().chain(missed).collect())
    };
    history.deadlines().iter().map(lane).collect()
}

fn people(history: &CallHistory) -> Vec<Lane> {
    let presences = history.presences().into_iter();
    presences
        .map(|presence| {
            Lane::new(&presence.name, vec![Mark::bar('━', presence.from, presence.to, String::new())])
        })
        .collect()
}

/// The column of each step. About half of the width is shared evenly by the steps, so that each is visible; the other half
/// is in proportion to the time.
pub(crate) fn columns(history: &CallHistory, width: u16) -> Vec<u16> {
    let times = history.times();
    let count = times.len().max(1) as f64;
    let first = times.iter().flatten().next().copied();
    let since = |time: &Option<Timestamp>| {
        first.zip(*time).map_or(0.0, |(first, time)| time.duration_since(first).as_secs_f64())
    };
    let total = times.last().map_or(0.0, since);
    let even = f64::from(width) / count;
    let by_order = if total > 0.0 { even.min((even / 2.0).max(1.0)) } else { even };
    let by_time = f64::from(width) - by_order * count;
    let column = |(index, time): (usize, &Option<_>)| {
        let share = if total > 0.0 { since(time) / total * by_time } else { 0.0 };
        (index as f64 * by_order + share).floor().min(f64::from(width.saturating_sub(1))) as u16
    };
    times.iter().enumerate().map(column).collect()
}

/// A key as it is printed on a telephone. The name of another key is shortened.
fn shown(key: &str) -> String {
    const ROOM: usize = 4;
    let key = printable(key);
    if key.chars().count() <= ROOM {
        key.into_owned()
    } else {
        key.chars().take(ROOM - 1).chain(['…']).collect()
    }
}
