//! Strategies for JSON resources and notifications. Many of them are incomplete or have unexpected values.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::values::{ids, times};
use crate::call::observe::delivery::Delivery;
use crate::call::state::State;
use crate::graph;
use crate::graph::notification::CommsNotification;
use crate::graph::operation::CommsOperation;
use crate::graph::participant::Participant;
use crate::graph::result::ResultInfo;
use crate::id::CallId;

pub(super) fn read<T: DeserializeOwned + core::fmt::Debug>(
    json: impl Strategy<Value = Value>,
) -> impl Strategy<Value = T> {
    json.prop_filter_map("JSON of that type", |json| serde_json::from_value(json).ok())
}

/// A `resultInfo` of a success or a failure.
pub fn result_infos() -> impl Strategy<Value = ResultInfo> {
    read(result())
}

fn result() -> impl Strategy<Value = Value> {
    let codes = select([0, 200, 400, 408, 500].as_slice());
    (codes, 0..3).prop_map(|(code, subcode)| json!({ "code": code, "subCode": subcode }))
}

/// The resource of a call in a notification. It has few members, and usually the state. Sometimes the state
/// is unknown, or a value has the wrong type.
pub fn calls() -> impl Strategy<Value = graph::call::Call> {
    read(call())
}

fn call() -> impl Strategy<Value = Value> {
    let known = State::ALL.iter().map(|state| state.as_str());
    let states: Vec<&str> = known.chain(["parked", "Established", "TERMINATED"]).collect();
    let members = (
        option::weighted(0.8, select(states)),
        option::weighted(0.3, result()),
        option::weighted(0.2, (0..4, select(["tone1", "pound"].as_slice()))),
        option::weighted(0.3, select([json!("a"), json!("b"), json!(7), Value::Null].to_vec())),
        option::weighted(0.2, select(["active", "inactive"].as_slice())),
    );
    members.prop_map(|(state, result, tone, subject, audio)| {
        let tone = tone.map(|(number, tone)| json!({ "sequenceId": number, "tone": tone }));
        let audio = audio.map(|audio| json!({ "audio": audio }));
        let members = [
            ("state", state.map(Value::from)),
            ("resultInfo", result),
            ("toneInfo", tone),
            ("subject", subject),
            ("mediaState", audio),
        ];
        members.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    })
}

/// The resource of an operation in a notification. The operation has an id, a `clientContext`, both or
/// neither.
pub fn operations() -> impl Strategy<Value = CommsOperation> {
    read(operation().prop_map(|(id, mut operation)| {
        if let Some(members) = operation.as_object_mut().filter(|_| !id.is_empty()) {
            members.insert("id".into(), id.into());
        }
        operation
    }))
}

/// An operation and its id, which may be empty. A `clientContext` names one operation only, as Graph's
/// documentation requires: see `docs/verification.md`.
fn operation() -> impl Strategy<Value = (String, Value)> {
    let named_by = select([(true, true), (true, false), (false, true), (false, false)].as_slice());
    let kinds = option::of(select(["playPrompt", "record", "comms"].as_slice()));
    let statuses = option::of(select(["notStarted", "running", "completed", "failed", "paused"].as_slice()));
    let reported = (0..3, named_by, kinds, statuses, option::weighted(0.3, result()));
    reported.prop_map(|(number, (by_id, by_context), kind, status, result)| {
        let members = [
            ("status", Some(json!(status))),
            ("resultInfo", Some(json!(result))),
            ("@odata.type", kind.map(|kind| format!("#microsoft.graph.{kind}Operation").into())),
            ("clientContext", by_context.then(|| format!("context-{number}").into())),
        ];
        let members = members.into_iter().filter_map(|(name, value)| Some((name, value?)));
        (if by_id { format!("operation-{number}") } else { String::new() }, members.collect())
    })
}

/// A participant in a roster, with or without an id, muted or not. Sometimes the participant has left.
pub fn participants() -> impl Strategy<Value = Participant> {
    read(participant())
}

fn participant() -> impl Strategy<Value = Value> {
    let reported = (option::of(0..3), 0..3, any::<bool>(), option::weighted(0.3, Just(json!({}))));
    reported.prop_map(|(id, user, muted, removed)| {
        let identity = json!({ "user": { "id": format!("user-{user}") } });
        let id = id.map(|id| format!("participant-{id}"));
        json!({ "id": id, "info": { "identity": identity }, "isMuted": muted, "removedState": removed })
    })
}

/// A roster: a full list, or a delta with its sequence number.
pub fn rosters() -> impl Strategy<Value = Value> {
    (vec(participant(), 0..3), option::of(0..4)).prop_map(|(participants, sequence)| match sequence {
        Some(number) => json!([{ "sequenceNumber": number, "participants": participants }]),
        None => json!(participants),
    })
}

type Reported = (&'static str, String, Value);

fn of_call() -> impl Strategy<Value = Reported> {
    (select(["created", "updated", "deleted"].as_slice()), call()).prop_map(|(change, call)| {
        // Most notifications do not end the call, so that a history gets long enough.
        let change = if change == "deleted" && call.get("toneInfo").is_some() { "updated" } else { change };
        (change, String::new(), call)
    })
}

fn of_operation() -> impl Strategy<Value = Reported> {
    (select(["updated", "deleted"].as_slice()), operation()).prop_map(|(change, (id, operation))| {
        let id = if id.is_empty() { "participants" } else { &id };
        (change, format!("/operations/{id}"), operation)
    })
}

fn of_session() -> impl Strategy<Value = Reported> {
    let change = select(["created", "updated", "deleted"].as_slice());
    (change, 0..2).prop_map(|(change, id)| {
        (change, "/contentSharingSessions".into(), json!([{ "id": format!("session-{id}") }]))
    })
}

/// Any notification about a call: about the call itself, one of its operations, its roster or shared content.
pub fn notifications(call: CallId) -> impl Strategy<Value = CommsNotification> {
    let roster = rosters().prop_map(|roster| ("updated", "/participants".into(), roster));
    let reported = prop_oneof![6 => of_call(), 3 => of_operation(), 2 => roster, 1 => of_session()];
    read(reported.prop_map(move |(change, url, data)| {
        let url = format!("/communications/calls/{call}{url}");
        json!({ "changeType": change, "resourceUrl": url, "resourceData": data })
    }))
}

/// The delivery of a notification, with or without a time and message ids. Sometimes it has the message id of
/// an earlier delivery.
pub fn deliveries() -> impl Strategy<Value = Delivery> {
    let message = option::weighted(0.4, ids("message"));
    let original = option::weighted(0.1, ids("message"));
    (option::of(times()), message, original, 0_u32..2).prop_map(|(at, message, original, item)| Delivery {
        received_at: at,
        message_id: message,
        original_message_id: original,
        item,
    })
}
