//! One operation: what an action asked for, until it is settled.

mod lifecycle;
mod state;

use alloc::boxed::Box;
use alloc::vec::Vec;

pub use lifecycle::Region;
pub use state::{Cause, State};

use crate::OperationId;
use crate::graph::{CommsOperation, Member, Members, Merge, OperationKind, OperationStatus};

/// An operation of a call, folded.
///
/// `completed` is not success by itself: see [`Operation::is_success`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    state: State,
    resource: Box<CommsOperation>,
    /// Further ids that it was told by: a reply and a notification can name one operation differently.
    aliases: Vec<OperationId>,
}

impl Operation {
    /// Begins with what the first telling says; a first answer may already be settled.
    pub(crate) fn begin(told: &CommsOperation) -> Self {
        let mut resource = Box::new(told.clone());
        resource.status = Member::Absent;
        Self { state: State::told(told).unwrap_or(State::NotStarted), resource, aliases: Vec::new() }
    }

    /// Takes over what is told, in the same state.
    pub(crate) fn merge(&mut self, told: &CommsOperation) {
        let id = self.resource.id.take();
        if self.kind() == OperationKind::Comms && told.odata_type.is_some() {
            self.resource.odata_type.clone_from(&told.odata_type);
        }
        self.resource.pair(told, Merge);
        self.resource.status = Member::Absent;
        // The id that it was first known by stays.
        if id.value().is_some() && self.resource.id != id {
            let alias = core::mem::replace(&mut self.resource.id, id).into_value();
            self.aliases.extend(alias);
        }
    }

    pub(crate) fn step(&mut self, next: State, told: &CommsOperation) {
        self.state = next;
        self.merge(told);
    }

    /// Its id; `None` where only a `clientContext` was told.
    pub fn id(&self) -> Option<&OperationId> {
        self.resource.id.value()
    }

    /// Its kind: the Graph type without `Operation`.
    pub fn kind(&self) -> OperationKind {
        self.resource.kind()
    }

    /// How far it is.
    pub const fn state(&self) -> State {
        self.state
    }

    /// The app's own name for it.
    pub fn client_context(&self) -> Option<&str> {
        self.resource.client_context.value().map(|context| &**context)
    }

    /// All that was told of it, save its status: see [`Operation::state`].
    pub const fn resource(&self) -> &CommsOperation {
        &self.resource
    }

    /// True until it is completed or failed.
    pub fn is_pending(&self) -> bool {
        self.state.lies_in(Region::Pending)
    }

    /// True where it is completed, its result is no failure, and no completion reason says otherwise.
    /// Source: [sendDtmfTonesOperation](https://learn.microsoft.com/graph/api/resources/senddtmftonesoperation),
    /// whose failures arrive as completed.
    pub fn is_success(&self) -> bool {
        use crate::graph::CompletionReason::{CompletedSuccessfully, StopToneDetected};
        let failed = self.resource.result_info.value().is_some_and(|result| result.is_failure());
        let reason = self.resource.completion_reason.value();
        self.state == State::Completed
            && !failed
            && reason.is_none_or(|reason| matches!(reason, CompletedSuccessfully | StopToneDetected))
    }

    fn has_id_of(&self, told: &CommsOperation) -> bool {
        told.id.value().is_some_and(|id| self.id() == Some(id) || self.aliases.contains(id))
    }

    fn shares_kind(&self, told: &CommsOperation) -> bool {
        let kinds = [self.kind(), told.kind()];
        kinds[0] == kinds[1] || kinds.contains(&OperationKind::Comms)
    }

    fn shares_context(&self, told: &CommsOperation) -> bool {
        told.client_context.value().is_some() && told.client_context == self.resource.client_context
    }
}

/// Which operation a telling is about: by id, else by `clientContext` among the pending ones of its kind, else
/// by `clientContext` among all that lack an id or are told without one.
/// A cancel's reply can bear the id of what it cancels, so that the kinds must agree where both are told.
pub(crate) fn position(operations: &[Operation], told: &CommsOperation) -> Option<usize> {
    let same = |operation: &Operation| operation.has_id_of(told) && operation.shares_kind(told);
    let exact = |operation: &Operation| same(operation) && operation.kind() == told.kind();
    let named = |operation: &Operation| operation.shares_kind(told) && operation.shares_context(told);
    let pending = |operation: &Operation| operation.is_pending() && named(operation);
    let unnumbered =
        |operation: &Operation| named(operation) && (told.id.value().is_none() || operation.id().is_none());
    let first = |test: &dyn Fn(&Operation) -> bool| operations.iter().position(test);
    first(&exact).or_else(|| first(&same)).or_else(|| first(&pending)).or_else(|| first(&unnumbered))
}

impl State {
    /// The state that a telling names; `None` where it names none. Null means not started.
    pub(crate) fn told(told: &CommsOperation) -> Option<Self> {
        Some(match &told.status {
            Member::Null | Member::Value(OperationStatus::NotStarted) => Self::NotStarted,
            Member::Value(OperationStatus::Running) => Self::Running,
            Member::Value(OperationStatus::Completed) => Self::Completed,
            Member::Value(OperationStatus::Failed) => Self::Failed,
            Member::Absent | Member::Value(OperationStatus::Other(_)) => return None,
        })
    }
}
