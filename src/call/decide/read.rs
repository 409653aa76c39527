//! Requests that read the call, and the audio routing groups.

use alloc::boxed::Box;

use super::super::event::ServiceEvent;
use super::super::reply::{Body, Reply};
use super::deciding::Deciding;
use crate::graph::media::{AudioRoutingGroup, AudioRoutingGroups, ContentSharingSession};
use crate::graph::method::Item;
use crate::graph::participant::Participant;
use crate::id::{OperationId, ParticipantId};
use crate::refusal::Refusal;

impl Deciding<'_> {
    pub(super) fn list_participants(&self) -> Reply {
        Reply::with(Body::Participants(self.plan.call.participants().map(Participant::typed).collect()))
    }

    pub(super) fn get_participant(&self, id: &ParticipantId) -> Result<Reply, Refusal> {
        let known = self.plan.call.roster.participant(id);
        let participant = known.ok_or_else(|| self.unknown(Item::Participant, id))?;
        Ok(Reply::with(Body::Participant(Box::new(participant.typed()))))
    }

    pub(super) fn get_operation(&self, id: &OperationId) -> Result<Reply, Refusal> {
        let known = self.plan.call.operations.by_id(id);
        let known = known.ok_or_else(|| self.unknown(Item::Operation, id))?;
        Ok(Reply::with(Body::Operation(Box::new(known.full()))))
    }

    pub(super) fn list_content_sharing_sessions(&self) -> Reply {
        let sessions = self.plan.call.content_sharing().map(ContentSharingSession::typed);
        Reply::with(Body::ContentSharingSessions(sessions.collect()))
    }

    pub(super) fn list_audio_routing_groups(&self) -> Reply {
        let groups = self.plan.call.details().audio_routing_groups.value().into_iter();
        Reply::with(Body::AudioRoutingGroups(groups.flat_map(AudioRoutingGroups::iter).cloned().collect()))
    }

    pub(super) fn create_audio_routing_group(&mut self, group: Box<AudioRoutingGroup>) -> Reply {
        self.plan.serve(ServiceEvent::AudioRoutingGroupCreated(group.clone().into()));
        Reply::with(Body::AudioRoutingGroup(group))
    }
}
