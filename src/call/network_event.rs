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
use crate::graph::result::ResultInfo;
use crate::graph::tone::Tone;
use crate::id::{Id, OperationId};
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
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NetworkEvent {
    /// A call is offered to the app. The resource names its source and its targets.
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
    TransferFailed,
    /// The transferee is connected to the target. The call ends for the app.
    TransferCompleted,
    /// A target of a redirect answered. The call ends for the app.
    RedirectAnswered(Box<ParticipantInfo>),
    /// The call ended, for the reason in the code.
    ///
    /// A DELETE request of the app only begins the end of the call: it records `terminationStarted`. After
    /// such a request, the host passes this event with [`EndCode::AppEnded`].
    HungUp(EndCode),
    /// Media connectivity failed. The call ends.
    MediaFailed,
    /// Participants joined, changed or left. A participant with a `removedState` left.
    RosterChanged(Vec<Participant>),
    /// Somebody pressed a key. The app is notified if it subscribed to tones. A stop tone also ends the
    /// recording.
    TonePressed(Tone),
    /// The prompt that was playing has ended. If it was the prompt of a recording and did not fail, the
    /// recording begins now, without a location.
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
    OperationFinished(OperationId, Ending),
    /// Somebody began to share content.
    ContentSharingStarted(Id),
    /// Shared content changed.
    ContentSharingUpdated(Id),
    /// Somebody stopped sharing content.
    ContentSharingEnded(Id),
}

/// The end of a prompt or of another operation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ending {
    /// The operation completed successfully.
    Completed,
    /// The operation completed, with a reason. Some reasons are not a success.
    CompletedBecause(CompletionReason),
    /// The operation failed.
    Failed(ResultInfo),
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
    /// The recording failed.
    Failed(ResultInfo),
}

impl NetworkEvent {
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
