//! The lines of a store, as the text of an event log.

use std::io::{self, Read};
use std::sync::{Arc, OnceLock};

use callfold_store::{Lines, Position, StoreError};
use tokio::task::JoinHandle;

use super::open::{LINES, OpenStore};

/// Reads a store page by page. The next page is fetched while one is read.
pub(super) struct Reader {
    open: OpenStore,
    end: Arc<OnceLock<Position>>,
    last: Position,
    fetched: Option<JoinHandle<Result<Lines, StoreError>>>,
    page: Vec<u8>,
    /// How much of the page is read.
    read: usize,
    has_ended: bool,
}

impl Reader {
    pub(super) fn new(open: OpenStore, end: Arc<OnceLock<Position>>) -> Self {
        let (page, last) = (Vec::new(), Position::START);
        Self { open, end, last, fetched: None, page, read: 0, has_ended: false }
    }

    fn fetch(&self) -> JoinHandle<Result<Lines, StoreError>> {
        let (store, after) = (Arc::clone(&self.open.store), self.last);
        self.open.runtime.spawn(async move { store.read_lines(after, LINES).await })
    }

    fn next_page(&mut self) -> io::Result<()> {
        let fetched = self.fetched.take().unwrap_or_else(|| self.fetch());
        let fetched = self.open.runtime.block_on(fetched).map_err(io::Error::other)?;
        let Lines { lines, has_more } =
            fetched.map_err(|error| io::Error::other(self.open.message(&error)))?;
        (self.read, self.page) = (0, Vec::with_capacity(self.page.capacity()));
        let end = self.end.get().copied();
        let is_wanted = |position: Position| end.is_none_or(|end| position <= end);
        self.has_ended = !has_more || lines.last().is_some_and(|last| !is_wanted(last.position));
        for line in lines.into_iter().take_while(|line| is_wanted(line.position)) {
            self.page.extend(line.line);
            self.page.push(b'\n');
            self.last = line.position;
        }
        if self.has_ended {
            self.end.get_or_init(|| self.last);
        } else {
            self.fetched = Some(self.fetch());
        }
        Ok(())
    }
}

impl Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        while self.read == self.page.len() && !self.has_ended {
            self.next_page()?;
        }
        let mut rest = self.page.get(self.read..).unwrap_or_default();
        let count = rest.read(into)?;
        self.read += count;
        Ok(count)
    }
}
