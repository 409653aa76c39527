//! Text from logs, made safe for a terminal.

/// The text with U+FFFD in place of every character that could control a terminal: control characters, line separators,
/// and marks that change the direction of writing.
pub(crate) fn printable(text: &str) -> String {
    text.chars().map(|char| if is_control(char) { '\u{FFFD}' } else { char }).collect()
}

fn is_control(char: char) -> bool {
    char.is_control()
        || matches!(char, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
