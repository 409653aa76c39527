//! Reads lines in the canonical layout. The envelope is parsed by hand, and the data is matched with the
//! learned shapes.

use super::compact::{Arrivals, Line};
use super::kind::{Kind, Kinds};
use super::meaning::{Learned, ReportedParticipant};
use super::scan::{self, Clock};
use super::shape::tree::{Root, Shapes, Spans};
use super::time::Time;
use crate::call::event::CallEvent;
use crate::id::CallId;
use crate::ledger::digest::digest_of_line;

/// Reads lines.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    kinds: Kinds,
    clock: Clock,
    holes: Holes,
}

/// A line whose envelope was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reported<'a> {
    pub(super) line: Line<'a>,
    /// The index of the compact call of the line, if it is known.
    pub(super) compact: Option<u32>,
    pub(super) kind: Kind,
    /// The sequence number of a delta roster; `None` for any other line.
    pub(super) sequence: Option<i64>,
}

/// The contents of the holes of a line.
#[derive(Clone, Debug, Default)]
pub(super) struct Holes {
    pub(super) spans: Spans,
    pub(super) arrivals: Arrivals,
}

/// The literal parts of a full roster and of a delta roster.
const ROSTER: &[u8; 17] = br#"{"participants":["#;
const DELTA: &[u8; 18] = br#"{"sequenceNumber":"#;
const OF_DELTA: &[u8; 17] = br#","participants":["#;
const ROSTER_END: &[u8; 2] = b"]}";

impl Reader {
    /// Learns the shape of an event.
    pub(super) fn learn(&self, learned: &mut Learned, event: &CallEvent) {
        if let Some((root, _)) = self.kinds.find(event.kind().as_str().as_bytes()) {
            _ = learned.learn(root, event);
        }
    }

    /// The contents of the holes of the line that was read last.
    pub(super) const fn holes(&self) -> &Holes {
        &self.holes
    }

    /// Reads the first line of a log. `None` if the line is not in the canonical layout, or if its shape is
    /// unknown.
    pub(super) fn read<'a>(
        &mut self,
        learned: &Learned,
        (call, compact): (CallId, Option<u32>),
        log: &'a [u8],
    ) -> Option<Reported<'a>> {
        let mut at = scan::pass(log, scan::BEGIN.len() + scan::GUID, br#"","rev":"#)?;
        let (revision, end) = scan::integer(log, at)?;
        let revision = u64::try_from(revision).ok().filter(|revision| (1..1 << 53).contains(revision))?;
        let mut time = Time::NONE;
        at = scan::pass(log, end, br#",""#)?;
        if let Some(begin) = scan::pass(log, at, br#"at":""#) {
            let (reported, end) = self.clock.time(log, begin)?;
            time = reported;
            at = scan::pass(log, end, br#"",""#)?;
        }
        at = scan::pass(log, at, br#"type":""#)?;
        let end = scan::text(log, at)?;
        let (root, kind) = self.kinds.find(log.get(at..end)?)?;
        at = scan::pass(log, end, br#"","data":"#)?;
        let (sequence, end) = self.data(learned, (kind, root), log, at)?;
        at = scan::pass(log, end, br#","inferred":true"#).unwrap_or(end);
        let bytes = log.get(..scan::pass(log, at, b"}")?)?;
        // Places in a line are kept in 32 bits.
        u32::try_from(bytes.len()).ok()?;
        let line = Line { bytes, call, revision, at: time, digest: digest_of_line(bytes) };
        Some(Reported { line, compact, kind, sequence })
    }

    /// Finds the shape of the data that begins here, and the contents of its holes. Returns the sequence
    /// number, if the data is a delta roster, and the end of the data.
    fn data(
        &mut self,
        learned: &Learned,
        (kind, root): (Kind, Root),
        log: &[u8],
        begin: usize,
    ) -> Option<(Option<i64>, usize)> {
        let Learned { details, tones, operations, no_state_change, participants, .. } = learned;
        let spans = &mut self.holes.spans;
        let end = match kind {
            Kind::Offered | Kind::Placed | Kind::Adopted | Kind::Step(_) | Kind::DetailsChanged => {
                details.read(root, log, begin, spans)?.1
            }
            Kind::ToneReceived => tones.read(root, log, begin, spans)?.1,
            Kind::OperationCreated | Kind::OperationUpdated | Kind::OperationStep(_) => {
                operations.read(root, log, begin, spans)?.1
            }
            Kind::NoStateChange | Kind::NotificationHeard => no_state_change.read(root, log, begin, spans)?.1,
            Kind::RosterUpdated => return self.roster(participants, log, begin),
        };
        Some((None, end))
    }

    /// Reads a roster. Returns the sequence number, if the roster is a delta, and the end of the roster.
    fn roster(
        &mut self,
        participants: &Shapes<ReportedParticipant>,
        log: &[u8],
        begin: usize,
    ) -> Option<(Option<i64>, usize)> {
        let (sequence, mut at) = match scan::pass(log, begin, DELTA) {
            Some(at) => {
                let (sequence, at) = scan::integer(log, at)?;
                (Some(sequence), scan::pass(log, at, OF_DELTA)?)
            }
            None => (None, scan::pass(log, begin, ROSTER)?),
        };
        let Holes { spans, arrivals } = &mut self.holes;
        arrivals.clear();
        let mut end = scan::pass(log, at, ROSTER_END);
        while end.is_none() {
            let (participant, next) = participants.read(Root::default(), log, at, spans)?;
            arrivals.push(participant, log, spans, participants);
            end = scan::pass(log, next, ROSTER_END);
            at = if end.is_none() { scan::pass(log, next, b",")? } else { next };
        }
        // If a delta reports one participant twice, the first report counts. Only the full fold has this
        // rule.
        let is_plain = sequence.is_none() || arrivals.are_of_different_people();
        end.filter(|_| is_plain).map(|end| (sequence, end))
    }
}
