//! The events of a call, and the data that they carry. Only events change a call, and the events are the only
//! data that a host must keep.

pub(crate) mod carried;
mod declare;
pub(crate) mod part;
mod payload;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use serde::de::{DeserializeSeed, Error as _};
use serde::ser::SerializeMap as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use super::state::{State, Transition};
use crate::graph;
use crate::graph::action::{
    Answer, PlayPrompt, RecordResponse, Redirect, Reject, Transfer, UpdateRecordingStatus,
};
use crate::graph::identity::InvitationParticipantInfo;
use crate::graph::media::AudioRoutingGroup;
use crate::graph::member::Other;
use crate::graph::operation::{CommsOperation, OperationKind};
use crate::graph::participant::Participant;
use crate::graph::participant_notification::ParticipantJoiningResponse;
use crate::graph::quality::TeleconferenceDeviceQuality;
use crate::graph::tone::ToneInfo;
use crate::id::{CallId, Id, OperationId, ParticipantId};
use crate::json;
use crate::names::names;
use crate::operation;
use crate::secret::Secret;
pub use carried::Details;
use carried::small_payloads;
use declare::events;
pub use part::Part;
use part::Scope;
use payload::payloads;

events! {
    /// Something that happened to a call.
    ///
    /// The name of an event in the log is in the past tense. A name never changes its meaning: see
    /// `docs/log-format.md`. Clones of an event share its data, so a clone costs little.
    ///
    /// ```
    /// use callfold::call::{CallEvent, EventKind, Transition};
    ///
    /// assert_eq!(CallEvent::Step(Transition::Held, None).kind(), EventKind::Held);
    /// ```
    pub enum CallEvent {
        /// The call was offered to the app. A call can begin with this event.
        Offered(Details) = "offered" in Beginning of State,
        /// The app placed the call. A call can begin with this event.
        Placed(Details) = "placed" in Beginning of State,
        /// The call was first seen midway, in the state that the details name. A call can begin with this
        /// event. If this event did not name a state, a second `adopted` names it later.
        Adopted(Details) = "adopted" in Beginning of State,
        /// A state that had been inferred was reported later.
        StateConfirmed(StateConfirmed) = "stateConfirmed" in Live of Deliveries,
        /// Members of the call changed, and its state did not.
        DetailsChanged(Details) = "detailsChanged" in Live of Details,
        /// A participant pressed a key.
        ToneReceived(Arc<ToneInfo>) = "toneReceived" in Live of Tones,
        /// Participants came, changed or left.
        RosterUpdated(Arc<RosterUpdated>) = "rosterUpdated" in Live of Roster,
        /// A participant began to share content.
        ContentSharingStarted(ContentSharing) = "contentSharingStarted" in Live of ContentSharing,
        /// A participant stopped sharing content.
        ContentSharingEnded(ContentSharing) = "contentSharingEnded" in Live of ContentSharing,
        /// An operation was requested, or a notification about an unknown operation came.
        OperationCreated(Arc<CommsOperation>) = "operationCreated" in Own of Operations,
        /// Members of an operation changed, and its state did not.
        OperationUpdated(Arc<CommsOperation>) = "operationUpdated" in Own of Operations,
        /// A delivery with message ids was received. A second delivery with one of these ids changes nothing.
        NotificationHeard(Arc<NotificationHeard>) = "notificationHeard" in Own of Deliveries,
    }
    steps
    /// The call made a step in its lifecycle.
    Step(Transition, Details) in Own of State {
        Answered = Answered,
        Alerted = Alerted,
        Established = Established,
        Redirected = Redirected,
        Held = Held,
        Resumed = Resumed,
        TransferStarted = TransferStarted,
        TransferAccepted = TransferAccepted,
        TransferFailed = TransferFailed,
        TerminationStarted = TerminationStarted,
        Terminated = Terminated,
    }
    steps
    /// An operation made a step in its lifecycle.
    OperationStep(operation::state::Transition, Arc<CommsOperation>) in Own of Operations {
        OperationStarted = Started,
        OperationCompleted = Completed,
        OperationFailed = Failed,
    }
    wraps Service(ServiceEvent)

    /// Something that happened on the side of the service. Only [`ServiceEvent::ContentSharingUpdated`],
    /// [`ServiceEvent::JoinAnnounced`] and [`ServiceEvent::RecordedParticipantLeft`] lead to a notification.
    pub enum ServiceEvent {
        /// The app requested `answer`.
        AnswerRequested(Arc<Answer>) = "answerRequested" in Service of Details,
        /// The app requested `reject`.
        RejectRequested(Arc<Reject>) = "rejectRequested" in Service of Details,
        /// The app requested `redirect`.
        RedirectRequested(Arc<Redirect>) = "redirectRequested" in Service of Details,
        /// The app requested `transfer`.
        TransferRequested(Arc<Transfer>) = "transferRequested" in Service of Service,
        /// The app kept the call alive.
        KeptAlive = "keptAlive" in Service of Service,
        /// A prompt or a recording entered the queue of media operations.
        OperationQueued(Arc<OperationQueued>) = "operationQueued" in Service of Operations,
        /// A participant is about to join whom the app would have to record, too. The service asks the app.
        JoinAnnounced(Arc<Participant>) = "joinAnnounced" in Service of Service,
        /// The app answered whether it records a participant who is about to join.
        JoinAnswered(Arc<JoinAnswered>) = "joinAnswered" in Service of Service,
        /// A participant left whom the app records, or about whom it was asked.
        RecordedParticipantLeft(RecordedParticipant) = "recordedParticipantLeft" in Service of Service,
        /// The app reported whether it records the call.
        RecordingStatusUpdated(Arc<UpdateRecordingStatus>) = "recordingStatusUpdated" in Service of Service,
        /// A participant was put on hold with music.
        HoldMusicStarted(Arc<HoldMusic>) = "holdMusicStarted" in Service of Service,
        /// A participant was taken off hold.
        HoldMusicStopped(Arc<HoldMusic>) = "holdMusicStopped" in Service of Service,
        /// Shared content changed.
        ContentSharingUpdated(ContentSharing) = "contentSharingUpdated" in Service of ContentSharing,
        /// The app added an audio routing group.
        AudioRoutingGroupCreated(Arc<AudioRoutingGroup>) = "audioRoutingGroupCreated" in Service of Details,
        /// A device reported the quality of its media. It can do so after the call has ended.
        DeviceQualityReported(Arc<TeleconferenceDeviceQuality>) = "deviceQualityReported" in Own of Service,
        /// The service answered a request that has a `client-request-id`. The same request, sent again, gets the same reply.
        RequestAnswered(Arc<RequestAnswered>) = "requestAnswered" in Own of Service,
    }
    steps
    /// A recording began, or somebody began or stopped speaking into it.
    Recording(RecordingProgress, Arc<Recording>) in Service of Operations {
        RecordingStarted = Started,
        SpeechStarted = SpeechStarted,
        SpeechEnded = SpeechEnded,
    }
}

names! {
    /// The progress of a recording.
    #[expect(clippy::exhaustive_enums, reason = "what shows or stores events must know of a new one")]
    pub enum RecordingProgress {
        /// The prompt has ended, and the recording itself begins.
        Started = "recordingStarted",
        /// A participant speaks.
        SpeechStarted = "speechStarted",
        /// No participant speaks any more.
        SpeechEnded = "speechEnded",
    }
}

impl CallEvent {
    /// Reads an event from its kind and from the text of its `data`.
    pub(crate) fn from_json(kind: EventKind, data: &str) -> Result<Self, serde_json::Error> {
        #[derive(Clone, Copy)]
        struct Data(EventKind);

        impl<'de> DeserializeSeed<'de> for Data {
            type Value = CallEvent;

            fn deserialize<D: Deserializer<'de>>(self, data: D) -> Result<CallEvent, D::Error> {
                CallEvent::read(self.0, data)
            }
        }

        json::read::with(Data(kind), data)
    }

    /// The members of the call that this event reported.
    pub fn details(&self) -> Option<&graph::call::Call> {
        let (Self::Offered(details)
        | Self::Placed(details)
        | Self::Adopted(details)
        | Self::DetailsChanged(details)
        | Self::Step(_, details)) = self
        else {
            return None;
        };
        details.as_deref()
    }

    /// The operation as this event reported it. A queued operation names nobody, and is not among them.
    fn operation(&self) -> Option<&CommsOperation> {
        let (Self::OperationCreated(reported)
        | Self::OperationUpdated(reported)
        | Self::OperationStep(_, reported)) = self
        else {
            return None;
        };
        Some(reported)
    }

    /// The calls that the event names as replaced by its own call: each `replacesCallId` of a target, of a requested
    /// transfer and of an invitation.
    pub(crate) fn replaced_calls(&self) -> impl Iterator<Item = CallId> {
        let targets = self.details().and_then(|details| details.targets.value());
        let invited = self.operation().and_then(|reported| reported.participants.value());
        let transfer = if let Self::Service(ServiceEvent::TransferRequested(request)) = self {
            request.transfer_target.value()
        } else {
            None
        };
        let listed = targets.into_iter().chain(invited).flatten();
        listed.chain(transfer.map(|target| &**target)).filter_map(InvitationParticipantInfo::replaced_call)
    }

    /// The operation that failed with this event.
    pub(crate) fn failed_operation(&self) -> Option<&CommsOperation> {
        if let Self::OperationStep(operation::state::Transition::Failed, failed) = self {
            return Some(failed);
        }
        let Self::OperationCreated(created) = self else { return None };
        (operation::state::State::reported(created) == Some(operation::state::State::Failed))
            .then_some(created)
    }
}

small_payloads!(StateConfirmed, ContentSharing, RecordedParticipant);

payloads! {
    /// A late confirmation: a notification reported a state that had been inferred before.
    pub struct StateConfirmed {
        /// The state that was reported.
        required state: State = "state",
    }

    /// Participants as they were reported. Members that were not reported are absent.
    pub struct RosterUpdated {
        /// The number that orders delta rosters. `None` if the roster is not a delta.
        optional sequence_number: i64 = "sequenceNumber",
        /// The participants who joined or changed. A participant with a `removedState` left.
        required participants: Vec<Participant> = "participants",
        /// True if the service reports this roster although the call is between two: another call replaces it.
        optional is_reported: bool = "isReported",
    }

    /// A session in which content is shared.
    pub struct ContentSharing {
        /// The id of the session.
        required id: Id = "id",
    }

    /// A request that changed the call, and its reply. A host that serves the request again needs no other data: see
    /// [`Service`](crate::service::Service).
    pub struct RequestAnswered {
        /// The header `client-request-id` of the request.
        required client_request_id: String = "clientRequestId",
        /// The app that sent the request. `None` in a host with one app only.
        optional app: Id = "app",
        /// A digest of the verb, the path and the body: a UUID of version 5. It tells whether another request has the same
        /// `client-request-id`.
        required digest: Uuid = "digest",
        /// The HTTP status of the reply.
        required status: u16 = "status",
        /// The path of what the request created, with the version and the root of the request, such as
        /// `/v1.0/communications/calls/{id}`.
        optional location: String = "location",
        /// The body of the reply.
        optional body: Created = "body",
    }

    /// The answer of the app about a participant who is about to join.
    pub struct JoinAnswered {
        /// The participant.
        required participant_id: ParticipantId = "participantId",
        /// The body of the response to the notification.
        required response: Box<ParticipantJoiningResponse> = "response",
    }

    /// A participant whom the app records, or about whom it was asked.
    pub struct RecordedParticipant {
        /// The participant.
        required participant_id: ParticipantId = "participantId",
    }

    /// The ids by which a bot recognises a second delivery of the same message.
    pub struct NotificationHeard {
        /// The message ids of this delivery and of the original delivery.
        required message_ids: Vec<Id> = "messageIds",
        /// The position of the notification in the body, counted from 0.
        required item: u32 = "item",
    }

    /// The data of a recording event: the operation, and where the app will find the recording. The events
    /// `recordingStarted`, `speechStarted` and `speechEnded` have this data. Only `recordingStarted` can have a
    /// URL and a token.
    pub struct Recording {
        /// The operation that records.
        required operation: OperationId = "operation",
        /// The URL at which the app will find the recording. `None` in `speechStarted` and `speechEnded`, and if
        /// it was not reported.
        optional recording_location: String = "recordingLocation",
        /// The token that will give access to the recording. `None` in the same cases as the URL.
        optional recording_access_token: Secret<String> = "recordingAccessToken",
    }

    /// The operation that started or stopped the hold music of a participant.
    pub struct HoldMusic {
        /// The participant.
        required participant: ParticipantId = "participant",
        /// The operation.
        required operation: OperationId = "operation",
    }

    /// The members of an operation in the media queue, which has one of the two requests.
    struct QueuedMembers {
        required operation: Box<CommsOperation> = "operation",
        optional play_prompt: Box<PlayPrompt> = "playPrompt",
        optional record_response: Box<RecordResponse> = "recordResponse",
    }
}

impl StateConfirmed {
    /// The data of a late confirmation of this state.
    pub const fn new(state: State) -> Self {
        Self { state, other: Other::NONE }
    }
}

impl RosterUpdated {
    /// The data of a roster. With a sequence number, the roster is a delta.
    pub const fn new(sequence_number: Option<i64>, participants: Vec<Participant>) -> Self {
        Self { sequence_number, participants, is_reported: None, other: Other::NONE }
    }
}

impl ContentSharing {
    /// The session with this id.
    pub const fn new(id: Id) -> Self {
        Self { id, other: Other::NONE }
    }
}

impl NotificationHeard {
    /// The message ids of a delivery, and the position of the notification in its body.
    pub const fn new(message_ids: Vec<Id>, item: u32) -> Self {
        Self { message_ids, item, other: Other::NONE }
    }
}

/// An operation that waits in the media queue of a call, with the request that created it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct OperationQueued {
    /// The operation. Its status is `notStarted`.
    pub operation: Box<CommsOperation>,
    /// The body of the request.
    pub request: MediaRequest,
    /// Members that this version does not know, unchanged.
    pub other: Other,
}

impl<'de> Deserialize<'de> for OperationQueued {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let QueuedMembers { operation, play_prompt, record_response, other } =
            QueuedMembers::deserialize(deserializer)?;
        let request = match (play_prompt, record_response) {
            (Some(request), None) => MediaRequest::PlayPrompt(request),
            (None, Some(request)) => MediaRequest::RecordResponse(request),
            (Some(_), Some(_)) | (None, None) => {
                return Err(D::Error::custom("expected one of `playPrompt` and `recordResponse`"));
            }
        };
        Ok(Self { operation, request, other })
    }
}

impl Serialize for OperationQueued {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("operation", &self.operation)?;
        match &self.request {
            MediaRequest::PlayPrompt(request) => map.serialize_entry("playPrompt", request)?,
            MediaRequest::RecordResponse(request) => map.serialize_entry("recordResponse", request)?,
        }
        self.other.write(&mut map, |name| ["operation", "playPrompt", "recordResponse"].contains(&name))?;
        map.end()
    }
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

/// What a request created: the body of the reply.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Created {
    /// A call.
    Call(Box<graph::call::Call>),
    /// An operation.
    Operation(Box<CommsOperation>),
    /// An audio routing group.
    AudioRoutingGroup(Box<AudioRoutingGroup>),
}

impl RequestAnswered {
    /// The request with this `client-request-id` and digest, and the status of its reply. The reply has no location and no
    /// body.
    pub fn new(client_request_id: String, digest: Uuid, status: u16) -> Self {
        Self {
            client_request_id,
            app: None,
            digest,
            status,
            location: None,
            body: None,
            other: Other::default(),
        }
    }
}

impl MediaRequest {
    /// The kind of the operation that the request creates.
    pub(in crate::call) const fn kind(&self) -> OperationKind {
        match self {
            Self::PlayPrompt(_) => OperationKind::PlayPrompt,
            Self::RecordResponse(_) => OperationKind::Record,
        }
    }
}

impl JoinAnswered {
    /// The answer about a participant.
    pub const fn new(participant_id: ParticipantId, response: Box<ParticipantJoiningResponse>) -> Self {
        Self { participant_id, response, other: Other::NONE }
    }
}

impl RecordedParticipant {
    /// The participant with this id.
    pub const fn new(participant_id: ParticipantId) -> Self {
        Self { participant_id, other: Other::NONE }
    }
}

impl OperationQueued {
    /// An operation and the request that created it.
    pub const fn new(operation: Box<CommsOperation>, request: MediaRequest) -> Self {
        Self { operation, request, other: Other::NONE }
    }
}

impl Recording {
    /// The data of a recording event of this operation, without a URL and a token.
    pub const fn new(operation: OperationId) -> Self {
        Self { operation, recording_location: None, recording_access_token: None, other: Other::NONE }
    }
}

impl HoldMusic {
    /// Hold music for a participant, and the operation that starts or stops it.
    pub const fn new(participant: ParticipantId, operation: OperationId) -> Self {
        Self { participant, operation, other: Other::NONE }
    }
}
