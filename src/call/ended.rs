//! A call that has ended, reduced to what a summary shows and what a later event needs.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::sync::Arc;

use jiff::Timestamp;

use super::beginning::Beginning;
use super::data::Call;
use super::deadline::Deadlines;
use super::notification_history::NotificationHistory;
use super::party_request::PartyRequest;
use super::roster::Roster;
use super::shared::{OperationEnd, Parties, Shared};
use super::state::State;
use super::tones::Tones;
use crate::graph;
use crate::graph::call::CallDirection;
use crate::graph::media::MediaState;
use crate::graph::operation::{CommsOperation, OperationKind};
use crate::graph::result::ResultInfo;
use crate::graph::tone::Tone;
use crate::id::{CallId, Id, OperationId};
use crate::list::List;
use crate::operation::{self, Operation};
use crate::operations::Operations;
use crate::places::FEW;

/// Only the operations of an ended call can change.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(crate) id: CallId,
    pub(crate) state: State,
    pub(crate) revision: u64,
    pub(crate) first_at: Option<Timestamp>,
    pub(crate) last_at: Option<Timestamp>,
    pub(crate) direction: Option<CallDirection>,
    pub(crate) parties: Arc<Parties>,
    pub(crate) audio: Option<MediaState>,
    pub(crate) result_info: Option<Arc<ResultInfo>>,
    pub(crate) termination_reason: Option<Box<str>>,
    pub(crate) operations: EndedOperations,
    /// The transfers and redirects. The operations have the invitations.
    pub(crate) requested: Box<[PartyRequest]>,
    pub(crate) chain: Option<Id>,
    pub(crate) participants: usize,
    pub(crate) tones: Arc<[Tone]>,
    told: Option<Box<Told>>,
}

/// What can come after the end of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Later {
    /// Events only.
    Events,
    /// Notifications and replies too. They are compared with what the call has told.
    Any,
}

/// The parts of an ended call with which a later notification is compared.
#[derive(Clone, Debug)]
struct Told {
    details: Arc<graph::call::Call>,
    tones: Arc<Tones>,
    notifications: NotificationHistory,
}

/// An operation of an ended call.
#[derive(Clone, Debug)]
pub(crate) struct EndedOperation {
    pub(crate) id: OperationId,
    pub(crate) kind: OperationKind,
    pub(crate) state: operation::state::State,
    pub(crate) client_context: Option<Box<str>>,
    pub(crate) end: Arc<OperationEnd>,
}

/// The operations of an ended call.
#[derive(Clone, Debug)]
pub(crate) enum EndedOperations {
    Reduced(Box<[EndedOperation]>),
    /// A later report could be about one of several operations, and only their other members tell which.
    Whole(Operations),
}

impl Ended {
    pub(crate) fn of(call: &Call, later: Later, shared: &mut Shared) -> Self {
        let details = call.details();
        let parties = Parties {
            caller: call.caller().map(Into::into),
            callees: call.callees().map(Into::into),
            everybody: call.everybody().into_iter().map(Into::into).collect(),
        };
        let operations = call.operations.clone();
        let told = || Told {
            details: Arc::clone(&call.details),
            tones: Arc::clone(&call.tones),
            notifications: call.notifications.clone(),
        };
        let (operations, told) = match later {
            Later::Events => (EndedOperations::of(operations, shared), None),
            Later::Any => (EndedOperations::Whole(operations), Some(Box::new(told()))),
        };
        Self {
            id: call.id(),
            state: call.state(),
            revision: call.revision(),
            first_at: call.first_at(),
            last_at: call.last_at(),
            direction: call.direction().cloned(),
            parties: shared.parties.get(parties),
            audio: call.audio().cloned(),
            result_info: details.result_info.value().map(|result| shared.results.get((**result).clone())),
            termination_reason: details.termination_reason.value().map(|reason| reason.as_str().into()),
            operations,
            requested: call.requested().cloned().collect(),
            chain: details.call_chain_id.value().cloned(),
            participants: call.number_of_people(),
            tones: call.tones().iter().filter_map(|info| info.tone.value().cloned()).collect(),
            told,
        }
    }

    /// Makes the call as a later record needs it. [`Ended::put_back`] ends the change.
    pub(crate) fn take(&mut self) -> Call {
        let none = EndedOperations::Reduced(Box::default());
        let operations = core::mem::replace(&mut self.operations, none).into_operations();
        let (details, tones, notifications) = match self.told.take().map(|told| *told) {
            Some(Told { details, tones, notifications }) => (details, tones, notifications),
            None => Default::default(),
        };
        Call {
            id: self.id,
            state: self.state,
            beginning: Beginning::Adopted,
            revision: self.revision,
            first_at: self.first_at,
            last_at: self.last_at,
            details,
            first_callees: None,
            operations,
            roster: Roster::default(),
            tones,
            content_sharing: List::default(),
            notifications,
            deadlines: Deadlines::default(),
            service: None,
        }
    }

    pub(crate) fn put_back(&mut self, call: Call, later: Later, shared: &mut Shared) {
        let Call { revision, first_at, last_at, details, operations, tones, notifications, .. } = call;
        (self.revision, self.first_at, self.last_at) = (revision, first_at, last_at);
        (self.operations, self.told) = match later {
            Later::Events => (EndedOperations::of(operations, shared), None),
            Later::Any => {
                (EndedOperations::Whole(operations), Some(Box::new(Told { details, tones, notifications })))
            }
        };
    }

    /// What can come after the end of this call.
    pub(crate) const fn later(&self) -> Later {
        if self.told.is_some() { Later::Any } else { Later::Events }
    }

    pub(crate) const fn id(&self) -> CallId {
        self.id
    }

    pub(crate) const fn revision(&self) -> u64 {
        self.revision
    }
}

impl EndedOperations {
    fn of(operations: Operations, shared: &mut Shared) -> Self {
        let mut contexts = BTreeSet::new();
        let mut reduced = |one: &Operation| {
            let is_alone = one.client_context().is_none_or(|context| contexts.insert(context.to_owned()));
            // A later report can name the kind, and so make an invitation of an operation with participants.
            let is_no_invitation = one.resource().participants.value().is_none();
            EndedOperation::of(one, shared).filter(|_| is_alone && !one.has_aliases() && is_no_invitation)
        };
        let few = (operations.len() <= FEW).then(|| operations.iter().map(&mut reduced).collect());
        few.flatten().map_or_else(|| Self::Whole(operations), Self::Reduced)
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
    fn of(operation: &Operation, shared: &mut Shared) -> Option<Self> {
        Some(Self {
            id: operation.id()?.clone(),
            kind: operation.kind(),
            state: operation.state(),
            client_context: operation.client_context().map(Into::into),
            end: shared.operation_ends.get(OperationEnd {
                result_info: operation.resource().result_info.value().cloned(),
                completion_reason: operation.resource().completion_reason.value().cloned(),
            }),
        })
    }

    fn to_operation(&self) -> Operation {
        let resource = CommsOperation {
            odata_type: Some(self.kind.type_name().into()),
            id: self.id.clone().into(),
            client_context: self.client_context.as_deref().map(Into::into).into(),
            result_info: self.end.result_info.clone().into(),
            completion_reason: self.end.completion_reason.clone().into(),
            ..CommsOperation::default()
        };
        Operation::restored(self.state, resource, [])
    }
}
