//! Words at a place of a picture.

use svg::node::element::Element;
use svg::node::{Node as _, Text, Value};

/// Where words stand: the middle of their height, and the end at which they are held.
#[derive(Clone, Copy)]
pub(crate) enum Spot<N> {
    LeftOf(N, N),
    RightOf(N, N),
    Around(N, N),
}

impl<N> Spot<N> {
    /// The place, and the end.
    pub(crate) fn held(self) -> (N, N, &'static str) {
        match self {
            Self::LeftOf(x, y) => (x, y, "end"),
            Self::RightOf(x, y) => (x, y, "start"),
            Self::Around(x, y) => (x, y, "middle"),
        }
    }
}

/// Words on a baseline, held at an end. An `Element`, because `element::Text` puts them on a line of their own.
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
