//! Replay of event logs in bulk: a summary of each call and every finding, as fast as possible.
//!
//! There are three ways to handle a line. The first one that fits is used:
//!
//! 1. The line is written exactly as this crate writes it, and its event has a known *shape*: an earlier
//!    event of the same kind had the same members in the same order. The line is matched and folded into a
//!    compact call without decoding. A compact call has only the values that a [`Summary`] needs, and the
//!    data that is needed to refuse an event.
//! 2. serde can read the line. The line is written again as this crate writes it, and then handled as in the
//!    first case.
//! 3. The compact fold cannot handle the line: a refusal, a line that comes too early, a duplicate, or an
//!    event that only a service records. A [`Replay`](crate::Replay) takes the line and the call. The call is
//!    kept in the compact form again as soon as it fits.

mod calls;
mod compact;
mod context;
mod digests;
mod full;
mod kind;
mod meaning;
mod names;
mod reader;
mod results;
mod scan;
mod shape;
mod summary;
mod time;

use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroUsize;

pub use context::ClientContext;
pub use summary::{OperationSummary, Summary};

use crate::finding::Finding;
use crate::id::CallId;
use crate::ledger::point::Moment;
use crate::record::recorded::Recorded;
use calls::Calls;
#[cfg(any(feature = "testing", doc))]
use compact::Line;
#[cfg(any(feature = "testing", doc))]
use reader::Holes;
use reader::{Reader, Reported};

/// A fast replay of event logs. It keeps a [`Summary`] of each call, and has the same findings as a
/// [`Replay`](crate::Replay).
///
/// ```
/// use callfold::Bulk;
/// use callfold::call::State;
///
/// let log = br#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}
/// {"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"established","data":{}}"#;
/// let mut bulk = Bulk::new();
/// for line in log.split(|byte| *byte == b'\n') {
///     assert!(bulk.line(line).is_empty());
/// }
/// assert_eq!(bulk.calls()[0].state(), State::Established);
/// ```
#[derive(Clone)]
pub struct Bulk {
    reader: Reader,
    calls: Calls,
    /// The index of the part of the calls that this replay takes, and the number of parts.
    part: (usize, NonZeroUsize),
}

/// Shows the numbers of calls and events only, because lines contain secrets.
impl fmt::Debug for Bulk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (calls, events) = (self.calls.count(), self.events());
        f.debug_struct("Bulk").field("calls", &calls).field("events", &events).finish_non_exhaustive()
    }
}

/// A decoded line of a log. It is valid only for the bulk replay that decoded it: see [`Bulk::decode`].
#[cfg(any(feature = "testing", doc))]
#[derive(Clone)]
pub struct DecodedLine<'a> {
    reported: Reported<'a>,
    holes: Holes,
}

#[cfg(any(feature = "testing", doc))]
impl fmt::Debug for DecodedLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line { call, revision, .. } = self.reported.line;
        f.debug_struct("DecodedLine")
            .field("call", &call)
            .field("revision", &revision)
            .finish_non_exhaustive()
    }
}

#[cfg(any(feature = "testing", doc))]
impl DecodedLine<'_> {
    /// Replaces the call id in the decoded line, so that a benchmark can apply one line to many calls.
    pub const fn set_call(&mut self, call: CallId) {
        self.reported.line.call = call;
    }
}

impl Default for Bulk {
    fn default() -> Self {
        Self { reader: Reader::default(), calls: Calls::default(), part: (0, NonZeroUsize::MIN) }
    }
}

impl Bulk {
    /// A replay of all calls, to their last events.
    pub fn new() -> Self {
        Self::default()
    }

    /// Replays each call only up to a moment.
    #[must_use]
    pub fn until(self, moment: Moment) -> Self {
        Self { calls: self.calls.with(|replay| replay.until(moment)), ..self }
    }

    /// Replays only one call.
    #[must_use]
    pub fn only(self, call: CallId) -> Self {
        Self { calls: self.calls.with(|replay| replay.only(call)), ..self }
    }

    /// Replays only one of several parts of the calls, so that several threads can share a log. Together, the
    /// parts have the same findings as one replay of all calls. `of` is the number of parts, and `index`
    /// counts from 0. If `index` is not below `of`, the replay skips all calls, unless `of` is 1.
    ///
    /// ```
    /// use callfold::Bulk;
    ///
    /// let line = br#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let two = 2.try_into()?;
    /// let mut parts = [Bulk::new().part(0, two), Bulk::new().part(1, two)];
    /// parts.iter_mut().for_each(|part| assert!(part.line(line).is_empty()));
    /// assert_eq!(parts.iter().map(Bulk::events).sum::<u64>(), 1);
    /// # Ok::<(), std::num::TryFromIntError>(())
    /// ```
    #[must_use]
    pub fn part(self, index: usize, of: NonZeroUsize) -> Self {
        Self { part: (index, of), ..self }
    }

    /// The index of the part that handles this line, if the calls are divided into `of` parts: see
    /// [`Bulk::part`]. `None` if the beginning of the line does not show the call: pass such a line to every
    /// part.
    ///
    /// ```
    /// use callfold::Bulk;
    ///
    /// let line = br#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// assert!(Bulk::part_of(line, 2.try_into()?).is_some());
    /// assert!(Bulk::part_of(b"not JSON", 2.try_into()?).is_none());
    /// # Ok::<(), std::num::TryFromIntError>(())
    /// ```
    pub fn part_of(line: &[u8], of: NonZeroUsize) -> Option<usize> {
        scan::owner(line).map(|owner| part(owner, of))
    }

    /// The number of folded events.
    pub const fn events(&self) -> u64 {
        self.calls.events()
    }

    /// Replays one line of an event log. Returns the findings that a [`Replay`](crate::Replay) would return.
    ///
    /// ```
    /// use callfold::{Bulk, FindingKind};
    ///
    /// let findings = Bulk::new().line(b"not JSON");
    /// assert_eq!(findings[0].kind, FindingKind::Malformed);
    /// ```
    pub fn line(&mut self, line: &[u8]) -> Vec<Finding> {
        let owner = scan::owner(line);
        if owner.is_some_and(|owner| !self.is_mine(owner)) {
            return Vec::new();
        }
        if let Some(reported) = &self.read(line)
            && reported.line.bytes.len() == line.len()
            && self.calls.fold(reported, self.reader.holes())
        {
            return Vec::new();
        }
        self.non_canonical(line, owner.is_some())
    }

    /// Replays the first line of a log, and adds the findings that a [`Replay`](crate::Replay) would return.
    /// Returns the length of the line in bytes, including its line end. If an earlier line had the same
    /// members in the same order, this method is faster than a search for the line end and [`Bulk::line`].
    ///
    /// ```
    /// use callfold::Bulk;
    ///
    /// let mut log = b"not JSON\n\nnor is this".as_slice();
    /// let mut findings = Vec::new();
    /// let mut bulk = Bulk::new();
    /// while !log.is_empty() {
    ///     let length = bulk.first_line(log, &mut findings);
    ///     log = &log[length..];
    /// }
    /// assert_eq!(findings.len(), 2);
    /// ```
    pub fn first_line(&mut self, log: &[u8], findings: &mut Vec<Finding>) -> usize {
        let owner = scan::owner(log);
        if owner.is_some_and(|owner| !self.is_mine(owner)) {
            return scan::line(log);
        }
        if let Some(reported) = &self.read(log)
            && let Some(end) = scan::end(log, reported.line.bytes.len())
        {
            if !self.calls.fold(reported, self.reader.holes()) {
                findings.extend(self.non_canonical(reported.line.bytes, true));
            }
            return end;
        }
        let length = scan::line(log);
        let line = log.get(..length).unwrap_or_default().trim_ascii();
        if !line.is_empty() {
            findings.extend(self.line(line));
        }
        length
    }

    /// Reads the first line of a log, if the shape of its event is known.
    fn read<'a>(&mut self, log: &'a [u8]) -> Option<Reported<'a>> {
        let call = scan::call(log)?;
        self.reader.read(&self.calls.learned, (call, self.calls.find(call)), log)
    }

    /// True if calls whose ids begin with these eight digits belong to this part.
    fn is_mine(&self, owner: u32) -> bool {
        let (index, of) = self.part;
        of == NonZeroUsize::MIN || part(owner, of) == index
    }

    /// Folds the lines that were held back because their revisions came too early, and returns the findings
    /// about these lines. Call this method at the end of the log.
    ///
    /// ```
    /// use callfold::Bulk;
    ///
    /// let line = br#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"placed","data":{}}"#;
    /// let mut bulk = Bulk::new();
    /// assert_eq!(bulk.line(line).len(), 1); // revision 1 is missing
    /// assert!(bulk.finish().is_empty());
    /// assert_eq!(bulk.events(), 1);
    /// ```
    pub fn finish(&mut self) -> Vec<Finding> {
        self.calls.replay.finish(|_| {})
    }

    /// The summaries of all calls, in the order of their ids.
    pub fn calls(&self) -> Vec<Summary<'_>> {
        self.calls.summaries()
    }

    /// Handles a line in the second or the third way. Every part reads a line that may belong to any part.
    #[cold]
    fn non_canonical(&mut self, line: &[u8], is_known_mine: bool) -> Vec<Finding> {
        let is_mine = |this: &Self, call: Option<CallId>| {
            is_known_mine || this.is_mine(call.map_or(0, |call| call.guid().as_fields().0))
        };
        let mut findings = Vec::new();
        match Recorded::read(line) {
            Ok(recorded) if !is_mine(self, Some(recorded.call)) => {}
            Ok(recorded) => {
                let canonical = recorded.to_string();
                let reported = match self.read(canonical.as_bytes()) {
                    None => {
                        self.reader.learn(&mut self.calls.learned, &recorded.event);
                        self.read(canonical.as_bytes())
                    }
                    known => known,
                };
                if !reported.is_some_and(|reported| self.calls.fold(&reported, self.reader.holes())) {
                    self.calls.whole(recorded, &mut findings);
                }
            }
            Err(error) => {
                let call = core::str::from_utf8(line).ok().and_then(Recorded::call_of);
                self.calls.replay.unread(&error, call, &mut findings);
                findings.retain(|finding| is_mine(self, finding.call));
            }
        }
        findings
    }
}

#[cfg(any(feature = "testing", doc))]
impl Bulk {
    /// Decodes a line that this crate wrote and whose members are those of an earlier line, to fold it later.
    /// Returns `None` for any other line: pass such a line to [`Bulk::line`]. A benchmark can measure the
    /// cost of folding alone with this method. The method ignores [`Bulk::part`] and [`Bulk::until`].
    ///
    /// ```
    /// use callfold::Bulk;
    ///
    /// let log = br#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}
    /// {"v":1,"call":"67dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let [first, second] = [&log[..87], &log[88..]];
    /// let mut bulk = Bulk::new();
    /// assert!(bulk.decode(first).is_none());
    /// assert!(bulk.line(first).is_empty());
    /// let mut decoded = bulk.decode(second).unwrap();
    /// assert!(bulk.apply(&decoded));
    /// assert_eq!(bulk.calls().len(), 2);
    /// ```
    pub fn decode<'a>(&mut self, line: &'a [u8]) -> Option<DecodedLine<'a>> {
        let reported = self.read(line).filter(|reported| reported.line.bytes.len() == line.len())?;
        Some(DecodedLine { reported, holes: self.reader.holes().clone() })
    }

    /// Folds a line that this replay decoded. Returns false and changes nothing if only [`Bulk::line`] can
    /// handle the line: the line has findings, or it is not the next line of its call.
    pub fn apply(&mut self, line: &DecodedLine<'_>) -> bool {
        let reported = Reported { compact: self.calls.find(line.reported.line.call), ..line.reported };
        self.calls.fold(&reported, &line.holes)
    }
}

/// The part for the calls whose ids begin with these eight digits.
fn part(owner: u32, of: NonZeroUsize) -> usize {
    (owner.wrapping_mul(0x9E37_79B9) >> 8) as usize % of
}
