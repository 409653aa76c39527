//! Chunks of a log, all of about the same size. One worker reads a chunk and splits it into lines; all workers use it.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::num::NonZeroUsize;
use std::sync::Arc;

use callfold::Bulk;

use crate::input::{BYTE_ORDER_MARK, Input, Unreadable};

/// The size of a chunk in bytes: as much as the processor's cache holds. A chunk has the lines that begin in its bytes.
const CHUNK: u64 = 128 << 10;

/// How many bytes more are read at once to find the end of the last line.
const MORE: u64 = 1 << 10;

/// Consecutive lines of a log.
#[derive(Default)]
pub(super) struct Chunk {
    bytes: Vec<u8>,
    /// Where its first line begins, in `bytes`.
    first: usize,
    /// The lines of each part of the calls.
    cuts: Vec<Vec<Cut>>,
    pub(super) lines: u64,
    pub(super) records: u64,
    /// The last line that is not blank.
    pub(super) last_line: Option<u64>,
    /// How many bytes of the log are read, up to the end of this chunk.
    pub(super) bytes_read: u64,
}

/// A line: where it is in its chunk, its number among all lines, and its number among those that are not blank.
struct Cut {
    start: usize,
    end: usize,
    line: u64,
    record: u64,
}

impl Chunk {
    /// The lines of one part. Each has two numbers from 1: among all lines of the chunk, and among those that are not
    /// blank.
    pub(super) fn of(&self, part: usize) -> impl Iterator<Item = (&[u8], u64, u64)> {
        let cuts = self.cuts.get(part).into_iter().flatten();
        cuts.map(|cut| (self.bytes.get(cut.start..cut.end).unwrap_or_default(), cut.line, cut.record))
    }

    fn cut(&mut self, parts: NonZeroUsize) {
        self.cuts.resize_with(parts.get(), Vec::new);
        self.cuts.iter_mut().for_each(Vec::clear);
        (self.lines, self.records, self.last_line) = (0, 0, None);
        let Self { bytes, cuts, lines, records, last_line, .. } = self;
        let mut start = self.first;
        while let Some(rest) = bytes.get(start..).filter(|rest| !rest.is_empty()) {
            let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            let line = rest.get(..length).unwrap_or_default().trim_ascii();
            *lines += 1;
            if !line.is_empty() {
                *records += 1;
                *last_line = Some(*lines);
                let begin = start + rest.len() - rest.trim_ascii_start().len();
                let cut = || Cut { start: begin, end: begin + line.len(), line: *lines, record: *records };
                match Bulk::part_of(line, parts) {
                    Some(part) => cuts.get_mut(part).into_iter().for_each(|cuts| cuts.push(cut())),
                    None => cuts.iter_mut().for_each(|cuts| cuts.push(cut())),
                }
            }
            start += length;
        }
    }
}

/// Reads those chunks of a log that are assigned to one worker.
pub(super) struct Chunks<'i> {
    input: &'i Input,
    file: File,
    size: u64,
    /// The number of the next chunk.
    next: u64,
    /// The number of workers. Each reads every `parts`-th chunk.
    parts: NonZeroUsize,
    /// Chunks that were sent to the workers. The buffer of a chunk is used again when all workers have dropped it.
    handed_out: Vec<Arc<Chunk>>,
}

impl<'i> Chunks<'i> {
    pub(super) fn open(
        input: &'i Input,
        size: u64,
        first: usize,
        parts: NonZeroUsize,
    ) -> Result<Self, Unreadable> {
        let file = input.file()?;
        Ok(Self { input, file, size, next: first as u64, parts, handed_out: Vec::new() })
    }

    /// The next assigned chunk; `None` at the end of the log.
    pub(super) fn next(&mut self) -> Option<Result<Arc<Chunk>, Unreadable>> {
        let begin = self.next.saturating_mul(CHUNK);
        if begin >= self.size {
            return None;
        }
        self.next += self.parts.get() as u64;
        Some(self.chunk(begin).map_err(|error| self.input.unreadable(&error)))
    }

    fn chunk(&mut self, begin: u64) -> io::Result<Arc<Chunk>> {
        let free = self.handed_out.iter().position(|chunk| Arc::strong_count(chunk) == 1);
        let mut shared = free.map(|index| self.handed_out.swap_remove(index)).unwrap_or_default();
        if let Some(chunk) = Arc::get_mut(&mut shared) {
            chunk.bytes.clear();
            chunk.first = self.lines(begin, &mut chunk.bytes)?;
            chunk.cut(self.parts);
            chunk.bytes_read = self.size.min(begin + CHUNK);
        }
        self.handed_out.push(Arc::clone(&shared));
        Ok(shared)
    }

    /// Reads the lines that begin in a chunk, and returns where the first of them begins. A line begins at the start of the
    /// log and after every line end.
    fn lines(&mut self, begin: u64, bytes: &mut Vec<u8>) -> io::Result<usize> {
        let from = begin.saturating_sub(1);
        self.file.seek(SeekFrom::Start(from))?;
        let chunk = self.size.min(begin + CHUNK) - from;
        let mut limit = self.size - from;
        self.more(chunk + MORE, &mut limit, bytes)?;
        let within = bytes.get(..bytes.len().min(chunk as usize)).unwrap_or_default();
        let first = match begin {
            0 if within.starts_with(BYTE_ORDER_MARK) => BYTE_ORDER_MARK.len(),
            0 => 0,
            _ => match memchr::memchr(b'\n', within) {
                Some(end) => end + 1,
                None => {
                    bytes.clear();
                    return Ok(0);
                }
            },
        };
        // Where the last byte ends a line, the next line belongs to the next chunk.
        let mut looked_at = within.len().saturating_sub(1);
        let last = loop {
            let rest = bytes.get(looked_at..).unwrap_or_default();
            if let Some(end) = memchr::memchr(b'\n', rest) {
                break looked_at + end + 1;
            }
            looked_at = bytes.len();
            if !self.more(looked_at as u64, &mut limit, bytes)? {
                break bytes.len();
            }
        };
        bytes.truncate(last);
        Ok(first)
    }

    /// Reads up to `count` more bytes; false at the end of the log.
    fn more(&mut self, count: u64, limit: &mut u64, bytes: &mut Vec<u8>) -> io::Result<bool> {
        bytes.reserve(count.min(*limit) as usize);
        let read = (&self.file).take(count.min(*limit)).read_to_end(bytes)?;
        *limit -= read as u64;
        Ok(read > 0)
    }
}
