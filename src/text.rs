//! Words for people that never repeat what they are about.

use alloc::format;
use alloc::string::{String, ToString};

/// What is wrong with a JSON text, and where. serde quotes the value that it did not expect, and that value
/// may be a secret: it is left out.
pub(crate) fn without_content(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let (line, column) = (error.line(), error.column());
    let what = text.strip_suffix(&format!(" at line {line} column {column}")).unwrap_or(&text);
    let quoted = what.strip_prefix("invalid type: ").or_else(|| what.strip_prefix("invalid value: "));
    let what = quoted.map_or_else(|| what.to_string(), unquoted);
    match line {
        0 => what,
        1 => format!("{what} at column {column}"),
        _ => format!("{what} at line {line} of the record, column {column}"),
    }
}

/// `string "s3cret", expected u64` becomes `expected u64, found string`.
fn unquoted(quoted: &str) -> String {
    let found = quoted.split([' ', ',']).next().unwrap_or_default();
    let expected = quoted.rsplit_once(", expected ").map_or("something else", |(_, expected)| expected);
    let expected = if expected.starts_with("struct ") { "an object" } else { expected };
    format!("expected {expected}, found {found}")
}
