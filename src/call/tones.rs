//! The DTMF tones of a call.

use alloc::vec::Vec;
use core::fmt;

use crate::graph::member::Member;
use crate::graph::tone::{Tone, ToneInfo};
use crate::list::{List, Named};
use crate::places::{FEW, OrdMap};

/// The DTMF tones that were pressed in a call: first those without a `sequenceId`, in the order received, and then the
/// others, in the order of their `sequenceId`. The first report of a tone counts.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Tones(Sorted);

#[derive(Clone, PartialEq, Eq, Hash)]
enum Sorted {
    Few(Vec<ToneInfo>),
    /// More than [`FEW`] tones. A clone takes constant time.
    Many {
        unnumbered: List<ToneInfo>,
        numbered: OrdMap<i64, ToneInfo>,
    },
}

impl Tones {
    /// The number of tones.
    pub fn len(&self) -> usize {
        match &self.0 {
            Sorted::Few(tones) => tones.len(),
            Sorted::Many { unnumbered, numbered } => unnumbered.len() + numbered.len(),
        }
    }

    /// True if no tone was pressed.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The tones in their order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &ToneInfo> {
        let (few, many) = match &self.0 {
            Sorted::Few(tones) => (&tones[..], None),
            Sorted::Many { unnumbered, numbered } => {
                (&[][..], Some(unnumbered.iter().chain(numbered.values())))
            }
        };
        few.iter().chain(many.into_iter().flatten())
    }

    /// The last tone in this order. It is not always the tone that was received last.
    pub fn last(&self) -> Option<&ToneInfo> {
        self.iter().next_back()
    }

    /// True if a tone with this `sequenceId` was received, or if both have none and the same key was pressed.
    pub(super) fn has(&self, tone: &ToneInfo) -> bool {
        let number = tone.sequence_id.value();
        match &self.0 {
            Sorted::Few(tones) => tones.iter().any(|known| {
                known.sequence_id.value() == number && (number.is_some() || known.tone == tone.tone)
            }),
            Sorted::Many { unnumbered, numbered } => {
                number.map_or_else(|| unnumbered.has(&tone.tone), |number| numbered.contains_key(number))
            }
        }
    }

    pub(super) fn receive(&mut self, tone: ToneInfo) {
        if !self.has(&tone) {
            self.0.insert(tone);
        }
    }
}

impl Sorted {
    fn insert(&mut self, tone: ToneInfo) {
        let number = tone.sequence_id.value().copied();
        match self {
            Self::Few(tones) if tones.len() < FEW => {
                let place = tones.partition_point(|known| known.sequence_id.value() <= number.as_ref());
                tones.insert(place, tone);
            }
            Self::Few(tones) => {
                let mut many = Self::Many { unnumbered: List::default(), numbered: OrdMap::new() };
                tones.drain(..).chain([tone]).for_each(|tone| many.insert(tone));
                *self = many;
            }
            Self::Many { unnumbered, numbered } => match number {
                Some(number) => drop(numbered.insert(number, tone)),
                None => unnumbered.push(tone),
            },
        }
    }
}

impl Default for Sorted {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl fmt::Debug for Tones {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Named for ToneInfo {
    type Id = Member<Tone>;

    fn id(&self) -> &Member<Tone> {
        &self.tone
    }
}
