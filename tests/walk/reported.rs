//! The notifications and replies that a bot receives in the walk.

use callfold::Id;
use callfold::call::{Body, Delivery, State};
use callfold::graph::CommsNotification;
use callfold::jiff::Timestamp;
use serde_json::{Value, json};

use super::moves::{ALICE, Move, What, When, Which};
use crate::common::{about, read, reported};

pub(crate) fn delivery(at: Option<Timestamp>) -> Delivery {
    let mut delivery = Delivery::default();
    delivery.received_at = at;
    delivery
}

/// A notification that reports only a state.
pub(crate) fn plain(state: State) -> CommsNotification {
    reported(json!({ "state": state }))
}

/// All notifications and replies. Each state comes in this number of variants.
pub(crate) fn all(ways: usize) -> Vec<Move> {
    let mut all: Vec<Move> =
        State::ALL.iter().flat_map(|state| states(*state).into_iter().take(ways)).collect();
    all.extend(details().into_iter().chain(operations()).chain(people()).chain(non_canonical()).map(soon));
    all.extend(replies());
    all.push(Move::new("kept alive", What::KeepAlive));
    all
}

/// The notifications for a call that also gets requests. Variants that differ only for a bot are left out.
pub(crate) fn some() -> Vec<Move> {
    let mut all: Vec<Move> = State::ALL.iter().flat_map(|state| states(*state).into_iter().take(3)).collect();
    all.extend(details().into_iter().chain(operations()).chain(people()).map(soon));
    all.extend(replies());
    for (which, age) in [(Which::Oldest, "oldest"), (Which::Newest, "newest")] {
        let of = |name: &str, reported| {
            Move::new(
                format!("report the {age} pending operation {name}"),
                What::OperationNotification(reported, which),
            )
        };
        all.extend([
            of("running", |id| operation(id, json!({ "status": "running" }))),
            of("completed", |id| operation(id, json!({ "status": "completed", "resultInfo": result(200) }))),
            of("failed", |id| operation(id, json!({ "status": "failed", "resultInfo": result(500) }))),
            of("gone", |id| about(&format!("/operations/{id}"), "deleted", json!({}))),
        ]);
    }
    all
}

fn soon((name, reported): (&'static str, CommsNotification)) -> Move {
    Move::new(format!("report {name}"), What::Notification(reported, When::Soon))
}

fn result(code: i32) -> Value {
    json!({ "code": code, "subCode": 1 })
}

fn states(state: State) -> Vec<Move> {
    let reported = |how: &str, change: &str, more: Value, when| {
        let mut body = more;
        body["state"] = json!(state);
        let name = format!("report {state} {how}");
        Move::new(name.trim_end(), What::Notification(about("", change, body), when))
    };
    let failed = || json!({ "resultInfo": result(500) });
    vec![
        reported("", "updated", json!({}), When::Soon),
        reported("with a failure", "updated", failed(), When::Soon),
        reported("deleted", "deleted", json!({}), When::Soon),
        reported("created", "created", json!({}), When::Soon),
        reported(
            "with a tone",
            "updated",
            json!({ "toneInfo": { "sequenceId": 1, "tone": "tone1" } }),
            When::Soon,
        ),
        reported("late", "updated", json!({}), When::Late),
        reported("by number", "updated", json!({}), When::Numbered),
        reported("at an unknown time", "updated", json!({}), When::Unknown),
        reported("with a success", "updated", json!({ "resultInfo": result(200) }), When::Soon),
        reported("deleted with a failure", "deleted", failed(), When::Soon),
        reported("late with a failure", "updated", failed(), When::Late),
    ]
}

fn details() -> Vec<(&'static str, CommsNotification)> {
    let media = |audio: &str| json!({ "mediaState": { "audio": audio } });
    vec![
        ("a subject", reported(json!({ "subject": "Stand-up" }))),
        ("audio active", reported(media("active"))),
        ("audio inactive", reported(media("inactive"))),
        ("a tone", reported(json!({ "toneInfo": { "sequenceId": 1, "tone": "tone1" } }))),
        ("that it is gone", about("", "deleted", Value::Null)),
    ]
}

fn operation(id: &Id, body: Value) -> CommsNotification {
    about(&format!("/operations/{id}"), "updated", body)
}

/// Notifications about two operations, one of which can also be reported with its `clientContext` only.
fn operations() -> Vec<(&'static str, CommsNotification)> {
    let prompt = |url: &str, change: &str, status: &str, code: Option<i32>| {
        let mut body =
            json!({ "@odata.type": "#microsoft.graph.playPromptOperation", "clientContext": "observed" });
        body["status"] = status.into();
        body["resultInfo"] = code.map_or(Value::Null, result);
        about(url, change, body)
    };
    let record = |status: &str| json!({ "@odata.type": "#microsoft.graph.recordOperation", "status": status, "id": "r" });
    vec![
        ("o notStarted", prompt("/operations/o", "created", "notStarted", None)),
        ("o running", prompt("/operations/o", "updated", "running", None)),
        ("o completed", prompt("/operations/o", "updated", "completed", Some(200))),
        ("o completed, a failure", prompt("/operations/o", "updated", "completed", Some(500))),
        ("o failed", prompt("/operations/o", "deleted", "failed", Some(500))),
        ("o gone", about("/operations/o", "deleted", Value::Null)),
        ("o gone, a success", about("/operations/o", "deleted", json!({ "resultInfo": result(200) }))),
        ("a prompt running", prompt("/operations", "updated", "running", None)),
        ("a prompt completed", prompt("/operations", "updated", "completed", Some(200))),
        ("a recording running", about("/operations", "updated", record("running"))),
        ("a recording completed", about("/operations", "updated", record("completed"))),
        ("a nameless operation", about("/operations", "updated", json!({ "status": "running" }))),
    ]
}

fn people() -> Vec<(&'static str, CommsNotification)> {
    let delta = |number: i64, participants: Value| {
        json!([{ "@odata.type": "#microsoft.graph.deltaParticipants", "sequenceNumber": number,
            "participants": participants }])
    };
    let gone = json!([{ "id": ALICE, "removedState": { "reason": "left" } }]);
    let session = json!([{ "id": "session" }]);
    vec![
        ("a roster", about("/participants", "updated", json!([{ "id": "app" }, { "id": ALICE }]))),
        ("an empty roster", about("/participants", "updated", json!([]))),
        ("a delta", about("/participants", "updated", delta(1, json!([{ "id": ALICE, "isMuted": true }])))),
        ("a newer delta", about("/participants", "updated", delta(2, gone.clone()))),
        ("that alice is gone", about("/participants", "updated", gone)),
        ("that alice is deleted", about("/participants/alice", "deleted", Value::Null)),
        ("content shared", about("/contentSharingSessions", "created", session.clone())),
        ("content changed", about("/contentSharingSessions", "updated", session.clone())),
        ("content gone", about("/contentSharingSessions", "deleted", session)),
    ]
}

fn non_canonical() -> Vec<(&'static str, CommsNotification)> {
    let joining = json!({ "@odata.type": "#microsoft.graph.participantJoiningNotification" });
    let left =
        json!({ "@odata.type": "#microsoft.graph.participantLeftNotification", "participantId": ALICE });
    vec![
        ("somebody joining", about("", "created", joining)),
        ("somebody who left", about("", "created", left)),
        ("an unknown state", reported(json!({ "state": "parked" }))),
        ("an unknown resource", about("/weather", "updated", json!({ "is": "fine" }))),
        ("a text for a call", about("", "updated", json!("a text"))),
    ]
}

fn replies() -> Vec<Move> {
    let operation = |id: &str| {
        json!({ "@odata.type": "#microsoft.graph.playPromptOperation", "id": id, "clientContext": "observed",
            "status": "running" })
    };
    let call = json!({ "state": "establishing", "targets": [{}], "ringingTimeoutInSeconds": 40,
        "mediaConfig": super::requests::hosted("service") });
    let learn = |name: &str, body| Move::new(format!("learn {name}"), What::Learn(body));
    vec![
        learn("a call", Body::Call(read(call))),
        learn("an operation", Body::Operation(read(operation("o")))),
        learn("participants", Body::Participants(read(json!([{ "id": ALICE }])))),
        learn("a participant", Body::Participant(read(json!({ "id": ALICE })))),
        learn("content", Body::ContentSharingSessions(read(json!([{ "id": "session" }])))),
        learn("nothing", Body::Empty),
    ]
}
