//! A call that has ended, reduced to what a summary shows and what a later event needs.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::collections::BTreeSet;

use jiff::Timestamp;

use crate::call::data::Call;
use crate::call::state::State;
use crate::graph::call::CallDirection;
use crate::graph::media::MediaState;
use crate::graph::operation::OperationKind;
use crate::graph::result::ResultInfo;
use crate::graph::tone::Tone;
use crate::id::{CallId, OperationId};
use crate::operation::{self, Operation};
use crate::operations::Operations;
use crate::places::FEW;

/// Only the operations of an ended call can change.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(super) id: CallId,
    pub(super) state: State,
    pub(super) revision: u64,
    pub(super) first_at: Option<Timestamp>,
    pub(super) last_at: Option<Timestamp>,
    pub(super) direction: Option<CallDirection>,
    pub(super) audio: Option<MediaState>,
    pub(super) result_info: Option<Box<ResultInfo>>,
    pub(super) termination_reason: Option<Box<str>>,
    pub(super) operations: EndedOperations,
    pub(super) participants: usize,
    pub(super) tones: Box<[Tone]>,
}

/// An operation of an ended call.
#[derive(Clone, Debug)]
pub(super) struct EndedOperation {
    pub(super) id: OperationId,
    pub(super) kind: OperationKind,
    pub(super) state: operation::State,
    pub(super) client_context: Option<Box<str>>,
}

/// The operations of an ended call.
#[derive(Clone, Debug)]
pub(super) enum EndedOperations {
    Reduced(Box<[EndedOperation]>),
    /// A later report could be about one of several operations, and only their other members tell which.
    Whole(Operations),
}

impl Ended {
    pub(crate) fn of(call: &Call) -> Self {
        let details = call.details();
        Self {
            id: call.id(),
            state: call.state(),
            revision: call.revision(),
            first_at: call.first_at(),
            last_at: call.last_at(),
            direction: call.direction().cloned(),
            audio: call.audio().cloned(),
            result_info: details.result_info.value().cloned(),
            termination_reason: details.termination_reason.value().map(|reason| reason.as_str().into()),
            operations: EndedOperations::of(&call.operations),
            participants: call.participants().count(),
            tones: call.tones().iter().filter_map(|info| info.tone.value().cloned()).collect(),
        }
    }

    /// Makes the call as the fold needs it for a later event. [`Ended::put_back`] ends the change.
    pub(crate) fn take(&mut self) -> Call {
        let none = EndedOperations::Reduced(Box::default());
        let operations = core::mem::replace(&mut self.operations, none).into_operations();
        Call::ended(self.id, self.state, self.revision, [self.first_at, self.last_at], operations)
    }

    pub(crate) fn put_back(&mut self, call: &Call) {
        self.revision = call.revision();
        (self.first_at, self.last_at) = (call.first_at(), call.last_at());
        self.operations = EndedOperations::of(&call.operations);
    }

    pub(crate) const fn id(&self) -> CallId {
        self.id
    }

    pub(crate) const fn revision(&self) -> u64 {
        self.revision
    }
}

impl EndedOperations {
    fn of(operations: &Operations) -> Self {
        let mut contexts = BTreeSet::new();
        let mut reduced = |one: &Operation| {
            let is_alone = one.client_context().is_none_or(|context| contexts.insert(context.to_owned()));
            EndedOperation::of(one).filter(|_| is_alone && !one.has_aliases())
        };
        let few = (operations.len() <= FEW).then(|| operations.iter().map(&mut reduced).collect());
        few.flatten().map_or_else(|| Self::Whole(operations.clone()), Self::Reduced)
    }

    fn into_operations(self) -> Operations {
        match self {
            Self::Whole(operations) => operations,
            Self::Reduced(reduced) => {
                let mut operations = Operations::default();
                reduced.iter().for_each(|one| operations.push(one.to_operation()));
                operations
            }
        }
    }
}

impl EndedOperation {
    fn of(operation: &Operation) -> Option<Self> {
        Some(Self {
            id: operation.id()?.clone(),
            kind: operation.kind(),
            state: operation.state(),
            client_context: operation.client_context().map(Into::into),
        })
    }

    fn to_operation(&self) -> Operation {
        Operation::restored(self.state, self.id.clone(), self.kind, self.client_context.as_deref())
    }
}
