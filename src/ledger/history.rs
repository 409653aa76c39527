//! The past of one call: its events in writing, and the call itself before every 64th of them.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::past::Point;
use crate::call::CallEvent;
use crate::{Call, CallId, Recorded, Secret, json};

/// How many events a page holds: no question folds more of them.
const PAGE: usize = 64;

/// How many more lines a page makes room for at a time, and how many bytes of them.
const ROOM: (usize, usize) = (8, 1024);

#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// Full pages, shared by all snapshots.
    full: Arc<Vec<Arc<Page>>>,
    open: Arc<Page>,
}

#[derive(Clone, Debug, Default)]
struct Page {
    /// The call before the first line; `None` where that begins it.
    before: Option<Call>,
    lines: Vec<Line>,
    /// The data of the lines, one behind the other.
    text: Secret<String>,
    /// The latest time that was told up to the end of the page.
    latest: Option<Timestamp>,
}

/// An event in writing.
#[derive(Clone, Debug)]
struct Line {
    /// How many events the ledger had folded with this one.
    count: u64,
    revision: u64,
    at: Option<Timestamp>,
    is_inferred: bool,
    type_name: &'static str,
    /// Where its data ends in the text of the page.
    end: usize,
}

impl History {
    /// Adds an event that made the call what it is.
    pub(super) fn push(&mut self, recorded: &Recorded, count: u64, call: &Call) {
        let page = Arc::make_mut(&mut self.open);
        page.push(recorded, count);
        if page.lines.len() == PAGE {
            page.text.expose_mut().shrink_to_fit();
            let next = Page { before: Some(call.clone()), latest: page.latest, ..Page::default() };
            let full = core::mem::replace(&mut self.open, Arc::new(next));
            Arc::make_mut(&mut self.full).push(full);
        }
    }

    /// The call as it was; `None` where it had not begun.
    pub(super) fn call(&self, id: CallId, point: Point) -> Option<Call> {
        let page = self.full.partition_point(|page| page.is_reached(point));
        let page = self.full.get(page).unwrap_or(&self.open);
        let mut call = page.before.clone();
        for (line, data) in page.reached(point) {
            let recorded = line.recorded(id, data)?;
            match &mut call {
                // What was folded once folds again.
                Some(call) => call.evolve(&recorded).ok()?,
                None => call = Some(Call::begin(&recorded).ok()?),
            }
        }
        call
    }

    /// What had happened, and how many events the ledger had folded with each.
    pub(super) fn events(&self, id: CallId, point: Point) -> impl Iterator<Item = Option<(Recorded, u64)>> {
        let full = self.full.partition_point(|page| page.is_reached(point));
        let pages = self.full.iter().take(full + 1).chain((full == self.full.len()).then_some(&self.open));
        pages.flat_map(move |page| {
            page.reached(point).map(move |(line, data)| Some((line.recorded(id, data)?, line.count)))
        })
    }
}

impl Page {
    fn push(&mut self, recorded: &Recorded, count: u64) {
        let (lines, bytes) = ROOM;
        if self.lines.len() == self.lines.capacity() {
            self.lines.reserve_exact(lines);
        }
        let text = self.text.expose_mut();
        // What an event writes is seldom more.
        if text.capacity() - text.len() < bytes / 4 {
            text.reserve_exact(bytes);
        }
        // The types of events write themselves without an error.
        _ = json::write(&recorded.event, text);
        self.latest = self.latest.max(recorded.at);
        self.lines.push(Line {
            count,
            revision: recorded.revision,
            at: recorded.at,
            is_inferred: recorded.inferred,
            type_name: recorded.event.type_name(),
            end: text.len(),
        });
    }

    /// The lines that had happened, with their data.
    fn reached(&self, point: Point) -> impl Iterator<Item = (&Line, &str)> {
        let mut start = 0;
        let reached =
            self.lines.iter().take_while(move |line| point.reaches(line.count, line.revision, line.at));
        reached.map(move |line| {
            let data = self.text.expose().get(start..line.end).unwrap_or_default();
            start = line.end;
            (line, data)
        })
    }

    /// True where all of it had happened.
    fn is_reached(&self, point: Point) -> bool {
        self.lines.last().is_none_or(|last| point.reaches(last.count, last.revision, self.latest))
    }
}

impl Line {
    fn recorded(&self, call: CallId, data: &str) -> Option<Recorded> {
        let event = CallEvent::read(self.type_name, data)?.ok()?;
        Some(Recorded { inferred: self.is_inferred, ..Recorded::new(call, self.revision, self.at, event) })
    }
}
