//! The order of refusals: whatever else is wrong with a request, 404 comes first, then 403, 400 and 409. And the
//! faults of bodies and of callback URLs.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "the other methods take an empty body, and are about Alice"
)]

use crate::common::requesting::{AT, app_hosted, refusal, service_hosted};
use crate::common::{audio, call_id, somebody};
use callfold::call::{AppIdentity, Call, Command, RequestContext};
use callfold::graph::{Method, Permission, Route};
use callfold::uuid::Uuid;
use callfold::{CallId, Ledger, Refusal, Why};
use serde_json::{Value, json};

/// The ways in which a request can be wrong, in the order in which they are refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    UnknownCall,
    EndedCall,
    UnknownItem,
    NoPermission,
    BrokenBody,
    Kind,
    /// The call that the request would replace is unknown.
    Replaced,
    State,
}

use Wrong::{BrokenBody, EndedCall, Kind, NoPermission, Replaced, State, UnknownCall, UnknownItem};

const ALL: [Wrong; 8] =
    [UnknownCall, EndedCall, UnknownItem, NoPermission, BrokenBody, Kind, Replaced, State];

/// The methods whose path names no call.
const APART: [Method; 2] = [Method::CreateCall, Method::LogTeleconferenceDeviceQuality];
const ON_INCOMING: [Method; 3] = [Method::Answer, Method::Reject, Method::Redirect];
const ON_LIVE: [Method; 8] = [
    Method::DeleteCall,
    Method::KeepAlive,
    Method::GetCall,
    Method::ListParticipants,
    Method::GetParticipant,
    Method::GetOperation,
    Method::ListAudioRoutingGroups,
    Method::ListContentSharingSessions,
];
const ON_SERVICE_HOSTED: [Method; 4] =
    [Method::PlayPrompt, Method::RecordResponse, Method::SubscribeToTone, Method::SendDtmfTones];
const ON_GROUP: [Method; 3] = [Method::Mute, Method::Unmute, Method::ChangeScreenSharingRole];

impl Wrong {
    /// Whether a request for this method can be wrong in this way.
    fn concerns(self, method: Method) -> bool {
        let names_a_call = !APART.contains(&method);
        match self {
            UnknownCall | EndedCall => names_a_call,
            UnknownItem => method.path().matches("{id}").count() > 1,
            NoPermission => ![Method::Reject, Method::MuteParticipant, Method::MuteAll].contains(&method),
            BrokenBody => !ON_LIVE.contains(&method) && method != Method::DeleteParticipant,
            Kind => {
                ON_SERVICE_HOSTED.contains(&method)
                    || ON_GROUP.contains(&method)
                    || method == Method::UpdateRecordingStatus
            }
            Replaced => [Method::Transfer, Method::Invite].contains(&method),
            // For `createCall`: the new id is in use.
            State => !ON_LIVE.contains(&method) && method != Method::LogTeleconferenceDeviceQuality,
        }
    }

    fn is_why(self, why: &Why) -> bool {
        match self {
            UnknownCall | EndedCall => *why == Why::UnknownCall,
            UnknownItem => matches!(why, Why::UnknownItem(_)),
            NoPermission => matches!(why, Why::Permission(_)),
            BrokenBody => matches!(why, Why::Invalid { limit, .. } if !limit.contains("another")),
            Kind => matches!(why, Why::Kind(_)),
            Replaced => matches!(why, Why::Invalid { limit, .. } if limit.contains("another")),
            State => matches!(why, Why::State | Why::Part(_)),
        }
    }

    const fn status(self) -> u16 {
        match self {
            UnknownCall | EndedCall | UnknownItem => 404,
            NoPermission => 403,
            BrokenBody | Kind | Replaced => 400,
            State => 409,
        }
    }
}

/// The details of a call for which the method is, or is not, of the right kind.
fn details(method: Method, is_wrong: bool) -> Value {
    let is_group = !is_wrong || ON_SERVICE_HOSTED.contains(&method);
    let hosts_media = method == Method::ChangeScreenSharingRole || (is_wrong && is_group);
    json!({
        "source": somebody(),
        "targets": [somebody()],
        "chatInfo": if is_group { json!({ "threadId": "19:a" }) } else { Value::Null },
        "mediaConfig": if hosts_media { app_hosted() } else { service_hosted() },
        "incomingContext": if is_wrong { Value::Null } else { json!({ "observedParticipantId": "alice" }) },
    })
}

/// A service with the call that a request is about.
fn service(method: Method, wrong: &[Wrong]) -> Ledger {
    let is_incoming = wrong.contains(&State) != ON_INCOMING.contains(&method);
    let operation = json!({ "id": "o", "status": "running" });
    let mut events = vec![
        ("offered", details(method, wrong.contains(&Kind))),
        ("rosterUpdated", json!({ "participants": [{ "id": "alice" }, { "id": "bob" }] })),
        ("operationCreated", operation),
    ];
    if !is_incoming {
        events.extend([("answered", json!({})), ("established", json!({}))]);
    }
    if !is_incoming && method == Method::StopHoldMusic {
        events.push(("holdMusicStarted", json!({ "participant": "alice", "operation": "h" })));
    }
    if wrong.contains(&EndedCall) {
        events.push(("terminated", json!({})));
    }
    let mut ledger = Ledger::new();
    for (revision, (name, data)) in (1..).zip(events) {
        let line = json!({ "call": call_id(), "rev": revision, "type": name, "data": data });
        ledger.apply(&line.to_string().parse().unwrap()).unwrap();
    }
    ledger
}

fn body(method: Method, wrong: &[Wrong]) -> Value {
    let mut target = somebody();
    if wrong.contains(&Replaced) {
        target["replacesCallId"] = json!(Uuid::from_u128(77));
    }
    let quality = json!({ "callChainId": call_id(), "mediaQualityList": [{}] });
    let mut body = match method {
        Method::CreateCall => {
            json!({ "callbackUri": "https://bot/", "targets": [target], "mediaConfig": service_hosted() })
        }
        Method::Answer => json!({ "callbackUri": "https://bot/", "mediaConfig": service_hosted() }),
        Method::Redirect => json!({ "targets": [target] }),
        Method::Transfer => json!({ "transferTarget": target, "transferee": somebody() }),
        Method::PlayPrompt => json!({ "prompts": [audio()] }),
        Method::SendDtmfTones => json!({ "tones": ["tone1"] }),
        Method::ChangeScreenSharingRole => json!({ "role": "viewer" }),
        Method::UpdateRecordingStatus => json!({ "status": "recording" }),
        Method::Invite => json!({ "participants": [target] }),
        Method::ConfigureMixer => json!({ "participantMixerLevels": [{}] }),
        Method::CreateAudioRoutingGroup => {
            json!({ "routingMode": "oneToOne", "sources": ["a"], "receivers": ["b"] })
        }
        Method::LogTeleconferenceDeviceQuality => json!({ "quality": quality }),
        _ => json!({}),
    };
    if wrong.contains(&BrokenBody) {
        // Every method with a body reads one of these members, and none of them is a number.
        for member in ["clientContext", "callbackUri", "transferee", "role", "routingMode", "quality"] {
            body[member] = 5.into();
        }
    }
    body
}

/// The status of the reply to a request that is wrong in these ways.
fn reply(method: Method, wrong: &[Wrong], body: &[u8]) -> Result<u16, Refusal> {
    let is = |one| wrong.contains(&one);
    let id = if is(UnknownCall) { CallId::new(Uuid::from_u128(99)) } else { call_id() };
    let item = match method {
        _ if is(UnknownItem) => "nobody",
        Method::GetOperation => "o",
        _ => "alice",
    };
    let names_a_call = !APART.contains(&method);
    let route = Route::new(method, names_a_call.then_some(id), Some(item.into()));
    let granted: &[Permission] = if is(NoPermission) { &[] } else { Permission::ALL };
    let is_taken = method == Method::CreateCall && is(State);
    let new_id = if is_taken { call_id().guid() } else { Uuid::from_u128(5) };
    let request = RequestContext::new(AT.parse().unwrap(), new_id, AppIdentity::new(granted));
    let decided = service(method, wrong).decide(route.call, Command::read(&route, body), &request);
    decided.map(|decision| decision.reply.status)
}

/// All combinations of the ways in which a request for this method can be wrong.
fn combinations(method: Method) -> impl Iterator<Item = Vec<Wrong>> {
    let ways: Vec<Wrong> = ALL.into_iter().filter(|one| one.concerns(method)).collect();
    (0_u32..1 << ways.len()).map(move |chosen| {
        (0..).zip(&ways).filter(|(bit, _)| chosen & (1 << bit) != 0).map(|(_, way)| *way).collect()
    })
}

#[test]
fn of_all_that_is_wrong_with_a_request_the_first_in_the_order_is_its_answer() {
    let mut count = 0;
    for method in Method::ALL {
        for wrong in combinations(*method) {
            let given = body(*method, &wrong).to_string();
            let made = reply(*method, &wrong, given.as_bytes());
            let what = format!("{method} {wrong:?} {given}: {made:?}");
            match (wrong.first(), made) {
                (None, made) => assert!(made.is_ok(), "{what}"),
                (Some(first), Ok(_)) => panic!("{first:?} is not refused: {what}"),
                (Some(first), Err(refusal)) => {
                    assert!(first.is_why(&refusal.why), "{what}");
                    assert_eq!(refusal.status(), first.status(), "{what}");
                }
            }
            count += 1;
        }
    }
    assert!(count > 1000, "{count} combinations");
}

#[test]
fn a_body_that_is_no_object_has_the_place_of_a_broken_one() {
    for method in Method::ALL.iter().filter(|method| BrokenBody.concerns(**method)) {
        for wrong in combinations(*method).filter(|wrong| wrong.contains(&BrokenBody)) {
            for body in ["{", "[]", "7", "null", "\"text\"", "{\"a\":\"\u{1}\"}"] {
                let refusal = reply(*method, &wrong, body.as_bytes()).unwrap_err();
                assert!(wrong[0].is_why(&refusal.why), "{method} {wrong:?} {body}: {refusal}");
            }
        }
    }
}

#[test]
fn an_ended_call_is_found_by_no_method_but_the_report_of_device_quality() {
    for method in Method::ALL.iter().filter(|method| **method != Method::CreateCall) {
        let given = body(*method, &[]).to_string();
        match reply(*method, &[EndedCall], given.as_bytes()) {
            Ok(_) => assert_eq!(*method, Method::LogTeleconferenceDeviceQuality),
            Err(refusal) => {
                let code = refusal.error().code;
                assert_eq!((refusal.status(), code.as_str()), (404, "8522"), "{method}");
            }
        }
    }
}

// Bodies.

fn rows(table: &str) -> impl Iterator<Item = Value> {
    table.lines().map(|line| serde_json::from_str(line).unwrap())
}

#[test]
fn each_fault_of_a_body_is_named_by_its_member_and_by_what_would_be_right() {
    for row in rows(include_str!("fixtures/request-bodies.jsonl")) {
        let text = |name: &str| row[name].as_str().unwrap();
        let method = Method::ALL.iter().find(|method| method.as_str() == text("method")).unwrap();
        let given = row["body"].to_string();
        let made = reply(*method, &between_two(*method, &row["body"]), given.as_bytes());
        let Err(refusal) = made else {
            assert_eq!(text("member"), "", "{row} is accepted");
            continue;
        };
        let inner = refusal.error().inner_error;
        assert_eq!((refusal.status(), &inner["member"]), (400, &row["member"]), "{row}: {refusal}");
        assert!(inner["limit"].as_str().unwrap().contains(text("limit")), "{row}: {refusal}");
    }
}

/// A transfer without a transferee is for calls between two.
fn between_two(method: Method, body: &Value) -> Vec<Wrong> {
    Vec::from_iter((method == Method::Transfer && body.get("transferee").is_none()).then_some(Kind))
}

/// The method that refuses a body for this reason, if it is added to what the method needs.
fn refused_by(added: &Value, member: &str, limit: &str) -> Option<Method> {
    let says = |method: &Method| {
        let mut given = body(*method, &[]);
        given.as_object_mut().unwrap().extend(added.as_object().unwrap().clone());
        let refusal = reply(*method, &[], given.to_string().as_bytes()).err()?;
        let inner = refusal.error().inner_error;
        (inner.get("member")? == member && inner.get("limit")? == limit).then_some(*method)
    };
    Method::ALL.iter().find_map(says)
}

#[test]
fn the_documentation_says_what_would_be_right_in_the_same_words() {
    let page = include_str!("../docs/lifecycle.md");
    let (_, table) = page.split_once("| body | member | what would be right |\n").unwrap();
    let rows: Vec<&str> = table.lines().skip(1).take_while(|row| row.starts_with('|')).collect();
    assert!(rows.len() > 5);
    for row in rows {
        let cells: Vec<_> = row.split(" | ").map(|cell| cell.trim_matches(['|', ' ', '`'])).collect();
        let [given, member, limit] = cells[..] else { panic!("{row}") };
        let given = serde_json::from_str(given).unwrap();
        assert!(refused_by(&given, member, limit).is_some(), "{row}");
    }
}

#[test]
fn unknown_members_are_kept_in_what_is_recorded() {
    let given = json!({ "prompts": [{ "mediaInfo": { "uri": "https://bot/a.wav" }, "voice": "deep" }], "x": [1, null] });
    let mut ledger = service(Method::PlayPrompt, &[]);
    let route = Route::new(Method::PlayPrompt, Some(call_id()), None);
    let request = RequestContext::new(AT.parse().unwrap(), Uuid::nil(), AppIdentity::new(Permission::ALL));
    let command = Command::read(&route, given.to_string().as_bytes());
    let decision = ledger.decide(route.call, command, &request).unwrap();
    let queued = serde_json::to_value(&decision.events[0].event).unwrap();
    assert_eq!(queued["playPrompt"], given);
    decision.events.iter().for_each(|event| _ = ledger.apply(event).unwrap());
}

// Callback URLs.

fn is_taken(url: &str, allows_http_to_loopback: bool) -> bool {
    let body = json!({ "callbackUri": url, "targets": [somebody()], "mediaConfig": service_hosted() });
    let route = Route::new(Method::CreateCall, None, None);
    let request = RequestContext::new(AT.parse().unwrap(), Uuid::nil(), AppIdentity::new(Permission::ALL));
    let request = if allows_http_to_loopback { request.allowing_http_to_loopback() } else { request };
    let placed = Call::place(Command::read(&route, body.to_string().as_bytes()), &request);
    if let Err(refusal) = &placed {
        let inner = refusal.error().inner_error;
        assert_eq!(inner["member"], "callbackUri");
        let says_localhost = inner["limit"].as_str().unwrap().contains("localhost");
        assert_eq!(says_localhost, allows_http_to_loopback);
    }
    placed.is_ok()
}

#[test]
fn a_callback_url_is_https_or_if_the_host_allows_it_http_to_its_own_machine() {
    for row in rows(include_str!("fixtures/callback-urls.jsonl")) {
        let url = row["url"].as_str().unwrap();
        assert_eq!(is_taken(url, false), row["https"], "{url:?}");
        assert_eq!(is_taken(url, true), row["loopback"], "{url:?}");
    }
}

#[test]
fn every_method_with_a_callback_url_checks_it() {
    for method in [Method::CreateCall, Method::Answer, Method::Reject, Method::Redirect] {
        let mut given = body(method, &[]);
        given["callbackUri"] = "http://localhost/".into();
        let refused = reply(method, &[], given.to_string().as_bytes()).unwrap_err();
        assert_eq!(refused.error().inner_error["member"], "callbackUri", "{method}");
    }
}

#[test]
fn a_path_without_the_id_of_an_item_is_refused_like_a_broken_body() {
    let command = Command::read(&Route::new(Method::GetOperation, Some(call_id()), None), b"");
    assert_eq!(refusal(command).unwrap().status(), 400);
}
