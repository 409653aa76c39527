//! Messages of events: one or more lines of the log.

use callfold::{CallId, Recorded};
use memchr::memchr_iter;

use super::failed::Failed;
use super::get::Found;
use crate::store::{Position, Stored};

/// The most events of one message. It is also the distance between the positions of two messages.
pub(super) const LINES: usize = 1000;

/// The lines of a message, and their positions: the sequence of the message times 1000, plus the place in the message.
pub(super) fn lines(found: &Found) -> impl Iterator<Item = (Position, &[u8])> {
    let first = found.sequence.saturating_mul(LINES as u64);
    let positions = (first..).map(Position::new);
    let body: &[u8] = &found.body;
    let mut begin = 0;
    let lines = memchr_iter(b'\n', body).chain([body.len()]).map(move |end| {
        let line = body.get(begin..end).unwrap_or_default();
        begin = end + 1;
        line
    });
    positions.zip(lines)
}

/// True if a position is in this message.
pub(super) fn has(found: &Found, position: Position) -> bool {
    position.number() / LINES as u64 == found.sequence
}

/// The events of a message, and their positions.
pub(super) fn events(found: &Found) -> Result<Vec<Stored>, Failed> {
    let sequence = found.sequence;
    let first = sequence.saturating_mul(LINES as u64);
    let stored = |(line, place): (&str, u64)| {
        let event: Recorded = line.parse().map_err(|error| Failed::Line { sequence, error })?;
        Ok(Stored { position: Position::new(first.saturating_add(place)), event })
    };
    found.text()?.split('\n').zip(0..).map(stored).collect()
}

/// The line of a revision in a message, whose last event has its revision in a header.
pub(super) fn line(found: &Found, revision: u64) -> Result<Option<String>, Failed> {
    let Some(back) = found.revision()?.checked_sub(revision) else { return Ok(None) };
    let back = usize::try_from(back).unwrap_or(usize::MAX);
    Ok(found.text()?.rsplit('\n').nth(back).map(str::to_owned))
}

/// Events of one call that follow each other, as they go into one message.
pub(super) struct Run {
    pub(super) call: CallId,
    /// The revision of the last event.
    pub(super) last: u64,
    pub(super) text: String,
    lines: usize,
}

impl Run {
    pub(super) fn new(call: CallId, revision: u64, line: String) -> Self {
        Self { call, last: revision, text: line, lines: 1 }
    }

    /// Adds a line. If it does not fit, it comes back.
    pub(super) fn push(&mut self, call: CallId, revision: u64, line: String, room: usize) -> Option<String> {
        let bytes = self.text.len().saturating_add(line.len()).saturating_add(1);
        if self.call != call
            || self.last.checked_add(1) != Some(revision)
            || self.lines >= LINES
            || bytes > room
        {
            return Some(line);
        }
        self.text.push('\n');
        self.text.push_str(&line);
        self.last = revision;
        self.lines += 1;
        None
    }

    pub(super) fn first(&self) -> u64 {
        self.last.saturating_sub(self.lines as u64).saturating_add(1)
    }

    /// The line of a revision.
    pub(super) fn line(&self, revision: u64) -> Option<&str> {
        let place = revision.checked_sub(self.first()).and_then(|place| usize::try_from(place).ok())?;
        self.text.split('\n').nth(place)
    }
}
