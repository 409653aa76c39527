//! Strategies for the events of a call, member by member. Members often have unexpected values, and ids come
//! from few values on purpose, so that events often meet in one id.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use callfold::call::{EventKind, State};
use callfold::testing::strategies;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Value, json};

/// The name of an event, and its data.
pub(super) type Talk = (&'static str, Value);

/// Events of a call: usually one that begins the call, and those that follow it.
pub(super) fn talks() -> impl Strategy<Value = Vec<Talk>> {
    let begins = (select(["offered", "placed", "adopted"].to_vec()), details());
    (option::weighted(0.95, begins), vec(talk(), 0..40))
        .prop_map(|(beginning, rest)| beginning.into_iter().chain(rest).collect())
}

fn talk() -> impl Strategy<Value = Talk> {
    let of_details = EventKind::ALL
        .iter()
        .map(|kind| kind.as_str())
        .filter(|name| !ENDS.contains(name))
        .take(12)
        .collect::<Vec<_>>();
    let of_operations =
        ["operationCreated", "operationUpdated", "operationStarted", "operationCompleted", "operationFailed"];
    let shared = select(["contentSharingStarted", "contentSharingEnded"].to_vec());
    prop_oneof![
        6 => (select(of_details), details()),
        4 => (select(["established", "held", "resumed", "detailsChanged"].to_vec()), details()),
        1 => (select(ENDS.to_vec()), details()),
        9 => (select(of_operations.to_vec()), operation()),
        6 => (Just("rosterUpdated"), roster()),
        3 => (Just("toneReceived"), tone()),
        1 => (Just("stateConfirmed"), select(State::ALL).prop_map(|state| json!({ "state": state }))),
        1 => (shared, id("s").prop_map(|id| json!({ "id": id }))),
        1 => (Just("notificationHeard"), received()),
        1 => strategies::events().prop_map(|event| (event.kind().as_str(), serde_json::to_value(&event).unwrap())),
    ]
}

const ENDS: &[&str] = &["terminated", "terminationStarted"];

/// An object with each of these members or without it.
fn object(members: Vec<(&'static str, BoxedStrategy<Value>)>) -> BoxedStrategy<Value> {
    let members = members.into_iter().map(|(name, value)| {
        let value = prop_oneof![12 => value, 1 => Just(Value::Null), 1 => non_canonical()];
        option::weighted(0.4, value.prop_map(move |value| (name, value)))
    });
    let unknown = option::weighted(0.1, (select(["zeta", "alpha", "nested"].to_vec()), non_canonical()));
    (members.collect::<Vec<_>>(), unknown)
        .prop_map(|(members, unknown)| members.into_iter().flatten().chain(unknown).collect())
        .boxed()
}

/// A value of any type.
fn non_canonical() -> BoxedStrategy<Value> {
    let numbers = [json!(0), json!(-1), json!(2.5), json!(1e300), json!(u64::MAX), json!(i64::MIN), json!(7)];
    let texts =
        ["", "a", "b", "Jürgen", "\u{2028}", "say \"no\"", "back\\slash", "tab\t", "x".repeat(300).leak()];
    let guids = ["0FE0623F-D628-42ED-B4BD-8AC290072CC5", "0fe0623fd62842edb4bd8ac290072cc5"];
    let leaves = [Value::Null, true.into(), false.into()].into_iter().chain(numbers);
    let leaves = leaves.chain(texts.into_iter().chain(guids).map(Value::from)).collect::<Vec<_>>();
    let names = select(["a", "b", "id", "Jürgen", "quo\"te"].to_vec());
    let leaf = select(leaves);
    leaf.prop_recursive(3, 8, 3, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            vec((names.clone(), inner), 0..3).prop_map(|members| members.into_iter().collect()),
        ]
    })
    .boxed()
}

fn one(values: &[Value]) -> BoxedStrategy<Value> {
    select(values.to_vec()).boxed()
}

fn id(what: &'static str) -> BoxedStrategy<Value> {
    let guids = ["0fe0623f-d628-42ed-b4bd-8ac290072cc5", "0FE0623F-D628-42ED-B4BD-8AC290072CC6"];
    let names = (1..4).prop_map(move |number| json!(format!("{what}-{number}")));
    prop_oneof![4 => names, 1 => select(guids.to_vec()).prop_map(Value::from)].boxed()
}

fn result() -> BoxedStrategy<Value> {
    object(vec![
        ("code", one(&[json!(0), json!(200), json!("500"), json!(487), json!(3_000_000_000_u64)])),
        ("subcode", one(&[json!(0), json!(5000), json!("1")])),
        ("message", one(&[json!("fine"), json!("Überlast"), json!("a \"b\""), json!(7)])),
    ])
}

pub(super) fn details() -> BoxedStrategy<Value> {
    let media = object(vec![("audio", one(&[json!("active"), json!("Inactive"), json!("unknown")]))]);
    let states = one(&[json!("incoming"), json!("established"), json!("Terminated"), json!("parked")]);
    let reported = object(vec![
        ("state", states),
        ("direction", one(&[json!("incoming"), json!("Outgoing"), json!("sideways")])),
        ("mediaState", media),
        ("resultInfo", result()),
        ("terminationReason", one(&[json!("AppHungUp"), json!("noReason"), json!("Jürgen")])),
        ("subject", one(&[json!("Stand-up"), json!(""), json!(7)])),
        ("callChainId", one(&[json!("0FE0623F-D628-42ED-B4BD-8AC290072CC5"), json!("none")])),
        ("ringingTimeoutInSeconds", one(&[json!(3), json!("30")])),
    ]);
    prop_oneof![1 => Just(json!({})), 2 => reported].boxed()
}

fn operation() -> BoxedStrategy<Value> {
    let kinds =
        ["#microsoft.graph.playPromptOperation", "recordOperation", "#Microsoft.Graph.COMMSOPERATION"];
    let states = ["notStarted", "running", "completed", "Failed", "paused"];
    let contexts = ["c-1", "c-2", "", "a context of the app's own", "0fe0623f-d628-42ed-b4bd-8ac290072cc5"];
    let reported = object(vec![
        ("@odata.type", select(kinds.to_vec()).prop_map(Value::from).boxed()),
        ("clientContext", select(contexts.to_vec()).prop_map(Value::from).boxed()),
        ("status", select(states.to_vec()).prop_map(Value::from).boxed()),
        ("resultInfo", result()),
        (
            "completionReason",
            one(&[json!("completedSuccessfully"), json!("StopToneDetected"), json!("tired")]),
        ),
        ("recordingLocation", one(&[json!("https://a.b/c"), json!("https://a.b/d")])),
    ]);
    with_id(reported, id("o"))
}

fn with_id(reported: BoxedStrategy<Value>, id: BoxedStrategy<Value>) -> BoxedStrategy<Value> {
    (reported, option::weighted(0.9, id))
        .prop_map(|(mut reported, id)| {
            if let Some(id) = id {
                reported.as_object_mut().unwrap().insert("id".into(), id);
            }
            reported
        })
        .boxed()
}

fn participant() -> BoxedStrategy<Value> {
    let infos = [
        json!({ "identity": { "user": { "id": "u-1", "displayName": "Adele" } } }),
        json!({ "identity": { "user": { "id": "u-2", "displayName": "Jürgen" } } }),
        json!({ "identity": { "user": { "id": "0FE0623F-D628-42ED-B4BD-8AC290072CC5" } } }),
        json!({}),
    ];
    let reported = object(vec![
        ("info", one(&infos)),
        ("removedState", one(&[json!({}), json!({ "reason": "left" })])),
        ("isMuted", one(&[json!(true), json!(false), json!("true")])),
        ("mediaStreams", one(&[json!([]), json!([{ "sourceId": 1, "direction": "sendOnly" }])])),
    ]);
    with_id(reported, id("p"))
}

/// A roster: a full list or a delta. Sometimes an entry is not a participant.
pub(super) fn roster() -> BoxedStrategy<Value> {
    let one = prop_oneof![30 => participant(), 1 => one(&[Value::Null, json!(5), json!("p-1")])];
    (vec(one, 0..4), option::of(0..6))
        .prop_map(|(participants, sequence)| match sequence {
            Some(number) => json!({ "sequenceNumber": number, "participants": participants }),
            None => json!({ "participants": participants }),
        })
        .boxed()
}

fn tone() -> BoxedStrategy<Value> {
    let numbers = [json!(0), json!(1), json!(2), json!("3"), json!(-4), json!(2_147_483_648_u64)];
    object(vec![
        ("sequenceId", one(&numbers)),
        ("tone", one(&[json!("tone1"), json!("Pound"), json!("buzz")])),
    ])
}

fn received() -> BoxedStrategy<Value> {
    (vec(id("m"), 1..3), 0..2).prop_map(|(ids, item)| json!({ "messageIds": ids, "item": item })).boxed()
}
