//! The lines of a store as they come.

use std::io;

use callfold_store::Position;

use super::open::{LINES, OpenStore};
use crate::tail::Tail;

/// A store that is followed.
pub(super) struct StoreTail {
    open: OpenStore,
    /// The last line that was read.
    last: Position,
}

impl StoreTail {
    pub(super) fn new(open: OpenStore) -> Self {
        Self { open, last: Position::START }
    }
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
