//! What all lanes share: the history, the positions of its steps, and the measures of the picture.

use svg::node::element::{Element, Group};

use super::clock;
use super::scale::Scale;
use super::shapes::{Anchor, SIZE, SMALL, fitted, group, text};
use crate::history::steps::CallHistory;

/// The left end of the names of lanes.
pub(super) const MARGIN: f64 = 16.0;
/// The maximum number of rows in a lane.
pub(super) const ROWS: usize = 24;
/// The height of a line of text.
const LINE: f64 = 20.0;
/// In a narrow picture, how far the name of a row is above it.
const ABOVE: f64 = 15.0;

/// Where the names are.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// To the left of the lanes.
    Wide,
    /// Above the lanes and their rows, for small screens.
    Narrow,
}

/// A history with the positions of its steps.
pub(super) struct Sheet<'a> {
    pub(super) history: &'a CallHistory,
    pub(super) layout: Layout,
    pub(super) scale: Scale,
    /// The width of the picture.
    pub(super) width: f64,
    /// The position of the first step.
    pub(super) left: f64,
    /// The right end of the lanes. The part after the last step shows the last state of the call.
    pub(super) right: f64,
    /// The step that ended the call.
    pub(super) end: Option<usize>,
}

/// A drawn lane and its height.
pub(super) struct Lane {
    pub(super) group: Group,
    pub(super) height: f64,
}

impl<'a> Sheet<'a> {
    pub(super) fn of(history: &'a CallHistory, layout: Layout) -> Self {
        let is_over = !history.last().state().is_live();
        let end = history.state_spans().last().filter(|_| is_over).map(|state_span| state_span.from);
        let (width, left) = match layout {
            Layout::Wide => (1100.0, 260.0),
            // As wide as the window of a telephone, or wider where there are more steps than have room.
            Layout::Narrow => ((110.0 + 20.0 * history.steps().len() as f64).clamp(348.0, 1100.0), 26.0),
        };
        let right = width - MARGIN;
        // To the right of the last step, there is room for its name.
        let last = right - if layout == Layout::Wide { 132.0 } else { 84.0 };
        Self { history, layout, scale: Scale::of(history, left, last), width, left, right, end }
    }

    pub(super) fn at(&self, step: usize) -> f64 {
        self.scale.at(step)
    }

    /// The right end of a span from a step. A span without an end ends with the call or, in a call that has not ended, at the
    /// right end of the lane.
    pub(super) fn till(&self, from: usize, to: Option<usize>) -> f64 {
        to.or_else(|| self.end.filter(|end| *end > from)).map_or(self.right, |to| self.at(to))
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

    /// The name of a lane without rows, and the top of the lane below or beside it.
    pub(super) fn heading(&self, words: &str, top: f64, height: f64) -> (Group, f64) {
        let (y, top) = match self.layout {
            Layout::Wide => (top + height / 2.0, top),
            Layout::Narrow => (top + LINE / 2.0, top + LINE),
        };
        (self.fit("heading", words, SIZE, y), top)
    }

    /// The name of a row whose middle is at `y`.
    pub(super) fn name(&self, words: &str, size: f64, y: f64) -> Group {
        let y = if self.layout == Layout::Wide { y } else { y - ABOVE };
        self.fit("name", words, size, y)
    }

    /// What was left out of a lane, which begins at `top`: below its heading, or beside it.
    pub(super) fn rest(&self, words: &str, top: f64, y: f64) -> Element {
        let anchor = match self.layout {
            Layout::Wide => Anchor::RightOf(MARGIN, y),
            Layout::Narrow => Anchor::RightOf(MARGIN + 76.0, top - LINE / 2.0),
        };
        text("rest", words, SMALL, anchor)
    }

    fn fit(&self, class: &str, words: &str, size: f64, y: f64) -> Group {
        let room = if self.layout == Layout::Wide { self.left - 14.0 } else { self.right } - MARGIN;
        fitted(class, words, size, Anchor::RightOf(MARGIN, y), room)
    }
}

/// A lane of several rows under one heading. Where there are too many rows, the first ones are drawn, and `rest` describes
/// the others.
pub(super) fn rows<T>(
    sheet: &Sheet<'_>,
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
    let above = if sheet.layout == Layout::Wide { 0.0 } else { ABOVE };
    let mut lane = group("lane").add(sheet.fit("heading", heading, SIZE, top + LINE / 2.0));
    let mut y = top + LINE * 1.5;
    for one in shown {
        lane = lane.add(drawn(one, y + above));
        y += LINE + above;
    }
    if !left_out.is_empty() {
        let room = sheet.right - MARGIN;
        lane = lane.add(fitted("rest", &rest(left_out), SIZE, Anchor::RightOf(MARGIN, y), room));
        y += LINE;
    }
    Some(Lane { group: lane, height: y - LINE / 2.0 - top })
}
