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
    spans: Spans,
    room: Room,
    arrivals: Arrivals,
}

/// A line whose envelope is read.
#[derive(Debug)]
pub(super) struct Told<'a> {
    pub(super) line: Line<'a>,
    root: Root,
    kind: Kind,
    /// Where the data begins and ends.
    data: (usize, usize),
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

    /// The envelope of a line in the canonical layout.
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
        Some(Told { line, root, kind, data: (begin, data_end) })
    }

    pub(super) fn begin(&mut self, told: &Told<'_>) -> Option<Lean> {
        let line = &told.line;
        let Self { learned, spans, room, .. } = self;
        let details = learned.details.read(told.root, line.bytes, told.data, spans)?;
        let (beginning, state) = match (told.kind, details.state) {
            (Kind::Offered, _) => (Beginning::Offered, State::Incoming),
            (Kind::Placed, _) => (Beginning::Placed, State::Establishing),
            (Kind::Adopted, Some(state)) => (Beginning::Adopted, state),
            (Kind::Adopted, None) => (Beginning::Guessed, State::Established),
            _ => return None,
        };
        let mut lean = Lean::begin(line, beginning, state, *room);
        lean.told(details, line, spans, &mut learned.results);
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

    /// `None` where the shape of the data is not known.
    fn take_in(&mut self, lean: &mut Lean, told: &Told<'_>) -> Option<bool> {
        let Self { learned: Learned { details, tones, operations, beside, results, .. }, spans, .. } = self;
        let (line, data) = (&told.line, told.data);
        let is_live = lean.state.is_live();
        Some(match told.kind {
            Kind::Step(cause) => {
                let details = details.read(told.root, line.bytes, data, spans)?;
                let is_taken = lean.step(cause);
                if is_taken {
                    lean.told(details, line, spans, results);
                }
                is_taken
            }
            Kind::DetailsChanged => {
                let details = details.read(told.root, line.bytes, data, spans)?;
                if is_live {
                    lean.told(details, line, spans, results);
                }
                is_live
            }
            Kind::ToneReceived => {
                let tone = tones.read(told.root, line.bytes, data, spans)?;
                is_live && lean.press(tone, line, spans)
            }
            Kind::RosterUpdated => is_live && self.roster(lean, told)?,
            Kind::OperationCreated => {
                let operation = operations.read(told.root, line.bytes, data, spans)?;
                lean.create(operation, &mut Telling { line, spans, shapes: operations, results })
            }
            Kind::OperationUpdated => {
                let operation = operations.read(told.root, line.bytes, data, spans)?;
                lean.update(None, operation, &mut Telling { line, spans, shapes: operations, results })
            }
            Kind::OperationStep(cause) => {
                let operation = operations.read(told.root, line.bytes, data, spans)?;
                lean.update(Some(cause), operation, &mut Telling { line, spans, shapes: operations, results })
            }
            Kind::Beside => {
                beside.read(told.root, line.bytes, data, spans)?;
                is_live
            }
            Kind::Heard => {
                beside.read(told.root, line.bytes, data, spans)?;
                true
            }
            Kind::Offered | Kind::Placed | Kind::Adopted => false,
        })
    }

    /// Folds a roster: looked through whole before anybody is seated.
    fn roster(&mut self, lean: &mut Lean, told: &Told<'_>) -> Option<bool> {
        let (bytes, (begin, end)) = (told.line.bytes, told.data);
        let (sequence, mut at) = match scan::pass(bytes, begin, DELTA) {
            Some(at) => {
                let (sequence, at) = scan::integer(bytes, at)?;
                (Some(sequence), scan::pass(bytes, at, OF_DELTA)?)
            }
            None => (None, scan::pass(bytes, begin, ROSTER)?),
        };
        let last = bytes.get(..end)?.strip_suffix(ROSTER_END)?.len();
        let Self { learned: Learned { participants, .. }, spans, arrivals, .. } = self;
        arrivals.clear();
        while at < last {
            let (participant, next) = participants.first(Root::default(), bytes, at, spans)?;
            arrivals.push(participant, &told.line, spans, participants);
            at = if next < last { scan::pass(bytes, next, b",").filter(|at| *at < last)? } else { next };
        }
        // Of two tellings of one participant in a delta the first counts: the whole fold knows.
        let is_plain = sequence.is_none() || arrivals.len() <= 1;
        if at != last || !is_plain || !lean.takes_delta(sequence) {
            return Some(false);
        }
        lean.sit(arrivals, sequence);
        Some(true)
    }
}
