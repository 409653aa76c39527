//! Reading all events page by page. The consumer of the last page is kept, so that the next page needs no new one: whoever reads
//! all events, or follows what comes, asks for one page after another.

use std::sync::{Mutex, MutexGuard, PoisonError};

use super::bulk::Bulk;
use super::failed::Failed;
use super::get::Found;
use super::lines::{self, LINES};
use super::server::Server;
use super::subjects::Subjects;
use crate::store::Position;

/// The least messages that are asked for at once. What is not needed waits for the next page.
const LEAST: usize = 64;

/// The server, and how the subjects of the stream are named.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) server: &'a Server,
    pub(super) subjects: &'a Subjects,
}

/// Messages of events. The first and the last one can have lines that belong to other pages.
pub(super) struct Page {
    pub(super) messages: Vec<Found>,
    /// False if these were the last messages when they were read.
    pub(super) has_more: bool,
}

/// What is kept of the last page.
struct Reader {
    bulk: Bulk,
    /// Messages that came already, and that have lines of the next page.
    rest: Vec<Found>,
}

/// The reader of the last page, and the position at which it stopped.
#[derive(Default)]
pub(super) struct Pages {
    kept: Mutex<Option<(Position, Reader)>>,
}

impl Pages {
    /// The messages with the lines after a position: so many that they have this many lines or bytes, if there are so many.
    pub(super) async fn after(
        &self,
        of: Place<'_>,
        after: Position,
        limit: usize,
        bytes: usize,
    ) -> Result<Page, Failed> {
        if let Some(kept) = self.take(after) {
            match self.read(of, kept, after, limit, bytes).await {
                // The server has removed the consumer.
                Err(Failed::NobodyThere) => {}
                page => return page,
            }
        }
        // Later lines can be in the message of the position itself. Without a filter, the server compares no subjects. Most
        // messages have events.
        let bulk = Bulk::open(of.server, None, (after.number() / LINES as u64).max(1)).await?;
        self.read(of, Reader { bulk, rest: Vec::new() }, after, limit, bytes).await
    }

    async fn read(
        &self,
        of: Place<'_>,
        mut reader: Reader,
        after: Position,
        limit: usize,
        bytes: usize,
    ) -> Result<Page, Failed> {
        let mut messages = std::mem::take(&mut reader.rest);
        let mut cut = Cut { whole: 0, bytes: 0, last: after, missing: limit };
        cut.count(&messages, after);
        while cut.missing > 0 && cut.bytes < bytes {
            let found = reader.bulk.next(of.server, cut.missing.max(LEAST)).await?;
            if found.is_empty() {
                break;
            }
            messages.extend(found.into_iter().filter(|message| of.subjects.is_events(&message.subject)));
            cut.count(&messages, after);
        }
        reader.rest = messages.split_off(cut.whole);
        messages.extend(reader.rest.first().filter(|message| lines::has(message, cut.last)).cloned());
        let has_more = !reader.rest.is_empty() || reader.bulk.has_more();
        if let Some(before) = self.keep(cut.last, reader) {
            before.bulk.close(of.server).await?;
        }
        Ok(Page { messages, has_more })
    }

    /// The reader that stopped at a position.
    fn take(&self, after: Position) -> Option<Reader> {
        let mut kept = self.kept();
        let (_, mut reader) = kept.take_if(|(stopped, _)| *stopped == after)?;
        reader.bulk.look_again();
        Some(reader)
    }

    fn keep(&self, stopped: Position, reader: Reader) -> Option<Reader> {
        self.kept().replace((stopped, reader)).map(|(_, before)| before)
    }

    /// No method panics while it holds the lock, so what is behind it is always whole.
    fn kept(&self) -> MutexGuard<'_, Option<(Position, Reader)>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a page ends.
struct Cut {
    /// How many messages have no line of a later page.
    whole: usize,
    /// The bytes of these messages.
    bytes: usize,
    /// The last line of the page.
    last: Position,
    /// How many lines the page lacks.
    missing: usize,
}

impl Cut {
    /// Counts the messages that were not counted yet.
    fn count(&mut self, messages: &[Found], after: Position) {
        for message in messages.iter().skip(self.whole) {
            for (position, _) in lines::lines(message).filter(|(position, _)| *position > after) {
                if self.missing == 0 {
                    return;
                }
                self.missing -= 1;
                self.last = position;
            }
            self.whole += 1;
            self.bytes += message.body.len();
        }
    }
}
