//! A log, read block by block.

use std::io::{self, Read};

/// The number of bytes that are read at once.
const BLOCK: usize = 1 << 20;

/// The blocks of a log. Each ends at the end of a line.
pub(crate) struct Blocks<R> {
    log: R,
    /// What was read behind the last block: the beginning of a line.
    rest: Vec<u8>,
}

impl<R: Read> Blocks<R> {
    pub(crate) const fn new(log: R) -> Self {
        Self { log, rest: Vec::new() }
    }

    /// Reads the next block into `room`, which grows if a line does not fit in. Returns the bytes of the block:
    /// none after the end of the log.
    pub(crate) fn next<'a>(&mut self, room: &'a mut Vec<u8>) -> io::Result<&'a [u8]> {
        let mut filled = self.rest.len();
        room.resize(room.len().max(BLOCK).max(filled), 0);
        room.get_mut(..filled).unwrap_or_default().copy_from_slice(&self.rest);
        loop {
            if filled == room.len() {
                room.resize(2 * filled, 0);
            }
            let read = self.log.read(room.get_mut(filled..).unwrap_or_default())?;
            filled += read;
            let known = room.get(..filled).unwrap_or_default();
            let end =
                if read == 0 { filled } else { memchr::memrchr(b'\n', known).map_or(0, |last| last + 1) };
            if end > 0 || read == 0 {
                self.rest.clear();
                self.rest.extend_from_slice(known.get(end..).unwrap_or_default());
                return Ok(room.get(..end).unwrap_or_default());
            }
        }
    }
}
