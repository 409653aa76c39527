//! The moves of a run: requests of the bot, and what happens in the network.

use callfold::Call;
use callfold::call::{CallEnd, Ending, NetworkEvent, State, StopReason};
use callfold::graph::{EndCode, Method, OperationKind};
use callfold::proptest::strategy::{Strategy, ValueTree as _};
use callfold::proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use callfold::testing::strategies::{self, ids};
use callfold::{CallId, Id};
use serde_json::Value;

use crate::common::Draw;

/// One move.
#[derive(Debug)]
pub(super) enum Move {
    Request(Method, Option<Id>, Value),
    Happens(Box<NetworkEvent>),
    /// So many milliseconds pass.
    Wait(i64),
}

/// Draws moves.
pub(super) struct Moves {
    draw: Draw,
    runner: TestRunner,
    callback: String,
    /// The ends with which calls are hung up, one after another, so that each comes often enough.
    end: usize,
}

/// The methods that end no call, and how often each is asked for.
const METHODS: &[(u64, Method)] = &[
    (6, Method::PlayPrompt),
    (5, Method::RecordResponse),
    (4, Method::SubscribeToTone),
    (4, Method::SendDtmfTones),
    (4, Method::Invite),
    (3, Method::Mute),
    (3, Method::Unmute),
    (3, Method::MuteParticipant),
    (4, Method::StartHoldMusic),
    (4, Method::StopHoldMusic),
    (3, Method::AddLargeGalleryView),
    (3, Method::CancelMediaProcessing),
    (5, Method::UpdateRecordingStatus),
    (3, Method::KeepAlive),
    (2, Method::Transfer),
    (1, Method::MuteAll),
    (1, Method::DeleteParticipant),
    (1, Method::ChangeScreenSharingRole),
    (1, Method::GetCall),
    (1, Method::ListParticipants),
    (1, Method::GetParticipant),
    (1, Method::GetOperation),
    (1, Method::CreateAudioRoutingGroup),
    (1, Method::ListAudioRoutingGroups),
    (1, Method::ListContentSharingSessions),
];

impl Moves {
    pub(super) fn new(seed: u64, run: u64, callback: &str) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8..16].copy_from_slice(&run.to_le_bytes());
        let random = TestRng::from_seed(RngAlgorithm::ChaCha, &key);
        let config = Config { failure_persistence: None, ..Config::default() };
        Self {
            draw: Draw::new(seed, 2 * run),
            runner: TestRunner::new_with_rng(config, random),
            callback: callback.into(),
            end: (run as usize).wrapping_mul(3),
        }
    }

    /// The body of a request. `other` is a call that a transfer or an invitation may replace.
    pub(super) fn body(&mut self, method: Method, other: CallId) -> Value {
        let mut body = self.any(&strategies::bodies(method, other));
        if body.get("callbackUri").is_some() {
            body["callbackUri"] = self.callback.clone().into();
        }
        body
    }

    /// The end of a call.
    pub(super) fn end(&mut self) -> Move {
        let codes = EndCode::ALL;
        let code = codes[self.end % codes.len()];
        self.end += 1;
        happens(NetworkEvent::HungUp(CallEnd::from(code)))
    }

    /// A move for a call. `other` is another call, or the same.
    pub(super) fn of(&mut self, call: &Call, other: CallId) -> Move {
        match call.state() {
            State::Incoming => self.of_incoming(other),
            State::Establishing | State::Ringing if self.draw.chance(60) => {
                happens(NetworkEvent::Connected(None))
            }
            State::Hold if self.draw.chance(30) => happens(NetworkEvent::Resumed),
            State::Transferring if self.draw.chance(30) => happens(NetworkEvent::TransferAccepted),
            State::TransferAccepted if self.draw.chance(30) => {
                happens(NetworkEvent::TransferCompleted(CallEnd::default()))
            }
            State::Redirecting if self.draw.chance(30) => {
                happens(NetworkEvent::RedirectAnswered(Box::default()))
            }
            State::Terminating if self.draw.chance(70) => happens(NetworkEvent::hung_up(EndCode::AppEnded)),
            _ if self.draw.chance(1) => Move::Request(Method::DeleteCall, None, Value::Null),
            _ if self.draw.chance(55) => self.request(call, other),
            _ if self.draw.chance(85) => self.happens(call),
            _ => Move::Wait(self.millis()),
        }
    }

    fn of_incoming(&mut self, other: CallId) -> Move {
        let method = self.draw.weighted(&[
            (20, Some(Method::Answer)),
            (1, Some(Method::Reject)),
            (1, Some(Method::Redirect)),
            (1, None),
        ]);
        match method {
            Some(method) => Move::Request(method, None, self.body(method, other)),
            None => Move::Wait(self.millis()),
        }
    }

    fn request(&mut self, call: &Call, other: CallId) -> Move {
        let method = self.draw.weighted(METHODS);
        let body = self.body(method, other);
        let known: Vec<Id> = match method {
            Method::GetOperation => call.operations().iter().filter_map(|one| one.id().cloned()).collect(),
            Method::GetParticipant
            | Method::MuteParticipant
            | Method::DeleteParticipant
            | Method::StartHoldMusic
            | Method::StopHoldMusic => {
                call.participants().filter_map(|one| one.id.value().cloned()).collect()
            }
            _ => return Move::Request(method, None, body),
        };
        let item = self.draw.pick(&known).cloned().unwrap_or_else(|| self.any(&ids("participant")));
        Move::Request(method, Some(item), body)
    }

    fn happens(&mut self, call: &Call) -> Move {
        let pending: Vec<Id> = call
            .operations()
            .iter()
            .filter(|one| one.is_pending())
            .filter_map(|one| one.id().cloned())
            .collect();
        let is_recording = call.operations().iter().any(|one| {
            one.kind() == OperationKind::Record && one.state() == callfold::operation::State::Running
        });
        if is_recording && self.draw.chance(40) {
            return happens(self.of_recording());
        }
        if self.draw.chance(25)
            && let Some(id) = self.draw.pick(&pending)
        {
            return happens(NetworkEvent::operation_finished(id.clone(), Ending::completed()));
        }
        let event = self.any(&strategies::network_events());
        match event {
            // The service takes the answer from the bot.
            NetworkEvent::ParticipantJoiningAnswered { .. } => Move::Wait(self.millis()),
            // These come at the end of the run, each of them.
            NetworkEvent::HungUp(_) | NetworkEvent::MediaFailed(_) => Move::Wait(self.millis()),
            event => happens(event),
        }
    }

    fn of_recording(&mut self) -> NetworkEvent {
        let events = [
            NetworkEvent::PromptFinished(Ending::completed()),
            NetworkEvent::SpeechStarted,
            NetworkEvent::SpeechEnded,
            NetworkEvent::RecordingFinished(StopReason::MaxDuration),
            NetworkEvent::RecordingFinished(StopReason::StopTone),
        ];
        self.draw.pick(&events).unwrap().clone()
    }

    fn millis(&mut self) -> i64 {
        let most = self.draw.weighted(&[(8, 3_000), (2, 20_000)]);
        self.draw.below(most) as i64
    }

    fn any<T>(&mut self, strategy: &impl Strategy<Value = T>) -> T {
        strategy.new_tree(&mut self.runner).unwrap().current()
    }
}

fn happens(event: NetworkEvent) -> Move {
    Move::Happens(Box::new(event))
}
