//! What the lanes are drawn with.

use svg::node::Node as _;
use svg::node::element::{Circle, Element, Group, Line, Path, Rectangle, Title};

use super::letters::{shorten, tidy, width};
use crate::spot;

/// The size of most words.
pub(super) const SIZE: f64 = 12.0;
/// The size of words that explain.
pub(super) const SMALL: f64 = 11.0;

/// How tall a row of names that hang is.
pub(super) const HANGING: f64 = 14.0;

pub(super) type Spot = spot::Spot<f64>;

/// A tenth of a pixel is exact enough, and short.
pub(super) fn px(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}

pub(super) fn group(class: &str) -> Group {
    Group::new().set("class", class)
}

/// A group that tells what it is to whoever points at it.
pub(super) fn reported(class: &str, title: &str) -> Group {
    group(class).add(Title::new(tidy(title)))
}

pub(super) fn rectangle(left: f64, top: f64, width: f64, height: f64) -> Rectangle {
    let at = Rectangle::new().set("x", px(left)).set("y", px(top));
    at.set("width", px(width.max(0.0))).set("height", px(height))
}

pub(super) fn line(from: (f64, f64), to: (f64, f64)) -> Line {
    let begun = Line::new().set("x1", px(from.0)).set("y1", px(from.1));
    begun.set("x2", px(to.0)).set("y2", px(to.1))
}

pub(super) fn circle(x: f64, y: f64, radius: f64) -> Circle {
    Circle::new().set("cx", px(x)).set("cy", px(y)).set("r", radius)
}

/// A shape that is written for the origin.
pub(super) fn shape(class: &str, path: &str, x: f64, y: f64) -> Path {
    let place = format!("translate({},{})", px(x), px(y));
    Path::new().set("class", class).set("d", path).set("transform", place)
}

/// Words as they are.
pub(super) fn text(class: &str, words: &str, size: f64, spot: Spot) -> Element {
    let (x, y, anchor) = spot.held();
    let mut text = spot::text(class, &tidy(words), (px(x), px(y + size * 0.35), anchor));
    text.assign("font-size", size);
    text
}

/// A name on a pole, as it was hung beneath what it names.
pub(super) fn hanging(group: Group, words: &str, pole: f64, top: f64, (left, row): (f64, usize)) -> Group {
    let y = top + HANGING * (row as f64 + 0.5) + 2.0;
    // A name to the left of its pole has it above.
    let end = if left < pole { y - 6.0 } else { y + 4.0 };
    let words = text("hung", words, SMALL, Spot::RightOf(left + 4.0, y));
    group.add(line((pole, top), (pole, end))).add(words)
}

/// Words as far as there is room; where there is not, the title has them all.
pub(super) fn fitted(class: &str, words: &str, size: f64, spot: Spot, room: f64) -> Group {
    let all = tidy(words);
    let short = shorten(words, size, room);
    let is_whole = all == short;
    let group = Group::new();
    let group = if is_whole { group } else { group.add(Title::new(all)) };
    group.add(text(class, &short, size, spot))
}

/// True where words of this size are no wider than the room.
pub(super) fn fits(words: &str, size: f64, room: f64) -> bool {
    width(words, size) <= room
}
