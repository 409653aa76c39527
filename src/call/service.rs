//! Methods of a call for the data that only the service knows: the requests of the app, and the media queue.

use alloc::vec::Vec;

use jiff::Timestamp;

use super::data::Call;
use super::event::{CallEvent, ServiceEvent};
use super::event::{HoldMusic, MediaRequest, RequestAnswered};
use super::service_data::{Queued, RecordedParticipant};
use super::state::{State, Superstate};
use crate::graph::action::Transfer;
use crate::graph::call::CallDirection;
use crate::graph::identity::{IdentitySet, InvitationParticipantInfo};
use crate::graph::operation::OperationKind;
use crate::graph::participant::RecordingStatus;
use crate::graph::quality::TeleconferenceDeviceQuality;
use crate::id::{CallId, Id, OperationId, ParticipantId};
use crate::list::List;
use crate::operation::Operation;
use crate::record::recorded::Recorded;

impl Call {
    pub(super) fn queue(&self) -> &List<Queued> {
        static EMPTY: List<Queued> = List::Few(Vec::new());
        self.service.as_ref().map_or(&EMPTY, |service| &service.queue)
    }

    /// The first operation of the media queue, which plays or records now.
    pub(super) fn head(&self) -> Option<&Queued> {
        self.queue().first()
    }

    /// True if the operation is running.
    pub(super) fn runs(&self, id: &OperationId) -> bool {
        self.operations.runs(id)
    }

    /// The pending prompts and recordings, in the order requested. They use the media of the call one after
    /// another, and the first one runs.
    ///
    /// Only a simulated service knows the queue. For a bot it is empty.
    pub fn media_queue(&self) -> impl Iterator<Item = (&OperationId, &MediaRequest)> {
        self.queue().iter().map(|queued| (&queued.operation, &queued.request))
    }

    /// Builds the event `keptAlive`: the app kept the call alive.
    ///
    /// A bot records this event after a successful reply to its `keepAlive` request, because no notification
    /// reports it. A simulated service does not need this function: [`Call::decide`] records the event.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:00:00Z","type":"placed","data":{}}"#;
    /// let mut call = Call::begin(line.parse()?)?;
    /// let kept = call.kept_alive("2026-11-23T09:15:00Z".parse()?);
    /// call.evolve(kept)?;
    /// assert_eq!(call.next_deadline().unwrap().at, "2026-11-23T10:00:00Z".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn kept_alive(&self, at: Timestamp) -> Recorded {
        let kept = CallEvent::Service(ServiceEvent::KeptAlive);
        Recorded::new(self.id(), self.revision().saturating_add(1), Some(self.not_before(at)), kept)
    }

    /// The recording status that the app reported with `updateRecordingStatus`; `None` if it reported none.
    pub fn recording_status(&self) -> Option<&RecordingStatus> {
        self.service.as_ref()?.recording_status.as_ref()
    }

    /// The number of participants whom the app can record, as its answer said: `participantCapacity`. `None` if the
    /// answer did not say it.
    pub fn participant_capacity(&self) -> Option<i32> {
        self.service.as_ref()?.participant_capacity
    }

    /// The participants about whom the app was asked in policy-based recording, each with true if the app accepted the
    /// participant, and with false as long as it has not answered. The observed participant is not among them.
    pub fn recorded_participants(&self) -> impl Iterator<Item = (&ParticipantId, bool)> {
        let recorded = self.service.iter().flat_map(|service| service.recorded_participants.iter());
        recorded.map(|(id, one)| (id, one.is_accepted))
    }

    pub(super) fn recorded_participant(&self, id: &ParticipantId) -> Option<&RecordedParticipant> {
        self.service.as_ref()?.recorded_participants.get(id)
    }

    /// True if the app can be asked whether it records one more participant. The observed participant counts, too.
    pub(super) fn can_record_another(&self) -> bool {
        let recorded = self.service.as_ref().map_or(0, |service| service.recorded_participants.len());
        let capacity = self.participant_capacity().and_then(|capacity| usize::try_from(capacity).ok());
        self.details().is_policy_based_recording() && capacity.is_some_and(|capacity| recorded + 1 < capacity)
    }

    /// The participant to whom hold music is played; `None` if no participant is on hold. The state
    /// [`State::Hold`](super::State::Hold) of the call is something else.
    pub fn on_hold(&self) -> Option<&ParticipantId> {
        self.hold_music().map(|music| &music.participant)
    }

    pub(super) fn hold_music(&self) -> Option<&HoldMusic> {
        self.service.as_ref()?.on_hold.as_deref()
    }

    /// The quality reports of devices, in the order received.
    pub fn device_quality(&self) -> impl Iterator<Item = &TeleconferenceDeviceQuality> {
        self.service.iter().flat_map(|service| &service.device_quality).map(|quality| &**quality)
    }

    /// The app to which the call belongs: the application that placed it, or the application to which it was offered.
    /// `None` if the call names no application.
    ///
    /// ```
    /// use callfold::Call;
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{"targets":[{"identity":{"application":{"id":"bot"}}}]}}"#;
    /// assert_eq!(Call::begin(line.parse()?)?.app(), Some(&"bot".into()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn app(&self) -> Option<&Id> {
        let details = self.details();
        if self.direction() == Some(&CallDirection::Incoming) {
            let targets = details.targets.value().into_iter().flatten();
            targets.filter_map(|target| application(target.identity.value()?)).next()
        } else {
            application(details.source.value()?.identity.value()?)
        }
    }

    /// True if an app sees this call: it is its own, or it names no app.
    pub(crate) fn is_seen_by(&self, app: Option<&Id>) -> bool {
        app.is_none() || self.app().is_none_or(|owner| Some(owner) == app)
    }

    /// The request with this `client-request-id` that the service has answered, and its reply. `None` if there is none. The
    /// service records only requests that can change the call.
    pub fn answered(&self, client_request_id: &str) -> Option<&RequestAnswered> {
        let service = self.service.as_ref()?;
        service.answered.find(&client_request_id.into()).map(|answered| &**answered)
    }

    /// The last requested transfer.
    /// The operation that this event ends with success.
    pub(crate) fn succeeded(&self, event: &CallEvent) -> Option<Operation> {
        let CallEvent::OperationStep(transition, reported) = event else { return None };
        let mut ended = self.operations.find(reported)?.clone();
        ended.end(*transition, reported.clone()).then_some(ended)
    }

    pub(super) fn transfer(&self) -> Option<&Transfer> {
        self.service.as_ref()?.transfer.as_deref()
    }

    /// The call that the last requested transfer replaces.
    pub(crate) fn transfers_to(&self) -> Option<CallId> {
        self.transfer()?.transfer_target.value().and_then(|target| target.replaced_call())
    }

    /// True if the call is established, on hold or being transferred at this time, after all deadlines that
    /// have passed.
    pub(crate) fn is_connected_at(&self, at: Timestamp) -> bool {
        self.state_at(at).lies_in(Superstate::Connected)
    }

    /// The state at this time, after all deadlines that have passed.
    pub(crate) fn state_at(&self, at: Timestamp) -> State {
        self.caught_up(at).0.state
    }

    /// True for group calls and meetings, false for calls between two participants; `None` if it is unknown.
    ///
    /// A call between two participants becomes a group call when an invitation succeeds.
    pub fn is_group(&self) -> Option<bool> {
        if self.operations.has_success(OperationKind::InviteParticipants) {
            Some(true)
        } else {
            self.details().is_group()
        }
    }

    /// The calls that this call replaces: each `replacesCallId` in the last requested transfer, in the
    /// invitations, and in the targets.
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
            .filter_map(InvitationParticipantInfo::replaced_call)
    }
}

fn application(identity: &IdentitySet) -> Option<&Id> {
    identity.application.value()?.id.value()
}
