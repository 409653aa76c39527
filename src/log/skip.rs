//! Finding the end of a record without keeping it.

use super::entry;
use super::format::Format;
use super::noise;

/// How much of a block is looked at again together with the next one: more than the head of an entry.
const HEAD: usize = 1 << 10;

/// Skips one record that is too large to be kept. The record comes in blocks.
///
/// ```
/// use callfold::log::{Format, Skip};
///
/// let mut skip = Skip::new(Format::Notifications);
/// assert_eq!(skip.pass(br#"{"value":["#, false), (10, false));
/// assert_eq!(skip.pass(br#""}"]} {"value":[]}"#, false), (5, true));
/// ```
#[derive(Clone, Debug)]
pub struct Skip {
    format: Format,
    depth: usize,
    is_in_string: bool,
    is_escaped: bool,
    /// The last byte that is not white space.
    last: u8,
    /// True if a line has just ended.
    is_new_line: bool,
}

impl Skip {
    /// Skips the record at the beginning of the next block.
    pub const fn new(format: Format) -> Self {
        Self { format, depth: 0, is_in_string: false, is_escaped: false, last: b' ', is_new_line: false }
    }

    /// Returns how many bytes to remove from the front of the block, and true if the record ends there. If it does not,
    /// append more bytes of the log to the block, then call this function again.
    pub fn pass(&mut self, block: &[u8], is_last: bool) -> (usize, bool) {
        match self.format {
            Format::Events => match memchr::memchr(b'\n', block) {
                Some(end) => (end + 1, true),
                None => (block.len(), is_last),
            },
            Format::SdkLog => match entry::next(block) {
                Some(start) => (start, true),
                None if is_last => (block.len(), true),
                None => (block.len().saturating_sub(HEAD), false),
            },
            Format::Notifications => self.document(block, is_last),
        }
    }

    fn document(&mut self, block: &[u8], is_last: bool) -> (usize, bool) {
        let mut start = 0;
        if self.depth == 0 {
            // A block of this size is not too short to tell.
            match noise::end(block, is_last || block.len() > HEAD) {
                None => return (0, is_last),
                Some(end) if !noise::is_document(block.get(end..).unwrap_or_default()) => return (end, true),
                Some(end) => start = end,
            }
        }
        for (at, byte) in block.iter().enumerate().skip(start) {
            if self.ends_before(*byte) {
                return (at, true);
            }
            if self.depth == 0 {
                return (at + 1, true);
            }
        }
        (block.len(), is_last)
    }

    /// Passes one byte. Returns true if a broken document has ended before it: no JSON has a line end in a string, or a line
    /// that ends with `}` before one that begins with `{`.
    fn ends_before(&mut self, byte: u8) -> bool {
        if self.is_in_string {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' => self.is_escaped = true,
                b'"' => self.is_in_string = false,
                _ => return byte == b'\n',
            }
            return false;
        }
        if self.is_new_line && byte == b'{' && self.last == b'}' {
            return true;
        }
        match byte {
            b'"' => self.is_in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        self.is_new_line = byte == b'\n';
        if !byte.is_ascii_whitespace() {
            self.last = byte;
        }
        false
    }
}
