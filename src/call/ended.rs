//! A call that has ended, reduced to what a summary shows and what a later event needs.

use alloc::borrow::{Cow, ToOwned};
use alloc::boxed::Box;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::beginning::Beginning;
use super::data::Call;
use super::deadline::Deadlines;
use super::notification_history::NotificationHistory;
use super::roster::Roster;
use super::sessions::Sessions;
use super::state::State;
use crate::graph;
use crate::graph::call::CallDirection;
use crate::graph::media::MediaState;
use crate::graph::operation::{CommsOperation, OperationKind};
use crate::graph::result::ResultInfo;
use crate::graph::tone::{Tone, ToneInfo};
use crate::id::{CallId, OperationId};
use crate::json;
use crate::json::write;
use crate::operation::{self, Operation};
use crate::operations::Operations;
use crate::places::FEW;
use crate::secret::Secret;

/// Only the operations of an ended call can change.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(crate) id: CallId,
    pub(crate) state: State,
    pub(crate) revision: u64,
    pub(crate) first_at: Option<Timestamp>,
    pub(crate) last_at: Option<Timestamp>,
    pub(crate) direction: Option<CallDirection>,
    pub(crate) audio: Option<MediaState>,
    pub(crate) result_info: Option<Box<ResultInfo>>,
    pub(crate) termination_reason: Option<Box<str>>,
    pub(crate) operations: EndedOperations,
    pub(crate) participants: usize,
    pub(crate) tones: Box<[Tone]>,
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
    details: ToldDetails,
    notifications: NotificationHistory,
}

#[derive(Clone, Debug)]
enum ToldDetails {
    /// A [`Text`] as JSON, which takes a third of the memory. Most calls have no notifications after their end.
    Packed(Secret<Box<str>>),
    Unpacked(Arc<graph::call::Call>, Arc<Vec<ToneInfo>>),
}

#[derive(Default, Deserialize, Serialize)]
struct Text<'a> {
    details: Cow<'a, graph::call::Call>,
    tones: Cow<'a, [ToneInfo]>,
    /// The resources of the operations. Empty if the operations are kept whole.
    resources: Vec<Cow<'a, CommsOperation>>,
}

/// An operation of an ended call.
#[derive(Clone, Debug)]
pub(crate) struct EndedOperation {
    pub(crate) id: OperationId,
    pub(crate) kind: OperationKind,
    pub(crate) state: operation::State,
    pub(crate) client_context: Option<Box<str>>,
}

/// The operations of an ended call.
#[derive(Clone, Debug)]
pub(crate) enum EndedOperations {
    Reduced(Box<[EndedOperation]>),
    /// A later report could be about one of several operations, and only their other members tell which.
    Whole(Operations),
}

impl Ended {
    pub(crate) fn of(call: &Call, later: Later) -> Self {
        let details = call.details();
        let operations = EndedOperations::of(call.operations.clone());
        let told = (later == Later::Any).then(|| Told::of(call, &operations).into());
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
            operations,
            participants: call.participants().count(),
            tones: call.tones().iter().filter_map(|info| info.tone.value().cloned()).collect(),
            told,
        }
    }

    /// Prepares a call for [`Ended::take`], once for all later records.
    pub(crate) fn unpack(&mut self) {
        if let Some(told) = &mut self.told
            && let Some(Text { details, tones, resources }) = told.details.read()
        {
            let details = details.into_owned().into();
            told.details = ToldDetails::Unpacked(details, tones.into_owned().into());
            self.operations = EndedOperations::Whole(self.take_operations(resources));
        }
    }

    /// Makes the call as a later record needs it. [`Ended::put_back`] ends the change.
    pub(crate) fn take(&mut self) -> Call {
        self.unpack();
        let operations = self.take_operations(Vec::new());
        let (details, tones, notifications) = match self.told.take().map(|told| *told) {
            Some(Told { details: ToldDetails::Unpacked(details, tones), notifications }) => {
                (details, tones, notifications)
            }
            Some(_) | None => Default::default(),
        };
        Call {
            id: self.id,
            state: self.state,
            beginning: Beginning::Adopted,
            revision: self.revision,
            first_at: self.first_at,
            last_at: self.last_at,
            details,
            operations,
            roster: Roster::default(),
            tones,
            content_sharing: Sessions::default(),
            notifications,
            deadlines: Deadlines::default(),
            service: None,
        }
    }

    pub(crate) fn put_back(&mut self, call: Call, later: Later) {
        let Call { revision, first_at, last_at, details, operations, tones, notifications, .. } = call;
        (self.revision, self.first_at, self.last_at) = (revision, first_at, last_at);
        (self.operations, self.told) = match later {
            Later::Events => (EndedOperations::of(operations), None),
            Later::Any => {
                let details = ToldDetails::Unpacked(details, tones);
                (EndedOperations::Whole(operations), Some(Box::new(Told { details, notifications })))
            }
        };
    }

    /// What can come after the end of this call.
    pub(crate) const fn later(&self) -> Later {
        if self.told.is_some() { Later::Any } else { Later::Events }
    }

    /// The operations, with their resources if these are known.
    fn take_operations(&mut self, resources: Vec<Cow<'_, CommsOperation>>) -> Operations {
        let none = EndedOperations::Reduced(Box::default());
        core::mem::replace(&mut self.operations, none).into_operations(resources)
    }

    pub(crate) const fn id(&self) -> CallId {
        self.id
    }

    pub(crate) const fn revision(&self) -> u64 {
        self.revision
    }
}

impl Told {
    fn of(call: &Call, operations: &EndedOperations) -> Self {
        let resources = match operations {
            EndedOperations::Reduced(_) => {
                call.operations.iter().map(|one| Cow::Borrowed(one.resource())).collect()
            }
            EndedOperations::Whole(_) => Vec::new(),
        };
        let (details, tones) = (Cow::Borrowed(&*call.details), Cow::Borrowed(&call.tones[..]));
        let mut text = String::new();
        // Resources serialize without an error.
        _ = write::write(&Text { details, tones, resources }, &mut text);
        let details = ToldDetails::Packed(Secret::new(text.into()));
        Self { details, notifications: call.notifications.clone() }
    }
}

impl ToldDetails {
    /// The text, if the details are packed.
    fn read(&self) -> Option<Text<'static>> {
        match self {
            // What was written can be read.
            Self::Packed(text) => Some(json::read::from_str(text.expose()).unwrap_or_default()),
            Self::Unpacked(..) => None,
        }
    }
}

impl EndedOperations {
    fn of(operations: Operations) -> Self {
        let mut contexts = BTreeSet::new();
        let mut reduced = |one: &Operation| {
            let is_alone = one.client_context().is_none_or(|context| contexts.insert(context.to_owned()));
            EndedOperation::of(one).filter(|_| is_alone && !one.has_aliases())
        };
        let few = (operations.len() <= FEW).then(|| operations.iter().map(&mut reduced).collect());
        few.flatten().map_or_else(|| Self::Whole(operations), Self::Reduced)
    }

    /// The operations with these resources. Without the resources, they have only the members of the reduced form.
    fn into_operations(self, resources: Vec<Cow<'_, CommsOperation>>) -> Operations {
        match self {
            Self::Whole(operations) => operations,
            Self::Reduced(reduced) => {
                let (mut operations, mut resources) = (Operations::default(), resources.into_iter());
                for one in &reduced {
                    let resource = resources.next().map(Cow::into_owned);
                    let resource = resource.unwrap_or_else(|| one.resource());
                    operations.push(Operation::restored(one.state, resource));
                }
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

    fn resource(&self) -> CommsOperation {
        CommsOperation {
            odata_type: Some(self.kind.type_name().into()),
            id: self.id.clone().into(),
            client_context: self.client_context.as_deref().map(Into::into).into(),
            ..CommsOperation::default()
        }
    }
}
