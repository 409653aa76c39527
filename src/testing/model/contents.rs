//! What the reply to a request must contain. The model computes it from its outlines.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use serde_json::Value;

use super::super::course::{Move, What};
use super::data::Model;
use super::line::Line;
use crate::call::reply::Body;
use crate::call::state::State;
use crate::graph::media::{AudioRoutingGroup, ContentSharingSession};
use crate::graph::method::Method;
use crate::graph::operation::{CommsOperation, OperationKind};
use crate::graph::participant::Participant;
use crate::id::{Id, ParticipantId};
use crate::operation::state::State as Status;
use crate::operation::state::State::Running;

/// An operation: its id, its kind and its state. The state is `None` if no status is known.
type Operation = (Id, OperationKind, Option<Status>);

/// The part of the body of a reply on which the model and the service must agree.
#[derive(Debug, PartialEq)]
pub(in crate::testing) enum Contents {
    Nothing,
    Call(Option<Id>, Option<State>),
    Operation(Option<Operation>),
    /// The participants that have an id, each with true if the participant is muted.
    Participants(BTreeMap<ParticipantId, bool>),
    Participant(Option<(ParticipantId, bool)>),
    AudioRoutingGroups(Vec<Id>),
    AudioRoutingGroup(Option<Id>),
    ContentSharingSessions(BTreeSet<Id>),
}

impl Contents {
    /// The contents of a body that the service replied with.
    pub(in crate::testing) fn of(body: &Body) -> Self {
        match body {
            Body::Empty => Self::Nothing,
            Body::Call(call) => {
                Self::Call(call.id.value().cloned(), call.state.value().and_then(State::from_wire))
            }
            Body::Operation(operation) => Self::Operation(begun(operation)),
            Body::Participants(participants) => {
                Self::Participants(participants.iter().filter_map(present).collect())
            }
            Body::Participant(participant) => Self::Participant(present(participant)),
            Body::AudioRoutingGroups(groups) => {
                Self::AudioRoutingGroups(groups.iter().filter_map(group).collect())
            }
            Body::AudioRoutingGroup(created) => Self::AudioRoutingGroup(group(created)),
            Body::ContentSharingSessions(sessions) => {
                Self::ContentSharingSessions(sessions.iter().filter_map(session).collect())
            }
        }
    }
}

fn begun(operation: &CommsOperation) -> Option<Operation> {
    let id = operation.id.value()?.clone();
    Some((id, operation.kind(), Status::reported(operation)))
}

fn present(participant: &Participant) -> Option<(ParticipantId, bool)> {
    let is_muted = participant.is_muted.value().copied().unwrap_or_default();
    Some((participant.id.value()?.clone(), is_muted))
}

fn group(group: &AudioRoutingGroup) -> Option<Id> {
    group.id.value().cloned()
}

fn session(session: &ContentSharingSession) -> Option<Id> {
    session.id.value().cloned()
}

impl Model {
    /// The contents of the reply to a request that this model applied last.
    pub(in crate::testing) fn contents(&self, one: &Move) -> Contents {
        let (What::Request { method, item, body, .. }, Some(line)) = (&one.what, self.calls.get(&one.call))
        else {
            return Contents::Nothing;
        };
        line.contents(one, *method, item.as_ref(), body)
    }
}

impl Line {
    /// The contents of a reply about this call. The match names every method, so that a new method that reads
    /// something says here what its reply contains.
    fn contents(&self, one: &Move, method: Method, item: Option<&Id>, body: &Value) -> Contents {
        let (outline, new) = (&self.outline, Id::from(one.new_id()));
        match method {
            Method::CreateCall | Method::GetCall => {
                Contents::Call(Some(one.call.guid().into()), Some(outline.state))
            }
            Method::ListParticipants => Contents::Participants(outline.participants.clone()),
            Method::GetParticipant => {
                let known = item.and_then(|id| outline.participants.get_key_value(id));
                Contents::Participant(known.map(|(id, is_muted)| (id.clone(), *is_muted)))
            }
            Method::GetOperation => Contents::Operation(item.and_then(|id| self.operation(id))),
            Method::ListAudioRoutingGroups => Contents::AudioRoutingGroups(self.groups.clone()),
            // The app names the group, or nobody does.
            Method::CreateAudioRoutingGroup => {
                Contents::AudioRoutingGroup(body.get("id").and_then(Value::as_str).map(Id::from))
            }
            Method::ListContentSharingSessions => Contents::ContentSharingSessions(outline.sharing.clone()),
            // Graph's reply says that the operation runs, even if it waits in the queue.
            Method::PlayPrompt | Method::RecordResponse => {
                let operation = self.operation(&new);
                Contents::Operation(operation.map(|(id, kind, _)| (id, kind, Some(Running))))
            }
            Method::SubscribeToTone
            | Method::SendDtmfTones
            | Method::CancelMediaProcessing
            | Method::Mute
            | Method::Unmute
            | Method::MuteParticipant
            | Method::MuteAll
            | Method::UpdateRecordingStatus
            | Method::AddLargeGalleryView
            | Method::Invite
            | Method::StartHoldMusic
            | Method::StopHoldMusic
            | Method::ConfigureMixer => Contents::Operation(self.operation(&new)),
            Method::Answer
            | Method::Reject
            | Method::Redirect
            | Method::Transfer
            | Method::KeepAlive
            | Method::DeleteCall
            | Method::DeleteParticipant
            | Method::ChangeScreenSharingRole
            | Method::UpdateMetadata
            | Method::LogTeleconferenceDeviceQuality => Contents::Nothing,
        }
    }

    fn operation(&self, id: &Id) -> Option<Operation> {
        let known = self.outline.operations.iter().find(|(known, ..)| known == id);
        known.map(|(id, kind, state)| (id.clone(), *kind, Some(*state)))
    }
}
