//! A list from which items are removed in any order, such as a queue. To find, add or remove an item hardly takes
//! longer in a long list than in a short one.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};

use crate::id::Id;
use crate::places::{FEW, OrdMap, Places, key};

/// An item with the id by which a list finds it.
pub(crate) trait Named: Clone {
    type Id: Hash + PartialEq;

    fn id(&self) -> &Self::Id;
}

/// A list of items, in the order in which they were added.
#[derive(Clone)]
pub(crate) enum List<T> {
    Few(Vec<T>),
    /// There were more than [`FEW`] items at some time. A clone takes constant time.
    Many(Box<Many<T>>),
}

#[derive(Clone)]
pub(crate) struct Many<T> {
    /// The items by their numbers. The number of an item stays when an earlier item is removed.
    items: OrdMap<usize, T>,
    places: Places,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl<T: Named> FromIterator<T> for List<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut list = Self::default();
        items.into_iter().for_each(|item| list.push(item));
        list
    }
}

impl<T: Named + PartialEq> PartialEq for List<T> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: Named + Eq> Eq for List<T> {}

impl<T: Named + Hash> Hash for List<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.len().hash(state);
        self.iter().for_each(|item| item.hash(state));
    }
}

impl<T: Named + fmt::Debug> fmt::Debug for List<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl<T: Named> List<T> {
    pub(crate) fn len(&self) -> usize {
        match self {
            Self::Few(items) => items.len(),
            Self::Many(many) => many.items.len(),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        let (few, many) = match self {
            Self::Few(items) => (&items[..], None),
            Self::Many(many) => (&[][..], Some(many.items.values())),
        };
        few.iter().chain(many.into_iter().flatten())
    }

    pub(crate) fn first(&self) -> Option<&T> {
        self.iter().next()
    }

    pub(crate) fn first_mut(&mut self) -> Option<&mut T> {
        match self {
            Self::Few(items) => items.first_mut(),
            Self::Many(many) => {
                let number = many.items.get_min()?.0;
                many.items.get_mut(&number)
            }
        }
    }

    /// True if an item has this id.
    pub(crate) fn has(&self, id: &T::Id) -> bool {
        self.find(id).is_some()
    }

    /// The first item with this id.
    pub(crate) fn find(&self, id: &T::Id) -> Option<&T> {
        match self {
            Self::Few(items) => items.iter().find(|item| item.id() == id),
            Self::Many(many) => many.items.get(&many.number(id)?),
        }
    }

    pub(crate) fn push(&mut self, item: T) {
        match self {
            Self::Few(items) if items.len() < FEW => items.push(item),
            Self::Few(items) => {
                let mut many = Many { items: OrdMap::new(), places: Places::default() };
                items.drain(..).chain([item]).for_each(|item| many.push(item));
                *self = Self::Many(many.into());
            }
            Self::Many(many) => many.push(item),
        }
    }

    /// Removes the first item with this id.
    pub(crate) fn remove(&mut self, id: &T::Id) {
        match self {
            Self::Few(items) => {
                if let Some(index) = items.iter().position(|item| item.id() == id) {
                    items.remove(index);
                }
            }
            Self::Many(many) => many.remove(id),
        }
    }
}

impl<T: Named> Many<T> {
    fn number(&self, id: &T::Id) -> Option<usize> {
        let mut numbers = self.places.of(key(id));
        numbers.find(|number| self.items.get(number).is_some_and(|item| item.id() == id))
    }

    fn push(&mut self, item: T) {
        let number = self.items.get_max().map_or(0, |(last, _)| last + 1);
        self.places.change(number, Vec::new(), Vec::from([key(item.id())]));
        self.items.insert(number, item);
    }

    fn remove(&mut self, id: &T::Id) {
        if let Some(number) = self.number(id) {
            self.items.remove(&number);
            self.places.change(number, Vec::from([key(id)]), Vec::new());
        }
    }
}

impl Named for Id {
    type Id = Self;

    fn id(&self) -> &Self {
        self
    }
}
