//! Damage that the lines of a log can suffer.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use super::spellings::{SPELLINGS, Spelling};
use callfold::Recorded;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// The position of the damage, a second position, and the kind of the damage.
#[derive(Clone, Debug)]
pub(super) struct Mishap {
    line: Index,
    place: Index,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    /// The line occurs a second time, at the second position.
    Repeated,
    /// The line is swapped with the line at the second position.
    Swapped,
    LeftOut,
    /// The line has the revision of another line of its call.
    Conflicting,
    Byte(u8),
    Inserted(u8),
    Removed,
    Truncated,
    Spelled(Spelling),
}

pub(super) fn mishaps() -> impl Strategy<Value = Vec<Mishap>> {
    let bytes = || prop_oneof![any::<u8>(), select(b"\"{}[],:0179-.eE\\ntfA\n\t ".to_vec())];
    let kind = prop_oneof![
        2 => Just(Kind::Repeated),
        2 => Just(Kind::Swapped),
        1 => Just(Kind::LeftOut),
        2 => Just(Kind::Conflicting),
        3 => bytes().prop_map(Kind::Byte),
        2 => bytes().prop_map(Kind::Inserted),
        1 => Just(Kind::Removed),
        1 => Just(Kind::Truncated),
        12 => select(SPELLINGS).prop_map(Kind::Spelled),
    ];
    let mishap = (any::<Index>(), any::<Index>(), kind);
    vec(mishap.prop_map(|(line, place, kind)| Mishap { line, place, kind }), 0..12)
}

impl Mishap {
    pub(super) fn befall(&self, log: &mut Vec<Vec<u8>>) {
        if log.is_empty() {
            return;
        }
        let (index, other) = (self.line.index(log.len()), self.place.index(log.len()));
        match &self.kind {
            Kind::Repeated => log.insert(other, log[index].clone()),
            Kind::Swapped => log.swap(index, other),
            Kind::LeftOut => _ = log.remove(index),
            Kind::Conflicting => log[index] = self.conflicting(log, index),
            Kind::Byte(_) | Kind::Inserted(_) | Kind::Removed | Kind::Truncated | Kind::Spelled(_) => {
                self.change(&mut log[index]);
            }
        }
    }

    fn change(&self, line: &mut Vec<u8>) {
        let Some(last) = line.len().checked_sub(1) else { return };
        let place = self.place.index(last + 1);
        match &self.kind {
            Kind::Byte(byte) => line[place] = *byte,
            Kind::Inserted(byte) => line.insert(place, *byte),
            Kind::Removed => _ = line.remove(place),
            Kind::Truncated => line.truncate(place),
            Kind::Spelled(spelling) => {
                if let Ok(text) = std::str::from_utf8(line) {
                    *line = spelling.spell(text, &self.place).into_bytes();
                }
            }
            Kind::Repeated | Kind::Swapped | Kind::LeftOut | Kind::Conflicting => {}
        }
    }

    /// The line with the revision of a line that comes shortly before it.
    fn conflicting(&self, log: &[Vec<u8>], index: usize) -> Vec<u8> {
        let line = &log[index];
        let read = std::str::from_utf8(line).ok().and_then(|text| text.parse::<Recorded>().ok());
        let Some(mut recorded) = read else { return line.clone() };
        recorded.revision = recorded.revision.saturating_sub(self.place.index(4) as u64).max(1);
        recorded.to_string().into_bytes()
    }
}
