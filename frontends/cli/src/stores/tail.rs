//! The lines of a store as they come.

use std::io;
use std::time::Duration;

use callfold_store::{Position, StoreError};

use super::open::{LINES, OpenStore};
use crate::complain::complain;
use crate::tail::Tail;

/// A store that is followed.
pub(super) struct StoreTail {
    open: OpenStore,
    /// The last line that was read.
    last: Position,
    /// True after all lines were read that were there at first. From then on, an outage is waited for.
    follows: bool,
    /// The outage that lasts.
    outage: Option<String>,
}

/// How long to wait in an outage.
const AGAIN: Duration = Duration::from_secs(1);

impl StoreTail {
    pub(super) fn new(open: OpenStore) -> Self {
        Self { open, last: Position::START, follows: false, outage: None }
    }
}

impl StoreTail {
    /// Says once what the store does not do at the moment.
    fn waits(&mut self, failed: &StoreError) {
        let why = self.open.error(failed).to_string();
        if self.outage.as_ref() != Some(&why) {
            complain(format_args!("{why}; it is tried again"));
            self.outage = Some(why);
        }
    }
}

impl Tail for StoreTail {
    fn lines(&mut self) -> io::Result<Vec<Vec<u8>>> {
        let read = self.open.runtime.block_on(self.open.store.read_lines(self.last, LINES));
        let page = match read {
            Err(failed) if self.follows && failed.is_transient => {
                self.waits(&failed);
                return Ok(Vec::new());
            }
            read => read.map_err(|failed| self.open.error(&failed))?,
        };
        self.outage = None;
        self.follows |= page.lines.is_empty();
        self.last = page.lines.last().map_or(self.last, |last| last.position);
        Ok(page.lines.into_iter().map(|line| line.line).collect())
    }

    fn wait(&mut self) -> io::Result<()> {
        if self.outage.is_some() {
            self.open.runtime.block_on(async { tokio::time::sleep(AGAIN).await });
            return Ok(());
        }
        match self.open.runtime.block_on(self.open.store.wait(self.last)) {
            Err(failed) if failed.is_transient => self.waits(&failed),
            waited => waited.map_err(|failed| self.open.error(&failed))?,
        }
        Ok(())
    }
}
