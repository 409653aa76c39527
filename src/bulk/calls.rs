//! Lean calls and whole ones: where each line of a log belongs.

use alloc::vec::Vec;

use hashbrown::HashTable;

use super::kind::Kind;
use super::lean::{Lean, Room, Telling};
use super::meaning::Learned;
use super::reader::{Holes, Told};
use super::shape::Spans;
use super::{Summary, whole};
use crate::call::{Beginning, Cause, State};
use crate::ledger::hash_of_call as hash;
use crate::{CallId, Finding, Recorded, Replay};

/// The calls.
#[derive(Clone)]
pub(super) struct Calls {
    pub(super) learned: Learned,
    lean: Vec<Slot>,
    index: HashTable<u32>,
    /// Where the calls are that are not lean, and what came too early.
    pub(super) replay: Replay,
    /// False where the replay leaves out some of what it is told.
    is_whole: bool,
    /// Events that were folded into lean calls.
    events: u64,
    room: Room,
}

#[derive(Clone, Debug)]
struct Slot {
    lean: Lean,
    /// True while the replay has the call.
    is_away: bool,
}

impl Default for Calls {
    fn default() -> Self {
        Self {
            learned: Learned::default(),
            lean: Vec::new(),
            index: HashTable::new(),
            replay: Replay::new().onto(crate::Ledger::of_lines()),
            is_whole: true,
            events: 0,
            room: Room::default(),
        }
    }
}

impl Calls {
    /// Has the replay leave out some of what it is told.
    pub(super) fn with(self, leave_out: impl FnOnce(Replay) -> Replay) -> Self {
        Self { replay: leave_out(self.replay), is_whole: false, ..self }
    }

    pub(super) fn count(&self) -> usize {
        self.lean.iter().filter(|slot| !slot.is_away).count() + self.replay.calls().count()
    }

    pub(super) const fn events(&self) -> u64 {
        self.events + self.replay.events()
    }

    /// What is told of each, in the order of their ids.
    pub(super) fn summaries(&self) -> Vec<Summary<'_>> {
        let lean = self.lean.iter().filter(|slot| !slot.is_away);
        let lean = lean.map(|slot| Summary::lean(&slot.lean, &self.learned));
        let whole = self.replay.calls().map(Summary::from);
        let mut calls: Vec<_> = lean.chain(whole).collect();
        calls.sort_unstable_by_key(Summary::id);
        calls
    }

    /// Which lean call has an id.
    pub(super) fn find(&self, call: CallId) -> Option<u32> {
        let is_it = |number: &u32| self.lean.get(*number as usize).is_some_and(|slot| slot.lean.id == call);
        self.index.find(hash(call), is_it).copied()
    }

    /// Folds a line into its lean call; false, and nothing changed, where that has no room for it.
    pub(super) fn fold(&mut self, told: &Told<'_>, holes: &Holes) -> bool {
        let line = &told.line;
        if !self.is_whole && !self.replay.wants(line.call, line.revision, line.at.told()) {
            return true;
        }
        let is_folded = match told.lean {
            Some(index) => self.evolve(index as usize, told, holes).unwrap_or(false),
            None => self.begin(told, holes),
        };
        self.events += u64::from(is_folded);
        is_folded
    }

    fn begin(&mut self, told: &Told<'_>, holes: &Holes) -> bool {
        let line = &told.line;
        let is_known = self.replay.call(line.call).is_some() || self.replay.waits_for(line.call);
        if line.revision != 1 || is_known {
            return false;
        }
        let Some(lean) = self.lean(told, &holes.spans) else { return false };
        self.keep(lean);
        true
    }

    fn lean(&mut self, told: &Told<'_>, spans: &Spans) -> Option<Lean> {
        let line = &told.line;
        let Self { learned: Learned { details, results, .. }, room, .. } = self;
        let is_beginning = matches!(told.kind, Kind::Offered | Kind::Placed | Kind::Adopted);
        let details = details.meaning(spans).filter(|_| is_beginning)?;
        let (beginning, state) = match (told.kind, details.state) {
            (Kind::Placed, _) => (Beginning::Placed, State::Establishing),
            (Kind::Adopted, Some(state)) => (Beginning::Adopted, state),
            (Kind::Adopted, None) => (Beginning::Guessed, State::Established),
            _ => (Beginning::Offered, State::Incoming),
        };
        let mut lean = Lean::begin(line, beginning, state, *room);
        lean.told(details, line, spans, results);
        Some(lean)
    }

    fn evolve(&mut self, index: usize, told: &Told<'_>, holes: &Holes) -> Option<bool> {
        let Self { learned, lean, room, .. } = self;
        let slot = lean.get_mut(index)?;
        let is_next = !slot.is_away && told.line.revision == slot.lean.revision + 1;
        let is_folded = is_next && take_in(&mut slot.lean, learned, told, holes)?;
        if is_folded {
            slot.lean.passed(&told.line);
            if matches!(told.kind, Kind::Step(Cause::Terminated)) {
                *room = slot.lean.settle();
            }
        }
        Some(is_folded)
    }

    fn keep(&mut self, lean: Lean) {
        let Self { index, lean: calls, .. } = self;
        let Ok(number) = u32::try_from(calls.len()) else { return };
        index.insert_unique(hash(lean.id), number, |number| {
            calls.get(*number as usize).map_or(0, |slot| hash(slot.lean.id))
        });
        calls.push(Slot { lean, is_away: false });
    }

    /// Folds an event into its whole call.
    pub(super) fn whole(&mut self, recorded: Recorded, findings: &mut Vec<Finding>) {
        let call = recorded.call;
        let index = self.find(call).map(|index| index as usize);
        if let Some(slot) = index.and_then(|index| self.lean.get_mut(index))
            && !slot.is_away
        {
            slot.is_away = true;
            self.replay.working_set_mut().put(whole::thaw(&slot.lean, &self.learned));
        }
        self.replay.recorded(recorded, &mut |_| {}, findings);
        if self.replay.waits_for(call) {
            return;
        }
        let entry = self.replay.working_set().entry(call);
        let Some(lean) = entry.and_then(|entry| whole::freeze(entry, &mut self.learned)) else {
            return;
        };
        self.replay.working_set_mut().remove(call);
        match index.and_then(|index| self.lean.get_mut(index)) {
            Some(slot) => *slot = Slot { lean, is_away: false },
            None => self.keep(lean),
        }
    }
}

/// Takes in what a line tells; false or `None`, and nothing changed, where the lean fold has no room for it.
fn take_in(lean: &mut Lean, learned: &mut Learned, told: &Told<'_>, holes: &Holes) -> Option<bool> {
    let Learned { details, tones, operations, results, .. } = learned;
    let Holes { spans, arrivals } = holes;
    let line = &told.line;
    let is_live = lean.state.is_live();
    Some(match told.kind {
        Kind::Step(_) | Kind::DetailsChanged => {
            let details = details.meaning(spans)?;
            let is_taken = if let Kind::Step(cause) = told.kind { lean.step(cause) } else { is_live };
            if is_taken {
                lean.told(details, line, spans, results);
            }
            is_taken
        }
        Kind::ToneReceived => is_live && lean.press(tones.meaning(spans)?, line, spans),
        Kind::RosterUpdated => {
            let is_taken = is_live && lean.takes_delta(told.sequence);
            if is_taken {
                lean.sit(arrivals, told.sequence);
            }
            is_taken
        }
        Kind::OperationCreated => {
            let telling = &mut Telling { line, spans, shapes: operations, results };
            lean.create(operations.meaning(spans)?, telling)
        }
        Kind::OperationUpdated | Kind::OperationStep(_) => {
            let telling = &mut Telling { line, spans, shapes: operations, results };
            let cause = if let Kind::OperationStep(cause) = told.kind { Some(cause) } else { None };
            lean.update(cause, operations.meaning(spans)?, telling)
        }
        Kind::Beside => is_live,
        Kind::Heard => true,
        Kind::Offered | Kind::Placed | Kind::Adopted => false,
    })
}
