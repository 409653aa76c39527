//! The layouts in which an event's data came, learned from the crate's own writing: each text and number that may
//! vary is a hole, and all between the holes is literal. A line that fits a known shape is not decoded anew.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::scan;
use crate::graph::wire::{Hole, ITEM};

/// How many holes a shape has at the most.
pub(super) const HOLES: usize = 40;

/// How many shapes may follow one another in one place, and how many places there are for one kind of data: a log
/// without end must not teach without end.
const BRANCHES: usize = 48;
const PLACES: usize = 4096;

/// What stands in the holes of a line: where each begins and ends.
#[derive(Clone, Debug)]
pub(super) struct Spans {
    begin: usize,
    end: usize,
    count: usize,
    holes: [(u32, u32); HOLES],
}

impl Default for Spans {
    fn default() -> Self {
        Self { begin: 0, end: 0, count: 0, holes: [(0, 0); HOLES] }
    }
}

/// A place in a line: so many bytes behind the end of a hole, or behind the beginning of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// How many holes are before it.
    holes: u8,
    bytes: u16,
}

impl Spans {
    pub(super) fn hole(&self, index: u8) -> (usize, usize) {
        let (start, end) = self.holes.get(usize::from(index)).copied().unwrap_or_default();
        (start as usize, end as usize)
    }

    /// Where the whole of the data stands.
    pub(super) const fn whole(&self) -> (usize, usize) {
        (self.begin, self.end)
    }

    pub(super) fn place(&self, mark: Mark) -> usize {
        let last = usize::from(mark.holes).checked_sub(1).and_then(|last| self.holes.get(last));
        last.map_or(self.begin, |(_, end)| *end as usize) + usize::from(mark.bytes)
    }
}

/// All shapes of one kind of data, as a tree: shapes that begin alike share their beginning.
#[derive(Clone, Debug)]
pub(super) struct Shapes<M> {
    roots: Vec<u32>,
    places: Vec<Place<M>>,
}

#[derive(Clone, Debug)]
struct Place<M> {
    literal: Box<[u8]>,
    then: Then<M>,
}

#[derive(Clone, Debug)]
enum Then<M> {
    /// The data ends: what it means.
    End(M),
    /// A hole, and what may follow it.
    Hole(Hole, Vec<u32>),
}

impl<M> Default for Shapes<M> {
    fn default() -> Self {
        Self { roots: Vec::new(), places: Vec::new() }
    }
}

impl<M> Shapes<M> {
    /// The meaning of the data that stands here, where its shape is known.
    pub(super) fn read(&self, bytes: &[u8], (begin, end): (usize, usize), spans: &mut Spans) -> Option<&M> {
        self.first(bytes, begin, spans).filter(|(_, last)| *last == end).map(|(meaning, _)| meaning)
    }

    /// The meaning and the end of the data that begins here.
    pub(super) fn first(&self, bytes: &[u8], begin: usize, spans: &mut Spans) -> Option<(&M, usize)> {
        spans.begin = begin;
        spans.count = 0;
        let (meaning, end) = self.follow(&self.roots, bytes, begin, spans)?;
        spans.end = end;
        Some((meaning, end))
    }

    fn follow(&self, places: &[u32], bytes: &[u8], at: usize, spans: &mut Spans) -> Option<(&M, usize)> {
        let rest = bytes.get(at..)?;
        places.iter().find_map(|place| {
            let place = self.places.get(*place as usize)?;
            let at = rest.starts_with(&place.literal).then_some(at + place.literal.len())?;
            match &place.then {
                Then::End(meaning) => Some((meaning, at)),
                Then::Hole(hole, next) => {
                    let end = fill(*hole, bytes, at)?;
                    let count = spans.count;
                    *spans.holes.get_mut(count)? = (u32::try_from(at).ok()?, u32::try_from(end).ok()?);
                    spans.count = count + 1;
                    let found = self.follow(next, bytes, end, spans);
                    if found.is_none() {
                        spans.count = count;
                    }
                    found
                }
            }
        })
    }

    /// Remembers a layout; leaves it where there is no more room.
    pub(super) fn learn(&mut self, layout: &Layout<'_>, meaning: M) {
        let mut parent: Option<usize> = None;
        for (literal, hole) in &layout.parts {
            let Some(hole) = hole else { break };
            let is_same = |place: &Place<M>| {
                *place.literal == **literal && matches!(&place.then, Then::Hole(known, _) if known == hole)
            };
            let known = self.after(parent).iter().copied().find(|next| self.is(*next, is_same));
            let next = known.or_else(|| self.add(parent, literal, Then::Hole(*hole, Vec::new())));
            let Some(next) = next else { return };
            parent = Some(next as usize);
        }
        let Some((literal, _)) = layout.parts.last() else { return };
        let is_same = |place: &Place<M>| *place.literal == **literal && matches!(place.then, Then::End(_));
        if !self.after(parent).iter().any(|next| self.is(*next, is_same)) {
            self.add(parent, literal, Then::End(meaning));
        }
    }

    fn is(&self, place: u32, test: impl Fn(&Place<M>) -> bool) -> bool {
        self.places.get(place as usize).is_some_and(test)
    }

    fn after(&self, parent: Option<usize>) -> &[u32] {
        match parent.map(|parent| self.places.get(parent).map(|place| &place.then)) {
            None => &self.roots,
            Some(Some(Then::Hole(_, next))) => next,
            Some(_) => &[],
        }
    }

    fn add(&mut self, parent: Option<usize>, literal: &[u8], then: Then<M>) -> Option<u32> {
        if self.after(parent).len() >= BRANCHES || self.places.len() >= PLACES {
            return None;
        }
        let place = u32::try_from(self.places.len()).ok()?;
        match parent {
            None => self.roots.push(place),
            Some(parent) => match &mut self.places.get_mut(parent)?.then {
                Then::Hole(_, next) => next.push(place),
                Then::End(_) => return None,
            },
        }
        self.places.push(Place { literal: literal.into(), then });
        Some(place)
    }
}

/// The end of what fills a hole.
fn fill(hole: Hole, bytes: &[u8], at: usize) -> Option<usize> {
    match hole {
        Hole::Text => scan::text(bytes, at),
        Hole::Name => {
            let end = scan::text(bytes, at)?;
            let name = bytes.get(at..end)?;
            (scan::is_name(name)).then_some(end)
        }
        Hole::Small => {
            scan::integer(bytes, at).filter(|(number, _)| i32::try_from(*number).is_ok()).map(|it| it.1)
        }
        Hole::Integer => scan::integer(bytes, at).map(|(_, end)| end),
        Hole::Truth => {
            let rest = bytes.get(at..)?;
            let length = if rest.starts_with(b"true") {
                4
            } else if rest.starts_with(b"false") {
                5
            } else {
                return None;
            };
            Some(at + length)
        }
        Hole::Fixed | Hole::Unknown | Hole::Never => None,
    }
}

/// Data in the canonical writing, taken apart.
#[derive(Debug)]
pub(super) struct Layout<'t> {
    text: &'t [u8],
    at: usize,
    /// Where the literal that is being passed over began.
    literal: usize,
    /// Each literal and the hole behind it.
    parts: Vec<(&'t [u8], Option<Hole>)>,
    path: Vec<&'t str>,
    /// The holes directly in the object, by the names of their members.
    holes: Vec<(&'t str, u8)>,
    /// The members of the object, and where their values begin and end.
    members: Vec<(&'t str, Mark, Mark)>,
    allowed: fn(&[&str]) -> Hole,
}

impl<'t> Layout<'t> {
    /// Takes an object apart; `None` where it has something that may be written in more ways than one.
    pub(super) fn of(text: &'t str, allowed: fn(&[&str]) -> Hole) -> Option<Self> {
        let mut this = Self {
            text: text.as_bytes(),
            at: 0,
            literal: 0,
            parts: Vec::new(),
            path: Vec::new(),
            holes: Vec::new(),
            members: Vec::new(),
            allowed,
        };
        this.value()?;
        let last = this.text.get(this.literal..)?;
        this.parts.push((last, None));
        (this.at == this.text.len() && this.parts.len() <= HOLES).then_some(this)
    }

    /// Which hole a member's value is.
    pub(super) fn hole(&self, member: &str) -> Option<u8> {
        self.holes.iter().find(|(name, _)| *name == member).map(|(_, hole)| *hole)
    }

    /// Where a member's value stands.
    pub(super) fn member(&self, member: &str) -> Option<(Mark, Mark)> {
        self.members.iter().find(|(name, ..)| *name == member).map(|(_, start, end)| (*start, *end))
    }

    fn next(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn pass(&mut self, byte: u8) -> Option<()> {
        (self.next()? == byte).then(|| self.at += 1)
    }

    fn mark(&self) -> Option<Mark> {
        let bytes = u16::try_from(self.at - self.literal).ok()?;
        Some(Mark { holes: u8::try_from(self.parts.len()).ok()?, bytes })
    }

    fn value(&mut self) -> Option<()> {
        match self.next()? {
            b'{' => self.object(),
            b'[' => self.array(),
            _ => self.scalar(),
        }
    }

    fn object(&mut self) -> Option<()> {
        self.pass(b'{')?;
        while self.next()? != b'}' {
            self.pass(b'"')?;
            let end = scan::text(self.text, self.at)?;
            let name = core::str::from_utf8(self.text.get(self.at..end)?).ok()?;
            self.at = end + 1;
            self.pass(b':')?;
            self.path.push(name);
            let start = self.mark()?;
            self.value()?;
            if let [member] = *self.path {
                self.members.push((member, start, self.mark()?));
            }
            self.path.pop();
            if self.next()? == b',' {
                self.at += 1;
            }
        }
        self.pass(b'}')
    }

    fn array(&mut self) -> Option<()> {
        self.pass(b'[')?;
        self.path.push(ITEM);
        while self.next()? != b']' {
            self.value()?;
            if self.next()? == b',' {
                self.at += 1;
            }
        }
        self.path.pop();
        self.pass(b']')
    }

    fn scalar(&mut self) -> Option<()> {
        let rest = self.text.get(self.at..)?;
        let length = match rest.first()? {
            b'"' => scan::text(self.text, self.at + 1)? + 1 - self.at,
            _ => rest.iter().position(|byte| matches!(byte, b',' | b'}' | b']'))?,
        };
        let quoted = usize::from(rest.first() == Some(&b'"'));
        let (start, end) = (self.at + quoted, self.at + length);
        match self.hole_for(rest.get(..length)?)? {
            Hole::Fixed => {}
            hole => {
                (fill(hole, self.text, start)? + quoted == end).then_some(())?;
                if let [member] = *self.path {
                    self.holes.push((member, u8::try_from(self.parts.len()).ok()?));
                }
                self.parts.push((self.text.get(self.literal..start)?, Some(hole)));
                self.literal = end - quoted;
            }
        }
        self.at = end;
        Some(())
    }

    /// The hole for a scalar that stands here; `None` where its member takes no such value.
    fn hole_for(&self, scalar: &[u8]) -> Option<Hole> {
        let allowed = (self.allowed)(&self.path);
        let is_number = || matches!(scalar.first(), Some(b'-' | b'0'..=b'9'));
        match (allowed, scalar) {
            (Hole::Never, _) => None,
            (Hole::Fixed, _) | (_, b"null") => Some(Hole::Fixed),
            (Hole::Truth | Hole::Unknown, b"true" | b"false") => Some(Hole::Truth),
            (Hole::Text | Hole::Name, [b'"', ..]) => Some(allowed),
            (Hole::Unknown, [b'"', ..]) => Some(Hole::Text),
            (Hole::Small | Hole::Integer, _) if is_number() => Some(allowed),
            (Hole::Unknown, _) if is_number() => Some(Hole::Integer),
            _ => None,
        }
    }
}
