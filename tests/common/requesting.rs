//! Given a call, when the app sends a request, then …

#![allow(clippy::indexing_slicing, reason = "a test may panic")]

use callfold::call::{AppIdentity, Call, Command, Decision, Reply, RequestContext};
use callfold::graph::{Method, Permission, Route};
use callfold::uuid::Uuid;
use callfold::{Recorded, Refusal};
use serde_json::{Value, json};

use super::{CALL, Scenario, about, reported};

pub(crate) const AT: &str = "2026-11-23T09:15:00Z";

/// The result of a decision, and the call after its events.
pub(crate) struct Decided {
    pub(crate) reply: Reply,
    pub(crate) events: Vec<Recorded>,
    pub(crate) call: Call,
}

/// A call that was reported to be in a state, with its details, three participants and an operation that
/// runs.
pub(crate) fn given(state: &str, mut details: Value) -> Call {
    details["state"] = if state == "terminated" { "established" } else { state }.into();
    let roster = json!([{ "id": "app", "isMuted": false }, { "id": "alice" }, { "id": "bob" }]);
    let running = json!({ "@odata.type": "#microsoft.graph.sendDtmfTonesOperation", "status": "running" });
    let mut received = vec![
        reported(details),
        about("/participants", "updated", roster),
        about("/operations/o", "updated", running),
    ];
    received.extend((state == "terminated").then(|| about("", "deleted", json!({}))));
    Scenario::given(&received).call().clone()
}

pub(crate) fn group() -> Value {
    json!({ "chatInfo": { "threadId": "19:a" }, "mediaConfig": service_hosted(), "myParticipantId": "app" })
}

pub(crate) fn p2p() -> Value {
    json!({ "source": {}, "targets": [{}], "mediaConfig": service_hosted() })
}

pub(crate) fn service_hosted() -> Value {
    json!({ "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" })
}

pub(crate) fn app_hosted() -> Value {
    json!({ "@odata.type": "#microsoft.graph.appHostedMediaConfig", "blob": "b" })
}

/// Sends a request such as `POST /mute` about the call, with every permission. The events of the decision
/// must fold.
pub(crate) fn send(call: &Call, what: &str, body: impl ToString) -> Result<Decided, Refusal> {
    send_as(call, Permission::ALL, what, body)
}

pub(crate) fn send_as(
    call: &Call,
    granted: &[Permission],
    what: &str,
    body: impl ToString,
) -> Result<Decided, Refusal> {
    let (verb, path) = what.split_once(' ').unwrap();
    let route = Route::parse(verb, &format!("/communications/calls/{CALL}{path}")).unwrap();
    decide(call, granted, Command::read(&route, body.to_string().as_bytes()))
}

/// Sends a request that was parsed already.
pub(crate) fn decide(call: &Call, granted: &[Permission], command: Command) -> Result<Decided, Refusal> {
    let request = RequestContext::new(AT.parse().unwrap(), new_id(call), AppIdentity::new(granted));
    let Decision { reply, events, .. } = call.decide(command, &request)?;
    let mut call = call.clone();
    for recorded in &events {
        assert_eq!((recorded.revision, recorded.at), (call.revision() + 1, AT.parse().ok()));
        call.evolve(recorded.clone()).expect("what is decided folds");
    }
    Ok(Decided { reply, events, call })
}

/// The refusal of a request of an app with every permission. It is sent to an established group call, or places a call.
pub(crate) fn refusal(command: Command) -> Option<Refusal> {
    let call = given("established", group());
    let request = RequestContext::new(AT.parse().unwrap(), new_id(&call), AppIdentity::new(Permission::ALL));
    let decided = if command.method() == Method::CreateCall {
        Call::place(command, &request)
    } else {
        call.decide(command, &request)
    };
    decided.err()
}

/// The id of the operation or call that the next request creates.
pub(crate) fn new_id(call: &Call) -> Uuid {
    Uuid::from_u128(call.revision().into())
}

impl Decided {
    /// The status, the `Location` within the call, the body, and the names of the events.
    #[track_caller]
    pub(crate) fn then(&self, status: u16, location: Option<&str>, body: &Value, events: &[&str]) {
        let location = location.map(|rest| format!("/communications/calls/{CALL}{rest}"));
        let names: Vec<_> = self.events.iter().map(|one| one.event.kind().as_str()).collect();
        assert_eq!((self.reply.status, &self.reply.location), (status, &location));
        assert_eq!((&serde_json::to_value(&self.reply.body).unwrap(), &names[..]), (body, events));
    }
}

/// The `innerError` of a refusal with this status. The error body must be complete.
#[track_caller]
pub(crate) fn refused(request: Result<Decided, Refusal>, status: u16) -> Value {
    let refusal = request.err().expect("a refusal");
    let error = serde_json::to_value(refusal.error()).unwrap()["error"].take();
    let code = error["code"].as_str().unwrap();
    let codes: &[&str] = match status {
        400 => &["BadRequest"],
        403 => &["Forbidden"],
        404 => &["8522", "NotFound"],
        _ => &["Conflict"],
    };
    assert!(refusal.status() == status && codes.contains(&code), "{status} is not {refusal}");
    assert!(error["message"].as_str().is_some_and(|text| text.contains("is refused")), "{error}");
    assert_eq!(error["innerError"]["method"], refusal.what.as_str());
    error["innerError"].clone()
}

/// A body, and the limit that it breaks: the name of the member, then the text of the limit; an empty text
/// for a valid body.
pub(crate) type Limited<'a> = (Value, &'a str);

#[track_caller]
pub(crate) fn limited(call: &Call, what: &str, rows: &[Limited<'_>]) {
    for (body, wrong) in rows {
        let request = send(call, what, body);
        let Some((member, limit)) = wrong.split_once(' ') else {
            assert!(request.is_ok(), "{what} {body}: {}", request.err().unwrap());
            continue;
        };
        let inner = refused(request, 400);
        assert_eq!(inner["member"], member, "{what} {body}");
        assert!(inner["limit"].as_str().unwrap().contains(limit), "{what} {body}: {inner}");
    }
}

/// The operation that the next request creates, as in its reply.
pub(crate) fn operation(call: &Call, kind: &str, status: &str) -> (String, Value) {
    let (id, odata_type) = (new_id(call).to_string(), format!("#microsoft.graph.{kind}Operation"));
    let body = json!({ "@odata.type": odata_type, "clientContext": "c", "id": id, "status": status });
    (format!("/operations/{id}"), body)
}
