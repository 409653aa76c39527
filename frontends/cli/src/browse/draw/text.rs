//! Fits texts from logs into a number of columns.

use callfold_view::printable::printable;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The text, safe for a terminal, in at most `width` columns. A shortened text ends with `…`.
pub(super) fn fit(text: &str, width: usize) -> String {
    let text = printable(text);
    if text.width() <= width {
        return text.into_owned();
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

/// The same as [`fit`], padded with spaces to `width` columns.
pub(super) fn filled(text: &str, width: usize) -> String {
    let mut text = fit(text, width);
    let rest = width.saturating_sub(text.width());
    text.extend(std::iter::repeat_n(' ', rest));
    text
}
