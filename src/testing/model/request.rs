//! Requests of the app in the reference model.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "each table but the first lists only a few of the methods"
)]

use alloc::string::String;
use alloc::vec::Vec;

use jiff::Timestamp;
use serde_json::Value;

use super::super::course::Move;
use super::body;
use super::data::Model;
use super::line::{End, Invitation, Invited, Line, Media, Recording, shown};
use crate::call::deadline::Deadline;
use crate::call::state::State;
use crate::graph::method::Method;
use crate::graph::operation::OperationKind;
use crate::id::{CallId, Id};
use crate::operation::state::State::{Completed, Running};

impl Model {
    /// Makes a request, or returns the status with which it is refused.
    pub(super) fn request(
        &mut self,
        one: &Move,
        method: Method,
        item: Option<&Id>,
        body: &Value,
    ) -> Result<(), u16> {
        let known = self.calls.get(&one.call);
        // A device may report the quality of a call that has ended, or that the service does not know.
        if method != Method::LogTeleconferenceDeviceQuality {
            must(known.is_some_and(|line| line.is_live() && line.has(method, item)), 404)?;
        }
        must(body::is_permitted(one.permissions, method, known, body), 403)?;
        must(body::is_right(method, body), 400)?;
        must(known.is_none_or(|line| line.is_of_kind(method) && line.suits(method, body)), 400)?;
        let replaces = replaced(method, body);
        must(replaces.is_none_or(|other| self.can_be_replaced(other, one.call, one.at)), 400)?;
        let Some(line) = self.calls.get_mut(&one.call) else { return Ok(()) };
        must(line.allows(method) && line.is_free_for(method, item), 409)?;
        line.answer(method, item, body, one);
        Ok(())
    }

    /// Places a call, or returns the status with which the request is refused.
    pub(super) fn place(&mut self, one: &Move, body: &Value) -> Result<(), u16> {
        must(body::is_permitted(one.permissions, Method::CreateCall, None, body), 403)?;
        must(body::is_right(Method::CreateCall, body), 400)?;
        must(self.begin(one.call, || Line::placed(one.call, body, one.at)), 409)
    }
}

const fn must(holds: bool, status: u16) -> Result<(), u16> {
    if holds { Ok(()) } else { Err(status) }
}

/// The parts of a request that a call needs.
struct Request<'a> {
    /// The id of the operation that the request begins.
    id: Id,
    at: Timestamp,
    item: Option<&'a Id>,
    body: &'a Value,
}

impl Line {
    /// Whether a method is for calls of this kind.
    fn is_of_kind(&self, method: Method) -> bool {
        let app_hosts = self.is_service_hosted == Some(false);
        let service_hosts = self.is_service_hosted == Some(true);
        match method {
            Method::PlayPrompt | Method::RecordResponse | Method::SubscribeToTone | Method::SendDtmfTones => {
                !app_hosts
            }
            Method::Mute | Method::Unmute => self.outline.is_group,
            Method::ChangeScreenSharingRole => self.outline.is_group && !service_hosts,
            Method::UpdateRecordingStatus => self.records,
            _ => true,
        }
    }

    /// Whether a method is legal in the state of this call.
    fn allows(&self, method: Method) -> bool {
        let app_hosts = self.is_service_hosted == Some(false);
        match method {
            Method::CreateCall => false,
            Method::Answer | Method::Reject | Method::Redirect => self.outline.state == State::Incoming,
            Method::Transfer => self.is_up(),
            Method::PlayPrompt | Method::RecordResponse | Method::SubscribeToTone | Method::SendDtmfTones => {
                self.is_up() || self.is_audible()
            }
            Method::CancelMediaProcessing => (self.is_up() || self.is_audible()) && !app_hosts,
            Method::Mute
            | Method::Unmute
            | Method::ChangeScreenSharingRole
            | Method::UpdateRecordingStatus
            | Method::Invite
            | Method::MuteParticipant
            | Method::DeleteParticipant
            | Method::StartHoldMusic
            | Method::StopHoldMusic
            | Method::AddLargeGalleryView
            | Method::MuteAll
            | Method::ConfigureMixer
            | Method::UpdateMetadata
            | Method::CreateAudioRoutingGroup => self.is_connected(),
            Method::KeepAlive
            | Method::DeleteCall
            | Method::GetCall
            | Method::ListParticipants
            | Method::GetParticipant
            | Method::GetOperation
            | Method::ListAudioRoutingGroups
            | Method::ListContentSharingSessions => self.is_live(),
            Method::LogTeleconferenceDeviceQuality => true,
        }
    }

    /// Whether a body that is right for other calls suits this call.
    fn suits(&self, method: Method, body: &Value) -> bool {
        match method {
            Method::Transfer => body.get("transferee").is_some() == self.outline.is_group,
            Method::Invite => {
                let invited = list(body, "participants");
                invited.len() < 2 || self.has_chat || replaced(method, body).is_some()
            }
            _ => true,
        }
    }

    /// Whether nobody or the right participant is on hold.
    fn is_free_for(&self, method: Method, item: Option<&Id>) -> bool {
        match method {
            Method::StartHoldMusic => self.outline.on_hold.is_none(),
            Method::StopHoldMusic => self.outline.on_hold.as_ref() == item,
            _ => true,
        }
    }

    /// Whether the participant or the operation that a request names exists.
    fn has(&self, method: Method, item: Option<&Id>) -> bool {
        let takes_part = || item.is_some_and(|id| self.outline.participants.contains_key(id));
        match method {
            Method::GetParticipant
            | Method::MuteParticipant
            | Method::StartHoldMusic
            | Method::StopHoldMusic => takes_part(),
            Method::DeleteParticipant => takes_part() || self.invitation(item).is_some(),
            Method::GetOperation => self.outline.operations.iter().any(|(known, ..)| Some(known) == item),
            _ => true,
        }
    }

    /// Applies a legal request.
    fn answer(&mut self, method: Method, item: Option<&Id>, body: &Value, one: &Move) {
        let request = Request { id: one.new_id().into(), at: one.at, item, body };
        match method {
            Method::Answer | Method::Reject | Method::Redirect => self.decide(method, &request),
            Method::Transfer => {
                self.outline.state = State::Transferring;
                self.replaces = replaced(method, body);
            }
            Method::KeepAlive => {
                if !matches!(self.outline.state, State::Incoming | State::Redirecting | State::Terminating) {
                    self.keep_alive(one.at);
                }
            }
            Method::DeleteCall => {
                self.outline.state = State::Terminating;
                let ends = [Deadline::Answer, Deadline::Redirect, Deadline::Ring, Deadline::KeepAlive];
                self.disarm(&ends);
            }
            Method::PlayPrompt | Method::RecordResponse => self.play(method, request),
            Method::Invite => self.invite(request),
            Method::DeleteParticipant => self.remove(item),
            Method::CreateAudioRoutingGroup => {
                let id = body.get("id").and_then(Value::as_str).map(Id::from);
                self.groups.retain(|known| Some(known) != id.as_ref());
                self.groups.extend(id);
            }
            method => self.work(method, request),
        }
    }

    fn decide(&mut self, method: Method, request: &Request<'_>) {
        self.disarm(&[Deadline::Answer]);
        if method == Method::Answer {
            self.outline.state = State::Establishing;
            self.host(request.body);
            self.capacity = number(request.body, "participantCapacity", 0);
            self.keep_alive(request.at);
        } else if method == Method::Redirect {
            self.outline.state = State::Redirecting;
            let usual = if list(request.body, "targets").len() > 1 { 60 } else { 55 };
            self.arm(Deadline::Redirect, request.at, number(request.body, "timeout", usual));
        } else {
            self.end();
        }
    }

    fn play(&mut self, method: Method, request: Request<'_>) {
        let body = request.body;
        let records = method == Method::RecordResponse;
        if records && body.get("bargeInAllowed").and_then(Value::as_bool) == Some(true) {
            self.cancel_media();
        }
        let recording = records.then(|| Recording {
            has_prompt: !list(body, "prompts").is_empty(),
            has_begun: false,
            initial_silence: number(body, "initialSilenceTimeoutInSeconds", 5),
            silence: number(body, "maxSilenceTimeoutInSeconds", 5),
            duration: number(body, "maxRecordDurationInSeconds", 5),
            stop_tones: list(body, "stopTones").iter().filter_map(text).collect(),
        });
        self.queue(Media { operation: request.id, recording }, request.at);
    }

    /// Begins an invitation. If an invited participant replaces a call, that participant is invited alone.
    fn invite(&mut self, request: Request<'_>) {
        let invited = list(request.body, "participants");
        let replaces = replaced(Method::Invite, request.body);
        let alone = invited.iter().find(|one| replaces.is_some() && one.get("replacesCallId").is_some());
        let invited = alone.map_or(invited, core::slice::from_ref);
        let invitation = Invitation { invited: invited.iter().map(named).collect(), replaces };
        self.invitations.insert(request.id.clone(), invitation);
        self.begin(request.id, OperationKind::InviteParticipants, Running);
    }

    /// The first pending invitation that names this participant.
    fn invitation(&self, item: Option<&Id>) -> Option<&Id> {
        let item = item?;
        let invites = |id: &Id| {
            let invitation = self.invitations.get(id);
            invitation
                .is_some_and(|one| one.invited.iter().flat_map(|one| &one.names).any(|name| name == item))
        };
        let mut pending = self.outline.operations.iter().filter(|(.., state)| *state == Running);
        pending.find(|(id, ..)| invites(id)).map(|(id, ..)| id)
    }

    /// Removes a participant, or withdraws the invitation of one who has not joined yet.
    fn remove(&mut self, item: Option<&Id>) {
        let Some(id) = item else { return };
        if self.outline.participants.contains_key(id) {
            self.leave(id);
        } else if let Some(operation) = self.invitation(item).cloned() {
            let invited = self.invitations.get_mut(&operation).map(|one| &mut one.invited);
            let is_last = invited.is_none_or(|invited| {
                invited.retain(|one| !one.names.contains(id));
                invited.is_empty()
            });
            if is_last {
                self.settle(&operation, End::Failed);
            }
        }
    }

    /// The other methods: operations that complete with their reply, operations that end later, and queries.
    fn work(&mut self, method: Method, request: Request<'_>) {
        let (kind, state) = match method {
            Method::SubscribeToTone => (OperationKind::SubscribeToTone, Completed),
            Method::SendDtmfTones => (OperationKind::SendDtmfTones, Running),
            Method::CancelMediaProcessing => (OperationKind::CancelMediaProcessing, Completed),
            Method::UpdateRecordingStatus => (OperationKind::UpdateRecordingStatus, Completed),
            Method::AddLargeGalleryView => (OperationKind::AddLargeGalleryView, Running),
            Method::Mute | Method::MuteParticipant => (OperationKind::MuteParticipant, Completed),
            Method::Unmute => (OperationKind::UnmuteParticipant, Completed),
            Method::StartHoldMusic => (OperationKind::StartHoldMusic, Running),
            Method::StopHoldMusic => (OperationKind::StopHoldMusic, Completed),
            Method::MuteAll => (OperationKind::Comms, Completed),
            Method::ConfigureMixer => (OperationKind::Comms, Running),
            _ => return,
        };
        self.begin(request.id.clone(), kind, state);
        match method {
            Method::SubscribeToTone => self.is_subscribed = true,
            Method::CancelMediaProcessing => self.cancel_media(),
            Method::Mute | Method::Unmute => self.mute(self.app.clone().as_ref(), method == Method::Mute),
            Method::MuteParticipant => self.mute(request.item, true),
            Method::MuteAll => {
                let is_other = |id: &&Id| self.app.as_ref() != Some(id);
                let others: Vec<Id> = self.outline.participants.keys().filter(is_other).cloned().collect();
                others.iter().for_each(|id| self.mute(Some(id), true));
            }
            Method::StartHoldMusic => {
                self.outline.on_hold = request.item.cloned();
                self.music = Some(request.id);
            }
            Method::StopHoldMusic => self.stop_music(),
            _ => {}
        }
    }

    fn mute(&mut self, id: Option<&Id>, is_muted: bool) {
        if let Some(id) = id.filter(|id| self.outline.participants.contains_key(id)) {
            self.entry(id, Some(is_muted));
        }
    }
}

/// The call that a request replaces.
fn replaced(method: Method, body: &Value) -> Option<CallId> {
    let named = |one: &Value| one.get("replacesCallId").and_then(Value::as_str)?.parse().ok();
    match method {
        Method::Transfer => body.get("transferTarget").and_then(named),
        Method::Invite => list(body, "participants").iter().find_map(named),
        _ => None,
    }
}

fn named(invited: &Value) -> Invited {
    Invited { names: names(invited), identity: shown(invited) }
}

/// The ids by which an invited participant can be named.
fn names(invited: &Value) -> Vec<Id> {
    let identities =
        invited.get("identity").and_then(Value::as_object).into_iter().flat_map(|set| set.values());
    let ids = identities.filter_map(|identity| identity.get("id"));
    let own = ["id", "participantId"].into_iter().filter_map(|name| invited.get(name));
    ids.chain(own).filter_map(Value::as_str).map(Id::from).collect()
}

fn list<'a>(body: &'a Value, name: &str) -> &'a [Value] {
    body.get(name).and_then(Value::as_array).map_or(&[], |list| list)
}

fn number(body: &Value, name: &str, usual: i64) -> i64 {
    body.get(name).and_then(Value::as_i64).unwrap_or(usual)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(Into::into)
}
