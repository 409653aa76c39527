//! Texts of logs, in so many columns.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::report::printable;

/// A text without what would steer a terminal, in at most so many columns, what was cut marked.
pub(super) fn fit(text: &str, width: usize) -> String {
    let text = printable(text);
    if text.width() <= width {
        return text;
    }
    let mut used = 0;
    let is_in = |letter: &char| {
        used += letter.width().unwrap_or_default();
        used < width
    };
    let mut begin: String = text.chars().take_while(is_in).collect();
    if width > 0 {
        begin.push('…');
    }
    begin
}

/// The same, filled up.
pub(super) fn filled(text: &str, width: usize) -> String {
    let mut text = fit(text, width);
    let rest = width.saturating_sub(text.width());
    text.extend(std::iter::repeat_n(' ', rest));
    text
}
