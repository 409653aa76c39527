//! Lines in the canonical layout: the envelope by hand, the data by the shapes that were learned.

use super::kind::{Kind, Kinds};
use super::lean::{Arrivals, Lean, Line, Room, Telling};
use super::meaning::Learned;
use super::scan::{self, Clock};
use super::shape::{Root, Spans};
use super::time::Time;
use crate::CallId;
use crate::call::{Beginning, CallEvent, Cause, State};
use crate::ledger::digest_of_line;

/// Reads lines, and learns what to expect.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    learned: Learned,
    kinds: Kinds,
    clock: Clock,
    holes: Holes,
    room: Room,
}

/// A line whose envelope is read.
#[derive(Clone, Debug)]
pub(super) struct Told<'a> {
    pub(super) line: Line<'a>,
    kind: Kind,
    /// The number of a roster that is a delta.
    sequence: Option<i64>,
}

/// What stands in the holes of a line that was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Holes {
    spans: Spans,
    arrivals: Arrivals,
}

/// How a roster begins, in full and as a delta, and how it goes on and ends.
const ROSTER: &[u8; 17] = br#"{"participants":["#;
const DELTA: &[u8; 18] = br#"{"sequenceNumber":"#;
const OF_DELTA: &[u8; 17] = br#","participants":["#;
const ROSTER_END: &[u8] = b"]}";

impl Reader {
    pub(super) const fn learned(&self) -> &Learned {
        &self.learned
    }

    pub(super) const fn learned_mut(&mut self) -> &mut Learned {
        &mut self.learned
    }

    pub(super) fn learn(&mut self, event: &CallEvent) {
        if let Some((root, _)) = self.kinds.find(event.type_name().as_bytes()) {
            _ = self.learned.learn(root, event);
        }
    }

    /// What stands in the holes of the line that was read last.
    #[cfg(any(feature = "testing", doc))]
    pub(super) const fn holes(&mut self) -> &mut Holes {
        &mut self.holes
    }

    /// Reads a line in the canonical layout, of a shape that is known.
    pub(super) fn read<'a>(&mut self, call: CallId, bytes: &'a [u8]) -> Option<Told<'a>> {
        // Places in a line are kept in 32 bits.
        u32::try_from(bytes.len()).ok().filter(|_| scan::is_plain(bytes))?;
        let mut at = scan::pass(bytes, scan::BEGIN.len() + scan::GUID, br#"","rev":"#)?;
        let (revision, end) = scan::integer(bytes, at)?;
        let revision = u64::try_from(revision).ok().filter(|revision| (1..1 << 53).contains(revision))?;
        let mut time = Time::NONE;
        at = scan::pass(bytes, end, br#",""#)?;
        if let Some(begin) = scan::pass(bytes, at, br#"at":""#) {
            let (told, end) = self.clock.time(bytes, begin)?;
            time = told;
            at = scan::pass(bytes, end, br#"",""#)?;
        }
        at = scan::pass(bytes, at, br#"type":""#)?;
        let end = scan::text(bytes, at)?;
        let (root, kind) = self.kinds.find(bytes.get(at..end)?)?;
        let begin = scan::pass(bytes, end, br#"","data":"#)?;
        let whole = bytes.strip_suffix(b"}")?;
        let data_end = whole.strip_suffix(br#","inferred":true"#).unwrap_or(whole).len();
        let line = Line { bytes, call, revision, at: time, digest: digest_of_line(bytes) };
        let sequence = self.data(kind, root, &line, (begin, data_end))?;
        Some(Told { line, kind, sequence })
    }

    /// Finds the shape of the data, and what stands in its holes. Gives the number of a roster that is a delta.
    fn data(&mut self, kind: Kind, root: Root, line: &Line<'_>, data: (usize, usize)) -> Option<Option<i64>> {
        let Self { learned: Learned { details, tones, operations, beside, .. }, holes, .. } = self;
        let (bytes, spans) = (line.bytes, &mut holes.spans);
        match kind {
            Kind::Offered | Kind::Placed | Kind::Adopted | Kind::Step(_) | Kind::DetailsChanged => {
                _ = details.read(root, bytes, data, spans)?;
            }
            Kind::ToneReceived => _ = tones.read(root, bytes, data, spans)?,
            Kind::OperationCreated | Kind::OperationUpdated | Kind::OperationStep(_) => {
                _ = operations.read(root, bytes, data, spans)?;
            }
            Kind::Beside | Kind::Heard => beside.read(root, bytes, data, spans).copied()?,
            Kind::RosterUpdated => return self.roster(line, data),
        }
        Some(None)
    }

    /// Reads a roster. Gives its number where it is a delta.
    fn roster(&mut self, line: &Line<'_>, (begin, end): (usize, usize)) -> Option<Option<i64>> {
        let bytes = line.bytes;
        let (sequence, mut at) = match scan::pass(bytes, begin, DELTA) {
            Some(at) => {
                let (sequence, at) = scan::integer(bytes, at)?;
                (Some(sequence), scan::pass(bytes, at, OF_DELTA)?)
            }
            None => (None, scan::pass(bytes, begin, ROSTER)?),
        };
        let last = bytes.get(..end)?.strip_suffix(ROSTER_END)?.len();
        let Self { learned: Learned { participants, .. }, holes: Holes { spans, arrivals }, .. } = self;
        arrivals.clear();
        while at < last {
            let (participant, next) = participants.first(Root::default(), bytes, at, spans)?;
            arrivals.push(participant, line, spans, participants);
            at = if next < last { scan::pass(bytes, next, b",").filter(|at| *at < last)? } else { next };
        }
        // Of two tellings of one participant in a delta the first counts: the whole fold knows.
        let is_plain = sequence.is_none() || arrivals.are_of_different_people();
        (at == last && is_plain).then_some(sequence)
    }

    pub(super) fn begin(&mut self, told: &Told<'_>) -> Option<Lean> {
        let line = &told.line;
        let Self { learned: Learned { details, results, .. }, holes: Holes { spans, .. }, room, .. } = self;
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

    /// Folds a line into its call; false, and nothing changed, where the lean fold has no room for it.
    pub(super) fn evolve(&mut self, lean: &mut Lean, told: &Told<'_>) -> bool {
        let is_folded = self.take_in(lean, told).unwrap_or(false);
        if is_folded {
            lean.passed(&told.line);
            if matches!(told.kind, Kind::Step(Cause::Terminated)) {
                self.room = lean.settle();
            }
        }
        is_folded
    }

    fn take_in(&mut self, lean: &mut Lean, told: &Told<'_>) -> Option<bool> {
        let Self { learned: Learned { details, tones, operations, results, .. }, holes, .. } = self;
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
}
