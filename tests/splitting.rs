//! A log that is split by call: the replays of its parts and the replay of the whole log must find the same.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use callfold::call::Delivery;
use callfold::graph::CommsNotification;
use callfold::log::{Format, Next, by_call, decode};
use callfold::testing::strategies::{deliveries, notifications};
use callfold::uuid::Uuid;
use callfold::{CallId, Finding, Replay, Summary};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

use crate::common::properties;

const CALLS: u128 = 3;

/// A notification about one of a few calls.
fn about_some_call() -> impl Strategy<Value = CommsNotification> {
    (1..=CALLS).prop_flat_map(|number| notifications(CallId::new(Uuid::from_u128(number))))
}

/// An item of a body: a notification, and rarely something else.
fn items() -> impl Strategy<Value = Value> {
    let notification = about_some_call().prop_map(|one| serde_json::to_value(one).unwrap());
    let foreign = Just(json!({ "changeType": "updated", "resource": "/users/1", "resourceData": {} }));
    let encrypted = (1..=CALLS).prop_map(|number| {
        let call = CallId::new(Uuid::from_u128(number));
        json!({ "resourceUrl": format!("/communications/calls/{call}"), "encryptedContent": { "data": "x" } })
    });
    prop_oneof![20 => notification, 1 => foreign, 1 => encrypted, 1 => Just(json!(5))]
}

fn record((items, delivery): (Vec<Value>, Delivery)) -> String {
    let mut headers = BTreeMap::new();
    let known = [
        ("X-Microsoft-Skype-Message-ID", delivery.message_id),
        ("X-Microsoft-Skype-Original-Message-ID", delivery.original_message_id),
    ];
    headers.extend(known.into_iter().filter_map(|(name, id)| Some((name, id?.to_string()))));
    let body = json!({ "value": items });
    match delivery.received_at {
        Some(at) => json!({ "receivedAt": at.to_string(), "headers": headers, "body": body }).to_string(),
        None => json!({ "headers": headers, "body": body }).to_string(),
    }
}

/// A line of an event log, which may be of a type that nobody knows, or of no call.
fn events() -> impl Strategy<Value = Value> {
    const TYPES: &[&str] = &["offered", "answered", "held", "terminated", "tomorrow"];
    (1..=CALLS, 1_u64..5, proptest::sample::select(TYPES)).prop_map(|(number, revision, kind)| {
        let call = CallId::new(Uuid::from_u128(number));
        json!({ "call": call, "rev": revision, "type": kind, "data": {} })
    })
}

/// A record: a body with its delivery, several of them, or events.
fn records() -> impl Strategy<Value = String> {
    let body = || (vec(items(), 0..6), deliveries()).prop_map(record);
    let several = vec(body(), 1..4).prop_map(|bodies| format!("[{}]", bodies.join(",")));
    let events = vec(events(), 1..6).prop_map(|events| Value::from(events).to_string());
    prop_oneof![4 => body(), 2 => several, 1 => events, 1 => (1..=CALLS, body()).prop_map(behind_a_cut_one)]
}

/// A body behind the rest of another, which is about another call and cannot be read.
fn behind_a_cut_one((number, body): (u128, String)) -> String {
    let call = CallId::new(Uuid::from_u128(number));
    format!(r#""changeType":"updated","resourceUrl":"/communications/calls/{call}" {body}"#)
}

/// The findings of the records in a text.
fn replayed(replay: &mut Replay, text: &str) -> Vec<Finding> {
    let (mut rest, mut findings) = (text.as_bytes(), Vec::new());
    while let Next::Record(record, decoded) = decode(Format::Notifications, rest, true) {
        rest = rest.get(record.consumed()..).unwrap();
        findings.extend(replay.decoded(decoded, None));
    }
    findings
}

/// What a replay finds: the calls, and what is remarked, of each record.
fn found(replay: &Replay) -> Vec<String> {
    let shown = |call: Summary<'_>| {
        let call = replay.call(call.id()).unwrap();
        format!("{} {}", call.snapshot().as_str(), call.revision())
    };
    replay.summaries().into_iter().map(shown).collect()
}

fn in_order(mut findings: Vec<(usize, Finding)>) -> Vec<(usize, String)> {
    findings.sort_by_key(|(record, finding)| (*record, finding.call, finding.to_string()));
    findings
        .into_iter()
        .map(|(record, finding)| (record, format!("{:?} {finding}", finding.severity)))
        .collect()
}

properties! {
    256 cases;

    #[test]
    fn the_parts_and_the_whole_log_agree(
        log in vec(records(), 1..12),
    ) {
        let mut whole = Replay::new();
        let mut expected = Vec::new();
        let mut parts: BTreeMap<Option<CallId>, Vec<(usize, String)>> = BTreeMap::new();
        for (number, line) in log.iter().enumerate() {
            expected.extend(replayed(&mut whole, line).into_iter().map(|finding| (number, finding)));
            let split = by_call(Format::Notifications, line);
            let length: usize = split.iter().map(|part| part.text.len()).sum();
            prop_assert!(length <= 4 * line.len() + 1_000 * split.len(), "{length} of {}", line.len());
            for part in split {
                parts.entry(part.call).or_default().push((number, part.text.into_owned()));
            }
        }
        let (mut calls, mut findings) = (Vec::new(), Vec::new());
        for (call, texts) in parts {
            let mut replay = Replay::new().only(call.unwrap_or_else(|| CallId::new(Uuid::nil())));
            for (number, text) in texts {
                let about = replayed(&mut replay, &text).into_iter().filter(|finding| finding.call == call);
                findings.extend(about.map(|finding| (number, finding)));
            }
            calls.extend(found(&replay));
        }
        calls.sort();
        let mut all = found(&whole);
        all.sort();
        prop_assert_eq!(calls, all);
        prop_assert_eq!(in_order(findings), in_order(expected));
    }
}

#[test]
fn an_event_is_one_part_in_the_order_of_its_revision() {
    let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":7,"type":"held","data":{}}"#;
    let parts = by_call(Format::Events, line);
    let [part] = parts.as_slice() else { panic!("{parts:?}") };
    assert_eq!((part.call, part.order), (Some(crate::common::call_id()), Some(7)));
    assert_eq!(part.text, line);
}

#[test]
fn a_body_about_one_call_is_one_part_as_it_is() {
    let call = crate::common::call_id();
    let line = json!({ "value": [{ "resourceUrl": format!("/communications/calls/{call}"), "resourceData": { "state": "established" } }] });
    let line = format!("  {line}");
    let parts = by_call(Format::Notifications, &line);
    let [part] = parts.as_slice() else { panic!("{parts:?}") };
    assert_eq!((part.call, &*part.text), (Some(call), &*line));
}

#[test]
fn the_parts_of_a_body_are_in_the_order_of_its_time() {
    let item =
        |number| json!({ "resourceUrl": format!("/communications/calls/{}", Uuid::from_u128(number)) });
    for items in [vec![item(1)], vec![item(1), item(2)]] {
        let line = json!({ "receivedAt": "1970-01-01T00:00:01.000000002Z", "body": { "value": items } });
        let line = line.to_string();
        let parts = by_call(Format::Notifications, &line);
        assert_eq!(parts.len(), items.len(), "{parts:?}");
        assert!(parts.iter().all(|part| part.order == Some(1_000_000_002)), "{parts:?}");
    }
}

#[test]
fn what_cannot_be_read_is_a_part_without_a_call() {
    for (format, text) in
        [(Format::Events, "no JSON"), (Format::Notifications, r#"{"value":[{"resourceUrl":"#)]
    {
        let parts = by_call(format, text);
        assert!(parts.iter().all(|part| part.call.is_none() && part.text == text), "{parts:?}");
    }
    assert_eq!(by_call(Format::Events, " \n"), []);
}
