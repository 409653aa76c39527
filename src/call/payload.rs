//! What events carry.

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

/// A state that had been inferred was told at last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct StateConfirmed {
    /// The state that was told.
    pub state: State,
}

/// Participants as they were told, in full or in part.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RosterUpdated {
    /// Orders delta rosters; absent where the roster is no delta.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequence_number: Option<i64>,
    /// Those who came, changed or, with a `removedState`, went.
    pub participants: Vec<Participant>,
}

/// Shared content.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ContentSharing {
    /// The session's id.
    pub id: Id,
}

/// The ids by which a second delivery of the same message is known.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct NotificationHeard {
    /// The message ids: of this delivery, and of the original one.
    pub message_ids: Vec<Id>,
    /// Which notification of the body it was, from 0.
    pub item: u32,
}

impl StateConfirmed {
    /// That this state was told at last.
    ///
    /// ```
    /// use callfold::call::StateConfirmed;
    ///
    /// let confirmed = StateConfirmed::new(callfold::call::State::Establishing);
    /// ```
    pub const fn new(state: State) -> Self {
        Self { state }
    }
}

impl RosterUpdated {
    /// A roster, or with a number a delta of one.
    ///
    /// ```
    /// use callfold::call::RosterUpdated;
    ///
    /// let emptied = RosterUpdated::new(None, Vec::new());
    /// ```
    pub const fn new(sequence_number: Option<i64>, participants: Vec<Participant>) -> Self {
        Self { sequence_number, participants }
    }
}

impl ContentSharing {
    /// The session with this id.
    ///
    /// ```
    /// use callfold::call::ContentSharing;
    ///
    /// let session = ContentSharing::new("F7D9".into());
    /// ```
    pub const fn new(id: Id) -> Self {
        Self { id }
    }
}

impl NotificationHeard {
    /// A delivery by its message ids, and which notification of its body.
    ///
    /// ```
    /// use callfold::call::NotificationHeard;
    ///
    /// let received = NotificationHeard::new(vec!["message".into()], 0);
    /// ```
    pub const fn new(message_ids: Vec<Id>, item: u32) -> Self {
        Self { message_ids, item }
    }
}

/// An operation that waits its turn at the media of a call, and what was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OperationQueued {
    /// The operation, not started.
    pub operation: Box<CommsOperation>,
    /// What was asked for, as it was asked for.
    #[serde(flatten)]
    pub request: MediaRequest,
}

/// What uses the media of a call, one at a time.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum MediaRequest {
    /// Prompts to play.
    PlayPrompt(Box<PlayPrompt>),
    /// What is said to record.
    RecordResponse(Box<RecordResponse>),
}

/// How a recording goes on.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Recording {
    /// The operation that records.
    pub operation: OperationId,
    /// Where the recording will be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_location: Option<String>,
    /// What will open it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recording_access_token: Option<Secret<String>>,
}

/// A participant who hears music on hold, and the operation that brought it about.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HoldMusic {
    /// The participant.
    pub participant: ParticipantId,
    /// The operation.
    pub operation: OperationId,
}

impl MediaRequest {
    /// The kind of the operation that it asks for.
    pub(super) const fn kind(&self) -> OperationKind {
        match self {
            Self::PlayPrompt(_) => OperationKind::PlayPrompt,
            Self::RecordResponse(_) => OperationKind::Record,
        }
    }
}

impl OperationQueued {
    /// An operation and what was asked for.
    ///
    /// ```
    /// use callfold::call::{MediaRequest, OperationQueued};
    ///
    /// let operation = serde_json::from_str(r#"{"id":"o","status":"notStarted"}"#)?;
    /// let queued = OperationQueued::new(operation, MediaRequest::PlayPrompt(Box::default()));
    /// assert_eq!(
    ///     serde_json::to_string(&queued)?,
    ///     r#"{"operation":{"status":"notStarted","id":"o"},"playPrompt":{}}"#,
    /// );
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub const fn new(operation: Box<CommsOperation>, request: MediaRequest) -> Self {
        Self { operation, request }
    }
}

impl Recording {
    /// A recording by its operation.
    ///
    /// ```
    /// # use callfold::call::Recording;
    /// let recording = Recording::new("o".into());
    /// ```
    pub const fn new(operation: OperationId) -> Self {
        Self { operation, recording_location: None, recording_access_token: None }
    }
}

impl HoldMusic {
    /// A participant and the operation.
    ///
    /// ```
    /// # use callfold::call::HoldMusic;
    /// let music = HoldMusic::new("p".into(), "o".into());
    /// ```
    pub const fn new(participant: ParticipantId, operation: OperationId) -> Self {
        Self { participant, operation }
    }
}
