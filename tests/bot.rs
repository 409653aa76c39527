//! The loop of a bot: a delivery or a reply, and what the bot concludes from it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use callfold::call::{EventKind, State};
use callfold::graph::CommsNotifications;
use callfold::log::Format;
use callfold::testing::strategies;
use callfold::{Bot, FindingKind, Ledger, Recorded, Replay};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;

use crate::common::{CALL, at, call_id, properties};

fn body(items: &[serde_json::Value]) -> Vec<u8> {
    json!({ "value": items }).to_string().into_bytes()
}

fn state(name: &str) -> serde_json::Value {
    let url = format!("/communications/calls/{CALL}");
    json!({ "changeType": "updated", "resourceUrl": url, "resourceData": { "state": name } })
}

fn kinds(events: &[Recorded]) -> Vec<EventKind> {
    events.iter().map(|event| event.event.kind()).collect()
}

#[test]
fn the_items_of_one_delivery_build_on_each_other_and_are_one_batch() {
    let headers = [("x-microsoft-skype-message-id", "m1"), ("X-Microsoft-Skype-Chain-ID", "c")];
    let observed =
        Bot::new(&Ledger::new()).deliver(&headers, &body(&[state("incoming"), state("established")]), at(2));
    use EventKind::{Answered, Established, NotificationHeard, Offered};
    assert_eq!(kinds(&observed.events).len(), 5);
    for kind in [Offered, Answered, Established, NotificationHeard] {
        assert!(kinds(&observed.events).contains(&kind), "{kind:?}");
    }
    let mut calls = Ledger::new();
    observed.events.iter().for_each(|event| _ = calls.apply(event).unwrap());
    assert_eq!(calls.call(call_id()).unwrap().state(), State::Established);
    assert!(observed.events.iter().all(|event| event.at == Some(at(2))));
}

#[test]
fn what_cannot_be_read_is_a_finding_and_the_rest_counts() {
    let bot = |body: &[u8]| Bot::new(&Ledger::new()).deliver(&[], body, at(1));
    let found = |body: &[u8]| -> Vec<FindingKind> { bot(body).findings.iter().map(|one| one.kind).collect() };
    assert_eq!(found(b"no JSON"), [FindingKind::Malformed]);
    assert_eq!(found(b"{}"), [FindingKind::Malformed]);
    assert_eq!(found(b"\xff\xfe"), [FindingKind::Malformed]);
    assert_eq!(found(br#"{"value":[]}"#), [FindingKind::Empty]);
    for nothing in [
        "{}",
        "[5]",
        "[{}]",
        r#"["x"]"#,
        "[null]",
        "[[]]",
        "5",
        "true",
        r#""x""#,
        r#"[{"subscriptionId":"a"}]"#,
    ] {
        assert_eq!(
            found(format!(r#"{{"value":{nothing}}}"#).as_bytes()),
            [FindingKind::Malformed],
            "{nothing}"
        );
    }
    let mixed = bot(&body(&[json!(7), json!({ "changeType": "updated" }), state("incoming")]));
    let kinds: Vec<_> = mixed.findings.iter().map(|one| one.kind).collect();
    assert_eq!(kinds, [FindingKind::Malformed, FindingKind::Malformed]);
    assert_eq!(mixed.events.len(), 1);
    // A body cannot say when it was received.
    let envelope = json!({ "receivedAt": "2001-01-01T00:00:00Z", "body": { "value": [state("incoming")] } });
    assert!(bot(envelope.to_string().as_bytes()).events.is_empty());
}

#[test]
fn a_failed_operation_is_a_finding() {
    let operation = json!({ "changeType": "deleted", "resourceUrl": format!("/communications/calls/{CALL}/operations/o"),
        "resourceData": { "@odata.type": "#microsoft.graph.playPromptOperation", "status": "failed",
            "resultInfo": { "code": 500, "subcode": 1, "message": "no media" } } });
    let observed = Bot::new(&Ledger::new()).deliver(&[], &body(&[state("established"), operation]), at(1));
    let failed = observed.findings.iter().find(|one| one.kind == FindingKind::OperationFailed).unwrap();
    assert!(failed.message.contains("no media"), "{failed}");
}

#[test]
fn a_reply_returns_what_the_service_has_begun() {
    let mut calls = Ledger::new();
    let reply = |calls: &Ledger, method: &str, path: &str, status, body: &serde_json::Value| {
        Bot::new(calls).replied(method, path, status, body.to_string().as_bytes(), at(1))
    };
    let placed = reply(
        &calls,
        "POST",
        "/v1.0/communications/calls",
        201,
        &json!({ "id": CALL, "state": "establishing" }),
    );
    placed.events.iter().for_each(|event| _ = calls.apply(event).unwrap());
    assert_eq!(calls.call(call_id()).unwrap().state(), State::Establishing);
    let path = |what: &str| format!("https://graph.microsoft.com/v1.0/communications/calls/{CALL}{what}");

    let running =
        json!({ "@odata.type": "#microsoft.graph.playPromptOperation", "id": "o", "status": "running" });
    let begun = reply(&calls, "POST", &path("/playPrompt"), 200, &running);
    assert_eq!(kinds(&begun.events), [EventKind::OperationCreated]);
    let kept = reply(&calls, "POST", &path("/keepAlive"), 200, &json!({}));
    assert_eq!(kinds(&kept.events), [EventKind::KeptAlive]);
    let roster = reply(&calls, "GET", &path("/participants"), 200, &json!({ "value": [{ "id": "p" }] }));
    assert_eq!(kinds(&roster.events), [EventKind::RosterUpdated]);

    for (method, what, status) in [
        ("POST", "/playPrompt", 409),
        ("POST", "/answer", 202),
        ("DELETE", "", 204),
        ("POST", "/keepAlive", 404),
    ] {
        let nothing = reply(&calls, method, &path(what), status, &running);
        assert_eq!((nothing.events.len(), nothing.findings.len()), (0, 0), "{method} {what}");
    }
    for (path, body) in [(path("/playPrompt"), json!([])), ("/communications/calls".into(), json!({}))] {
        let broken = reply(&calls, "POST", &path, 200, &body);
        assert_eq!(broken.findings[0].kind, FindingKind::Malformed, "{path}");
    }
    assert!(reply(&calls, "POST", "/me", 200, &json!({})).events.is_empty());
}

properties! { 300 cases;
    #[test]
    fn a_bot_observes_what_a_replay_of_its_deliveries_observes(
        deliveries in vec(vec(strategies::notifications(call_id()), 0..3), 0..20),
    ) {
        let (mut calls, mut replay) = (Ledger::new(), Replay::new());
        for (second, notifications) in (0..).zip(deliveries) {
            let text = serde_json::to_string(&CommsNotifications::new(notifications)).unwrap();
            let message = format!("message-{}", second % 7);
            let observed =
                Bot::new(&calls).deliver(&[("X-Microsoft-Skype-Message-ID", &message)], text.as_bytes(), at(second));
            observed.events.iter().for_each(|event| _ = calls.apply(event).unwrap());
            let record = format!(
                r#"{{"receivedAt":"{}","headers":{{"X-Microsoft-Skype-Message-ID":"{message}"}},"body":{text}}}"#,
                at(second),
            );
            let mut replayed = Vec::new();
            let findings = replay.record(Format::Notifications, record.as_bytes(), |event| replayed.push(event.clone()));
            prop_assert_eq!(observed.events, replayed);
            let (mut one, mut other) = (observed.findings, findings);
            one.sort_by_key(|finding| (finding.kind.as_str(), finding.message.clone()));
            other.sort_by_key(|finding| (finding.kind.as_str(), finding.message.clone()));
            prop_assert_eq!(one, other);
        }
    }
}
