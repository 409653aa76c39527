//! What stands for no character in JSON: half of a surrogate pair, and bytes that are not UTF-8. `serde_json` refuses the whole
//! text over it.

use alloc::borrow::Cow;
use alloc::string::String;

/// Bytes as text, with U+FFFD in place of what is not UTF-8. Most texts are UTF-8 from end to end, and the standard library
/// checks such a text faster as a whole.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    core::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// Bytes as text, with U+FFFD in place of what stands for no character.
pub(crate) fn mended_bytes(json: &[u8]) -> Cow<'_, str> {
    match lossy(json) {
        Cow::Borrowed(json) => mended(json),
        Cow::Owned(json) => Cow::Owned(mended(&json).into_owned()),
    }
}

/// JSON of the same length and structure, in which everything stands for characters. `None` if this is so already.
pub(crate) fn of_same_length(json: &[u8]) -> Option<String> {
    let mut text = String::new();
    for chunk in json.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    match mended(&text) {
        Cow::Owned(mended) => Some(mended),
        Cow::Borrowed(_) => (text.as_bytes() != json).then_some(text),
    }
}

/// The JSON with U+FFFD in place of each half of a surrogate pair without its other half.
pub(crate) fn mended(json: &str) -> Cow<'_, str> {
    let mut mended = String::new();
    let mut kept = 0;
    let mut escapes = memchr::memchr_iter(b'\\', json.as_bytes());
    let mut next = 0;
    while let Some(at) = escapes.find(|at| *at >= next) {
        let code = unit(json, at);
        // What follows any other backslash is a part of its escape.
        next = at + if code.is_some() { ESCAPE } else { 2 };
        match code {
            Some(0xD800..=0xDBFF) if matches!(unit(json, next), Some(0xDC00..=0xDFFF)) => next += ESCAPE,
            Some(0xD800..=0xDFFF) => {
                mended.push_str(json.get(kept..at).unwrap_or_default());
                mended.push_str("\\ufffd");
                kept = next;
            }
            Some(_) | None => {}
        }
    }
    if kept == 0 {
        return Cow::Borrowed(json);
    }
    mended.push_str(json.get(kept..).unwrap_or_default());
    Cow::Owned(mended)
}

/// The length of an escape such as `\ud83d`.
const ESCAPE: usize = 6;

/// The UTF-16 code unit of the escape at a place.
fn unit(json: &str, at: usize) -> Option<u32> {
    let digits = json.get(at..at + ESCAPE)?.strip_prefix("\\u")?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
}
