//! The content of a refusal: the state of the call, and what would be legal in that state.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::requesting::{app_hosted, decide, given, group, refused, send, service_hosted};
use crate::common::{CALL, Scenario, about, audio, state};
use callfold::call::{Call, Command, EventKind, NetworkEvent, NetworkEventKind, State};
use callfold::graph::{Method, Permission, action};
use callfold::{Refusal, Why};
use serde_json::{Value, json};

/// The error of the fold for an event that it refuses.
fn refusal(call: &Call, name: &str, data: &Value) -> Refusal {
    let line = json!({ "call": CALL, "rev": call.revision() + 1, "type": name, "data": data });
    let refusal = call.clone().evolve(line.to_string().parse().unwrap()).unwrap_err();
    assert_eq!((refusal.what.as_str(), refusal.state), (name, Some(call.state())));
    refusal
}

fn legal(call: &Call, name: &str, data: &Value) -> Vec<&'static str> {
    refusal(call, name, data).legal.names().collect()
}

#[test]
fn a_refusal_for_a_limit_names_the_state_of_the_call() {
    for named in ["established", "hold"] {
        let silent = Command::PlayPrompt(Box::default());
        let inner = refused(decide(&given(named, group()), Permission::ALL, silent), 400);
        assert_eq!((&inner["member"], &inner["state"]), (&json!("prompts"), &json!(named)));
    }
}

#[test]
fn a_refusal_to_queue_says_what_is_wrong() {
    let call = given("established", group());
    let queued = json!({ "operation": { "id": "p", "status": "running" }, "playPrompt": {} });
    let refusal = refusal(&call, "operationQueued", &queued);
    assert_eq!(refusal.status(), 409);
    assert!(refusal.to_string().contains("not `notStarted`"), "{refusal}");
    assert!(refusal.legal.contains(EventKind::OperationCreated.into()), "{refusal}");
}

#[test]
fn a_refused_event_of_an_operation_names_what_is_legal_for_that_operation() {
    let operation =
        |id: &str, status: &str| about(&format!("/operations/{id}"), "updated", json!({ "status": status }));
    let live = Scenario::given(&[
        state("established"),
        operation("waits", "notStarted"),
        operation("runs", "running"),
        operation("done", "completed"),
    ]);
    let settles = ["operationCompleted", "operationFailed"];
    let starts = ["operationStarted", "operationCompleted", "operationFailed"];
    let rows: [(&str, &str, &[&str]); 6] = [
        ("operationCreated", "waits", &starts),
        ("operationStarted", "runs", &settles),
        ("operationCreated", "runs", &settles),
        ("operationFailed", "done", &[]),
        ("operationUpdated", "nobody", &["operationCreated"]),
        ("operationCompleted", "nobody", &["operationCreated"]),
    ];
    for (event, id, expected) in rows {
        assert_eq!(legal(live.call(), event, &json!({ "id": id })), expected, "{event} of {id}");
    }
    let ended = live.when(&state("terminated"));
    assert_eq!(ended.state(), State::Terminated);
    assert_eq!(legal(ended.call(), "operationUpdated", &json!({ "id": "nobody" })), [""; 0]);
    assert_eq!(legal(ended.call(), "operationStarted", &json!({ "id": "runs" })), settles);
}

#[test]
fn an_operation_can_be_ended_if_one_outside_the_media_queue_is_pending_and_has_an_id() {
    let reported = |members: Value| about("/operations", "updated", members);
    let received = |operation| Scenario::given(&[state("established"), reported(operation)]).call().clone();
    let request = |what: &str, body: Value| {
        let call = Scenario::given(&[state("established")]).call().clone();
        send(&call, what, body).unwrap().call
    };
    let rows = [
        (received(json!({ "id": "o", "status": "running" })), true),
        (received(json!({ "id": "o", "status": "completed" })), false),
        (received(json!({ "clientContext": "c", "status": "running" })), false),
        (request("POST /sendDtmfTones", json!({ "tones": ["tone1"] })), true),
        (request("POST /playPrompt", json!({ "prompts": [audio()] })), false),
    ];
    for (call, can_finish) in rows {
        let at = "2026-11-23T09:15:00Z".parse().unwrap();
        let refusal = Call::on_network_event(Some(&call), call.id(), NetworkEvent::Resumed, at).unwrap_err();
        assert_eq!(
            refusal.legal.contains(NetworkEventKind::OperationFinished.into()),
            can_finish,
            "{:?}",
            call.operations()
        );
    }
}

#[test]
fn a_refused_request_says_in_which_states_it_is_legal() {
    let body = json!({ "callbackUri": "https://bot.example/calls", "mediaConfig": service_hosted() });
    let answer: action::Answer = serde_json::from_value(body).unwrap();
    let rows: [(&str, Command, &[&str]); 5] = [
        ("incoming", Command::SubscribeToTone(Box::default()), &["established", "hold"]),
        ("incoming", Command::CancelMediaProcessing(Box::default()), &["established", "hold"]),
        (
            "incoming",
            Command::Mute(Box::default()),
            &["established", "hold", "transferring", "transferAccepted"],
        ),
        ("established", Command::Answer(Box::new(answer)), &["incoming"]),
        ("established", Command::Reject(Box::default()), &["incoming"]),
    ];
    for (state, command, states) in rows {
        let method = command.method();
        let refusal = decide(&given(state, group()), Permission::ALL, command).err().unwrap();
        assert_eq!((refusal.what, &refusal.why), (method.into(), &Why::State), "{refusal}");
        assert!(refusal.states().map(State::as_str).eq(states.iter().copied()), "{refusal}");
        let list = states.iter().map(|state| format!("`{state}`")).collect::<Vec<_>>().join(", ");
        let message = refusal.to_string();
        assert!(message.ends_with(&format!("; `{method}` is legal while the call is {list}")), "{message}");
        let inner = refusal.error().inner_error;
        assert_eq!((&inner["states"], &inner["state"]), (&json!(states), &json!(state)));
        let legal: Vec<_> = given(state, group()).legal_methods().map(Method::as_str).collect();
        assert_eq!((&inner["method"], &inner["legal"]), (&json!(method.as_str()), &json!(legal)));
    }
}

#[test]
fn a_method_is_refused_for_the_state_exactly_in_the_states_that_are_not_named() {
    for method in Method::ALL {
        for state in State::ALL {
            let mut app_hosted_group = group();
            app_hosted_group["mediaConfig"] = app_hosted();
            let calls = [group(), app_hosted_group].map(|details| given(state.as_str(), details));
            let is_legal = calls.iter().any(|call| call.legal_methods().any(|legal| legal == *method));
            let mut refusal = refusal(&calls[0], "placed", &json!({}));
            assert_eq!(refusal.states().count(), 0, "an event is no request");
            refusal.what = (*method).into();
            assert_eq!(refusal.states().any(|named| named == *state), is_legal, "{method} in {state}");
        }
    }
}
