//! Texts that many calls share. Each text is kept once.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::hash::BuildHasher;
use core::num::NonZeroU16;

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use uuid::Uuid;

use super::context::ClientContext;
use super::scan;

/// The maximum number of shared texts. Later texts are not shared.
const SHARED: usize = 1 << 12;

/// The number of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NameId(NonZeroU16);

impl NameId {
    fn of(index: usize) -> Option<Self> {
        u16::try_from(index + 1).ok().and_then(NonZeroU16::new).map(Self)
    }

    pub(super) fn index(self) -> usize {
        usize::from(self.0.get()) - 1
    }
}

/// Texts by number.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    texts: Vec<Box<str>>,
    index: HashTable<NameId>,
}

fn hash(text: &str) -> u64 {
    FixedState::with_seed(0).hash_one(text.as_bytes())
}

impl Names {
    /// The number of a text; `None` if there is no more room.
    pub(super) fn id(&mut self, text: &str) -> Option<NameId> {
        let Self { texts, index } = self;
        let of = |id: &NameId| texts.get(id.index()).map_or("", |text| text);
        let hashed = hash(text);
        if let Some(id) = index.find(hashed, |id| of(id) == text) {
            return Some(*id);
        }
        let id = NameId::of(texts.len()).filter(|_| texts.len() < SHARED)?;
        index.insert_unique(hashed, id, |id| hash(of(id)));
        texts.push(text.into());
        Some(id)
    }

    pub(super) fn text(&self, id: NameId) -> &str {
        self.texts.get(id.index()).map_or("", |text| text)
    }
}

/// A text that an app chose. A short text, or a GUID in lower case with dashes, needs no allocation.
#[derive(Clone, Debug)]
pub(super) enum Word {
    Guid(Uuid),
    Short(u8, [u8; SHORT]),
    Long(Box<str>),
}

const SHORT: usize = 22;

impl Word {
    pub(super) fn of(text: &str) -> Self {
        if let Some(guid) = scan::guid(text.as_bytes()) {
            return Self::Guid(guid);
        }
        let mut bytes = [0; SHORT];
        match bytes.get_mut(..text.len()) {
            Some(place) => {
                place.copy_from_slice(text.as_bytes());
                Self::Short(text.len() as u8, bytes)
            }
            None => Self::Long(text.into()),
        }
    }

    pub(super) fn is(&self, text: &[u8]) -> bool {
        match self {
            Self::Guid(guid) => scan::guid(text) == Some(*guid),
            Self::Short(length, bytes) => bytes.get(..usize::from(*length)) == Some(text),
            Self::Long(own) => own.as_bytes() == text,
        }
    }

    pub(super) fn context(&self) -> ClientContext<'_> {
        match self {
            Self::Guid(guid) => ClientContext::of_guid(*guid),
            Self::Short(length, bytes) => {
                let text = bytes.get(..usize::from(*length)).and_then(|text| core::str::from_utf8(text).ok());
                ClientContext::of_text(text.unwrap_or_default())
            }
            Self::Long(text) => ClientContext::of_text(text),
        }
    }
}
