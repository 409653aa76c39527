//! Why a log is not recognised.

use callfold::log::Format;
use callfold_view::printable::printable;

/// The greatest number of characters of a log that a message shows.
const SHOWN: usize = 60;

/// The message about a log of which this is the head: what its first line is, what was looked for, and what helps.
pub(crate) fn unrecognised(head: &[u8]) -> String {
    let text = head.trim_ascii();
    if text.is_empty() {
        return "it is empty: no record in it".into();
    }
    let formats: Vec<_> = Format::ALL.iter().map(|format| format.as_str()).collect();
    format!(
        "not recognised: its first line begins with `{}`; callfold looked for an event log, for notification bodies and \
         for an SDK log; if it is one of them, say which with --format {}",
        beginning(text),
        formats.join("|")
    )
}

/// The beginning of the first line of a text, made safe for a terminal.
fn beginning(text: &[u8]) -> String {
    let line = text.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default();
    // No character has more than four bytes.
    let most = line.get(..=4 * SHOWN).unwrap_or(line);
    let most = String::from_utf8_lossy(most);
    let safe = printable(&most);
    match safe.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", safe.get(..end).unwrap_or_default()),
        None => safe.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::beginning;

    #[test]
    fn the_beginning_of_a_line_is_short_and_safe() {
        let long = "x".repeat(61);
        let faces = "😀".repeat(61);
        for (text, shown) in [
            ("Dear all,\r\nthe bot is down.", "Dear all,"),
            (&long[..60], &long[..60]),
            (&long, &format!("{}…", &long[..60])),
            (&faces, &format!("{}…", "😀".repeat(60))),
            ("a\u{1b}[2Jb\u{202e}c\u{7}", "a<U+001B>[2Jb<U+202E>c<U+0007>"),
        ] {
            assert_eq!(beginning(text.as_bytes()), shown);
        }
        assert_eq!(beginning(b"\x89PNG\r\n\x1a"), "\u{fffd}PNG");
    }
}
