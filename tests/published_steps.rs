//! Eighteen steps of published pages, each as a test by itself: what the service replies and posts is what the page
//! shows. The expected JSON is written by hand from what the pages say; no page is copied.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::read;
use callfold::call::{
    AppIdentity, CallEnd, Command, Decision, Ending, NetworkEvent, RequestContext, TransferFailure,
};
use callfold::graph::{Permission, ResultInfo, Route, Tone};
use callfold::uuid::Uuid;
use callfold::{CallId, Ledger, Notify, Recorded};
use serde_json::{Value, json};

/// The call, and a second call of the same app.
const CALL: &str = "57dab8b1-894c-409a-b240-bd8beae78896";
const OTHER: &str = "e5d39592-99bd-4db8-bca8-30fb894ec51d";
const CALLBACK: &str = "https://bot.contoso.com/callback";
/// The id of the operation of the first request.
const OPERATION: &str = "00000000-0000-0000-0000-000000000001";

/// A host of the service, which speaks one version of the API.
struct Host {
    root: &'static str,
    ledger: Ledger,
    /// What was posted since the last request or network event: the id of the call, and the notification.
    posted: Vec<(CallId, Value)>,
    requests: u128,
    hold_music_stops_later: bool,
}

fn id(call: &str) -> CallId {
    call.parse().unwrap()
}

impl Host {
    fn new(root: &'static str) -> Self {
        Self { root, ledger: Ledger::new(), posted: Vec::new(), requests: 0, hold_music_stops_later: false }
    }

    fn take(&mut self, events: &[Recorded]) {
        self.posted.clear();
        for event in events {
            self.ledger.apply(event).unwrap();
            let posted = Notify::new().event(self.ledger.call(event.call).unwrap(), event);
            self.posted.extend(posted.map(|posted| (event.call, json!(posted))));
        }
    }

    /// Sends a request and returns the body of the reply.
    fn send(&mut self, path: &str, new_id: Uuid, body: &Value) -> Value {
        let route = Route::parse("POST", &format!("{}/communications/calls{path}", self.root)).unwrap();
        let at = "2026-11-23T09:15:00Z".parse().unwrap();
        let mut request = RequestContext::new(at, new_id, AppIdentity::new(Permission::ALL));
        request.hold_music_stops_later = self.hold_music_stops_later;
        let command = Command::read(&route, body.to_string().as_bytes());
        let Decision { reply, events, .. } = self.ledger.decide(route.call, command, &request).unwrap();
        self.take(&events);
        json!(reply.body)
    }

    fn requests(&mut self, path: &str, body: &Value) -> Value {
        self.requests += 1;
        self.send(&format!("/{CALL}{path}"), Uuid::from_u128(self.requests), body)
    }

    fn meets(&mut self, call: &str, network_event: NetworkEvent) {
        let at = "2026-11-23T09:15:00Z".parse().unwrap();
        let events = self.ledger.on_network_event(id(call), network_event, at).unwrap();
        self.take(&events);
    }

    fn happens(&mut self, network_event: NetworkEvent) {
        self.meets(CALL, network_event);
    }

    /// An established call that the app placed.
    fn places(&mut self, call: &str, members: &Value) {
        let mut body = json!({
            "callbackUri": CALLBACK, "targets": [user("callee")],
            "mediaConfig": { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
        });
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        self.send("", id(call).guid(), &body);
        self.meets(call, NetworkEvent::Connected(None));
    }

    fn established(root: &'static str) -> Self {
        let mut host = Self::new(root);
        host.places(CALL, &json!({}));
        host
    }

    /// A call that the app transfers, consultatively, to the party of its other call.
    fn transferring(root: &'static str, members: &Value, transfer: &Value) -> Self {
        let mut host = Self::new(root);
        host.places(OTHER, &json!({}));
        host.places(CALL, members);
        let mut target = user("target");
        target["replacesCallId"] = OTHER.into();
        let mut body = json!({ "transferTarget": target });
        body.as_object_mut().unwrap().extend(transfer.as_object().unwrap().clone());
        host.requests("/transfer", &body);
        host
    }

    /// Checks that this was posted about the call, and nothing else.
    fn posts(&self, path: &str, change: &str, data: Value) {
        let posted: Vec<&Value> =
            self.posted.iter().filter(|(call, _)| *call == id(CALL)).map(|(_, item)| item).collect();
        assert_eq!(posted, [&about(CALL, path, change, data)]);
    }
}

fn user(id: &str) -> Value {
    json!({ "identity": { "user": { "id": id } } })
}

fn chat() -> Value {
    json!({ "chatInfo": { "threadId": "19:meeting@thread.v2", "messageId": "0" } })
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
    host.happens(NetworkEvent::TransferAccepted);
    host.happens(NetworkEvent::TransferCompleted(CallEnd::default()));
    let end = json!({
        "@odata.type": "#microsoft.graph.call", "state": "terminated", "terminationReason": "AppTransferred",
        "id": CALL,
    });
    host.posts("", "deleted", end);
}

fn consultative_transfer_of_a_call_between_two(root: &'static str) {
    transfer_completed(Host::transferring(root, &json!({}), &json!({})));
}

fn consultative_transfer_of_a_group_call(root: &'static str) {
    transfer_completed(Host::transferring(root, &chat(), &json!({ "transferee": user("callee") })));
}

fn redirect_to_several(root: &'static str) {
    let mut host = Host::new(root);
    let offer = json!({
        "source": user("caller"), "targets": [{ "identity": { "application": { "id": "bot" } } }],
        "myParticipantId": "me", "tenantId": "tenant", "callbackUri": CALLBACK,
    });
    host.happens(NetworkEvent::Offered(read(offer.clone())));
    let targets = json!([user("first"), user("second")]);
    host.requests("/redirect", &json!({ "targets": targets, "callbackUri": CALLBACK }));
    host.happens(NetworkEvent::RedirectAnswered(read(user("second"))));
    let mut end = offer;
    end["@odata.type"] = "#microsoft.graph.call".into();
    (end["state"], end["direction"], end["id"]) = ("terminated".into(), "incoming".into(), CALL.into());
    host.posts("", "deleted", end);
}

fn invited(root: &'static str, invited: &Value) -> Host {
    let mut host = Host::new(root);
    host.places(OTHER, &json!({}));
    let mut meeting = chat();
    meeting["targets"] = json!([user("organizer")]);
    host.places(CALL, &meeting);
    host.requests("/participants/invite", &json!({ "participants": [invited], "clientContext": "c" }));
    host.happens(finished());
    host
}

fn replacing() -> Value {
    let mut invited = user("callee");
    invited["replacesCallId"] = OTHER.into();
    invited
}

/// The first notification of a completed invitation: the operation, without a result.
fn invitation_completed(root: &'static str, one: &Value) {
    let host = invited(root, one);
    let ended = json!({ "clientContext": "c", "status": "completed", "participants": [one] });
    let path = format!("/operations/{OPERATION}");
    assert_eq!(
        host.posted[0],
        (id(CALL), about(CALL, &path, "deleted", operation("inviteParticipants", ended)))
    );
}

fn invitation(root: &'static str) {
    invitation_completed(root, &user("new"));
}

fn invitation_that_replaces_a_call(root: &'static str) {
    invitation_completed(root, &replacing());
}

/// The replaced call tells its roster after the operation has ended, and before its own end.
fn roster_of_the_replaced_call(root: &'static str) {
    let host = invited(root, &replacing());
    let callee = "21532065-0126-5b93-8813-18025f527f44";
    let roster = json!([{
        "@odata.type": "#microsoft.graph.participant", "info": user("callee"), "id": callee,
    }]);
    let kinds: Vec<_> =
        host.posted.iter().map(|(call, item)| (*call, item["changeType"].as_str().unwrap())).collect();
    let [call, other] = [CALL, OTHER].map(id);
    assert_eq!(kinds, [(call, "deleted"), (call, "updated"), (other, "updated"), (other, "deleted")]);
    assert_eq!(host.posted[2].1, about(OTHER, "/participants", "updated", roster));
    assert_eq!(host.posted[3].1["resourceData"]["state"], "terminated");
}

fn stopped_hold_music(root: &'static str) {
    let mut host = Host::established(root);
    host.happens(NetworkEvent::RosterChanged(read(json!([{ "id": "p" }]))));
    host.requests("/participants/p/startHoldMusic", &json!({}));
    let reply = host.requests("/participants/p/stopHoldMusic", &json!({ "clientContext": "c" }));
    let second = "00000000-0000-0000-0000-000000000002";
    let completed = json!({ "@odata.type": "#microsoft.graph.stopHoldMusicOperation", "clientContext": "c",
        "status": "completed", "id": second });
    assert_eq!(reply, completed);
    assert_eq!(host.posted, []);
}

#[test]
fn hold_music_that_stops_later_is_notified_without_a_result() {
    let mut host = Host::established("/v1.0");
    host.happens(NetworkEvent::RosterChanged(read(json!([{ "id": "p" }]))));
    host.requests("/participants/p/startHoldMusic", &json!({}));
    host.hold_music_stops_later = true;
    let reply = host.requests("/participants/p/stopHoldMusic", &json!({ "clientContext": "c" }));
    assert_eq!(reply["status"], "running");
    let second = "00000000-0000-0000-0000-000000000002";
    host.happens(NetworkEvent::operation_finished(second.into(), Ending::completed()));
    let ended = json!({ "@odata.type": "#microsoft.graph.stopHoldMusicOperation", "clientContext": "c",
        "status": "completed", "id": second });
    host.posts(&format!("/operations/{second}"), "deleted", ended);
}

#[test]
fn a_recording_that_a_stop_tone_ended_is_notified_without_a_result() {
    let mut host = Host::established("/v1.0");
    host.requests("/recordResponse", &json!({ "stopTones": ["#"], "clientContext": "c" }));
    host.happens(NetworkEvent::TonePressed(Tone::Pound));
    let ended =
        json!({ "clientContext": "c", "status": "completed", "completionReason": "stopToneDetected" });
    host.posts(&format!("/operations/{OPERATION}"), "deleted", operation("record", ended));
}

fn transfer_failed(root: &'static str) {
    let mut host = Host::transferring(root, &json!({}), &json!({}));
    let result = json!({ "code": 500, "subcode": 7700, "message": "The transfer was not answered." });
    let mut failure = TransferFailure::with_result(read::<ResultInfo>(result.clone()));
    failure.replaces_context = Some("context".into());
    host.happens(NetworkEvent::TransferFailed(failure));
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

#[test]
fn a_blind_transfer_is_completed_with_its_result() {
    let mut host = Host::established("/v1.0");
    host.requests("/transfer", &json!({ "transferTarget": user("target") }));
    host.happens(NetworkEvent::TransferAccepted);
    host.happens(NetworkEvent::TransferCompleted(CallEnd::default()));
    assert_eq!(host.posted[0].1["resourceData"]["resultInfo"]["code"], 0);
    assert_eq!(host.posted[0].1["resourceData"]["resultInfo"]["subcode"], 7015);
    assert!(host.posted[0].1["resourceData"].get("terminationReason").is_none());
}
