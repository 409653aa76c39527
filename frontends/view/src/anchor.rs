//! Text at a position in a picture.

use svg::node::element::Element;
use svg::node::{Node as _, Text, Value};

/// A position of a text: a point at the middle of its height, and the side of the point that the text is on.
#[derive(Clone, Copy)]
pub(crate) enum Anchor<N> {
    LeftOf(N, N),
    RightOf(N, N),
    Around(N, N),
}

impl<N> Anchor<N> {
    /// The point, and the value of the SVG attribute `text-anchor`.
    pub(crate) fn point(self) -> (N, N, &'static str) {
        match self {
            Self::LeftOf(x, y) => (x, y, "end"),
            Self::RightOf(x, y) => (x, y, "start"),
            Self::Around(x, y) => (x, y, "middle"),
        }
    }
}

/// A text on a baseline. It is an `Element`, because `element::Text` adds line breaks around the text.
pub(crate) fn text<N: Into<Value>>(class: &str, words: &str, (x, y, anchor): (N, N, &str)) -> Element {
    let mut text = Element::new("text");
    if !class.is_empty() {
        text.assign("class", class);
    }
    text.assign("x", x);
    text.assign("y", y);
    text.assign("text-anchor", anchor);
    text.append(Text::new(words));
    text
}
