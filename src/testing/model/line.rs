//! One call of the reference model.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::ToString as _;
use alloc::vec::Vec;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use uuid::Uuid;

use super::super::outline::Outline;
use crate::call::deadline::{Deadline, Due};
use crate::call::state::State;
use crate::graph::operation::OperationKind;
use crate::graph::participant::Participant;
use crate::id::{CallId, Id};
use crate::{graph, operation};

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    id: CallId,
    pub(super) outline: Outline,
    /// `None` if the media configuration of the call is not known.
    pub(super) is_service_hosted: Option<bool>,
    pub(super) has_chat: bool,
    /// The participant that is the app.
    pub(super) app: Option<Id>,
    /// The identity of the app.
    pub(super) app_is: Option<Id>,
    /// The other party of the call: the id, if it is known, and the identity.
    pub(super) other: (Option<Id>, Option<Id>),
    /// The identities of everybody who ever took part.
    pub(super) identities: BTreeMap<Id, Vec<Id>>,
    /// Whether a policy requires that the app records the call.
    pub(super) records: bool,
    /// The number of participants whom the app can record.
    pub(super) capacity: i64,
    /// The participants about whom the app was asked.
    pub(super) recorded_participants: BTreeMap<Id, RecordedParticipant>,
    /// Everybody who ever took part, and whether each was muted according to the last report.
    pub(super) muted: BTreeMap<Id, bool>,
    pub(super) media: VecDeque<Media>,
    pub(super) is_subscribed: bool,
    /// The call that the transfer replaces.
    pub(super) replaces: Option<CallId>,
    pub(super) invitations: BTreeMap<Id, Invitation>,
    /// The operation that plays the hold music.
    pub(super) music: Option<Id>,
    /// The ids of the audio routing groups. A group that is created again moves to the end.
    pub(super) groups: Vec<Id>,
}

/// A participant about whom the app was asked whether it records them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RecordedParticipant {
    pub(super) participant: Participant,
    pub(super) is_accepted: bool,
}

/// A prompt or a recording that has not ended.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Media {
    pub(super) operation: Id,
    pub(super) recording: Option<Recording>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Recording {
    pub(super) has_prompt: bool,
    pub(super) has_begun: bool,
    pub(super) initial_silence: i64,
    pub(super) silence: i64,
    pub(super) duration: i64,
    pub(super) stop_tones: Vec<alloc::string::String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Invitation {
    pub(super) invited: Vec<Invited>,
    pub(super) replaces: Option<CallId>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Invited {
    /// The ids by which the participant can be named.
    pub(super) names: Vec<Id>,
    /// `None` if the roster does not show the participant.
    pub(super) identity: Option<Id>,
}

/// How an operation ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Completed,
    Failed,
}

const ANSWER: i64 = 15;
const ANSWER_RECORDING: i64 = 5;
const KEEP_ALIVE: i64 = 45 * 60;

impl Line {
    fn begun(id: CallId, state: State, is_group: bool) -> Self {
        Self {
            id,
            outline: Outline::begun(state, is_group),
            is_service_hosted: None,
            has_chat: false,
            app: None,
            app_is: None,
            other: (None, None),
            identities: BTreeMap::new(),
            records: false,
            capacity: 0,
            recorded_participants: BTreeMap::new(),
            muted: BTreeMap::new(),
            media: VecDeque::new(),
            is_subscribed: false,
            replaces: None,
            invitations: BTreeMap::new(),
            music: None,
            groups: Vec::new(),
        }
    }

    pub(super) fn placed(id: CallId, body: &Value, at: Timestamp) -> Self {
        let has_chat = body.get("chatInfo").is_some();
        let targets = body.get("targets").and_then(Value::as_array).map_or(0, Vec::len);
        let is_group = has_chat || body.get("meetingInfo").is_some() || targets > 1;
        let mut line = Self { has_chat, ..Self::begun(id, State::Establishing, is_group) };
        let targets = body.get("targets").and_then(Value::as_array);
        if let Some([only]) = targets.map(Vec::as_slice) {
            line.other = (None, shown(only));
        }
        line.app_is = body.get("source").and_then(identity);
        line.host(body);
        line.keep_alive(at);
        if let Some(timeout) = body.get("ringingTimeoutInSeconds").and_then(Value::as_i64) {
            line.arm(Deadline::Ring, at, timeout);
        }
        line
    }

    pub(super) fn offered(id: CallId, offer: &graph::call::Call, at: Timestamp) -> Self {
        let has_chat = offer.chat_info.value().is_some();
        let targets = offer.targets.value().map_or(0, Vec::len);
        let is_silent = offer.targets.value().is_none() && offer.source.value().is_none();
        let is_group = has_chat || offer.meeting_info.value().is_some() || targets > 1 || is_silent;
        let mut line = Self { has_chat, ..Self::begun(id, State::Incoming, is_group) };
        line.meet(offer);
        let context = offer.incoming_context.value();
        let records = context.is_some_and(|context| context.observed_participant_id.value().is_some());
        line.records = records;
        line.arm(Deadline::Answer, at, if records { ANSWER_RECORDING } else { ANSWER });
        line
    }

    /// Learns who the parties of an offered call are.
    fn meet(&mut self, offer: &graph::call::Call) {
        self.app = offer.my_participant_id.value().cloned();
        let offer = serde_json::to_value(offer).unwrap_or_default();
        let is_app = |target: &&Value| target.pointer("/identity/application").is_some();
        let targets = offer.get("targets").and_then(Value::as_array).into_iter().flatten();
        self.app_is = targets.into_iter().find(is_app).and_then(shown);
        let Some(source) = offer.get("source") else { return };
        let context = offer.pointer("/incomingContext/sourceParticipantId");
        let id = context.or_else(|| source.get("participantId")).or_else(|| source.get("id"));
        self.other = (id.and_then(Value::as_str).map(Id::from), identity(source));
    }

    /// The id that this service makes for a participant whose id is not known.
    pub(super) fn made_id(&self, identity: &Id) -> Id {
        let name = identity.guid().map_or_else(|| identity.to_string(), |guid| guid.to_string());
        Uuid::new_v5(&self.id.guid(), name.as_bytes()).into()
    }

    /// Somebody joins, unless the call already has the participant.
    pub(super) fn join(&mut self, id: Option<Id>, identity: Option<Id>) {
        let Some(id) = id.or_else(|| identity.as_ref().map(|identity| self.made_id(identity))) else {
            return;
        };
        let is_here = identity.as_ref().is_some_and(|identity| {
            let mut here = self.outline.participants.keys().filter_map(|here| self.identities.get(here));
            here.any(|identities| identities.contains(identity))
        });
        if !is_here && !self.outline.participants.contains_key(&id) {
            self.entry(&id, None);
            if let Some(identity) = identity {
                self.identities.insert(id, [identity].into());
            }
        }
    }

    /// The invited participants join a call that has not ended.
    pub(super) fn welcome(&mut self, invited: &[Invited]) {
        if self.is_live() {
            let identities = invited.iter().filter_map(|one| one.identity.clone());
            identities.for_each(|identity| self.join(None, Some(identity)));
        }
    }

    /// Sets who hosts the media, from the body of a request.
    pub(super) fn host(&mut self, body: &Value) {
        let config =
            body.get("mediaConfig").and_then(|config| config.get("@odata.type")).and_then(Value::as_str);
        self.is_service_hosted = config.map(|name| name.ends_with("serviceHostedMediaConfig"));
    }

    pub(super) fn keep_alive(&mut self, at: Timestamp) {
        self.arm(Deadline::KeepAlive, at, KEEP_ALIVE);
    }

    pub(super) fn arm(&mut self, deadline: Deadline, at: Timestamp, seconds: i64) {
        self.disarm(&[deadline]);
        if let Ok(at) = at.checked_add(SignedDuration::from_secs(seconds)) {
            self.outline.deadlines.push(Due { at, deadline });
            self.outline.deadlines.sort_unstable();
        }
    }

    pub(super) fn disarm(&mut self, deadlines: &[Deadline]) {
        self.outline.deadlines.retain(|due| !deadlines.contains(&due.deadline));
    }

    pub(super) fn is_live(&self) -> bool {
        self.outline.state != State::Terminated
    }

    pub(super) fn is_up(&self) -> bool {
        matches!(self.outline.state, State::Established | State::Hold)
    }

    pub(super) fn is_connected(&self) -> bool {
        self.is_up() || matches!(self.outline.state, State::Transferring | State::TransferAccepted)
    }

    /// Whether prompts can be played before the call is established.
    pub(super) fn is_audible(&self) -> bool {
        self.outline.state == State::Establishing
            && self.outline.audio == Some(graph::media::MediaState::Active)
    }

    pub(super) fn end(&mut self) {
        if self.is_live() {
            self.outline.state = State::Terminated;
            self.outline.deadlines.clear();
            self.outline.media.clear();
            self.outline.on_hold = None;
            self.media.clear();
            self.recorded_participants.clear();
            self.music = None;
        }
    }

    pub(super) fn advance(&mut self, now: Timestamp) {
        while let Some(due) = self.outline.deadlines.first().copied().filter(|due| due.at <= now) {
            match due.deadline {
                Deadline::Answer | Deadline::Redirect | Deadline::Ring | Deadline::KeepAlive => self.end(),
                Deadline::InitialSilence => self.finish_media(End::Failed, due.at),
                Deadline::Silence | Deadline::RecordDuration => self.finish_media(End::Completed, due.at),
            }
        }
    }

    pub(super) fn set(&mut self, id: &Id, state: operation::state::State) {
        let known = self.outline.operations.iter_mut().find(|(known, ..)| known == id);
        if let Some((.., known)) = known {
            *known = state;
        }
    }

    pub(super) fn settle(&mut self, id: &Id, end: End) {
        let failed = end == End::Failed;
        self.set(
            id,
            if failed { operation::state::State::Failed } else { operation::state::State::Completed },
        );
    }

    pub(super) fn begin(&mut self, id: Id, kind: OperationKind, state: operation::state::State) {
        self.outline.operations.push((id, kind, state));
    }

    pub(super) fn queue(&mut self, media: Media, at: Timestamp) {
        let kind = if media.recording.is_some() { OperationKind::Record } else { OperationKind::PlayPrompt };
        self.begin(media.operation.clone(), kind, operation::state::State::NotStarted);
        self.outline.media.push(media.operation.clone());
        self.media.push_back(media);
        if self.media.len() == 1 {
            self.start_media(at);
        }
    }

    fn start_media(&mut self, at: Timestamp) {
        let Some(head) = self.media.front() else { return };
        let (id, records) =
            (head.operation.clone(), head.recording.as_ref().is_some_and(|one| !one.has_prompt));
        self.set(&id, operation::state::State::Running);
        if records {
            self.begin_recording(at);
        }
    }

    pub(super) fn begin_recording(&mut self, at: Timestamp) {
        let recording = self.media.front_mut().and_then(|head| head.recording.as_mut());
        if let Some(recording) = recording.filter(|recording| !recording.has_begun) {
            recording.has_begun = true;
            let (silence, duration) = (recording.initial_silence, recording.duration);
            self.arm(Deadline::InitialSilence, at, silence);
            self.arm(Deadline::RecordDuration, at, duration);
        }
    }

    /// Ends the prompt or the recording that runs, and starts the next one in the queue.
    pub(super) fn finish_media(&mut self, end: End, at: Timestamp) {
        self.drop_media(end);
        self.start_media(at);
    }

    fn drop_media(&mut self, end: End) {
        if let Some(head) = self.media.pop_front() {
            self.outline.media.retain(|id| *id != head.operation);
            self.settle(&head.operation, end);
        }
        self.disarm(&[Deadline::InitialSilence, Deadline::Silence, Deadline::RecordDuration]);
    }

    pub(super) fn cancel_media(&mut self) {
        while !self.media.is_empty() {
            self.drop_media(End::Failed);
        }
    }

    /// The recording that runs now. A recording begins after its prompt.
    pub(super) fn recording(&self) -> Option<&Recording> {
        self.media.front()?.recording.as_ref().filter(|recording| recording.has_begun)
    }

    pub(super) fn entry(&mut self, id: &Id, muted: Option<bool>) {
        let known = self.muted.entry(id.clone()).or_default();
        *known = muted.unwrap_or(*known);
        self.outline.participants.insert(id.clone(), *known);
    }

    pub(super) fn leave(&mut self, id: &Id) {
        self.outline.participants.remove(id);
        self.recorded_participants.remove(id);
        if self.outline.on_hold.as_ref() == Some(id) {
            self.stop_music();
        }
    }

    pub(super) fn stop_music(&mut self) {
        self.outline.on_hold = None;
        self.music = None;
    }
}

/// The identity of somebody whom the roster shows.
pub(super) fn shown(one: &Value) -> Option<Id> {
    if one.get("hidden") == Some(&Value::Bool(true)) { None } else { identity(one) }
}

/// The identity of a participant, who has one at most.
fn identity(one: &Value) -> Option<Id> {
    let identities = one.get("identity").and_then(Value::as_object)?;
    identities.values().find_map(|identity| identity.get("id")).and_then(Value::as_str).map(Id::from)
}
