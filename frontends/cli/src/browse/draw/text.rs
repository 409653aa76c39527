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

/// A text in lines of at most so many columns, broken between words where that can be.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in printable(text).split_whitespace() {
        let is_fitting = |line: &String| line.is_empty() || line.width() + 1 + word.width() <= width;
        match lines.last_mut().filter(|line| is_fitting(line)) {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) => line.extend([" ", word]),
            None => lines.push(word.into()),
        }
        break_last(&mut lines, width.max(2));
    }
    lines
}

/// Breaks a word that is wider than a line.
fn break_last(lines: &mut Vec<String>, width: usize) {
    while let Some(line) = lines.last_mut().filter(|line| line.width() > width) {
        let mut used = 0;
        let is_out = |(_, letter): &(usize, char)| {
            used += letter.width().unwrap_or_default();
            used > width
        };
        let Some((at, _)) = line.char_indices().find(is_out) else { return };
        let rest = line.split_off(at);
        lines.push(rest);
    }
}
