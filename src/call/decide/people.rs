//! Requests about participants: the app itself and others.

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::event::HoldMusic;
use super::super::event::{CallEvent, ServiceEvent};
use super::super::reply::Reply;
use super::super::roster;
use super::deciding::Deciding;
use crate::graph::action::{ChangeScreenSharingRole, ClientContext, Invite, MuteAll, StartHoldMusic};
use crate::graph::media::{MediaDirection, MediaStream, Modality, ScreenSharingRole};
use crate::graph::member::Member;
use crate::graph::operation::{CommsOperation, OperationKind, OperationStatus};
use crate::graph::participant::Participant;
use crate::id::ParticipantId;
use crate::operations::is_named;
use crate::refusal::Refusal;

impl Deciding<'_> {
    /// The participant that is the app itself, if `myParticipantId` is known.
    fn app(&self) -> Option<&Participant> {
        let id = self.plan.call.details().my_participant_id.value()?;
        self.plan.call.roster.participant(id)
    }

    pub(super) fn mute_app(&mut self, request: &ClientContext, is_muted: bool) -> Reply {
        let reply = self.begin(&request.client_context);
        if let Some(app) = self.app() {
            let muted =
                Participant { id: app.id.clone(), is_muted: is_muted.into(), ..Participant::default() };
            self.plan.roster([muted].into());
        }
        reply
    }

    pub(super) fn mute_participant(&mut self, id: ParticipantId, request: &ClientContext) -> Reply {
        let reply = self.begin(&request.client_context);
        let muted = Participant { id: id.into(), is_muted: true.into(), ..Participant::default() };
        self.plan.roster([muted].into());
        reply
    }

    /// The app itself is not muted.
    pub(super) fn mute_all(&mut self, request: &MuteAll) -> Reply {
        let reply = self.begin(&request.client_context);
        let app = self.plan.call.details().my_participant_id.value();
        let others = self.plan.call.participants().filter(|one| one.id.value() != app);
        let muted: Vec<_> =
            others.map(|one| Participant { is_muted: true.into(), ..roster::named(one) }).collect();
        if !muted.is_empty() {
            self.plan.roster(muted);
        }
        reply
    }

    pub(super) fn update_metadata(&mut self, metadata: Member<String>) -> Reply {
        if let Some(app) = self.app() {
            let changed = Participant { id: app.id.clone(), metadata, ..Participant::default() };
            self.plan.roster([changed].into());
        }
        self.empty()
    }

    pub(super) fn change_screen_sharing_role(&mut self, request: &ChangeScreenSharingRole) -> Reply {
        let shares = request.role.value() == Some(&ScreenSharingRole::Sharer);
        let changed = self.app().map(|app| Participant {
            id: app.id.clone(),
            media_streams: sharing(app, shares).into(),
            ..Participant::default()
        });
        if let Some(changed) = changed {
            self.plan.roster([changed].into());
        }
        self.empty()
    }

    /// If one of several participants replaces a call, only that participant is invited.
    pub(super) fn invite(&mut self, request: Invite) -> Reply {
        let mut invited = request.participants.into_value().unwrap_or_default();
        if let Some(index) = invited.iter().position(|one| one.replaced_call().is_some()) {
            invited = [invited.swap_remove(index)].into();
        }
        let operation = self.operation(&request.client_context);
        let operation =
            operation.map(|operation| CommsOperation { participants: invited.into(), ..operation });
        // The Graph page of this action shows no header `Location`.
        Reply { location: None, ..self.record_begun(operation) }
    }

    /// Removes a participant, or withdraws a pending invitation.
    pub(super) fn delete_participant(&mut self, id: ParticipantId) -> Reply {
        match self.plan.call.roster.participant(&id).map(roster::gone) {
            Some(gone) => self.plan.roster([gone].into()),
            None => _ = self.withdraw(&id),
        }
        self.empty()
    }

    /// Withdraws an invitation. When the last invitation of an operation is withdrawn, the operation is
    /// cancelled.
    fn withdraw(&mut self, id: &ParticipantId) -> Option<()> {
        let operation = self.plan.call.operations.invitation(id)?;
        let others: Vec<_> = operation.invited().filter(|one| !is_named(one, id)).cloned().collect();
        if others.is_empty() {
            self.plan.cancel(operation.id()?.clone(), OperationKind::InviteParticipants);
        } else {
            let left = CommsOperation {
                odata_type: Some(OperationKind::InviteParticipants.type_name().into()),
                id: operation.id()?.clone().into(),
                participants: others.into(),
                ..CommsOperation::default()
            };
            self.plan.record(CallEvent::OperationUpdated(left.into()));
        }
        Some(())
    }

    pub(super) fn start_hold_music(
        &mut self,
        id: ParticipantId,
        request: &StartHoldMusic,
    ) -> Result<Reply, Refusal> {
        if self.plan.call.on_hold().is_some() {
            let part = "a second participant (one participant at a time can be on hold)";
            return Err(self.conflict(part));
        }
        let reply = self.begin(&request.client_context);
        let music = HoldMusic::new(id, self.new_id.clone());
        self.plan.serve(ServiceEvent::HoldMusicStarted(music.into()));
        Ok(reply)
    }

    pub(super) fn stop_hold_music(
        &mut self,
        id: ParticipantId,
        request: &ClientContext,
    ) -> Result<Reply, Refusal> {
        if self.plan.call.on_hold() != Some(&id) {
            return Err(self.conflict("a participant who is not on hold"));
        }
        let mut operation = self.operation(&request.client_context);
        if let Some(operation) = operation.as_mut().filter(|_| self.hold_music_stops_later) {
            operation.status = OperationStatus::Running.into();
        }
        let reply = self.record_begun(operation);
        let music = HoldMusic::new(id, self.new_id.clone());
        self.plan.serve(ServiceEvent::HoldMusicStopped(music.into()));
        Ok(reply)
    }
}

/// The media streams of the app when it begins or stops sharing a screen.
fn sharing(app: &Participant, shares: bool) -> Vec<MediaStream> {
    let mut streams = app.media_streams.value().cloned().unwrap_or_default();
    let is_screen =
        |stream: &MediaStream| stream.media_type.value() == Some(&Modality::VideoBasedScreenSharing);
    if !streams.iter().any(is_screen) {
        let screen = Modality::VideoBasedScreenSharing.into();
        streams.push(MediaStream { media_type: screen, ..MediaStream::default() });
    }
    let direction = if shares { MediaDirection::SendOnly } else { MediaDirection::ReceiveOnly };
    for stream in streams.iter_mut().filter(|stream| is_screen(stream)) {
        stream.direction = direction.to_owned().into();
    }
    streams
}
