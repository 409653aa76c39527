//! Network events in the reference model.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::super::course::Move;
use super::data::Model;
use super::line::{End, Line, RecordedParticipant};
use crate::call::deadline::Deadline;
use crate::call::network_event::{EndStatus, Ending, NetworkEvent, StopReason};
use crate::call::state::State;
use crate::graph::media::MediaState;
use crate::graph::operation::{CompletionReason, OperationKind};
use crate::graph::participant::Participant;
use crate::graph::result::ResultInfo;
use crate::graph::tone::Tone;
use crate::id::Id;
use crate::{graph, operation};

impl Model {
    pub(super) fn happen(&mut self, one: &Move, network_event: &NetworkEvent) -> bool {
        let Some(line) = self.calls.get_mut(&one.call) else { return false };
        if let NetworkEvent::OperationFinished { operation, status, ending } = network_event {
            let Some(succeeds) = line.finish_operation(operation, *status, ending) else { return false };
            let invitation = line.invitations.get(operation).filter(|_| succeeds);
            // Nobody comes into a call that has ended, so the other call stays.
            let is_live = line.outline.state != State::Terminated;
            let replaces = invitation.and_then(|invitation| invitation.replaces).filter(|_| is_live);
            let invited = invitation.map(|invitation| invitation.invited.clone()).unwrap_or_default();
            self.replace(replaces, &invited, one);
            return true;
        }
        let replaces = line.replaces.filter(|_| matches!(network_event, NetworkEvent::TransferCompleted(_)));
        let is_legal = line.takes(network_event);
        if is_legal {
            line.take(network_event, one.at);
            self.replace(replaces, &[], one);
        }
        is_legal
    }
}

impl Line {
    fn takes(&self, network_event: &NetworkEvent) -> bool {
        use State::{
            Established, Establishing, Hold, Incoming, Redirecting, Ringing, Terminated, TransferAccepted,
            Transferring,
        };
        let state = self.outline.state;
        match network_event {
            NetworkEvent::Offered(_) | NetworkEvent::OperationFinished { .. } => false,
            NetworkEvent::Alerted => state == Establishing,
            NetworkEvent::Connected(_) => matches!(state, Establishing | Ringing),
            NetworkEvent::AudioChanged(_) => !matches!(state, Incoming | Redirecting | Terminated),
            NetworkEvent::Held => state == Established,
            NetworkEvent::Resumed => state == Hold,
            NetworkEvent::TransferAccepted => state == Transferring,
            NetworkEvent::TransferFailed(_) => matches!(state, Transferring | TransferAccepted),
            NetworkEvent::TransferCompleted(_) => state == TransferAccepted,
            NetworkEvent::RedirectAnswered(_) => state == Redirecting,
            NetworkEvent::HungUp(_) | NetworkEvent::MediaFailed(_) | NetworkEvent::RosterChanged(_) => {
                state != Terminated
            }
            NetworkEvent::ParticipantJoining(joining) => {
                let asked = i64::try_from(self.recorded_participants.len()).unwrap_or(i64::MAX);
                let is_here = |id| {
                    self.recorded_participants.contains_key(id) || self.outline.participants.contains_key(id)
                };
                let is_new = joining.id.value().is_some_and(|id| !is_here(id));
                self.is_connected() && self.records && is_new && asked + 1 < self.capacity
            }
            NetworkEvent::ParticipantJoiningAnswered { participant_id, response } => {
                let is_asked =
                    self.recorded_participants.get(participant_id).is_some_and(|one| !one.is_accepted);
                is_asked && response.odata_type.is_some()
            }
            NetworkEvent::ParticipantLeft(id) => self.recorded_participants.contains_key(id),
            NetworkEvent::TonePressed(_) => self.is_connected() || self.is_audible(),
            NetworkEvent::PromptFinished(_) => !self.media.is_empty() && self.recording().is_none(),
            NetworkEvent::RecordingStarted { .. } => {
                self.media.front().is_some_and(|head| head.recording.is_some())
            }
            NetworkEvent::SpeechStarted | NetworkEvent::SpeechEnded | NetworkEvent::RecordingFinished(_) => {
                self.recording().is_some()
            }
            NetworkEvent::ContentSharingStarted(_) => self.is_connected(),
            NetworkEvent::ContentSharingUpdated(id) | NetworkEvent::ContentSharingEnded(id) => {
                self.is_connected() && self.outline.sharing.contains(id)
            }
        }
    }

    /// Applies a legal network event.
    fn take(&mut self, network_event: &NetworkEvent, at: Timestamp) {
        match network_event {
            NetworkEvent::Offered(_)
            | NetworkEvent::OperationFinished { .. }
            | NetworkEvent::ContentSharingUpdated(_) => {}
            NetworkEvent::Alerted => self.outline.state = State::Ringing,
            NetworkEvent::Connected(reported) => self.connect(reported.as_deref()),
            NetworkEvent::AudioChanged(audio) => self.outline.audio = Some(audio.clone()),
            NetworkEvent::Held => self.outline.state = State::Hold,
            NetworkEvent::Resumed | NetworkEvent::TransferFailed(_) => {
                self.outline.state = State::Established
            }
            NetworkEvent::TransferAccepted => self.outline.state = State::TransferAccepted,
            NetworkEvent::TransferCompleted(_)
            | NetworkEvent::RedirectAnswered(_)
            | NetworkEvent::HungUp(_)
            | NetworkEvent::MediaFailed(_) => self.end(),
            NetworkEvent::RosterChanged(reported) => self.change_roster(reported),
            NetworkEvent::TonePressed(tone) => self.receive_tone(tone, at),
            NetworkEvent::PromptFinished(ending) => self.finish_prompt(ending, at),
            NetworkEvent::ParticipantJoining(joining) => {
                let mut participant = (**joining).clone();
                participant.removed_state.take();
                let one = RecordedParticipant { participant, is_accepted: false };
                self.recorded_participants.extend(joining.id.value().map(|id| (id.clone(), one)));
            }
            NetworkEvent::ParticipantJoiningAnswered { participant_id, response } => {
                let Some(one) = self.recorded_participants.remove(participant_id) else { return };
                let accepts =
                    response.odata_type.as_ref().is_some_and(|name| *name == "acceptJoinResponse".into());
                if accepts {
                    self.change_roster(core::slice::from_ref(&one.participant));
                    self.recorded_participants
                        .insert(participant_id.clone(), RecordedParticipant { is_accepted: true, ..one });
                }
            }
            NetworkEvent::ParticipantLeft(id) => self.leave(id),
            NetworkEvent::RecordingStarted { .. } => self.begin_recording(at),
            NetworkEvent::SpeechStarted => self.disarm(&[Deadline::InitialSilence, Deadline::Silence]),
            NetworkEvent::SpeechEnded => {
                let silence = self.recording().map_or(0, |recording| recording.silence);
                self.arm(Deadline::Silence, at, silence);
            }
            NetworkEvent::RecordingFinished(reason) => {
                let fails = match reason {
                    StopReason::InitialSilence => true,
                    StopReason::Silence | StopReason::MaxDuration | StopReason::StopTone => false,
                    StopReason::Result(result) => has_failed(result),
                };
                self.finish_media(if fails { End::Failed } else { End::Completed }, at);
            }
            NetworkEvent::ContentSharingStarted(id) => _ = self.outline.sharing.insert(id.clone()),
            NetworkEvent::ContentSharingEnded(id) => _ = self.outline.sharing.remove(id),
        }
    }

    fn connect(&mut self, reported: Option<&graph::call::Call>) {
        self.outline.state = State::Established;
        self.disarm(&[Deadline::Ring]);
        if let Some(reported) = reported {
            self.learn(reported);
        }
        let (app, app_is) = (self.app.clone(), self.app_is.clone());
        if app.is_some() {
            self.join(app, app_is);
        }
        let (other, other_is) = self.other.clone();
        self.join(other, other_is);
    }

    fn learn(&mut self, reported: &graph::call::Call) {
        let audio: Option<&MediaState> = reported.media_state.value().and_then(|media| media.audio.value());
        self.outline.audio = audio.cloned().or_else(|| self.outline.audio.take());
        self.app = reported.my_participant_id.value().cloned().or_else(|| self.app.take());
        self.has_chat |= reported.chat_info.value().is_some();
        self.outline.is_group |= self.has_chat || reported.meeting_info.value().is_some();
    }

    /// Applies a roster. If it lists a participant several times, the last entry says whether the participant
    /// is still in the call, and every entry sets the members that it has.
    fn change_roster(&mut self, reported: &[Participant]) {
        let mut merged: BTreeMap<&Id, (Option<bool>, bool, Vec<Id>)> = BTreeMap::new();
        let mut order: Vec<&Id> = Vec::new();
        for one in reported {
            let Some(id) = one.id.value() else { continue };
            if !merged.contains_key(id) {
                order.push(id);
            }
            let known = merged.entry(id).or_default();
            known.0 = one.is_muted.value().copied().or(known.0);
            known.1 = one.removed_state.value().is_some();
            if let Some(info) = one.info.value() {
                let set = info.identity.value().into_iter();
                let identities = set.flat_map(|set| set.identities());
                known.2 = identities.filter_map(|identity| identity.id.value().cloned()).collect();
            }
        }
        for id in order {
            let Some((muted, is_gone, identities)) = merged.get(id) else { continue };
            // The id that this service made for the participant is no longer used.
            let made = identities.first().map(|identity| self.made_id(identity));
            if let Some(made) = made.filter(|made| made != id && self.outline.participants.contains_key(made))
            {
                self.leave(&made);
            }
            let has_left = self.muted.contains_key(id) && !self.outline.participants.contains_key(id);
            self.entry(id, *muted);
            if !identities.is_empty() {
                self.identities.insert(id.clone(), identities.clone());
            }
            if *is_gone && has_left {
                self.outline.participants.remove(id);
            } else if *is_gone {
                self.leave(id);
            }
        }
    }

    fn receive_tone(&mut self, tone: &Tone, at: Timestamp) {
        if self.is_subscribed {
            self.outline.tones.push(tone.clone());
        }
        let sign = match tone.as_str() {
            "pound" => "#",
            "star" => "*",
            name => name.trim_start_matches("tone"),
        };
        let names = |stop: &alloc::string::String| stop == sign || stop == tone.as_str();
        if self.recording().is_some_and(|recording| recording.stop_tones.iter().any(names)) {
            self.finish_media(End::Completed, at);
        }
    }

    fn finish_prompt(&mut self, ending: &Ending, at: Timestamp) {
        let records = self.media.front().is_some_and(|head| head.recording.is_some());
        match ending.result_info.as_deref() {
            Some(result) if has_failed(result) => self.finish_media(End::Failed, at),
            Some(_) | None if records => self.begin_recording(at),
            Some(_) | None => self.finish_media(End::Completed, at),
        }
    }

    /// Ends an operation and returns whether it succeeded; `None` if no such operation can end now.
    fn finish_operation(&mut self, id: &Id, status: EndStatus, ending: &Ending) -> Option<bool> {
        let (_, kind, state) = self.outline.operations.iter().find(|(known, ..)| known == id)?;
        let (kind, is_settled) =
            (*kind, matches!(state, operation::state::State::Completed | operation::state::State::Failed));
        if is_settled || self.media.iter().any(|media| media.operation == *id) {
            return None;
        }
        let is_good = ending.completion_reason.as_ref().is_none_or(|reason| {
            matches!(reason, CompletionReason::CompletedSuccessfully | CompletionReason::StopToneDetected)
        });
        let has_failed = ending.result_info.as_deref().is_some_and(has_failed);
        let succeeds = status == EndStatus::Completed && is_good && !has_failed;
        self.settle(id, if status == EndStatus::Failed { End::Failed } else { End::Completed });
        if !succeeds && self.music.as_ref() == Some(id) {
            self.stop_music();
        }
        if succeeds && kind == OperationKind::InviteParticipants {
            self.outline.is_group = true;
            let invited = self.invitations.get(id).map(|one| one.invited.clone()).unwrap_or_default();
            self.welcome(&invited);
        }
        Some(succeeds)
    }
}

fn has_failed(result: &ResultInfo) -> bool {
    result.code.value().is_some_and(|code| *code != 0 && code / 100 != 2)
}
