//! The closed loop: what the service records, it tells; what a bot hears of that is the same call.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::wildcard_enum_match_arm,
    reason = "a test may panic, and asks little of most methods"
)]

use std::collections::{BTreeMap, BTreeSet};

use crate::common::config;
use callfold::call::{Asked, Body, Call, Caller, Command, Delivery, Ending, State, Stimulus, StopReason};
use callfold::graph::{
    self, CommsNotification, EndCode, MediaState, Method, Permission, Route, Tone, ToneInfo, Version,
};
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::uuid::Uuid;
use callfold::{CallId, Id, Ledger, Notify, Recorded};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use serde_json::{Value, json};

const REGRESSIONS: &str = "proptest-regressions/closed_loop.txt";
/// Two calls: one may take the place of the other.
const CALLS: [u128; 2] =
    [0x57da_b8b1_894c_409a_b240_bd8b_eae7_8896, 0xe5d3_9592_99bd_4db8_bca8_30fb_894e_c51d];

fn id(call: usize) -> CallId {
    CallId::new(Uuid::from_u128(CALLS[call]))
}

/// One thing that an app, or the network, does; a course is a list of them, of which the refused ones are left out.
#[derive(Clone, Debug)]
struct Move {
    call: usize,
    seconds: i64,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    Place {
        is_group: bool,
    },
    Offer {
        is_group: bool,
    },
    Ask(Method, Value),
    Happen(Stimulus),
    /// The end of the operation that is pending the longest.
    Finish(Ending),
    /// Nothing: time goes by.
    Wait,
}

/// What the service sends to the app.
#[derive(Clone, Debug)]
enum Packet {
    Reply(CallId, Body),
    Notification(CallId, CommsNotification),
}

struct Service {
    version: Version,
    ledger: Ledger,
    now: Timestamp,
    made: u128,
    sent: Vec<Packet>,
}

impl Service {
    fn new(version: Version) -> Self {
        let now = "2026-11-23T09:00:00Z".parse().unwrap();
        Self { version, ledger: Ledger::new(), now, made: 0, sent: Vec::new() }
    }

    fn play(course: &[Move], version: Version) -> Self {
        let mut this = Self::new(version);
        course.iter().for_each(|one| this.make(one));
        this
    }

    fn make(&mut self, one: &Move) {
        self.now = self.now.checked_add(SignedDuration::from_secs(one.seconds)).unwrap();
        while let Some(due) = Some(self.ledger.expire(self.now)).filter(|due| !due.is_empty()) {
            self.record(&due);
        }
        let call = id(one.call);
        let known = self.ledger.call(call);
        match &one.what {
            What::Place { is_group } if known.is_none() => self.place(one.call, *is_group),
            What::Offer { is_group } => self.happen(call, Stimulus::Offered(Box::new(offer(*is_group)))),
            What::Ask(method, body) => self.ask(call, *method, body),
            What::Happen(stimulus) => self.happen(call, stimulus.clone()),
            What::Finish(ending) => {
                let pending = known.into_iter().flat_map(Call::operations).find(|one| one.is_pending());
                if let Some(operation) = pending.and_then(|one| one.id().cloned()) {
                    self.happen(call, Stimulus::OperationFinished(operation, ending.clone()));
                }
            }
            What::Place { .. } | What::Wait => {}
        }
    }

    fn place(&mut self, call: usize, is_group: bool) {
        let body = placed(is_group).to_string();
        let route = Route::new(Method::CreateCall, None, None);
        let asked = Asked::new(self.now, Uuid::from_u128(CALLS[call]), Caller::new(Permission::ALL));
        let command = Command::read(&route, body.as_bytes()).unwrap();
        let decision = self.ledger.decide(None, command, &asked).unwrap();
        self.sent.push(Packet::Reply(id(call), decision.reply.body));
        self.record(&decision.events);
    }

    fn ask(&mut self, call: CallId, method: Method, body: &Value) {
        self.made += 1;
        let mut body = body.clone();
        if body.is_object() {
            body["clientContext"] = format!("context-{}", self.made).into();
        }
        let operation = self.ledger.call(call).and_then(|call| call.operations().first()?.id().cloned());
        let item = operation.filter(|_| method == Method::GetOperation);
        let route = Route::new(method, Some(call), Some(item.unwrap_or_else(|| "participant-1".into())));
        let asked = Asked::new(self.now, Uuid::from_u128(self.made), Caller::new(Permission::ALL));
        let Ok(command) = Command::read(&route, body.to_string().as_bytes()) else { return };
        let Ok(decision) = self.ledger.decide(Some(call), command, &asked) else { return };
        self.sent.push(Packet::Reply(call, decision.reply.body));
        self.record(&decision.events);
    }

    fn happen(&mut self, call: CallId, stimulus: Stimulus) {
        if let Ok(events) = self.ledger.react(call, stimulus, self.now) {
            self.record(&events);
        }
    }

    fn record(&mut self, events: &[Recorded]) {
        for recorded in events {
            self.ledger.apply(recorded).expect("what the service records folds without a refusal");
            let call = self.ledger.call(recorded.call).unwrap();
            let told = Notify::new(self.version).event(call, recorded);
            self.sent.extend(told.map(|told| Packet::Notification(recorded.call, told)));
        }
    }
}

fn placed(is_group: bool) -> Value {
    let mut body = json!({
        "callbackUri": "https://bot.contoso.com/callback",
        "mediaConfig": { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
        "callOptions": { "isDeltaRosterEnabled": true, "isContentSharingNotificationEnabled": true },
        "targets": [{ "identity": { "user": { "id": "user-1" } } }],
        "ringingTimeoutInSeconds": 40,
        "subject": "Stand-up",
    });
    if is_group {
        body["chatInfo"] = json!({ "threadId": "19:meeting_x@thread.v2", "messageId": "0" });
    }
    body
}

fn offer(is_group: bool) -> graph::Call {
    let mut offer = json!({
        "source": { "identity": { "user": { "id": "user-1", "displayName": "Adele" } } },
        "targets": [{ "identity": { "application": { "id": "bot" } } }],
        "subject": "Stand-up",
    });
    if is_group {
        offer["chatInfo"] = json!({ "threadId": "19:meeting_x@thread.v2" });
    }
    serde_json::from_value(offer).unwrap()
}

/// The app: it hears what comes, in the order in which it comes.
struct Bot {
    ledger: Ledger,
}

impl Bot {
    fn hear(packets: impl IntoIterator<Item = (usize, Packet)>) -> Self {
        let mut this = Self { ledger: Ledger::new() };
        for (number, packet) in packets {
            this.take_in(number, packet);
        }
        this
    }

    fn take_in(&mut self, number: usize, packet: Packet) {
        let observed = match packet {
            Packet::Reply(call, body) => Call::learn(self.ledger.call(call), call, &body, None),
            Packet::Notification(call, told) => {
                // Over the wire, as bytes.
                let text = serde_json::to_string(&told).unwrap();
                let told: CommsNotification = serde_json::from_str(&text).unwrap();
                assert_eq!(told.call_id(), Some(call));
                let mut delivery = Delivery::default();
                delivery.message_id = Some(format!("message-{number}").as_str().into());
                Call::observe(self.ledger.call(call), call, &told, &delivery)
            }
        };
        for recorded in &observed.events {
            self.ledger.apply(recorded).expect("what hearing gives folds without a refusal");
        }
    }
}

/// What the wire can tell of a call.
#[derive(Debug, PartialEq)]
struct Told {
    state: State,
    details: Value,
    operations: BTreeMap<Id, (&'static str, &'static str, Value)>,
    participants: BTreeMap<Id, Value>,
    tones: Vec<ToneInfo>,
    sharing: Vec<Id>,
}

impl Told {
    /// `ringing` and `redirecting` are not told today; what waits is told as running; what the app says in its answer
    /// is not told back; calls between two have no roster to tell, and who did not ask for content sharing is not told.
    fn of(call: &Call, service: &Call) -> Self {
        let untold = [(State::Ringing, State::Establishing), (State::Redirecting, State::Incoming)];
        let told = untold.iter().find(|(state, _)| *state == call.state());
        let state = told.map_or_else(|| call.state(), |(_, told)| *told);
        let mut details = call.details().clone();
        // Audio routing groups are told to who asks for them, and to nobody else.
        details.audio_routing_groups = graph::Member::Absent;
        let was_asked = service.direction().unwrap().as_str() == "outgoing";
        let tells_sharing = was_asked;
        if !was_asked {
            details.callback_uri = graph::Member::Absent;
            details.media_config = graph::Member::Absent;
            details.call_options = graph::Member::Absent;
        }
        // An invitation that is completed after the end makes no group call any more.
        let was_told = service.state().is_live() && service.is_group() == Some(true);
        let tells_roster = was_told || service.details().is_group() == Some(true);
        let operations = call.operations().iter().map(|one| {
            let status = one.state().as_str().replace("notStarted", "running");
            let status = if status == "running" { "running" } else { one.state().as_str() };
            (one.id().unwrap().clone(), (one.kind().as_str(), status, json!(one.resource())))
        });
        let participants = call.participants().filter(|_| tells_roster);
        Self {
            state,
            details: json!(details),
            operations: operations.collect(),
            participants: participants.map(|one| (one.id.value().unwrap().clone(), json!(one))).collect(),
            tones: call.tones().to_vec(),
            sharing: call.content_sharing().iter().filter(|_| tells_sharing).cloned().collect(),
        }
    }
}

fn a_body(method: Method) -> BoxedStrategy<Value> {
    let seconds = 1..12;
    match method {
        Method::Answer => Just(json!({
            "callbackUri": "https://bot.contoso.com/callback",
            "mediaConfig": { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
        }))
        .boxed(),
        Method::Reject => select(vec!["none", "busy"]).prop_map(|why| json!({ "reason": why })).boxed(),
        Method::Redirect => {
            Just(json!({ "targets": [{ "identity": { "user": { "id": "u" } } }], "timeout": 20 })).boxed()
        }
        Method::Transfer => (any::<bool>(), any::<bool>())
            .prop_map(|(is_group, is_consultative)| {
                let mut body = json!({ "transferTarget": { "identity": { "user": { "id": "u" } } } });
                if is_group {
                    body["transferee"] = json!({ "identity": { "user": { "id": "user-1" } } });
                }
                if is_consultative {
                    body["transferTarget"]["replacesCallId"] = id(1).to_string().into();
                }
                body
            })
            .boxed(),
        Method::PlayPrompt => {
            Just(json!({ "prompts": [{ "mediaInfo": { "uri": "https://c/p.wav" } }] })).boxed()
        }
        Method::RecordResponse => (any::<bool>(), any::<bool>(), seconds)
            .prop_map(|(barges_in, has_prompt, seconds)| {
                let prompts = if has_prompt { json!([{}]) } else { json!([]) };
                json!({ "bargeInAllowed": barges_in, "prompts": prompts, "stopTones": ["#"],
                        "maxRecordDurationInSeconds": seconds, "initialSilenceTimeoutInSeconds": 4 })
            })
            .boxed(),
        Method::ChangeScreenSharingRole => Just(json!({ "role": "sharer" })).boxed(),
        Method::UpdateRecordingStatus => Just(json!({ "status": "recording" })).boxed(),
        Method::ConfigureMixer => Just(json!({ "participantMixerLevels": [{}] })).boxed(),
        Method::CreateAudioRoutingGroup => {
            Just(json!({ "id": "g", "routingMode": "oneToOne", "sources": ["a"], "receivers": ["b"] }))
                .boxed()
        }
        Method::SendDtmfTones => Just(json!({ "tones": ["tone1"] })).boxed(),
        Method::Invite => any::<bool>()
            .prop_map(|replaces| {
                let mut one = json!({ "identity": { "user": { "id": "user-2" } } });
                if replaces {
                    one["replacesCallId"] = id(1).to_string().into();
                }
                json!({ "participants": [one] })
            })
            .boxed(),
        _ => Just(json!({})).boxed(),
    }
}

fn a_request() -> impl Strategy<Value = What> {
    let methods: Vec<_> = Method::ALL.iter().copied().filter(|one| *one != Method::CreateCall).collect();
    select(methods).prop_flat_map(|method| a_body(method).prop_map(move |body| What::Ask(method, body)))
}

fn a_participant() -> impl Strategy<Value = graph::Participant> {
    (1..4, any::<bool>(), prop::bool::weighted(0.2)).prop_map(|(number, is_muted, is_gone)| {
        let mut json = json!({
            "id": format!("participant-{number}"),
            "info": { "identity": { "user": { "id": format!("user-{number}") } } },
            "isMuted": is_muted,
        });
        if is_gone {
            json["removedState"] = json!({ "reason": "left" });
        }
        serde_json::from_value(json).unwrap()
    })
}

fn connected() -> Stimulus {
    let told = json!({ "myParticipantId": "participant-1", "mediaState": { "audio": "active" } });
    Stimulus::Connected(Some(serde_json::from_value(told).unwrap()))
}

fn a_setup() -> impl Strategy<Value = Stimulus> {
    prop_oneof![
        2 => Just(Stimulus::Alerted),
        6 => Just(connected()),
        2 => Just(Stimulus::Held),
        3 => Just(Stimulus::Resumed),
        4 => Just(Stimulus::TransferAccepted),
        2 => Just(Stimulus::TransferFailed),
        3 => Just(Stimulus::TransferCompleted),
        1 => Just(Stimulus::RedirectAnswered(Box::default())),
        1 => select(EndCode::ALL.to_vec()).prop_map(Stimulus::HungUp),
    ]
}

fn a_happening() -> impl Strategy<Value = Stimulus> {
    prop_oneof![
        2 => select(vec![MediaState::Active, MediaState::Inactive]).prop_map(Stimulus::AudioChanged),
        4 => vec(a_participant(), 1..3).prop_map(Stimulus::RosterChanged),
        3 => select(vec![Tone::Tone1, Tone::Pound]).prop_map(Stimulus::TonePressed),
        4 => Just(Stimulus::PromptFinished(Ending::Completed)),
        1 => Just(Stimulus::PromptFinished(Ending::Failed(EndCode::MediaUnreachable.result_info()))),
        2 => Just(Stimulus::RecordingStarted {
            location: Some("https://contoso.com/r".into()),
            access_token: Some(callfold::Secret::new("t".into())),
        }),
        2 => Just(Stimulus::SpeechStarted),
        2 => Just(Stimulus::SpeechEnded),
        2 => select(vec![StopReason::Silence, StopReason::MaxDuration, StopReason::StopTone])
            .prop_map(Stimulus::RecordingFinished),
        1 => Just(Stimulus::ContentSharingStarted("session".into())),
        1 => Just(Stimulus::ContentSharingEnded("session".into())),
    ]
}

fn a_move() -> impl Strategy<Value = Move> {
    let ending = select(vec![Ending::Completed, Ending::Failed(EndCode::CalleeNotReached.result_info())]);
    let what = prop_oneof![
        1 => any::<bool>().prop_map(|is_group| What::Place { is_group }),
        1 => any::<bool>().prop_map(|is_group| What::Offer { is_group }),
        10 => a_request(),
        6 => a_setup().prop_map(What::Happen),
        8 => a_happening().prop_map(What::Happen),
        3 => ending.prop_map(What::Finish),
        1 => Just(What::Wait),
    ];
    let seconds = prop_oneof![6 => 0..3_i64, 2 => 3..20_i64, 1 => Just(1300_i64)];
    (prop::bool::weighted(0.2), seconds, what).prop_map(|(is_other, seconds, what)| Move {
        call: usize::from(is_other),
        seconds,
        what,
    })
}

/// A course that begins, and as a rule comes to be connected.
fn a_course() -> impl Strategy<Value = Vec<Move>> {
    let at = |call: usize, what: What| Move { call, seconds: 0, what };
    let beginning =
        (any::<bool>(), any::<bool>(), any::<bool>()).prop_map(move |(is_group, is_offered, other)| {
            let answer = json!({
                "callbackUri": "https://bot.contoso.com/callback",
                "mediaConfig": { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
            });
            let mut moves = if is_offered {
                vec![at(0, What::Offer { is_group }), at(0, What::Ask(Method::Answer, answer))]
            } else {
                vec![at(0, What::Place { is_group })]
            };
            if other {
                moves.push(at(1, What::Place { is_group: false }));
                moves.push(at(1, What::Happen(connected())));
            }
            moves
        });
    let quick = prop::bool::weighted(0.8)
        .prop_map(move |is_quick| if is_quick { vec![at(0, What::Happen(connected()))] } else { Vec::new() });
    let from_nothing = prop::bool::weighted(0.1);
    (beginning, quick, from_nothing, vec(a_move(), 0..40)).prop_map(
        |(beginning, quick, from_nothing, rest)| {
            if from_nothing { rest } else { [beginning, quick, rest].concat() }
        },
    )
}

proptest! {
    #![proptest_config(config(400, REGRESSIONS))]

    #[test]
    fn a_bot_that_hears_all_of_it_has_the_call_of_the_service(
        course in a_course(),
        version in select(Version::ALL),
    ) {
        let service = Service::play(&course, version);
        let bot = Bot::hear(service.sent.iter().cloned().enumerate());
        for call in service.ledger.calls() {
            let heard = bot.ledger.call(call.id()).expect("the bot knows each call");
            prop_assert_eq!(Told::of(call, call), Told::of(heard, call));
        }
        prop_assert_eq!(service.ledger.calls().count(), bot.ledger.calls().count());
    }

    #[test]
    fn a_network_that_repeats_and_reorders_leads_to_the_same_state(
        course in a_course(),
        delays in vec(any::<Index>(), 160),
        repeats in vec(prop::bool::weighted(0.2), 160),
    ) {
        let course: Vec<Move> = course.into_iter().filter(|one| !is_ambiguous(one)).collect();
        let service = Service::play(&course, Version::V1);
        let bot = Bot::hear(shuffled(&service.sent, &delays, &repeats));
        for call in service.ledger.calls() {
            let heard = bot.ledger.call(call.id()).expect("the bot knows each call");
            let (ours, theirs) = (Told::of(call, call), Told::of(heard, call));
            prop_assert_eq!(ours.state, theirs.state);
            prop_assert_eq!(statuses(&ours), statuses(&theirs));
            // What the end overtakes is dropped: see docs/verification.md.
            if call.state().is_live() {
                prop_assert_eq!(ours.tones, theirs.tones);
            }
            // Only delta rosters say in which order they are to be taken; the calls that are placed here ask for them.
            if call.state().is_live() && call.direction().unwrap().as_str() == "outgoing" {
                prop_assert_eq!(ours.participants, theirs.participants);
            }
        }
    }
}

fn statuses(told: &Told) -> Vec<(&Id, &str, &str)> {
    told.operations.iter().map(|(id, (kind, status, _))| (id, *kind, *status)).collect()
}

/// The corners of `docs/verification.md`: hold and its resumption swapped, transfers that fail.
fn is_ambiguous(one: &Move) -> bool {
    matches!(one.what, What::Happen(Stimulus::Held | Stimulus::Resumed | Stimulus::TransferFailed))
}

/// How many packets may overtake one.
const WINDOW: usize = 4;

/// Replies come at once; notifications come up to a window later, some of them twice.
fn shuffled(sent: &[Packet], delays: &[Index], repeats: &[bool]) -> Vec<(usize, Packet)> {
    let mut slots: Vec<(usize, usize, Packet)> = Vec::new();
    for (number, packet) in sent.iter().enumerate() {
        let draw = |salt: usize| delays[(number * 2 + salt) % delays.len()].index(WINDOW);
        let delay = if matches!(packet, Packet::Reply(..)) { 0 } else { draw(0) };
        slots.push((number + delay, number, packet.clone()));
        if matches!(packet, Packet::Notification(..)) && repeats[number % repeats.len()] {
            slots.push((number + draw(1), number, packet.clone()));
        }
    }
    slots.sort_by_key(|(slot, ..)| *slot);
    slots.into_iter().map(|(_, number, packet)| (number, packet)).collect()
}

#[test]
fn the_courses_of_these_tests_reach_every_state_and_most_events() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut states = BTreeSet::new();
    let mut ends = BTreeSet::new();
    for _ in 0..600 {
        let course = a_course().new_tree(&mut runner).unwrap().current();
        let mut service = Service::new(Version::V1);
        for one in &course {
            service.make(one);
            states.extend(service.ledger.calls().map(Call::state));
        }
        let operations = service.ledger.calls().flat_map(Call::operations);
        ends.extend(operations.map(|one| (one.kind(), one.state())));
    }
    assert_eq!(states.len(), State::ALL.len(), "{states:?}");
    assert!(ends.len() > 20, "{ends:?}");
}
