//! Breaks texts from logs into lines.

use callfold_view::printable::printable;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The text in lines of at most `width` columns, with line breaks between words where possible.
pub(crate) fn wrapped(text: &str, width: usize) -> Vec<String> {
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

/// Breaks the last line where it is a word that is wider than `width`.
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
