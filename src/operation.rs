//! One operation: what an action asked for, until it is settled.

mod lifecycle;
mod state;

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

pub use lifecycle::Superstate;
pub use state::{State, Transition};

use crate::OperationId;
use crate::graph::{
    CommsOperation, Member, Members, Merge, News, OperationKind, OperationStatus, Rule, TypeName,
};

/// An operation of a call, folded.
///
/// `completed` is not success by itself: see [`Operation::is_success`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Operation {
    state: State,
    /// Shared between versions of the call.
    resource: Arc<CommsOperation>,
    /// Further ids that it was told by: a reply and a notification can name one operation differently.
    aliases: Vec<OperationId>,
}

impl Operation {
    /// Begins with what the first telling says; a first answer may already be settled.
    pub(crate) fn begin(mut reported: Arc<CommsOperation>) -> Self {
        let state = State::reported(&reported).unwrap_or(State::NotStarted);
        Arc::make_mut(&mut reported).status = Member::Absent;
        Self { state, resource: reported, aliases: Vec::new() }
    }

    /// Puts one together from what a bulk replay kept of it.
    pub(crate) fn restored(state: State, resource: Box<CommsOperation>) -> Self {
        Self { state, resource: resource.into(), aliases: Vec::new() }
    }

    /// True where it was told by more ids than one.
    pub(crate) const fn has_aliases(&self) -> bool {
        !self.aliases.is_empty()
    }

    /// Takes over what is told, in the same state.
    pub(crate) fn merge(&mut self, reported: &CommsOperation) {
        self.merge_by(reported.odata_type.as_ref(), |resource| resource.pair(reported, Merge));
    }

    /// The same of a telling that nobody needs any more.
    pub(crate) fn take_over(&mut self, mut reported: Box<CommsOperation>) {
        let odata_type = reported.odata_type.take();
        self.merge_by(odata_type.as_ref(), |resource| resource.take_over(&mut reported));
    }

    fn merge_by(&mut self, odata_type: Option<&TypeName>, merge: impl FnOnce(&mut CommsOperation)) {
        let resource = Arc::make_mut(&mut self.resource);
        let id = resource.id.take();
        if odata_type.is_some() && resource.kind() == OperationKind::Comms {
            resource.odata_type = odata_type.cloned();
        }
        merge(resource);
        resource.status = Member::Absent;
        // The id that it was first known by stays.
        if id.value().is_some() && resource.id != id {
            let alias = core::mem::replace(&mut resource.id, id).into_value();
            self.aliases.extend(alias);
        }
    }

    pub(crate) fn step(&mut self, next: State, reported: &CommsOperation) {
        self.state = next;
        self.merge(reported);
    }

    pub(crate) fn step_owned(&mut self, next: State, reported: Box<CommsOperation>) {
        self.state = next;
        self.take_over(reported);
    }

    /// Ends it; true where that is a success.
    pub(crate) fn end(&mut self, transition: Transition, reported: &CommsOperation) -> bool {
        if let Some(next) = self.state.after(transition) {
            self.step(next, reported);
        }
        self.is_success()
    }

    /// Its id; `None` where only a `clientContext` was told.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # let begun = br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"adopted","data":{}}"##;
    /// # replay.record(Format::Events, begun, |_| {});
    /// # let created = br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"operationCreated",
    /// #     "data":{"@odata.type":"#microsoft.graph.recordOperation","id":"o","clientContext":"c","status":"completed"}}"##;
    /// # replay.record(Format::Events, created, |_| {});
    /// # let operation = &replay.calls().next().unwrap().operations()[0];
    /// assert_eq!(operation.id().unwrap().to_string(), "o");
    /// ```
    pub fn id(&self) -> Option<&OperationId> {
        self.resource.id.value()
    }

    /// Its kind: the Graph type without `Operation`.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # let begun = br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"adopted","data":{}}"##;
    /// # replay.record(Format::Events, begun, |_| {});
    /// # let created = br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"operationCreated",
    /// #     "data":{"@odata.type":"#microsoft.graph.recordOperation","id":"o","clientContext":"c","status":"completed"}}"##;
    /// # replay.record(Format::Events, created, |_| {});
    /// # let operation = &replay.calls().next().unwrap().operations()[0];
    /// assert_eq!(operation.kind().as_str(), "record");
    /// ```
    pub fn kind(&self) -> OperationKind {
        self.resource.kind()
    }

    /// How far it is.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # let begun = br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"adopted","data":{}}"##;
    /// # replay.record(Format::Events, begun, |_| {});
    /// # let created = br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"operationCreated",
    /// #     "data":{"@odata.type":"#microsoft.graph.recordOperation","id":"o","clientContext":"c","status":"completed"}}"##;
    /// # replay.record(Format::Events, created, |_| {});
    /// # let operation = &replay.calls().next().unwrap().operations()[0];
    /// assert_eq!(operation.state().as_str(), "completed");
    /// ```
    pub const fn state(&self) -> State {
        self.state
    }

    /// The app's own name for it.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # let begun = br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"adopted","data":{}}"##;
    /// # replay.record(Format::Events, begun, |_| {});
    /// # let created = br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"operationCreated",
    /// #     "data":{"@odata.type":"#microsoft.graph.recordOperation","id":"o","clientContext":"c","status":"completed"}}"##;
    /// # replay.record(Format::Events, created, |_| {});
    /// # let operation = &replay.calls().next().unwrap().operations()[0];
    /// assert_eq!(operation.client_context(), Some("c"));
    /// ```
    pub fn client_context(&self) -> Option<&str> {
        self.resource.client_context.value().map(|context| &**context)
    }

    /// All that was told of it, save its status: see [`Operation::state`].
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # let begun = br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"adopted","data":{}}"##;
    /// # replay.record(Format::Events, begun, |_| {});
    /// # let created = br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"operationCreated",
    /// #     "data":{"@odata.type":"#microsoft.graph.recordOperation","id":"o","clientContext":"c","status":"completed"}}"##;
    /// # replay.record(Format::Events, created, |_| {});
    /// # let operation = &replay.calls().next().unwrap().operations()[0];
    /// assert!(operation.resource().recording_location.is_absent());
    /// ```
    pub fn resource(&self) -> &CommsOperation {
        &self.resource
    }

    /// The resource with its status: what a GET gives.
    pub(crate) fn whole(&self) -> CommsOperation {
        let status = match self.state {
            State::NotStarted => OperationStatus::NotStarted,
            State::Running => OperationStatus::Running,
            State::Completed => OperationStatus::Completed,
            State::Failed => OperationStatus::Failed,
        };
        CommsOperation { status: status.into(), ..(*self.resource).clone() }
    }

    /// True where this is its id, or another one by which it was told.
    pub(crate) fn is_called(&self, id: &OperationId) -> bool {
        self.id() == Some(id) || self.aliases.contains(id)
    }

    /// True until it is completed or failed.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # let begun = br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"adopted","data":{}}"##;
    /// # replay.record(Format::Events, begun, |_| {});
    /// # let created = br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"operationCreated",
    /// #     "data":{"@odata.type":"#microsoft.graph.recordOperation","id":"o","clientContext":"c","status":"completed"}}"##;
    /// # replay.record(Format::Events, created, |_| {});
    /// # let operation = &replay.calls().next().unwrap().operations()[0];
    /// assert!(!operation.is_pending());
    /// ```
    pub fn is_pending(&self) -> bool {
        self.state.lies_in(Superstate::Pending)
    }

    /// True where it is completed, its result is no failure, and no completion reason says otherwise.
    /// Source: [sendDtmfTonesOperation](https://learn.microsoft.com/graph/api/resources/senddtmftonesoperation),
    /// whose failures arrive as completed.
    ///
    /// ```
    /// # use callfold::{Replay, log::Format};
    /// # let mut replay = Replay::new();
    /// # let begun = br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"adopted","data":{}}"##;
    /// # replay.record(Format::Events, begun, |_| {});
    /// # let created = br##"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"operationCreated",
    /// #     "data":{"@odata.type":"#microsoft.graph.recordOperation","id":"o","clientContext":"c","status":"completed"}}"##;
    /// # replay.record(Format::Events, created, |_| {});
    /// # let operation = &replay.calls().next().unwrap().operations()[0];
    /// assert!(operation.is_success());
    /// ```
    pub fn is_success(&self) -> bool {
        use crate::graph::CompletionReason::{CompletedSuccessfully, StopToneDetected};
        let failed = self.resource.result_info.value().is_some_and(|result| result.is_failure());
        let reason = self.resource.completion_reason.value();
        self.state == State::Completed
            && !failed
            && reason.is_none_or(|reason| matches!(reason, CompletedSuccessfully | StopToneDetected))
    }

    /// True where a telling by id, or by nothing but its `clientContext`, is about this operation for sure: a
    /// second operation may bear the `clientContext` of the first, but then it has an id of its own.
    pub(crate) fn is_reported_by(&self, reported: &CommsOperation) -> bool {
        reported.id.value().is_none() || self.id().is_none() || self.has_id_of(reported)
    }

    /// True where a telling brings something that is not known: a member, or another id.
    pub(crate) fn learns(&self, reported: &CommsOperation, rule: impl Rule) -> bool {
        let mut rest = reported.clone();
        rest.status = Member::Absent;
        rest.id = Member::Absent;
        rest.pair(&self.resource, rule);
        !rest.is_silent() || (reported.id.value().is_some() && !self.has_id_of(reported))
    }

    /// True where a telling names this end, and nothing that is not known of it.
    fn said(&self, reported: &CommsOperation) -> bool {
        !self.is_pending() && State::reported(reported) == Some(self.state) && !self.learns(reported, News)
    }

    pub(crate) fn has_id_of(&self, reported: &CommsOperation) -> bool {
        reported.id.value().is_some_and(|id| self.is_called(id))
    }

    fn shares_kind(&self, reported: &CommsOperation) -> bool {
        let kinds = || [self.kind(), reported.kind()];
        let agree = |kinds: [_; 2]| kinds[0] == kinds[1] || kinds.contains(&OperationKind::Comms);
        self.resource.odata_type == reported.odata_type || agree(kinds())
    }

    fn shares_context(&self, reported: &CommsOperation) -> bool {
        let context = reported.client_context.value().filter(|context| !context.is_empty());
        context.is_some() && reported.client_context == self.resource.client_context
    }
}

/// Which operation a telling is about: by id, else by `clientContext` among the pending ones of its kind, else
/// by `clientContext` among all that lack an id or are told without one. An end that is told again without an
/// id is no other operation's.
/// A cancel's reply can bear the id of what it cancels, so that the kinds must agree where both are told.
fn position(operations: &[Operation], reported: &CommsOperation) -> Option<usize> {
    let rank = |operation: &Operation| {
        let is_called_so = operation.has_id_of(reported);
        let is_named = is_called_so || operation.shares_context(reported);
        if !is_named || !operation.shares_kind(reported) {
            return None;
        }
        if is_called_so {
            return Some(0);
        }
        match reported.id.value() {
            None if operation.said(reported) => Some(1),
            _ if operation.is_pending() => Some(2),
            id => (id.is_none() || operation.id().is_none()).then_some(3),
        }
    };
    let ranked = operations.iter().enumerate().filter_map(|(index, one)| Some((rank(one)?, index)));
    ranked.min().map(|(_, index)| index)
}

/// The operation that a telling is about.
pub(crate) fn find<'a>(operations: &'a [Operation], reported: &CommsOperation) -> Option<&'a Operation> {
    position(operations, reported).and_then(|index| operations.get(index))
}

/// The same, to change it.
pub(crate) fn find_mut<'a>(
    operations: &'a mut [Operation],
    reported: &CommsOperation,
) -> Option<&'a mut Operation> {
    position(operations, reported).and_then(|index| operations.get_mut(index))
}

impl State {
    /// The state that a telling names; `None` where it names none. Null means not started.
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
