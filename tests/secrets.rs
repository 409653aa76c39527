//! Secrets are in the log, and in nothing that people look at.
#![allow(clippy::indexing_slicing, reason = "a test may panic")]

use std::fmt::{Debug, Display};

use callfold::call::{AppIdentity, Body, Call, Delivery, RequestContext};
use callfold::graph::{CommsNotification, CommsNotifications, Permission};
use callfold::log::Format;
use callfold::service::Service;
use callfold::testing::{AppendError, MemoryStore, Store};
use callfold::uuid::Uuid;
use callfold::{Keep, Ledger, LineError, Recorded, Replay, Secret};
use serde_json::{Value, json};

use crate::common::{CALL, about, call_id};

const TEXT: &str = "sample-s3cret, expected none";
const NUMBER: u64 = 7_310_462_958;

/// Panics if a text for people contains a secret.
fn hidden(shown: &str) {
    assert!(!shown.contains("s3cret") && !shown.contains("7310462958"), "{shown}");
}

fn hidden_debug(value: &impl Debug) {
    hidden(&format!("{value:?} {value:#?}"));
}

fn hidden_error(error: &(impl Debug + Display)) {
    hidden(&format!("{error} {error:?}"));
}

/// A secret in every shape.
fn shapes() -> [Value; 7] {
    [
        json!(TEXT),
        json!(NUMBER),
        json!(7310462958.5),
        json!([TEXT]),
        json!({ "a": TEXT }),
        json!([[NUMBER]]),
        json!([null, TEXT]),
    ]
}

/// Call resources that hold a secret, in valid and in invalid places.
fn calls() -> impl Iterator<Item = Value> {
    shapes().into_iter().flat_map(|secret| {
        [
            json!({"meetingInfo": {"@odata.type": "#microsoft.graph.tokenMeetingInfo", "token": secret}}),
            json!({"meetingInfo": {"@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo", "passcode": secret}}),
            json!({"meetingInfo": {"@odata.type": "#microsoft.graph.organizerMeetingInfo", "token": secret}}),
            json!({"meetingInfo": {"@odata.type": "#microsoft.graph.call", "Passcode": secret}}),
            json!({"meetingInfo": {"token": null, "join": {"passcode": secret}}}),
            json!({"meetingInfo": [{"token": secret}]}),
            json!({"meetingInfo": [secret]}),
            json!({"recordingAccessToken": secret}),
            json!({"chatInfo": {"token": secret}}),
            json!({"mediaState": {"audio": {"passcode": secret}}}),
            json!({"targets": [{"token": secret}, 5]}),
            json!({"resultInfo": {"code": {"token": secret}}}),
        ]
    })
}

/// Operation resources that hold a secret.
fn operations() -> impl Iterator<Item = Value> {
    let types = [
        "#microsoft.graph.recordOperation",
        "playPromptOperation",
        "#microsoft.graph.call",
        "#contoso.thing",
    ];
    shapes().into_iter().flat_map(move |secret| {
        let typed = types
            .map(|name| json!({"@odata.type": name, "status": "completed", "recordingAccessToken": secret}));
        let wrong = [
            json!({"status": "running", "RecordingAccessToken": secret}),
            json!({"status": "running", "recording": {"recordingAccessToken": secret}}),
            json!({"status": "running", "clientContext": {"recordingAccessToken": secret}}),
        ];
        typed.into_iter().chain(wrong)
    })
}

/// Notifications about those resources, at the urls of a call and of an operation.
fn notifications() -> impl Iterator<Item = CommsNotification> {
    let calls = calls().map(|call| about("", "updated", call));
    calls.chain(operations().map(|operation| about("/operations/7", "updated", operation)))
}

#[test]
fn a_conflict_of_a_store_shows_none() {
    let line = |token: &str| -> Recorded {
        let meeting = json!({ "@odata.type": "#microsoft.graph.tokenMeetingInfo", "token": token });
        let data = json!({ "meetingInfo": meeting });
        json!({ "call": CALL, "rev": 1, "type": "placed", "data": data })
            .to_string()
            .parse()
            .expect("it is a line")
    };
    let mut store = MemoryStore::new();
    store.append(&[line(TEXT)]).expect("it is the first line");
    let Err(AppendError::Conflict(conflict)) = store.append(&[line("another")]) else {
        panic!("the revision is stored")
    };
    hidden_error(&conflict);
    assert!(conflict.found.is_some_and(|line| line.expose().contains(TEXT)));
}

#[test]
fn no_resource_shows_one() {
    for secret in shapes() {
        let items =
            json!([secret, {"token": secret, "resourceData": [secret], "resourceUrl": {"a": secret}}]);
        hidden_debug(
            &serde_json::from_value::<CommsNotifications>(json!({"value": items, "passcode": secret}))
                .unwrap(),
        );
    }
    for url in ["", "/operations/7", "/participants", "/contentSharingSessions", "/tomorrow"] {
        calls().chain(operations()).for_each(|json| hidden_debug(&about(url, "updated", json.clone())));
        calls().for_each(|json| hidden_debug(&about(url, "updated", json!([json]))));
    }
}

#[test]
fn no_event_call_ledger_or_finding_shows_one() {
    for notification in notifications() {
        let observed = Call::observe(None, call_id(), &notification, &Delivery::default());
        hidden_debug(&observed);
        let mut ledger = Ledger::with_history();
        for recorded in &observed.events {
            hidden_debug(&recorded.event);
            hidden_debug(&recorded.cloud_event());
            ledger.apply(recorded).unwrap();
        }
        hidden_debug(&ledger);
        hidden_debug(&ledger.call(call_id()).unwrap());
        observed.findings.iter().for_each(hidden_error);
    }
}

#[test]
fn no_reply_shows_one() {
    let calls = calls().map(|json| Body::Call(serde_json::from_value(json).unwrap()));
    let operations = operations().map(|json| Body::Operation(serde_json::from_value(json).unwrap()));
    for reply in calls.chain(operations) {
        hidden_debug(&reply);
        hidden_debug(&Call::learn(None, call_id(), &reply, None));
    }
}

#[test]
fn the_log_line_holds_every_one_and_gives_it_back() {
    for notification in notifications() {
        let events = Call::observe(None, call_id(), &notification, &Delivery::default()).events;
        let lines: Vec<String> = events.iter().map(Recorded::to_string).collect();
        assert!(lines.iter().any(|line| line.contains("s3cret") || line.contains("7310462958")), "{lines:?}");
        for (recorded, line) in events.iter().zip(&lines) {
            assert_eq!(line.parse::<Recorded>().unwrap(), *recorded);
            assert_eq!(recorded.cloud_event().to_string().parse::<Recorded>().unwrap(), *recorded);
        }
    }
}

#[test]
fn a_secret_is_exposed_on_purpose() {
    let reported = json!({"meetingInfo": {"token": TEXT, "passcode": NUMBER}});
    let events = Call::observe(None, call_id(), &about("", "updated", reported), &Delivery::default()).events;
    let mut ledger = Ledger::new();
    for recorded in events {
        ledger.apply(&recorded.to_string().parse().unwrap()).unwrap();
    }
    let meeting = ledger.call(call_id()).unwrap().details().meeting_info.value().unwrap();
    assert_eq!(meeting.token.value().unwrap().expose(), TEXT);
    assert_eq!(meeting.passcode.value().unwrap().expose(), &NUMBER.to_string());
}

/// An event line with a secret in the place of a member, or in its data.
fn broken_lines() -> impl Iterator<Item = String> {
    let line = |member: &str, secret: &Value| {
        let mut line = json!({"call": CALL, "rev": 1, "type": "placed", "data": {}});
        line[member] = json!(secret);
        line.to_string()
    };
    let of_type =
        |name: &str, data: Value| json!({"call": CALL, "rev": 1, "type": name, "data": data}).to_string();
    shapes().into_iter().filter(|secret| *secret != json!(NUMBER)).flat_map(move |secret| {
        let members = ["rev", "at", "inferred"].map(|member| line(member, &secret));
        let typed = [
            "toneReceived",
            "operationCreated",
            "rosterUpdated",
            "contentSharingEnded",
            "notificationHeard",
            "stateConfirmed",
        ]
        .map(|name| of_type(name, secret.clone()));
        let nested = [
            of_type("rosterUpdated", json!({ "participants": secret })),
            of_type("rosterUpdated", json!({"participants": [], "sequenceNumber": secret})),
            of_type("notificationHeard", json!({"messageIds": [], "item": secret})),
            of_type("notificationHeard", json!({"messageIds": [{ "a": secret }], "item": 0})),
            of_type("stateConfirmed", json!({ "state": secret })),
            of_type("contentSharingStarted", json!({"id": { "a": secret }})),
        ];
        members.into_iter().chain(typed).chain(nested)
    })
}

#[test]
fn no_error_of_a_line_shows_one() {
    let errors: Vec<LineError> = broken_lines().filter_map(|line| line.parse::<Recorded>().err()).collect();
    assert!(!errors.is_empty());
    errors.iter().for_each(hidden_error);
}

#[test]
fn no_error_of_a_secret_itself_shows_it() {
    let errors = shapes().map(|json| serde_json::from_value::<Secret<String>>(json).err());
    errors.iter().flatten().for_each(hidden_error);
}

/// Records that hold a secret, one for each format.
fn records() -> [(Format, String); 4] {
    let call = json!({"meetingInfo": {"token": TEXT, "passcode": NUMBER}, "state": "established"});
    let url = format!("/communications/calls/{CALL}");
    let body =
        json!({"value": [{"changeType": "updated", "resourceUrl": url, "resourceData": call}]}).to_string();
    let line = json!({"call": CALL, "rev": 1, "at": null, "type": "placed", "data": call}).to_string();
    let wrapped = json!({"receivedAt": TEXT, "headers": {"token": TEXT}, "body": body}).to_string();
    let entry = format!("$>2026-11-23T09:15:02Z Info: A.cs:1 B\nTransactionDirection: Incoming\n{body}");
    [
        (Format::Events, line),
        (Format::Notifications, body),
        (Format::Notifications, wrapped),
        (Format::SdkLog, entry),
    ]
}

#[test]
fn no_finding_about_malformed_json_shows_one() {
    for (format, record) in records() {
        for at in 0..record.len() {
            let (head, tail) = record.as_bytes().split_at(at);
            for broken in
                [head.to_vec(), tail.to_vec(), [head, b",\"", tail].concat(), [head, b"\xff", tail].concat()]
            {
                let mut replay = Replay::new();
                let findings = replay.record(format, &broken, hidden_debug);
                findings.iter().for_each(hidden_error);
                hidden_debug(&replay);
            }
        }
    }
}

#[test]
fn no_error_of_reading_a_resource_shows_one() {
    let [_, (_, body), ..] = records();
    for at in 0..body.len() {
        for broken in
            [body[..at].to_owned(), body[at..].to_owned(), format!("{},\"{}", &body[..at], &body[at..])]
        {
            if let Err(error) = serde_json::from_str::<CommsNotifications>(&broken) {
                hidden_error(&error);
            }
        }
    }
}

#[test]
fn a_replay_shows_none_of_what_it_keeps() {
    let lines = [
        ("placed", r#"{"tokenMeetingInfo":1}"#.to_owned()),
        (
            "operationCreated",
            format!(
                r##"{{"@odata.type":"#microsoft.graph.recordOperation","recordingAccessToken":"{TEXT}","id":"o"}}"##
            ),
        ),
        ("terminated", "{}".to_owned()),
    ];
    for keep in [Keep::Everything, Keep::Summary] {
        let mut replay = Replay::new().keep(keep);
        for (revision, (name, data)) in (1..).zip(&lines) {
            let line = format!(r#"{{"v":1,"call":"{CALL}","rev":{revision},"type":"{name}","data":{data}}}"#);
            replay.record(Format::Events, line.as_bytes(), |_| {});
            hidden(&format!("{replay:?} {:?}", replay.summaries()));
        }
    }
}

/// The body of a response has what the log has. Only the app reads it.
#[test]
fn debug_of_a_response_shows_no_body() {
    let details = json!({"meetingInfo": {
        "@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo", "joinMeetingId": "1", "passcode": TEXT
    }});
    let line = json!({"call": CALL, "rev": 1, "type": "placed", "data": details});
    let mut calls = Ledger::new();
    calls.apply(&line.to_string().parse().unwrap()).unwrap();
    let app = AppIdentity::new(Permission::ALL);
    let context = RequestContext::new("2026-11-23T09:15:00Z".parse().unwrap(), Uuid::nil(), app);
    let path = format!("/v1.0/communications/calls/{CALL}");
    let served = Service::new(&calls).request("GET", &path, &[], b"", &context);
    assert!(served.response.body.contains("s3cret"));
    hidden_debug(&served);
}
