//! The time axis and its shortened pauses.

use svg::node::element::Group;

use super::clock;
use super::letters::width;
use super::row_layout::RowLayout;
use super::scale::{Scale, Stretch};
use super::shapes::{Anchor, SMALL, fits, group, line, rectangle, shape, text, titled};
use super::sheet::{Lane, Sheet};

const LINE: f64 = 24.0;

pub(super) fn axis(sheet: &Sheet<'_>, top: f64) -> Lane {
    let what = if sheet.scale.is_timed() { "Elapsed" } else { "Revision (no times in the log)" };
    let (heading, lane) = sheet.heading(what, top, 2.0 * LINE);
    let y = lane + LINE;
    let mut axis = group("axis").add(heading);
    axis = axis.add(line((sheet.left, y), (sheet.scale.last(), y)));
    for mark in marks(sheet) {
        axis = axis.add(line((mark.0, y - 5.0), (mark.0, y)));
        axis = axis.add(text("time", &mark.1, SMALL, Anchor::Around(mark.0, y - 13.0)));
    }
    for (x, to, stretch) in shortened(&sheet.scale) {
        axis = axis.add(broken(x, to, y, stretch));
    }
    Lane { group: axis, height: y - top + 24.0 }
}

/// A pale background behind all lanes where a pause is shortened.
pub(super) fn grounds(scale: &Scale, top: f64, bottom: f64) -> Group {
    let mut grounds = group("shortened");
    for (from, to, _) in shortened(scale) {
        grounds = grounds.add(rectangle(from, top, to - from, bottom - top));
    }
    grounds
}

pub(super) fn shortened(scale: &Scale) -> impl Iterator<Item = (f64, f64, Stretch)> {
    let ends = scale.places.iter().zip(scale.places.iter().skip(1)).zip(&scale.stretches);
    ends.filter(|(_, stretch)| stretch.is_shortened).map(|((from, to), stretch)| (*from, *to, *stretch))
}

fn broken(from: f64, to: f64, y: f64, stretch: Stretch) -> Group {
    let (middle, label) = ((from + to) / 2.0, clock::about(stretch.pause));
    let title = format!("A pause of {}, shortened", clock::duration(stretch.pause));
    let broken = titled("pause", &title).add(rectangle(middle - 5.0, y - 3.0, 10.0, 6.0)).add(shape(
        "slashes",
        "M-6,6L-1,-6M1,6L6,-6",
        middle,
        y,
    ));
    match fits(&label, SMALL, to - from - 4.0) {
        true => broken.add(text("time", &label, SMALL, Anchor::Around(middle, y + 13.0))),
        false => broken,
    }
}

/// The labels of the axis, the most important first. Labels do not overlap.
fn marks(sheet: &Sheet<'_>) -> Vec<(f64, String)> {
    let mut layout = RowLayout::new(1, (0.0, sheet.width));
    let mut marks = Vec::new();
    let all = if sheet.scale.is_timed() { times(&sheet.scale) } else { revisions(sheet) };
    for (x, label) in all {
        let half = width(&label, SMALL) / 2.0 + 3.0;
        if x - half > 0.0 && x + half < sheet.right && layout.mark(x - half, x + half).is_some() {
            marks.push((x, label));
        }
    }
    marks
}

fn revisions(sheet: &Sheet<'_>) -> Vec<(f64, String)> {
    let steps = sheet.history.steps().len();
    let mark = |step: usize| (sheet.at(step), sheet.revision(step).to_string());
    let inner = (1..steps.saturating_sub(1)).step_by(steps.div_ceil(15).max(1));
    [0, steps - 1].into_iter().chain(inner).map(mark).collect()
}

fn times(scale: &Scale) -> Vec<(f64, String)> {
    let label = |time: f64| Some((scale.at_elapsed(time)?, clock::elapsed(time)));
    let ends = [0.0, scale.duration()].into_iter();
    let pauses = scale.elapsed.iter().zip(scale.elapsed.iter().skip(1)).zip(&scale.stretches);
    let pauses = pauses.filter(|(_, stretch)| stretch.is_shortened);
    let pauses = pauses.flat_map(|((before, after), _)| [*before, *after]).flatten();
    ends.chain(pauses).chain(even(scale)).filter_map(label).collect()
}

/// Round times between the steps, such as full seconds or minutes, except in shortened pauses.
fn even(scale: &Scale) -> Vec<f64> {
    if scale.pace <= 0.0 {
        return Vec::new();
    }
    let step = clock::step(60.0 / scale.pace);
    let mut times = Vec::new();
    let ends = scale.elapsed.iter().zip(scale.elapsed.iter().skip(1)).zip(&scale.stretches);
    for ((before, after), stretch) in ends {
        let (Some(before), Some(after), false) = (before, after, stretch.is_shortened) else { continue };
        let mut number = (before / step).ceil();
        while number * step < *after {
            times.push(number * step);
            number += 1.0;
        }
    }
    times
}
