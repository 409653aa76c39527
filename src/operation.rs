//! One operation: the work that an action began, until it is settled (completed or failed).

pub(crate) mod lifecycle;
pub(crate) mod state;

use alloc::sync::Arc;

pub use lifecycle::Superstate;
pub use state::{State, Transition};

use crate::graph::identity::InvitationParticipantInfo;
use crate::graph::member::{Member, Members, News, Rule};
use crate::graph::operation::{CommsOperation, OperationKind, OperationStatus};
use crate::id::OperationId;
use crate::places::OrdSet;

/// An operation of a call, rebuilt from its events.
///
/// A completed operation has not always succeeded: see [`Operation::is_success`].
///
/// ```
/// use callfold::Ledger;
/// use callfold::operation::State;
///
/// let log = r##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}
/// {"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"operationCreated","data":
/// {"@odata.type":"#microsoft.graph.recordOperation","id":"7","clientContext":"greeting","status":"completed"}}"##;
/// let mut ledger = Ledger::new();
/// let (placed, created) = log.split_once('\n').unwrap();
/// ledger.apply(&placed.parse()?)?;
/// ledger.apply(&created.parse()?)?;
/// let operation = ledger.calls().next().unwrap().operations().first().unwrap();
/// assert_eq!(operation.kind().as_str(), "record");
/// assert_eq!(operation.client_context(), Some("greeting"));
/// assert_eq!(operation.state(), State::Completed);
/// assert!(operation.is_success());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    state: State,
    /// Shared between versions of the call.
    resource: Arc<CommsOperation>,
    /// Other ids of this operation: a reply and a notification can name one operation by different ids.
    aliases: OrdSet<OperationId>,
}

impl Operation {
    /// Begins in the state that the first report names. The first report can name a settled state.
    pub(crate) fn begin(mut reported: Arc<CommsOperation>) -> Self {
        let state = State::reported(&reported).unwrap_or(State::NotStarted);
        Arc::make_mut(&mut reported).status = Member::Absent;
        Self { state, resource: reported, aliases: OrdSet::new() }
    }

    /// An operation that has only these parts.
    pub(crate) fn restored(
        state: State,
        resource: CommsOperation,
        aliases: impl IntoIterator<Item = OperationId>,
    ) -> Self {
        Self { state, resource: resource.into(), aliases: aliases.into_iter().collect() }
    }

    /// The other ids by which reports named this operation.
    pub(crate) fn aliases(&self) -> impl Iterator<Item = &OperationId> {
        self.aliases.iter()
    }

    /// True if reports named this operation by more than one id.
    pub(crate) fn has_aliases(&self) -> bool {
        !self.aliases.is_empty()
    }

    fn merge(&mut self, reported: Arc<CommsOperation>) {
        let resource = Arc::make_mut(&mut self.resource);
        let id = resource.id.take();
        if resource.kind() == OperationKind::Comms && reported.odata_type.is_some() {
            resource.odata_type.clone_from(&reported.odata_type);
        }
        resource.merge(reported);
        resource.status = Member::Absent;
        // The operation keeps the id by which it was known first.
        if id.value().is_some() && resource.id != id {
            let alias = core::mem::replace(&mut resource.id, id).into_value();
            self.aliases.extend(alias);
        }
    }

    /// Merges a report, and enters the next state. The next state can be the present one.
    pub(crate) fn step(&mut self, next: State, reported: Arc<CommsOperation>) {
        self.state = next;
        self.merge(reported);
    }

    /// Ends the operation. Returns true if the operation ended with success.
    pub(crate) fn end(&mut self, transition: Transition, reported: Arc<CommsOperation>) -> bool {
        if let Some(next) = self.state.after(transition) {
            self.step(next, reported);
        }
        self.is_success()
    }

    /// The id. `None` if reports gave only a `clientContext`.
    pub fn id(&self) -> Option<&OperationId> {
        self.resource.id.value()
    }

    /// The kind: the Graph type without the word `Operation`.
    pub fn kind(&self) -> OperationKind {
        self.resource.kind()
    }

    /// The state in the lifecycle: Graph's `status`.
    pub const fn state(&self) -> State {
        self.state
    }

    /// The `clientContext`: the name that the app gave to the operation. `None` if it was not reported.
    pub fn client_context(&self) -> Option<&str> {
        self.resource.client_context.value().map(|context| &**context)
    }

    /// Every member that was reported, except for `status`: see [`Operation::state`].
    pub fn resource(&self) -> &CommsOperation {
        &self.resource
    }

    /// The resource with its status, as GET returns it.
    pub(crate) fn full(&self) -> CommsOperation {
        let status = match self.state {
            State::NotStarted => OperationStatus::NotStarted,
            State::Running => OperationStatus::Running,
            State::Completed => OperationStatus::Completed,
            State::Failed => OperationStatus::Failed,
        };
        CommsOperation { status: status.into(), ..(*self.resource).clone() }
    }

    /// True if a report named this operation by the id.
    pub(crate) fn is_called(&self, id: &OperationId) -> bool {
        self.id() == Some(id) || self.aliases.contains(id)
    }

    /// All ids by which reports named this operation.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &OperationId> {
        self.id().into_iter().chain(&self.aliases)
    }

    /// The participants that this operation invites.
    pub(crate) fn invited(&self) -> impl Iterator<Item = &InvitationParticipantInfo> {
        let is_invitation = self.kind() == OperationKind::InviteParticipants;
        self.resource.participants.value().filter(|_| is_invitation).into_iter().flatten()
    }

    /// True until the operation is completed or failed.
    pub fn is_pending(&self) -> bool {
        self.state.lies_in(Superstate::Pending)
    }

    /// True if the operation is completed, its result is not a failure, and its completion reason, if it has
    /// one, is `completedSuccessfully` or `stopToneDetected`.
    ///
    /// Failures of [sendDtmfTonesOperation](https://learn.microsoft.com/graph/api/resources/senddtmftonesoperation)
    /// arrive as completed.
    pub fn is_success(&self) -> bool {
        use crate::graph::operation::CompletionReason::{CompletedSuccessfully, StopToneDetected};
        let failed = self.resource.result_info.value().is_some_and(|result| result.is_failure());
        let reason = self.resource.completion_reason.value();
        self.state == State::Completed
            && !failed
            && reason.is_none_or(|reason| matches!(reason, CompletedSuccessfully | StopToneDetected))
    }

    /// True if a report is certainly about this operation: the ids agree, or one side has no id. A second operation can
    /// have the `clientContext` of the first, but then it has an id of its own.
    pub(crate) fn is_reported_by(&self, reported: &CommsOperation) -> bool {
        reported.id.value().is_none() || self.id().is_none() || self.has_id_of(reported)
    }

    /// True if a report has a member or an id that is not known.
    pub(crate) fn learns(&self, reported: &CommsOperation, rule: impl Rule) -> bool {
        let mut rest = reported.clone();
        rest.status = Member::Absent;
        rest.id = Member::Absent;
        rest.pair(&self.resource, rule);
        !rest.is_silent() || (reported.id.value().is_some() && !self.has_id_of(reported))
    }

    /// True if a report names the end of this operation again, and nothing else is new in it.
    pub(crate) fn said(&self, reported: &CommsOperation) -> bool {
        !self.is_pending() && State::reported(reported) == Some(self.state) && !self.learns(reported, News)
    }

    pub(crate) fn has_id_of(&self, reported: &CommsOperation) -> bool {
        reported.id.value().is_some_and(|id| self.is_called(id))
    }

    pub(crate) fn shares_kind(&self, reported: &CommsOperation) -> bool {
        let kinds = || [self.kind(), reported.kind()];
        let agree = |kinds: [_; 2]| kinds[0] == kinds[1] || kinds.contains(&OperationKind::Comms);
        self.resource.odata_type == reported.odata_type || agree(kinds())
    }

    pub(crate) fn shares_context(&self, reported: &CommsOperation) -> bool {
        let context = reported.client_context.value().filter(|context| !context.is_empty());
        context.is_some() && reported.client_context == self.resource.client_context
    }
}

impl State {
    /// The state that a report names; `None` if it names none. Null means not started.
    pub(crate) fn reported(reported: &CommsOperation) -> Option<Self> {
        Some(match &reported.status {
            Member::Null | Member::Value(OperationStatus::NotStarted) => Self::NotStarted,
            Member::Value(OperationStatus::Running) => Self::Running,
            Member::Value(OperationStatus::Completed) => Self::Completed,
            Member::Value(OperationStatus::Failed) => Self::Failed,
            Member::Absent | Member::Value(OperationStatus::Other(_)) => return None,
        })
    }
}
