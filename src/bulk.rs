//! Replay of event logs in bulk: what a summary tells of each call, and every finding, at the speed of the machine.
//!
//! Each line takes the first of three ways that is open to it. One in the canonical layout, of a shape that came
//! before, is matched and folded into a lean call, and nothing is decoded. Any other is read by serde, written
//! again in the canonical layout, and taken as that. What the lean fold has no room for (a refusal, a line that
//! came too early, a second telling, the side of the service) goes to a [`Replay`], the call with it, and the call
//! comes back once it is lean again.

mod digests;
mod kind;
mod lean;
mod meaning;
mod names;
mod reader;
mod results;
mod scan;
mod shape;
mod summary;
mod time;
mod whole;

use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroUsize;

use hashbrown::HashTable;

pub use summary::{OperationSummary, Summary};

use crate::ledger::hash_of_call as hash;
use crate::{CallId, Finding, Moment, Recorded, Replay};
use lean::Lean;
#[cfg(any(feature = "testing", doc))]
use lean::Line;
#[cfg(any(feature = "testing", doc))]
use reader::Holes;
use reader::{Reader, Told};

/// A replay of event logs in bulk: it keeps of each call what a summary tells, and finds what a [`Replay`] finds.
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
    calls: Vec<Slot>,
    index: HashTable<u32>,
    /// Where the calls are that are not lean, and what came too early.
    replay: Replay,
    is_whole: bool,
    /// Which part of the calls it takes, of how many.
    part: (usize, NonZeroUsize),
    /// Events that were folded into lean calls.
    events: u64,
}

/// How many calls there are, and no more: lines hold secrets.
impl fmt::Debug for Bulk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calls = self.calls.iter().filter(|slot| !slot.is_away).count() + self.replay.calls().count();
        f.debug_struct("Bulk").field("calls", &calls).field("events", &self.events()).finish_non_exhaustive()
    }
}

/// A line of a log, decoded for the bulk replay that read it, and for no other: see [`Bulk::decode`].
#[cfg(any(feature = "testing", doc))]
#[derive(Clone)]
pub struct DecodedLine<'a> {
    told: Told<'a>,
    holes: Holes,
}

#[cfg(any(feature = "testing", doc))]
impl fmt::Debug for DecodedLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Line { call, revision, .. } = self.told.line;
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
    /// assert!(bulk.apply(&mut decoded));
    /// assert_eq!(bulk.calls().len(), 2);
    /// ```
    pub const fn set_call(&mut self, call: CallId) {
        self.told.line.call = call;
    }
}

#[derive(Clone, Debug)]
struct Slot {
    lean: Lean,
    /// True while the replay has the call.
    is_away: bool,
}

impl Default for Bulk {
    fn default() -> Self {
        Self {
            reader: Reader::default(),
            calls: Vec::new(),
            index: HashTable::new(),
            replay: Replay::new().onto(crate::Ledger::of_lines()),
            is_whole: true,
            part: (0, NonZeroUsize::MIN),
            events: 0,
        }
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
        Self { replay: self.replay.until(moment), is_whole: false, ..self }
    }

    /// Replays one call alone.
    ///
    /// ```
    /// # use callfold::{Bulk, CallId};
    /// let bulk = Bulk::new().only(CallId::new(uuid::Uuid::nil()));
    /// ```
    #[must_use]
    pub fn only(self, call: CallId) -> Self {
        Self { replay: self.replay.only(call), is_whole: false, ..self }
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
        self.events + self.replay.events()
    }

    /// Takes in one line of an event log. Gives what a [`Replay`] would find.
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
        match scan::call(line) {
            Some(call) if self.reader.read(call, line).is_some_and(|told| self.fold(&told)) => Vec::new(),
            _ => self.odd(line, owner.is_some()),
        }
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
        self.replay.finish(|_| {})
    }

    /// What is told of each call, in the order of their ids.
    ///
    /// ```
    /// # use callfold::Bulk;
    /// assert!(Bulk::new().calls().is_empty());
    /// ```
    pub fn calls(&self) -> Vec<Summary<'_>> {
        let lean = self.calls.iter().filter(|slot| !slot.is_away);
        let lean = lean.map(|slot| Summary::lean(&slot.lean, self.reader.learned()));
        let whole = self.replay.calls().map(Summary::from);
        let mut calls: Vec<_> = lean.chain(whole).map(|call| (call.id(), call)).collect();
        calls.sort_unstable_by_key(|(id, _)| *id);
        calls.into_iter().map(|(_, call)| call).collect()
    }

    /// Folds a line into its lean call; false, and nothing changed, where that has no room for it.
    fn fold(&mut self, told: &Told<'_>) -> bool {
        let line = &told.line;
        if !self.is_whole && !self.replay.wants(line.call, line.revision, line.at.told()) {
            return true;
        }
        let is_folded = match find(&self.index, &self.calls, line.call) {
            Some(index) => match self.calls.get_mut(index as usize) {
                Some(slot) if !slot.is_away && line.revision == slot.lean.revision + 1 => {
                    self.reader.evolve(&mut slot.lean, told)
                }
                Some(_) | None => false,
            },
            None => self.begin(told),
        };
        self.events += u64::from(is_folded);
        is_folded
    }

    fn begin(&mut self, told: &Told<'_>) -> bool {
        let line = &told.line;
        let is_known = self.replay.call(line.call).is_some() || self.replay.waits_for(line.call);
        if line.revision != 1 || is_known {
            return false;
        }
        let Some(lean) = self.reader.begin(told) else { return false };
        self.keep(lean);
        true
    }

    fn keep(&mut self, lean: Lean) {
        let Self { index, calls, .. } = self;
        let Ok(number) = u32::try_from(calls.len()) else { return };
        index.insert_unique(hash(lean.id), number, |number| {
            calls.get(*number as usize).map_or(0, |slot| hash(slot.lean.id))
        });
        calls.push(Slot { lean, is_away: false });
    }

    /// Takes the other two ways. A line that is not known to be this part's is looked at by all.
    #[cold]
    fn odd(&mut self, line: &[u8], is_known_mine: bool) -> Vec<Finding> {
        let is_mine = |this: &Self, call: Option<CallId>| {
            is_known_mine || this.is_mine(call.map_or(0, |call| call.guid().as_fields().0))
        };
        let mut findings = Vec::new();
        match Recorded::read(line) {
            Ok(recorded) if !is_mine(self, Some(recorded.call)) => {}
            Ok(recorded) => {
                let canonical = recorded.to_string();
                self.reader.learn(&recorded.event);
                let told = self.reader.read(recorded.call, canonical.as_bytes());
                if !told.is_some_and(|told| self.fold(&told)) {
                    self.whole(recorded, &mut findings);
                }
            }
            Err(error) => {
                self.replay.unread(line, &error, &mut findings);
                findings.retain(|finding| is_mine(self, finding.call));
            }
        }
        findings
    }

    /// Folds an event into its whole call.
    fn whole(&mut self, recorded: Recorded, findings: &mut Vec<Finding>) {
        let call = recorded.call;
        let index = find(&self.index, &self.calls, call).map(|index| index as usize);
        if let Some(slot) = index.and_then(|index| self.calls.get_mut(index))
            && !slot.is_away
        {
            slot.is_away = true;
            self.replay.working_set_mut().put(whole::thaw(&slot.lean, self.reader.learned()));
        }
        self.replay.recorded(recorded, &mut |_| {}, findings);
        if self.replay.waits_for(call) {
            return;
        }
        let entry = self.replay.working_set().entry(call);
        let Some(lean) = entry.and_then(|entry| whole::freeze(entry, self.reader.learned_mut())) else {
            return;
        };
        self.replay.working_set_mut().remove(call);
        match index.and_then(|index| self.calls.get_mut(index)) {
            Some(slot) => *slot = Slot { lean, is_away: false },
            None => self.keep(lean),
        }
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
    /// assert!(bulk.apply(&mut decoded));
    /// assert_eq!(bulk.calls().len(), 2);
    /// ```
    pub fn decode<'a>(&mut self, line: &'a [u8]) -> Option<DecodedLine<'a>> {
        let told = self.reader.read(scan::call(line)?, line)?;
        Some(DecodedLine { told, holes: self.reader.holes().clone() })
    }

    /// Folds a line that this replay decoded. False, and nothing changed, where that is for [`Bulk::line`] to do: it
    /// has findings, or it is not the next one of its call.
    ///
    /// ```
    /// # use callfold::Bulk;
    /// # let mut bulk = Bulk::new();
    /// # let line = br#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// # bulk.line(line);
    /// let mut again = bulk.decode(line).unwrap();
    /// assert!(!bulk.apply(&mut again));
    /// ```
    pub fn apply(&mut self, line: &mut DecodedLine<'_>) -> bool {
        core::mem::swap(self.reader.holes(), &mut line.holes);
        let is_folded = self.fold(&line.told);
        core::mem::swap(self.reader.holes(), &mut line.holes);
        is_folded
    }
}

/// The part of the calls whose ids begin with these eight digits.
fn part(owner: u32, of: NonZeroUsize) -> usize {
    (owner.wrapping_mul(0x9E37_79B9) >> 8) as usize % of
}

fn find(index: &HashTable<u32>, calls: &[Slot], call: CallId) -> Option<u32> {
    let is_it = |number: &u32| calls.get(*number as usize).is_some_and(|slot| slot.lean.id == call);
    index.find(hash(call), is_it).copied()
}
