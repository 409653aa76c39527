//! The participants whom the service itself puts on the roster: the app, who is connected to it, and who accepts an
//! invitation.

use alloc::boxed::Box;
use alloc::vec::Vec;

use uuid::Uuid;

use super::data::Call;
use super::roster::{self, Roster};
use crate::graph;
use crate::graph::call::CallDirection;
use crate::graph::identity::{Identity, IdentitySet, InvitationParticipantInfo, ParticipantInfo};
use crate::graph::member::{Member, Members as _, Merge};
use crate::graph::participant::Participant;
use crate::id::{CallId, ParticipantId};

/// Somebody who joins: the description, and the id if one is known.
#[derive(Default)]
pub(super) struct Joining {
    id: Option<ParticipantId>,
    info: Option<Box<ParticipantInfo>>,
}

impl Joining {
    /// Somebody who was called or invited. `participantId` is not taken: it is the id in another call.
    pub(super) fn invited(one: &InvitationParticipantInfo) -> Self {
        if one.hidden.value() == Some(&true) {
            return Self::default();
        }
        let info = ParticipantInfo {
            endpoint_type: one.endpoint_type.clone(),
            identity: one.identity.clone(),
            language_id: one.language_id.clone(),
            region: one.region.clone(),
            ..ParticipantInfo::default()
        };
        Self { id: None, info: Some(Box::new(info)) }
    }

    /// The caller. An incoming call names the id of its participant.
    fn caller(call: &graph::call::Call) -> Self {
        let Some(source) = call.source.value() else { return Self::default() };
        let context = call.incoming_context.value().and_then(|context| context.source_participant_id.value());
        let own = source.participant_id.value().or_else(|| source.id.value());
        Self { id: context.or(own).cloned(), info: Some(source.clone()) }
    }

    /// The app, if the service told it the id of its participant.
    fn app(call: &graph::call::Call, info: Option<Box<ParticipantInfo>>) -> Self {
        let id = call.my_participant_id.value().cloned();
        Self { info: info.filter(|_| id.is_some()), id }
    }
}

impl Call {
    /// Who joins when the call is connected with these members: the app, if it is told its participant id, and the other
    /// party. Of several targets, nobody knows yet which of them picks up.
    pub(super) fn joining_as_connected(&self, reported: Option<&graph::call::Call>) -> Vec<Participant> {
        let mut known = self.details().clone();
        if let Some(reported) = reported {
            known.pair(reported, Merge);
        }
        let targets = known.targets.value().map_or(&[][..], Vec::as_slice);
        let is_incoming = self.direction() == Some(&CallDirection::Incoming);
        let (app, other) = if is_incoming {
            let is_app = |one: &&InvitationParticipantInfo| {
                one.identity.value().is_some_and(|set| set.application.value().is_some())
            };
            (targets.iter().find(is_app).and_then(|one| Joining::invited(one).info), Joining::caller(&known))
        } else {
            let only = if let [only] = targets { Joining::invited(only) } else { Joining::default() };
            (known.source.value().cloned(), only)
        };
        self.joining([Joining::app(&known, app), other])
    }

    /// The participants who join now: those who have an id or get one, and who are not in the call.
    pub(super) fn joining(&self, joining: impl IntoIterator<Item = Joining>) -> Vec<Participant> {
        let mut after = self.roster().clone();
        let mut joined = Vec::new();
        for Joining { id, info } in joining {
            let info = Member::from(info);
            let mut one = Participant { id: Member::from(id), info, ..Participant::default() };
            if one.id.value().is_none() {
                one.id = Member::from(derived(self.id(), &one));
            }
            let is_named = one.id.value().is_some();
            let is_present = one.id.value().is_some_and(|id| after.participant(id).is_some())
                || (identity(&one).is_some() && after.present_as(&one).is_some());
            if is_named && !is_present && after.learn(&one, None).is_some() {
                joined.push(one);
            }
        }
        joined
    }

    /// Gives an id to a participant who has none: the id of somebody on the roster with the same identity, or a derived one.
    pub(super) fn name(&self, roster: &Roster, one: &mut Participant) {
        if one.id.value().is_none() {
            one.id = match roster.present_as(one) {
                Some(present) => present.id.clone(),
                None => Member::from(derived(self.id(), one)),
            };
        }
    }

    /// The report that a participant has left who was on the roster under a derived id, and whom a host now reports under
    /// another id. `None` if there is no such participant.
    pub(super) fn stand_in(&self, roster: &Roster, reported: &Participant) -> Option<Participant> {
        let own = reported.id.value()?;
        let derived = derived(self.id(), reported).filter(|derived| derived != own)?;
        roster.participant(&derived).map(roster::gone)
    }
}

/// The id that the service gives to a participant whose id nobody knows: the UUID, version 5, of the participant's
/// identity in the namespace of the call. `None` if the identity has no id.
fn derived(call: CallId, participant: &Participant) -> Option<ParticipantId> {
    let id = identity(participant)?.id.value()?;
    Some(Uuid::new_v5(&call.guid(), id.normalised().as_bytes()).into())
}

/// The first identity of a participant that has an id.
fn identity(participant: &Participant) -> Option<&Identity> {
    let set = participant.info.value()?.identity.value()?;
    IdentitySet::identities(set).find(|identity| identity.id.value().is_some())
}
