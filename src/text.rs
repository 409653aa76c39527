//! Words for people that never repeat what they are about.

use alloc::format;
use alloc::string::{String, ToString};

/// What is wrong with a JSON text, and where. serde quotes the value that it did not expect, and that value
/// may be a secret: it is left out.
pub(crate) fn without_content(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let quoted = text.strip_prefix("invalid type: ").or_else(|| text.strip_prefix("invalid value: "));
    let Some(quoted) = quoted else { return text };
    let found = quoted.split([' ', ',']).next().unwrap_or_default();
    let expected = quoted.rsplit_once(", expected ").map_or("something else", |(_, expected)| expected);
    format!("found a {found}, expected {expected}")
}
