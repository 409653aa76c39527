//! Cutting a log into records, wherever a block of it ends.

use core::fmt;

use serde::de::{Deserialize, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Deserializer;

use super::Format;

/// What stands at the front of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a block holds a record, a part of one, or none")]
pub enum Cut<'a> {
    /// A record.
    Record(Record<'a>),
    /// A part of a record: more of the log is needed.
    More,
    /// Nothing but blanks up to the end of the log.
    End,
}

/// One record of a log, as it stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record<'a> {
    /// Blank bytes before it.
    pub skipped: &'a [u8],
    /// The record.
    pub bytes: &'a [u8],
    /// Bytes after it that belong to it no more, up to the next record: its line end, and what was passed
    /// over to find a sound beginning again.
    pub rest: &'a [u8],
}

impl Record<'_> {
    /// How many bytes of the block are done with.
    ///
    /// ```
    /// use callfold::log::{Cut, Format, cut};
    ///
    /// let Cut::Record(record) = cut(Format::Events, b"\n{}\n", true) else { unreachable!() };
    /// assert_eq!((record.bytes, record.consumed()), (&b"{}"[..], 4));
    /// ```
    pub const fn consumed(&self) -> usize {
        self.skipped.len() + self.bytes.len() + self.rest.len()
    }
}

/// Cuts the first record off a block of a log; `is_last` says that nothing follows the block.
///
/// ```
/// use callfold::log::{Cut, Format, cut};
///
/// assert_eq!(cut(Format::Events, br#"{"v":1"#, false), Cut::More);
/// assert_eq!(cut(Format::Events, b" \r\n", true), Cut::End);
/// ```
pub fn cut(format: Format, block: &[u8], is_last: bool) -> Cut<'_> {
    let start = block.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or(block.len());
    let (skipped, rest) = block.split_at(start);
    if rest.is_empty() {
        return if is_last { Cut::End } else { Cut::More };
    }
    let ends = match format {
        Format::Events => line(rest, is_last),
        Format::Notifications => document(rest, is_last),
        Format::SdkLog => entry(rest, is_last),
    };
    let Some((end, next)) = ends else { return Cut::More };
    let (taken, _) = rest.split_at(next);
    let (bytes, _) = taken.split_at(end);
    let (bytes, rest) = taken.split_at(bytes.trim_ascii_end().len());
    Cut::Record(Record { skipped, bytes, rest })
}

/// Where a record ends, and where the next may begin.
type Ends = Option<(usize, usize)>;

fn line(block: &[u8], is_last: bool) -> Ends {
    match memchr::memchr(b'\n', block) {
        Some(end) => Some((end, end + 1)),
        None => is_last.then_some((block.len(), block.len())),
    }
}

/// One JSON document. One that is broken ends with its line; what follows it up to a line that begins like
/// a document belongs to it.
fn document(block: &[u8], is_last: bool) -> Ends {
    let mut documents = Deserializer::from_slice(block).into_iter::<Document>();
    match documents.next() {
        Some(Ok(Document)) => {
            let end = documents.byte_offset();
            let closes = matches!(block.get(end - 1), Some(b'}' | b']'));
            (closes || is_last || end < block.len()).then_some((end, end))
        }
        Some(Err(error)) if error.is_eof() && !is_last => None,
        Some(Err(_)) | None => broken(block, is_last),
    }
}

/// A JSON document that is passed over. Nested deeper than what can be read it is broken at once, so that no
/// block is looked through to its end again and again.
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

fn broken(block: &[u8], is_last: bool) -> Ends {
    let (end, mut next) = line(block, is_last)?;
    loop {
        let begins = |line: &[u8]| matches!(line.first(), Some(b'{' | b'['));
        match block.get(next..) {
            None | Some([]) => return is_last.then_some((end, next)),
            Some(rest) if begins(rest) => return Some((end, next)),
            Some(rest) => next += line(rest, is_last)?.1,
        }
    }
}

/// One entry of an SDK log, from its `$>` up to the next.
fn entry(block: &[u8], is_last: bool) -> Ends {
    let ends = memchr::memmem::find_iter(block, b"$>").filter_map(|at| at.checked_sub(1));
    let mut ends = ends.filter(|end| matches!(block.get(*end), Some(b'\n' | b'\r')));
    match ends.next() {
        Some(end) => Some((end, end + 1)),
        None => is_last.then_some((block.len(), block.len())),
    }
}
