//! Error messages for people. The messages never quote the value that they are about, because it may be a
//! secret.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt::Display;

use serde_json::error::Category;

/// The beginning of an error message that is about the `resourceData` of a notification.
pub(crate) const PART: &str = "resourceData: ";

/// What serde_json says of a JSON text that is no JSON, and what is said to people.
const PLAINLY: &[(&str, &str)] = &[
    ("EOF while parsing a list", "inside an array"),
    ("EOF while parsing an object", "inside an object"),
    ("EOF while parsing a string", "inside a string"),
    ("EOF while parsing a value", "before a value"),
    ("expected `:`", "expected `:` after a name"),
    ("expected ident", "expected true, false or null"),
    (
        "expected value",
        "expected a value: a string in double quotes, a number, true, false, null, an object or an array",
    ),
    ("key must be a string", "expected a name in double quotes"),
    ("invalid escape", "unknown escape in a string, after `\\`"),
    ("invalid number", "this is no number in JSON"),
    ("number out of range", "the number is too large"),
    ("invalid unicode code point", "an escape in a string is no character"),
    ("lone leading surrogate in hex escape", "an escape in a string is half a character"),
    ("unexpected end of hex escape", "an escape in a string is half a character"),
    (
        "control character (\\u0000-\\u001F) found while parsing a string",
        "a string has a control character, which JSON writes with `\\`",
    ),
    ("trailing comma", "expected another item after `,`"),
    ("trailing characters", "expected nothing after the end of the JSON"),
    ("recursion limit exceeded", "more than 127 objects and arrays inside each other"),
];

/// Describes an error in a JSON text, and the place of the error. serde quotes the value that it did not
/// expect. That value may be a secret, so it is left out.
pub(crate) fn without_content(error: &serde_json::Error) -> String {
    let what = without_place(error);
    match (error.line(), error.column()) {
        // `resourceData` was parsed on its own, so the line and column do not apply to the complete record.
        _ if what.starts_with(PART) => what,
        (0, _) => what,
        (1, column) => format!("{what} at column {column}"),
        (line, column) => format!("{what} at line {line} of the record, column {column}"),
    }
}

/// Describes an error like [`without_content`], but without a line and a column. It is for a part of a record
/// that was parsed on its own: its columns are not those of the record.
pub(crate) fn without_place(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let what = text.strip_suffix(&place).unwrap_or(&text);
    if let Some((_, plainly)) = PLAINLY.iter().find(|(theirs, _)| what == *theirs) {
        let text = if error.line() > 1 { "the record" } else { "the line" };
        return match error.classify() {
            Category::Eof => format!("{text} breaks off {plainly}"),
            Category::Io | Category::Syntax | Category::Data => plainly.to_string(),
        };
    }
    let quoted = what.strip_prefix("invalid type: ").or_else(|| what.strip_prefix("invalid value: "));
    quoted.map_or_else(|| what.to_string(), unquoted)
}

/// Turns `string "s3cret", expected u64` into `expected a whole number, found string`.
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

/// Returns at most the first 64 characters of a text, followed by `…` if the text is longer.
pub(crate) fn short(text: impl Display) -> String {
    beginning(text, 64)
}

/// Returns at most the first characters of a text, followed by `…` if the text is longer.
pub(crate) fn beginning(text: impl Display, characters: usize) -> String {
    let text = text.to_string();
    match text.char_indices().nth(characters) {
        Some((end, _)) => text.get(..end).unwrap_or_default().to_string() + "…",
        None => text,
    }
}
