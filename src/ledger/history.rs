//! The history of one call: its events as JSON, and a clone of the call before every 64th event. A large call is
//! cloned less often.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::point::Point;
use crate::call::data::Call;
use crate::call::event::{CallEvent, EventKind};
use crate::id::CallId;
use crate::json::write;
use crate::record::recorded::Recorded;
use crate::secret::Secret;

/// The number of events in a page. A query about the past folds at most that many events of a small call.
const PAGE: usize = 64;

/// A call with very many items is cloned after as many events as this part of its items, so that the clones of all pages
/// together grow in proportion to the log.
const PART: usize = 8;

/// The number of lines by which a page grows.
const ROOM: usize = 8;

#[derive(Clone, Debug, Default)]
pub(super) struct History {
    /// Full pages, shared by all clones of the ledger.
    full: Arc<Vec<Arc<Page>>>,
    open: Arc<Page>,
    /// The number of pages since the last clone of the call.
    since: usize,
}

#[derive(Clone, Debug, Default)]
struct Page {
    /// The call before the first line; `None` in the first page, and if a page before it has a clone of a large call.
    before: Option<Box<Call>>,
    lines: Vec<Line>,
    /// The latest time of all events up to the end of the page.
    latest: Option<Timestamp>,
}

/// An event as JSON.
#[derive(Clone, Debug)]
pub(super) struct Line {
    /// The number of events that the ledger had folded, including this one.
    count: u64,
    revision: u64,
    at: Option<Timestamp>,
    is_inferred: bool,
    kind: EventKind,
    data: Secret<Arc<str>>,
}

impl History {
    /// Adds the line of the last event of the call. `count` is the number of events that the ledger has
    /// folded, including this one.
    pub(super) fn push(&mut self, line: Line, count: u64, call: &Call) {
        let page = Arc::make_mut(&mut self.open);
        page.push(Line { count, ..line });
        if page.lines.len() == PAGE {
            self.since += 1;
            let is_due = self.since * PAGE >= call.items() / PART;
            let before = is_due.then(|| Box::new(call.clone()));
            let next = Page { before, latest: page.latest, ..Page::default() };
            if is_due {
                self.since = 0;
            }
            let full = core::mem::replace(&mut self.open, Arc::new(next));
            Arc::make_mut(&mut self.full).push(full);
        }
    }

    /// The call at a point in the past; `None` if it had not begun.
    pub(super) fn call(&self, id: CallId, point: Point) -> Option<Call> {
        let last = self.full.partition_point(|page| page.is_reached(point));
        let page = |place: usize| self.full.get(place).unwrap_or(&self.open);
        let first = (0..=last).rev().find(|place| page(*place).before.is_some()).unwrap_or(0);
        let mut call = page(first).before.as_deref().cloned();
        for line in (first..=last).flat_map(|place| page(place).reached(point)) {
            let recorded = line.recorded(id)?;
            match &mut call {
                // An event that was folded once folds again.
                Some(call) => call.evolve(recorded).ok()?,
                None => call = Some(Call::begin(recorded).ok()?),
            }
        }
        call
    }

    /// The events up to a point, each with the number of events that the ledger had folded, including that
    /// one.
    pub(super) fn events(&self, id: CallId, point: Point) -> impl Iterator<Item = Option<(Recorded, u64)>> {
        let full = self.full.partition_point(|page| page.is_reached(point));
        let pages = self.full.iter().take(full + 1).chain((full == self.full.len()).then_some(&self.open));
        let lines = pages.flat_map(move |page| page.reached(point));
        lines.map(move |line| Some((line.recorded(id)?, line.count)))
    }
}

impl Page {
    fn push(&mut self, line: Line) {
        if self.lines.len() == self.lines.capacity() {
            self.lines.reserve_exact(ROOM);
        }
        self.latest = self.latest.max(line.at);
        self.lines.push(line);
    }

    /// The lines up to a point.
    fn reached(&self, point: Point) -> impl Iterator<Item = &Line> {
        self.lines.iter().take_while(move |line| point.reaches(line.count, line.revision, line.at))
    }

    /// True if all lines of the page are before the point.
    fn is_reached(&self, point: Point) -> bool {
        self.lines.last().is_none_or(|last| point.reaches(last.count, last.revision, self.latest))
    }
}

impl Line {
    /// Serializes an event. The buffer `writing` is empty before and after.
    pub(super) fn of(recorded: &Recorded, writing: &mut String) -> Self {
        // Events serialize without an error.
        _ = write::write(&recorded.event, writing);
        let data = Secret::new(writing.as_str().into());
        writing.clear();
        Self {
            count: 0,
            revision: recorded.revision,
            at: recorded.at,
            is_inferred: recorded.inferred,
            kind: recorded.event.kind(),
            data,
        }
    }

    fn recorded(&self, call: CallId) -> Option<Recorded> {
        let event = CallEvent::from_json(self.kind, self.data.expose()).ok()?;
        Some(Recorded { inferred: self.is_inferred, ..Recorded::new(call, self.revision, self.at, event) })
    }
}
