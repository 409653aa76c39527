//! Network events in the reference model.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::super::course::Move;
use super::data::Model;
use super::line::{End, Line};
use crate::call::deadline::Deadline;
use crate::call::network_event::{Ending, NetworkEvent, StopReason};
use crate::call::state::State;
use crate::graph::media::MediaState;
use crate::graph::operation::{CompletionReason, OperationKind};
use crate::graph::participant::Participant;
use crate::graph::tone::Tone;
use crate::id::Id;
use crate::{graph, operation};

impl Model {
    pub(super) fn happen(&mut self, one: &Move, network_event: &NetworkEvent) -> bool {
        let Some(line) = self.calls.get_mut(&one.call) else { return false };
        if let NetworkEvent::OperationFinished(id, ending) = network_event {
            let Some(succeeds) = line.finish_operation(id, ending) else { return false };
            let replaces = line.invitations.get(id).filter(|_| succeeds).and_then(|invited| invited.replaces);
            self.replace(replaces, one.call, one.at);
            return true;
        }
        let replaces = line.replaces.filter(|_| *network_event == NetworkEvent::TransferCompleted);
        let is_legal = line.takes(network_event);
        if is_legal {
            line.take(network_event, one.at);
            self.replace(replaces, one.call, one.at);
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
            NetworkEvent::Offered(_) | NetworkEvent::OperationFinished(..) => false,
            NetworkEvent::Alerted => state == Establishing,
            NetworkEvent::Connected(_) => matches!(state, Establishing | Ringing),
            NetworkEvent::AudioChanged(_) => !matches!(state, Incoming | Redirecting | Terminated),
            NetworkEvent::Held => state == Established,
            NetworkEvent::Resumed => state == Hold,
            NetworkEvent::TransferAccepted => state == Transferring,
            NetworkEvent::TransferFailed => matches!(state, Transferring | TransferAccepted),
            NetworkEvent::TransferCompleted => state == TransferAccepted,
            NetworkEvent::RedirectAnswered(_) => state == Redirecting,
            NetworkEvent::HungUp(_) | NetworkEvent::MediaFailed | NetworkEvent::RosterChanged(_) => {
                state != Terminated
            }
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
            | NetworkEvent::OperationFinished(..)
            | NetworkEvent::ContentSharingUpdated(_) => {}
            NetworkEvent::Alerted => self.outline.state = State::Ringing,
            NetworkEvent::Connected(reported) => self.connect(reported.as_deref()),
            NetworkEvent::AudioChanged(audio) => self.outline.audio = Some(audio.clone()),
            NetworkEvent::Held => self.outline.state = State::Hold,
            NetworkEvent::Resumed | NetworkEvent::TransferFailed => self.outline.state = State::Established,
            NetworkEvent::TransferAccepted => self.outline.state = State::TransferAccepted,
            NetworkEvent::TransferCompleted
            | NetworkEvent::RedirectAnswered(_)
            | NetworkEvent::HungUp(_)
            | NetworkEvent::MediaFailed => self.end(),
            NetworkEvent::RosterChanged(reported) => self.change_roster(reported),
            NetworkEvent::TonePressed(tone) => self.receive_tone(tone, at),
            NetworkEvent::PromptFinished(ending) => self.finish_prompt(ending, at),
            NetworkEvent::RecordingStarted { .. } => self.begin_recording(at),
            NetworkEvent::SpeechStarted => self.disarm(&[Deadline::InitialSilence, Deadline::Silence]),
            NetworkEvent::SpeechEnded => {
                let silence = self.recording().map_or(0, |recording| recording.silence);
                self.arm(Deadline::Silence, at, silence);
            }
            NetworkEvent::RecordingFinished(reason) => {
                let fails = matches!(reason, StopReason::InitialSilence | StopReason::Failed(_));
                self.finish_media(if fails { End::Failed } else { End::Completed }, at);
            }
            NetworkEvent::ContentSharingStarted(id) => _ = self.outline.sharing.insert(id.clone()),
            NetworkEvent::ContentSharingEnded(id) => _ = self.outline.sharing.remove(id),
        }
    }

    fn connect(&mut self, reported: Option<&graph::call::Call>) {
        self.outline.state = State::Established;
        self.disarm(&[Deadline::Ring]);
        let Some(reported) = reported else { return };
        let audio: Option<&MediaState> = reported.media_state.value().and_then(|media| media.audio.value());
        self.outline.audio = audio.cloned().or_else(|| self.outline.audio.take());
        self.app = reported.my_participant_id.value().cloned().or_else(|| self.app.take());
        self.has_chat |= reported.chat_info.value().is_some();
        self.outline.is_group |= self.has_chat || reported.meeting_info.value().is_some();
    }

    /// Applies a roster. If it lists a participant several times, the last entry says whether the participant
    /// is still in the call, and every entry sets the members that it has.
    fn change_roster(&mut self, reported: &[Participant]) {
        let mut merged: BTreeMap<&Id, (Option<bool>, bool)> = BTreeMap::new();
        let mut order: Vec<&Id> = Vec::new();
        for one in reported {
            let Some(id) = one.id.value() else { continue };
            if !merged.contains_key(id) {
                order.push(id);
            }
            let known = merged.entry(id).or_default();
            known.0 = one.is_muted.value().copied().or(known.0);
            known.1 = one.removed_state.value().is_some();
        }
        for id in order {
            let Some((muted, is_gone)) = merged.get(id) else { continue };
            self.entry(id, *muted);
            if *is_gone {
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
        match ending {
            Ending::Failed(_) => self.finish_media(End::Failed, at),
            Ending::Completed | Ending::CompletedBecause(_) if records => self.begin_recording(at),
            Ending::Completed | Ending::CompletedBecause(_) => self.finish_media(End::Completed, at),
        }
    }

    /// Ends an operation and returns whether it succeeded; `None` if no such operation can end now.
    fn finish_operation(&mut self, id: &Id, ending: &Ending) -> Option<bool> {
        let (_, kind, state) = self.outline.operations.iter().find(|(known, ..)| known == id)?;
        let (kind, is_settled) =
            (*kind, matches!(state, operation::state::State::Completed | operation::state::State::Failed));
        if is_settled || self.media.iter().any(|media| media.operation == *id) {
            return None;
        }
        let succeeds = match ending {
            Ending::Completed => true,
            Ending::CompletedBecause(reason) => {
                matches!(reason, CompletionReason::CompletedSuccessfully | CompletionReason::StopToneDetected)
            }
            Ending::Failed(_) => false,
        };
        self.settle(id, if matches!(ending, Ending::Failed(_)) { End::Failed } else { End::Completed });
        if !succeeds && self.music.as_ref() == Some(id) {
            self.stop_music();
        }
        self.outline.is_group |= succeeds && kind == OperationKind::InviteParticipants;
        Some(succeeds)
    }
}
