//! Network events: things that happen to a call outside the app.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::graph;
use crate::graph::end_code::EndCode;
use crate::graph::identity::ParticipantInfo;
use crate::graph::media::MediaState;
use crate::graph::operation::CompletionReason;
use crate::graph::participant::Participant;
use crate::graph::participant_notification::ParticipantJoiningResponse;
use crate::graph::result::ResultInfo;
use crate::graph::tone::Tone;
use crate::id::{Id, OperationId, ParticipantId};
use crate::names::names;
use crate::secret::Secret;

/// Something that happens to a call outside the app. A host that simulates the service passes it to
/// [`Ledger::on_network_event`](crate::Ledger::on_network_event).
///
/// ```
/// use callfold::call::{Call, NetworkEvent, State};
/// use callfold::{graph, serde_json};
///
/// let offer: graph::Call = serde_json::from_str(r#"{"source":{"identity":{"user":{"id":"a"}}}}"#)?;
/// let id = "57dab8b1-894c-409a-b240-bd8beae78896".parse()?;
/// let offered = NetworkEvent::Offered(Box::new(offer));
/// let events = Call::on_network_event(None, id, offered, "2026-11-23T09:15:00Z".parse()?)?;
/// assert_eq!(Call::begin(events[0].clone())?.state(), State::Incoming);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A network event has a form in JSON, for scenarios and for tools that people control by hand: the name of its
/// [kind](NetworkEventKind) as `type`, and its members. It is read strictly. An error says what is wrong, and what
/// would have been right.
///
/// ```
/// use callfold::call::NetworkEvent;
/// use callfold::serde_json;
///
/// let json = r#"{"type":"hungUp","code":480,"subcode":10076,"message":"Nobody picked up."}"#;
/// let hung_up: NetworkEvent = serde_json::from_str(json)?;
/// assert_eq!(hung_up.kind().as_str(), "hungUp");
/// assert_eq!(
///     serde_json::from_str::<NetworkEvent>(r#"{"type":"tonePressed","key":5}"#).unwrap_err().to_string(),
///     "`tonePressed` has no member `key`; it can have `tone`",
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// | type | members |
/// | --- | --- |
/// | `offered` | `call` |
/// | `connected` | `myParticipantId` or `call`, both optional |
/// | `audioChanged` | `audio`: `active` or `inactive` |
/// | `transferFailed` | `resultInfo`, `replacesContext`, both optional |
/// | `transferCompleted` | `resultInfo`, `terminationReason`, both optional |
/// | `redirectAnswered` | `answeredBy` |
/// | `hungUp` | `code`, `subcode` and `message`, or `resultInfo`; `terminationReason`; all optional |
/// | `mediaFailed` | `resultInfo`, optional |
/// | `rosterChanged` | `participants` |
/// | `participantJoining` | `participant` |
/// | `participantJoiningAnswered` | `participantId`, `response` |
/// | `participantLeft` | `participantId` |
/// | `tonePressed` | `tone` |
/// | `promptFinished` | `resultInfo`, `completionReason`, both optional |
/// | `recordingStarted` | `recordingLocation`, `recordingAccessToken`, both optional |
/// | `recordingFinished` | `because`: `initialSilence`, `silence`, `maxDuration` or `stopTone`; or `resultInfo` |
/// | `operationFinished` | `operation`, `status`, and `resultInfo`, `completionReason`, both optional |
/// | `contentSharingStarted` `contentSharingUpdated` `contentSharingEnded` | `id` |
/// | `alerted` `held` `resumed` `transferAccepted` `speechStarted` `speechEnded` | none |
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NetworkEvent {
    /// A call is offered to the app. The resource names its source and its targets. If it names no `callChainId`, the
    /// call gets its own id as `callChainId`.
    ///
    /// With `chatInfo` or `meetingInfo` the call is a group call. With an `incomingContext` that names the
    /// observed participant, the call is for policy-based recording.
    Offered(Box<graph::call::Call>),
    /// The phone of the callee rings.
    Alerted,
    /// The call is established. The resource has the members that the service reports together with the
    /// state, such as `myParticipantId`.
    Connected(Option<Box<graph::call::Call>>),
    /// Audio became active or inactive.
    AudioChanged(MediaState),
    /// The call was put on hold.
    Held,
    /// The call was taken off hold.
    Resumed,
    /// The target accepted the transfer.
    TransferAccepted,
    /// The transfer failed.
    TransferFailed(TransferFailure),
    /// The transferee is connected to the target. The call ends for the app. If the end says nothing, a
    /// consultative transfer ends with the reason `AppTransferred`, and any other transfer with
    /// [`EndCode::TransferCompletedGracefully`].
    TransferCompleted(CallEnd),
    /// A target of a redirect answered. The call ends for the app.
    RedirectAnswered(Box<ParticipantInfo>),
    /// The call ended. If the end says nothing, the peer ended it: [`EndCode::PeerEnded`].
    ///
    /// A DELETE request of the app only begins the end of the call: it records `terminationStarted`. After
    /// such a request, the host passes this event with [`EndCode::AppEnded`].
    HungUp(CallEnd),
    /// Media connectivity failed. The call ends with this result, or with
    /// [`EndCode::MediaConnectivityFailed`].
    MediaFailed(Option<Box<ResultInfo>>),
    /// Participants joined, changed or left. A participant with a `removedState` left.
    RosterChanged(Vec<Participant>),
    /// In policy-based recording, one more participant of the policy group is about to join. The service asks the app
    /// whether it can record this participant, too. This can happen until the `participantCapacity` of the
    /// answer is used up; after that, a participant arrives as an incoming call.
    ParticipantJoining(Box<Participant>),
    /// The app answered the notification about a participant who is about to join. The answer is the body of its
    /// response to the POST.
    ///
    /// A participant whom the app accepts joins. For one whom it rejects nothing more happens in this call. For
    /// one for whom it invites a new bot, the host offers a new call to the `inviteUri`.
    ParticipantJoiningAnswered {
        /// The participant.
        participant_id: ParticipantId,
        /// The answer of the app.
        response: Box<ParticipantJoiningResponse>,
    },
    /// In policy-based recording, a participant left whom the app records, or about whom it was asked. The
    /// same is recorded if such a participant leaves the roster by another network event or by a request of the app.
    ParticipantLeft(ParticipantId),
    /// Somebody pressed a key. The app is notified if it subscribed to tones. A stop tone also ends the
    /// recording.
    TonePressed(Tone),
    /// The prompt that was playing has ended. It failed if the result is a failure. If it was the prompt of a
    /// recording and did not fail, the recording begins now, without a location.
    PromptFinished(Ending),
    /// The recording begins, and its location and token are known. The host can also pass this event after
    /// [`NetworkEvent::PromptFinished`], to add the location and the token.
    RecordingStarted {
        /// The URL at which the recording will be available.
        location: Option<String>,
        /// The token that gives access to the recording.
        access_token: Option<Secret<String>>,
    },
    /// Somebody began to speak into the recording.
    SpeechStarted,
    /// Nobody speaks into the recording any more.
    SpeechEnded,
    /// The recording ended.
    RecordingFinished(StopReason),
    /// An operation other than a prompt or a recording ended: an invitation, hold music, sent tones, or the
    /// large gallery view.
    OperationFinished {
        /// The operation.
        operation: OperationId,
        /// Whether it completed or failed.
        status: EndStatus,
        /// Its result and its completion reason.
        ending: Ending,
    },
    /// Somebody began to share content.
    ContentSharingStarted(Id),
    /// Shared content changed.
    ContentSharingUpdated(Id),
    /// Somebody stopped sharing content.
    ContentSharingEnded(Id),
}

/// The end of a call: a result, a reason, both or neither.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CallEnd {
    /// The result that the service reports, with its own message.
    pub result_info: Option<Box<ResultInfo>>,
    /// The reason that the service reports instead of a result, such as `AppTransferred`. Payloads of 2019
    /// have a reason at each end of a call, and those of today only after a consultative transfer.
    pub termination_reason: Option<String>,
}

/// The failure of a transfer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct TransferFailure {
    /// The result. `None` stands for [`EndCode::ConsultativeTransferFailed`] or [`EndCode::TransferFailed`].
    pub result_info: Option<Box<ResultInfo>>,
    /// The text that the service reports as `replacesContext` beside the result.
    pub replaces_context: Option<String>,
}

/// The result and the completion reason of a prompt or of another operation. If it says nothing, the operation
/// completed as usual: a prompt with [`EndCode::PromptPlayed`], sent tones with `completedSuccessfully`, and any
/// other operation without a result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Ending {
    /// The result that the service reports, with its own message.
    pub result_info: Option<Box<ResultInfo>>,
    /// The reason why the operation ended. Some reasons are not a success.
    pub completion_reason: Option<CompletionReason>,
}

names! {
    /// How an operation ended: the two last values of Graph's `status`.
    #[expect(clippy::exhaustive_enums, reason = "an operation ends in no other state")]
    pub enum EndStatus {
        /// The operation completed. By itself, this is no success.
        Completed = "completed",
        /// The operation failed.
        Failed = "failed",
    }
}

/// The reason why a recording stopped.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// Nobody spoke for `initialSilenceTimeoutInSeconds`. The recording fails.
    InitialSilence,
    /// Nobody spoke for `maxSilenceTimeoutInSeconds` after somebody had spoken. The recording completes.
    Silence,
    /// The recording reached its maximum duration.
    MaxDuration,
    /// Somebody pressed a stop tone.
    StopTone,
    /// The recording ended with this result. It failed if the result is a failure.
    Result(Box<ResultInfo>),
}

impl CallEnd {
    /// An end with this result.
    pub fn with_result(result_info: ResultInfo) -> Self {
        Self { result_info: Some(Box::new(result_info)), termination_reason: None }
    }

    /// An end with this reason, and without a result.
    pub fn because(termination_reason: impl Into<String>) -> Self {
        Self { result_info: None, termination_reason: Some(termination_reason.into()) }
    }
}

impl From<EndCode> for CallEnd {
    fn from(code: EndCode) -> Self {
        Self::with_result(code.result_info())
    }
}

impl TransferFailure {
    /// A failure with this result.
    pub fn with_result(result_info: ResultInfo) -> Self {
        Self { result_info: Some(Box::new(result_info)), replaces_context: None }
    }
}

impl Ending {
    /// The usual end of a completed operation.
    pub const fn completed() -> Self {
        Self { result_info: None, completion_reason: None }
    }

    /// The end of an operation that completed for this reason.
    pub const fn completed_because(reason: CompletionReason) -> Self {
        Self { result_info: None, completion_reason: Some(reason) }
    }

    /// An end with this result.
    pub fn with_result(result_info: ResultInfo) -> Self {
        Self { result_info: Some(Box::new(result_info)), completion_reason: None }
    }

    /// True if the result is a failure.
    pub fn is_failure(&self) -> bool {
        self.result_info.as_ref().is_some_and(|result| result.is_failure())
    }
}

impl StopReason {
    /// The recording ended with this result.
    pub fn with_result(result_info: ResultInfo) -> Self {
        Self::Result(Box::new(result_info))
    }
}

impl NetworkEvent {
    /// The call ended, for the reason in the code.
    ///
    /// ```
    /// use callfold::call::NetworkEvent;
    /// use callfold::graph::EndCode;
    ///
    /// let hung_up = NetworkEvent::hung_up(EndCode::CalleeNotReached);
    /// assert_eq!(hung_up.kind().as_str(), "hungUp");
    /// ```
    pub fn hung_up(code: EndCode) -> Self {
        Self::HungUp(code.into())
    }

    /// An operation other than a prompt or a recording ended. It failed if the result is a failure.
    pub fn operation_finished(operation: OperationId, ending: Ending) -> Self {
        let status = if ending.is_failure() { EndStatus::Failed } else { EndStatus::Completed };
        Self::OperationFinished { operation, status, ending }
    }

    /// The kind of this event.
    pub const fn kind(&self) -> NetworkEventKind {
        match self {
            Self::Offered { .. } => NetworkEventKind::Offered,
            Self::Alerted { .. } => NetworkEventKind::Alerted,
            Self::Connected { .. } => NetworkEventKind::Connected,
            Self::AudioChanged { .. } => NetworkEventKind::AudioChanged,
            Self::Held { .. } => NetworkEventKind::Held,
            Self::Resumed { .. } => NetworkEventKind::Resumed,
            Self::TransferAccepted { .. } => NetworkEventKind::TransferAccepted,
            Self::TransferFailed { .. } => NetworkEventKind::TransferFailed,
            Self::TransferCompleted { .. } => NetworkEventKind::TransferCompleted,
            Self::RedirectAnswered { .. } => NetworkEventKind::RedirectAnswered,
            Self::HungUp { .. } => NetworkEventKind::HungUp,
            Self::MediaFailed { .. } => NetworkEventKind::MediaFailed,
            Self::RosterChanged { .. } => NetworkEventKind::RosterChanged,
            Self::ParticipantJoining { .. } => NetworkEventKind::ParticipantJoining,
            Self::ParticipantJoiningAnswered { .. } => NetworkEventKind::ParticipantJoiningAnswered,
            Self::ParticipantLeft { .. } => NetworkEventKind::ParticipantLeft,
            Self::TonePressed { .. } => NetworkEventKind::TonePressed,
            Self::PromptFinished { .. } => NetworkEventKind::PromptFinished,
            Self::RecordingStarted { .. } => NetworkEventKind::RecordingStarted,
            Self::SpeechStarted { .. } => NetworkEventKind::SpeechStarted,
            Self::SpeechEnded { .. } => NetworkEventKind::SpeechEnded,
            Self::RecordingFinished { .. } => NetworkEventKind::RecordingFinished,
            Self::OperationFinished { .. } => NetworkEventKind::OperationFinished,
            Self::ContentSharingStarted { .. } => NetworkEventKind::ContentSharingStarted,
            Self::ContentSharingUpdated { .. } => NetworkEventKind::ContentSharingUpdated,
            Self::ContentSharingEnded { .. } => NetworkEventKind::ContentSharingEnded,
        }
    }
}

names! {
    /// The kind of a [`NetworkEvent`], without its data. Error messages and
    /// [`Refusal::legal`](crate::Refusal::legal) use the names of these kinds.
    #[expect(clippy::exhaustive_enums, reason = "what shows or draws network events must know of a new kind")]
    pub enum NetworkEventKind {
        /// See [`NetworkEvent::Offered`].
        Offered = "offered",
        /// See [`NetworkEvent::Alerted`].
        Alerted = "alerted",
        /// See [`NetworkEvent::Connected`].
        Connected = "connected",
        /// See [`NetworkEvent::AudioChanged`].
        AudioChanged = "audioChanged",
        /// See [`NetworkEvent::Held`].
        Held = "held",
        /// See [`NetworkEvent::Resumed`].
        Resumed = "resumed",
        /// See [`NetworkEvent::TransferAccepted`].
        TransferAccepted = "transferAccepted",
        /// See [`NetworkEvent::TransferFailed`].
        TransferFailed = "transferFailed",
        /// See [`NetworkEvent::TransferCompleted`].
        TransferCompleted = "transferCompleted",
        /// See [`NetworkEvent::RedirectAnswered`].
        RedirectAnswered = "redirectAnswered",
        /// See [`NetworkEvent::HungUp`].
        HungUp = "hungUp",
        /// See [`NetworkEvent::MediaFailed`].
        MediaFailed = "mediaFailed",
        /// See [`NetworkEvent::RosterChanged`].
        RosterChanged = "rosterChanged",
        /// See [`NetworkEvent::ParticipantJoining`].
        ParticipantJoining = "participantJoining",
        /// See [`NetworkEvent::ParticipantJoiningAnswered`].
        ParticipantJoiningAnswered = "participantJoiningAnswered",
        /// See [`NetworkEvent::ParticipantLeft`].
        ParticipantLeft = "participantLeft",
        /// See [`NetworkEvent::TonePressed`].
        TonePressed = "tonePressed",
        /// See [`NetworkEvent::PromptFinished`].
        PromptFinished = "promptFinished",
        /// See [`NetworkEvent::RecordingStarted`].
        RecordingStarted = "recordingStarted",
        /// See [`NetworkEvent::SpeechStarted`].
        SpeechStarted = "speechStarted",
        /// See [`NetworkEvent::SpeechEnded`].
        SpeechEnded = "speechEnded",
        /// See [`NetworkEvent::RecordingFinished`].
        RecordingFinished = "recordingFinished",
        /// See [`NetworkEvent::OperationFinished`].
        OperationFinished = "operationFinished",
        /// See [`NetworkEvent::ContentSharingStarted`].
        ContentSharingStarted = "contentSharingStarted",
        /// See [`NetworkEvent::ContentSharingUpdated`].
        ContentSharingUpdated = "contentSharingUpdated",
        /// See [`NetworkEvent::ContentSharingEnded`].
        ContentSharingEnded = "contentSharingEnded",
    }
}
