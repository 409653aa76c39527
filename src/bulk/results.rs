//! Shared results. Most calls and operations end with the same result as others, so each result is read once.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::names::{NameId, Names};
use crate::graph::result::ResultInfo;

/// Results, indexed by their JSON.
#[derive(Clone, Debug, Default)]
pub(super) struct Results {
    names: Names,
    /// The results, in the order of the numbers of their JSON.
    read: Vec<ResultInfo>,
}

/// A result. Several calls and operations can share it.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    Shared(NameId),
    Own(Box<ResultInfo>),
}

impl Results {
    /// Returns the result with this JSON, shared if there is room. The JSON has a known shape, so it can be
    /// read.
    pub(super) fn keep(&mut self, json: &str) -> Kept {
        let read = || serde_json::from_str::<ResultInfo>(json).unwrap_or_default();
        let Some(id) = self.names.id(json) else { return Kept::Own(Box::new(read())) };
        if id.index() == self.read.len() {
            self.read.push(read());
        }
        Kept::Shared(id)
    }

    pub(super) fn get<'a>(&'a self, kept: &'a Kept) -> Option<&'a ResultInfo> {
        match kept {
            Kept::Shared(id) => self.read.get(id.index()),
            Kept::Own(result) => Some(result),
        }
    }
}
