//! Values that many ended calls have, each stored once.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::graph::operation::CompletionReason;
use crate::graph::result::ResultInfo;

/// How many values are remembered. Each search compares with all of them.
const REMEMBERED: usize = 16;

/// Who called whom, and who was in the call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parties {
    pub(crate) caller: Option<Box<str>>,
    pub(crate) callees: Option<Box<str>>,
    pub(crate) everybody: Box<[Box<str>]>,
}

/// How an operation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OperationEnd {
    pub(crate) result_info: Option<Box<ResultInfo>>,
    pub(crate) completion_reason: Option<CompletionReason>,
}

/// The values that occurred last.
#[derive(Clone, Debug, Default)]
pub(crate) struct Shared {
    pub(super) parties: LastValues<Parties>,
    pub(super) operation_ends: LastValues<OperationEnd>,
    pub(super) results: LastValues<ResultInfo>,
}

#[derive(Clone, Debug)]
pub(super) struct LastValues<T> {
    values: Vec<Arc<T>>,
    /// The place of the value that is replaced next.
    next: usize,
}

impl<T> Default for LastValues<T> {
    fn default() -> Self {
        Self { values: Vec::new(), next: 0 }
    }
}

impl<T: PartialEq> LastValues<T> {
    pub(super) fn get(&mut self, value: T) -> Arc<T> {
        if let Some(known) = self.values.iter().find(|known| ***known == value) {
            return Arc::clone(known);
        }
        let new = Arc::new(value);
        match self.values.get_mut(self.next) {
            Some(oldest) => *oldest = Arc::clone(&new),
            None => self.values.push(Arc::clone(&new)),
        }
        self.next = (self.next + 1) % REMEMBERED;
        new
    }
}
