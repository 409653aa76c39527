//! The shapes of one kind of data, as a radix tree.

use alloc::boxed::Box;
use alloc::vec::Vec;

use uuid::Uuid;

use super::super::scan;
use crate::graph::wire::read::Hole;
use crate::words;

/// The maximum number of holes of a shape.
pub(in crate::bulk) const HOLES: usize = 40;

/// The maximum number of pieces of the shapes of one kind of data. It bounds the memory for a log without
/// end.
pub(super) const PIECES: usize = 1 << 14;

/// The root of the shapes of one event: the number of the event's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::bulk) struct Root(pub(in crate::bulk) u8);

impl Root {
    pub(in crate::bulk) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The contents of the holes of a line.
#[derive(Clone, Debug, Default)]
pub(in crate::bulk) struct Spans {
    pub(super) begin: usize,
    /// The last piece of the shape.
    pub(super) last: u32,
    pub(super) holes: Vec<Filled>,
}

/// The beginning and the end of the content of a hole, and the GUID if the content is one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Filled {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) guid: Option<(u64, u64)>,
}

/// A place in a line: a number of bytes after the end of a hole, or after the beginning of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::bulk) struct Mark {
    /// The number of holes before this place.
    pub(super) holes: u8,
    pub(super) bytes: u16,
}

impl Spans {
    pub(super) fn filled(&self) -> impl Iterator<Item = &Filled> {
        self.holes.iter()
    }

    pub(in crate::bulk) fn hole(&self, index: u8) -> (usize, usize) {
        let hole = self.holes.get(usize::from(index)).copied().unwrap_or_default();
        (hole.start as usize, hole.end as usize)
    }

    /// The GUID in a hole for an id; `None` if the id is not a GUID.
    pub(in crate::bulk) fn guid(&self, index: u8) -> Option<Uuid> {
        let (high, low) = self.holes.get(usize::from(index))?.guid?;
        Some(Uuid::from_u64_pair(high, low))
    }

    pub(in crate::bulk) fn place(&self, mark: Mark) -> usize {
        let last = usize::from(mark.holes).checked_sub(1).and_then(|last| self.holes.get(last));
        last.map_or(self.begin, |hole| hole.end as usize) + usize::from(mark.bytes)
    }
}

/// All shapes of one kind of data, as a radix tree.
#[derive(Clone, Debug)]
pub(in crate::bulk) struct Shapes<M> {
    /// The first piece of each root.
    pub(super) first: Vec<Option<u32>>,
    pub(super) pieces: Vec<Piece<M>>,
}

/// A literal, and the hole or the pieces after it.
#[derive(Clone, Debug)]
pub(super) struct Piece<M> {
    pub(super) before: Option<u32>,
    pub(super) literal: Box<[u8]>,
    pub(super) then: Then<M>,
    /// The pieces after this one, with the first bytes of their literals.
    pub(super) next: Vec<(u8, u32)>,
    /// The piece after this one that has an empty literal.
    pub(super) open: Option<u32>,
}

/// The item after a literal.
#[derive(Clone, Debug)]
pub(super) enum Then<M> {
    /// Other literals follow.
    Branches,
    Hole(Hole),
    /// The data ends here, and has this meaning.
    End(M),
}

impl<M> Default for Shapes<M> {
    fn default() -> Self {
        Self { first: Vec::new(), pieces: Vec::new() }
    }
}

impl<M> Shapes<M> {
    /// Matches the data that begins at `begin`. Returns its meaning and its end.
    pub(in crate::bulk) fn read(
        &self,
        root: Root,
        bytes: &[u8],
        begin: usize,
        spans: &mut Spans,
    ) -> Option<(&M, usize)> {
        let (mut number, mut at) = ((*self.first.get(root.index())?)?, begin);
        spans.holes.clear();
        loop {
            let piece = self.piece(number)?;
            if !scan::begins(bytes.get(at..)?, &piece.literal) {
                return None;
            }
            at += piece.literal.len();
            match &piece.then {
                Then::Branches => {}
                Then::Hole(hole) => {
                    let (end, guid) = fill(*hole, bytes, at)?;
                    spans.holes.push(Filled { start: at as u32, end: end as u32, guid });
                    at = end;
                }
                Then::End(meaning) => {
                    (spans.begin, spans.last) = (begin, number);
                    return Some((meaning, at));
                }
            }
            let byte = *bytes.get(at)?;
            let known = piece.next.iter().find(|(first, _)| *first == byte);
            number = known.map(|(_, next)| *next).or(piece.open)?;
        }
    }

    /// The meaning of the data that was read last.
    pub(in crate::bulk) fn meaning(&self, spans: &Spans) -> Option<&M> {
        match &self.piece(spans.last)?.then {
            Then::End(meaning) => Some(meaning),
            Then::Branches | Then::Hole(_) => None,
        }
    }

    pub(super) fn piece(&self, number: u32) -> Option<&Piece<M>> {
        self.pieces.get(number as usize)
    }
}

/// The end of the content of a hole, and the GUID if the content is one.
#[inline(always)]
pub(super) fn fill(hole: Hole, bytes: &[u8], at: usize) -> Option<(usize, Option<(u64, u64)>)> {
    if hole == Hole::Name {
        let guid = bytes.get(at..at + scan::GUID).filter(|_| bytes.get(at + scan::GUID) == Some(&b'"'));
        if let Some(guid) = guid.and_then(words::guid) {
            return Some((at + scan::GUID, Some(guid)));
        }
    }
    Some((end(hole, bytes, at)?, None))
}

/// The end of the content of a hole.
fn end(hole: Hole, bytes: &[u8], at: usize) -> Option<usize> {
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
