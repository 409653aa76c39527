//! The data of a call that only the service knows.

use alloc::string::String;
use alloc::sync::Arc;

use super::event::{HoldMusic, MediaRequest, Recording, RequestAnswered};
use super::party_request::PartyRequest;
use crate::graph::action::{RecordResponse, Transfer};
use crate::graph::operation::OperationKind;
use crate::graph::participant::{Participant, RecordingStatus};
use crate::graph::quality::TeleconferenceDeviceQuality;
use crate::id::{OperationId, ParticipantId};
use crate::list::{List, Named};
use crate::places::{OrdMap, Vector};

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Service {
    pub(super) transfer: Option<Arc<Transfer>>,
    /// All transfers and redirects, in the order requested.
    pub(super) party_requests: Vector<PartyRequest>,
    /// The pending media operations, in the order requested. At most the first one runs.
    pub(super) queue: List<Queued>,
    pub(super) on_hold: Option<Arc<HoldMusic>>,
    pub(super) recording_status: Option<RecordingStatus>,
    /// The number of participants whom the app can record.
    pub(super) participant_capacity: Option<i32>,
    /// The recorded participants, besides the observed one.
    pub(super) recorded_participants: OrdMap<ParticipantId, RecordedParticipant>,
    pub(super) device_quality: Vector<Arc<TeleconferenceDeviceQuality>>,
    /// The answered requests that have a `client-request-id`.
    pub(super) answered: List<Arc<RequestAnswered>>,
}

/// A participant whom the app records, or about whom it was asked.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct RecordedParticipant {
    pub(super) participant: Arc<Participant>,
    /// False until the app has answered.
    pub(super) is_accepted: bool,
}

/// A pending media operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Queued {
    pub(super) operation: OperationId,
    pub(super) request: MediaRequest,
    /// The recording; `None` while the prompt before it still plays, and for an operation that only plays
    /// prompts.
    pub(super) recording: Option<Recording>,
}

impl Named for Arc<RequestAnswered> {
    type Id = String;

    fn id(&self) -> &String {
        &self.client_request_id
    }
}

impl Named for Queued {
    type Id = OperationId;

    fn id(&self) -> &OperationId {
        &self.operation
    }
}

impl Queued {
    pub(super) const fn kind(&self) -> OperationKind {
        self.request.kind()
    }

    pub(super) const fn record(&self) -> Option<&RecordResponse> {
        match &self.request {
            MediaRequest::RecordResponse(request) => Some(request),
            MediaRequest::PlayPrompt(_) => None,
        }
    }

    /// True if a prompt plays before the recording.
    pub(super) fn begins_with_a_prompt(&self) -> bool {
        self.record()
            .is_some_and(|request| request.prompts.value().is_some_and(|prompts| !prompts.is_empty()))
    }
}
