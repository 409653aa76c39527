//! Half of a surrogate pair in JSON. It stands for no character, and `serde_json` refuses the whole text over it.

use alloc::borrow::Cow;
use alloc::string::String;

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
