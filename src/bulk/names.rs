//! Texts that many calls share, kept once.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::hash::BuildHasher;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

/// How many texts are shared at the most; what comes after has its own.
const SHARED: usize = 1 << 12;

/// One of the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NameId(u16);

/// Texts by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    texts: Vec<Box<str>>,
    index: HashTable<u16>,
}

fn hash(text: &str) -> u64 {
    FixedState::with_seed(0).hash_one(text.as_bytes())
}

impl Names {
    /// The number of a text; `None` where there is no more room.
    pub(super) fn id(&mut self, text: &str) -> Option<NameId> {
        let Self { texts, index } = self;
        let of = |id: &u16| texts.get(usize::from(*id)).map_or("", |text| text);
        let hashed = hash(text);
        if let Some(id) = index.find(hashed, |id| of(id) == text) {
            return Some(NameId(*id));
        }
        let id = u16::try_from(texts.len()).ok().filter(|_| texts.len() < SHARED)?;
        index.insert_unique(hashed, id, |id| hash(of(id)));
        texts.push(text.into());
        Some(NameId(id))
    }

    pub(super) fn text(&self, NameId(id): NameId) -> &str {
        self.texts.get(usize::from(id)).map_or("", |text| text)
    }

    /// A text, shared where it can be.
    pub(super) fn keep(&mut self, text: &str) -> Text {
        self.id(text).map_or_else(|| Text::Own(text.into()), Text::Shared)
    }

    pub(super) fn read<'a>(&'a self, text: &'a Text) -> &'a str {
        match text {
            Text::Shared(id) => self.text(*id),
            Text::Own(text) => text,
        }
    }
}

/// A text that others may share.
#[derive(Clone, Debug)]
pub(super) enum Text {
    Shared(NameId),
    Own(Box<str>),
}
