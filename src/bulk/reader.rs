//! Lines in the canonical layout: the envelope by hand, the data by the shapes that were learned.

use alloc::vec::Vec;

use super::lean::{Lean, Line};
use super::meaning::{Kind, Learned};
use super::names::Names;
use super::scan;
use super::shape::Spans;
use crate::CallId;
use crate::call::{Beginning, CallEvent, State};
use crate::ledger::digest_of_line;

/// Reads lines, and learns what to expect.
#[derive(Clone, Debug)]
pub(super) struct Reader {
    learned: Learned,
    kinds: Vec<(&'static str, Kind)>,
    spans: Spans,
}

/// A line whose envelope is read.
#[derive(Debug)]
pub(super) struct Told<'a> {
    pub(super) line: Line<'a>,
    kind: Kind,
    /// Where the data begins and ends.
    data: (usize, usize),
}

impl Default for Reader {
    fn default() -> Self {
        Self { learned: Learned::default(), kinds: Kind::by_name(), spans: Spans::default() }
    }
}

/// How a roster begins, in full and as a delta, and how it goes on and ends.
const ROSTER: &[u8] = br#"{"participants":["#;
const DELTA: &[u8] = br#"{"sequenceNumber":"#;
const OF_DELTA: &[u8] = br#","participants":["#;
const ROSTER_END: &[u8] = b"]}";

impl Reader {
    pub(super) const fn names(&self) -> &Names {
        &self.learned.names
    }

    pub(super) const fn names_mut(&mut self) -> &mut Names {
        &mut self.learned.names
    }

    pub(super) fn learn(&mut self, event: &CallEvent) {
        _ = self.learned.learn(event);
    }

    /// The envelope of a line in the canonical layout.
    pub(super) fn read<'a>(&self, call: CallId, bytes: &'a [u8]) -> Option<Told<'a>> {
        let mut at = scan::pass(bytes, scan::BEGIN.len() + scan::GUID, br#"","rev":"#)?;
        let (revision, end) = scan::integer(bytes, at)?;
        let revision = u64::try_from(revision).ok().filter(|revision| (1..1 << 53).contains(revision))?;
        let mut time = None;
        at = scan::pass(bytes, end, br#",""#)?;
        if let Some(begin) = scan::pass(bytes, at, br#"at":""#) {
            let (told, end) = scan::time(bytes, begin)?;
            time = Some(told);
            at = scan::pass(bytes, end, br#"",""#)?;
        }
        at = scan::pass(bytes, at, br#"type":""#)?;
        let end = at + memchr::memchr(b'"', bytes.get(at..)?)?;
        let name = bytes.get(at..end)?;
        let kind = self.kinds.binary_search_by(|(known, _)| known.as_bytes().cmp(name)).ok()?;
        let (_, kind) = *self.kinds.get(kind)?;
        let begin = scan::pass(bytes, end, br#"","data":"#)?;
        let whole = bytes.strip_suffix(b"}")?;
        let data_end = whole.strip_suffix(br#","inferred":true"#).unwrap_or(whole).len();
        let line = Line { bytes, call, revision, at: time, digest: digest_of_line(bytes) };
        Some(Told { line, kind, data: (begin, data_end) })
    }

    pub(super) fn begin(&mut self, told: &Told<'_>) -> Option<Lean> {
        let line = &told.line;
        let Self { learned, spans, .. } = self;
        let details = learned.details.read(line.bytes, told.data, spans)?;
        let (beginning, state) = match (told.kind, details.state) {
            (Kind::Offered, _) => (Beginning::Offered, State::Incoming),
            (Kind::Placed, _) => (Beginning::Placed, State::Establishing),
            (Kind::Adopted, Some(state)) => (Beginning::Adopted, state),
            (Kind::Adopted, None) => (Beginning::Guessed, State::Established),
            _ => return None,
        };
        let mut lean = Lean::begin(line, beginning, state);
        lean.told(details, line, spans, &mut learned.names);
        Some(lean)
    }

    /// Folds a line into its call; false, and nothing changed, where the lean fold has no room for it.
    pub(super) fn evolve(&mut self, lean: &mut Lean, told: &Told<'_>) -> bool {
        let is_folded = self.take_in(lean, told).unwrap_or(false);
        if is_folded {
            lean.passed(&told.line);
        }
        is_folded
    }

    /// `None` where the shape of the data is not known.
    fn take_in(&mut self, lean: &mut Lean, told: &Told<'_>) -> Option<bool> {
        let Self { learned: Learned { details, tones, operations, beside, names, .. }, spans, .. } = self;
        let (line, data) = (&told.line, told.data);
        let is_live = lean.state.is_live();
        Some(match told.kind {
            Kind::Step(cause) => {
                let details = details.read(line.bytes, data, spans)?;
                let is_taken = lean.step(cause);
                if is_taken {
                    lean.told(details, line, spans, names);
                }
                is_taken
            }
            Kind::DetailsChanged => {
                let details = details.read(line.bytes, data, spans)?;
                if is_live {
                    lean.told(details, line, spans, names);
                }
                is_live
            }
            Kind::ToneReceived => {
                let tone = tones.read(line.bytes, data, spans)?;
                is_live && lean.press(tone, line, spans)
            }
            Kind::RosterUpdated => is_live && self.roster(lean, told)?,
            Kind::OperationCreated => {
                let operation = operations.read(line.bytes, data, spans)?;
                lean.create(operation, line, spans, names)
            }
            Kind::OperationUpdated => {
                let operation = operations.read(line.bytes, data, spans)?;
                lean.update(None, operation, line, spans, names)
            }
            Kind::OperationStep(cause) => {
                let operation = operations.read(line.bytes, data, spans)?;
                lean.update(Some(cause), operation, line, spans, names)
            }
            Kind::Beside => {
                beside.read(line.bytes, data, spans)?;
                is_live
            }
            Kind::Heard => {
                beside.read(line.bytes, data, spans)?;
                true
            }
            Kind::Offered | Kind::Placed | Kind::Adopted => false,
        })
    }

    /// Folds a roster: looked through whole before anybody is seated.
    fn roster(&mut self, lean: &mut Lean, told: &Told<'_>) -> Option<bool> {
        let (bytes, (begin, end)) = (told.line.bytes, told.data);
        let (sequence, begin) = match scan::pass(bytes, begin, DELTA) {
            Some(at) => {
                let (sequence, at) = scan::integer(bytes, at)?;
                (Some(sequence), scan::pass(bytes, at, OF_DELTA)?)
            }
            None => (None, scan::pass(bytes, begin, ROSTER)?),
        };
        let last = bytes.get(..end)?.strip_suffix(ROSTER_END)?.len();
        let Self { learned: Learned { participants, names, .. }, spans, .. } = self;
        let (mut at, mut count) = (begin, 0);
        while at < last {
            let (_, next) = participants.first(bytes, at, spans)?;
            count += 1;
            at = if next < last { scan::pass(bytes, next, b",").filter(|at| *at < last)? } else { next };
        }
        // Of two tellings of one participant in a delta the first counts: the whole fold knows.
        let is_plain = sequence.is_none() || count <= 1;
        if at != last || !is_plain || !lean.takes_delta(sequence) {
            return Some(false);
        }
        at = begin;
        while let Some((participant, next)) = participants.first(bytes, at, spans).filter(|_| at < last) {
            lean.sit(participant, sequence, &told.line, spans, names);
            at = next + 1;
        }
        Some(true)
    }
}
