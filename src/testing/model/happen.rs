//! What the network does, as the reference has it.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::super::course::Move;
use super::Model;
use super::line::{End, Line};
use crate::call::{Deadline, Ending, State, Stimulus, StopReason};
use crate::graph::{self, CompletionReason, MediaState, OperationKind, Participant, Tone};
use crate::{Id, operation};

impl Model {
    pub(super) fn happen(&mut self, one: &Move, stimulus: &Stimulus) -> bool {
        let Some(line) = self.calls.get_mut(&one.call) else { return false };
        if let Stimulus::OperationFinished(id, ending) = stimulus {
            let Some(succeeds) = line.finish_operation(id, ending) else { return false };
            let replaces = line.invitations.get(id).filter(|_| succeeds).and_then(|invited| invited.replaces);
            self.replace(replaces, one.call, one.at);
            return true;
        }
        let replaces = line.replaces.filter(|_| *stimulus == Stimulus::TransferCompleted);
        let is_legal = line.takes(stimulus);
        if is_legal {
            line.take(stimulus, one.at);
            self.replace(replaces, one.call, one.at);
        }
        is_legal
    }
}

impl Line {
    fn takes(&self, stimulus: &Stimulus) -> bool {
        use State::{
            Established, Establishing, Hold, Incoming, Redirecting, Ringing, Terminated, TransferAccepted,
            Transferring,
        };
        let state = self.outline.state;
        match stimulus {
            Stimulus::Offered(_) | Stimulus::OperationFinished(..) => false,
            Stimulus::Alerted => state == Establishing,
            Stimulus::Connected(_) => matches!(state, Establishing | Ringing),
            Stimulus::AudioChanged(_) => !matches!(state, Incoming | Redirecting | Terminated),
            Stimulus::Held => state == Established,
            Stimulus::Resumed => state == Hold,
            Stimulus::TransferAccepted => state == Transferring,
            Stimulus::TransferFailed => matches!(state, Transferring | TransferAccepted),
            Stimulus::TransferCompleted => state == TransferAccepted,
            Stimulus::RedirectAnswered(_) => state == Redirecting,
            Stimulus::HungUp(_) | Stimulus::MediaFailed | Stimulus::RosterChanged(_) => state != Terminated,
            Stimulus::TonePressed(_) => self.is_connected() || self.is_audible(),
            Stimulus::PromptFinished(_) => !self.media.is_empty() && self.recording().is_none(),
            Stimulus::RecordingStarted { .. } => {
                self.media.front().is_some_and(|head| head.recording.is_some())
            }
            Stimulus::SpeechStarted | Stimulus::SpeechEnded | Stimulus::RecordingFinished(_) => {
                self.recording().is_some()
            }
            Stimulus::ContentSharingStarted(_) => self.is_connected(),
            Stimulus::ContentSharingUpdated(id) | Stimulus::ContentSharingEnded(id) => {
                self.is_connected() && self.outline.sharing.contains(id)
            }
        }
    }

    /// What a stimulus does that is legal.
    fn take(&mut self, stimulus: &Stimulus, at: Timestamp) {
        match stimulus {
            Stimulus::Offered(_) | Stimulus::OperationFinished(..) | Stimulus::ContentSharingUpdated(_) => {}
            Stimulus::Alerted => self.outline.state = State::Ringing,
            Stimulus::Connected(told) => self.connect(told.as_deref()),
            Stimulus::AudioChanged(audio) => self.outline.audio = Some(audio.clone()),
            Stimulus::Held => self.outline.state = State::Hold,
            Stimulus::Resumed | Stimulus::TransferFailed => self.outline.state = State::Established,
            Stimulus::TransferAccepted => self.outline.state = State::TransferAccepted,
            Stimulus::TransferCompleted
            | Stimulus::RedirectAnswered(_)
            | Stimulus::HungUp(_)
            | Stimulus::MediaFailed => self.end(),
            Stimulus::RosterChanged(told) => self.change_roster(told),
            Stimulus::TonePressed(tone) => self.press(tone, at),
            Stimulus::PromptFinished(ending) => self.finish_prompt(ending, at),
            Stimulus::RecordingStarted { .. } => self.begin_recording(at),
            Stimulus::SpeechStarted => self.disarm(&[Deadline::InitialSilence, Deadline::Silence]),
            Stimulus::SpeechEnded => {
                let silence = self.recording().map_or(0, |recording| recording.silence);
                self.arm(Deadline::Silence, at, silence);
            }
            Stimulus::RecordingFinished(reason) => {
                let fails = matches!(reason, StopReason::InitialSilence | StopReason::Failed(_));
                self.finish_media(if fails { End::Failed } else { End::Completed }, at);
            }
            Stimulus::ContentSharingStarted(id) => _ = self.outline.sharing.insert(id.clone()),
            Stimulus::ContentSharingEnded(id) => _ = self.outline.sharing.remove(id),
        }
    }

    fn connect(&mut self, told: Option<&graph::Call>) {
        self.outline.state = State::Established;
        self.disarm(&[Deadline::Ring]);
        let Some(told) = told else { return };
        let audio: Option<&MediaState> = told.media_state.value().and_then(|media| media.audio.value());
        self.outline.audio = audio.cloned().or_else(|| self.outline.audio.take());
        self.app = told.my_participant_id.value().cloned().or_else(|| self.app.take());
        self.has_chat |= told.chat_info.value().is_some();
        self.outline.is_group |= self.has_chat || told.meeting_info.value().is_some();
    }

    /// Of several tellings of one participant the last says whether there is one; each says what it names.
    fn change_roster(&mut self, told: &[Participant]) {
        let mut merged: BTreeMap<&Id, (Option<bool>, bool)> = BTreeMap::new();
        let mut order: Vec<&Id> = Vec::new();
        for one in told {
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
            self.seat(id, *muted);
            if *is_gone {
                self.leave(id);
            }
        }
    }

    fn press(&mut self, tone: &Tone, at: Timestamp) {
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

    /// Whether the operation was a success; `None` where it is not one that can be over.
    fn finish_operation(&mut self, id: &Id, ending: &Ending) -> Option<bool> {
        let (_, kind, state) = self.outline.operations.iter().find(|(known, ..)| known == id)?;
        let (kind, is_settled) =
            (*kind, matches!(state, operation::State::Completed | operation::State::Failed));
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
