//! Text from logs on a page: whole where it is short, and never in charge.

use callfold::jiff::Timestamp;
use callfold::{FindingKind, Severity};
use maud::{Markup, html};

/// How much of a text is shown, characters.
const LONG: usize = 400;

/// A text from a log: what would steer a display is replaced, what is very long is cut, and says so.
pub(super) fn shown(text: &str) -> String {
    let begin: String = text.chars().take(LONG).collect();
    let mut shown = harmless(&begin);
    let rest = text.chars().count().saturating_sub(LONG);
    if rest > 0 {
        shown.push_str(&format!("… (and {rest} more characters)"));
    }
    shown
}

/// A text without what would steer a display.
pub(super) fn harmless(text: &str) -> String {
    text.chars().map(|char| if steers(char) { '\u{FFFD}' } else { char }).collect()
}

/// Control characters, line separators, marks that turn the direction of writing.
fn steers(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// The same, kept apart from the direction of what surrounds it.
pub(super) fn reported(text: &str) -> Markup {
    html! { bdi { (shown(text)) } }
}

/// `1 call`, `100,000 calls`.
pub(super) fn many(count: usize, what: &str) -> String {
    format!("{} {what}{}", number(count), if count == 1 { "" } else { "s" })
}

/// With a comma before every three digits.
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

/// `2026-11-23 09:15:02.250`, in UTC.
pub(super) fn time(at: Timestamp) -> String {
    format!("{at:.3}").replace('T', " ").replace('Z', "")
}

/// A word and a shape, so that colour is no matter.
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

/// What a kind of finding means.
pub(super) const fn kind(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::Adopted => "found under way, its beginning is missing",
        FindingKind::Repeat => "told again, nothing new",
        FindingKind::Late => "told after what follows it",
        FindingKind::Gap => "never told, inferred",
        FindingKind::AfterEnd => "told after the end, dropped",
        FindingKind::Impossible => "no way leads there",
        FindingKind::Orphan => "the call ended before an operation did",
        FindingKind::Duplicate => "the same message or line again",
        FindingKind::Conflict => "one revision, two stories",
        FindingKind::RevisionGap => "revisions are missing",
        FindingKind::Refused => "the fold refused an event",
        FindingKind::Malformed => "cannot be read",
        FindingKind::UnknownResource => "not known to this version",
        _ => "something else",
    }
}

#[cfg(test)]
mod tests {
    use super::{number, shown};

    #[test]
    fn what_is_long_is_cut_and_what_steers_is_replaced() {
        assert_eq!(shown("a\u{202E}b\u{0}"), "a\u{FFFD}b\u{FFFD}");
        assert_eq!(shown(&"x".repeat(10_000)), "x".repeat(400) + "… (and 9600 more characters)");
        assert_eq!(shown(&"x".repeat(400)), "x".repeat(400));
    }

    #[test]
    fn numbers_are_grouped_by_three_digits() {
        assert_eq!([1, 999, 1000, 1_234_567].map(number), ["1", "999", "1,000", "1,234,567"]);
    }
}
