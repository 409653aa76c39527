//! What happened on the side of the service: what was asked of it, and what its media did.

use alloc::boxed::Box;

use serde::Serialize;

use super::super::payload::{ContentSharing, HoldMusic, OperationQueued, Recording};
use super::{empty, read};
use crate::graph::action::{Answer, Redirect, Reject, Transfer, UpdateRecordingStatus};
use crate::graph::{AudioRoutingGroup, TeleconferenceDeviceQuality};
use crate::names::names;

/// Something that happened on the side of the service. As a rule the app is not told.
///
/// ```
/// use callfold::call::ServiceEvent;
///
/// assert_eq!(ServiceEvent::KeptAlive.type_name(), "keptAlive");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ServiceEvent {
    /// `answerRequested`: the app answers.
    AnswerRequested(Box<Answer>),
    /// `rejectRequested`: the app rejects the call.
    RejectRequested(Box<Reject>),
    /// `redirectRequested`: the app sends the call elsewhere.
    RedirectRequested(Box<Redirect>),
    /// `transferRequested`: the app transfers the call.
    TransferRequested(Box<Transfer>),
    /// `keptAlive`: the app kept the call alive.
    KeptAlive,
    /// `operationQueued`: a prompt or a recording waits its turn.
    OperationQueued(Box<OperationQueued>),
    /// `recordingStarted`, `speechStarted`, `speechEnded`: how the recording that runs goes on.
    Recording(RecordingProgress, Box<Recording>),
    /// `recordingStatusUpdated`: the app said that it records, or that it does not.
    RecordingStatusUpdated(Box<UpdateRecordingStatus>),
    /// `holdMusicStarted`: a participant was put on hold.
    HoldMusicStarted(Box<HoldMusic>),
    /// `holdMusicStopped`: a participant was taken off hold.
    HoldMusicStopped(Box<HoldMusic>),
    /// `contentSharingUpdated`: content that is shared changed.
    ContentSharingUpdated(ContentSharing),
    /// `audioRoutingGroupCreated`: the app added an audio routing group.
    AudioRoutingGroupCreated(Box<AudioRoutingGroup>),
    /// `deviceQualityReported`: a device told of its media; it may do so after the end.
    DeviceQualityReported(Box<TeleconferenceDeviceQuality>),
}

names! {
    /// How a recording goes on.
    ///
    /// ```
    /// use callfold::call::RecordingProgress;
    ///
    /// assert_eq!(RecordingProgress::SpeechEnded.as_str(), "speechEnded");
    /// ```
    #[non_exhaustive]
    pub enum RecordingProgress {
        /// Its prompt has ended, and the recording itself begins.
        Started = "recordingStarted",
        /// Somebody speaks.
        SpeechStarted = "speechStarted",
        /// Nobody speaks any more.
        SpeechEnded = "speechEnded",
    }
}

impl ServiceEvent {
    /// The name of the event on the log.
    ///
    /// ```
    /// # use callfold::call::ServiceEvent;
    /// assert_eq!(ServiceEvent::RejectRequested(Box::default()).type_name(), "rejectRequested");
    /// ```
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::AnswerRequested(_) => "answerRequested",
            Self::RejectRequested(_) => "rejectRequested",
            Self::RedirectRequested(_) => "redirectRequested",
            Self::TransferRequested(_) => "transferRequested",
            Self::KeptAlive => "keptAlive",
            Self::OperationQueued(_) => "operationQueued",
            Self::Recording(transition, _) => transition.as_str(),
            Self::RecordingStatusUpdated(_) => "recordingStatusUpdated",
            Self::HoldMusicStarted(_) => "holdMusicStarted",
            Self::HoldMusicStopped(_) => "holdMusicStopped",
            Self::ContentSharingUpdated(_) => "contentSharingUpdated",
            Self::AudioRoutingGroupCreated(_) => "audioRoutingGroupCreated",
            Self::DeviceQualityReported(_) => "deviceQualityReported",
        }
    }

    pub(super) fn type_names() -> impl Iterator<Item = &'static str> {
        let before = [
            "answerRequested",
            "rejectRequested",
            "redirectRequested",
            "transferRequested",
            "keptAlive",
            "operationQueued",
        ];
        let after = [
            "recordingStatusUpdated",
            "holdMusicStarted",
            "holdMusicStopped",
            "contentSharingUpdated",
            "audioRoutingGroupCreated",
            "deviceQualityReported",
        ];
        before
            .into_iter()
            .chain(RecordingProgress::ALL.iter().map(|transition| transition.as_str()))
            .chain(after)
    }

    pub(super) fn read(type_name: &str, data: &str) -> Option<Result<Self, serde_json::Error>> {
        Some(match type_name {
            "answerRequested" => read(data, Self::AnswerRequested),
            "rejectRequested" => read(data, Self::RejectRequested),
            "redirectRequested" => read(data, Self::RedirectRequested),
            "transferRequested" => read(data, Self::TransferRequested),
            "keptAlive" => serde_json::from_str(data).map(|_: serde::de::IgnoredAny| Self::KeptAlive),
            "operationQueued" => read(data, Self::OperationQueued),
            "recordingStatusUpdated" => read(data, Self::RecordingStatusUpdated),
            "holdMusicStarted" => read(data, Self::HoldMusicStarted),
            "holdMusicStopped" => read(data, Self::HoldMusicStopped),
            "contentSharingUpdated" => serde_json::from_str(data).map(Self::ContentSharingUpdated),
            "audioRoutingGroupCreated" => read(data, Self::AudioRoutingGroupCreated),
            "deviceQualityReported" => read(data, Self::DeviceQualityReported),
            _ => {
                let transition =
                    RecordingProgress::ALL.iter().find(|transition| transition.as_str() == type_name)?;
                read(data, |reported| Self::Recording(*transition, reported))
            }
        })
    }
}

/// The data of an event, as JSON.
impl Serialize for ServiceEvent {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::KeptAlive => empty(serializer),
            Self::AnswerRequested(request) => request.serialize(serializer),
            Self::RejectRequested(request) => request.serialize(serializer),
            Self::RedirectRequested(request) => request.serialize(serializer),
            Self::TransferRequested(request) => request.serialize(serializer),
            Self::OperationQueued(queued) => queued.serialize(serializer),
            Self::Recording(_, recording) => recording.serialize(serializer),
            Self::RecordingStatusUpdated(request) => request.serialize(serializer),
            Self::HoldMusicStarted(music) | Self::HoldMusicStopped(music) => music.serialize(serializer),
            Self::ContentSharingUpdated(sharing) => sharing.serialize(serializer),
            Self::AudioRoutingGroupCreated(group) => group.serialize(serializer),
            Self::DeviceQualityReported(quality) => quality.serialize(serializer),
        }
    }
}
