//! JSON in a quoted cell of a CSV file, where each quote of the JSON is doubled: `"{""value"":[…]}"`.

use alloc::string::String;

/// True for JSON that begins with a doubled quote, before a name. In other JSON, a name that is empty ends there.
pub(super) fn begins(json: &[u8]) -> bool {
    let is_before = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'{' | b'[');
    let start = json.iter().position(|byte| !is_before(*byte)).unwrap_or(json.len());
    match json.get(start..) {
        Some([b'"', b'"', next, ..]) => !next.is_ascii_whitespace() && !matches!(next, b':' | b'"'),
        Some(_) | None => false,
    }
}

/// Where the rest of a cell ends.
pub(super) enum End {
    /// Behind its last quote.
    At(usize),
    /// In the text that follows.
    Later,
    /// Nowhere: something other than a separator follows a single quote, so this is no cell.
    Nowhere,
}

pub(super) fn end(rest: &[u8]) -> End {
    let mut quotes = memchr::memchr_iter(b'"', rest);
    while let Some(at) = quotes.next() {
        match rest.get(at + 1) {
            Some(b'"') => _ = quotes.next(),
            Some(b',' | b';' | b'\t' | b'|' | b'\r' | b'\n') | None => return End::At(at + 1),
            Some(_) => return End::Nowhere,
        }
    }
    End::Later
}

/// The text of the rest of a cell.
pub(super) fn text(rest: &str) -> String {
    rest.strip_suffix('"').unwrap_or(rest).replace("\"\"", "\"")
}
