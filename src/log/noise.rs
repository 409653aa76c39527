//! The text around the notifications of a log: what a logger writes before a body, headers, prose.

use alloc::format;
use alloc::string::String;
use core::str::FromStr;

use jiff::Timestamp;
use jiff::tz::Offset;

use super::written::Written;
use crate::call::observe::delivery::Delivery;
use crate::time::At;

/// How much text can stand before a document and still belong to it. More text is passed on in parts of about this size.
const NEAR: usize = 1 << 12;

/// The longest part of a text without line ends.
const MOST: usize = 1 << 16;

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

/// What the text before a body tells about its delivery: the time in the same line, or the headers in the lines directly
/// before.
pub(super) fn delivery(skipped: &[u8]) -> Delivery {
    let mut delivery = Delivery::default();
    if skipped.trim_ascii().is_empty() {
        return delivery;
    }
    let text = String::from_utf8_lossy(skipped);
    let (above, prefix) = text.rsplit_once('\n').unwrap_or(("", &text));
    delivery.received_at = time(prefix);
    if prefix.trim().is_empty() {
        let lines = above.lines().rev().skip_while(|line| line.trim().is_empty());
        for (name, value) in lines.map_while(name_and_value) {
            delivery.header(name, value);
        }
    }
    delivery
}

/// The nearest time before a body: in its line, or in one of the lines above. It shows only in which order records stand, so
/// an offset does not count.
pub(super) fn written(skipped: &[u8]) -> Option<Written> {
    skipped.rsplit(|byte| *byte == b'\n').take(ABOVE).find_map(|line| {
        let text = String::from_utf8_lossy(line);
        let local = first(&text, timed).or_else(|| time(&text).map(|at| Offset::UTC.to_datetime(at)));
        local.map(Written::Local).or_else(|| words(&text).find_map(timed).map(Written::OfDay))
    })
}

/// Reads a word with a time of day.
fn timed<T: FromStr>(word: &str) -> Option<T> {
    word.contains(':').then(|| word.parse().ok())?
}

/// The first time in a text that has an offset, also behind a blank.
fn time(prefix: &str) -> Option<Timestamp> {
    let mut before: [&str; 2] = Default::default();
    first(prefix, At::read).or_else(|| {
        words(prefix).find_map(|offset| {
            let [date, time] = before;
            before = [time, offset];
            with_offset(date, time, offset).or_else(|| of_web_server(time, offset))
        })
    })
}

/// The time in three words, as many loggers write it: `2026-11-23 09:15:02 +00:00`.
fn with_offset(date: &str, time: &str, offset: &str) -> Option<Timestamp> {
    let offset = if matches!(offset, "UTC" | "GMT") { "Z" } else { offset };
    time.contains(':').then(|| At::read(&format!("{date}T{time}{offset}")))?
}

/// The time in two words, as web servers write it: `23/Nov/2026:09:15:02 +0000`.
fn of_web_server(time: &str, offset: &str) -> Option<Timestamp> {
    let is_time = time.contains('/') && time.contains(':');
    is_time.then(|| Timestamp::strptime("%d/%b/%Y:%H:%M:%S %z", format!("{time} {offset}")).ok())?
}

/// The first time in a text, with `T` or a blank between date and time.
fn first<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    let mut pairs = words(text).zip(words(text).skip(1));
    words(text).find_map(&read).or_else(|| pairs.find_map(|(date, time)| read(&format!("{date}T{time}"))))
}

/// The words of a text, without the brackets and quotes around them, and without the colon after them.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_between = |letter: char| letter.is_whitespace() || "[](){}<>|,;=\"'".contains(letter);
    text.split(is_between).map(|word| word.trim_end_matches(':')).filter(|word| !word.is_empty())
}

/// The parts of a header line.
fn name_and_value(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    is_name.then(|| (name, value.trim()))
}
