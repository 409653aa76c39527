//! Results, read once: most calls and operations end as others did.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::names::{NameId, Names};
use crate::graph::result::ResultInfo;

/// Results by the JSON that they came as.
#[derive(Clone, Debug, Default)]
pub(super) struct Results {
    names: Names,
    /// By the numbers of their names.
    read: Vec<ResultInfo>,
}

/// A result that others may share.
#[derive(Clone, Debug)]
pub(super) enum Kept {
    Shared(NameId),
    Own(Box<ResultInfo>),
}

impl Results {
    /// A result, shared where it can be. The JSON is of a shape that was read before.
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
