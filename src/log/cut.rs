//! Cutting a log into records. The log comes in blocks, and a block may end in the middle of a record.

use core::fmt;

use serde::de::{Deserialize, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;

use super::entry::{self, Head};
use super::format::Format;
use super::noise;
use super::quoted::{End, Quoted};
use crate::json::mend::of_same_length;

/// The result of [`cut()`]: the beginning of a block of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a block begins with a record, a part of one, or none")]
pub enum Cut<'a> {
    /// The block begins with a complete record.
    Record(Record<'a>),
    /// The block ends in the middle of a record. Append more bytes of the log to the block, then cut again.
    More,
    /// The log ends here: the rest of the block is empty or white space.
    End,
}

/// One record of a log, together with the bytes around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record<'a> {
    /// The bytes before the record: white space, and in a log of notifications also other text.
    pub skipped: &'a [u8],
    /// The bytes of the record itself. They are empty if a part of the log holds no record, only other text.
    pub bytes: &'a [u8],
    /// White space after the record.
    pub rest: &'a [u8],
}

/// A record without anything around it.
impl<'a, T: AsRef<[u8]> + ?Sized> From<&'a T> for Record<'a> {
    fn from(bytes: &'a T) -> Self {
        Self { skipped: &[], bytes: bytes.as_ref(), rest: &[] }
    }
}

impl Record<'_> {
    /// The number of bytes to remove from the front of the block before the next call of [`cut()`]: the
    /// length of `skipped`, `bytes` and `rest` together.
    pub const fn consumed(&self) -> usize {
        self.skipped.len() + self.bytes.len() + self.rest.len()
    }
}

/// Returns the first record of a block. Pass true for `is_last` if the log ends with this block.
///
/// ```
/// use callfold::log::{Cut, Format, cut};
///
/// let mut block: &[u8] = b"{\"first\":1}\n{\"second\":2}\n";
/// let mut records = Vec::new();
/// while let Cut::Record(record) = cut(Format::Events, block, true) {
///     records.push(record.bytes);
///     block = &block[record.consumed()..];
/// }
/// assert_eq!(records, [&b"{\"first\":1}"[..], b"{\"second\":2}"]);
///
/// // Without the rest of the log, half a line is no record yet.
/// assert_eq!(cut(Format::Events, b"{\"third\"", false), Cut::More);
/// ```
pub fn cut(format: Format, block: &[u8], is_last: bool) -> Cut<'_> {
    let white = block.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(block.len());
    let after = |start| block.get(start..).unwrap_or_default();
    if after(white).is_empty() {
        return if is_last { Cut::End } else { Cut::More };
    }
    let found = match format {
        Format::Events => line(after(white), is_last).map(|ends| (white, ends)),
        Format::SdkLog => entry(after(white), is_last).map(|ends| (white, ends)),
        Format::Notifications => noise::end(block, is_last).and_then(|start| {
            let ends =
                if noise::is_document(after(start)) { document(after(start), is_last) } else { Some((0, 0)) };
            ends.map(|ends| (start, ends))
        }),
    };
    let Some((start, (end, next))) = found else { return Cut::More };
    let (skipped, rest) = block.split_at(start);
    let (taken, _) = rest.split_at(next);
    let (bytes, _) = taken.split_at(end);
    let (bytes, rest) = taken.split_at(bytes.trim_ascii_end().len());
    Cut::Record(Record { skipped, bytes, rest })
}

/// The last place in a block at which a record certainly begins: no record before it goes on after it. `None` if
/// there is no such place after the start. A host can decode the parts of a log on both sides of this place on two
/// threads.
///
/// ```
/// use callfold::log::{Format, boundary};
///
/// let block = b"{\"first\":1}\n{\"second\":2}\n{\"third";
/// assert_eq!(boundary(Format::Events, block), Some(25));
/// assert_eq!(boundary(Format::Notifications, block), Some(25));
/// assert_eq!(boundary(Format::Notifications, b"{\n}"), None);
/// ```
pub fn boundary(format: Format, block: &[u8]) -> Option<usize> {
    let mut ends = memchr::memrchr_iter(b'\n', block).map(|end| end + 1);
    ends.find(|next| match (format, block.split_at_checked(*next)) {
        (Format::Events, _) => true,
        // No JSON value continues like this, because a string has no line ends.
        (Format::Notifications, Some((before, after))) => {
            after.starts_with(b"{") && before.trim_ascii_end().ends_with(b"}")
        }
        (Format::SdkLog, Some((_, after))) => Head::of(after).is_some(),
        (Format::Notifications | Format::SdkLog, None) => false,
    })
}

/// The offset at which a record ends, and the offset at which the next record may begin.
type Ends = Option<(usize, usize)>;

fn line(block: &[u8], is_last: bool) -> Ends {
    match memchr::memchr(b'\n', block) {
        Some(end) => Some((end, end + 1)),
        None => is_last.then_some((block.len(), block.len())),
    }
}

/// Finds the end of one JSON document.
fn document(block: &[u8], is_last: bool) -> Ends {
    if let Some(quoted) = Quoted::of(block) {
        match quoted.end(block) {
            End::At(end) => return (is_last || end < block.len()).then_some((end, end)),
            End::Later if !is_last => return None,
            End::Later | End::Nowhere => {}
        }
    }
    match end_of_document(block) {
        Some(Ok(end)) => {
            let closes = matches!(block.get(end - 1), Some(b'}' | b']'));
            (closes || is_last || end < block.len()).then_some((end, end))
        }
        Some(Err(error)) if error.is_eof() && !is_last => None,
        Some(Err(error)) => broken(block, &error, is_last),
        None => line(block, is_last),
    }
}

fn end_of_document(block: &[u8]) -> Option<serde_json::Result<usize>> {
    let mut documents = Deserializer::from_slice(block).into_iter::<Document>();
    match documents.next()? {
        Ok(Document) => Some(Ok(documents.byte_offset())),
        Err(error) if error.is_eof() => Some(Err(error)),
        Err(error) => Some(end_of_mended(block, error)),
    }
}

/// Finds the end of a document that seems to break where something stands for no character. A document that breaks for another
/// reason has the same error again.
fn end_of_mended(block: &[u8], error: serde_json::Error) -> serde_json::Result<usize> {
    let mut lines = memchr::memchr_iter(b'\n', block);
    let line = error.line().checked_sub(2).and_then(|before| lines.nth(before)).map_or(0, |end| end + 1);
    // No more is looked at than the document can have, or many broken documents would make the time quadratic.
    let mut length = line + error.column() + SURROGATES;
    loop {
        let part = block.get(..length).unwrap_or(block);
        let Some(text) = of_same_length(part) else { return Err(error) };
        let mut documents = Deserializer::from_str(&text).into_iter::<Document>();
        match documents.next() {
            Some(Ok(Document)) => return Ok(documents.byte_offset()),
            Some(Err(later)) if later.is_eof() && part.len() < block.len() => length *= 2,
            Some(Err(later)) => return Err(later),
            None => return Err(error),
        }
    }
}

/// The length of two escapes in a string, such as `\ud83d\ude00`.
const SURROGATES: usize = 12;

/// A JSON document that is read only to find its end. A document that nests too deeply to be read counts as
/// broken at once. Otherwise `cut` would scan the same growing block to its end again and again.
struct Document;

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Self)
    }
}

impl<'de> Visitor<'de> for Document {
    type Value = Self;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self, E> {
        Ok(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self, A::Error> {
        while seq.next_element::<Self>()?.is_some() {}
        Ok(self)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self, A::Error> {
        while map.next_entry::<IgnoredAny, Self>()?.is_some() {}
        Ok(self)
    }
}

/// Finds the end of a broken document: before the line where it breaks, if this is not its first line, and before a line
/// that begins with a bracket, as other documents do.
fn broken(block: &[u8], error: &serde_json::Error, is_last: bool) -> Ends {
    let (mut end, mut next) = line(block, is_last)?;
    for number in 2.. {
        let rest = block.get(next..).unwrap_or_default();
        let breaks_here = !error.is_eof() && number >= error.line();
        if breaks_here || rest.is_empty() || matches!(rest.first(), Some(b'{' | b'[')) {
            break;
        }
        let (line_end, line_after) = line(rest, is_last)?;
        (end, next) = (next + line_end, next + line_after);
    }
    Some((end, next))
}

/// Finds the end of one entry of an SDK log: it ends before the line that begins the next one.
fn entry(block: &[u8], is_last: bool) -> Ends {
    match entry::next(block) {
        Some(start) => Some((start - 1, start)),
        None => is_last.then_some((block.len(), block.len())),
    }
}
