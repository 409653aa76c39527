//! Turns a network event into recorded events.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::data::Call;
use super::event::{CallEvent, RecordingProgress, ServiceEvent};
use super::event::{ContentSharing, JoinAnswered, RecordedParticipant, Recording};
use super::joining::Joining;
use super::network_event::{
    CallEnd, EndStatus, Ending, NetworkEvent, NetworkEventKind, StopReason, TransferFailure,
};
use super::plan::{Plan, ended};
use super::service_data::Queued;
use super::state::{Media, State, Superstate, Transition};
use super::{details, roster};
use crate::graph;
use crate::graph::call::CallDirection;
use crate::graph::end_code::EndCode;
use crate::graph::identity::{InvitationParticipantInfo, ParticipantInfo};
use crate::graph::media::{CallMediaState, MediaState};
use crate::graph::member::{Member, Members, Merge};
use crate::graph::notification::ChangeType;
use crate::graph::operation::{CompletionReason, OperationKind};
use crate::graph::participant::Participant;
use crate::graph::participant_notification::{JoinAnswer, ParticipantJoiningResponse};
use crate::graph::tone::{Tone, ToneInfo};
use crate::graph::url::Resource;
use crate::id::{CallId, Id, OperationId, ParticipantId};
use crate::operation::Operation;
use crate::record::recorded::Recorded;
use crate::refusal::{Refusal, Why};
use crate::secret::Secret;

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
    /// let hung_up = NetworkEvent::hung_up(EndCode::CalleeNotReached);
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
                let (call, mut events) = call.caught_up(at);
                events.extend(call.on_network_event_now(network_event, at)?);
                Ok(events)
            }
        }
    }

    /// The events with which this call ends because another call replaces it. If an invitation replaces it, the app
    /// is told who is in the call, together with those whom the invitation named.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] if the call has ended.
    pub(crate) fn on_replaced(
        &self,
        invited: Option<&[InvitationParticipantInfo]>,
        at: Timestamp,
    ) -> Result<Vec<Recorded>, Refusal> {
        let (call, mut events) = self.caught_up(at);
        if !call.can_happen(NetworkEventKind::HungUp) {
            return Err(call.refuse_network_event(NetworkEventKind::HungUp, ""));
        }
        let mut plan = Plan::new(&call, call.not_before(at));
        if let Some(invited) = invited {
            let joining = call.joining(invited.iter().map(Joining::invited));
            plan.report_roster(call.participants().cloned().chain(joining).collect());
        }
        plan.end(EndCode::TransferSucceeded);
        events.extend(plan.events);
        Ok(events)
    }

    fn on_network_event_now(
        &self,
        network_event: NetworkEvent,
        at: Timestamp,
    ) -> Result<Vec<Recorded>, Refusal> {
        let kind = network_event.kind();
        let mut network_plan = NetworkPlan { plan: Plan::new(self, self.not_before(at)) };
        // Some depend on one operation or participant alone. A call can have thousands of them.
        let depends_on_one = matches!(
            kind,
            NetworkEventKind::OperationFinished | NetworkEventKind::ParticipantJoiningAnswered
        );
        let may_happen = depends_on_one || self.can_happen(kind);
        let planned = if may_happen { network_plan.plan_for(network_event) } else { Err("") };
        match planned {
            Ok(()) => Ok(network_plan.plan.events),
            Err(part) => Err(self.refuse_network_event(kind, part)),
        }
    }

    fn refuse_network_event(&self, kind: NetworkEventKind, part: &str) -> Refusal {
        let why = if self.can_happen(kind) { Why::Part(part.into()) } else { Why::State };
        let others = NetworkEventKind::ALL.iter().filter(|other| **other != kind && self.can_happen(**other));
        let legal = others.copied().collect();
        Refusal { legal, ..Refusal::new(kind, Some(self.state), why) }
    }

    /// True if a network event of this kind can happen now. The plan of a network event only adds what depends on
    /// its operation or its content.
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
            NetworkEventKind::ParticipantJoining => is_connected && self.can_record_another(),
            NetworkEventKind::ParticipantJoiningAnswered => {
                self.recorded_participants().any(|(_, is_accepted)| !is_accepted)
            }
            NetworkEventKind::ParticipantLeft => self.recorded_participants().next().is_some(),
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
    details::chain(&mut reported, id);
    Recorded::new(id, 1, Some(at), CallEvent::Offered(details::some(reported)))
}

/// The error is the part of the call that cannot have the network event.
type Planned = Result<(), &'static str>;

/// The planned events of a network event that can happen now. An error names the operation, the participant or the content
/// that cannot have it.
struct NetworkPlan<'a> {
    plan: Plan<'a>,
}

impl NetworkPlan<'_> {
    fn plan_for(&mut self, network_event: NetworkEvent) -> Planned {
        match network_event {
            NetworkEvent::Offered(_) => {}
            NetworkEvent::Alerted => self.plan.step(Transition::Alerted),
            NetworkEvent::Connected(reported) => self.connect(reported),
            NetworkEvent::AudioChanged(audio) => self.change_audio(audio),
            NetworkEvent::Held => self.plan.step(Transition::Held),
            NetworkEvent::Resumed => self.plan.step(Transition::Resumed),
            NetworkEvent::TransferAccepted => self.plan.step(Transition::TransferAccepted),
            NetworkEvent::TransferFailed(failure) => self.fail_transfer(failure),
            NetworkEvent::TransferCompleted(end) => self.complete_transfer(end),
            NetworkEvent::RedirectAnswered(target) => self.answer_redirect(target),
            NetworkEvent::HungUp(end) => self.plan.end(or_usual(end, || EndCode::PeerEnded.into())),
            NetworkEvent::MediaFailed(result_info) => {
                let end = CallEnd { result_info, ..CallEnd::default() };
                self.plan.end(or_usual(end, || EndCode::MediaConnectivityFailed.into()));
            }
            NetworkEvent::RosterChanged(participants) => self.change_roster(participants),
            NetworkEvent::ParticipantJoining(participant) => self.announce_join(*participant)?,
            NetworkEvent::ParticipantJoiningAnswered { participant_id, response } => {
                self.answer_join(participant_id, response)?;
            }
            NetworkEvent::ParticipantLeft(id) => self.leave(id)?,
            NetworkEvent::TonePressed(tone) => self.receive_tone(tone),
            NetworkEvent::PromptFinished(ending) => self.finish_prompt(ending),
            NetworkEvent::RecordingStarted { location, access_token } => {
                self.progress(RecordingProgress::Started, location, access_token);
            }
            NetworkEvent::SpeechStarted => self.progress(RecordingProgress::SpeechStarted, None, None),
            NetworkEvent::SpeechEnded => self.progress(RecordingProgress::SpeechEnded, None, None),
            NetworkEvent::RecordingFinished(reason) => self.plan.stop_recording(reason),
            NetworkEvent::OperationFinished { operation, status, ending } => {
                self.finish_operation(&operation, status, ending)?;
            }
            NetworkEvent::ContentSharingStarted(id) => self.share(id, ChangeType::Created)?,
            NetworkEvent::ContentSharingUpdated(id) => self.share(id, ChangeType::Updated)?,
            NetworkEvent::ContentSharingEnded(id) => self.share(id, ChangeType::Deleted)?,
        }
        Ok(())
    }

    fn connect(&mut self, reported: Option<Box<graph::call::Call>>) {
        let reported = reported
            .and_then(|reported| details::news(details::reported(reported), self.plan.call.details()));
        let becomes_group = reported.as_ref().is_some_and(|reported| reported.is_group() == Some(true));
        let joining = self.plan.call.joining_as_connected(reported.as_deref());
        self.plan.record(CallEvent::Step(Transition::Established, reported));
        self.join(joining, becomes_group);
    }

    /// Puts participants on the roster. When a call between two becomes a group call, everybody is reported: those who
    /// are present, and those who have left, because replies may have named them.
    fn join(&mut self, joining: Vec<Participant>, becomes_group: bool) {
        let call = self.plan.call;
        if !call.state().is_live() {
            return;
        }
        let mut participants = Vec::new();
        if becomes_group && call.is_group() == Some(false) {
            participants.extend(call.participants().cloned().chain(call.roster.left().map(roster::gone)));
        }
        participants.extend(joining);
        if !participants.is_empty() {
            self.plan.roster(participants);
        }
    }

    fn change_audio(&mut self, audio: MediaState) {
        if self.plan.call.audio() != Some(&audio) {
            let state = CallMediaState { audio: audio.into(), ..CallMediaState::default() };
            let reported =
                graph::call::Call { media_state: Box::new(state).into(), ..graph::call::Call::default() };
            self.plan.record(CallEvent::DetailsChanged(Some(reported.into())));
        }
    }

    /// True if the app transfers the call to somebody with whom it is in another call.
    fn is_consultative(&self) -> bool {
        let target = self.plan.call.transfer().and_then(|transfer| transfer.transfer_target.value());
        target.is_some_and(|target| target.replaces_call_id.value().is_some())
    }

    fn fail_transfer(&mut self, failure: TransferFailure) {
        let TransferFailure { result_info, replaces_context } = failure;
        let usual = || {
            let is_consultative = self.is_consultative();
            let code =
                if is_consultative { EndCode::ConsultativeTransferFailed } else { EndCode::TransferFailed };
            Box::new(code.result_info())
        };
        let mut reported = graph::call::Call {
            result_info: result_info.unwrap_or_else(usual).into(),
            ..graph::call::Call::default()
        };
        if let Some(context) = replaces_context {
            reported.other.insert("replacesContext".into(), context.into());
        }
        self.plan.record(CallEvent::Step(Transition::TransferFailed, Some(reported.into())));
    }

    fn complete_transfer(&mut self, end: CallEnd) {
        let is_consultative = self.is_consultative();
        self.plan.end(or_usual(end, || match is_consultative {
            true => CallEnd::because("AppTransferred"),
            false => EndCode::TransferCompletedGracefully.into(),
        }));
    }

    fn answer_redirect(&mut self, target: Box<ParticipantInfo>) {
        let reported = graph::call::Call {
            answered_by: target.into(),
            termination_reason: Member::Value("AppRedirected".into()),
            ..graph::call::Call::default()
        };
        self.plan.record(CallEvent::Step(Transition::Terminated, Some(reported.into())));
    }

    fn change_roster(&mut self, participants: Vec<Participant>) {
        let mut after = self.plan.call.roster.clone();
        let mut news = merge_reports(&participants);
        // Participants with an id come first, in the same order as when a bot observes the roster. Somebody without an id can
        // be one of them.
        news.sort_by_key(|one| one.id.value().is_none());
        let mut changes = Vec::new();
        for mut one in news {
            self.plan.call.name(&after, &mut one);
            let stand_in = self.plan.call.stand_in(&after, &one);
            changes.extend(stand_in.filter(|gone| after.learn(gone, None).is_some()));
            if after.learn(&one, None).is_some() {
                changes.push(one);
            }
        }
        let changes = merge_reports(&changes);
        if !changes.is_empty() {
            self.plan.roster(changes);
        }
    }

    fn announce_join(&mut self, participant: Participant) -> Planned {
        let mut participant = roster::reported(participant, &Resource::Participants, false);
        // Somebody who is about to join has not left.
        participant.removed_state.take();
        self.plan.call.name(&self.plan.call.roster, &mut participant);
        let call = self.plan.call;
        let is_known = |id: &ParticipantId| {
            call.recorded_participant(id).is_some() || call.roster.participant(id).is_some()
        };
        if participant.id.value().is_none_or(is_known) {
            return Err(
                "a participant who has no id, is in the call, or about whom the app was asked already",
            );
        }
        self.plan.serve(ServiceEvent::JoinAnnounced(participant.into()));
        Ok(())
    }

    /// An accepted participant joins. Any other is no longer a matter of this call.
    fn answer_join(
        &mut self,
        participant_id: ParticipantId,
        response: Box<ParticipantJoiningResponse>,
    ) -> Planned {
        let asked = self.plan.call.recorded_participant(&participant_id).filter(|one| !one.is_accepted);
        let (answer, participant) = response
            .answer()
            .zip(asked.map(|one| one.participant.clone()))
            .ok_or("an answer that does not accept, reject or invite a new bot, or that nobody waits for")?;
        self.plan.serve(ServiceEvent::JoinAnswered(JoinAnswered::new(participant_id, response).into()));
        if answer == JoinAnswer::Accept {
            self.change_roster([Arc::unwrap_or_clone(participant)].into());
        }
        Ok(())
    }

    fn leave(&mut self, id: ParticipantId) -> Planned {
        self.plan.call.recorded_participant(&id).ok_or("a participant about whom the app was not asked")?;
        match self.plan.call.roster.participant(&id).map(roster::gone) {
            Some(gone) => self.plan.roster([gone].into()),
            None => self.plan.serve(ServiceEvent::RecordedParticipantLeft(RecordedParticipant::new(id))),
        }
        Ok(())
    }

    fn receive_tone(&mut self, tone: Tone) {
        let call = self.plan.call;
        let head = call.head().filter(|head| head.recording.is_some());
        let stops = head.and_then(|head| head.record()).is_some_and(|request| request.is_stopped_by(&tone));
        if call.operations.has_success(OperationKind::SubscribeToTone) {
            let last = call.tones().last().and_then(|tone| tone.sequence_id.value().copied()).unwrap_or(0);
            let sequence_id = last.saturating_add(1).into();
            let reported = ToneInfo { sequence_id, tone: tone.into(), ..ToneInfo::default() };
            self.plan.record(CallEvent::ToneReceived(reported.into()));
        }
        if stops {
            self.plan.stop_recording(StopReason::StopTone);
        }
    }

    fn finish_prompt(&mut self, ending: Ending) {
        let records = self.plan.call.head().is_some_and(|head| head.record().is_some());
        if ending.is_failure() {
            self.plan.finish_head(ended(EndStatus::Failed, ending));
        } else if records {
            self.progress(RecordingProgress::Started, None, None);
        } else {
            let usual = || Ending::with_result(EndCode::PromptPlayed.result_info());
            self.plan.finish_head(ended(EndStatus::Completed, or_usual(ending, usual)));
        }
    }

    /// The recording at the head of the media queue makes progress.
    fn progress(
        &mut self,
        progress: RecordingProgress,
        recording_location: Option<String>,
        recording_access_token: Option<Secret<String>>,
    ) {
        if let Some(head) = self.plan.call.head() {
            let operation = head.operation.clone();
            let mut recording = Recording::new(operation);
            recording.recording_location = recording_location;
            recording.recording_access_token = recording_access_token;
            self.plan.serve(ServiceEvent::Recording(progress, recording.into()));
        }
    }

    /// Ends an operation outside the media queue. Prompts and recordings have network events of their own.
    fn finish_operation(&mut self, id: &OperationId, status: EndStatus, ending: Ending) -> Planned {
        let call = self.plan.call;
        let known = call.operations.by_id(id).filter(|operation| call.can_finish(operation));
        let (operation, id) = known
            .and_then(|operation| Some((operation, operation.id()?)))
            .ok_or("an operation that is unknown, has ended or is in the media queue")?;
        let sends_tones = operation.kind() == OperationKind::SendDtmfTones && status == EndStatus::Completed;
        let usual = || Ending {
            completion_reason: sends_tones.then_some(CompletionReason::CompletedSuccessfully),
            ..Ending::default()
        };
        self.plan.settle(id.clone(), operation.kind(), ended(status, or_usual(ending, usual)));
        let succeeds = self.plan.events.iter().any(|recorded| call.succeeded(&recorded.event).is_some());
        if operation.kind() == OperationKind::StartHoldMusic && !succeeds {
            self.stop_hold_music(id);
        }
        if operation.kind() == OperationKind::InviteParticipants && succeeds {
            self.join(call.joining(operation.invited().map(Joining::invited)), true);
        }
        Ok(())
    }

    fn stop_hold_music(&mut self, id: &OperationId) {
        let music = self.plan.call.hold_music().filter(|music| music.operation == *id);
        if let Some(music) = music.cloned() {
            self.plan.serve(ServiceEvent::HoldMusicStopped(music.into()));
        }
    }

    fn share(&mut self, id: Id, change: ChangeType) -> Planned {
        let call = self.plan.call;
        let is_shared = call.content_sharing.has(&id);
        let sharing = ContentSharing::new(id);
        match change {
            ChangeType::Created if is_shared => {}
            ChangeType::Created => self.plan.record(CallEvent::ContentSharingStarted(sharing)),
            _ if !is_shared => return Err("content that nobody shares"),
            ChangeType::Updated => self.plan.serve(ServiceEvent::ContentSharingUpdated(sharing)),
            ChangeType::Deleted | ChangeType::Other(_) => {
                self.plan.record(CallEvent::ContentSharingEnded(sharing));
            }
        }
        Ok(())
    }
}

/// What was reported, or the usual if nothing was.
fn or_usual<T: Default + PartialEq>(reported: T, usual: impl FnOnce() -> T) -> T {
    if reported == T::default() { usual() } else { reported }
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
