//! What all lanes share: the story, the places of its steps, and the ground.

use svg::node::element::Group;

use super::clock;
use super::ink::{SIZE, Spot, fitted, group};
use super::scale::Scale;
use crate::story::Story;

/// How wide the picture is.
pub(super) const WIDTH: f64 = 1100.0;
/// Where the names of lanes begin.
pub(super) const MARGIN: f64 = 16.0;
/// Where the first step stands.
pub(super) const LEFT: f64 = 260.0;
/// Where the last step stands, if there is more than one: behind it is room for its name.
const LAST: f64 = 952.0;
/// How far lanes reach: behind the last step is how the call was left.
pub(super) const RIGHT: f64 = 1084.0;
/// How wide the names of lanes are at most.
pub(super) const GUTTER: f64 = LEFT - MARGIN - 14.0;
/// How tall the row of a lane is that has several.
pub(super) const ROW: f64 = 20.0;
/// How many rows such a lane has at most.
pub(super) const ROWS: usize = 24;

/// A story, laid out.
pub(super) struct Sheet<'a> {
    pub(super) story: &'a Story,
    pub(super) scale: Scale,
    /// The step that ended the call.
    pub(super) end: Option<usize>,
}

/// Something drawn, and how much room it takes.
pub(super) struct Lane {
    pub(super) group: Group,
    pub(super) height: f64,
}

impl<'a> Sheet<'a> {
    pub(super) fn of(story: &'a Story) -> Self {
        let is_over = !story.last().state().is_live();
        let end = story.state_spans().last().filter(|_| is_over).map(|state_span| state_span.from);
        Self { story, scale: Scale::of(story, LEFT, LAST), end }
    }

    pub(super) fn at(&self, step: usize) -> f64 {
        self.scale.at(step)
    }

    /// Where what began at a step and has no end is cut off: with the call, where that is over.
    pub(super) fn till(&self, from: usize, to: Option<usize>) -> f64 {
        to.or_else(|| self.end.filter(|end| *end > from)).map_or(RIGHT, |to| self.at(to))
    }

    /// When a step was, for titles.
    pub(super) fn when(&self, step: usize) -> String {
        match self.scale.elapsed.get(step).copied().flatten() {
            Some(elapsed) => clock::elapsed(elapsed),
            None => format!("revision {}", self.revision(step)),
        }
    }

    pub(super) fn revision(&self, step: usize) -> u64 {
        self.story.steps().get(step).map_or(0, |step| step.recorded.revision)
    }

    /// From when to when, for titles.
    pub(super) fn span(&self, from: usize, to: Option<usize>) -> String {
        match to {
            Some(to) => format!("{} to {}", self.when(from), self.when(to)),
            None => format!("from {} on", self.when(from)),
        }
    }
}

/// The name of a lane, or of a row in one.
pub(super) fn name(class: &str, words: &str, y: f64) -> Group {
    fitted(class, words, SIZE, Spot::RightOf(MARGIN, y), GUTTER)
}

/// A lane of several rows under one heading; of too many, only the first are drawn and the rest is told.
pub(super) fn rows<T>(
    heading: &str,
    all: &[T],
    top: f64,
    drawn: impl Fn(&T, f64) -> Group,
    rest: impl FnOnce(&[T]) -> String,
) -> Option<Lane> {
    if all.is_empty() {
        return None;
    }
    let (shown, left_out) = all.split_at(all.len().min(ROWS));
    let mut lane = group("lane").add(name("heading", heading, top + ROW / 2.0));
    let mut y = top + ROW * 1.5;
    for one in shown {
        lane = lane.add(drawn(one, y));
        y += ROW;
    }
    if !left_out.is_empty() {
        lane = lane.add(fitted("rest", &rest(left_out), SIZE, Spot::RightOf(MARGIN, y), RIGHT - MARGIN));
        y += ROW;
    }
    Some(Lane { group: lane, height: y - ROW / 2.0 - top })
}
