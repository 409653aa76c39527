//! A call that gets both notifications and requests, and inputs with unusual times, ids and bodies. Each test
//! is for a fault that was once found.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::{CALL, about, at, audio, call_id, reported, somebody};
use callfold::call::{
    AppIdentity, Call, Command, Decision, Delivery, Ending, EventKind, NetworkEvent, RequestContext, State,
};
use callfold::graph::{self, CommsNotification, Method, Permission, Route};
use callfold::jiff::Timestamp;
use callfold::uuid::Uuid;
use callfold::{Ledger, Recorded, Refusal};
use serde_json::{Value, json};

/// One call that is both observed and requested.
struct Both {
    ledger: Ledger,
    request: u128,
}

impl Both {
    fn notified(notification: &CommsNotification) -> Self {
        Self { ledger: Ledger::new(), request: 0 }.observe(notification, 0)
    }

    fn observe(mut self, notification: &CommsNotification, second: i64) -> Self {
        let mut delivery = Delivery::default();
        delivery.received_at = Some(at(second));
        let observed = Call::observe(self.ledger.call(call_id()), call_id(), notification, &delivery);
        self.apply(&observed.events);
        self
    }

    fn apply(&mut self, events: &[Recorded]) {
        for recorded in events {
            self.ledger.apply(recorded).expect("it folds");
        }
    }

    fn request(&mut self, method: Method, body: &Value, second: i64) -> Result<Decision, Refusal> {
        self.request += 1;
        let route = Route::new(method, Some(call_id()), None);
        let request =
            RequestContext::new(at(second), Uuid::from_u128(self.request), AppIdentity::new(Permission::ALL));
        let command = Command::read(&route, body.to_string().as_bytes());
        let decision = self.ledger.decide(Some(call_id()), command, &request)?;
        self.apply(&decision.events);
        Ok(decision)
    }

    fn on_network_event(&mut self, network_event: NetworkEvent, second: i64) -> Result<(), Refusal> {
        let events = self.ledger.on_network_event(call_id(), network_event, at(second))?;
        self.apply(&events);
        Ok(())
    }

    fn call(&self) -> &Call {
        self.ledger.call(call_id()).unwrap()
    }
}

fn established() -> Both {
    Both::notified(&reported(json!({ "state": "established" })))
}

fn prompt(context: &str) -> Value {
    json!({ "prompts": [audio()], "clientContext": context })
}

/// An operation that is reported with its `clientContext` only.
fn nameless(kind: &str, status: &str) -> CommsNotification {
    let type_name = format!("#microsoft.graph.{kind}Operation");
    about(
        "/operations",
        "updated",
        json!({ "@odata.type": type_name, "clientContext": "c", "status": status }),
    )
}

#[test]
fn a_client_context_of_an_operation_without_an_id_is_in_use() {
    let mut both = established().observe(&nameless("playPrompt", "running"), 1);
    assert_eq!(both.request(Method::PlayPrompt, &prompt("c"), 2).unwrap_err().status(), 409);
    assert!(both.request(Method::PlayPrompt, &prompt("d"), 2).is_ok());
}

#[test]
fn an_id_is_given_once() {
    let mut both = established();
    both.request(Method::PlayPrompt, &prompt("a"), 1).unwrap();
    both.request = 0;
    let refusal = both.request(Method::SendDtmfTones, &json!({ "tones": ["tone1"] }), 1).unwrap_err();
    assert_eq!(refusal.status(), 409);
}

#[test]
fn a_recording_that_is_reported_as_ended_has_left_the_queue() {
    let mut both = established();
    both.request(Method::RecordResponse, &json!({ "clientContext": "c" }), 1).unwrap();
    let both = both.observe(&nameless("record", "completed"), 2);
    assert_eq!((both.call().media_queue().count(), both.call().deadlines().len()), (0, 0));
    assert!(both.call().expire(at(4_000)).is_empty());
}

#[test]
fn a_queued_operation_is_ended_by_its_own_network_event_under_any_id() {
    let mut both = established();
    both.request(Method::PlayPrompt, &prompt("c"), 1).unwrap();
    let alias = json!({ "@odata.type": "#microsoft.graph.playPromptOperation", "clientContext": "c", "status": "running" });
    let mut both = both.observe(&about("/operations/alias", "updated", alias), 2);
    let finished = NetworkEvent::operation_finished("alias".into(), callfold::call::Ending::completed());
    assert!(both.on_network_event(finished, 3).is_err());
    assert!(
        both.on_network_event(NetworkEvent::PromptFinished(callfold::call::Ending::completed()), 3).is_ok()
    );
    assert_eq!(both.call().media_queue().count(), 0);
}

#[test]
fn a_deadline_that_something_outlived_is_none() {
    let both = Both::notified(&reported(json!({ "state": "incoming" })));
    assert_eq!(both.call().next_deadline().unwrap().at, at(15));
    let both = both.observe(&reported(json!({ "subject": "x" })), 100);
    assert_eq!(both.call().next_deadline(), None);
    assert!(both.call().expire(at(200)).is_empty());
}

#[test]
fn a_clock_that_goes_back_does_not_take_the_log_with_it() {
    let mut both = established().observe(&reported(json!({ "subject": "x" })), 10);
    both.on_network_event(NetworkEvent::Held, 5).unwrap();
    assert_eq!(both.call().last_at(), Some(at(10)));
    let kept = both.request(Method::KeepAlive, &json!({}), 3).unwrap();
    assert_eq!(kept.events[0].at, Some(at(10)));
}

#[test]
fn what_is_accepted_can_be_read_again_from_the_log() {
    for depth in 90..130 {
        let deep = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let body = format!(r#"{{"prompts":[{}],"x":{deep}}}"#, audio());
        let route = Route::new(Method::PlayPrompt, Some(call_id()), None);
        let command = Command::read(&route, body.as_bytes());
        let request = RequestContext::new(at(1), Uuid::from_u128(1), AppIdentity::new(Permission::ALL));
        let Ok(decision) = established().call().decide(command, &request) else { continue };
        for recorded in &decision.events {
            assert_eq!(&recorded.to_string().parse::<Recorded>().unwrap(), recorded, "{depth}");
            assert_eq!(&recorded.cloud_event().to_string().parse::<Recorded>().unwrap(), recorded, "{depth}");
        }
    }
}

#[test]
fn the_last_type_counts_if_it_occurs_twice() {
    for json in [r#"{"@odata.type":5,"@odata.type":"x"}"#, r#"{"@odata.type":"x","@odata.type":null}"#] {
        let read: graph::ResultInfo = serde_json::from_str(json).unwrap();
        let again: graph::ResultInfo = serde_json::from_value(json!(read)).unwrap();
        assert_eq!(read, again, "{json}");
    }
}

#[test]
fn what_an_app_may_not_say_of_its_call_is_not_taken() {
    let route = Route::new(Method::CreateCall, None, None);
    let body = json!({
        "callbackUri": "https://bot.contoso.com/", "mediaConfig": {}, "targets": [somebody()], "subject": null,
        "mediaState": { "audio": "active" }, "resultInfo": { "code": 200 }, "myParticipantId": "me",
        "toneInfo": { "tone": "tone1" }, "@odata.context": "x", "state": "established", "direction": "incoming",
        "callRoutes": [{}], "incomingContext": { "observedParticipantId": "p" }, "transcription": {},
        "contentSharingSessions": [{ "id": "s" }], "operations": [{ "id": "o" }], "participants": [{ "id": "p" }],
        "answeredBy": {}, "terminationReason": "AppInitiated", "id": "i", "tenantId": "t",
    });
    let command = Command::read(&route, body.to_string().as_bytes());
    let request = RequestContext::new(at(1), Uuid::from_u128(1), AppIdentity::new(Permission::ALL));
    let placed = Call::begin(Call::place(command, &request).unwrap().events[0].clone()).unwrap();
    assert_eq!((placed.state(), placed.audio(), placed.result_info()), (State::Establishing, None, None));
    let mut expected = json!({ "direction": "outgoing", "callChainId": Uuid::from_u128(1) });
    for said in ["callbackUri", "mediaConfig", "targets", "tenantId"] {
        expected[said] = body[said].clone();
    }
    assert_eq!(json!(placed.details()), expected);
}

#[test]
fn a_bot_observes_a_roster_of_participants_with_and_without_ids_as_it_was_posted() {
    let participant = |json: Value| serde_json::from_value::<graph::Participant>(json).unwrap();
    let user = |id: &str| json!({ "identity": { "user": { "id": id } } });
    let mut service =
        Both::notified(&reported(json!({ "state": "established", "chatInfo": { "threadId": "19:x" } })));
    let changed = vec![
        participant(json!({ "id": "p3", "info": user("u3"), "removedState": null })),
        participant(json!({ "info": user("u0") })),
        participant(json!({ "id": "p0", "info": user("u0"), "isMuted": true })),
    ];
    let events =
        service.ledger.on_network_event(call_id(), NetworkEvent::RosterChanged(changed), at(1)).unwrap();
    let bot = established();
    service.apply(&events);
    let notify = callfold::Notify::new();
    let bot = bot.observe(&notify.event(service.call(), &events[0]).unwrap(), 1);
    let ids = |call: &Call| call.participants().map(|one| one.id.clone()).collect::<Vec<_>>();
    assert_eq!(ids(service.call()), ids(bot.call()));
}

#[test]
fn a_call_that_connects_as_a_group_call_reports_its_participants() {
    let mut service = Both { ledger: Ledger::new(), request: 0 };
    let offer = json!({ "source": {}, "targets": [{}] });
    service.on_network_event(NetworkEvent::Offered(serde_json::from_value(offer).unwrap()), 0).unwrap();
    let answer = json!({ "callbackUri": "https://bot.contoso.com/", "mediaConfig": {} });
    service.request(Method::Answer, &answer, 1).unwrap();
    let somebody = serde_json::from_value(json!({ "id": "p" })).unwrap();
    service.on_network_event(NetworkEvent::RosterChanged(vec![somebody]), 2).unwrap();
    let chat = serde_json::from_value(json!({ "chatInfo": { "threadId": "19:x" } })).unwrap();
    let events =
        service.ledger.on_network_event(call_id(), NetworkEvent::Connected(Some(chat)), at(3)).unwrap();
    let names: Vec<_> = events.iter().map(|one| one.event.kind().as_str()).collect();
    assert_eq!(names, ["established", "rosterUpdated"]);
}

#[test]
fn a_call_that_becomes_a_group_call_by_an_invitation_reports_its_participants() {
    let failed = || Ending::with_result(serde_json::from_value(json!({ "code": 500 })).unwrap());
    let invite = json!({ "participants": [{ "identity": { "user": { "id": "new" } } }] });
    let tones = json!({ "tones": ["tone1"] });
    let between_two = json!({ "state": "established", "source": {}, "targets": [{}] });
    let rows: [(Method, &Value, Ending, &[&str]); 3] = [
        (Method::Invite, &invite, Ending::completed(), &["operationCompleted", "rosterUpdated"]),
        (Method::Invite, &invite, failed(), &["operationFailed"]),
        (Method::SendDtmfTones, &tones, Ending::completed(), &["operationCompleted"]),
    ];
    for (method, body, ending, expected) in rows {
        let mut service = Both::notified(&reported(between_two.clone()));
        let somebody = serde_json::from_value(json!({ "id": "p" })).unwrap();
        service.on_network_event(NetworkEvent::RosterChanged(vec![somebody]), 1).unwrap();
        service.request(method, body, 2).unwrap();
        let operation = Uuid::from_u128(service.request).into();
        let over = NetworkEvent::operation_finished(operation, ending);
        let events = service.ledger.on_network_event(call_id(), over, at(3)).unwrap();
        let names: Vec<_> = events.iter().map(|one| one.event.kind().as_str()).collect();
        assert_eq!(names, expected, "{method}");
    }
}

#[test]
fn the_fold_refuses_what_nobody_could_have_recorded() {
    let call = established();
    for (name, data) in [
        ("operationQueued", r#"{"operation":{"id":"o","status":"completed"},"playPrompt":{}}"#),
        (
            "operationQueued",
            r#"{"operation":{"@odata.type":"recordOperation","id":"o","status":"notStarted"},"playPrompt":{}}"#,
        ),
        ("operationQueued", r#"{"operation":{"clientContext":"c","status":"notStarted"},"playPrompt":{}}"#),
        ("answerRequested", "{}"),
        ("redirectRequested", "{}"),
        ("speechEnded", r#"{"operation":"o"}"#),
        ("recordingStarted", r#"{"operation":"o"}"#),
    ] {
        let line = format!(r#"{{"call":"{CALL}","rev":2,"type":"{name}","data":{data}}}"#);
        let recorded: Recorded = line.parse().unwrap();
        let mut after = call.call().clone();
        assert!(after.evolve(recorded.clone()).is_err(), "{line}");
        assert_eq!(&after, call.call());
    }
}

#[test]
fn every_event_of_the_service_has_a_name_on_the_list() {
    let known: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert!(known.contains(&"contentSharingUpdated") && known.contains(&"audioRoutingGroupCreated"));
    let mut once = known.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), known.len());
}

#[test]
fn a_request_for_an_operation_needs_an_id() {
    let route = Route::new(Method::GetOperation, Some(call_id()), None);
    let request = RequestContext::new(at(1), Uuid::from_u128(1), AppIdentity::new(Permission::ALL));
    let refusal = established().call().decide(Command::read(&route, b""), &request).unwrap_err();
    assert_eq!(
        (refusal.status(), refusal.to_string().as_str()),
        (400, "`getOperation` is refused: `path` must be a path that ends with an id")
    );
}

#[test]
fn stop_tones_are_keys_and_prompts_are_played_a_positive_number_of_times() {
    let mut both = established();
    for (method, body, member) in [
        (Method::RecordResponse, json!({ "stopTones": ["#", "tone1", "banana"] }), "stopTones[2]"),
        (Method::PlayPrompt, json!({ "prompts": [audio()], "loop": 0 }), "loop"),
    ] {
        let refusal = both.request(method, &body, 1).unwrap_err();
        assert_eq!((refusal.status(), &refusal.error().inner_error["member"]), (400, &json!(member)));
    }
    assert!(
        both.request(Method::RecordResponse, &json!({ "stopTones": ["#", "tone1", "5", "*", "A"] }), 1)
            .is_ok()
    );
}

#[test]
fn a_refused_network_event_is_not_among_the_legal_ones() {
    let mut both = established();
    both.request(Method::SendDtmfTones, &json!({ "tones": ["tone1"] }), 1).unwrap();
    let refusal = both
        .on_network_event(
            NetworkEvent::operation_finished("nope".into(), callfold::call::Ending::completed()),
            2,
        )
        .unwrap_err();
    assert!(!refusal.legal.contains(refusal.what), "{refusal}");
}

#[test]
fn a_keep_alive_before_the_decision_arms_nothing() {
    let mut both = Both::notified(&reported(json!({ "state": "incoming" })));
    both.request(Method::KeepAlive, &json!({}), 1).unwrap();
    let waits: Vec<_> = both.call().deadlines().iter().map(|due| due.deadline.as_str()).collect();
    assert_eq!(waits, ["answer"]);
}

#[test]
fn a_guessed_call_whose_state_is_named_waits_on_unless_it_has_ended() {
    for (named, expected) in [("hold", (1, 1)), ("terminated", (0, 0))] {
        let mut both = Both::notified(&about("/participants", "updated", json!([{ "id": "p" }])));
        both.request(Method::PlayPrompt, &prompt("c"), 1).unwrap();
        both.request(Method::KeepAlive, &json!({}), 2).unwrap();
        let (revision, data) = (both.call().revision() + 1, json!({ "state": named }));
        let adopted = json!({ "call": CALL, "rev": revision, "type": "adopted", "data": data });
        both.apply(&[adopted.to_string().parse().unwrap()]);
        let call = both.call();
        assert_eq!(call.state().as_str(), named);
        assert_eq!((call.media_queue().count(), call.deadlines().len()), expected, "{named}");
    }
}

#[test]
fn any_permission_that_could_have_opened_a_call_will_do_if_its_kind_is_unknown() {
    let both = established();
    assert!(both.call().allows(&[Permission::JoinGroupCall], Method::GetCall));
    assert!(!both.call().allows(&[], Method::GetCall));
}

#[test]
fn a_call_is_not_placed_under_an_id_that_is_in_use() {
    let both = established();
    let route = Route::new(Method::CreateCall, None, None);
    let body =
        json!({ "callbackUri": "https://bot.contoso.com/", "mediaConfig": {}, "targets": [somebody()] });
    let request = RequestContext::new(at(1), call_id().guid(), AppIdentity::new(Permission::ALL));
    let command = Command::read(&route, body.to_string().as_bytes());
    assert_eq!(both.ledger.decide(None, command, &request).unwrap_err().status(), 409);
}

#[test]
fn a_number_of_seconds_out_of_its_limits_counts_as_absent() {
    let waits = |lines: &[(&str, &str)]| {
        let mut ledger = Ledger::new();
        for (revision, (name, data)) in (1..).zip(lines) {
            let line = format!(
                r#"{{"call":"{CALL}","rev":{revision},"at":"2026-11-23T09:00:00Z","type":"{name}","data":{data}}}"#
            );
            ledger.apply(&line.parse().unwrap()).unwrap();
        }
        let start: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
        let due = ledger.call(call_id()).unwrap().next_deadline().unwrap();
        (due.deadline.as_str(), due.at.duration_since(start).as_secs())
    };
    for timeout in ["-5", "0"] {
        let placed = format!(r#"{{"ringingTimeoutInSeconds":{timeout}}}"#);
        assert_eq!(waits(&[("placed", &placed)]), ("keepAlive", 2700));
    }
    let redirect = [("offered", "{}"), ("redirectRequested", r#"{"timeout":-5}"#), ("redirected", "{}")];
    assert_eq!(waits(&redirect), ("redirect", 55));
    let queued = r#"{"operation":{"id":"o","status":"notStarted"},"recordResponse":{"maxRecordDurationInSeconds":-5,"initialSilenceTimeoutInSeconds":120}}"#;
    let record = [
        ("placed", "{}"),
        ("established", "{}"),
        ("operationQueued", queued),
        ("operationStarted", r#"{"id":"o"}"#),
    ];
    assert_eq!(waits(&record), ("recordDuration", 5));
}

#[test]
fn a_recording_that_is_reported_as_running_too_early_begins_at_its_turn() {
    let mut both = Both::notified(&reported(json!({ "state": "established" })));
    both.request(Method::PlayPrompt, &json!({ "prompts": [audio()] }), 1).unwrap();
    both.request(Method::RecordResponse, &json!({}), 1).unwrap();
    let recording = both.call().media_queue().nth(1).unwrap().0.to_string();
    let running = json!({ "@odata.type": "#microsoft.graph.recordOperation", "status": "running" });
    both = both.observe(&about(&format!("/operations/{recording}"), "updated", running), 2);
    assert!(both.on_network_event(NetworkEvent::SpeechStarted, 3).is_err(), "the prompt plays");
    assert_eq!(both.call().deadlines(), []);
    both.on_network_event(NetworkEvent::PromptFinished(Ending::completed()), 4).unwrap();
    both.on_network_event(NetworkEvent::SpeechStarted, 5).unwrap();
    let waits: Vec<_> = both.call().deadlines().iter().map(|due| (due.deadline.as_str(), due.at)).collect();
    assert_eq!(waits, [("recordDuration", at(9))]);
}
