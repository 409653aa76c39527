//! The calls of a bulk replay: most are compact, and the others are full.

use alloc::vec::Vec;

use hashbrown::HashTable;

use super::compact::{Compact, Room, Update};
use super::full;
use super::kind::Kind;
use super::meaning::Learned;
use super::reader::{Holes, Reported};
use super::shape::tree::Spans;
use super::summary::Summary;
use crate::call::beginning::Beginning;
use crate::call::state::{State, Transition};
use crate::finding::Finding;
use crate::id::CallId;
use crate::ledger::data::Ledger;
use crate::ledger::working_set::hash;
use crate::record::recorded::Recorded;
use crate::replay::data::Replay;

/// The calls of a bulk replay.
#[derive(Clone)]
pub(super) struct Calls {
    pub(super) learned: Learned,
    compact: Vec<Slot>,
    index: HashTable<u32>,
    /// The calls that do not fit the compact form, and the lines that came too early.
    pub(super) replay: Replay,
    /// False if the replay leaves out some of the lines.
    is_whole: bool,
    /// The number of events that were folded into compact calls.
    events: u64,
    room: Room,
}

#[derive(Clone, Debug)]
struct Slot {
    compact: Compact,
    /// True while the replay has the call in full form.
    is_away: bool,
}

impl Default for Calls {
    fn default() -> Self {
        Self {
            learned: Learned::default(),
            compact: Vec::new(),
            index: HashTable::new(),
            replay: Replay::new().onto(Ledger::of_lines()),
            is_whole: true,
            events: 0,
            room: Room::default(),
        }
    }
}

impl Calls {
    /// Restricts the lines that the replay handles.
    pub(super) fn with(self, leave_out: impl FnOnce(Replay) -> Replay) -> Self {
        Self { replay: leave_out(self.replay), is_whole: false, ..self }
    }

    pub(super) fn count(&self) -> usize {
        self.compact.iter().filter(|slot| !slot.is_away).count() + self.replay.calls().count()
    }

    pub(super) const fn events(&self) -> u64 {
        self.events + self.replay.events()
    }

    /// The summary of each call, in the order of their ids.
    pub(super) fn summaries(&self) -> Vec<Summary<'_>> {
        let compact = self.compact.iter().filter(|slot| !slot.is_away);
        let compact = compact.map(|slot| Summary::compact(&slot.compact, &self.learned));
        let whole = self.replay.calls().map(Summary::from);
        let mut calls: Vec<_> = compact.chain(whole).collect();
        calls.sort_unstable_by_key(Summary::id);
        calls
    }

    /// The index of the compact call with this id.
    pub(super) fn find(&self, call: CallId) -> Option<u32> {
        let is_it =
            |number: &u32| self.compact.get(*number as usize).is_some_and(|slot| slot.compact.id == call);
        self.index.find(hash(call), is_it).copied()
    }

    /// Folds a line into its compact call. Returns false and changes nothing if the compact form cannot hold
    /// the result.
    pub(super) fn fold(&mut self, reported: &Reported<'_>, holes: &Holes) -> bool {
        let line = &reported.line;
        if !self.is_whole && !self.replay.wants(line.call, line.revision, line.at.reported()) {
            return true;
        }
        let is_folded = match reported.compact {
            Some(index) => self.evolve(index as usize, reported, holes).unwrap_or(false),
            None => self.begin(reported, holes),
        };
        self.events += u64::from(is_folded);
        is_folded
    }

    fn begin(&mut self, reported: &Reported<'_>, holes: &Holes) -> bool {
        let line = &reported.line;
        let is_known = self.replay.call(line.call).is_some() || self.replay.waits_for(line.call);
        if line.revision != 1 || is_known {
            return false;
        }
        let Some(compact) = self.compact(reported, &holes.spans) else { return false };
        self.keep(compact);
        true
    }

    fn compact(&mut self, reported: &Reported<'_>, spans: &Spans) -> Option<Compact> {
        let line = &reported.line;
        let Self { learned: Learned { details, results, .. }, room, .. } = self;
        let is_beginning = matches!(reported.kind, Kind::Offered | Kind::Placed | Kind::Adopted);
        let details = details.meaning(spans).filter(|_| is_beginning)?;
        let (beginning, state) = match (reported.kind, details.state) {
            (Kind::Placed, _) => (Beginning::Placed, State::Establishing),
            (Kind::Adopted, Some(state)) => (Beginning::Adopted, state),
            (Kind::Adopted, None) => (Beginning::Guessed, State::Established),
            _ => (Beginning::Offered, State::Incoming),
        };
        let mut compact = Compact::begin(line, beginning, state, *room);
        compact.reported(details, line, spans, results);
        Some(compact)
    }

    fn evolve(&mut self, index: usize, reported: &Reported<'_>, holes: &Holes) -> Option<bool> {
        let Self { learned, compact, room, .. } = self;
        let slot = compact.get_mut(index)?;
        let is_next = !slot.is_away && reported.line.revision == slot.compact.revision + 1;
        let is_folded = is_next && take_in(&mut slot.compact, learned, reported, holes)?;
        if is_folded {
            slot.compact.passed(&reported.line);
            if matches!(reported.kind, Kind::Step(Transition::Terminated)) {
                *room = slot.compact.settle();
            }
        }
        Some(is_folded)
    }

    fn keep(&mut self, compact: Compact) {
        let Self { index, compact: calls, .. } = self;
        let Ok(number) = u32::try_from(calls.len()) else { return };
        index.insert_unique(hash(compact.id), number, |number| {
            calls.get(*number as usize).map_or(0, |slot| hash(slot.compact.id))
        });
        calls.push(Slot { compact, is_away: false });
    }

    /// Folds an event into its full call.
    pub(super) fn whole(&mut self, recorded: Recorded, findings: &mut Vec<Finding>) {
        let call = recorded.call;
        let index = self.find(call).map(|index| index as usize);
        if let Some(slot) = index.and_then(|index| self.compact.get_mut(index))
            && !slot.is_away
        {
            slot.is_away = true;
            self.replay.working_set_mut().put(full::to_call(&slot.compact, &self.learned));
        }
        self.replay.recorded(recorded, &mut |_| {}, findings);
        if self.replay.waits_for(call) {
            return;
        }
        let entry = self.replay.working_set().entry(call);
        let Some(compact) = entry.and_then(|entry| full::from_call(entry, &mut self.learned)) else {
            return;
        };
        self.replay.working_set_mut().remove(call);
        match index.and_then(|index| self.compact.get_mut(index)) {
            Some(slot) => *slot = Slot { compact, is_away: false },
            None => self.keep(compact),
        }
    }
}

/// Folds a line. Returns false or `None` and changes nothing if the compact fold cannot handle the line.
fn take_in(
    compact: &mut Compact,
    learned: &mut Learned,
    reported: &Reported<'_>,
    holes: &Holes,
) -> Option<bool> {
    let Learned { details, tones, operations, results, .. } = learned;
    let Holes { spans, arrivals } = holes;
    let line = &reported.line;
    let is_live = compact.state.is_live();
    Some(match reported.kind {
        Kind::Step(_) | Kind::DetailsChanged => {
            let details = details.meaning(spans)?;
            let is_taken =
                if let Kind::Step(transition) = reported.kind { compact.step(transition) } else { is_live };
            if is_taken {
                compact.reported(details, line, spans, results);
            }
            is_taken
        }
        Kind::ToneReceived => is_live && compact.receive_tone(tones.meaning(spans)?, line, spans),
        Kind::RosterUpdated => {
            let is_taken = is_live && compact.takes_delta(reported.sequence);
            if is_taken {
                compact.sit(arrivals, reported.sequence);
            }
            is_taken
        }
        Kind::OperationCreated => {
            let update = &mut Update { line, spans, shapes: operations, results };
            compact.create(operations.meaning(spans)?, update)
        }
        Kind::OperationUpdated | Kind::OperationStep(_) => {
            let update = &mut Update { line, spans, shapes: operations, results };
            let transition =
                if let Kind::OperationStep(transition) = reported.kind { Some(transition) } else { None };
            compact.update(transition, operations.meaning(spans)?, update)
        }
        Kind::NoStateChange => is_live,
        Kind::NotificationHeard => true,
        Kind::Offered | Kind::Placed | Kind::Adopted => false,
    })
}
