//! The SVG elements of the timeline.

use svg::node::Node as _;
use svg::node::element::{Circle, Element, Group, Line, Path, Rectangle, Title};

use super::letters::{shorten, tidy, width};
use crate::anchor;

/// The font size of most texts.
pub(super) const SIZE: f64 = 12.0;
/// The font size of notes and labels.
pub(super) const SMALL: f64 = 11.0;

/// The height of a row of names below a lane.
pub(super) const HANGING: f64 = 14.0;

pub(super) type Anchor = anchor::Anchor<f64>;

/// A length rounded to a tenth of a pixel. More digits would only make the picture larger.
pub(super) fn px(length: f64) -> f64 {
    (length * 10.0).round() / 10.0
}

pub(super) fn group(class: &str) -> Group {
    Group::new().set("class", class)
}

/// A group with a title, which a browser shows when the mouse is over the group.
pub(super) fn titled(class: &str, title: &str) -> Group {
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

/// A path whose data is relative to (`x`, `y`).
pub(super) fn shape(class: &str, path: &str, x: f64, y: f64) -> Path {
    let place = format!("translate({},{})", px(x), px(y));
    Path::new().set("class", class).set("d", path).set("transform", place)
}

/// A text.
pub(super) fn text(class: &str, words: &str, size: f64, anchor: Anchor) -> Element {
    let (x, y, anchor) = anchor.point();
    let mut text = anchor::text(class, &tidy(words), (px(x), px(y + size * 0.35), anchor));
    text.assign("font-size", size);
    text
}

/// Adds a name below a lane, and the vertical line (the pole) that joins it to its mark.
pub(super) fn hanging(group: Group, words: &str, pole: f64, top: f64, (left, row): (f64, usize)) -> Group {
    let y = top + HANGING * (row as f64 + 0.5) + 2.0;
    // Where the name extends to the left of its pole, the pole ends above the name.
    let end = if left < pole { y - 6.0 } else { y + 4.0 };
    let words = text("hung", words, SMALL, Anchor::RightOf(left + 4.0, y));
    group.add(line((pole, top), (pole, end))).add(words)
}

/// A text, shortened where there is not enough room. The title of a shortened text has the full text.
pub(super) fn fitted(class: &str, words: &str, size: f64, anchor: Anchor, room: f64) -> Group {
    let all = tidy(words);
    let short = shorten(words, size, room);
    let is_complete = all == short;
    let group = Group::new();
    let group = if is_complete { group } else { group.add(Title::new(all)) };
    group.add(text(class, &short, size, anchor))
}

/// True where a text of this size fits into the room.
pub(super) fn fits(words: &str, size: f64, room: f64) -> bool {
    width(words, size) <= room
}
