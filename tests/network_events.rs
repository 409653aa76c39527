//! Network events: what each one does to a call, the states in which it can happen, and how it is refused in
//! other states.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeSet;

use crate::common::{CALL, call_id, read};
use callfold::call::{
    AppIdentity, Call, CallEnd, Command, Ending, NetworkEvent, NetworkEventKind, RequestContext, State,
    StopReason, TransferFailure,
};
use callfold::graph::{
    self, CompletionReason, EndCode, MediaState, Method, Participant, ParticipantInfo, Permission,
    ResultInfo, Route, Tone,
};
use callfold::operation::{self, Operation};
use callfold::{Applied, Id, Input, Ledger, Legal, Recorded, Refusal, Secret, Why};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

/// A code with its subcode.
type Code = (i32, Option<i32>);
type Ended<'a> = (operation::State, Option<Code>, Option<&'a str>);

/// A call of a service. Everything happens at one time, so that no deadline is ever due.
#[derive(Clone, Default)]
struct Scene {
    ledger: Ledger,
    last: Vec<Recorded>,
    operations: u128,
}

fn at() -> Timestamp {
    "2026-11-23T09:15:00Z".parse().unwrap()
}

/// The id of the nth request of a scene, which is also the id of its operation.
fn nth(number: u128) -> Id {
    Uuid::from_u128(number).into()
}

impl Scene {
    fn offered(offer: Value) -> Self {
        Self::default().meets(NetworkEvent::Offered(read(offer)))
    }

    /// A call that the app places: to these targets, with media that the service hosts.
    fn placed(targets: usize) -> Self {
        let target = |index| json!({ "identity": { "user": { "id": format!("user-{index}") } } });
        let body = json!({
            "callbackUri": "https://bot.contoso.com/callback",
            "targets": (0..targets).map(target).collect::<Vec<_>>(),
            "mediaConfig": { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
        });
        let command = Command::read(&Route::new(Method::CreateCall, None, None), body.to_string().as_bytes());
        let request = RequestContext::new(at(), call_id().guid(), AppIdentity::new(Permission::ALL));
        let mut scene = Self::default();
        scene.take(scene.ledger.decide(None, command, &request).unwrap().events);
        scene
    }

    fn established() -> Self {
        Self::placed(1).meets(NetworkEvent::Connected(None))
    }

    fn take(&mut self, events: Vec<Recorded>) {
        for recorded in &events {
            assert_eq!(self.ledger.apply(recorded), Ok(Applied::Folded), "{recorded}");
            assert_eq!(recorded.to_string().parse::<Recorded>().as_ref(), Ok(recorded));
            assert_eq!(recorded.at, Some(at()));
        }
        self.last = events;
    }

    fn requests(self, method: Method, body: Value) -> Self {
        self.requests_of(method, None, body)
    }

    fn requests_of(mut self, method: Method, item: Option<&str>, body: Value) -> Self {
        self.operations += 1;
        let route = Route::new(method, Some(call_id()), item.map(Id::from));
        let command = Command::read(&route, body.to_string().as_bytes());
        let request =
            RequestContext::new(at(), Uuid::from_u128(self.operations), AppIdentity::new(Permission::ALL));
        let decision = self.ledger.decide(Some(call_id()), command, &request).unwrap();
        self.take(decision.events);
        self
    }

    fn meets(mut self, network_event: NetworkEvent) -> Self {
        let events = self.on_network_event(network_event).unwrap();
        self.take(events);
        self
    }

    fn on_network_event(&self, network_event: NetworkEvent) -> Result<Vec<Recorded>, Refusal> {
        self.ledger.on_network_event(call_id(), network_event, at())
    }

    fn call(&self) -> &Call {
        self.ledger.call(call_id()).unwrap()
    }

    fn then(&self, state: State, events: &[&str]) {
        let happened: Vec<_> = self.last.iter().map(|recorded| recorded.event.kind().as_str()).collect();
        assert_eq!((self.call().state(), happened), (state, events.to_vec()));
    }

    fn result(&self) -> Option<Code> {
        self.call().result_info().map(pair)
    }

    fn operation(&self, number: u128) -> &Operation {
        let mut operations = self.call().operations().iter();
        operations.find(|one| one.id() == Some(&nth(number))).unwrap()
    }

    /// The end of an operation: its state, its result and its completion reason.
    fn ended(&self, number: u128) -> Ended<'_> {
        let operation = self.operation(number);
        let reported = operation.resource();
        let reason = reported.completion_reason.value().map(CompletionReason::as_str);
        (operation.state(), reported.result_info.value().map(|result| pair(result)), reason)
    }
}

fn pair(result: &ResultInfo) -> Code {
    (result.code.value().copied().unwrap(), result.subcode.value().copied())
}

fn offer() -> Value {
    json!({ "source": { "identity": { "user": { "id": "caller" } } } })
}

fn redirect() -> Value {
    json!({ "targets": [{ "identity": { "user": { "id": "other" } } }] })
}

fn transfer() -> Value {
    json!({ "transferTarget": { "identity": { "user": { "id": "target" } } } })
}

fn prompt() -> Value {
    json!({ "prompts": [{ "mediaInfo": { "uri": "https://bot.contoso.com/prompt.wav" } }] })
}

fn audio(state: MediaState) -> NetworkEvent {
    NetworkEvent::AudioChanged(state)
}

fn roster(participants: Value) -> NetworkEvent {
    NetworkEvent::RosterChanged(read(participants))
}

fn someone() -> Box<ParticipantInfo> {
    read(json!({ "identity": { "user": { "id": "other" } } }))
}

fn failure() -> ResultInfo {
    read(json!({ "code": 500, "subcode": 8500 }))
}

/// An offered call of policy-based recording.
fn observed() -> Value {
    json!({ "source": offer()["source"], "incomingContext": { "observedParticipantId": "p" } })
}

/// A scene in each state. The call does what `before` says until it is established, and then what `up` says.
fn in_state(state: State, before: fn(Scene) -> Scene, up: fn(Scene) -> Scene) -> Scene {
    let placed = || before(Scene::placed(1));
    let is_up = || up(Scene::placed(1).meets(NetworkEvent::Connected(None)));
    in_state_of(state, || Scene::offered(offer()), placed, is_up)
}

/// The scene in each state, from a call that was offered, one that is establishing, and one that is established.
fn in_state_of(
    state: State,
    offered: impl Fn() -> Scene,
    placed: impl Fn() -> Scene,
    is_up: impl Fn() -> Scene,
) -> Scene {
    let scene = match state {
        State::Incoming => offered(),
        State::Redirecting => offered().requests(Method::Redirect, redirect()),
        State::Establishing => placed(),
        State::Ringing => placed().meets(NetworkEvent::Alerted),
        State::Established => is_up(),
        State::Hold => is_up().meets(NetworkEvent::Held),
        State::Transferring => is_up().requests(Method::Transfer, transfer()),
        State::TransferAccepted => {
            is_up().requests(Method::Transfer, transfer()).meets(NetworkEvent::TransferAccepted)
        }
        State::Terminating => is_up().requests(Method::DeleteCall, json!({})),
        State::Terminated => is_up().meets(NetworkEvent::hung_up(EndCode::PeerEnded)),
    };
    assert_eq!(scene.call().state(), state);
    scene
}

fn plain(state: State) -> Scene {
    in_state(state, |scene| scene, |scene| scene)
}

fn playing(state: State) -> Scene {
    let before = |scene: Scene| scene.meets(audio(MediaState::Active)).requests(Method::PlayPrompt, prompt());
    in_state(state, before, |scene| scene.requests(Method::PlayPrompt, prompt()))
}

fn recording(state: State) -> Scene {
    let before =
        |scene: Scene| scene.meets(audio(MediaState::Active)).requests(Method::RecordResponse, json!({}));
    in_state(state, before, |scene| scene.requests(Method::RecordResponse, json!({})))
}

/// A recording whose prompt still plays.
fn prompting(state: State) -> Scene {
    let before =
        |scene: Scene| scene.meets(audio(MediaState::Active)).requests(Method::RecordResponse, prompt());
    in_state(state, before, |scene| scene.requests(Method::RecordResponse, prompt()))
}

/// An operation that runs outside the media queue.
fn operating(state: State) -> Scene {
    fn sends(scene: Scene) -> Scene {
        scene.requests(Method::SendDtmfTones, json!({ "tones": ["tone1"] }))
    }
    in_state(state, |scene| sends(scene.meets(audio(MediaState::Active))), sends)
}

fn sharing(state: State) -> Scene {
    in_state(state, |scene| scene, |scene| scene.meets(NetworkEvent::ContentSharingStarted("session".into())))
}

/// A call of policy-based recording, with room for one more participant. Nobody was asked about yet.
fn policy(state: State) -> Scene {
    recorded(state, |scene| scene)
}

/// The app was asked about a participant, and has not answered.
fn asked(state: State) -> Scene {
    recorded(state, |scene| scene.meets(network_event("participantJoining")))
}

fn recorded(state: State, up: fn(Scene) -> Scene) -> Scene {
    let answer = json!({
        "callbackUri": "https://bot.contoso.com/callback", "participantCapacity": 2,
        "mediaConfig": { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
    });
    let offered = || Scene::offered(observed());
    let answered = || offered().requests(Method::Answer, answer.clone());
    in_state_of(state, offered, answered, || up(answered().meets(NetworkEvent::Connected(None))))
}

fn network_event(name: &str) -> NetworkEvent {
    match name {
        "offered" => NetworkEvent::Offered(read(offer())),
        "alerted" => NetworkEvent::Alerted,
        "connected" => NetworkEvent::Connected(None),
        "held" => NetworkEvent::Held,
        "resumed" => NetworkEvent::Resumed,
        "transferAccepted" => NetworkEvent::TransferAccepted,
        "transferFailed" => NetworkEvent::TransferFailed(TransferFailure::default()),
        "transferCompleted" => NetworkEvent::TransferCompleted(CallEnd::default()),
        "redirectAnswered" => NetworkEvent::RedirectAnswered(someone()),
        "hungUp" => NetworkEvent::hung_up(EndCode::PeerEnded),
        "mediaFailed" => NetworkEvent::MediaFailed(None),
        "audioChanged" => audio(MediaState::Inactive),
        "rosterChanged" => roster(json!([{ "id": "p" }])),
        "participantJoining" => NetworkEvent::ParticipantJoining(read(json!({ "id": "joiner" }))),
        "participantJoiningAnswered" => NetworkEvent::ParticipantJoiningAnswered {
            participant_id: "joiner".into(),
            response: read(json!({ "@odata.type": "#microsoft.graph.acceptJoinResponse" })),
        },
        "participantLeft" => NetworkEvent::ParticipantLeft("joiner".into()),
        "tonePressed" => NetworkEvent::TonePressed(Tone::Pound),
        "promptFinished" => NetworkEvent::PromptFinished(Ending::completed()),
        "recordingStarted" => NetworkEvent::RecordingStarted { location: None, access_token: None },
        "speechStarted" => NetworkEvent::SpeechStarted,
        "speechEnded" => NetworkEvent::SpeechEnded,
        "recordingFinished" => NetworkEvent::RecordingFinished(StopReason::Silence),
        "operationFinished" => NetworkEvent::operation_finished(nth(1), Ending::completed()),
        "contentSharingStarted" => NetworkEvent::ContentSharingStarted("session".into()),
        "contentSharingUpdated" => NetworkEvent::ContentSharingUpdated("session".into()),
        "contentSharingEnded" => NetworkEvent::ContentSharingEnded("session".into()),
        other => panic!("no network event {other}"),
    }
}

/// One column per state, in this order: incoming, establishing, ringing, redirecting; established, hold,
/// transferring, transferAccepted; terminating, terminated. `+` is legal and `.` is refused. The
/// documentation says nothing about `?`.
type Table<'a> = [(&'a str, &'a str)];

const PLAIN: &Table<'_> = &[
    ("offered", ".... .... .."),
    ("alerted", ".+.. .... .."),
    ("connected", ".++. .... .."),
    ("held", ".... +... .."),
    ("resumed", ".... .+.. .."),
    ("transferAccepted", ".... ..+. .."),
    ("transferFailed", ".... ..++ .."),
    ("transferCompleted", ".... ...+ .."),
    ("redirectAnswered", "...+ .... .."),
    ("hungUp", "++++ ++++ +."),
    ("mediaFailed", "++++ ++++ +."),
    ("audioChanged", "?++? ++++ ?."),
    ("rosterChanged", "++++ ++++ +."),
    ("participantJoining", ".... .... .."),
    ("participantJoiningAnswered", ".... .... .."),
    ("participantLeft", ".... .... .."),
    ("tonePressed", ".??. ++++ .."),
    ("promptFinished", ".... .... .."),
    ("recordingStarted", ".... .... .."),
    ("speechStarted", ".... .... .."),
    ("speechEnded", ".... .... .."),
    ("recordingFinished", ".... .... .."),
    ("operationFinished", ".... .... .."),
    ("contentSharingStarted", ".... ++++ .."),
    ("contentSharingUpdated", ".... .... .."),
    ("contentSharingEnded", ".... .... .."),
];

const PLAYING: &Table<'_> = &[
    ("promptFinished", ".++. ++++ +."),
    ("recordingStarted", ".... .... .."),
    ("speechStarted", ".... .... .."),
    ("speechEnded", ".... .... .."),
    ("recordingFinished", ".... .... .."),
];

const PROMPTING: &Table<'_> = &[
    ("promptFinished", ".++. ++++ +."),
    ("recordingStarted", ".++. ++++ +."),
    ("speechStarted", ".... .... .."),
    ("speechEnded", ".... .... .."),
    ("recordingFinished", ".... .... .."),
];

const RECORDING: &Table<'_> = &[
    ("promptFinished", ".... .... .."),
    ("recordingStarted", ".++. ++++ +."),
    ("speechStarted", ".++. ++++ +."),
    ("speechEnded", ".++. ++++ +."),
    ("recordingFinished", ".++. ++++ +."),
];

/// A late result is kept, not dropped.
const OPERATING: &Table<'_> = &[("operationFinished", ".++. ++++ ++")];

const SHARING: &Table<'_> = &[
    ("contentSharingStarted", ".... ++++ .."),
    ("contentSharingUpdated", ".... ++++ .."),
    ("contentSharingEnded", ".... ++++ .."),
];

const POLICY: &Table<'_> = &[
    ("participantJoining", ".... ++++ .."),
    ("participantJoiningAnswered", ".... .... .."),
    ("participantLeft", ".... .... .."),
];

const ASKED: &Table<'_> = &[
    ("participantJoining", ".... .... .."),
    ("participantJoiningAnswered", ".... ++++ +."),
    ("participantLeft", ".... ++++ +."),
];

type Scenes<'a> = [(fn(State) -> Scene, &'a Table<'a>)];

const SCENES: &Scenes<'_> = &[
    (plain, PLAIN),
    (playing, PLAYING),
    (prompting, PROMPTING),
    (recording, RECORDING),
    (operating, OPERATING),
    (sharing, SHARING),
    (policy, POLICY),
    (asked, ASKED),
];

/// The cells of a table: the scene, the network event, and whether it is legal there.
fn cells() -> impl Iterator<Item = (Scene, State, &'static str, bool)> {
    SCENES.iter().flat_map(|(scene, table)| {
        table.iter().flat_map(move |(name, row)| {
            let marks: Vec<char> = row.chars().filter(|mark| *mark != ' ').collect();
            assert_eq!(marks.len(), State::ALL.len(), "{name}");
            let states = State::ALL.iter().copied().zip(marks).filter(|(_, mark)| *mark != '?');
            states.map(move |(state, mark)| (scene(state), state, *name, mark == '+'))
        })
    })
}

#[test]
fn each_network_event_happens_in_its_states_and_is_refused_in_all_others() {
    let rows = SCENES.iter().map(|(_, table)| table.len() * State::ALL.len()).sum::<usize>();
    assert_eq!((rows, cells().count()), (510, 505));
    // An offer begins a call. Everything else happens in a cell of a table.
    let happens = cells().filter(|(.., is_legal)| *is_legal).map(|(_, _, name, _)| name);
    let named: BTreeSet<&str> = happens.chain(["offered"]).collect();
    assert_eq!(named, NetworkEventKind::ALL.iter().map(|kind| kind.as_str()).collect::<BTreeSet<_>>());
    for (scene, state, name, is_legal) in cells() {
        let before = scene.call().clone();
        match scene.on_network_event(network_event(name)) {
            Ok(events) => {
                assert!(is_legal, "`{name}` happens in `{state}`: {events:?}");
                scene.clone().take(events);
            }
            Err(refusal) => {
                assert!(!is_legal, "{refusal}");
                assert_eq!(
                    (refusal.what.as_str(), refusal.state, &refusal.why),
                    (name, Some(state), &Why::State)
                );
                assert_eq!(refusal.status(), 409);
            }
        }
        assert_eq!(*scene.call(), before);
    }
}

#[test]
fn a_refusal_names_what_is_legal() {
    // For each cell, a network event that is always refused there names which ones of the row would be legal.
    for (scene, state, name, is_legal) in cells() {
        let refusal = scene.on_network_event(network_event("offered")).unwrap_err();
        assert_eq!(
            refusal.legal.names().any(|legal| legal == name),
            is_legal,
            "`{name}` in `{state}`: {refusal}"
        );
        assert!(refusal.legal.names().all(|legal| refusal.to_string().contains(&format!("`{legal}`"))));
    }
    let over = plain(State::Terminated).on_network_event(NetworkEvent::Held).unwrap_err();
    assert_eq!(over.to_string(), "`held` is refused while the call is `terminated`; nothing is legal now");
}

#[test]
fn what_is_refused_names_everything_that_is_legal_in_a_plain_call() {
    for (index, state) in State::ALL.iter().enumerate() {
        let mark = |row: &str| row.chars().filter(|mark| *mark != ' ').nth(index).unwrap();
        let named = |wanted| PLAIN.iter().filter(move |(_, row)| mark(row) == wanted).map(|(name, _)| *name);
        let open: Vec<_> = named('?').collect();
        let refusal = plain(*state).on_network_event(network_event("offered")).unwrap_err();
        let mut legal: Vec<_> = refusal.legal.names().filter(|name| !open.contains(name)).collect();
        legal.sort_unstable();
        let mut expected: Vec<_> = named('+').collect();
        expected.sort_unstable();
        assert_eq!(legal, expected, "{state}");
    }
}

// Offered.

#[test]
fn a_call_is_offered_between_two_to_a_group_or_to_be_recorded() {
    let chat = json!({ "chatInfo": { "threadId": "19:meeting@thread.v2" } });
    let rows = [
        (offer(), Some(false), false),
        (json!({ "source": offer()["source"], "chatInfo": chat["chatInfo"] }), Some(true), false),
        (observed(), Some(false), true),
    ];
    for (offer, is_group, is_recording) in rows {
        let scene = Scene::offered(offer.clone());
        scene.then(State::Incoming, &["offered"]);
        let call = scene.call();
        assert_eq!((call.revision(), call.is_group()), (1, is_group));
        let details = call.details();
        assert_eq!(details.is_policy_based_recording(), is_recording);
        assert_eq!(details.direction.value(), Some(&graph::CallDirection::Incoming));
        assert_eq!(details.source, read::<graph::Call>(offer).source);
    }
}

#[test]
fn an_offer_cannot_set_the_state_the_id_or_the_direction() {
    let scene = Scene::offered(json!({
        "@odata.type": "#microsoft.graph.call", "state": "established", "id": "x", "direction": "outgoing",
        "toneInfo": { "tone": "pound" },
    }));
    scene.then(State::Incoming, &["offered"]);
    assert_eq!(json!(scene.last[0].event), json!({ "direction": "incoming", "callChainId": CALL }));
    assert_eq!(scene.call().id(), call_id());
}

#[test]
fn a_call_that_is_not_known_can_only_be_offered() {
    for (name, _) in PLAIN.iter().filter(|(name, _)| *name != "offered") {
        let refusal = Scene::default().on_network_event(network_event(name)).unwrap_err();
        assert_eq!((refusal.what.as_str(), refusal.state), (*name, None));
        assert_eq!(refusal.legal, Legal::NetworkEvents(vec![NetworkEventKind::Offered]));
    }
}

// Set-up of a call.

#[test]
fn the_callee_is_alerted_and_then_the_call_is_up() {
    let scene = Scene::placed(1).meets(NetworkEvent::Alerted);
    scene.then(State::Ringing, &["alerted"]);
    scene.meets(NetworkEvent::Connected(None)).then(State::Established, &["established", "rosterUpdated"]);
}

#[test]
fn a_call_that_connects_may_report_details() {
    let reported = json!({
        "@odata.type": "#microsoft.graph.call", "state": "hold", "id": "x", "myParticipantId": "me",
        "mediaState": { "audio": "active" }, "subject": "Stand-up",
    });
    let scene = Scene::placed(1).meets(NetworkEvent::Connected(Some(read(reported))));
    scene.then(State::Established, &["established", "rosterUpdated"]);
    let details = scene.call().details();
    assert_eq!(details.my_participant_id.value(), Some(&Id::from("me")));
    assert_eq!(details.subject.value().map(String::as_str), Some("Stand-up"));
    assert!(details.targets.value().is_some(), "what was known stays");
    assert_eq!(scene.call().audio(), Some(&MediaState::Active));
    assert_eq!(scene.call().id(), call_id());
}

#[test]
fn audio_is_reported_when_it_changes_and_changes_no_state() {
    for state in
        [State::Establishing, State::Ringing, State::Established, State::Hold, State::TransferAccepted]
    {
        let active = plain(state).meets(audio(MediaState::Active));
        active.then(state, &["detailsChanged"]);
        assert_eq!(active.call().audio(), Some(&MediaState::Active));
        let again = active.meets(audio(MediaState::Active));
        again.then(state, &[]);
        let inactive = again.meets(audio(MediaState::Inactive));
        inactive.then(state, &["detailsChanged"]);
        assert_eq!(inactive.call().audio(), Some(&MediaState::Inactive));
    }
}

// Hold and transfer.

#[test]
fn a_call_is_held_and_resumed_as_often_as_they_like() {
    let mut scene = Scene::established();
    for _ in 0..3 {
        scene = scene.meets(NetworkEvent::Held);
        scene.then(State::Hold, &["held"]);
        scene = scene.meets(NetworkEvent::Resumed);
        scene.then(State::Established, &["resumed"]);
    }
}

/// A call that is to be transferred: blindly, by replacing another call, or out of a group call.
fn transferring(kind: &str) -> Scene {
    let mut body = transfer();
    let scene = match kind {
        "group" => {
            body["transferee"] = json!({ "identity": { "user": { "id": "user-0" } } });
            Scene::placed(2).meets(NetworkEvent::Connected(None))
        }
        _ => Scene::established(),
    };
    let Some(replaced) = (kind == "consultative").then(|| Uuid::from_u128(99)) else {
        return scene.requests(Method::Transfer, body);
    };
    body["transferTarget"]["replacesCallId"] = json!(replaced);
    // The consultation is a call of its own, which is established.
    let mut scene = scene;
    for (revision, event) in ["placed", "established"].iter().enumerate() {
        let line = format!(r#"{{"call":"{replaced}","rev":{},"type":"{event}","data":{{}}}}"#, revision + 1);
        scene.ledger.apply(&line.parse().unwrap()).unwrap();
    }
    scene.requests(Method::Transfer, body)
}

#[test]
fn a_transfer_that_fails_leaves_the_call_up_and_says_how() {
    let rows = [("blind", 7000), ("consultative", 7700), ("group", 7000)];
    for (kind, subcode) in rows {
        let request = transferring(kind);
        request.then(State::Transferring, &["transferRequested", "transferStarted"]);
        for scene in [request.clone(), request.meets(NetworkEvent::TransferAccepted)] {
            let failed = scene.meets(NetworkEvent::TransferFailed(TransferFailure::default()));
            failed.then(State::Established, &["transferFailed"]);
            assert_eq!(failed.result(), Some((500, Some(subcode))), "{kind}");
            let held = failed.meets(NetworkEvent::Held);
            assert_eq!(held.result(), None, "it was the transfer's, not the call's");
        }
    }
}

#[test]
fn a_transfer_after_a_failed_consultative_one_fails_as_what_it_is() {
    let scene = transferring("consultative").meets(NetworkEvent::TransferFailed(TransferFailure::default()));
    let scene = scene
        .requests(Method::Transfer, transfer())
        .meets(NetworkEvent::TransferFailed(TransferFailure::default()));
    assert_eq!(scene.result(), Some((500, Some(7000))));
}

#[test]
fn a_transfer_that_is_completed_ends_the_call() {
    for kind in ["blind", "consultative", "group"] {
        let accepted = transferring(kind).meets(NetworkEvent::TransferAccepted);
        accepted.then(State::TransferAccepted, &["transferAccepted"]);
        let events = accepted.on_network_event(NetworkEvent::TransferCompleted(CallEnd::default())).unwrap();
        assert_eq!(events[0].event.kind().as_str(), "terminated");
        let mut ended = accepted;
        ended.take(events);
        let is_consultative = kind == "consultative";
        let result = (!is_consultative).then_some((0, Some(7015)));
        assert_eq!((ended.call().state(), ended.result()), (State::Terminated, result), "{kind}");
        let reason = ended.call().details().termination_reason.value().map(String::as_str);
        assert_eq!(reason, is_consultative.then_some("AppTransferred"), "{kind}");
    }
}

// The end.

#[test]
fn an_answered_redirect_ends_the_call_and_reports_who_answered() {
    let scene = plain(State::Redirecting).meets(NetworkEvent::RedirectAnswered(someone()));
    scene.then(State::Terminated, &["terminated"]);
    let details = scene.call().details();
    assert_eq!(details.answered_by.value(), Some(&someone()));
    assert_eq!(details.termination_reason.value().map(String::as_str), Some("AppRedirected"));
    assert_eq!(scene.result(), None);
}

#[test]
fn a_call_is_hung_up_in_every_live_state_with_every_code() {
    for state in State::ALL.iter().copied().filter(|state| state.is_live()) {
        for code in EndCode::ALL {
            let scene = plain(state).meets(NetworkEvent::hung_up(*code));
            scene.then(State::Terminated, &["terminated"]);
            assert_eq!(scene.result(), Some((code.code(), code.subcode())), "{state} {code}");
            let message = scene.call().result_info().unwrap().message.value().cloned();
            assert_eq!(message.as_deref(), Some(code.meaning()));
        }
    }
}

#[test]
fn a_call_whose_media_fail_ends() {
    for state in State::ALL.iter().copied().filter(|state| state.is_live()) {
        let scene = plain(state).meets(NetworkEvent::MediaFailed(None));
        scene.then(State::Terminated, &["terminated"]);
        assert_eq!(scene.result(), Some((410, Some(301_005))));
    }
}

#[test]
fn what_plays_when_the_call_ends_is_orphaned() {
    let scene = Scene::established()
        .requests(Method::PlayPrompt, prompt())
        .requests(Method::PlayPrompt, prompt())
        .meets(NetworkEvent::hung_up(EndCode::PeerEnded));
    scene.then(State::Terminated, &["terminated"]);
    assert_eq!(scene.call().orphans().count(), 2);
    assert_eq!(scene.call().media_queue().count(), 0);
    assert!(scene.on_network_event(NetworkEvent::PromptFinished(Ending::completed())).is_err());
}

// Participants.

/// The participants of a call as `id` or `id muted`.
fn present(scene: &Scene) -> Vec<String> {
    let name = |one: &Participant| {
        let muted = if one.is_muted.value() == Some(&true) { " muted" } else { "" };
        format!("{}{muted}", one.id.value().unwrap())
    };
    scene.call().participants().map(name).collect()
}

#[test]
fn a_roster_reports_who_joined_changed_and_left_and_is_numbered() {
    let steps = [
        (json!([{ "id": "a" }, { "id": "b" }]), vec!["a", "b"], 1),
        (json!([{ "id": "b", "isMuted": true }]), vec!["a", "b muted"], 2),
        (json!([{ "id": "a", "removedState": { "reason": "Removed" } }]), vec!["b muted"], 3),
        (json!([{ "id": "a" }]), vec!["a", "b muted"], 4),
    ];
    let mut scene = Scene::placed(2).meets(NetworkEvent::Connected(None));
    for (reported, expected, number) in steps {
        scene = scene.meets(roster(reported.clone()));
        scene.then(State::Established, &["rosterUpdated"]);
        assert_eq!(json!(scene.last[0].event), json!({ "sequenceNumber": number, "participants": reported }));
        assert_eq!(present(&scene), expected);
    }
}

#[test]
fn a_roster_reports_only_what_has_changed() {
    let known = json!([{ "id": "a" }, { "id": "b" }]);
    let scene = Scene::established().meets(roster(known.clone())).meets(roster(known));
    scene.then(State::Established, &[]);
    let scene = scene.meets(roster(json!([])));
    scene.then(State::Established, &[]);
    let scene = scene.meets(roster(json!([{ "id": "a" }, { "id": "b", "isInLobby": true }, { "id": "c" }])));
    let reported = json!(scene.last[0].event);
    assert_eq!(reported["participants"], json!([{ "id": "b", "isInLobby": true }, { "id": "c" }]));
}

// Tones.

fn tones(scene: &Scene) -> Vec<(i64, &str)> {
    let tone = |one: &graph::ToneInfo| one.sequence_id.value().copied().unwrap();
    scene.call().tones().iter().map(|one| (tone(one), one.tone.value().unwrap().as_str())).collect()
}

#[test]
fn tones_are_reported_only_to_an_app_that_subscribed() {
    let silent = Scene::established().meets(NetworkEvent::TonePressed(Tone::Tone1));
    silent.then(State::Established, &[]);
    let mut scene = silent.requests(Method::SubscribeToTone, json!({}));
    assert_eq!(scene.ended(1).0, operation::State::Completed);
    for tone in [Tone::Tone1, Tone::Tone1, Tone::Pound] {
        scene = scene.meets(NetworkEvent::TonePressed(tone));
        scene.then(State::Established, &["toneReceived"]);
    }
    assert_eq!(tones(&scene), [(1, "tone1"), (2, "tone1"), (3, "pound")]);
}

#[test]
fn a_subscription_to_tones_outlives_what_is_cancelled() {
    let scene = Scene::established()
        .requests(Method::SubscribeToTone, json!({}))
        .requests(Method::PlayPrompt, prompt())
        .requests(Method::CancelMediaProcessing, json!({}))
        .meets(NetworkEvent::TonePressed(Tone::Star));
    scene.then(State::Established, &["toneReceived"]);
}

#[test]
fn a_stop_tone_ends_the_recording_and_is_reported_only_to_an_app_that_subscribed() {
    let record = json!({ "stopTones": ["#", "1"] });
    let rows: [(Tone, bool, &[&str]); 5] = [
        (Tone::Pound, false, &["operationCompleted"]),
        (Tone::Tone1, false, &["operationCompleted"]),
        (Tone::Tone2, false, &[]),
        (Tone::Pound, true, &["toneReceived", "operationCompleted"]),
        (Tone::Tone2, true, &["toneReceived"]),
    ];
    for (tone, subscribes, events) in rows {
        let scene = Scene::established().requests(Method::RecordResponse, record.clone());
        let scene = if subscribes { scene.requests(Method::SubscribeToTone, json!({})) } else { scene };
        let scene = scene.meets(NetworkEvent::TonePressed(tone));
        scene.then(State::Established, events);
        if events.contains(&"operationCompleted") {
            let ended = (operation::State::Completed, None, Some("stopToneDetected"));
            assert_eq!(scene.ended(1), ended);
            assert!(scene.operation(1).is_success());
        }
    }
}

#[test]
fn a_stop_tone_stops_nothing_while_the_prompt_plays() {
    let mut record = prompt();
    record["stopTones"] = json!(["#"]);
    let scene = Scene::established().requests(Method::RecordResponse, record);
    let scene = scene.meets(NetworkEvent::TonePressed(Tone::Pound));
    scene.then(State::Established, &[]);
    let scene = scene.meets(NetworkEvent::PromptFinished(Ending::completed()));
    let scene = scene.meets(NetworkEvent::TonePressed(Tone::Pound));
    scene.then(State::Established, &["operationCompleted"]);
}

#[test]
fn a_tone_stops_no_recording_that_waits() {
    let scene = Scene::established()
        .requests(Method::PlayPrompt, prompt())
        .requests(Method::RecordResponse, json!({ "stopTones": ["#"] }))
        .meets(NetworkEvent::TonePressed(Tone::Pound));
    scene.then(State::Established, &[]);
}

// Prompts.

#[test]
fn a_prompt_is_over_with_each_ending() {
    use operation::State::{Completed, Failed};
    let unknown = Ending::completed_because(CompletionReason::Unknown);
    let rows = [
        (Ending::completed(), "operationCompleted", (Completed, Some((200, Some(0))), None)),
        (unknown, "operationCompleted", (Completed, None, Some("unknown"))),
        (Ending::with_result(failure()), "operationFailed", (Failed, Some((500, Some(8500))), None)),
    ];
    for (ending, event, ended) in rows {
        let scene = Scene::established().requests(Method::PlayPrompt, prompt());
        scene.then(State::Established, &["operationQueued", "operationStarted"]);
        let scene = scene.meets(NetworkEvent::PromptFinished(ending));
        scene.then(State::Established, &[event]);
        assert_eq!(scene.ended(1), ended);
        assert_eq!(scene.call().media_queue().count(), 0);
    }
}

#[test]
fn what_waits_behind_a_prompt_starts_as_it_is_over() {
    let scene = Scene::established()
        .requests(Method::PlayPrompt, prompt())
        .requests(Method::RecordResponse, json!({}))
        .requests(Method::PlayPrompt, prompt());
    scene.then(State::Established, &["operationQueued"]);
    let scene = scene.meets(NetworkEvent::PromptFinished(Ending::completed()));
    scene.then(State::Established, &["operationCompleted", "operationStarted"]);
    assert_eq!(scene.operation(2).state(), operation::State::Running);
    let scene = scene.meets(NetworkEvent::RecordingFinished(StopReason::Silence));
    scene.then(State::Established, &["operationCompleted", "operationStarted"]);
    let scene = scene.meets(NetworkEvent::PromptFinished(Ending::with_result(failure())));
    scene.then(State::Established, &["operationFailed"]);
    let states: Vec<_> = (1..=3).map(|number| scene.operation(number).state().as_str()).collect();
    assert_eq!(states, ["completed", "completed", "failed"]);
}

#[test]
fn the_prompt_before_a_recording_is_over_and_the_recording_begins() {
    for ending in [Ending::completed(), Ending::completed_because(CompletionReason::CompletedSuccessfully)] {
        let scene = Scene::established().requests(Method::RecordResponse, prompt());
        let scene = scene.meets(NetworkEvent::PromptFinished(ending));
        scene.then(State::Established, &["recordingStarted"]);
        assert_eq!(scene.operation(1).state(), operation::State::Running);
        assert!(scene.on_network_event(NetworkEvent::PromptFinished(Ending::completed())).is_err());
    }
    let scene = Scene::established().requests(Method::RecordResponse, prompt());
    let scene = scene.meets(NetworkEvent::PromptFinished(Ending::with_result(failure())));
    scene.then(State::Established, &["operationFailed"]);
    assert_eq!(scene.ended(1), (operation::State::Failed, Some((500, Some(8500))), None));
}

// Recordings.

fn started() -> NetworkEvent {
    NetworkEvent::RecordingStarted {
        location: Some("https://media.contoso.com/recording".into()),
        access_token: Some(Secret::new("eyJ0".into())),
    }
}

#[test]
fn a_recording_goes_on_from_its_start_over_speech_to_silence() {
    for request in [json!({}), prompt()] {
        let scene = Scene::established().requests(Method::RecordResponse, request).meets(started());
        scene.then(State::Established, &["recordingStarted"]);
        let scene = scene.meets(NetworkEvent::SpeechStarted);
        scene.then(State::Established, &["speechStarted"]);
        let scene = scene.meets(NetworkEvent::SpeechEnded);
        scene.then(State::Established, &["speechEnded"]);
        scene
            .meets(NetworkEvent::RecordingFinished(StopReason::Silence))
            .then(State::Established, &["operationCompleted"]);
    }
}

#[test]
fn a_recording_ends_for_each_reason_and_a_successful_one_has_a_location() {
    use operation::State::{Completed, Failed};
    let rows = [
        (StopReason::InitialSilence, (Failed, Some((408, None)), None)),
        (StopReason::Silence, (Completed, Some((200, Some(0))), None)),
        (StopReason::MaxDuration, (Completed, Some((200, Some(8515))), None)),
        (StopReason::StopTone, (Completed, None, Some("stopToneDetected"))),
        (StopReason::with_result(failure()), (Failed, Some((500, Some(8500))), None)),
    ];
    for (reason, ended) in rows {
        let scene = Scene::established().requests(Method::RecordResponse, json!({})).meets(started());
        let scene = scene.meets(NetworkEvent::RecordingFinished(reason));
        let is_sound = ended.0 == Completed;
        scene.then(State::Established, &[if is_sound { "operationCompleted" } else { "operationFailed" }]);
        assert_eq!(scene.ended(1), ended);
        let reported = scene.operation(1).resource();
        let place = ("https://media.contoso.com/recording", "eyJ0");
        let found = reported.recording_location.value().map(String::as_str);
        let token = reported.recording_access_token.value().map(|token| token.expose().as_str());
        assert_eq!(found.zip(token), is_sound.then_some(place));
        assert_eq!(scene.operation(1).is_success(), is_sound);
    }
}

#[test]
fn what_opens_a_recording_does_not_show() {
    let scene = Scene::established().requests(Method::RecordResponse, json!({})).meets(started());
    let shown = format!("{:?} {:?} {:?}", started(), scene.last, scene.call());
    assert!(shown.contains("Secret(…)") && !shown.contains("eyJ0"));
}

// Other operations.

/// A group call in which a participant can be put on hold.
fn group() -> Scene {
    let reported =
        read(json!({ "myParticipantId": "me", "chatInfo": { "threadId": "19:meeting@thread.v2" } }));
    Scene::placed(2).meets(NetworkEvent::Connected(Some(reported))).meets(roster(json!([{ "id": "p" }])))
}

#[test]
fn an_operation_of_each_kind_is_over_with_each_ending() {
    use operation::State::{Completed, Failed};
    let invite = json!({ "participants": [{ "identity": { "user": { "id": "new" } } }] });
    let dtmf = json!({ "tones": ["tone1"] });
    let plain = (Completed, None, None);
    let rows = [
        (Method::SendDtmfTones, None, dtmf, (Completed, None, Some("completedSuccessfully"))),
        (Method::Invite, None, invite, plain),
        (Method::AddLargeGalleryView, None, json!({}), plain),
        (Method::StartHoldMusic, Some("p"), json!({}), plain),
    ];
    for (method, item, body, completed) in rows {
        let request = group().requests_of(method, item, body);
        assert_eq!(request.operation(1).state(), operation::State::Running);
        let finish = |ending| request.clone().meets(NetworkEvent::operation_finished(nth(1), ending));
        let done = finish(Ending::completed());
        let joins = (method == Method::Invite).then_some("rosterUpdated");
        done.then(State::Established, &["operationCompleted"].into_iter().chain(joins).collect::<Vec<_>>());
        assert_eq!(done.ended(1), completed, "{method}");
        assert!(done.operation(1).is_success());
        let non_canonical = finish(Ending::completed_because(CompletionReason::MediaOperationCanceled));
        assert_eq!(non_canonical.call().on_hold(), None, "who was to be put on hold is not");
        assert_eq!(non_canonical.ended(1), (Completed, None, Some("mediaOperationCanceled")));
        assert!(!non_canonical.operation(1).is_success(), "completed is no success by itself");
        let failed = finish(Ending::with_result(failure()));
        assert_eq!(failed.ended(1), (Failed, Some((500, Some(8500))), None));
        let settled =
            done.on_network_event(NetworkEvent::operation_finished(nth(1), Ending::completed())).unwrap_err();
        assert_eq!(settled.what, Input::NetworkEvent(NetworkEventKind::OperationFinished));
        assert!(!settled.legal.contains(settled.what), "{settled}");
    }
}

#[test]
fn hold_music_that_is_stopped_is_an_operation_too() {
    let mut scene = group()
        .requests_of(Method::StartHoldMusic, Some("p"), json!({}))
        .meets(NetworkEvent::operation_finished(nth(1), Ending::completed()));
    assert_eq!(scene.call().on_hold(), Some(&Id::from("p")));
    let command = Command::StopHoldMusic("p".into(), Box::default());
    let mut request = RequestContext::new(at(), Uuid::from_u128(2), AppIdentity::new(Permission::ALL));
    request.hold_music_stops_later = true;
    scene.take(scene.ledger.decide(Some(call_id()), command, &request).unwrap().events);
    assert_eq!(scene.call().on_hold(), None);
    let scene = scene.meets(NetworkEvent::operation_finished(nth(2), Ending::completed()));
    scene.then(State::Established, &["operationCompleted"]);
}

#[test]
fn hold_music_that_fails_puts_nobody_on_hold() {
    let scene = group()
        .requests_of(Method::StartHoldMusic, Some("p"), json!({}))
        .meets(NetworkEvent::operation_finished(nth(1), Ending::with_result(failure())));
    scene.then(State::Established, &["operationFailed", "holdMusicStopped"]);
    assert_eq!(scene.call().on_hold(), None);
}

#[test]
fn an_invitation_that_is_accepted_makes_a_group_call() {
    let invite = json!({ "participants": [{ "identity": { "user": { "id": "new" } } }] });
    let request = Scene::established().requests(Method::Invite, invite);
    assert_eq!(request.call().is_group(), Some(false));
    let finish = |ending| request.clone().meets(NetworkEvent::operation_finished(nth(1), ending));
    assert_eq!(finish(Ending::completed()).call().is_group(), Some(true));
    assert_eq!(finish(Ending::with_result(failure())).call().is_group(), Some(false));
}

#[test]
fn media_operations_that_run_or_wait_are_not_over_as_others_are() {
    let scene = Scene::established()
        .requests(Method::PlayPrompt, prompt())
        .requests(Method::RecordResponse, json!({}))
        .requests(Method::SendDtmfTones, json!({ "tones": ["tone1"] }));
    for (number, is_legal) in [(1, false), (2, false), (3, true), (4, false)] {
        for ending in [Ending::completed(), Ending::with_result(failure())] {
            let reacted = scene.on_network_event(NetworkEvent::operation_finished(nth(number), ending));
            assert_eq!(reacted.is_ok(), is_legal, "{number}");
        }
    }
}

#[test]
fn a_late_result_of_an_orphaned_operation_is_kept() {
    let scene = operating(State::Terminated);
    assert_eq!(scene.call().orphans().count(), 1);
    let scene = scene.meets(NetworkEvent::operation_finished(nth(1), Ending::completed()));
    scene.then(State::Terminated, &["operationCompleted"]);
    assert_eq!(scene.call().orphans().count(), 0);
}

// Shared content.

#[test]
fn content_is_shared_in_sessions_until_nobody_shares_it_any_more() {
    let start = |id: &str| NetworkEvent::ContentSharingStarted(id.into());
    let end = |id: &str| NetworkEvent::ContentSharingEnded(id.into());
    let scene = Scene::established().meets(start("a"));
    scene.then(State::Established, &["contentSharingStarted"]);
    let scene = scene.meets(start("a"));
    scene.then(State::Established, &[]);
    let scene = scene.meets(start("b"));
    assert!(scene.call().content_sharing().eq(&[Id::from("a"), "b".into()]));
    let scene = scene.meets(end("a"));
    scene.then(State::Established, &["contentSharingEnded"]);
    assert!(scene.call().content_sharing().eq(&[Id::from("b")]));
    assert!(scene.on_network_event(end("a")).is_err());
}
