//! Splits the data of an event into literals and holes.

use alloc::vec::Vec;

use super::super::scan;
use super::tree::{HOLES, Mark, fill};
use crate::graph::wire::read::{Hole, ITEM};

/// Data in canonical JSON, split into literals and holes.
#[derive(Debug)]
pub(in crate::bulk) struct Layout<'t> {
    text: &'t [u8],
    at: usize,
    /// The beginning of the current literal.
    literal: usize,
    /// Each literal and the hole after it.
    pub(super) parts: Vec<(&'t [u8], Option<Hole>)>,
    path: Vec<&'t str>,
    /// The holes directly in the object, with the names of their members.
    holes: Vec<(&'t str, u8)>,
    /// The members of the object, with the beginnings and the ends of their values.
    members: Vec<(&'t str, Mark, Mark)>,
    allowed: fn(&[&str]) -> Hole,
}

impl<'t> Layout<'t> {
    /// Splits an object. `None` if one of its values has several spellings, or if it has too many holes.
    pub(in crate::bulk) fn of(text: &'t str, allowed: fn(&[&str]) -> Hole) -> Option<Self> {
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
        scan::is_plain(this.text).then(|| this.value())??;
        let last = this.text.get(this.literal..)?;
        this.parts.push((last, None));
        (this.at == this.text.len() && this.parts.len() <= HOLES).then_some(this)
    }

    /// The number of the hole that holds the value of a member.
    pub(in crate::bulk) fn hole(&self, member: &str) -> Option<u8> {
        self.holes.iter().find(|(name, _)| *name == member).map(|(_, hole)| *hole)
    }

    /// The beginning and the end of the value of a member.
    pub(in crate::bulk) fn member(&self, member: &str) -> Option<(Mark, Mark)> {
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
        let hole = self.hole_for(rest.get(..length)?)?;
        if hole != Hole::Fixed {
            (fill(hole, self.text, start)?.0 + quoted == end).then_some(())?;
            if let [member] = *self.path {
                self.holes.push((member, u8::try_from(self.parts.len()).ok()?));
            }
            self.parts.push((self.text.get(self.literal..start)?, Some(hole)));
            self.literal = end - quoted;
        }
        self.at = end;
        Some(())
    }

    /// The hole for the scalar at this place; `None` if the member does not accept such a value.
    fn hole_for(&self, scalar: &[u8]) -> Option<Hole> {
        let allowed = (self.allowed)(&self.path);
        let is_number = || matches!(scalar.first(), Some(b'-' | b'0'..=b'9'));
        match (allowed, scalar) {
            (_, b"null") | (Hole::Fixed, _) => Some(Hole::Fixed),
            (Hole::Never, _) => None,
            (Hole::Truth | Hole::Unknown, b"true" | b"false") => Some(Hole::Truth),
            (Hole::Text | Hole::Name, [b'"', ..]) => Some(allowed),
            (Hole::Unknown, [b'"', ..]) => Some(Hole::Text),
            (Hole::Small | Hole::Integer, _) if is_number() => Some(allowed),
            (Hole::Unknown, _) if is_number() => Some(Hole::Integer),
            _ => None,
        }
    }
}
