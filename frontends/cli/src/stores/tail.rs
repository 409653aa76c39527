//! The lines of a store as they come.

use std::io;

use callfold_store::Position;

use super::OpenStore;
use super::reader::LINES;
use crate::follow::tail::Tail;

/// A store that is followed.
pub(super) struct StoreTail {
    pub(super) open: OpenStore,
    /// The last line that was read.
    pub(super) last: Position,
}

impl Tail for StoreTail {
    fn lines(&mut self) -> io::Result<Vec<Vec<u8>>> {
        let page = self.open.wait(self.open.store.read_lines(self.last, LINES))?;
        self.last = page.lines.last().map_or(self.last, |last| last.position);
        Ok(page.lines.into_iter().map(|line| line.line).collect())
    }

    fn wait(&mut self) -> io::Result<()> {
        self.open.wait(self.open.store.wait(self.last))
    }
}
