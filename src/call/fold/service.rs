//! The fold of events that only a host that plays the service records.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::super::data::Call;
use super::super::deadline::{Deadline, KEEP_ALIVE, seconds};
use super::super::event::{EventKind, RecordingProgress, ServiceEvent};
use super::super::event::{JoinAnswered, OperationQueued, Recording};
use super::super::service_data::{Queued, RecordedParticipant, Service};
use super::super::state::{RECORDING, Transition};
use crate::graph::action::Answer;
use crate::graph::media::AudioRoutingGroup;
use crate::graph::member::{Member, Members, Merge};
use crate::graph::operation::{OperationKind, OperationStatus};
use crate::graph::participant::Participant;
use crate::graph::participant_notification::JoinAnswer;
use crate::id::{OperationId, ParticipantId};
use crate::list::List;
use crate::places::OrdMap;
use crate::refusal::{Refusal, Why};
use crate::{graph, operation};

impl Call {
    /// Folds an event of the service. The call is live, unless a device reports quality.
    pub(super) fn serve(&mut self, event: ServiceEvent, at: Option<Timestamp>) -> Result<(), Refusal> {
        let kind = event.kind();
        let party_requests = event.party_requests();
        match event {
            ServiceEvent::AnswerRequested(request) => {
                self.must_take(kind, Transition::Answered)?;
                Arc::make_mut(&mut self.details).pair(&said(&request), Merge);
                if let Some(capacity) = request.participant_capacity.value() {
                    self.service().participant_capacity = Some(*capacity);
                }
            }
            ServiceEvent::RejectRequested(request) => {
                self.must_take(kind, Transition::Answered)?;
                self.call_back(&request.callback_uri);
            }
            ServiceEvent::RedirectRequested(request) => {
                self.must_take(kind, Transition::Redirected)?;
                self.call_back(&request.callback_uri);
                self.deadlines.arm(Deadline::Redirect, at, seconds(request.seconds()));
            }
            ServiceEvent::TransferRequested(request) => {
                self.must_take(kind, Transition::TransferStarted)?;
                self.service().transfer = Some(request);
            }
            ServiceEvent::KeptAlive => self.keep_alive(at),
            ServiceEvent::OperationQueued(queued) => self.queued(kind, &queued)?,
            ServiceEvent::Recording(progress, recording) => {
                self.recording(kind, progress, &recording, at)?;
            }
            ServiceEvent::JoinAnnounced(participant) => self.announce(kind, participant)?,
            ServiceEvent::JoinAnswered(answered) => self.answer_join(kind, &answered)?,
            ServiceEvent::RecordedParticipantLeft(left) => {
                self.must_record(kind, &left.participant_id)?;
                self.service().recorded_participants.remove(&left.participant_id);
            }
            ServiceEvent::RecordingStatusUpdated(update) => {
                self.service().recording_status = update.status.value().cloned();
            }
            ServiceEvent::HoldMusicStarted(music) => self.service().on_hold = Some(music),
            ServiceEvent::HoldMusicStopped(_) => self.service().on_hold = None,
            ServiceEvent::ContentSharingUpdated(_) => {}
            ServiceEvent::AudioRoutingGroupCreated(group) => self.add_routing_group(group),
            ServiceEvent::DeviceQualityReported(quality) => self.service().device_quality.push_back(quality),
            ServiceEvent::RequestAnswered(answered) => self.service().answered.push(answered),
        }
        if !party_requests.is_empty() {
            self.service().party_requests.extend(party_requests);
        }
        Ok(())
    }

    /// Refuses a request if the chart refuses the step that follows it. Answer and reject are legal in the
    /// same states.
    fn must_take(&self, kind: EventKind, transition: Transition) -> Result<(), Refusal> {
        if self.state.after(transition).is_some() { Ok(()) } else { Err(self.refuse(kind)) }
    }

    fn keep_alive(&mut self, at: Option<Timestamp>) {
        if self.state.must_be_kept_alive() {
            self.deadlines.arm(Deadline::KeepAlive, at, KEEP_ALIVE);
        }
    }

    fn add_routing_group(&mut self, group: Arc<AudioRoutingGroup>) {
        let groups = &mut Arc::make_mut(&mut self.details).audio_routing_groups;
        let mut known = groups.take().into_value().unwrap_or_default();
        known.replace(Arc::unwrap_or_clone(group));
        *groups = known.into();
    }

    /// Sets the URI for notifications, if the request has one.
    fn call_back(&mut self, uri: &Member<String>) {
        if uri.value().is_some() {
            Arc::make_mut(&mut self.details).callback_uri.clone_from(uri);
        }
    }

    fn announce(&mut self, kind: EventKind, participant: Arc<Participant>) -> Result<(), Refusal> {
        let Some(id) = participant.id.value().cloned() else {
            return Err(Refusal {
                why: Why::Part("a participant without an id".into()),
                ..self.refuse(kind)
            });
        };
        self.service()
            .recorded_participants
            .insert(id, RecordedParticipant { participant, is_accepted: false });
        Ok(())
    }

    fn answer_join(&mut self, kind: EventKind, answered: &JoinAnswered) -> Result<(), Refusal> {
        let id = &answered.participant_id;
        let recorded = RecordedParticipant { is_accepted: true, ..self.must_record(kind, id)?.clone() };
        if answered.response.answer() == Some(JoinAnswer::Accept) {
            self.service().recorded_participants.insert(id.clone(), recorded);
        } else {
            self.service().recorded_participants.remove(id);
        }
        Ok(())
    }

    fn must_record(&self, kind: EventKind, id: &ParticipantId) -> Result<&RecordedParticipant, Refusal> {
        let unknown = "a participant about whom the app was not asked";
        self.recorded_participant(id)
            .ok_or_else(|| Refusal { why: Why::Part(unknown.into()), ..self.refuse(kind) })
    }

    fn service(&mut self) -> &mut Service {
        Arc::make_mut(self.service.get_or_insert_default())
    }

    fn queued(&mut self, kind: EventKind, queued: &OperationQueued) -> Result<(), Refusal> {
        let reported = &queued.operation;
        let is_new = reported.status.value() == Some(&OperationStatus::NotStarted);
        let is_of_kind = [queued.request.kind(), OperationKind::Comms].contains(&reported.kind());
        let Some(operation) = reported.id.value().filter(|_| is_new && is_of_kind).cloned() else {
            let part =
                "an operation that is not `notStarted`, has no id, or is of another kind than its request";
            return Err(Refusal { why: Why::Part(part.into()), ..self.refuse(kind) });
        };
        self.create(kind, Arc::from(reported.clone()))?;
        let request = queued.request.clone();
        self.service().queue.push(Queued { operation, request, recording: None });
        Ok(())
    }

    /// Updates the media queue after a step of an operation.
    pub(super) fn media_moved(
        &mut self,
        operation: &OperationId,
        transition: operation::state::Transition,
        at: Option<Timestamp>,
    ) {
        if !self.queue().has(operation) {
            return;
        }
        let is_first = self.head().is_some_and(|head| head.operation == *operation);
        match transition {
            operation::state::Transition::Started if is_first => self.begin_recording(at),
            // The operation runs before its turn. Its recording begins when the operation is first in the
            // queue.
            operation::state::Transition::Started => {}
            operation::state::Transition::Completed | operation::state::Transition::Failed => {
                self.service().queue.remove(operation);
                if is_first {
                    self.deadlines.disarm(&RECORDING);
                    if self.head().is_some_and(|head| self.runs(&head.operation)) {
                        self.begin_recording(at);
                    }
                }
            }
        }
    }

    /// Begins the recording of the first operation in the queue, unless a prompt comes before the recording.
    fn begin_recording(&mut self, at: Option<Timestamp>) {
        let begins = |queued: &&Queued| queued.record().is_some() && !queued.begins_with_a_prompt();
        if let Some(operation) = self.head().filter(begins).map(|head| head.operation.clone()) {
            self.record(&Recording::new(operation), at);
        }
    }

    fn recording(
        &mut self,
        kind: EventKind,
        progress: RecordingProgress,
        reported: &Recording,
        at: Option<Timestamp>,
    ) -> Result<(), Refusal> {
        let begins = progress == RecordingProgress::Started;
        let head = self.head().filter(|head| head.operation == reported.operation && head.record().is_some());
        let head = head.filter(|head| begins || head.recording.is_some());
        let Some(head) = head else {
            let part = "an operation that does not record".to_owned();
            return Err(super::refuse(kind, Some(self.state), Why::Part(part), Vec::new()));
        };
        let has_begun = head.recording.is_some();
        let silence = head.record().map_or(0, |request| request.max_silence());
        match progress {
            RecordingProgress::Started if has_begun => self.place_recording(reported),
            RecordingProgress::Started => self.record(reported, at),
            RecordingProgress::SpeechStarted => {
                self.deadlines.disarm(&[Deadline::InitialSilence, Deadline::Silence]);
            }
            RecordingProgress::SpeechEnded => self.deadlines.arm(Deadline::Silence, at, seconds(silence)),
        }
        Ok(())
    }

    /// Stores the reported URL and token of the recording. Members that are not reported stay.
    fn place_recording(&mut self, reported: &Recording) {
        let recording = self.service().queue.first_mut().and_then(|head| head.recording.as_mut());
        if let Some(recording) = recording {
            let location = reported.recording_location.clone();
            let token = reported.recording_access_token.clone();
            recording.recording_location = location.or_else(|| recording.recording_location.take());
            recording.recording_access_token = token.or_else(|| recording.recording_access_token.take());
        }
    }

    /// Begins the recording of the first operation in the queue, and starts its timers.
    fn record(&mut self, reported: &Recording, at: Option<Timestamp>) {
        let Some(head) = self.service().queue.first_mut() else { return };
        head.recording = Some(reported.clone());
        let timers = head.record().map(|request| (request.initial_silence(), request.max_duration()));
        let Some((initial_silence, duration)) = timers else { return };
        self.deadlines.arm(Deadline::InitialSilence, at, seconds(initial_silence));
        self.deadlines.arm(Deadline::RecordDuration, at, seconds(duration));
    }

    /// Removes the data that an ended call does not need.
    pub(super) fn close(&mut self) {
        if let Some(service) = self.service.as_mut().map(Arc::make_mut) {
            service.queue = List::default();
            service.on_hold = None;
            service.recorded_participants = OrdMap::new();
        }
    }
}

/// The details of the call that an answer sets.
fn said(request: &Answer) -> graph::call::Call {
    graph::call::Call {
        callback_uri: request.callback_uri.clone(),
        media_config: request.media_config.clone(),
        call_options: request.call_options.clone(),
        ..graph::call::Call::default()
    }
}
