//! Replay of event logs in bulk: what a summary tells of each call, and every finding, at the speed of the machine.
//!
//! Each line takes the first of three ways that is open to it. One in the canonical layout, of a shape that came
//! before, is matched and folded into a lean call, and nothing is decoded. Any other is read by serde, written
//! again in the canonical layout, and taken as that. What the lean fold has no room for (a refusal, a line that
//! came too early, a second telling, the side of the service) goes to a [`Replay`](crate::Replay), the call with it,
//! and the call comes back once it is lean again.

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

/// A replay of event logs in bulk: it keeps of each call what a summary tells, and finds what a
/// [`Replay`](crate::Replay) finds.
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
    /// Which part of the calls it takes, of how many.
    part: (usize, NonZeroUsize),
}

/// How many calls there are, and no more: lines hold secrets.
impl fmt::Debug for Bulk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (calls, events) = (self.calls.count(), self.events());
        f.debug_struct("Bulk").field("calls", &calls).field("events", &events).finish_non_exhaustive()
    }
}

/// A line of a log, decoded for the bulk replay that read it, and for no other: see [`Bulk::decode`].
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
    /// Makes it tell the same of another call.
    ///
    /// ```
    /// # use callfold::{Bulk, CallId};
    /// # let mut bulk = Bulk::new();
    /// # let line = br#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// # bulk.line(line);
    /// let mut decoded = bulk.decode(line).unwrap();
    /// decoded.set_call(CallId::new(uuid::Uuid::nil()));
    /// assert!(bulk.apply(&decoded));
    /// assert_eq!(bulk.calls().len(), 2);
    /// ```
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
    /// A replay of everything.
    ///
    /// ```
    /// # use callfold::Bulk;
    /// assert_eq!(Bulk::new().events(), 0);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops each call at a moment.
    ///
    /// ```
    /// # use callfold::{Bulk, Moment};
    /// let bulk = Bulk::new().until(Moment::Revision(3));
    /// ```
    #[must_use]
    pub fn until(self, moment: Moment) -> Self {
        Self { calls: self.calls.with(|replay| replay.until(moment)), ..self }
    }

    /// Replays one call alone.
    ///
    /// ```
    /// # use callfold::{Bulk, CallId};
    /// let bulk = Bulk::new().only(CallId::new(uuid::Uuid::nil()));
    /// ```
    #[must_use]
    pub fn only(self, call: CallId) -> Self {
        Self { calls: self.calls.with(|replay| replay.only(call)), ..self }
    }

    /// Takes one part of the calls, of so many: what several threads find, each in its part, is what one finds in all.
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

    /// Which part of so many a line belongs to; `None` where only all of them together can tell.
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

    /// How many events were folded.
    ///
    /// ```
    /// # use callfold::Bulk;
    /// assert_eq!(Bulk::new().events(), 0);
    /// ```
    pub const fn events(&self) -> u64 {
        self.calls.events()
    }

    /// Takes in one line of an event log. Gives what a [`Replay`](crate::Replay) would find.
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

    /// Takes in the line with which a log begins, and adds what a [`Replay`](crate::Replay) would find. Gives the length
    /// of the line, bytes, its end among them. In a log of lines that are known it is not looked for where each ends.
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

    /// Reads the line with which a log begins, where it is of a shape that is known.
    fn read<'a>(&mut self, log: &'a [u8]) -> Option<Reported<'a>> {
        let call = scan::call(log)?;
        self.reader.read(&self.calls.learned, (call, self.calls.find(call)), log)
    }

    /// True where calls whose ids begin with these eight digits belong to this part.
    fn is_mine(&self, owner: u32) -> bool {
        let (index, of) = self.part;
        of == NonZeroUsize::MIN || part(owner, of) == index
    }

    /// Folds what is still held back: lines whose revision came too early, at the end of the log.
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

    /// What is told of each call, in the order of their ids.
    ///
    /// ```
    /// # use callfold::Bulk;
    /// assert!(Bulk::new().calls().is_empty());
    /// ```
    pub fn calls(&self) -> Vec<Summary<'_>> {
        self.calls.summaries()
    }

    /// Takes the other two ways. A line that is not known to be this part's is looked at by all.
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
                self.reader.learn(&mut self.calls.learned, &recorded.event);
                let reported = self.read(canonical.as_bytes());
                if !reported.is_some_and(|reported| self.calls.fold(&reported, self.reader.holes())) {
                    self.calls.whole(recorded, &mut findings);
                }
            }
            Err(error) => {
                self.calls.replay.unread(line, &error, &mut findings);
                findings.retain(|finding| is_mine(self, finding.call));
            }
        }
        findings
    }
}

#[cfg(any(feature = "testing", doc))]
impl Bulk {
    /// Decodes a line in the canonical layout whose shape came before, to be folded later; `None` for any other, which
    /// [`Bulk::line`] takes in. For measuring what folding costs by itself: neither a part nor a moment is looked at.
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

    /// Folds a line that this replay decoded. False, and nothing changed, where that is for [`Bulk::line`] to do: it
    /// has findings, or it is not the next one of its call.
    ///
    /// ```
    /// # use callfold::Bulk;
    /// # let mut bulk = Bulk::new();
    /// # let line = br#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// # bulk.line(line);
    /// let again = bulk.decode(line).unwrap();
    /// assert!(!bulk.apply(&again));
    /// ```
    pub fn apply(&mut self, line: &DecodedLine<'_>) -> bool {
        let reported = Reported { compact: self.calls.find(line.reported.line.call), ..line.reported };
        self.calls.fold(&reported, &line.holes)
    }
}

/// The part of the calls whose ids begin with these eight digits.
fn part(owner: u32, of: NonZeroUsize) -> usize {
    (owner.wrapping_mul(0x9E37_79B9) >> 8) as usize % of
}
