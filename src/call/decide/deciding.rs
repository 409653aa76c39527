//! A decision while its events are being planned.

use alloc::string::String;

use super::super::event::CallEvent;
use super::super::plan::Plan;
use super::super::reply::Reply;
use super::admit::unknown;
use crate::graph::member::Member;
use crate::graph::method::{Begins, Item, Method};
use crate::graph::operation::{CommsOperation, OperationStatus};
use crate::id::Id;
use crate::refusal::{Refusal, Why};

/// A decision while its events are being planned.
pub(super) struct Deciding<'a> {
    pub(super) plan: Plan<'a>,
    pub(super) new_id: Id,
    pub(super) method: Method,
    pub(super) hold_music_stops_later: bool,
}

impl Deciding<'_> {
    /// True if the new id is in use, or if the `clientContext` belongs to an operation whose id is unknown.
    pub(super) fn is_taken(&self, reported: &CommsOperation) -> bool {
        let call = self.plan.call;
        call.knows(reported) || call.operations.by_id(&self.new_id).is_some()
    }

    pub(super) const fn empty(&self) -> Reply {
        Reply::empty(self.method.status())
    }

    /// The operation that the method begins, with the new id. The row of the method says its kind, and how it begins.
    pub(super) fn operation(&self, context: &Member<String>) -> Option<CommsOperation> {
        let (kind, status) = match self.method.begins() {
            Begins::Nothing => return None,
            Begins::Settled(kind) => (kind, OperationStatus::Completed),
            Begins::Running(kind) => (kind, OperationStatus::Running),
            Begins::Queued(kind) => (kind, OperationStatus::NotStarted),
        };
        Some(CommsOperation {
            odata_type: Some(kind.type_name().into()),
            client_context: context.clone(),
            status: status.into(),
            id: self.new_id.clone().into(),
            ..CommsOperation::default()
        })
    }

    /// Begins the operation of the method.
    pub(super) fn begin(&mut self, context: &Member<String>) -> Reply {
        let operation = self.operation(context);
        self.record_begun(operation)
    }

    pub(super) fn record_begun(&mut self, operation: Option<CommsOperation>) -> Reply {
        let Some(operation) = operation else { return self.empty() };
        self.plan.record(CallEvent::OperationCreated(operation.clone().into()));
        Reply::begun(self.method.status(), self.plan.call.id(), operation)
    }

    pub(super) fn refuse(&self, why: Why) -> Refusal {
        Refusal::new(self.method, Some(self.plan.call.state()), why)
    }

    pub(super) fn unknown(&self, item: Item, id: &Id) -> Refusal {
        self.refuse(unknown(item, id))
    }

    /// A refusal because of a part of the call, not of its state.
    pub(super) fn conflict(&self, part: &str) -> Refusal {
        let legal = self.plan.call.legal_methods().filter(|legal| *legal != self.method);
        Refusal { legal: legal.collect(), ..self.refuse(Why::Part(part.into())) }
    }
}
