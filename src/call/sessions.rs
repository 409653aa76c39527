//! The sessions in which content is shared now, in the order in which they began.

use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::ops::Deref;

use crate::id::Id;
use crate::places::{FEW, Places, key};

#[derive(Clone)]
pub(super) enum Sessions {
    Few(Vec<Id>),
    /// There were more than [`FEW`] sessions at some time. Clones of the call share them.
    Many(Arc<Many>),
}

#[derive(Clone, Default)]
pub(super) struct Many {
    ids: Vec<Id>,
    /// The number of each session, in ascending order. A number stays when an earlier session ends.
    numbers: Vec<usize>,
    /// The numbers of the sessions, by the hashes of their ids.
    places: Places,
}

impl Default for Sessions {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl Deref for Sessions {
    type Target = [Id];

    fn deref(&self) -> &[Id] {
        match self {
            Self::Few(ids) => ids,
            Self::Many(many) => &many.ids,
        }
    }
}

impl PartialEq for Sessions {
    fn eq(&self, other: &Self) -> bool {
        self[..] == other[..]
    }
}

impl Eq for Sessions {}

impl Hash for Sessions {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self[..].hash(state);
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self[..].fmt(f)
    }
}

impl Sessions {
    /// True if content is shared in this session.
    pub(super) fn has(&self, id: &Id) -> bool {
        match self {
            Self::Few(ids) => ids.contains(id),
            Self::Many(many) => many.index(id).is_some(),
        }
    }

    pub(super) fn remove(&mut self, id: &Id) {
        match self {
            Self::Few(ids) => ids.retain(|one| one != id),
            Self::Many(many) if many.index(id).is_some() => Arc::make_mut(many).remove(id),
            Self::Many(_) => {}
        }
    }

    /// Adds a session that is not in the list.
    pub(super) fn push(&mut self, id: Id) {
        match self {
            Self::Few(ids) if ids.len() < FEW => ids.push(id),
            Self::Few(ids) => {
                let mut many = Many::default();
                ids.drain(..).chain([id]).for_each(|id| many.push(id));
                *self = Self::Many(many.into());
            }
            Self::Many(many) => Arc::make_mut(many).push(id),
        }
    }
}

impl Many {
    fn index(&self, id: &Id) -> Option<usize> {
        let mut indexes =
            self.places.of(key(id)).filter_map(|number| self.numbers.binary_search(&number).ok());
        indexes.find(|index| self.ids.get(*index) == Some(id))
    }

    fn push(&mut self, id: Id) {
        let number = self.numbers.last().map_or(0, |last| last + 1);
        self.places.change(number, Vec::new(), Vec::from([key(&id)]));
        self.ids.push(id);
        self.numbers.push(number);
    }

    fn remove(&mut self, id: &Id) {
        if let Some(index) = self.index(id) {
            self.ids.remove(index);
            let number = self.numbers.remove(index);
            self.places.change(number, Vec::from([key(id)]), Vec::new());
        }
    }
}
