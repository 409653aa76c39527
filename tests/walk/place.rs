//! Places: the abstract states by which the walk distinguishes calls.

use callfold::call::{Call, Deadline, MediaRequest, NetworkEvent, State, Superstate};
use callfold::graph::{MediaState, Method, OperationKind};
use callfold::operation::{self, Operation};
use callfold::{Id, Ledger};

use super::moves::{ALICE, CALL, OTHER, known, now};

/// An abstract state. Two calls of one place have the same legal moves, which the walk checks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) state: State,
    audio: Audio,
    pub(crate) queue: Vec<Turn>,
    pub(crate) deadlines: Vec<Deadline>,
    is_group: Option<bool>,
    is_service_hosted: Option<bool>,
    /// A policy requires the recording.
    is_recorded_by_policy: bool,
    /// The app may update the recording status now: a policy requires the recording, or this is not known.
    updates_recording: bool,
    transfer: Option<Transfer>,
    /// The conditions in ascending order, each once.
    pub(crate) conditions: Vec<Condition>,
    /// The outlook of the call: what a notification of each state would change. It is empty if places are not
    /// distinguished by it.
    outlook: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Audio {
    Unknown,
    Active,
    Inactive,
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Transfer {
    Blind,
    Consultative,
}

/// The activity of a media operation in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Turn {
    WaitsToPlay,
    WaitsToRecord,
    WaitsToRecordAfterAPrompt,
    Plays,
    PlaysBeforeRecording,
    /// Nobody has spoken yet.
    Records,
    RecordsSpeech,
    /// Somebody has spoken and stopped.
    RecordsSilence,
    /// Its timers have expired, and the end was not reported.
    RecordsUntimed,
}

/// A condition of a call besides its state and the media queue.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Condition {
    /// A pending operation that is not in the media queue.
    Pending(OperationKind),
    /// A pending invitation of several participants.
    InvitingSeveral,
    /// A pending operation that is known only by its `clientContext`.
    Nameless(OperationKind),
    /// A pending invitation that replaces the other call.
    Replacing,
    /// The other call was replaced.
    Replaced,
    OnHold,
    /// The app can be asked about one more participant, it was asked, or it has accepted one.
    MayRecord,
    AskedToRecord,
    RecordsAnother,
    Sharing,
    SubscribedToTones,
    AppUnknown,
    AliceGone,
    /// An operation that was reported, with its id or with its `clientContext` only.
    ReportedOperation(String, operation::State),
    Tones,
    Participants,
}

impl Condition {
    const fn is_an_operation(&self) -> bool {
        matches!(
            self,
            Self::Pending(_)
                | Self::Nameless(_)
                | Self::InvitingSeveral
                | Self::Replacing
                | Self::ReportedOperation(..)
        )
    }

    /// A number for conditions that belong together, which count once: an invitation and the call that it
    /// replaced, music that starts and music that plays.
    fn topic(&self) -> u8 {
        match self {
            Self::Pending(OperationKind::InviteParticipants)
            | Self::InvitingSeveral
            | Self::Replacing
            | Self::Replaced => 0,
            Self::Pending(OperationKind::StartHoldMusic | OperationKind::StopHoldMusic) | Self::OnHold => 1,
            Self::AppUnknown | Self::AliceGone => 2,
            Self::Pending(OperationKind::SendDtmfTones) => 3,
            Self::Pending(OperationKind::AddLargeGalleryView) => 4,
            Self::Pending(_) | Self::Nameless(_) => 5,
            Self::MayRecord | Self::AskedToRecord | Self::RecordsAnother => 10,
            Self::Sharing => 6,
            Self::SubscribedToTones => 7,
            Self::Tones => 8,
            Self::Participants => 9,
            Self::ReportedOperation(name, _) => name.bytes().next().unwrap_or_default(),
        }
    }
}

/// The side of the call: it decides which moves are made and which claims are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// A service: it gets requests, network events and deadlines.
    Service,
    /// A bot: it gets notifications and replies.
    Bot,
    /// Both at once: see `docs/verification.md` for the claims that do not hold then.
    Both,
}

impl Place {
    /// The place of a call, without its outlook.
    pub(crate) fn of(ledger: &Ledger, side: Side) -> Self {
        let call = known(ledger);
        let mut this = Self {
            state: call.state(),
            audio: audio(call),
            queue: queue(call),
            deadlines: call.deadlines().iter().map(|due| due.deadline).collect(),
            is_group: call.is_group(),
            is_service_hosted: call.details().is_service_hosted(),
            is_recorded_by_policy: call.details().is_policy_based_recording(),
            updates_recording: call.legal_methods().any(|legal| legal == Method::UpdateRecordingStatus),
            transfer: transfer(call),
            conditions: conditions(ledger, side),
            outlook: String::new(),
        };
        if !call.state().is_live() {
            // The past of an ended call no longer matters, except for late results.
            this.audio = Audio::Unknown;
            this.is_recorded_by_policy = false;
            this.conditions.retain(Condition::is_an_operation);
        }
        this
    }

    /// The same place with this outlook.
    pub(crate) fn with(self, outlook: &str) -> Self {
        Self { outlook: outlook.into(), ..self }
    }

    /// The number of differences from the usual call in this state: conditions, unusual audio, a queue with
    /// waiting operations, and an unusual kind of call.
    pub(crate) fn variations(&self, side: Side) -> usize {
        let is_up = self.state.is_live() && !self.state.lies_in(Superstate::Setup);
        let plain = if is_up && side != Side::Bot { Audio::Active } else { Audio::Unknown };
        let is_audio_unusual = self.audio != plain && !self.is_being_set_up();
        let is_kind_unusual = self.is_group.is_none() != (side == Side::Bot);
        self.topics()
            + [is_audio_unusual, is_kind_unusual, self.queue.len() > 1].into_iter().filter(|is| *is).count()
    }

    /// Whether the call is in set-up with active audio, so that prompts can already be played.
    fn is_being_set_up(&self) -> bool {
        self.state == State::Establishing && self.audio == Audio::Active
    }

    /// Whether all waiting operations in the queue are of the same kind.
    pub(crate) fn waits_for_one_thing(&self) -> bool {
        self.queue.iter().skip(2).all(|one| Some(one) == self.queue.get(1))
    }

    /// The number of different topics of the conditions.
    pub(crate) fn topics(&self) -> usize {
        let mut topics: Vec<u8> = self.conditions.iter().map(Condition::topic).collect();
        topics.sort_unstable();
        topics.dedup();
        topics.len()
    }
}

fn audio(call: &Call) -> Audio {
    match call.audio() {
        None => Audio::Unknown,
        Some(MediaState::Active) => Audio::Active,
        Some(MediaState::Inactive) => Audio::Inactive,
        Some(_) => Audio::Other,
    }
}

/// The kind of the transfer, while the call is being transferred.
fn transfer(call: &Call) -> Option<Transfer> {
    if !call.state().lies_in(Superstate::Transfer) {
        return None;
    }
    let invited = call.operations().iter().filter(|one| replaces(one)).count();
    let is_consultative = call.replaces().count() > invited;
    Some(if is_consultative { Transfer::Consultative } else { Transfer::Blind })
}

fn replaces(operation: &Operation) -> bool {
    let invited = operation.resource().participants.value();
    invited.into_iter().flatten().any(|one| one.replaces_call_id.value().is_some())
}

fn queue(call: &Call) -> Vec<Turn> {
    let turn = |(index, (id, request)): (usize, (&Id, &MediaRequest))| {
        let operation = call.operations().iter().find(|one| one.id() == Some(id));
        let runs = operation.is_some_and(|one| one.state() == operation::State::Running);
        match request {
            MediaRequest::PlayPrompt(_) if runs => Turn::Plays,
            MediaRequest::PlayPrompt(_) => Turn::WaitsToPlay,
            MediaRequest::RecordResponse(_) if index == 0 && runs => recording(call),
            MediaRequest::RecordResponse(request)
                if request.prompts.value().is_some_and(|it| !it.is_empty()) =>
            {
                Turn::WaitsToRecordAfterAPrompt
            }
            _ => Turn::WaitsToRecord,
        }
    };
    call.media_queue().enumerate().map(turn).collect()
}

fn recording(call: &Call) -> Turn {
    let is_armed = |deadline| call.deadlines().iter().any(|due| due.deadline == deadline);
    if is_armed(Deadline::InitialSilence) {
        Turn::Records
    } else if is_armed(Deadline::Silence) {
        Turn::RecordsSilence
    } else if is_armed(Deadline::RecordDuration) {
        Turn::RecordsSpeech
    } else if Call::on_network_event(Some(call), call.id(), NetworkEvent::SpeechStarted, now(call)).is_ok() {
        Turn::RecordsUntimed
    } else {
        Turn::PlaysBeforeRecording
    }
}

fn conditions(ledger: &Ledger, side: Side) -> Vec<Condition> {
    let call = known(ledger);
    let mut all: Vec<Condition> = call.operations().iter().filter_map(|one| of(call, one, side)).collect();
    let people: Vec<_> = call.participants().filter_map(|one| one.id.value()).collect();
    let replaced = ledger.call(OTHER).is_some_and(|other| !other.state().is_live());
    let reports = side != Side::Bot && call.state().lies_in(Superstate::Connected);
    let may_answer = call.state() == State::Incoming;
    let may_record =
        call.details().is_policy_based_recording() && (may_answer || call.participant_capacity().is_some());
    let rest = [
        (Condition::Replaced, replaced),
        (Condition::OnHold, call.on_hold().is_some()),
        (Condition::MayRecord, may_record),
        (Condition::AskedToRecord, call.recorded_participants().any(|(_, is_accepted)| !is_accepted)),
        (Condition::RecordsAnother, call.recorded_participants().any(|(_, is_accepted)| is_accepted)),
        (Condition::Sharing, call.content_sharing().next().is_some()),
        (Condition::AppUnknown, reports && call.details().my_participant_id.value().is_none()),
        (Condition::AliceGone, side != Side::Bot && !people.contains(&&ALICE.into())),
        (Condition::Tones, side == Side::Bot && !call.tones().is_empty()),
        (Condition::Participants, side == Side::Bot && !people.is_empty()),
    ];
    all.extend(rest.into_iter().filter(|(_, is)| *is).map(|(condition, _)| condition));
    all.sort();
    all.dedup();
    all
}

/// The condition that an operation outside the queue is for its call.
fn of(call: &Call, operation: &Operation, side: Side) -> Option<Condition> {
    if side == Side::Bot {
        let name = operation.id().map_or_else(|| "?".into(), Id::to_string);
        return Some(Condition::ReportedOperation(name, operation.state()));
    }
    if operation.kind() == OperationKind::SubscribeToTone && operation.is_success() {
        return Some(Condition::SubscribedToTones);
    }
    let is_queued = call.media_queue().any(|(id, _)| operation.id() == Some(id));
    if !operation.is_pending() || is_queued {
        return None;
    }
    Some(match operation.kind() {
        kind if operation.id().is_none() => Condition::Nameless(kind),
        _ if replaces(operation) => Condition::Replacing,
        _ if operation.resource().participants.value().is_some_and(|all| all.len() > 1) => {
            Condition::InvitingSeveral
        }
        kind => Condition::Pending(kind),
    })
}

/// The outlook of a call: the events and findings that a notification of each state would give.
pub(crate) fn outlook(ledger: &Ledger) -> String {
    let call = known(ledger);
    let mut all = String::new();
    let not_reported = [State::Redirecting, State::Terminating, State::Terminated];
    for state in State::ALL.iter().filter(|state| !not_reported.contains(state)) {
        let reported = super::reported::plain(*state);
        let observed =
            Call::observe(Some(call), CALL, &reported, &super::reported::delivery(Some(now(call))));
        let findings = observed.findings.iter().map(|one| one.kind.as_str());
        let events = observed.events.iter().map(|one| one.event.kind().as_str());
        all.extend(events.chain(findings).flat_map(|name| [name, ","]));
        all.push(';');
    }
    all
}
