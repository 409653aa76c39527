//! In place of stores, where the program is built without them.

use std::path::Path;

use crate::encoding::Source;
use crate::store_name::{Refused, unavailable, without_password};
use crate::tail::Tail;

/// A store that is read as a log. There is none.
#[derive(Clone)]
pub(crate) enum StoreLog {}

impl StoreLog {
    /// The error that names the program that can open the store.
    pub(crate) fn open(address: &str) -> Result<Self, Refused> {
        Err(Refused { store: without_password(address), why: unavailable(address).unwrap_or_default() })
    }

    pub(crate) fn shown(&self) -> String {
        match *self {}
    }

    pub(crate) fn file(&self) -> Option<&Path> {
        match *self {}
    }

    pub(crate) fn text(&self) -> Source {
        match *self {}
    }

    pub(crate) fn tail(&self) -> Box<dyn Tail> {
        match *self {}
    }
}
