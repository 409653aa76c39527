//! What the network does to a call.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::graph::{
    self, CompletionReason, EndCode, MediaState, Participant, ParticipantInfo, ResultInfo, Tone,
};
use crate::{Id, OperationId, Secret};

/// Something that the network does to a call, where the host plays the service.
///
/// ```
/// use callfold::call::{Call, State, NetworkEvent};
/// use callfold::graph;
///
/// let offer: graph::Call = serde_json::from_str(r#"{"source":{"identity":{"user":{"id":"a"}}}}"#)?;
/// let id = "57dab8b1-894c-409a-b240-bd8beae78896".parse()?;
/// let events = Call::on_network_event(None, id, NetworkEvent::Offered(Box::new(offer)), "2026-11-23T09:15:00Z".parse()?)?;
/// assert_eq!(Call::begin(&events[0])?.state(), State::Incoming);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NetworkEvent {
    /// The call is offered to the app, with its source and targets. A chat or a meeting makes it a group call; an
    /// `incomingContext` that names whom the app observes, a policy-based recording.
    Offered(Box<graph::Call>),
    /// The callee is alerted.
    Alerted,
    /// The call is up; with what the service tells of it then, such as `myParticipantId`.
    Connected(Option<Box<graph::Call>>),
    /// Audio flows, or flows no more.
    AudioChanged(MediaState),
    /// The call was put on hold.
    Held,
    /// The call was taken off hold.
    Resumed,
    /// The target took the transfer.
    TransferAccepted,
    /// The target did not take the transfer.
    TransferFailed,
    /// The transferee is with the target: the call is over for the app.
    TransferCompleted,
    /// One of the targets of a redirect picked up: the call is over for the app.
    RedirectAnswered(Box<ParticipantInfo>),
    /// The call ended, in the way that the code tells. After a DELETE it is [`EndCode::AppEnded`].
    HungUp(EndCode),
    /// Media connectivity failed: the call is over.
    MediaFailed,
    /// Participants came, changed or, with a `removedState`, went.
    RosterChanged(Vec<Participant>),
    /// Somebody pressed a key. Told to the app where it subscribed to tones; it also ends a recording that waits for
    /// it.
    TonePressed(Tone),
    /// The prompt that plays is over: before a recording, the recording begins.
    PromptFinished(Ending),
    /// The recording begins, its prompt being over; with where it will be found.
    RecordingStarted {
        /// Its location.
        location: Option<String>,
        /// What opens it.
        access_token: Option<Secret<String>>,
    },
    /// Somebody speaks into the recording.
    SpeechStarted,
    /// Nobody speaks into it any more.
    SpeechEnded,
    /// The recording is over.
    RecordingFinished(StopReason),
    /// Another operation is over: an invitation, hold music, tones that were sent, the large gallery view.
    OperationFinished(OperationId, Ending),
    /// Somebody shares content.
    ContentSharingStarted(Id),
    /// Content that is shared changed.
    ContentSharingUpdated(Id),
    /// Nobody shares that content any more.
    ContentSharingEnded(Id),
}

/// How a prompt or another operation is over.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Ending {
    /// It did what it should.
    Completed,
    /// It is completed, and a reason says how: not each of them is a success.
    CompletedBecause(CompletionReason),
    /// It failed.
    Failed(ResultInfo),
}

/// Why a recording stopped.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StopReason {
    /// Nobody spoke: a failure.
    InitialSilence,
    /// Nobody spoke any more.
    Silence,
    /// It reached its maximum duration.
    MaxDuration,
    /// A key that should stop it was pressed.
    StopTone,
    /// Something failed.
    Failed(ResultInfo),
}

impl NetworkEvent {
    /// Its name, for messages.
    ///
    /// ```
    /// # use callfold::call::NetworkEvent;
    /// assert_eq!(NetworkEvent::TransferAccepted.name(), "transferAccepted");
    /// ```
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Offered(_) => "offered",
            Self::Alerted => "alerted",
            Self::Connected(_) => "connected",
            Self::AudioChanged(_) => "audioChanged",
            Self::Held => "held",
            Self::Resumed => "resumed",
            Self::TransferAccepted => "transferAccepted",
            Self::TransferFailed => "transferFailed",
            Self::TransferCompleted => "transferCompleted",
            Self::RedirectAnswered(_) => "redirectAnswered",
            Self::HungUp(_) => "hungUp",
            Self::MediaFailed => "mediaFailed",
            Self::RosterChanged(_) => "rosterChanged",
            Self::TonePressed(_) => "tonePressed",
            Self::PromptFinished(_) => "promptFinished",
            Self::RecordingStarted { .. } => "recordingStarted",
            Self::SpeechStarted => "speechStarted",
            Self::SpeechEnded => "speechEnded",
            Self::RecordingFinished(_) => "recordingFinished",
            Self::OperationFinished(..) => "operationFinished",
            Self::ContentSharingStarted(_) => "contentSharingStarted",
            Self::ContentSharingUpdated(_) => "contentSharingUpdated",
            Self::ContentSharingEnded(_) => "contentSharingEnded",
        }
    }
}
