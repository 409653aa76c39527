//! Texts from logs on a page: shortened where they are long, and without characters that cannot be seen.

use callfold::Severity;
use callfold::jiff::Timestamp;
use maud::{Markup, html};

use crate::printable::printable;

/// How much of a text is shown, in characters.
const LONG: usize = 400;

/// A text from a log. Characters that cannot be seen are made visible, and a very long text is shortened with a note.
pub(super) fn shown(text: &str) -> String {
    let begin: String = text.chars().take(LONG).collect();
    let mut shown = printable(&begin).into_owned();
    let rest = text.chars().count().saturating_sub(LONG);
    if rest > 0 {
        shown.push_str(&format!("… (and {rest} more characters)"));
    }
    shown
}

/// The text after [`shown`], isolated so that its direction of writing does not affect the text around it.
pub(super) fn isolated(text: &str) -> Markup {
    html! { bdi { (shown(text)) } }
}

/// `1 call`, `100,000 calls`.
pub(super) fn many(count: usize, what: &str) -> String {
    format!("{} {what}{}", number(count), if count == 1 { "" } else { "s" })
}

/// A number with a comma before every three digits.
pub(super) fn number(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A time in UTC: `2026-11-23 09:15:02.250`.
pub(super) fn time(at: Timestamp) -> String {
    format!("{at:.3}").replace('T', " ").replace('Z', "")
}

/// A severity as a shape and a word, so that it is recognisable without colours.
pub(super) fn severity(severity: Severity) -> Markup {
    html! { span class={ "severity " (severity) } { span aria-hidden="true" { (mark(severity)) } " " (severity) } }
}

pub(super) const fn mark(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "●",
        Severity::Warn => "▲",
        Severity::Error => "✖",
    }
}

#[cfg(test)]
mod tests {
    use super::{number, shown};

    #[test]
    fn a_long_text_is_shortened_and_every_character_is_visible() {
        assert_eq!(shown("a\u{202E}b\u{0}"), "a<U+202E>b<U+0000>");
        assert_eq!(shown(&"x".repeat(10_000)), "x".repeat(400) + "… (and 9600 more characters)");
        assert_eq!(shown(&"x".repeat(400)), "x".repeat(400));
    }

    #[test]
    fn numbers_are_grouped_by_three_digits() {
        assert_eq!([1, 999, 1000, 1_234_567].map(number), ["1", "999", "1,000", "1,234,567"]);
    }
}
