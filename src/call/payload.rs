//! The data of events.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::state::State;
use crate::graph::action::{PlayPrompt, RecordResponse};
use crate::graph::operation::{CommsOperation, OperationKind};
use crate::graph::participant::Participant;
use crate::id::{Id, OperationId, ParticipantId};
use crate::secret::Secret;

/// A late confirmation: a notification reported a state that had been inferred before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StateConfirmed {
    /// The state that was reported.
    pub state: State,
}

/// Participants as they were reported. Members that were not reported are absent.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RosterUpdated {
    /// The number that orders delta rosters. `None` if the roster is not a delta.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence_number: Option<i64>,
    /// The participants who joined or changed. A participant with a `removedState` left.
    pub participants: Vec<Participant>,
}

/// A session in which content is shared.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContentSharing {
    /// The id of the session.
    pub id: Id,
}

/// The ids by which a bot recognises a second delivery of the same message.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NotificationHeard {
    /// The message ids of this delivery and of the original delivery.
    pub message_ids: Vec<Id>,
    /// The position of the notification in the body, counted from 0.
    pub item: u32,
}

impl StateConfirmed {
    /// The data of a late confirmation of this state.
    pub const fn new(state: State) -> Self {
        Self { state }
    }
}

impl RosterUpdated {
    /// The data of a roster. With a sequence number, the roster is a delta.
    pub const fn new(sequence_number: Option<i64>, participants: Vec<Participant>) -> Self {
        Self { sequence_number, participants }
    }
}

impl ContentSharing {
    /// The session with this id.
    pub const fn new(id: Id) -> Self {
        Self { id }
    }
}

impl NotificationHeard {
    /// The message ids of a delivery, and the position of the notification in its body.
    pub const fn new(message_ids: Vec<Id>, item: u32) -> Self {
        Self { message_ids, item }
    }
}

/// An operation that waits in the media queue of a call, with the request that created it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OperationQueued {
    /// The operation. Its status is `notStarted`.
    pub operation: Box<CommsOperation>,
    /// The body of the request.
    #[serde(flatten)]
    pub request: MediaRequest,
}

/// A request that uses the media of a call. A call works on one such request at a time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum MediaRequest {
    /// Plays prompts.
    PlayPrompt(Box<PlayPrompt>),
    /// Records what a participant says.
    RecordResponse(Box<RecordResponse>),
}

/// The data of a recording event: the operation, and where the app will find the recording. The events
/// `recordingStarted`, `speechStarted` and `speechEnded` have this data. Only `recordingStarted` can have a
/// URL and a token.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Recording {
    /// The operation that records.
    pub operation: OperationId,
    /// The URL at which the app will find the recording. `None` in `speechStarted` and `speechEnded`, and if
    /// it was not reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_location: Option<String>,
    /// The token that will give access to the recording. `None` in the same cases as the URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_access_token: Option<Secret<String>>,
}

/// The operation that started or stopped the hold music of a participant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HoldMusic {
    /// The participant.
    pub participant: ParticipantId,
    /// The operation.
    pub operation: OperationId,
}

impl MediaRequest {
    /// The kind of the operation that the request creates.
    pub(super) const fn kind(&self) -> OperationKind {
        match self {
            Self::PlayPrompt(_) => OperationKind::PlayPrompt,
            Self::RecordResponse(_) => OperationKind::Record,
        }
    }
}

impl OperationQueued {
    /// An operation and the request that created it.
    pub const fn new(operation: Box<CommsOperation>, request: MediaRequest) -> Self {
        Self { operation, request }
    }
}

impl Recording {
    /// The data of a recording event of this operation, without a URL and a token.
    pub const fn new(operation: OperationId) -> Self {
        Self { operation, recording_location: None, recording_access_token: None }
    }
}

impl HoldMusic {
    /// Hold music for a participant, and the operation that starts or stops it.
    pub const fn new(participant: ParticipantId, operation: OperationId) -> Self {
        Self { participant, operation }
    }
}
