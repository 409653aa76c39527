//! Reports that are kept for later: the content of the holes of a line, and the number of its shape.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use uuid::Uuid;

use super::super::scan;
use super::tree::{Filled, Root, Shapes, Spans, Then};

impl<M> Shapes<M> {
    /// Packs a report: the literals are left out, because the shape holds them.
    pub(in crate::bulk) fn pack(&self, bytes: &[u8], spans: &Spans) -> Packed {
        let mut reported = Vec::with_capacity(2 + spans.filled().map(room).sum::<usize>());
        self.pack_into(bytes, spans, &mut reported);
        Packed(reported.into())
    }

    /// Packs a report, and appends it to `reported`.
    pub(in crate::bulk) fn pack_into(&self, bytes: &[u8], spans: &Spans, reported: &mut Vec<u8>) {
        reported.extend_from_slice(&(spans.last as u16).to_le_bytes());
        for hole in spans.filled() {
            match hole.guid {
                Some((high, low)) => {
                    reported.push(IS_GUID);
                    reported.extend_from_slice(&high.to_be_bytes());
                    reported.extend_from_slice(&low.to_be_bytes());
                }
                None => pack(bytes.get(hole.start as usize..hole.end as usize).unwrap_or_default(), reported),
            }
        }
    }

    /// Packs a text, if its shape is known.
    pub(in crate::bulk) fn pack_text(&self, root: Root, text: &str) -> Option<Packed> {
        let mut spans = Spans::default();
        self.read(root, text.as_bytes(), 0, &mut spans).filter(|(_, end)| *end == text.len())?;
        Some(self.pack(text.as_bytes(), &spans))
    }

    /// Returns the packed text.
    pub(in crate::bulk) fn unpack(&self, packed: &Packed) -> String {
        let Some((shape, mut holes)) = packed.0.split_first_chunk() else { return String::new() };
        let last = u32::from(u16::from_le_bytes(*shape));
        let way = core::iter::successors(Some(last), |number| self.piece(*number)?.before);
        let way: Vec<_> = way.filter_map(|number| self.piece(number)).collect();
        let mut text = Vec::new();
        for piece in way.iter().rev() {
            text.extend_from_slice(&piece.literal);
            if matches!(piece.then, Then::Hole(_)) {
                holes = unpack(holes, &mut text);
            }
        }
        String::from_utf8(text).unwrap_or_default()
    }
}

/// A report, without the parts that all reports of its shape share.
#[derive(Clone, Debug)]
pub(in crate::bulk) struct Packed(
    /// The number of the shape, then the holes. A hole is its length and its text. A GUID is the mark
    /// [`IS_GUID`] and sixteen bytes.
    Box<[u8]>,
);

impl Packed {
    pub(in crate::bulk) fn of(reported: &[u8]) -> Self {
        Self(reported.into())
    }

    pub(in crate::bulk) fn is(&self, reported: &[u8]) -> bool {
        *self.0 == *reported
    }

    /// True if the other report has the same shape.
    pub(in crate::bulk) fn is_alike(&self, other: &Self) -> bool {
        self.0.first_chunk::<2>() == other.0.first_chunk::<2>()
    }
}

/// Two values in place of a length: a GUID follows, or the length follows in four bytes.
const IS_GUID: u8 = 0xFF;
const IS_LONG: u8 = 0xFE;

/// The number of bytes that a packed hole needs.
fn room(hole: &Filled) -> usize {
    let length = (hole.end - hole.start) as usize;
    match hole.guid {
        Some(_) => 1 + size_of::<Uuid>(),
        None if length < usize::from(IS_LONG) => 1 + length,
        None => 5 + length,
    }
}

fn pack(text: &[u8], holes: &mut Vec<u8>) {
    match u8::try_from(text.len()) {
        Ok(length) if length < IS_LONG => holes.push(length),
        _ => {
            holes.push(IS_LONG);
            holes.extend_from_slice(&(text.len() as u32).to_le_bytes());
        }
    }
    holes.extend_from_slice(text);
}

/// Writes the text of the first hole to `text`, and returns the other holes.
fn unpack<'h>(holes: &'h [u8], text: &mut Vec<u8>) -> &'h [u8] {
    let Some((length, rest)) = holes.split_first() else { return &[] };
    if let (IS_GUID, Some((guid, rest))) = (*length, rest.split_first_chunk::<16>()) {
        text.extend_from_slice(
            Uuid::from_bytes(*guid).hyphenated().encode_lower(&mut [0; scan::GUID]).as_bytes(),
        );
        return rest;
    }
    let (length, rest) = match (*length, rest.split_first_chunk::<4>()) {
        (IS_LONG, Some((length, rest))) => (u32::from_le_bytes(*length) as usize, rest),
        (length, _) => (usize::from(length), rest),
    };
    let (reported, rest) = rest.split_at_checked(length).unwrap_or_default();
    text.extend_from_slice(reported);
    rest
}
