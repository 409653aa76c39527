//! One operation: what an action asked for, until it is settled.

mod lifecycle;
mod state;

use alloc::boxed::Box;

pub use lifecycle::Region;
pub use state::{Cause, State};

use crate::graph::{CommsOperation, Member, Members, Merge, OperationKind, OperationStatus};
use crate::OperationId;

/// An operation of a call, folded.
///
/// `completed` is not success by itself: see [`Operation::is_success`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    state: State,
    resource: Box<CommsOperation>,
}

impl Operation {
    /// Begins with what the first telling says; a first answer may already be settled.
    pub(crate) fn begin(told: &CommsOperation) -> Self {
        let mut resource = Box::new(told.clone());
        resource.status = Member::Absent;
        Self { state: State::told(told).unwrap_or(State::NotStarted), resource }
    }

    /// Takes over what is told, in the same state.
    pub(crate) fn merge(&mut self, told: &CommsOperation) {
        let id = self.resource.id.clone();
        if self.kind() == OperationKind::Comms && told.odata_type.is_some() {
            self.resource.odata_type.clone_from(&told.odata_type);
        }
        self.resource.pair::<Merge>(told);
        self.resource.status = Member::Absent;
        // The id that it was first known by stays: a reply and a notification can name one operation twice.
        if id.value().is_some() {
            self.resource.id = id;
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

    /// True where a telling is about this operation: see [`position`].
    fn has_id_of(&self, told: &CommsOperation) -> bool {
        told.id.value().is_some() && told.id == self.resource.id
    }

    fn shares_kind(&self, told: &CommsOperation) -> bool {
        let kinds = [self.kind(), told.kind()];
        kinds[0] == kinds[1] || kinds.contains(&OperationKind::Comms)
    }

    fn shares_context(&self, told: &CommsOperation) -> bool {
        told.client_context.value().is_some() && told.client_context == self.resource.client_context
    }
}

/// Which operation a telling is about: by id, else by `clientContext` among the pending ones of its kind.
/// A cancel's reply can bear the id of what it cancels, so that the kinds must agree where both are told.
pub(crate) fn position(operations: &[Operation], told: &CommsOperation) -> Option<usize> {
    let same = |operation: &Operation| operation.has_id_of(told) && operation.shares_kind(told);
    let exact = |operation: &Operation| same(operation) && operation.kind() == told.kind();
    let pending = |operation: &Operation| {
        operation.is_pending() && operation.shares_kind(told) && operation.shares_context(told)
    };
    let first = |test: &dyn Fn(&Operation) -> bool| operations.iter().position(test);
    first(&exact).or_else(|| first(&same)).or_else(|| first(&pending))
}

impl State {
    /// The state that a telling names; `None` where it names none.
    pub(crate) fn told(told: &CommsOperation) -> Option<Self> {
        Some(match told.status.value()? {
            OperationStatus::NotStarted => Self::NotStarted,
            OperationStatus::Running => Self::Running,
            OperationStatus::Completed => Self::Completed,
            OperationStatus::Failed => Self::Failed,
            OperationStatus::Other(_) => return None,
        })
    }
}
