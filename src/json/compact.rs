//! JSON without blanks between its parts.

use alloc::string::String;

/// The same JSON on one line. What stands in a string stays as it is.
pub(crate) fn compact(json: &str) -> String {
    let (mut is_in_string, mut is_escaped) = (false, false);
    let is_kept = |character: &char| {
        let is_kept = is_in_string || !character.is_ascii_whitespace();
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = is_in_string,
            '"' => is_in_string = !is_in_string,
            _ => {}
        }
        is_kept
    };
    json.chars().filter(is_kept).collect()
}
