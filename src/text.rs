//! Words for people that never repeat what they are about.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Display;

/// How an error begins that is about this part of a record.
pub(crate) const PART: &str = "resourceData: ";

/// What is wrong with a JSON text, and where. serde quotes the value that it did not expect, and that value
/// may be a secret: it is left out.
pub(crate) fn without_content(error: &serde_json::Error) -> String {
    let what = without_place(error);
    match (error.line(), error.column()) {
        // The part that is named was read apart.
        _ if what.starts_with(PART) => what,
        (0, _) => what,
        (1, column) => format!("{what} at column {column}"),
        (line, column) => format!("{what} at line {line} of the record, column {column}"),
    }
}

/// The same of a part of a record, whose own columns would mislead.
pub(crate) fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let what = text.strip_suffix(&place).unwrap_or(&text);
    let quoted = what.strip_prefix("invalid type: ").or_else(|| what.strip_prefix("invalid value: "));
    quoted.map_or_else(|| what.to_string(), unquoted)
}

/// `string "s3cret", expected u64` becomes `expected u64, found string`.
fn unquoted(quoted: &str) -> String {
    let found = quoted.split([' ', ',']).next().unwrap_or_default();
    let expected = quoted.rsplit_once(", expected ").map_or("something else", |(_, expected)| expected);
    let expected = match expected {
        "u64" | "u32" => "a whole number",
        expected if expected.starts_with("struct ") => "an object",
        expected => expected,
    };
    format!("expected {expected}, found {found}")
}

/// The beginning of something that may be of any length.
pub(crate) fn short(text: impl Display) -> String {
    const SHORT: usize = 64;
    let text = text.to_string();
    match text.char_indices().nth(SHORT) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_string() + "…",
        None => text,
    }
}
