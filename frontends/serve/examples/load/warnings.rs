//! What went wrong: all of it is counted, and the first of it is shown.

use std::cell::Cell;
use std::fmt::Display;
use std::rc::Rc;

/// More of them would only hide the first.
const SHOWN: u64 = 20;

#[derive(Clone, Debug, Default)]
pub(crate) struct Warnings(Rc<Cell<u64>>);

impl Warnings {
    pub(crate) fn warn(&self, what: impl Display) {
        let count = self.0.get() + 1;
        self.0.set(count);
        if count <= SHOWN {
            eprintln!("warning: {what}");
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.get()
    }
}
