//! A call as a bulk replay keeps it: the data of its summary, and the data that is needed to refuse an event.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Range;

use super::digests::Digests;
use super::meaning::{ReportedDetails, ReportedOperation, ReportedParticipant, ReportedTone};
use super::names::{NameId, Word};
use super::results::{Kept, Results};
use super::scan;
use super::shape::packed::Packed;
use super::shape::tree::{Shapes, Spans};
use super::time::Time;
use crate::call::beginning::Beginning;
use crate::call::state::{State, Superstate, Transition};
use crate::graph::member::Member;
use crate::graph::operation::OperationKind;
use crate::id::{CallId, Id};
use crate::ledger::digest::Digest;
use crate::operation;

#[derive(Clone, Debug)]
pub(super) struct Compact {
    pub(super) id: CallId,
    pub(super) revision: u64,
    pub(super) first_at: Time,
    pub(super) last_at: Time,
    pub(super) state: State,
    pub(super) beginning: Beginning,
    pub(super) direction: Option<NameId>,
    pub(super) audio: Option<NameId>,
    pub(super) result: Option<Kept>,
    pub(super) reason: Option<Box<str>>,
    pub(super) operations: Vec<Work>,
    pub(super) entries: Vec<RosterEntry>,
    pub(super) tones: Vec<ReceivedTone>,
    pub(super) digests: Digests,
}

/// An operation.
#[derive(Clone, Debug)]
pub(super) struct Work {
    pub(super) id: Id,
    pub(super) type_name: Option<NameId>,
    pub(super) kind: OperationKind,
    pub(super) state: operation::state::State,
    pub(super) context: Member<Word>,
    pub(super) result: Member<Kept>,
    pub(super) reason: Member<NameId>,
    /// The reports that have members which this struct does not hold. Only the newest report of each shape is
    /// kept.
    pub(super) more: Vec<Packed>,
}

/// A participant who is in the call or has left.
#[derive(Clone, Debug)]
pub(super) struct RosterEntry {
    pub(super) id: Id,
    pub(super) is_taken: bool,
    /// The newest numbered delta that reported the participant. It also reported the id.
    pub(super) sequence: Option<i64>,
    /// The newest numbered delta that reported the identity.
    pub(super) info_sequence: Option<i64>,
    /// The report of the identity.
    pub(super) info: Option<Packed>,
}

/// A report of a roster.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrivals {
    arrivals: Vec<Arrival>,
    packed: Vec<u8>,
}

/// The report of one participant.
#[derive(Clone, Debug)]
struct Arrival {
    id: Id,
    is_gone: bool,
    /// The position of the report of the identity.
    info: Option<Range<usize>>,
}

impl Arrivals {
    pub(super) fn clear(&mut self) {
        self.arrivals.clear();
        self.packed.clear();
    }

    /// True if no participant is reported twice. The check compares only few participants: for many, the
    /// result is false.
    pub(super) fn are_of_different_people(&self) -> bool {
        let mut others = self.arrivals.as_slice();
        while let [first, rest @ ..] = others {
            if rest.iter().any(|other| other.id == first.id) {
                return false;
            }
            others = rest;
        }
        self.arrivals.len() <= USUAL
    }

    pub(super) fn push(
        &mut self,
        reported: &ReportedParticipant,
        log: &[u8],
        spans: &Spans,
        shapes: &Shapes<ReportedParticipant>,
    ) {
        let info = reported.has_info.then(|| {
            let start = self.packed.len();
            shapes.pack_into(log, spans, &mut self.packed);
            start..self.packed.len()
        });
        self.arrivals.push(Arrival { id: id(log, spans, reported.id), is_gone: reported.is_gone, info });
    }
}

/// A tone.
#[derive(Clone, Copy, Debug)]
pub(super) struct ReceivedTone {
    pub(super) sequence: i32,
    pub(super) tone: NameId,
}

/// The lengths of the lists of the call that ended last. The next call begins with lists of this capacity.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Room {
    operations: usize,
    entries: usize,
    tones: usize,
    digests: usize,
}

/// The largest capacity of the lists of a new call.
const USUAL: usize = 32;

/// A line, without the data of its event.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line<'a> {
    pub(super) bytes: &'a [u8],
    pub(super) call: CallId,
    pub(super) revision: u64,
    pub(super) at: Time,
    pub(super) digest: Digest,
}

impl<'a> Line<'a> {
    fn text(&self, place: (usize, usize)) -> &'a str {
        text(self.bytes, place)
    }

    fn hole(&self, spans: &Spans, hole: u8) -> &'a str {
        self.text(spans.hole(hole))
    }

    /// The integer in a hole.
    fn integer(&self, (start, _): (usize, usize)) -> Option<i64> {
        scan::integer(self.bytes, start).map(|(number, _)| number)
    }

    /// The id in a hole.
    fn id(&self, spans: &Spans, hole: u8) -> Id {
        id(self.bytes, spans, hole)
    }
}

fn text(bytes: &[u8], (start, end): (usize, usize)) -> &str {
    bytes.get(start..end).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default()
}

/// The id in a hole.
fn id(bytes: &[u8], spans: &Spans, hole: u8) -> Id {
    spans.guid(hole).map_or_else(|| Id::from(text(bytes, spans.hole(hole))), Id::from)
}

/// The content of a line with its positions, and the data that is needed to keep it.
#[derive(Debug)]
pub(super) struct Update<'a, M> {
    pub(super) line: &'a Line<'a>,
    pub(super) spans: &'a Spans,
    pub(super) shapes: &'a Shapes<M>,
    pub(super) results: &'a mut Results,
}

impl<M> Update<'_, M> {
    fn packed(&self) -> Packed {
        self.shapes.pack(self.line.bytes, self.spans)
    }
}

impl Compact {
    pub(super) fn begin(line: &Line<'_>, beginning: Beginning, state: State, room: Room) -> Self {
        let mut digests = Digests(Vec::with_capacity(room.digests));
        digests.push(line.revision, Some(line.digest));
        Self {
            id: line.call,
            revision: line.revision,
            first_at: line.at,
            last_at: line.at,
            state,
            beginning,
            direction: None,
            audio: None,
            result: None,
            reason: None,
            operations: Vec::with_capacity(room.operations),
            entries: Vec::with_capacity(room.entries),
            tones: Vec::with_capacity(room.tones),
            digests,
        }
    }

    /// Stores the revision, the time and the digest of a folded event.
    pub(super) fn passed(&mut self, line: &Line<'_>) {
        self.revision = line.revision;
        self.first_at = self.first_at.or(line.at);
        self.last_at = self.last_at.max(line.at);
        self.digests.push(line.revision, Some(line.digest));
    }

    pub(super) fn reported(
        &mut self,
        reported: &ReportedDetails,
        line: &Line<'_>,
        spans: &Spans,
        results: &mut Results,
    ) {
        merge(&mut self.direction, reported.direction);
        merge(&mut self.audio, reported.audio);
        let result = match reported.result {
            Member::Absent => Member::Absent,
            Member::Null => Member::Null,
            Member::Value((start, end)) => {
                Member::Value(results.keep(line.text((spans.place(start), spans.place(end)))))
            }
        };
        merge(&mut self.result, result);
        let reason = match reported.reason {
            Member::Absent => Member::Absent,
            Member::Null => Member::Null,
            Member::Value(hole) => Member::Value(line.hole(spans, hole).into()),
        };
        merge(&mut self.reason, reason);
    }

    /// Frees the spare capacity of the lists, because a call that has ended seldom grows. Returns the lengths
    /// of the lists.
    pub(super) fn settle(&mut self) -> Room {
        self.operations.shrink_to_fit();
        self.entries.shrink_to_fit();
        self.tones.shrink_to_fit();
        self.digests.0.shrink_to_fit();
        Room {
            operations: self.operations.len().min(USUAL),
            entries: self.entries.len().min(USUAL),
            tones: self.tones.len().min(USUAL),
            digests: self.digests.0.len(),
        }
    }

    /// Makes a step. Returns false and changes nothing if the step is refused, or if it would leave
    /// operations pending after the end of the call.
    pub(super) fn step(&mut self, transition: Transition) -> bool {
        let Some(next) = self.state.after(transition) else { return false };
        if !next.is_live() && self.operations.iter().any(Work::is_pending) {
            return false;
        }
        if self.state.lies_in(Superstate::Connected) {
            self.result = None;
        }
        self.state = next;
        self.beginning = self.beginning.known();
        true
    }

    pub(super) fn receive_tone(&mut self, reported: &ReportedTone, line: &Line<'_>, spans: &Spans) -> bool {
        let sequence =
            line.integer(spans.hole(reported.sequence)).and_then(|number| i32::try_from(number).ok());
        let Some(sequence) = sequence else { return false };
        let index = self.tones.partition_point(|known| known.sequence < sequence);
        if self.tones.get(index).is_none_or(|known| known.sequence != sequence) {
            self.tones.insert(index, ReceivedTone { sequence, tone: reported.tone });
        }
        true
    }

    /// The operation with an id. Its kind must agree with the reported kind, if both are known.
    fn work(&mut self, reported: &ReportedOperation, id: &Id) -> Option<&mut Work> {
        let kinds = |work: &Work| {
            work.kind == reported.kind || [work.kind, reported.kind].contains(&OperationKind::Comms)
        };
        self.operations.iter_mut().find(|work| work.id == *id && kinds(work))
    }

    /// Begins an operation. Returns false if the operation is known, or if it is pending and the call has
    /// ended.
    pub(super) fn create(
        &mut self,
        reported: &ReportedOperation,
        update: &mut Update<'_, ReportedOperation>,
    ) -> bool {
        let mut work = Work {
            id: update.line.id(update.spans, reported.id),
            type_name: reported.type_name,
            kind: reported.kind,
            state: reported.state.unwrap_or(operation::state::State::NotStarted),
            context: Member::Absent,
            result: Member::Absent,
            reason: Member::Absent,
            more: Vec::new(),
        };
        if self.work(reported, &work.id).is_some() || (!self.state.is_live() && work.is_pending()) {
            return false;
        }
        work.merge(reported, update);
        self.operations.push(work);
        true
    }

    /// Applies a step of an operation. Without a transition, it applies a report about the operation. Returns
    /// false if the step is refused, or if the id is unknown.
    pub(super) fn update(
        &mut self,
        transition: Option<operation::state::Transition>,
        reported: &ReportedOperation,
        update: &mut Update<'_, ReportedOperation>,
    ) -> bool {
        let id = update.line.id(update.spans, reported.id);
        let Some(work) = self.work(reported, &id) else { return false };
        let next = match transition {
            Some(transition) => work.state.after(transition),
            None => Some(work.state).filter(|_| work.is_pending()),
        };
        let Some(next) = next else { return false };
        work.state = next;
        if work.kind == OperationKind::Comms && reported.type_name.is_some() {
            (work.kind, work.type_name) = (reported.kind, reported.type_name);
        }
        work.merge(reported, update);
        true
    }

    /// Applies a roster. A delta must be newer than all received deltas about its participants.
    pub(super) fn sit(&mut self, reported: &Arrivals, sequence: Option<i64>) {
        for Arrival { id, is_gone, info } in &reported.arrivals {
            let index = self.entries.iter().position(|entry| entry.id == *id).unwrap_or_else(|| {
                self.entries.push(RosterEntry {
                    id: id.clone(),
                    is_taken: true,
                    sequence: None,
                    info_sequence: None,
                    info: None,
                });
                self.entries.len() - 1
            });
            let Some(entry) = self.entries.get_mut(index) else { return };
            entry.is_taken = !*is_gone;
            entry.sequence = sequence.or(entry.sequence);
            if let Some(info) = info.clone().and_then(|place| reported.packed.get(place)) {
                if !entry.info.as_ref().is_some_and(|known| known.is(info)) {
                    entry.info = Some(Packed::of(info));
                }
                entry.info_sequence = sequence.or(entry.info_sequence);
            }
        }
    }

    /// True if a delta with this number is newer than all received deltas.
    pub(super) fn takes_delta(&self, sequence: Option<i64>) -> bool {
        sequence.is_none() || self.entries.iter().all(|entry| entry.sequence < sequence)
    }
}

impl Work {
    pub(super) const fn is_pending(&self) -> bool {
        matches!(self.state, operation::state::State::NotStarted | operation::state::State::Running)
    }

    fn merge(&mut self, reported: &ReportedOperation, update: &mut Update<'_, ReportedOperation>) {
        let Update { line, spans, .. } = *update;
        match reported.context {
            Member::Absent => {}
            Member::Null => self.context = Member::Null,
            Member::Value(hole) => {
                let place = spans.hole(hole);
                let is_known = |known: &Word| known.is(line.bytes.get(place.0..place.1).unwrap_or_default());
                if !self.context.value().is_some_and(is_known) {
                    self.context = Member::Value(Word::of(line.text(place)));
                }
            }
        }
        match reported.result {
            Member::Absent => {}
            Member::Null => self.result = Member::Null,
            Member::Value((start, end)) => {
                let text = line.text((spans.place(start), spans.place(end)));
                self.result = Member::Value(update.results.keep(text));
            }
        }
        if !reported.reason.is_absent() {
            self.reason = reported.reason;
        }
        if reported.has_more {
            let packed = update.packed();
            self.more.retain(|known| !known.is_alike(&packed));
            self.more.push(packed);
        }
    }
}

/// Merges a reported member. Null removes the known value.
fn merge<T>(known: &mut Option<T>, reported: Member<T>) {
    match reported {
        Member::Absent => {}
        Member::Null => *known = None,
        Member::Value(value) => *known = Some(value),
    }
}
