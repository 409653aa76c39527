//! The events of a call. Only events change a call, and the events are the only data that a host must keep.

pub(crate) mod carried;
mod declare;

use alloc::sync::Arc;

use super::payload::{
    ContentSharing, HoldMusic, NotificationHeard, OperationQueued, Recording, RosterUpdated, StateConfirmed,
};
use super::state::Transition;
use crate::graph::action::{Answer, Redirect, Reject, Transfer, UpdateRecordingStatus};
use crate::graph::media::AudioRoutingGroup;
use crate::graph::operation::CommsOperation;
use crate::graph::quality::TeleconferenceDeviceQuality;
use crate::graph::tone::ToneInfo;
use crate::names::names;
use crate::operation;
pub use carried::Details;
use declare::events;

/// The main part of a call that an event changes. A view that shows one part must look at the events of that
/// part, and at the events of [`Part::State`].
///
/// ```
/// use callfold::call::{EventKind, Part};
///
/// assert_eq!(EventKind::RosterUpdated.part(), Part::Roster);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "what shows calls must know of a new part")]
pub enum Part {
    /// The state. The event can also change details, and the end of a call can also change other parts.
    State,
    /// Members of the call resource.
    Details,
    /// The participants.
    Roster,
    /// The DTMF tones.
    Tones,
    /// The operations.
    Operations,
    /// The sessions in which content is shared.
    ContentSharing,
    /// Which messages were received, and which states were inferred and not yet reported.
    Deliveries,
    /// Data that only the service has, such as the time at which the app must keep the call alive.
    Service,
}

/// When an event can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The call begins with this event.
    Beginning,
    /// The call is live.
    Live,
    /// The call is live, and the event belongs to the side of the service.
    Service,
    /// For a step, the lifecycle of the call or of the operation decides. Any other event with this scope can
    /// happen at any time.
    Own,
}

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

    /// Something that happened on the side of the service. Only [`ServiceEvent::ContentSharingUpdated`] leads
    /// to a notification.
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
