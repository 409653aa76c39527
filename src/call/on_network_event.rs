//! Turns a network event into recorded events.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::data::Call;
use super::event::{CallEvent, RecordingProgress, ServiceEvent};
use super::event::{ContentSharing, MediaRequest, Recording};
use super::network_event::{Ending, NetworkEvent, NetworkEventKind, StopReason};
use super::plan::{Plan, completed, completed_because, failed};
use super::service_data::Queued;
use super::state::{Media, State, Superstate, Transition};
use super::{details, roster};
use crate::graph;
use crate::graph::call::CallDirection;
use crate::graph::end_code::EndCode;
use crate::graph::identity::ParticipantInfo;
use crate::graph::media::{CallMediaState, MediaState};
use crate::graph::member::{Member, Members, Merge};
use crate::graph::notification::ChangeType;
use crate::graph::operation::{CompletionReason, OperationKind};
use crate::graph::participant::Participant;
use crate::graph::tone::{Tone, ToneInfo};
use crate::graph::url::Resource;
use crate::id::{CallId, Id, OperationId};
use crate::operation::Operation;
use crate::record::recorded::Recorded;
use crate::refusal::{Refusal, Why};

impl Call {
    /// Turns a network event into events of the call. `known` is the call, or `None` if the call is unknown
    /// so far. `id` is the id of the call, and `at` is the time of the network event.
    ///
    /// If a deadline passed before the network event, the events of the deadline come first. A host that
    /// calls [`Call::expire`] late therefore writes the same log as a host that calls it in time.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] if the network event cannot happen in the state of the call. The refusal names the legal
    /// network events.
    ///
    /// ```
    /// use callfold::call::{Call, NetworkEvent, NetworkEventKind, State};
    /// use callfold::graph::EndCode;
    /// use callfold::Recorded;
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let mut call = Call::begin(line.parse()?)?;
    /// let at = "2026-11-23T09:15:02Z".parse()?;
    /// // A call that is not established cannot be put on hold.
    /// let refusal = Call::on_network_event(Some(&call), call.id(), NetworkEvent::Held, at).unwrap_err();
    /// assert!(refusal.legal.contains(NetworkEventKind::Alerted.into()));
    ///
    /// let hung_up = NetworkEvent::HungUp(EndCode::CalleeNotReached);
    /// for recorded in Call::on_network_event(Some(&call), call.id(), hung_up, at)? {
    ///     call.evolve(recorded)?;
    /// }
    /// assert_eq!(call.state(), State::Terminated);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn on_network_event(
        known: Option<&Self>,
        id: CallId,
        network_event: NetworkEvent,
        at: Timestamp,
    ) -> Result<Vec<Recorded>, Refusal> {
        match (known, network_event) {
            (None, NetworkEvent::Offered(offer)) => Ok([offered(id, &offer, at)].into()),
            (None, network_event) => {
                let refusal = Refusal::new(network_event.kind(), None, Why::State);
                Err(Refusal { legal: [NetworkEventKind::Offered].into_iter().collect(), ..refusal })
            }
            (Some(call), network_event) => {
                let at = call.not_before(at);
                match call.caught_up(at) {
                    None => call.on_network_event_now(network_event, at),
                    Some((call, mut events)) => {
                        events.extend(call.on_network_event_now(network_event, at)?);
                        Ok(events)
                    }
                }
            }
        }
    }

    fn on_network_event_now(
        &self,
        network_event: NetworkEvent,
        at: Timestamp,
    ) -> Result<Vec<Recorded>, Refusal> {
        let kind = network_event.kind();
        let mut network_plan = NetworkPlan { plan: Plan::new(self, at) };
        match network_plan.plan_for(network_event) {
            Some(()) => Ok(network_plan.plan.events),
            None => Err(self.refuse_network_event(kind)),
        }
    }

    fn refuse_network_event(&self, kind: NetworkEventKind) -> Refusal {
        let part = if kind == NetworkEventKind::OperationFinished {
            "an operation that is unknown, has ended or is in the media queue"
        } else {
            "content that nobody shares"
        };
        let why = if self.can_happen(kind) { Why::Part(part.into()) } else { Why::State };
        let others = NetworkEventKind::ALL.iter().filter(|other| **other != kind && self.can_happen(**other));
        let legal = others.copied().collect();
        Refusal { legal, ..Refusal::new(kind, Some(self.state), why) }
    }

    /// True if a network event of this kind can happen now.
    fn can_happen(&self, kind: NetworkEventKind) -> bool {
        let after = |transition| self.state.after(transition).is_some();
        let is_connected = self.state.lies_in(Superstate::Connected);
        match kind {
            NetworkEventKind::Offered => false,
            NetworkEventKind::Alerted => after(Transition::Alerted),
            NetworkEventKind::Connected => after(Transition::Established),
            NetworkEventKind::Held => after(Transition::Held),
            NetworkEventKind::Resumed => after(Transition::Resumed),
            NetworkEventKind::TransferAccepted => after(Transition::TransferAccepted),
            NetworkEventKind::TransferFailed => after(Transition::TransferFailed),
            NetworkEventKind::TransferCompleted => self.state == State::TransferAccepted,
            NetworkEventKind::RedirectAnswered => self.state == State::Redirecting,
            NetworkEventKind::HungUp | NetworkEventKind::MediaFailed | NetworkEventKind::RosterChanged => {
                self.state.is_live()
            }
            NetworkEventKind::AudioChanged => self.has_media(),
            NetworkEventKind::TonePressed => is_connected || self.is_audible(),
            NetworkEventKind::PromptFinished => self.head().is_some_and(|head| head.recording.is_none()),
            NetworkEventKind::RecordingStarted => self.head().is_some_and(|head| head.record().is_some()),
            NetworkEventKind::SpeechStarted
            | NetworkEventKind::SpeechEnded
            | NetworkEventKind::RecordingFinished => self.head().is_some_and(|head| head.recording.is_some()),
            NetworkEventKind::OperationFinished => self.can_finish_any(),
            NetworkEventKind::ContentSharingStarted => is_connected,
            NetworkEventKind::ContentSharingUpdated | NetworkEventKind::ContentSharingEnded => {
                is_connected && !self.content_sharing.is_empty()
            }
        }
    }

    /// True if the network can finish an operation: media operations finish in the order of their queue.
    fn can_finish(&self, operation: &Operation) -> bool {
        operation.is_pending() && operation.id().is_some() && !self.is_queued(operation)
    }

    fn can_finish_any(&self) -> bool {
        let mut queue = self.queue().iter().peekable();
        self.operations().iter().any(|operation| {
            // Pending operations are nearly always in the order of the queue, and to search the queue takes longer.
            let is_next = |queued: &&Queued| operation.id() == Some(&queued.operation);
            queue.next_if(is_next).is_none() && self.can_finish(operation)
        })
    }

    fn is_queued(&self, operation: &Operation) -> bool {
        operation.ids().any(|id| self.queue().has(id))
    }

    /// True if the call can have media in its state.
    fn has_media(&self) -> bool {
        self.state.meaning().media != Media::None
    }
}

fn offered(id: CallId, offer: &graph::call::Call, at: Timestamp) -> Recorded {
    let mut reported = details::first(Box::new(offer.clone()));
    reported.direction = CallDirection::Incoming.into();
    Recorded::new(id, 1, Some(at), CallEvent::Offered(details::some(reported)))
}

/// The planned events of a network event. The methods return `None` if the network event cannot happen now.
struct NetworkPlan<'a> {
    plan: Plan<'a>,
}

impl NetworkPlan<'_> {
    fn plan_for(&mut self, network_event: NetworkEvent) -> Option<()> {
        match network_event {
            NetworkEvent::Offered(_) => None,
            NetworkEvent::Alerted => self.step(Transition::Alerted),
            NetworkEvent::Connected(reported) => self.connect(reported),
            NetworkEvent::AudioChanged(audio) => self.change_audio(audio),
            NetworkEvent::Held => self.step(Transition::Held),
            NetworkEvent::Resumed => self.step(Transition::Resumed),
            NetworkEvent::TransferAccepted => self.step(Transition::TransferAccepted),
            NetworkEvent::TransferFailed => self.fail_transfer(),
            NetworkEvent::TransferCompleted => {
                self.end_from(State::TransferAccepted, EndCode::TransferCompletedGracefully)
            }
            NetworkEvent::RedirectAnswered(target) => self.answer_redirect(target),
            NetworkEvent::HungUp(code) => self.end(code),
            NetworkEvent::MediaFailed => self.end(EndCode::MediaConnectivityFailed),
            NetworkEvent::RosterChanged(participants) => self.change_roster(participants),
            NetworkEvent::TonePressed(tone) => self.receive_tone(tone),
            NetworkEvent::PromptFinished(ending) => self.finish_prompt(ending),
            NetworkEvent::RecordingStarted { location, access_token } => {
                let head = self.plan.call.head().filter(|head| head.record().is_some())?;
                let operation = head.operation.clone();
                let mut started = Recording::new(operation);
                started.recording_location = location;
                started.recording_access_token = access_token;
                self.progress(RecordingProgress::Started, started)
            }
            NetworkEvent::SpeechStarted => self.speech(RecordingProgress::SpeechStarted),
            NetworkEvent::SpeechEnded => self.speech(RecordingProgress::SpeechEnded),
            NetworkEvent::RecordingFinished(reason) => self.finish_recording(reason),
            NetworkEvent::OperationFinished(id, ending) => self.finish_operation(&id, ending),
            NetworkEvent::ContentSharingStarted(id) => self.share(id, ChangeType::Created),
            NetworkEvent::ContentSharingUpdated(id) => self.share(id, ChangeType::Updated),
            NetworkEvent::ContentSharingEnded(id) => self.share(id, ChangeType::Deleted),
        }
    }

    fn step(&mut self, transition: Transition) -> Option<()> {
        self.plan.call.state().after(transition)?;
        self.plan.step(transition);
        Some(())
    }

    fn end(&mut self, code: EndCode) -> Option<()> {
        require(self.plan.call.state().is_live())?;
        self.plan.end(code);
        Some(())
    }

    fn end_from(&mut self, state: State, code: EndCode) -> Option<()> {
        require(self.plan.call.state() == state)?;
        self.end(code)
    }

    fn connect(&mut self, reported: Option<Box<graph::call::Call>>) -> Option<()> {
        self.plan.call.state().after(Transition::Established)?;
        let reported = reported
            .and_then(|reported| details::news(details::reported(reported), self.plan.call.details()));
        let becomes_group = reported.as_ref().is_some_and(|reported| reported.is_group() == Some(true));
        self.plan.record(CallEvent::Step(Transition::Established, reported));
        if becomes_group {
            self.report_full_roster();
        }
        Some(())
    }

    fn change_audio(&mut self, audio: MediaState) -> Option<()> {
        require(self.plan.call.has_media())?;
        if self.plan.call.audio() != Some(&audio) {
            let state = CallMediaState { audio: audio.into(), ..CallMediaState::default() };
            let reported =
                graph::call::Call { media_state: Box::new(state).into(), ..graph::call::Call::default() };
            self.plan.record(CallEvent::DetailsChanged(Some(reported.into())));
        }
        Some(())
    }

    fn fail_transfer(&mut self) -> Option<()> {
        self.plan.call.state().after(Transition::TransferFailed)?;
        let target = self.plan.call.transfer().and_then(|transfer| transfer.transfer_target.value());
        let is_consultative = target.is_some_and(|target| target.replaces_call_id.value().is_some());
        let code =
            if is_consultative { EndCode::ConsultativeTransferFailed } else { EndCode::TransferFailed };
        self.plan.step_with(Transition::TransferFailed, code.result_info());
        Some(())
    }

    fn answer_redirect(&mut self, target: Box<ParticipantInfo>) -> Option<()> {
        require(self.plan.call.state() == State::Redirecting)?;
        let reported = graph::call::Call {
            answered_by: target.into(),
            termination_reason: Member::Value("AppRedirected".into()),
            ..graph::call::Call::default()
        };
        self.plan.record(CallEvent::Step(Transition::Terminated, Some(reported.into())));
        Some(())
    }

    fn change_roster(&mut self, participants: Vec<Participant>) -> Option<()> {
        require(self.plan.call.state().is_live())?;
        let mut after = self.plan.call.roster.clone();
        let mut news = merge_reports(&participants);
        // Participants with an id come first, in the same order as when a bot observes the roster.
        news.sort_by_key(|one| one.id.value().is_none());
        news.retain(|one| after.learn(one, None).is_some());
        if !news.is_empty() {
            self.plan.roster(news);
        }
        Some(())
    }

    fn receive_tone(&mut self, tone: Tone) -> Option<()> {
        let call = self.plan.call;
        require(call.state().lies_in(Superstate::Connected) || call.is_audible())?;
        let head = call.head().filter(|head| head.recording.is_some());
        let stops = head.and_then(|head| head.record()).is_some_and(|request| request.is_stopped_by(&tone));
        if call.operations.has_success(OperationKind::SubscribeToTone) {
            let last = call.tones().last().and_then(|tone| tone.sequence_id.value().copied()).unwrap_or(0);
            let sequence_id = last.saturating_add(1).into();
            let reported = ToneInfo { sequence_id, tone: tone.into(), ..ToneInfo::default() };
            self.plan.record(CallEvent::ToneReceived(reported.into()));
        }
        if stops {
            self.finish_recording(StopReason::StopTone)?;
        }
        Some(())
    }

    fn finish_prompt(&mut self, ending: Ending) -> Option<()> {
        let head = self.plan.call.head().filter(|head| head.recording.is_none())?;
        match (&head.request, ending) {
            (_, Ending::Failed(result)) => self.plan.finish_head(failed(result)),
            (MediaRequest::PlayPrompt(_), Ending::Completed) => {
                self.plan.finish_head(completed(EndCode::PromptPlayed.result_info()));
            }
            (MediaRequest::PlayPrompt(_), Ending::CompletedBecause(reason)) => {
                self.plan.finish_head(completed_because(reason));
            }
            (MediaRequest::RecordResponse(_), Ending::Completed | Ending::CompletedBecause(_)) => {
                let started = Recording::new(head.operation.clone());
                return self.progress(RecordingProgress::Started, started);
            }
        }
        Some(())
    }

    fn progress(&mut self, transition: RecordingProgress, reported: Recording) -> Option<()> {
        self.plan.serve(ServiceEvent::Recording(transition, reported.into()));
        Some(())
    }

    fn speech(&mut self, transition: RecordingProgress) -> Option<()> {
        let recording = self.plan.call.head()?.recording.as_ref()?;
        let reported = Recording::new(recording.operation.clone());
        self.progress(transition, reported)
    }

    fn finish_recording(&mut self, reason: StopReason) -> Option<()> {
        self.plan.call.head()?.recording.as_ref()?;
        self.plan.stop_recording(reason);
        Some(())
    }

    /// Ends an operation outside the media queue. Prompts and recordings have network events of their own.
    fn finish_operation(&mut self, id: &OperationId, ending: Ending) -> Option<()> {
        let call = self.plan.call;
        let operation = call.operations.called(id)?;
        require(call.can_finish(operation))?;
        let id = operation.id()?;
        let end = match ending {
            Ending::Completed if operation.kind() == OperationKind::SendDtmfTones => {
                completed_because(CompletionReason::CompletedSuccessfully)
            }
            Ending::Completed => completed(graph::result::ResultInfo::plain(200, 0)),
            Ending::CompletedBecause(reason) => completed_because(reason),
            Ending::Failed(result) => failed(result),
        };
        let succeeds = end.succeeds(operation);
        self.plan.settle(id.clone(), operation.kind(), end);
        if operation.kind() == OperationKind::StartHoldMusic && !succeeds {
            self.stop_hold_music(id);
        }
        if operation.kind() == OperationKind::InviteParticipants && succeeds {
            self.report_full_roster();
        }
        Some(())
    }

    /// Reports the roster when a call between two becomes a group call: everybody who is present, and everybody who has
    /// left, because replies may have named them.
    fn report_full_roster(&mut self) {
        let call = self.plan.call;
        if !call.state().is_live() || call.is_group() != Some(false) {
            return;
        }
        let gone = call.roster.left().map(roster::gone);
        let participants: Vec<Participant> = call.participants().cloned().chain(gone).collect();
        if !participants.is_empty() {
            self.plan.roster(participants);
        }
    }

    fn stop_hold_music(&mut self, id: &OperationId) {
        let music = self.plan.call.hold_music().filter(|music| music.operation == *id);
        if let Some(music) = music.cloned() {
            self.plan.serve(ServiceEvent::HoldMusicStopped(music.into()));
        }
    }

    fn share(&mut self, id: Id, change: ChangeType) -> Option<()> {
        let call = self.plan.call;
        require(call.state().lies_in(Superstate::Connected))?;
        let is_shared = call.content_sharing.has(&id);
        let sharing = ContentSharing::new(id);
        match change {
            ChangeType::Created if is_shared => {}
            ChangeType::Created => self.plan.record(CallEvent::ContentSharingStarted(sharing)),
            _ if !is_shared => return None,
            ChangeType::Updated => self.plan.serve(ServiceEvent::ContentSharingUpdated(sharing)),
            ChangeType::Deleted | ChangeType::Other(_) => {
                self.plan.record(CallEvent::ContentSharingEnded(sharing));
            }
        }
        Some(())
    }
}

fn require(holds: bool) -> Option<()> {
    holds.then_some(())
}

/// Merges the reports about the same participant, because a delta can contain a participant only once.
fn merge_reports(participants: &[Participant]) -> Vec<Participant> {
    let mut merged: Vec<Participant> = Vec::new();
    let mut places: BTreeMap<Id, usize> = BTreeMap::new();
    for reported in participants {
        let reported = roster::reported(reported.clone(), &Resource::Participants, false);
        let id = reported.id.value().cloned();
        let place = id.map_or(merged.len(), |id| *places.entry(id).or_insert(merged.len()));
        match merged.get_mut(place) {
            Some(known) => {
                known.pair(&reported, Merge);
                known.removed_state = reported.removed_state;
            }
            None => merged.push(reported),
        }
    }
    merged
}
