//! Texts from logs: made valid for XML, measured, and shortened.

use crate::printable::printable;

/// How many characters of a text are kept.
const MOST: usize = 600;

/// The text on one line, without characters that XML forbids and without any that cannot be seen.
pub(super) fn tidy(words: &str) -> String {
    let begin: String = words.chars().take(MOST).collect();
    let mut tidy = printable(&begin).into_owned();
    let rest = words.chars().count().saturating_sub(MOST);
    if rest > 0 {
        tidy.push_str(&format!("… ({rest} more characters)"));
    }
    tidy
}

/// The width of a text at most, for the widest of the fonts that a reader can have.
pub(super) fn width(words: &str, size: f64) -> f64 {
    words.chars().map(letter).sum::<f64>() * size
}

const fn letter(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ' ' | '\'' | '|' => 0.34,
        'f' | 'r' | 't' | '(' | ')' | '-' | '/' | '!' => 0.43,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '—' | '…' => 1.02,
        'A'..='Z' | '#' | '+' | '=' | '<' | '>' => 0.84,
        '\0'..='~' => 0.65,
        '\u{80}'..='\u{4ff}' => 0.85,
        _ => 1.15,
    }
}

/// The text after [`tidy`], shortened to the room. A shortened text ends with `…`.
pub(super) fn shorten(words: &str, size: f64, room: f64) -> String {
    let words = tidy(words);
    if width(&words, size) <= room {
        return words;
    }
    let mut left = room - width("…", size);
    let fits = |one: &char| {
        left -= width(one.encode_utf8(&mut [0; 4]), size);
        left >= 0.0
    };
    let short: String = words.chars().take_while(fits).collect();
    format!("{}…", short.trim_end())
}

/// A number with its noun in singular or plural.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}
