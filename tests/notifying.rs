//! The notification that the service posts to the app about each event, and the events about which it posts
//! none.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use crate::common::host::{CALLBACK, CALLEE, NEW, user};
use crate::common::requesting::service_hosted;
use crate::common::{CALL, call_id, read};
use callfold::call::{
    AppIdentity, Call, CallEnd, Command, Delivery, Ending, EventKind, NetworkEvent, RequestContext, State,
    StopReason, TransferFailure,
};
use callfold::graph::{
    CommsNotification, CommsNotifications, EndCode, MediaState, Method, Permission, Route, Tone,
};
use callfold::{Applied, Id, Ledger, Notify, OlderResource, Recorded, Secret};
use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

/// The id of the operation of the nth request of a service.
const FIRST: &str = "00000000-0000-0000-0000-000000000001";
const SECOND: &str = "00000000-0000-0000-0000-000000000002";

/// A service with one call. It posts its notifications one after the other.
#[derive(Clone)]
struct Service {
    ledger: Ledger,
    notify: Notify,
    /// The names of the last events, each with the notification that was posted about it.
    last: Vec<(&'static str, Option<CommsNotification>)>,
    operations: u128,
}

fn at() -> Timestamp {
    "2026-11-23T09:15:00Z".parse().unwrap()
}

impl Service {
    fn new() -> Self {
        Self::speaking(Notify::new())
    }

    fn speaking(notify: Notify) -> Self {
        Self { ledger: Ledger::new(), notify, last: Vec::new(), operations: 0 }
    }

    fn take(mut self, events: Vec<Recorded>) -> Self {
        self.last.clear();
        for recorded in events {
            assert_eq!(self.ledger.apply(&recorded), Ok(Applied::Folded), "{recorded}");
            let posted = self.notify.event(self.call(), &recorded);
            self.last.push((recorded.event.kind().as_str(), posted));
        }
        self
    }

    fn requests(self, method: Method, body: Value) -> Self {
        self.requests_of(method, None, body)
    }

    fn requests_of(mut self, method: Method, item: Option<&str>, body: Value) -> Self {
        self.operations += 1;
        let is_new = method == Method::CreateCall;
        let id = (!is_new).then(call_id);
        let new_id = if is_new { call_id().guid() } else { Uuid::from_u128(self.operations) };
        self.operations -= u128::from(is_new);
        let route = Route::new(method, id, item.map(Id::from));
        let command = Command::read(&route, body.to_string().as_bytes());
        let request = RequestContext::new(at(), new_id, AppIdentity::new(Permission::ALL));
        let decision = self.ledger.decide(id, command, &request).unwrap();
        self.take(decision.events)
    }

    fn meets(self, network_event: NetworkEvent) -> Self {
        let events = self.ledger.on_network_event(call_id(), network_event, at()).unwrap();
        self.take(events)
    }

    /// Applies the next event, given as in a log.
    fn records(self, event: &str, data: &str) -> Self {
        let revision = self.ledger.next_revision(call_id());
        let line = format!(r#"{{"call":"{CALL}","rev":{revision},"type":"{event}","data":{data}}}"#);
        self.take([line.parse().unwrap()].into())
    }

    fn call(&self) -> &Call {
        self.ledger.call(call_id()).unwrap()
    }

    /// The notifications about the last events as JSON, which must read back as the same values.
    fn posted(&self) -> Vec<Value> {
        let posted = self.last.iter().filter_map(|(_, posted)| posted.as_ref());
        let json = |one: &CommsNotification| {
            let json = json!(one);
            assert_eq!(read::<CommsNotification>(json.clone()), *one);
            json
        };
        posted.map(json).collect()
    }

    /// The last events. Those about which a notification was posted are marked with `!`.
    fn events(&self) -> Vec<String> {
        let mark = |posted: &Option<_>| if posted.is_some() { "!" } else { "" };
        self.last.iter().map(|(name, posted)| format!("{name}{}", mark(posted))).collect()
    }

    /// Checks which of the last events were reported, and the notifications that were posted. The service
    /// posts to `CALLBACK`.
    fn then(&self, events: &[&str], posted: &[Value]) {
        assert_eq!(self.events(), events);
        assert_eq!(self.posted(), posted);
    }
}

/// A notification about a resource of the call.
fn about(path: &str, change: &str, data: Value) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.commsNotification", "changeType": change,
        "resourceUrl": format!("/communications/calls/{CALL}{path}"), "callbackUri": CALLBACK, "resourceData": data,
    })
}

/// A notification about the call itself, in this state and with these members.
fn call(change: &str, state: &str, members: Value) -> Value {
    let mut data = json!({ "@odata.type": "#microsoft.graph.call", "state": state, "id": CALL });
    data.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    about("", change, data)
}

fn updated(state: &str) -> Value {
    call("updated", state, json!({}))
}

fn result(code: EndCode) -> Value {
    json!({ "resultInfo": code.result_info() })
}

fn placed_with(members: Value, service: Service) -> Service {
    let mut body =
        json!({ "callbackUri": CALLBACK, "mediaConfig": service_hosted(), "targets": [user("callee")] });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    service.requests(Method::CreateCall, body)
}

fn placed() -> Service {
    placed_with(json!({}), Service::new())
}

fn established() -> Service {
    placed().meets(NetworkEvent::Connected(None))
}

/// A group call with these options.
fn group(options: Value) -> Service {
    let targets = json!([user("a"), user("b")]);
    let placed = placed_with(json!({ "targets": targets, "callOptions": options }), Service::new());
    placed.meets(NetworkEvent::Connected(Some(read(json!({ "myParticipantId": "me" })))))
}

fn transfer() -> Value {
    json!({ "transferTarget": user("target") })
}

fn prompt() -> Value {
    json!({ "prompts": [{ "mediaInfo": { "uri": "https://bot.contoso.com/prompt.wav" } }], "clientContext": "c" })
}

// The call.

#[test]
fn an_offered_call_is_created_with_all_members() {
    let service = Service::new().meets(NetworkEvent::Offered(read(json!({ "source": user("caller") }))));
    let members = json!({ "direction": "incoming", "source": user("caller"), "callChainId": CALL });
    let mut expected = call("created", "incoming", members);
    expected.as_object_mut().unwrap().remove("callbackUri");
    service.then(&["offered!"], &[expected]);
}

#[test]
fn a_blind_transfer_is_completed_with_its_result() {
    let service = established().requests(Method::Transfer, transfer());
    let service = service.meets(NetworkEvent::TransferAccepted);
    let service = service.meets(NetworkEvent::TransferCompleted(CallEnd::default()));
    let posted = service.posted();
    let ended = &posted[0]["resourceData"];
    assert_eq!((&ended["resultInfo"]["code"], &ended["resultInfo"]["subcode"]), (&json!(0), &json!(7015)));
    assert!(ended.get("terminationReason").is_none());
}

#[test]
fn each_step_is_reported_as_the_state_that_it_leads_to() {
    let service = placed();
    service.then(&["placed!"], &[updated("establishing")]);
    let reported = json!({ "myParticipantId": "me", "mediaState": { "audio": "active" } });
    let service = service.meets(NetworkEvent::Connected(Some(read(reported.clone()))));
    service.then(&["established!", "rosterUpdated"], &[call("updated", "established", reported)]);
    let service = service.meets(NetworkEvent::Held);
    service.then(&["held!"], &[updated("hold")]);
    let service = service.meets(NetworkEvent::Resumed);
    service.then(&["resumed!"], &[updated("established")]);
    let service = service.requests(Method::Transfer, transfer());
    service.then(&["transferRequested", "transferStarted!"], &[updated("transferring")]);
    let service = service.meets(NetworkEvent::TransferAccepted);
    service.then(&["transferAccepted!"], &[updated("transferAccepted")]);
    let completed = service.clone().meets(NetworkEvent::TransferCompleted(CallEnd::default()));
    let end = call("deleted", "terminated", result(EndCode::TransferCompletedGracefully));
    completed.then(&["terminated!"], &[end]);
    let service = service.meets(NetworkEvent::TransferFailed(TransferFailure::default()));
    let failed = call("updated", "established", result(EndCode::TransferFailed));
    service.then(&["transferFailed!"], &[failed]);
    let service = service.requests(Method::DeleteCall, json!({}));
    service.then(&["terminationStarted!"], &[updated("terminating")]);
    let service = service.meets(NetworkEvent::hung_up(EndCode::AppEnded));
    service.then(&["terminated!"], &[call("deleted", "terminated", result(EndCode::AppEnded))]);
}

#[test]
fn an_answered_call_is_reported_to_the_callback_of_the_answer() {
    let service = Service::new().meets(NetworkEvent::Offered(Box::default()));
    let service =
        service.requests(Method::Answer, json!({ "callbackUri": CALLBACK, "mediaConfig": service_hosted() }));
    service.then(&["answerRequested", "answered!"], &[updated("establishing")]);
}

#[test]
fn a_rejected_call_is_deleted_without_a_result() {
    let service = Service::new().meets(NetworkEvent::Offered(Box::default()));
    let service = service.requests(Method::Reject, json!({ "reason": "busy" }));
    assert_eq!(service.events(), ["rejectRequested", "terminated!"]);
    let posted = &service.posted()[0];
    assert_eq!(
        (&posted["changeType"], &posted["resourceData"]["state"]),
        (&json!("deleted"), &json!("terminated"))
    );
    assert!(posted["resourceData"].get("resultInfo").is_none());
}

#[test]
fn what_a_deadline_ends_is_deleted_with_its_result() {
    let service = placed_with(json!({ "ringingTimeoutInSeconds": 30 }), Service::new());
    let due = service.ledger.next_deadline().unwrap().0;
    let events = service.ledger.expire(due.at);
    let end = call("deleted", "terminated", result(EndCode::NoSignalling));
    service.take(events).then(&["terminated!"], &[end]);
}

#[test]
fn an_adopted_call_is_reported_in_its_state() {
    let data = format!(r#"{{"state":"hold","callbackUri":"{CALLBACK}"}}"#);
    let service = Service::new().records("adopted", &data);
    service.then(&["adopted!"], &[call("updated", "hold", json!({ "callbackUri": CALLBACK }))]);
}

#[test]
fn ringing_is_reported_only_on_request() {
    let mut notify = Notify::new();
    for reports in [false, true] {
        notify.reports_ringing = reports;
        let service = placed_with(json!({}), Service::speaking(notify)).meets(NetworkEvent::Alerted);
        if reports {
            service.then(&["alerted!"], &[updated("ringing")]);
        } else {
            service.then(&["alerted"], &[]);
        }
        let service = service.meets(NetworkEvent::AudioChanged(MediaState::Active));
        let known = if reports { "ringing" } else { "establishing" };
        let audio = json!({ "mediaState": { "audio": "active" } });
        service.then(&["detailsChanged!"], &[call("updated", known, audio)]);
        let connected = service.meets(NetworkEvent::Connected(None));
        connected.then(&["established!", "rosterUpdated"], &[updated("established")]);
    }
}

#[test]
fn redirecting_is_reported_only_on_request() {
    let mut notify = Notify::new();
    for (reports, known) in [(false, "incoming"), (true, "redirecting")] {
        notify.reports_redirecting = reports;
        let offered = Service::speaking(notify).meets(NetworkEvent::Offered(Box::default()));
        let service = offered.requests(Method::Redirect, json!({ "targets": [user("other")] }));
        let redirected = if reports { "redirected!" } else { "redirected" };
        assert_eq!(service.events(), ["redirectRequested", redirected]);
        for posted in service.posted() {
            assert_eq!(
                (&posted["changeType"], &posted["resourceData"]["state"]),
                (&json!("updated"), &json!(known))
            );
        }
        let service = service.records("detailsChanged", r#"{"subject":"Stand-up"}"#);
        assert_eq!(service.posted()[0]["resourceData"]["state"], known, "as the app knows it");
        let service = service.meets(NetworkEvent::RedirectAnswered(read(user("other"))));
        assert_eq!(service.events(), ["terminated!"]);
        let posted = &service.posted()[0];
        assert_eq!(posted["changeType"], "deleted");
        assert_eq!(posted["resourceData"]["answeredBy"], user("other"));
        assert_eq!(posted["resourceData"]["terminationReason"], "AppRedirected");
    }
}

#[test]
fn details_and_tones_are_reported_with_the_current_state() {
    let tone = json!({ "toneInfo": { "sequenceId": 1, "tone": "pound" } });
    for (moves, state) in [(vec![], "established"), (vec![NetworkEvent::Held], "hold")] {
        let service = established().requests(Method::SubscribeToTone, json!({}));
        let service = moves.into_iter().fold(service, Service::meets);
        let audio = service.clone().meets(NetworkEvent::AudioChanged(MediaState::Inactive));
        let inactive = json!({ "mediaState": { "audio": "inactive" } });
        audio.then(&["detailsChanged!"], &[call("updated", state, inactive)]);
        let received_tones = service.meets(NetworkEvent::TonePressed(Tone::Pound));
        received_tones.then(&["toneReceived!"], &[call("updated", state, tone.clone())]);
    }
    established().records("detailsChanged", "{}").then(&["detailsChanged"], &[]);
}

// The older member.

#[test]
fn the_older_resource_is_beside_the_newer_one_on_request() {
    let rosters = [
        (OlderResource::Absent, [None, None, None]),
        (OlderResource::App, [Some("app"), Some("app"), Some("app")]),
        (OlderResource::AppExceptRosters, [Some("app"), Some("app"), Some("communications")]),
    ];
    for (resource, roots) in rosters {
        let mut notify = Notify::new();
        notify.resource = resource;
        let service = placed_with(json!({}), Service::speaking(notify));
        let prompted =
            service.clone().meets(NetworkEvent::Connected(None)).requests(Method::PlayPrompt, prompt());
        let prompted = prompted.meets(NetworkEvent::PromptFinished(Ending::completed()));
        let several = json!({ "targets": [user("a"), user("b")] });
        let group = placed_with(several, Service::speaking(notify));
        let group = group.meets(NetworkEvent::RosterChanged(read(json!([{ "id": "p" }]))));
        let paths = ["", &format!("/operations/{FIRST}"), "/participants"];
        for ((service, path), root) in [service, prompted, group].iter().zip(paths).zip(roots) {
            let posted = &service.posted()[0];
            assert_eq!(posted["resourceUrl"], format!("/communications/calls/{CALL}{path}"));
            let expected = root.map(|root| json!(format!("/{root}/calls/{CALL}{path}")));
            assert_eq!(posted.get("resource"), expected.as_ref(), "{resource:?} {path}");
        }
    }
}

#[test]
fn one_body_holds_what_is_posted_at_once() {
    let posted = placed().last.into_iter().filter_map(|(_, posted)| posted).collect();
    let body = json!(CommsNotifications::new(posted));
    assert_eq!(body["@odata.type"], "#microsoft.graph.commsNotifications");
    assert_eq!(body["value"], json!([updated("establishing")]));
}

// Operations.

fn operation(kind: &str, id: &str, members: Value) -> Value {
    let mut data = json!({ "@odata.type": format!("#microsoft.graph.{kind}Operation"), "id": id });
    data.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    about(&format!("/operations/{id}"), "deleted", data)
}

#[test]
fn an_operation_is_reported_in_full_when_it_ends_and_not_before() {
    let service = established().requests(Method::PlayPrompt, prompt());
    service.then(&["operationQueued", "operationStarted"], &[]);
    let service = service.requests(Method::RecordResponse, json!({ "clientContext": "d" }));
    service.then(&["operationQueued"], &[]);
    let service = service.meets(NetworkEvent::PromptFinished(Ending::completed()));
    let played = json!({ "status": "completed", "clientContext": "c", "resultInfo": EndCode::PromptPlayed.result_info() });
    service.then(&["operationCompleted!", "operationStarted"], &[operation("playPrompt", FIRST, played)]);
    let service = service.requests(Method::CancelMediaProcessing, json!({}));
    let cancelled = json!({
        "status": "failed", "clientContext": "d", "completionReason": "operationCanceled",
        "resultInfo": EndCode::OperationCancelled.result_info(),
    });
    service.then(&["operationCreated", "operationFailed!"], &[operation("record", SECOND, cancelled)]);
}

#[test]
fn an_operation_that_is_completed_in_its_reply_is_not_reported() {
    for method in [Method::SubscribeToTone, Method::CancelMediaProcessing] {
        established().requests(method, json!({})).then(&["operationCreated"], &[]);
    }
    let context = json!({ "source": user("a"), "incomingContext": { "observedParticipantId": "a" } });
    let answer = json!({ "callbackUri": CALLBACK, "mediaConfig": service_hosted() });
    let answered =
        Service::new().meets(NetworkEvent::Offered(read(context))).requests(Method::Answer, answer);
    let established = answered.meets(NetworkEvent::Connected(None));
    let service = established.requests(Method::UpdateRecordingStatus, json!({ "status": "recording" }));
    service.then(&["operationCreated", "recordingStatusUpdated"], &[]);
}

#[test]
fn sent_tones_and_invited_participants_are_reported() {
    let service = established().requests(Method::SendDtmfTones, json!({ "tones": ["tone1"] }));
    service.then(&["operationCreated"], &[]);
    let service = service.meets(NetworkEvent::operation_finished(FIRST.into(), Ending::completed()));
    let sent = json!({ "status": "completed", "completionReason": "completedSuccessfully" });
    service.then(&["operationCompleted!"], &[operation("sendDtmfTones", FIRST, sent)]);

    let service = service.requests(Method::Invite, json!({ "participants": [user("new")] }));
    service.then(&["operationCreated"], &[]);
    let failure = EndCode::CalleeNotReached.result_info();
    let service =
        service.meets(NetworkEvent::operation_finished(SECOND.into(), Ending::with_result(failure.clone())));
    let failed = json!({ "status": "failed", "participants": [user("new")], "resultInfo": failure });
    service.then(&["operationFailed!"], &[operation("inviteParticipants", SECOND, failed)]);
}

#[test]
fn a_late_end_of_an_operation_is_reported_too() {
    let service = established().requests(Method::SendDtmfTones, json!({ "tones": ["tone1"] }));
    let service = service.meets(NetworkEvent::hung_up(EndCode::PeerEnded));
    let service = service.meets(NetworkEvent::operation_finished(FIRST.into(), Ending::completed()));
    assert_eq!(service.events(), ["operationCompleted!"]);
}

// Rosters.

#[test]
fn a_group_call_reports_every_known_member_of_a_changed_participant() {
    let p = json!({ "id": "p", "info": user("p"), "isMuted": false });
    let service = group(json!({})).meets(NetworkEvent::RosterChanged(read(json!([p, { "id": "q" }]))));
    let typed = |mut one: Value| {
        one["@odata.type"] = "#microsoft.graph.participant".into();
        one
    };
    let (me, q) = (typed(json!({ "id": "me" })), typed(json!({ "id": "q" })));
    let reported = |everybody: Value| about("/participants", "updated", everybody);
    service.then(&["rosterUpdated!"], &[reported(json!([me, typed(p.clone()), q]))]);
    let service = service.requests_of(Method::MuteParticipant, Some("p"), json!({}));
    let muted = typed(json!({ "id": "p", "info": user("p"), "isMuted": true }));
    service.then(&["operationCreated", "rosterUpdated!"], &[reported(json!([me, muted, q]))]);
    let service = service.requests_of(Method::DeleteParticipant, Some("p"), json!({}));
    service.then(&["rosterUpdated!"], &[reported(json!([me, q]))]);
    let service = service.requests_of(Method::DeleteParticipant, Some("q"), json!({}));
    service.then(&["rosterUpdated!"], &[reported(json!([me]))]);
}

#[test]
fn a_delta_reports_all_that_is_known_of_who_changed_and_of_nobody_else() {
    let service = group(json!({ "isDeltaRosterEnabled": true }));
    let p = json!({ "id": "p", "info": user("p"), "isMuted": false });
    let service = service.meets(NetworkEvent::RosterChanged(read(json!([p, { "id": "q" }]))));
    let reported = |service: &Service| service.posted()[0]["resourceData"][0]["participants"].clone();
    let service = service.requests_of(Method::MuteParticipant, Some("p"), json!({}));
    let participant = "#microsoft.graph.participant";
    let muted = json!([{ "@odata.type": participant, "id": "p", "info": user("p"), "isMuted": true }]);
    assert_eq!(reported(&service), muted);
    let service = service.requests_of(Method::DeleteParticipant, Some("p"), json!({}));
    let gone = json!([{ "@odata.type": participant, "id": "p", "removedState": {} }]);
    assert_eq!(reported(&service), gone);
}

#[test]
fn a_roster_is_a_numbered_delta_if_the_app_requested_deltas() {
    for options in
        [json!({}), json!({ "isDeltaRosterEnabled": false }), json!({ "isDeltaRosterEnabled": true })]
    {
        let mut service = group(options.clone());
        let mut everybody = vec![json!({ "@odata.type": "#microsoft.graph.participant", "id": "me" })];
        for number in 2..=4 {
            let id = format!("p{number}");
            service = service.meets(NetworkEvent::RosterChanged(read(json!([{ "id": id }]))));
            everybody.push(json!({ "@odata.type": "#microsoft.graph.participant", "id": id }));
            let delta = json!([{
                "@odata.type": "#microsoft.graph.deltaParticipants", "sequenceNumber": number,
                "participants": &everybody[number - 1..],
            }]);
            let is_delta = options["isDeltaRosterEnabled"] == true;
            let data = if is_delta { delta } else { json!(everybody) };
            service.then(&["rosterUpdated!"], &[about("/participants", "updated", data)]);
        }
    }
}

#[test]
fn deltas_can_be_requested_in_the_answer_too() {
    let chat = json!({ "chatInfo": { "threadId": "19:meeting@thread.v2" } });
    let options = json!({ "isDeltaRosterEnabled": true, "isContentSharingNotificationEnabled": true });
    let answer = json!({ "callbackUri": CALLBACK, "mediaConfig": service_hosted(), "callOptions": options });
    let service = Service::new().meets(NetworkEvent::Offered(read(chat))).requests(Method::Answer, answer);
    let service = service
        .meets(NetworkEvent::Connected(None))
        .meets(NetworkEvent::RosterChanged(read(json!([{ "id": "p" }]))));
    assert_eq!(service.posted()[0]["resourceData"][0]["sequenceNumber"], 1);
    let service = service.meets(NetworkEvent::ContentSharingStarted("s".into()));
    assert_eq!(service.events(), ["contentSharingStarted!"]);
}

#[test]
fn a_call_between_two_reports_no_roster_until_somebody_was_invited() {
    let came = |id: &str| NetworkEvent::RosterChanged(read(json!([{ "id": id }])));
    let offered = Service::new().meets(NetworkEvent::Offered(read(json!({ "source": user("caller") }))));
    for service in [offered, established(), placed()] {
        service.meets(came("p")).then(&["rosterUpdated"], &[]);
    }
    let service = established().requests(Method::Invite, json!({ "participants": [user("new")] }));
    let service = service.meets(came("p"));
    assert_eq!(service.events(), ["rosterUpdated"]);
    let service =
        service.meets(NetworkEvent::operation_finished(FIRST.into(), Ending::completed())).meets(came("new"));
    assert_eq!(service.events(), ["rosterUpdated!"]);
}

#[test]
fn a_call_between_two_that_becomes_a_group_call_reports_who_is_there_and_who_has_gone() {
    let participant = "#microsoft.graph.participant";
    let here = json!({ "@odata.type": participant, "id": "p", "isMuted": true });
    let gone = json!({ "@odata.type": participant, "id": "q", "removedState": { "reason": "left" } });
    let callee = json!({ "@odata.type": participant, "id": CALLEE, "info": user("callee") });
    let new = json!({ "@odata.type": participant, "id": NEW, "info": user("new") });
    let delta = |number: u32, participants: Value| {
        json!([{ "@odata.type": "#microsoft.graph.deltaParticipants", "sequenceNumber": number,
            "participants": participants }])
    };
    let meeting = json!({ "chatInfo": { "threadId": "19:meeting@thread.v2" } });
    for is_delta in [true, false] {
        let came = json!([{ "id": "p", "isMuted": true }, { "id": "q" }]);
        let left = json!([{ "id": "q", "removedState": { "reason": "left" } }]);
        let options = json!({ "callOptions": { "isDeltaRosterEnabled": is_delta } });
        let service = placed_with(options, Service::new());
        let service = service.meets(NetworkEvent::RosterChanged(read(came)));
        let service = service.meets(NetworkEvent::RosterChanged(read(left)));
        let invite = json!({ "participants": [user("new")] });
        let invited = service.clone().meets(NetworkEvent::Connected(None)).requests(Method::Invite, invite);
        let invited = invited.meets(NetworkEvent::operation_finished(FIRST.into(), Ending::completed()));
        assert_eq!(invited.events(), ["operationCompleted!", "rosterUpdated!"]);
        let everybody = json!([here, callee, new]);
        let reported = if is_delta { delta(4, json!([here, callee, gone, new])) } else { everybody };
        assert_eq!(invited.posted()[1], about("/participants", "updated", reported));

        let joined = service.meets(NetworkEvent::Connected(Some(read(meeting.clone()))));
        assert_eq!(joined.events(), ["established!", "rosterUpdated!"]);
        let reported = if is_delta { delta(3, json!([here, gone, callee])) } else { json!([here, callee]) };
        assert_eq!(joined.posted()[1], about("/participants", "updated", reported));
    }
}

// Shared content.

#[test]
fn shared_content_is_reported_only_on_request() {
    let [start, end] = [
        NetworkEvent::ContentSharingStarted("session".into()),
        NetworkEvent::ContentSharingEnded("session".into()),
    ];
    for enabled in [json!({}), json!({ "isContentSharingNotificationEnabled": false })] {
        let service = group(enabled).meets(start.clone());
        service.then(&["contentSharingStarted"], &[]);
        service.meets(end.clone()).then(&["contentSharingEnded"], &[]);
    }
    established().meets(start.clone()).then(&["contentSharingStarted"], &[]);
    let service = group(json!({ "isContentSharingNotificationEnabled": true })).meets(start);
    let session = json!([{ "@odata.type": "#microsoft.graph.contentSharingSession", "id": "session" }]);
    let check = |service: &Service, event: &str, change: &str| {
        assert_eq!(service.events(), [event]);
        let posted = &service.posted()[0];
        assert_eq!((&posted["changeType"], &posted["resourceData"]), (&json!(change), &session));
        let url = posted["resourceUrl"].as_str().unwrap().to_ascii_lowercase();
        assert_eq!(url, format!("/communications/calls/{CALL}/contentsharingsessions"));
    };
    check(&service, "contentSharingStarted!", "created");
    let service = service.meets(NetworkEvent::ContentSharingUpdated("session".into()));
    check(&service, "contentSharingUpdated!", "updated");
    check(&service.meets(end), "contentSharingEnded!", "deleted");
}

// Events without a notification.

#[test]
fn what_only_the_service_knows_is_not_reported() {
    let recording = established().requests(Method::RecordResponse, json!({}));
    let recorded = format!(r#"{{"operation":"{FIRST}"}}"#);
    let requested_when_offered = ["answerRequested", "rejectRequested", "redirectRequested"];
    for event in requested_when_offered {
        Service::new().meets(NetworkEvent::Offered(Box::default())).records(event, "{}").then(&[event], &[]);
    }
    let rows = [
        ("transferRequested", "{}"),
        ("keptAlive", "{}"),
        ("operationQueued", r#"{"operation":{"id":"o","status":"notStarted"},"playPrompt":{}}"#),
        ("recordingStarted", &recorded),
        ("speechStarted", &recorded),
        ("speechEnded", &recorded),
        ("recordingStatusUpdated", r#"{"status":"recording"}"#),
        ("joinAnswered", r#"{"participantId":"joiner","response":{"reason":"busy"}}"#),
        ("holdMusicStarted", r#"{"participant":"p","operation":"o"}"#),
        ("holdMusicStopped", r#"{"participant":"p","operation":"o"}"#),
        ("deviceQualityReported", "{}"),
        (
            "requestAnswered",
            r#"{"clientRequestId":"r","digest":"0fe0623f-d628-42ed-b4bd-8ac290072cc5","status":200}"#,
        ),
        ("audioRoutingGroupCreated", r#"{"id":"g"}"#),
        ("stateConfirmed", r#"{"state":"established"}"#),
        ("notificationHeard", r#"{"messageIds":["m"],"item":0}"#),
        ("operationCreated", r#"{"id":"o","status":"completed"}"#),
        ("operationUpdated", &format!(r#"{{"id":"{FIRST}"}}"#)),
    ];
    let recording = recording.records("joinAnnounced", r#"{"id":"joiner"}"#);
    for (event, data) in rows {
        recording.clone().records(event, data).then(&[event], &[]);
    }
    let reported = [
        "offered",
        "placed",
        "adopted",
        "detailsChanged",
        "toneReceived",
        "rosterUpdated",
        "contentSharingStarted",
        "contentSharingUpdated",
        "contentSharingEnded",
        "joinAnnounced",
        "recordedParticipantLeft",
        "operationStarted",
        "operationCompleted",
        "operationFailed",
    ];
    let steps = callfold::call::Transition::ALL.iter().map(|transition| transition.as_str());
    let mut all: Vec<_> = rows.iter().map(|(event, _)| *event).collect();
    all.extend(requested_when_offered.into_iter().chain(reported).chain(steps));
    let mut known: Vec<_> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    all.sort_unstable();
    known.sort_unstable();
    assert_eq!(all, known, "every event is in this file");
}

#[test]
fn what_opens_a_recording_is_on_the_wire_and_in_no_message() {
    let start = NetworkEvent::RecordingStarted {
        location: Some("https://media.contoso.com/recording".into()),
        access_token: Some(Secret::new("eyJ0".into())),
    };
    let service = established().requests(Method::RecordResponse, json!({})).meets(start);
    service.then(&["recordingStarted"], &[]);
    let service = service.meets(NetworkEvent::RecordingFinished(StopReason::MaxDuration));
    let data = &service.posted()[0]["resourceData"];
    assert_eq!(data["recordingLocation"], "https://media.contoso.com/recording");
    assert_eq!(data["recordingAccessToken"], "eyJ0");
    assert!(json!(service.posted()).to_string().matches("eyJ0").count() == 1);
    let shown =
        format!("{:?} {:?}", service.last, CommsNotifications::new(vec![service.last[0].1.clone().unwrap()]));
    assert!(shown.contains("Secret(…)") && !shown.contains("eyJ0"), "{shown}");
    let end = service.meets(NetworkEvent::hung_up(EndCode::PeerEnded));
    assert!(!json!(end.posted()).to_string().contains("eyJ0"), "reported once");
}

#[test]
fn what_opens_a_meeting_shows_in_no_message() {
    let meeting = json!({
        "chatInfo": { "threadId": "19:meeting@thread.v2" },
        "meetingInfo": { "@odata.type": "#microsoft.graph.joinMeetingIdMeetingInfo", "joinMeetingId": "1", "passcode": "pa55", "token": "eyJ0" },
    });
    let service = Service::new().meets(NetworkEvent::Offered(read(meeting)));
    let shown = format!("{:?}", service.last);
    assert!(!shown.contains("pa55") && !shown.contains("eyJ0"), "{shown}");
}

// The bot that receives the notifications.

#[test]
fn an_app_that_receives_every_notification_knows_what_the_service_knows() {
    let options = json!({ "isContentSharingNotificationEnabled": true, "isDeltaRosterEnabled": true });
    let body = json!({ "targets": [user("a"), user("b")], "callOptions": options });
    let p = || NetworkEvent::RosterChanged(read(json!([{ "id": "p", "info": user("p") }])));
    type Act = Box<dyn Fn(Service) -> Service>;
    let acts: Vec<Act> = vec![
        Box::new(move |service| placed_with(body.clone(), service)),
        Box::new(|service| service.meets(NetworkEvent::Alerted)),
        Box::new(|service| {
            service.meets(NetworkEvent::Connected(Some(read(json!({ "myParticipantId": "p" })))))
        }),
        Box::new(|service| service.meets(NetworkEvent::AudioChanged(MediaState::Active))),
        Box::new(move |service| service.meets(p())),
        Box::new(|service| service.requests(Method::Mute, json!({}))),
        Box::new(|service| service.requests(Method::SubscribeToTone, json!({}))),
        Box::new(|service| service.meets(NetworkEvent::TonePressed(Tone::Tone1))),
        Box::new(|service| service.requests(Method::PlayPrompt, prompt())),
        Box::new(|service| service.meets(NetworkEvent::PromptFinished(Ending::completed()))),
        Box::new(|service| service.meets(NetworkEvent::ContentSharingStarted("s".into()))),
        Box::new(|service| service.meets(NetworkEvent::Held)),
        Box::new(|service| service.meets(NetworkEvent::Resumed)),
        Box::new(|service| {
            let mut body = transfer();
            body["transferee"] = user("a");
            service.requests(Method::Transfer, body)
        }),
        Box::new(|service| service.meets(NetworkEvent::TransferFailed(TransferFailure::default()))),
        Box::new(|service| service.requests(Method::DeleteCall, json!({}))),
        Box::new(|service| service.meets(NetworkEvent::hung_up(EndCode::AppEnded))),
    ];
    let mut notify = Notify::new();
    notify.reports_ringing = true;
    let (mut service, mut app) = (Service::speaking(notify), Ledger::new());
    for act in acts {
        service = act(service);
        for posted in service.posted() {
            let received = Call::observe(app.call(call_id()), call_id(), &read(posted), &Delivery::default());
            assert_eq!(received.findings, []);
            received.events.iter().for_each(|recorded| assert_eq!(app.apply(recorded), Ok(Applied::Folded)));
        }
        let (theirs, ours) = (service.call(), app.call(call_id()).unwrap());
        assert_eq!(
            (ours.state(), ours.audio(), ours.tones()),
            (theirs.state(), theirs.audio(), theirs.tones())
        );
        assert_eq!(ours.result_info(), theirs.result_info());
        assert!(ours.content_sharing().eq(theirs.content_sharing()));
        let ids =
            |call: &Call| call.participants().map(|one| (one.id.clone(), one.is_muted)).collect::<Vec<_>>();
        assert_eq!(ids(ours), ids(theirs));
    }
    assert_eq!(service.call().state(), State::Terminated);
    assert!(app.call(call_id()).unwrap().operations().iter().any(|operation| operation.is_success()));
}
