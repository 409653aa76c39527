//! What all lanes share: the history, the positions of its steps, and the measures of the picture.

use svg::node::element::Group;

use super::clock;
use super::scale::Scale;
use super::shapes::{Anchor, SIZE, fitted, group};
use crate::history::steps::CallHistory;

/// The width of the picture.
pub(super) const WIDTH: f64 = 1100.0;
/// The left end of the names of lanes.
pub(super) const MARGIN: f64 = 16.0;
/// The position of the first step.
pub(super) const LEFT: f64 = 260.0;
/// The position of the last step, if there is more than one. There is room for its name on the right.
const LAST: f64 = 952.0;
/// The right end of the lanes. The part after the last step shows the last state of the call.
pub(super) const RIGHT: f64 = 1084.0;
/// The maximum width of the names of lanes.
pub(super) const GUTTER: f64 = LEFT - MARGIN - 14.0;
/// The height of a row in a lane with several rows.
pub(super) const ROW: f64 = 20.0;
/// The maximum number of rows in a lane.
pub(super) const ROWS: usize = 24;

/// A history with the positions of its steps.
pub(super) struct Sheet<'a> {
    pub(super) history: &'a CallHistory,
    pub(super) scale: Scale,
    /// The step that ended the call.
    pub(super) end: Option<usize>,
}

/// A drawn lane and its height.
pub(super) struct Lane {
    pub(super) group: Group,
    pub(super) height: f64,
}

impl<'a> Sheet<'a> {
    pub(super) fn of(history: &'a CallHistory) -> Self {
        let is_over = !history.last().state().is_live();
        let end = history.state_spans().last().filter(|_| is_over).map(|state_span| state_span.from);
        Self { history, scale: Scale::of(history, LEFT, LAST), end }
    }

    pub(super) fn at(&self, step: usize) -> f64 {
        self.scale.at(step)
    }

    /// The right end of a span from a step. A span without an end ends with the call or, in a call that has not ended, at the
    /// right end of the lane.
    pub(super) fn till(&self, from: usize, to: Option<usize>) -> f64 {
        to.or_else(|| self.end.filter(|end| *end > from)).map_or(RIGHT, |to| self.at(to))
    }

    /// The time of a step, for titles.
    pub(super) fn when(&self, step: usize) -> String {
        match self.scale.elapsed.get(step).copied().flatten() {
            Some(elapsed) => clock::elapsed(elapsed),
            None => format!("revision {}", self.revision(step)),
        }
    }

    pub(super) fn revision(&self, step: usize) -> u64 {
        self.history.steps().get(step).map_or(0, |step| step.recorded.revision)
    }

    /// The time of a span, for titles.
    pub(super) fn span(&self, from: usize, to: Option<usize>) -> String {
        match to {
            Some(to) => format!("{} to {}", self.when(from), self.when(to)),
            None => format!("from {} on", self.when(from)),
        }
    }
}

/// The name of a lane, or of a row in one.
pub(super) fn name(class: &str, words: &str, y: f64) -> Group {
    fitted(class, words, SIZE, Anchor::RightOf(MARGIN, y), GUTTER)
}

/// A lane of several rows under one heading. Where there are too many rows, the first ones are drawn, and `rest` describes
/// the others.
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
        lane = lane.add(fitted("rest", &rest(left_out), SIZE, Anchor::RightOf(MARGIN, y), RIGHT - MARGIN));
        y += ROW;
    }
    Some(Lane { group: lane, height: y - ROW / 2.0 - top })
}
