//! The past of one call: its events in writing, and the call itself before every 64th of them.

use alloc::sync::Arc;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::past::Point;
use crate::call::CallEvent;
use crate::{Call, CallId, Recorded, Secret};

/// How many events a page holds: no question folds more of them.
const PAGE: usize = 64;

/// How many more a page makes room for at a time.
const ROOM: usize = 8;

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
    /// The latest time that was told up to the end of the page.
    latest: Option<Timestamp>,
}

/// An event in writing.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// How many events the ledger had folded with this one.
    pub(super) count: u64,
    pub(super) revision: u64,
    at: Option<Timestamp>,
    is_inferred: bool,
    type_name: &'static str,
    data: Secret<Arc<str>>,
}

impl History {
    /// Adds an event that made the call what it is.
    pub(super) fn push(&mut self, recorded: &Recorded, count: u64, call: &Call) {
        let page = Arc::make_mut(&mut self.open);
        if page.lines.len() == page.lines.capacity() {
            page.lines.reserve_exact(ROOM);
        }
        page.latest = page.latest.max(recorded.at);
        page.lines.push(Line::of(recorded, count));
        if page.lines.len() == PAGE {
            let next = Page { before: Some(call.clone()), lines: Vec::new(), latest: page.latest };
            let full = core::mem::replace(&mut self.open, Arc::new(next));
            Arc::make_mut(&mut self.full).push(full);
        }
    }

    /// The call as it was; `None` where it had not begun.
    pub(super) fn call(&self, id: CallId, point: Point) -> Option<Call> {
        let page = self.full.partition_point(|page| page.is_reached(point));
        let page = self.full.get(page).unwrap_or(&self.open);
        let reached = page.lines.iter().take_while(|line| line.is_reached(point));
        let mut call = page.before.clone();
        for line in reached {
            let recorded = line.recorded(id)?;
            match &mut call {
                // What was folded once folds again.
                Some(call) => call.evolve(&recorded).ok()?,
                None => call = Some(Call::begin(&recorded).ok()?),
            }
        }
        call
    }

    /// What had happened.
    pub(super) fn lines(&self, point: Point) -> impl Iterator<Item = &Line> {
        let pages = self.full.iter().chain([&self.open]);
        pages.flat_map(|page| &page.lines).take_while(move |line| line.is_reached(point))
    }
}

impl Page {
    /// True where all of it had happened.
    fn is_reached(&self, point: Point) -> bool {
        self.lines.last().is_none_or(|last| point.reaches(last.count, last.revision, self.latest))
    }
}

impl Line {
    fn of(recorded: &Recorded, count: u64) -> Self {
        let event = &recorded.event;
        Self {
            count,
            revision: recorded.revision,
            at: recorded.at,
            is_inferred: recorded.inferred,
            type_name: event.type_name(),
            data: Secret::new(serde_json::to_string(event).unwrap_or_default().into()),
        }
    }

    fn is_reached(&self, point: Point) -> bool {
        point.reaches(self.count, self.revision, self.at)
    }

    pub(super) fn recorded(&self, call: CallId) -> Option<Recorded> {
        let event = CallEvent::read(self.type_name, self.data.expose())?.ok()?;
        Some(Recorded { inferred: self.is_inferred, ..Recorded::new(call, self.revision, self.at, event) })
    }
}
