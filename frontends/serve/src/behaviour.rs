//! What happens by itself: the other side answers, prompts end, transfers succeed.
//!
//! It follows from the events of a call alone, so a service that is started again goes on where it stopped.

use std::collections::BTreeMap;

use callfold::call::{CallEnd, CallEvent, Ending, MediaRequest, NetworkEvent, ServiceEvent, Transition};
use callfold::graph::{
    self, CallMediaState, EndCode, InvitationParticipantInfo, MediaState, OperationKind, ParticipantInfo,
};
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::{Call, CallId, Id, OperationId, Recorded, Secret};
use serde::{Deserialize, Serialize};

use crate::seed::Seed;

/// How long what happens by itself takes, in the time of the service's clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct ByItself {
    /// From `answer` to the established call.
    pub connect: SignedDuration,
    /// How long a callee rings before they answer.
    pub ring: SignedDuration,
    /// How long a prompt lasts.
    pub prompt: SignedDuration,
    /// From an invitation to its end.
    pub invite: SignedDuration,
    /// From a transfer to its acceptance.
    pub transfer_accepted: SignedDuration,
    /// From the acceptance of a transfer to its end.
    pub transfer_completed: SignedDuration,
    /// From DELETE to the end of the call.
    pub end: SignedDuration,
    /// How long each tone lasts that the app sends.
    pub tone: SignedDuration,
}

impl Default for ByItself {
    fn default() -> Self {
        Self {
            connect: SignedDuration::from_millis(200),
            ring: SignedDuration::from_secs(1),
            prompt: SignedDuration::from_secs(2),
            invite: SignedDuration::from_secs(1),
            transfer_accepted: SignedDuration::from_millis(500),
            transfer_completed: SignedDuration::from_millis(500),
            end: SignedDuration::from_millis(50),
            tone: SignedDuration::from_millis(300),
        }
    }
}

/// Why something will happen. If the cause no longer stands at its time, it does not happen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The call made this step, and has made no other since.
    Step { revision: u64 },
    /// This prompt or recording is the first in the queue.
    First(OperationId),
    /// This operation is pending.
    Pending(OperationId),
    /// A scenario says so.
    Scenario,
}

/// Something that will happen.
#[derive(Clone, Debug)]
pub(crate) struct Happening {
    pub(crate) at: Timestamp,
    pub(crate) cause: Cause,
    pub(crate) event: NetworkEvent,
}

/// What is remembered of each live call.
#[derive(Clone, Debug, Default)]
struct Watched {
    /// The revision of the latest step.
    step: u64,
    /// The first prompt or recording in the queue.
    first: Option<OperationId>,
    /// The first target of a redirect.
    redirected_to: Option<ParticipantInfo>,
}

/// The behaviour of the network.
#[derive(Debug)]
pub(crate) struct Behaviour {
    delays: Option<ByItself>,
    seed: Seed,
    base_url: String,
    calls: BTreeMap<CallId, Watched>,
}

impl Behaviour {
    /// Without delays, nothing happens by itself but what belongs to a request: a call ends after DELETE.
    pub(crate) const fn new(delays: Option<ByItself>, seed: Seed, base_url: String) -> Self {
        Self { delays, seed, base_url, calls: BTreeMap::new() }
    }

    pub(crate) fn clear(&mut self) {
        self.calls.clear();
    }

    pub(crate) fn forget(&mut self, call: CallId) {
        self.calls.remove(&call);
    }

    /// What follows from an event. `call` is the call right after it. `has_callee` says that a scenario decides what
    /// becomes of the call before it is established.
    pub(crate) fn after(&mut self, call: &Call, recorded: &Recorded, has_callee: bool) -> Vec<Happening> {
        let mut will = Vec::new();
        if !call.state().is_live() {
            self.calls.remove(&call.id());
            return will;
        }
        let watched = self.calls.entry(call.id()).or_default();
        let Some(at) = recorded.at else { return will };
        let first = call.media_queue().next().map(|(id, _)| id.clone());
        let is_new_first = watched.first != first;
        watched.first.clone_from(&first);
        let is_step =
            matches!(recorded.event, CallEvent::Step(..) | CallEvent::Placed(_) | CallEvent::Offered(_));
        if is_step {
            watched.step = recorded.revision;
        }
        if let CallEvent::Service(ServiceEvent::RedirectRequested(request)) = &recorded.event {
            watched.redirected_to =
                request.targets.value().and_then(|targets| targets.first()).map(answering);
        }
        let redirected_to = watched.redirected_to.clone();
        let Some(delays) = &self.delays else { return will };
        if is_step {
            let cause = Cause::Step { revision: recorded.revision };
            let step = self.after_step(call, recorded, delays, has_callee, redirected_to);
            will.extend(step.and_then(|(delay, event)| happening(at, delay, cause, event)));
        }
        if is_new_first {
            will.extend(self.media(call, at, delays));
        }
        will.extend(operation(call, recorded, at, delays));
        will
    }

    /// True if something with this cause can still happen.
    pub(crate) fn stands(&self, call: &Call, cause: &Cause) -> bool {
        let watched = self.calls.get(&call.id());
        match cause {
            Cause::Step { revision } => watched.is_some_and(|watched| watched.step == *revision),
            Cause::First(id) => watched.is_some_and(|watched| watched.first.as_ref() == Some(id)),
            Cause::Pending(id) => call.operations().by_id(id).is_some_and(|operation| operation.is_pending()),
            Cause::Scenario => call.state().is_live(),
        }
    }

    /// What follows from a step of the call, and after which time.
    fn after_step(
        &self,
        call: &Call,
        recorded: &Recorded,
        delays: &ByItself,
        has_callee: bool,
        redirected_to: Option<ParticipantInfo>,
    ) -> Option<(SignedDuration, NetworkEvent)> {
        let is_meeting = call.details().meeting_info.value().is_some();
        let CallEvent::Step(step, _) = &recorded.event else {
            let is_placed = matches!(recorded.event, CallEvent::Placed(_)) && !has_callee;
            return is_placed.then(|| match is_meeting {
                true => (delays.connect, self.connected(call)),
                // The ringing is a step, and the answer follows from it.
                false => (SignedDuration::ZERO, NetworkEvent::Alerted),
            });
        };
        match step {
            Transition::Alerted if has_callee => None,
            Transition::Alerted => Some((delays.ring, self.connected(call))),
            Transition::Answered => Some((delays.connect, self.connected(call))),
            Transition::TransferStarted => Some((delays.transfer_accepted, NetworkEvent::TransferAccepted)),
            Transition::TransferAccepted => {
                Some((delays.transfer_completed, NetworkEvent::TransferCompleted(CallEnd::default())))
            }
            Transition::Redirected => {
                redirected_to.map(|target| (delays.ring, NetworkEvent::RedirectAnswered(Box::new(target))))
            }
            Transition::TerminationStarted => Some((delays.end, NetworkEvent::hung_up(EndCode::AppEnded))),
            Transition::Established
            | Transition::Held
            | Transition::Resumed
            | Transition::TransferFailed
            | Transition::Terminated => None,
        }
    }

    /// The other side picks up: the app is a participant, and audio flows.
    pub(crate) fn connected(&self, call: &Call) -> NetworkEvent {
        let mut reported = graph::Call::default();
        let mut media = CallMediaState::default();
        media.audio = MediaState::Active.into();
        reported.media_state = Box::new(media).into();
        if call.details().my_participant_id.value().is_none() {
            reported.my_participant_id = Id::from(self.seed.id(&format!("participant/{}", call.id()))).into();
        }
        NetworkEvent::Connected(Some(Box::new(reported)))
    }

    /// What a prompt or a recording does that is the first in the queue now.
    fn media(&self, call: &Call, at: Timestamp, delays: &ByItself) -> Option<Happening> {
        let (id, request) = call.media_queue().next()?;
        let cause = Cause::First(id.clone());
        match request {
            MediaRequest::PlayPrompt(_) => {
                happening(at, delays.prompt, cause, NetworkEvent::PromptFinished(Ending::completed()))
            }
            MediaRequest::RecordResponse(request) => {
                let has_prompt = request.prompts.value().is_some_and(|prompts| !prompts.is_empty());
                let prompt = if has_prompt { delays.prompt } else { SignedDuration::ZERO };
                happening(at, prompt, cause, self.recording(call.id(), id))
            }
            _ => None,
        }
    }

    /// The recording begins, and the app can fetch it later.
    pub(crate) fn recording(&self, call: CallId, operation: &OperationId) -> NetworkEvent {
        NetworkEvent::RecordingStarted {
            location: Some(format!("{}/recordings/{call}/{operation}.wav", self.base_url)),
            access_token: Some(Secret::new(recording_token(self.seed, call, operation))),
        }
    }
}

/// The token with which the app fetches a recording.
fn recording_token(seed: Seed, call: CallId, operation: &OperationId) -> String {
    seed.id(&format!("recording/{call}/{operation}")).simple().to_string()
}

fn happening(at: Timestamp, delay: SignedDuration, cause: Cause, event: NetworkEvent) -> Option<Happening> {
    Some(Happening { at: at.checked_add(delay).ok()?, cause, event })
}

/// The target of a redirect, as the one who answers.
fn answering(target: &InvitationParticipantInfo) -> ParticipantInfo {
    let mut answered = ParticipantInfo::default();
    answered.identity = target.identity.clone();
    answered
}

/// An operation ends by itself that has begun.
fn operation(call: &Call, recorded: &Recorded, at: Timestamp, delays: &ByItself) -> Option<Happening> {
    let CallEvent::OperationCreated(created) = &recorded.event else { return None };
    let id = created.id.value()?;
    let operation = call.operations().by_id(id)?;
    if !operation.is_pending() {
        return None;
    }
    let takes = [
        (OperationKind::InviteParticipants, delays.invite),
        (OperationKind::AddLargeGalleryView, delays.invite),
        (OperationKind::StopHoldMusic, delays.end),
        (OperationKind::SendDtmfTones, delays.tone),
    ];
    let (_, delay) = takes.into_iter().find(|(kind, _)| *kind == operation.kind())?;
    let event = NetworkEvent::operation_finished(id.clone(), Ending::completed());
    happening(at, delay, Cause::Pending(id.clone()), event)
}
