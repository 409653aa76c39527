//! The text around the notifications of a log: what a logger writes before a body, headers, prose.

use super::times;
use super::written::Written;
use crate::call::observe::delivery::Delivery;
use crate::json::mend::lossy;
/// How much text can stand before a document and still belong to it. More text is passed on in parts of about this size.
const NEAR: usize = 1 << 12;

/// The longest part of a text without line ends.
const MOST: usize = 1 << 16;

/// How loggers write the quote behind the name of a member.
const QUOTES: [&str; 6] = ["\"", "\\\"", "\\\\\"", "'", "\\x22", "&quot;"];

const LONGEST_QUOTE: usize = 8;

/// In how many lines before a body its time can stand.
const ABOVE: usize = 8;

/// The end of the text before the first document, or of a part of this text. `None` if it depends on bytes that follow.
pub(super) fn end(block: &[u8], is_last: bool) -> Option<usize> {
    let text = block.get(..MOST).unwrap_or(block);
    let first = memchr::memchr2_iter(b'{', b'[', text).find_map(|at| {
        let is_document = begins(block.get(at..).unwrap_or_default(), is_last);
        (is_document != Some(false)).then_some((at, is_document))
    });
    match first {
        // Most documents are near. Only before a distant one does the text have parts.
        Some((at, is_document)) if at < NEAR || part(block).is_none_or(|end| at < end) => {
            is_document.map(|_| at)
        }
        Some(_) | None => part(block).or_else(|| is_last.then_some(block.len())),
    }
}

/// The end of the first part of a long text: the first line end after enough text.
fn part(block: &[u8]) -> Option<usize> {
    let far = block.get(NEAR..MOST.min(block.len()))?;
    let line_end = memchr::memchr(b'\n', far).map(|end| NEAR + end + 1);
    line_end.or_else(|| (block.len() >= MOST).then_some(MOST))
}

/// Whether a text begins like an object with members, or like an array of objects. Their quotes can be marked because the text is
/// in quotes itself. `None` if the text is too short to tell.
fn begins(text: &[u8], is_last: bool) -> Option<bool> {
    let text = text.trim_ascii_start();
    let next = text.get(1..).unwrap_or_default().trim_ascii_start();
    match (text.first(), next) {
        (Some(b'{'), [b'"', ..] | [b'\\', b'"' | b'n' | b'r', ..]) => Some(true),
        (Some(b'['), [b'{', ..]) => begins(next, is_last),
        (Some(b'{' | b'['), [] | [b'\\']) if !is_last => None,
        _ => Some(false),
    }
}

pub(super) fn is_document(text: &[u8]) -> bool {
    begins(text, true) == Some(true)
}

/// True for text that names the type of a body, or two members of a notification, as JSON does: in quotes, whose spelling can
/// be another one, and before a colon.
pub(super) fn looks_like_notification(text: &[u8]) -> bool {
    let names = |word: &str| {
        memchr::memmem::find_iter(text, word).any(|at| {
            let rest = text.get(at + word.len()..).unwrap_or_default();
            let rest = rest.get(..LONGEST_QUOTE.min(rest.len())).unwrap_or_default();
            let quote = rest.iter().position(|byte| *byte == b':').and_then(|colon| rest.get(..colon));
            quote.is_some_and(|quote| QUOTES.iter().any(|known| quote.trim_ascii_end() == known.as_bytes()))
        })
    };
    memchr::memmem::find(text, b"#microsoft.graph.commsNot").is_some()
        || (names("resourceUrl") && (names("changeType") || names("resourceData")))
}

/// What the text before a body tells about its delivery: the time in the same line, or the headers in the lines directly
/// before.
pub(super) fn delivery(skipped: &[u8]) -> Delivery {
    let mut delivery = Delivery::default();
    if skipped.trim_ascii().is_empty() {
        return delivery;
    }
    let text = lossy(skipped);
    let (above, prefix) = text.rsplit_once('\n').unwrap_or(("", &text));
    delivery.received_at = times::with_offset(prefix);
    if prefix.trim().is_empty() {
        // Tools that show requests put a mark before each line. The size of a chunk can follow the headers.
        let lines = above.lines().rev().map(|line| line.trim_start_matches(['>', '<']).trim());
        let is_beside = |line: &str| line.bytes().all(|byte| byte.is_ascii_hexdigit());
        let lines = lines.skip_while(|line| is_beside(line));
        for (name, value) in lines.map_while(name_and_value) {
            delivery.header(name, value);
        }
    }
    delivery
}

/// The nearest time before a body: in its line, or in one of the lines above. It shows only in which order records stand, so
/// an offset does not count.
pub(super) fn written(skipped: &[u8]) -> Option<Written> {
    skipped.rsplit(|byte| *byte == b'\n').take(ABOVE).find_map(|line| times::local(&lossy(line)))
}

/// The parts of a header line.
fn name_and_value(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_name.then(|| (name, value.trim()))
}
