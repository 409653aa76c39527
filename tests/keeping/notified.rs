//! Logs of notifications: what comes after the end of a call is compared with what the call told before it.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::agreement::{View, agree_on_notified};
use crate::common::properties;
use callfold::CallId;
use callfold::testing::strategies;
use callfold::uuid::Uuid;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};

fn call(number: u128) -> CallId {
    CallId::new(Uuid::from_u128(number))
}

/// The notifications of one call, with an end at some place.
fn notified(number: u128) -> impl Strategy<Value = Vec<Value>> {
    let url = format!("/communications/calls/{}", call(number));
    let any = strategies::notifications(call(number)).prop_map(|one| serde_json::to_value(one).unwrap());
    let end = json!({
        "changeType": "deleted",
        "resourceUrl": url,
        "resourceData": { "@odata.type": "#microsoft.graph.call", "state": "terminated", "subject": "an end" },
    });
    (vec(any, 1..30), any_index()).prop_map(move |(mut told, place)| {
        told.insert(place.index(told.len()) + 1, end.clone());
        told
    })
}

fn any_index() -> impl Strategy<Value = Index> {
    any::<Index>()
}

/// A body with one notification, as a host records it with the headers of the request.
fn body(number: usize, message: Option<u8>, notification: &Value) -> Vec<u8> {
    let posted = json!({ "value": [notification] });
    let body = match message {
        None => posted,
        Some(message) => json!({
            "receivedAt": format!("2026-11-23T09:{:02}:{:02}Z", number / 60 % 60, number % 60),
            "headers": { "X-Microsoft-Skype-Message-ID": format!("message-{message}") },
            "body": posted,
        }),
    };
    body.to_string().into_bytes()
}

properties! {
    96 cases;

    #[test]
    fn both_replays_report_the_same_of_notifications(
        calls in (notified(1), notified(2)),
        picks in vec((any::<Index>(), option::weighted(0.3, 0..40_u8), any::<bool>()), 1..90),
    ) {
        let calls = [calls.0, calls.1];
        let mut next = [0, 0];
        let mut log = Vec::new();
        for (number, (pick, message, repeats)) in picks.iter().enumerate() {
            let which = pick.index(2);
            let told = &calls[which];
            // A repeat of an earlier notification, or the next one.
            let place = if *repeats && next[which] > 0 { pick.index(next[which]) } else { next[which] };
            next[which] = next[which].max(place + 1).min(told.len() - 1);
            log.push(body(number, *message, &told[place]));
        }
        agree_on_notified(View::default(), &log);
    }
}
