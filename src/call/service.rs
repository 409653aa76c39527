//! What only the service's side of a call knows: what was asked of it, and what its media are busy with.

use alloc::sync::Arc;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::Call;
use super::event::{CallEvent, ServiceEvent};
use super::payload::{HoldMusic, MediaRequest, Recording};
use super::state::Superstate;
use crate::graph::action::{RecordResponse, Transfer};
use crate::graph::{InvitationParticipantInfo, OperationKind, RecordingStatus, TeleconferenceDeviceQuality};
use crate::{CallId, OperationId, ParticipantId, Recorded, operation};

#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Service {
    pub(super) transfer: Option<Arc<Transfer>>,
    /// The media operations that are not settled, in the order asked. At most the first one runs.
    pub(super) queue: Vec<Queued>,
    pub(super) on_hold: Option<Arc<HoldMusic>>,
    pub(super) recording_status: Option<RecordingStatus>,
    pub(super) device_quality: Vec<TeleconferenceDeviceQuality>,
}

/// A media operation that is not settled.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Queued {
    pub(super) operation: OperationId,
    pub(super) request: MediaRequest,
    /// Of a recording, once its prompt has ended.
    pub(super) recording: Option<Recording>,
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

    /// True where a prompt plays before anything is recorded.
    pub(super) fn begins_with_a_prompt(&self) -> bool {
        self.record()
            .is_some_and(|request| request.prompts.value().is_some_and(|prompts| !prompts.is_empty()))
    }
}

impl Call {
    pub(super) fn queue(&self) -> &[Queued] {
        self.service.as_ref().map_or(&[], |service| &service.queue)
    }

    /// The operation that plays or records now.
    pub(super) fn head(&self) -> Option<&Queued> {
        self.queue().first()
    }

    /// True where an operation runs.
    pub(super) fn runs(&self, id: &OperationId) -> bool {
        let mut running = self.operations().iter().filter(|one| one.state() == operation::State::Running);
        running.any(|one| one.is_called(id))
    }

    /// The operations that use the media of this call one after another, in their order; the first one runs. Known
    /// to the side of the service, which queued them.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let mut call = Call::begin(line.parse()?)?;
    /// let queued = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"operationQueued","data":
    ///     {"operation":{"id":"o","status":"notStarted"},"playPrompt":{}}}"#;
    /// call.evolve(queued.parse()?)?;
    /// assert_eq!(call.media_queue().count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn media_queue(&self) -> impl Iterator<Item = (&OperationId, &MediaRequest)> {
        self.queue().iter().map(|queued| (&queued.operation, &queued.request))
    }

    /// That the app kept the call alive: for a bot, which is told so by the reply to its request and by nothing else.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:00:00Z","type":"placed","data":{}}"#;
    /// let mut call = Call::begin(line.parse()?)?;
    /// let kept = call.kept_alive("2026-11-23T09:15:00Z".parse()?);
    /// call.evolve(&kept)?;
    /// assert_eq!(call.next_deadline().unwrap().at, "2026-11-23T10:00:00Z".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn kept_alive(&self, at: Timestamp) -> Recorded {
        let kept = CallEvent::Service(ServiceEvent::KeptAlive);
        Recorded::new(self.id(), self.revision().saturating_add(1), Some(at), kept)
    }

    /// What the app said of its recording; `None` where it said nothing.
    ///
    /// ```
    /// use callfold::{Call, Recorded, graph::RecordingStatus};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let mut call = Call::begin(line.parse()?)?;
    /// let said = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"recordingStatusUpdated","data":{"status":"recording"}}"#;
    /// call.evolve(said.parse()?)?;
    /// assert_eq!(call.recording_status(), Some(&RecordingStatus::Recording));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn recording_status(&self) -> Option<&RecordingStatus> {
        self.service.as_ref()?.recording_status.as_ref()
    }

    /// The participant who hears music on hold.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let mut call = Call::begin(line.parse()?)?;
    /// let held = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"holdMusicStarted","data":{"participant":"p","operation":"o"}}"#;
    /// call.evolve(held.parse()?)?;
    /// assert_eq!(call.on_hold(), Some(&"p".into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_hold(&self) -> Option<&ParticipantId> {
        self.hold_music().map(|music| &music.participant)
    }

    pub(super) fn hold_music(&self) -> Option<&HoldMusic> {
        self.service.as_ref()?.on_hold.as_deref()
    }

    /// What devices reported of their media, in the order told.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let mut call = Call::begin(line.parse()?)?;
    /// let reported = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"deviceQualityReported","data":{"deviceName":"Room 30"}}"#;
    /// call.evolve(reported.parse()?)?;
    /// assert_eq!(call.device_quality().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn device_quality(&self) -> &[TeleconferenceDeviceQuality] {
        self.service.as_ref().map_or(&[], |service| &service.device_quality)
    }

    /// The transfer that was asked for last.
    pub(super) fn transfer(&self) -> Option<&Transfer> {
        self.service.as_ref()?.transfer.as_deref()
    }

    /// The call that the transfer that was asked for last takes the place of.
    pub(crate) fn transfers_to(&self) -> Option<CallId> {
        self.transfer()?.transfer_target.value().and_then(|target| replaced(target))
    }

    /// True where the call is up, held or being transferred, once all that is due by then has happened.
    pub(crate) fn is_connected_at(&self, at: Timestamp) -> bool {
        let state = self.caught_up(at).map_or(self.state, |(call, _)| call.state);
        state.lies_in(Superstate::Connected)
    }

    /// True for group calls and meetings, false for calls between two; `None` where nothing tells. A call between two
    /// becomes a group call once somebody was invited.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{"targets":[{}]}}"#;
    /// assert_eq!(Call::begin(line.parse()?)?.is_group(), Some(false));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn is_group(&self) -> Option<bool> {
        let is_invitation = |kind| kind == OperationKind::InviteParticipants;
        let mut invitations = self.operations().iter().filter(|operation| is_invitation(operation.kind()));
        if invitations.any(|operation| operation.is_success()) {
            Some(true)
        } else {
            self.details().is_group()
        }
    }

    /// The calls that this one takes the place of: named by the transfer that was asked for, by invitations, or by
    /// the targets with which it was placed.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":
    ///     {"targets":[{"replacesCallId":"e5d39592-99bd-4db8-bca8-30fb894ec51d"}]}}"#;
    /// assert_eq!(Call::begin(line.parse()?)?.replaces().count(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn replaces(&self) -> impl Iterator<Item = CallId> {
        let transfer = self.transfer().and_then(|transfer| transfer.transfer_target.value());
        let invited =
            self.operations().iter().filter_map(|operation| operation.resource().participants.value());
        let targets = self.details().targets.value().into_iter().flatten();
        transfer
            .map(|target| &**target)
            .into_iter()
            .chain(invited.flatten())
            .chain(targets)
            .filter_map(replaced)
    }
}

/// The call that one who is called or invited brings along.
pub(crate) fn replaced(target: &InvitationParticipantInfo) -> Option<CallId> {
    target.replaces_call_id.value()?.guid().map(CallId::new)
}
