//! Eighteen steps of published pages, each as a test by itself: what the service replies and posts is what the page
//! shows. The expected JSON is written by hand from what the pages say; no page is copied.
//!
//! The service once differed from the pages in these steps. All of them are mended.
//!
//! | steps | page and step | versions | test |
//! | --- | --- | --- | --- |
//! | 2 | `transfer`, a consultative one in a call between two: completed | v1.0, beta | `consultative_transfer_of_a_call_between_two` |
//! | 2 | `transfer`, a consultative one in a group call: completed | v1.0, beta | `consultative_transfer_of_a_group_call` |
//! | 2 | `transfer`: failed | v1.0, beta | `transfer_failed` |
//! | 2 | `redirect` to several targets: terminated | v1.0, beta | `redirect_to_several` |
//! | 2 | `invite`: completed | v1.0, beta | `invitation` |
//! | 2 | `invite` with `replacesCallId`: completed | v1.0, beta | `invitation_that_replaces_a_call` |
//! | 2 | `invite` with `replacesCallId`: roster of the replaced call | v1.0, beta | `roster_of_the_replaced_call` |
//! | 2 | `stopHoldMusic`: response | v1.0, beta | `stopped_hold_music` |
//! | 1 | `stopHoldMusic`: completed later | v1.0 | `hold_music_that_stops_later_is_notified_without_a_result` |
//! | 1 | `recordResponse`: ended by a stop tone | v1.0 | `a_recording_that_a_stop_tone_ended_is_notified_without_a_result` |

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::host::{CALLBACK, Host, chat, user};
use crate::common::{CALL, call_id, read};
use callfold::CallId;
use callfold::call::{CallEnd, Ending, NetworkEvent, TransferFailure};
use callfold::graph::{Method, ResultInfo, Tone};
use callfold::service::Response;
use serde_json::{Value, json};

/// A second call of the same app.
const OTHER: &str = "e5d39592-99bd-4db8-bca8-30fb894ec51d";
/// The id of the operation of the first request.
const OPERATION: &str = "00000000-0000-0000-0000-000000000001";

fn other() -> CallId {
    OTHER.parse().unwrap()
}

fn location(response: &Response) -> Option<&str> {
    response.headers.iter().find(|(name, _)| *name == "Location").map(|(_, value)| value.as_str())
}

impl Host {
    fn speaking(version: &'static str) -> Self {
        Self { version, ..Self::default() }
    }

    /// An established call that the app placed.
    fn places(&mut self, call: CallId, members: &Value) {
        let mut body = json!({ "targets": [user("callee")] });
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let response = self.place(call, &body);
        let expected = format!("{}/communications/calls/{call}", self.version);
        assert_eq!((response.status, location(&response)), (201, Some(expected.as_str())));
        self.happens(call, NetworkEvent::Connected(None));
    }

    fn established(version: &'static str) -> Self {
        let mut host = Self::speaking(version);
        host.places(call_id(), &json!({}));
        host
    }

    /// A call that the app transfers, consultatively, to the party of its other call.
    fn transferring(version: &'static str, members: &Value, transfer: &Value) -> Self {
        let mut host = Self::speaking(version);
        host.places(other(), &json!({}));
        host.places(call_id(), members);
        let mut target = user("target");
        target["replacesCallId"] = OTHER.into();
        let mut body = json!({ "transferTarget": target });
        body.as_object_mut().unwrap().extend(transfer.as_object().unwrap().clone());
        host.requests(Method::Transfer, None, &body)
    }

    /// Sends a request that begins an operation, and returns the body of the response. Its `Location` is that of the
    /// operation, except for `invite`.
    fn begins(&mut self, method: Method, item: Option<&str>, body: &Value) -> Value {
        let response = self.request(method, item, body);
        let operation = uuid::Uuid::from_u128(self.requests);
        let expected = format!("{}/communications/calls/{CALL}/operations/{operation}", self.version);
        let expected = Some(expected.as_str()).filter(|_| method != Method::Invite);
        assert!(response.status < 300, "{response:?}");
        assert_eq!(location(&response), expected);
        serde_json::from_str(&response.body).unwrap()
    }

    /// Checks that this was posted about the call, and nothing else.
    fn posts(&self, path: &str, change: &str, data: Value) {
        let of_call = self.webhooks.iter().filter(|webhook| webhook.call == call_id());
        let posted: Vec<_> =
            of_call.map(|one| (one.callback_uri.as_deref(), json!(one.notification))).collect();
        assert_eq!(posted, [(Some(CALLBACK), about(CALL, path, change, data))]);
    }
}

fn meeting() -> Value {
    json!({ "chatInfo": chat() })
}

fn about(call: &str, path: &str, change: &str, data: Value) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.commsNotification", "changeType": change,
        "resourceUrl": format!("/communications/calls/{call}{path}"), "callbackUri": CALLBACK, "resourceData": data,
    })
}

fn operation(kind: &str, members: Value) -> Value {
    let mut data = json!({ "@odata.type": format!("#microsoft.graph.{kind}Operation"), "id": OPERATION });
    data.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    data
}

fn finished() -> NetworkEvent {
    NetworkEvent::operation_finished(OPERATION.into(), Ending::completed())
}

/// A consultative transfer ends with a reason and without a result.
fn transfer_completed(mut host: Host) {
    host.happens(call_id(), NetworkEvent::TransferAccepted);
    host.happens(call_id(), NetworkEvent::TransferCompleted(CallEnd::default()));
    let end = json!({
        "@odata.type": "#microsoft.graph.call", "state": "terminated", "terminationReason": "AppTransferred",
        "id": CALL,
    });
    host.posts("", "deleted", end);
}

fn consultative_transfer_of_a_call_between_two(version: &'static str) {
    transfer_completed(Host::transferring(version, &json!({}), &json!({})));
}

fn consultative_transfer_of_a_group_call(version: &'static str) {
    transfer_completed(Host::transferring(version, &meeting(), &json!({ "transferee": user("callee") })));
}

fn redirect_to_several(version: &'static str) {
    let mut host = Host::speaking(version);
    let offer = json!({
        "source": user("caller"), "targets": [{ "identity": { "application": { "id": "bot" } } }],
        "myParticipantId": "me", "tenantId": "tenant", "callbackUri": CALLBACK,
    });
    host.happens(call_id(), NetworkEvent::Offered(read(offer.clone())));
    let targets = json!([user("first"), user("second")]);
    let body = json!({ "targets": targets, "callbackUri": CALLBACK });
    assert_eq!(host.request(Method::Redirect, None, &body).status, 202);
    host.happens(call_id(), NetworkEvent::RedirectAnswered(read(user("second"))));
    let mut end = offer;
    end["@odata.type"] = "#microsoft.graph.call".into();
    (end["state"], end["direction"], end["id"]) = ("terminated".into(), "incoming".into(), CALL.into());
    host.posts("", "deleted", end);
}

fn invited(version: &'static str, invited: &Value) -> Host {
    let mut host = Host::speaking(version);
    host.places(other(), &json!({}));
    let mut meeting = meeting();
    meeting["targets"] = json!([user("organizer")]);
    host.places(call_id(), &meeting);
    host.begins(Method::Invite, None, &json!({ "participants": [invited], "clientContext": "c" }));
    host.happens(call_id(), finished());
    host
}

fn replacing() -> Value {
    let mut invited = user("callee");
    invited["replacesCallId"] = OTHER.into();
    invited
}

/// The first notification of a completed invitation: the operation, without a result.
fn invitation_completed(version: &'static str, one: &Value) {
    let host = invited(version, one);
    let ended = json!({ "clientContext": "c", "status": "completed", "participants": [one] });
    let path = format!("/operations/{OPERATION}");
    assert_eq!(host.posted()[0], about(CALL, &path, "deleted", operation("inviteParticipants", ended)));
}

fn invitation(version: &'static str) {
    invitation_completed(version, &user("new"));
}

fn invitation_that_replaces_a_call(version: &'static str) {
    invitation_completed(version, &replacing());
}

/// The replaced call reports its roster after the operation has ended, and before its own end.
fn roster_of_the_replaced_call(version: &'static str) {
    let host = invited(version, &replacing());
    let callee = "21532065-0126-5b93-8813-18025f527f44";
    let roster = json!([{
        "@odata.type": "#microsoft.graph.participant", "info": user("callee"), "id": callee,
    }]);
    let posted = host.posted();
    let calls = host.webhooks.iter().map(|webhook| webhook.call);
    let kinds: Vec<_> = calls.zip(posted.iter().map(|item| item["changeType"].as_str().unwrap())).collect();
    let [call, other] = [call_id(), other()];
    assert_eq!(kinds, [(call, "deleted"), (call, "updated"), (other, "updated"), (other, "deleted")]);
    assert_eq!(posted[2], about(OTHER, "/participants", "updated", roster));
    assert_eq!(posted[3]["resourceData"]["state"], "terminated");
}

fn stopped_hold_music(version: &'static str) {
    let mut host = Host::established(version);
    host.happens(call_id(), NetworkEvent::RosterChanged(read(json!([{ "id": "p" }]))));
    host.begins(Method::StartHoldMusic, Some("p"), &json!({}));
    let reply = host.begins(Method::StopHoldMusic, Some("p"), &json!({ "clientContext": "c" }));
    let second = "00000000-0000-0000-0000-000000000002";
    let completed = json!({ "@odata.type": "#microsoft.graph.stopHoldMusicOperation", "clientContext": "c",
        "status": "completed", "id": second });
    assert_eq!(reply, completed);
    assert_eq!(host.webhooks, []);
}

#[test]
fn hold_music_that_stops_later_is_notified_without_a_result() {
    let mut host = Host::established("/v1.0");
    host.happens(call_id(), NetworkEvent::RosterChanged(read(json!([{ "id": "p" }]))));
    host.begins(Method::StartHoldMusic, Some("p"), &json!({}));
    host.hold_music_stops_later = true;
    let reply = host.begins(Method::StopHoldMusic, Some("p"), &json!({ "clientContext": "c" }));
    assert_eq!(reply["status"], "running");
    let second = "00000000-0000-0000-0000-000000000002";
    host.happens(call_id(), NetworkEvent::operation_finished(second.into(), Ending::completed()));
    let ended = json!({ "@odata.type": "#microsoft.graph.stopHoldMusicOperation", "clientContext": "c",
        "status": "completed", "id": second });
    host.posts(&format!("/operations/{second}"), "deleted", ended);
}

#[test]
fn a_recording_that_a_stop_tone_ended_is_notified_without_a_result() {
    let mut host = Host::established("/v1.0");
    host.begins(Method::RecordResponse, None, &json!({ "stopTones": ["#"], "clientContext": "c" }));
    host.happens(call_id(), NetworkEvent::TonePressed(Tone::Pound));
    let ended =
        json!({ "clientContext": "c", "status": "completed", "completionReason": "stopToneDetected" });
    host.posts(&format!("/operations/{OPERATION}"), "deleted", operation("record", ended));
}

fn transfer_failed(version: &'static str) {
    let mut host = Host::transferring(version, &json!({}), &json!({}));
    let result = json!({ "code": 500, "subcode": 7700, "message": "The transfer was not answered." });
    let mut failure = TransferFailure::with_result(read::<ResultInfo>(result.clone()));
    failure.replaces_context = Some("context".into());
    host.happens(call_id(), NetworkEvent::TransferFailed(failure));
    let failed = json!({
        "@odata.type": "#microsoft.graph.call", "state": "established", "resultInfo": result,
        "replacesContext": "context", "id": CALL,
    });
    host.posts("", "updated", failed);
}

/// The steps that the pages of both versions have.
macro_rules! of_both_versions {
    ($($name:ident)+) => {
        mod v1 { $( #[test] fn $name() { super::$name("/v1.0"); } )+ }
        mod beta { $( #[test] fn $name() { super::$name("/beta"); } )+ }
    };
}

of_both_versions! {
    consultative_transfer_of_a_call_between_two
    consultative_transfer_of_a_group_call
    redirect_to_several
    invitation
    invitation_that_replaces_a_call
    roster_of_the_replaced_call
    stopped_hold_music
    transfer_failed
}
