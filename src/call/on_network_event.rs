//! Network events: the service turns what the network does into events of a call.

use alloc::boxed::Box;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::event::{CallEvent, RecordingProgress, ServiceEvent};
use super::network_event::{Ending, NetworkEvent, StopReason};
use super::payload::{ContentSharing, MediaRequest, Recording};
use super::plan::{Plan, completed, completed_because, failed};
use super::state::{Media, State, Superstate, Transition};
use super::{Call, details, roster};
use crate::graph::{
    self, CallDirection, CallMediaState, ChangeType, CompletionReason, EndCode, MediaState, Member, Members,
    Merge, OperationKind, Participant, ParticipantInfo, Resource, Tone, ToneInfo,
};
use crate::operation::Operation;
use crate::{CallId, Id, OperationId, Recorded, Refusal, Why};

impl Call {
    /// What the network does to a call becomes its events. What was due before it happens first, so that late polling
    /// cannot change the log.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] where the call is not where that can happen; there are no events then.
    ///
    /// ```
    /// use callfold::call::{Call, NetworkEvent};
    /// use callfold::graph::EndCode;
    /// use callfold::Recorded;
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let call = Call::begin(line.parse()?)?;
    /// let at = "2026-11-23T09:15:02Z".parse()?;
    /// let events = Call::on_network_event(Some(&call), call.id(), NetworkEvent::HungUp(EndCode::CalleeNotReached), at)?;
    /// assert_eq!(events[0].event.kind().as_str(), "terminated");
    ///
    /// let refusal = Call::on_network_event(Some(&call), call.id(), NetworkEvent::Held, at).unwrap_err();
    /// assert!(refusal.legal.contains(&"alerted"));
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
                let refusal = Refusal::new(network_event.name(), None, Why::State);
                Err(Refusal { legal: ["offered"].into(), ..refusal })
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
        let name = network_event.name();
        let mut network_plan = NetworkPlan { plan: Plan::new(self, at) };
        match network_plan.take(network_event) {
            Some(()) => Ok(network_plan.plan.events),
            None => {
                let mut legal = self.legal_network_events();
                let is_legal = legal.contains(&name);
                legal.retain(|one| *one != name);
                let why = if is_legal { Why::Part("what it names".into()) } else { Why::State };
                Err(Refusal { legal, ..Refusal::new(name, Some(self.state), why) })
            }
        }
    }

    /// The names of the stimuli that can happen now.
    fn legal_network_events(&self) -> Vec<&'static str> {
        let after = |transition| self.state.after(transition).is_some();
        let records = self.head().is_some_and(|head| head.recording.is_some());
        let plays = self.head().is_some_and(|head| head.recording.is_none());
        let is_connected = self.state.lies_in(Superstate::Connected);
        let is_live = self.state.is_live();
        let all = [
            ("alerted", after(Transition::Alerted)),
            ("connected", after(Transition::Established)),
            ("held", after(Transition::Held)),
            ("resumed", after(Transition::Resumed)),
            ("transferAccepted", after(Transition::TransferAccepted)),
            ("transferFailed", after(Transition::TransferFailed)),
            ("transferCompleted", self.state == State::TransferAccepted),
            ("redirectAnswered", self.state == State::Redirecting),
            ("hungUp", is_live),
            ("mediaFailed", is_live),
            ("audioChanged", self.has_media()),
            ("rosterChanged", is_live),
            ("tonePressed", is_connected || self.is_audible()),
            ("promptFinished", plays),
            ("recordingStarted", self.head().is_some_and(|head| head.record().is_some())),
            ("speechStarted", records),
            ("speechEnded", records),
            ("recordingFinished", records),
            ("contentSharingStarted", is_connected),
            ("contentSharingUpdated", is_connected && !self.content_sharing().is_empty()),
            ("contentSharingEnded", is_connected && !self.content_sharing().is_empty()),
        ];
        let is_queued = |one: &Operation| self.queue().iter().any(|queued| one.is_called(&queued.operation));
        let pending =
            self.operations().iter().any(|one| one.is_pending() && one.id().is_some() && !is_queued(one));
        let named = all.into_iter().filter(|(_, is_legal)| *is_legal).map(|(name, _)| name);
        named.chain(pending.then_some("operationFinished")).collect()
    }

    /// True where media can be there: the call is no more offered, nor on its way elsewhere.
    fn has_media(&self) -> bool {
        self.state.meaning().media != Media::None
    }
}

fn offered(id: CallId, offer: &graph::Call, at: Timestamp) -> Recorded {
    let mut reported = details::first(Box::new(offer.clone()));
    reported.direction = CallDirection::Incoming.into();
    Recorded::new(id, 1, Some(at), CallEvent::Offered(details::some(reported)))
}

/// A reaction in the making; `None` where the call is not where the stimulus can happen.
struct NetworkPlan<'a> {
    plan: Plan<'a>,
}

impl NetworkPlan<'_> {
    fn take(&mut self, network_event: NetworkEvent) -> Option<()> {
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
                let started = Recording {
                    operation,
                    recording_location: location,
                    recording_access_token: access_token,
                };
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
        must(self.plan.call.state().is_live())?;
        self.plan.end(code);
        Some(())
    }

    fn end_from(&mut self, state: State, code: EndCode) -> Option<()> {
        must(self.plan.call.state() == state)?;
        self.end(code)
    }

    fn connect(&mut self, reported: Option<Box<graph::Call>>) -> Option<()> {
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
        must(self.plan.call.has_media())?;
        if self.plan.call.audio() != Some(&audio) {
            let state = CallMediaState { audio: audio.into(), ..CallMediaState::default() };
            let reported = graph::Call { media_state: Box::new(state).into(), ..graph::Call::default() };
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
        must(self.plan.call.state() == State::Redirecting)?;
        let reported = graph::Call {
            answered_by: target.into(),
            termination_reason: Member::Value("AppRedirected".into()),
            ..graph::Call::default()
        };
        self.plan.record(CallEvent::Step(Transition::Terminated, Some(reported.into())));
        Some(())
    }

    fn change_roster(&mut self, participants: Vec<Participant>) -> Option<()> {
        must(self.plan.call.state().is_live())?;
        let mut after = self.plan.call.roster.clone();
        let mut news = merged(&participants);
        // Those with an id first, as hearing takes them.
        news.sort_by_key(|one| one.id.value().is_none());
        news.retain(|one| after.learn(one, None));
        if !news.is_empty() {
            self.plan.roster(news);
        }
        Some(())
    }

    fn receive_tone(&mut self, tone: Tone) -> Option<()> {
        let call = self.plan.call;
        must(call.state().lies_in(Superstate::Connected) || call.is_audible())?;
        let is_subscription = |kind| kind == OperationKind::SubscribeToTone;
        let mut subscriptions = call.operations().iter().filter(|one| is_subscription(one.kind()));
        let head = call.head().filter(|head| head.recording.is_some());
        let stops = head.and_then(|head| head.record()).is_some_and(|request| request.is_stopped_by(&tone));
        if subscriptions.any(|operation| operation.is_success()) {
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

    /// Prompts and recordings have stimuli of their own: they stand in a queue.
    fn finish_operation(&mut self, id: &OperationId, ending: Ending) -> Option<()> {
        let call = self.plan.call;
        let operation = call.operations().iter().find(|operation| operation.is_called(id))?;
        must(operation.is_pending())?;
        must(call.queue().iter().all(|queued| !operation.is_called(&queued.operation)))?;
        let id = operation.id()?;
        let end = match ending {
            Ending::Completed if operation.kind() == OperationKind::SendDtmfTones => {
                completed_because(CompletionReason::CompletedSuccessfully)
            }
            Ending::Completed => completed(graph::ResultInfo::plain(200, 0)),
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

    /// A call between two that becomes a group call tells who is there by then. Those who are gone may be known from replies.
    fn report_full_roster(&mut self) {
        let call = self.plan.call;
        let gone = call.roster.left().map(roster::gone);
        let participants: Vec<Participant> = call.participants().cloned().chain(gone).collect();
        if call.state().is_live() && call.is_group() == Some(false) && !participants.is_empty() {
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
        must(call.state().lies_in(Superstate::Connected))?;
        let is_shared = call.content_sharing().contains(&id);
        let sharing = ContentSharing { id };
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

fn must(holds: bool) -> Option<()> {
    holds.then_some(())
}

/// One telling of each participant: a delta cannot say two things of one.
fn merged(participants: &[Participant]) -> Vec<Participant> {
    let mut merged: Vec<Participant> = Vec::new();
    for reported in participants {
        let reported = roster::reported(reported.clone(), &Resource::Participants, false);
        let same = |known: &&mut Participant| reported.id.value().is_some() && known.id == reported.id;
        match merged.iter_mut().find(same) {
            Some(known) => {
                known.pair(&reported, Merge);
                known.removed_state = reported.removed_state;
            }
            None => merged.push(reported),
        }
    }
    merged
}
