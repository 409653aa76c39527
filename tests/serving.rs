//! The loop of a host that plays the service: one input, and everything that it causes.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;

use callfold::call::{AppIdentity, EventKind, NetworkEvent, RequestContext, State};
use callfold::graph::{EndCode, Permission, Route};
use callfold::jiff::Timestamp;
use callfold::service::{Batch, Served, Service};
use callfold::testing::{Move, What, strategies};
use callfold::uuid::Uuid;
use callfold::{CallId, Id, Ledger, Notify, Recorded};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::common::{CALL, at, call_id, properties, read};

const PLACED: &str = r##"{"callbackUri":"https://bot.contoso.com/callback","targets":[{"identity":{"user":{"id":"adele"}}}],
    "mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}"##;

/// A host with its log. It checks that each batch folds.
#[derive(Clone, Default)]
struct Host {
    calls: Ledger,
    log: Vec<String>,
    posted: Vec<Value>,
    requests: u128,
}

impl Host {
    fn with_call() -> Self {
        let mut host = Self::default();
        let offer = json!({ "callbackUri": "https://bot.contoso.com/callback", "source": { "identity": {} },
            "targets": [{ "identity": { "application": { "id": "bot" } } }] });
        host.happen(NetworkEvent::Offered(read(offer)), at(0));
        host
    }

    fn send(&mut self, path: &str, headers: &[(&str, &str)], body: &str, second: i64) -> Served {
        self.send_as(None, "POST", path, headers, body, second)
    }

    fn send_as(
        &mut self,
        app: Option<&str>,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
        second: i64,
    ) -> Served {
        self.requests += 1;
        let app = app.map(Id::from);
        let identity = AppIdentity::new(Permission::ALL);
        let identity = app.as_ref().map_or(identity, |app| identity.of(app));
        let request = RequestContext::new(at(second), Uuid::from_u128(self.requests), identity);
        let served = Service::new(&self.calls).request(method, path, headers, body.as_bytes(), &request);
        self.store(&served.batch);
        served
    }

    fn happen(&mut self, event: NetworkEvent, at: Timestamp) {
        let batch = Service::new(&self.calls).on_network_event(call_id(), event, at).unwrap();
        self.store(&batch);
    }

    fn store(&mut self, batch: &Batch) {
        self.log.extend(batch.events.iter().map(Recorded::to_string));
        for event in &batch.events {
            self.calls.apply(event).unwrap();
        }
        self.posted.extend(batch.webhooks.iter().map(|one| serde_json::from_str(&one.body()).unwrap()));
    }

    /// The host after a restart: its calls are folded from the log again.
    fn restarted(&self) -> Self {
        let mut calls = Ledger::new();
        self.log.iter().for_each(|line| _ = calls.apply(&line.parse().unwrap()).unwrap());
        Self { calls, ..self.clone() }
    }
}

fn path(what: &str) -> String {
    format!("/v1.0/communications/calls/{CALL}{what}")
}

fn header<'a>(served: &'a Served, name: &str) -> Option<&'a str> {
    served.response.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
}

#[test]
fn a_request_is_answered_with_everything_that_a_host_does() {
    let mut host = Host::with_call();
    let served = host.send(&path("/answer"), &[("Client-Request-Id", "r1")], &answer(), 1);
    assert_eq!((served.response.status, served.response.body.as_str()), (202, ""));
    assert_eq!(header(&served, "client-request-id"), Some("r1"));
    assert_eq!(header(&served, "request-id"), Some("00000000-0000-0000-0000-000000000001"));
    assert_eq!(header(&served, "Date"), Some("Wed, 18 Nov 2026 11:06:41 GMT"));
    let kinds: Vec<_> = served.batch.events.iter().map(|event| event.event.kind()).collect();
    assert_eq!(kinds, [EventKind::AnswerRequested, EventKind::Answered, EventKind::RequestAnswered]);
    let [webhook] = &served.batch.webhooks[..] else { panic!("one webhook: {:?}", served.batch.webhooks) };
    assert_eq!((webhook.call, webhook.revision), (call_id(), 3));
    assert_eq!(webhook.callback_uri.as_deref(), Some("https://bot.contoso.com/answered"));
    assert_eq!(host.posted[1]["value"][0]["resourceData"]["state"], "establishing");
}

fn answer() -> String {
    json!({ "callbackUri": "https://bot.contoso.com/answered", "acceptedModalities": ["audio"],
        "mediaConfig": { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" } })
    .to_string()
}

#[test]
fn an_error_has_the_ids_and_the_date_of_its_request() {
    let mut host = Host::default();
    let served = host.send(&path("/mute"), &[("client-request-id", "r1")], "{}", 1);
    assert_eq!(served.response.status, 404);
    assert_eq!(served.refusal.as_ref().unwrap().status(), 404);
    let error: Value = serde_json::from_str(&served.response.body).unwrap();
    let inner = &error["error"]["innerError"];
    assert_eq!(inner["request-id"], "00000000-0000-0000-0000-000000000001");
    assert_eq!(inner["client-request-id"], "r1");
    assert_eq!(inner["date"], "2026-11-18T11:06:41Z");
    let served = host.send("/v1.0/me", &[], "", 1);
    assert_eq!((served.response.status, &served.route, &served.refusal), (404, &None, &None));
    let served = host.send_as(None, "PUT", &path("/mute"), &[], "", 1);
    assert_eq!((served.response.status, header(&served, "Allow")), (405, Some("POST")));
}

#[test]
fn a_request_that_is_sent_again_gets_the_first_response_and_changes_nothing() {
    let mut host = Host::with_call();
    host.send(&path("/answer"), &[], &answer(), 1);
    host.happen(NetworkEvent::Connected(None), at(2));
    let prompt = r##"{"prompts":[{"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":{"uri":"https://cdn.contoso.com/hello.wav","resourceId":"7"}}],"clientContext":"hello"}"##;
    let target = path("/playPrompt").replace("communications", "app").replace("v1.0", "beta");
    let first = host.send(&target, &[("client-request-id", "p")], prompt, 3);
    assert_eq!(first.response.status, 200);
    let location = header(&first, "Location").unwrap();
    assert!(location.starts_with(&format!("/beta/app/calls/{CALL}/operations/")), "{location}");

    for mut host in [host.clone(), host.restarted()] {
        let again = host.send(&target, &[("client-request-id", "p")], prompt, 4);
        assert!(again.is_repeat);
        assert_eq!(again.batch, Batch::default());
        assert_eq!(again.response.status, first.response.status);
        assert_eq!(again.response.body, first.response.body);
        assert_eq!(header(&again, "Location"), Some(location));
        // The same id for something else.
        let other = host.send(&target, &[("client-request-id", "p")], &prompt.replace("hello.", "bye."), 5);
        assert_eq!(other.response.status, 409);
        let other = host.send(&path("/keepAlive"), &[("client-request-id", "p")], "", 5);
        assert_eq!(other.response.status, 409);
        // What comes before 409 still does.
        let broken = host.send(&target, &[("client-request-id", "p")], "no JSON", 5);
        assert_eq!(broken.response.status, 400);
        // Another id is another request.
        let next =
            host.send(&target, &[("client-request-id", "q")], &prompt.replace("\"hello\"", "\"h\""), 6);
        assert_eq!((next.response.status, next.is_repeat), (200, false));
        // The call has ended, and the app still waits for the reply.
        host.happen(NetworkEvent::hung_up(EndCode::PeerEnded), at(7));
        let again = host.send(&target, &[("client-request-id", "p")], prompt, 8);
        assert_eq!(again.response.body, first.response.body);
        assert_eq!(host.send(&target, &[], prompt, 8).response.status, 404);
    }
}

#[test]
fn a_request_that_reads_or_is_refused_is_not_recorded() {
    let mut host = Host::with_call();
    let read = host.send_as(None, "GET", &path(""), &[("client-request-id", "g")], "", 1);
    assert_eq!((read.response.status, read.batch.events.len()), (200, 0));
    let refused = host.send(&path("/cancelMediaProcessing"), &[("client-request-id", "m")], "{}", 1);
    assert_eq!((refused.response.status, refused.batch.events.len()), (409, 0));
    for id in ["", "a b", "with\r\nX-Other: 1", &"x".repeat(257)] {
        let served = host.clone().send(&path("/reject"), &[("client-request-id", id)], "{}", 2);
        assert_eq!(header(&served, "client-request-id"), None);
        assert!(served.batch.events.iter().all(|event| event.event.kind() != EventKind::RequestAnswered));
    }
}

#[test]
fn two_processes_that_place_the_same_call_write_the_same_call() {
    let (mut one, mut other) = (Host::default(), Host { requests: 700, ..Host::default() });
    let calls = "/v1.0/communications/calls";
    let first = one.send_as(Some("bot"), "POST", calls, &[("client-request-id", "c")], PLACED, 1);
    assert_eq!(first.response.status, 201);
    let second = other.send_as(Some("bot"), "POST", calls, &[("client-request-id", "c")], PLACED, 1);
    assert_eq!(one.log, other.log);
    assert_eq!(header(&first, "Location"), header(&second, "Location"));
    let again = one.send_as(Some("bot"), "POST", calls, &[("client-request-id", "c")], PLACED, 9);
    assert!(again.is_repeat);
    assert_eq!(again.response.body, first.response.body);
    // Another app has requests of its own, and so has a request without an id.
    let theirs = one.send_as(Some("rival"), "POST", calls, &[("client-request-id", "c")], PLACED, 10);
    let without = one.send_as(Some("bot"), "POST", calls, &[], PLACED, 10);
    assert_eq!((theirs.response.status, without.response.status, one.calls.calls().count()), (201, 201, 3));
    let body = PLACED.replace("adele", "megan");
    let other = one.send_as(Some("bot"), "POST", calls, &[("client-request-id", "c")], &body, 11);
    assert_eq!(other.response.status, 409);
}

#[test]
fn the_call_of_another_app_is_unknown() {
    let mut host = Host::with_call();
    assert_eq!(host.calls.call(call_id()).unwrap().app(), Some(&"bot".into()));
    for (method, what) in [("GET", ""), ("POST", "/reject"), ("DELETE", ""), ("POST", "/keepAlive")] {
        let theirs = host.send_as(Some("rival"), method, &path(what), &[], "", 1);
        assert_eq!(theirs.response.status, 404, "{method} {what}");
    }
    assert_eq!(host.send_as(Some("BOT"), "GET", &path(""), &[], "", 1).response.status, 404);
    assert_eq!(host.send_as(Some("bot"), "GET", &path(""), &[], "", 1).response.status, 200);
    assert_eq!(host.send_as(None, "GET", &path(""), &[], "", 1).response.status, 200);

    // An app cannot place a call in the name of another.
    let body =
        PLACED.replacen('{', r#"{"source":{"identity":{"application":{"id":"bot","displayName":"B"}}},"#, 1);
    let placed = host.send_as(Some("rival"), "POST", "/v1.0/communications/calls", &[], &body, 2);
    let id: CallId = serde_json::from_str::<Value>(&placed.response.body).unwrap()["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(host.calls.call(id).unwrap().app(), Some(&"rival".into()));
    // Nor can it replace the call of another, or report its quality.
    host.send_as(Some("bot"), "POST", &path("/answer"), &[], &answer(), 3);
    host.happen(NetworkEvent::Connected(None), at(4));
    let connected =
        Service::new(&host.calls).on_network_event(id, NetworkEvent::Connected(None), at(5)).unwrap();
    host.store(&connected);
    let transfer =
        json!({ "transferTarget": { "identity": { "user": { "id": "u" } }, "replacesCallId": CALL } });
    let target = format!("/v1.0/communications/calls/{id}/transfer");
    let theirs = host.send_as(Some("rival"), "POST", &target, &[], &transfer.to_string(), 6);
    assert_eq!(theirs.response.status, 400, "{}", theirs.response.body);
}

#[test]
fn a_report_of_a_device_is_about_the_call_of_its_app_that_began_first() {
    let mut host = Host::default();
    // Later calls have lesser ids, and the last one names no app.
    let calls = [(9, "other"), (8, "mine"), (7, "mine"), (6, "other"), (5, "")];
    for (second, (number, app)) in calls.into_iter().enumerate() {
        let source =
            if app.is_empty() { json!({}) } else { json!({ "identity": { "application": { "id": app } } }) };
        let (id, at) = (CallId::new(Uuid::from_u128(number)), at(second as i64));
        let data = json!({ "callChainId": CALL, "source": source });
        let line = json!({ "call": id, "rev": 1, "at": at, "type": "placed", "data": data });
        host.calls.apply(&line.to_string().parse().unwrap()).unwrap();
    }
    let path = "/v1.0/communications/calls/logTeleconferenceDeviceQuality";
    let body = json!({ "quality": { "callChainId": CALL, "mediaQualityList": [{}] } }).to_string();
    for (app, number) in [("other", 9), ("mine", 8), ("nobody", 5)] {
        let mut send = || host.send_as(Some(app), "POST", path, &[("client-request-id", app)], &body, 10);
        let first = send();
        assert_eq!(first.batch.events[0].call, CallId::new(Uuid::from_u128(number)), "{app}");
        let again = send();
        assert!(again.is_repeat && again.batch.events.is_empty(), "{app}");
    }
}

#[test]
fn a_request_after_a_deadline_is_refused_and_the_batch_has_the_deadline() {
    let mut host = Host::with_call();
    let late = host.send(&path("/answer"), &[], &answer(), 20);
    assert_eq!(late.response.status, 404);
    let [ended] = &late.batch.events[..] else { panic!("one event: {:?}", late.batch.events) };
    assert_eq!((ended.event.kind(), ended.at), (EventKind::Terminated, Some(at(15))));
    assert_eq!(late.batch.webhooks.len(), 1);
    assert_eq!(host.calls.call(call_id()).unwrap().state(), State::Terminated);
}

#[test]
fn a_host_learns_which_calls_to_load() {
    let identity = AppIdentity::new(Permission::ALL);
    let request = RequestContext::new(at(0), Uuid::from_u128(1), identity);
    let other = "1639dfff-f89f-46f2-867a-d722b358491f";
    let transfer =
        json!({ "transferTarget": { "identity": { "user": { "id": "u" } }, "replacesCallId": other } });
    let body = transfer.to_string();
    let route = |path: &str| Route::parse("POST", path).unwrap();
    let named = Service::calls_of(&route(&path("/transfer")), &[], body.as_bytes(), &request);
    assert_eq!(named, [call_id(), other.parse().unwrap()]);
    let placed = |headers: &[(&str, &str)]| {
        Service::calls_of(&route("/communications/calls"), headers, PLACED.as_bytes(), &request)
    };
    assert_eq!(placed(&[]), []);
    let mut host = Host::default();
    host.send("/communications/calls", &[("client-request-id", "c")], PLACED, 0);
    assert_eq!(
        placed(&[("client-request-id", "c")]),
        host.calls.calls().map(callfold::Call::id).collect::<Vec<_>>()
    );
}

#[test]
fn the_base_url_of_the_host_stands_before_a_location() {
    let calls = Ledger::new();
    let request = RequestContext::new(at(0), Uuid::from_u128(1), AppIdentity::new(Permission::ALL));
    let service = Service::new(&calls).with_base_url("http://127.0.0.1:9090");
    let served = service.request("POST", "/beta/communications/calls", &[], PLACED.as_bytes(), &request);
    let location = "http://127.0.0.1:9090/beta/communications/calls/00000000-0000-0000-0000-000000000001";
    assert_eq!(header(&served, "Location"), Some(location));
}

#[test]
fn all_deadlines_of_one_call_pass_in_one_tick() {
    let mut host = Host::with_call();
    host.send(&path("/answer"), &[], &answer(), 1);
    host.happen(NetworkEvent::Connected(None), at(2));
    let body = json!({ "prompts": [], "initialSilenceTimeoutInSeconds": 5, "bargeInAllowed": true });
    assert_eq!(host.send(&path("/recordResponse"), &[], &body.to_string(), 3).response.status, 200);
    // The recording ends for silence, and 45 minutes after the answer the call ends.
    let batches = Service::new(&host.calls).tick(at(3 * 3600));
    let kinds = batches.iter().map(|batch| batch.events[0].event.kind());
    assert_eq!(kinds.collect::<Vec<_>>(), [EventKind::OperationFailed, EventKind::Terminated]);
    batches.iter().for_each(|batch| host.store(batch));
    assert_eq!(host.calls.call(call_id()).unwrap().state(), State::Terminated);
}

#[test]
fn deadlines_of_many_calls_pass_in_the_order_of_their_times() {
    let mut calls = Ledger::new();
    let offered = |number: u128, second| {
        let id = CallId::new(Uuid::from_u128(number));
        let offer = NetworkEvent::Offered(read(json!({})));
        Service::new(&Ledger::new()).on_network_event(id, offer, at(second)).unwrap()
    };
    for (number, second) in [(3, 0), (1, 2), (2, 1)] {
        offered(number, second).events.iter().for_each(|event| _ = calls.apply(event).unwrap());
    }
    let ended = |second| -> Vec<(u128, i64)> {
        let batches = Service::new(&calls).tick(at(second));
        assert!(batches.iter().all(|batch| batch.events.len() == 1 && batch.webhooks.len() == 1));
        let events = batches.iter().map(|batch| &batch.events[0]);
        events
            .map(|event| (event.call.guid().as_u128(), event.at.unwrap().as_second() - 1_795_000_000))
            .collect()
    };
    assert_eq!(ended(14), []);
    assert_eq!(ended(16), [(3, 15), (2, 16)]);
    assert_eq!(ended(99), [(3, 15), (2, 16), (1, 17)]);
}

/// Serves a course with a service. A host that ticks late ticks only at the end.
fn serve(course: &[Move], is_late: bool) -> Host {
    let mut host = Host::default();
    let tick = |host: &mut Host, now| {
        let batches = Service::new(&host.calls).tick(now);
        batches.iter().for_each(|batch| host.store(batch));
    };
    for one in course {
        if !is_late {
            tick(&mut host, one.at);
        }
        let calls = host.calls.clone();
        let service = Service::new(&calls);
        match &one.what {
            What::Request { method, .. } => {
                let (verb, route) = (method.verb().as_str(), one.route().unwrap().to_string());
                let served = service.request(verb, &route, &[], &one.body(), &one.request());
                host.store(&served.batch);
            }
            What::NetworkEvent(event) => {
                if let Ok(batch) = service.on_network_event(one.call, (**event).clone(), one.at) {
                    host.store(&batch);
                }
            }
            What::Wait => {}
            _ => unreachable!("a move is one of these"),
        }
    }
    let end =
        course.last().map_or_else(|| at(0), |one| one.at) + callfold::jiff::SignedDuration::from_hours(2);
    tick(&mut host, end);
    host
}

/// The notifications of each call, in their order.
fn posted_by_call(posted: &[Value]) -> BTreeMap<&str, Vec<&Value>> {
    let mut calls = BTreeMap::<_, Vec<_>>::new();
    for item in posted.iter().map(|body| &body["value"][0]) {
        let url = item["resourceUrl"].as_str().unwrap();
        calls.entry(url.split('/').nth(3).unwrap()).or_default().push(item);
    }
    calls
}

/// The lines of each call.
fn by_call(log: &[String]) -> Vec<String> {
    let mut lines: Vec<Recorded> = log.iter().map(|line| line.parse().unwrap()).collect();
    lines.sort_by_key(|line| (line.call, line.revision));
    lines.iter().map(Recorded::to_string).collect()
}

properties! { 200 cases;
    #[test]
    fn a_late_host_writes_the_log_of_a_punctual_one(course in strategies::courses()) {
        let (punctual, late) = (serve(&course, false), serve(&course, true));
        prop_assert_eq!(by_call(&punctual.log), by_call(&late.log));
        prop_assert_eq!(posted_by_call(&punctual.posted), posted_by_call(&late.posted));
    }

    #[test]
    fn a_service_posts_what_notify_says_about_each_event(course in strategies::courses()) {
        let host = serve(&course, false);
        let (mut calls, mut posted) = (Ledger::new(), Vec::new());
        for line in &host.log {
            let event: Recorded = line.parse().unwrap();
            calls.apply(&event).unwrap();
            let reported = Notify::new().event(calls.call(event.call).unwrap(), &event);
            posted.extend(reported.map(|one| json!(callfold::graph::CommsNotifications::new(vec![one]))));
        }
        prop_assert_eq!(host.posted, posted);
    }

    /// Every request of a course, sent again at once, gets its first response.
    #[test]
    fn every_request_can_be_sent_again(course in strategies::courses()) {
        let mut host = Host::default();
        for (number, one) in course.iter().enumerate() {
            if let What::NetworkEvent(event) = &one.what {
                let batch = Service::new(&host.calls).on_network_event(one.call, (**event).clone(), one.at);
                batch.iter().for_each(|batch| host.store(batch));
            }
            let (Some(route), body) = (one.route(), one.body()) else { continue };
            let (verb, path, id) = (route.method.verb().as_str(), route.to_string(), format!("request-{number}"));
            let headers = [("client-request-id", id.as_str())];
            let send = |calls: &Ledger| Service::new(calls).request(verb, &path, &headers, &body, &one.request());
            let first = send(&host.calls);
            host.store(&first.batch);
            let again = send(&host.restarted().calls);
            prop_assert_eq!(&again.response.status, &first.response.status);
            let has_repeated = first.batch.events.iter().any(|event| event.event.kind() == EventKind::RequestAnswered);
            prop_assert_eq!(again.is_repeat, has_repeated);
            if has_repeated {
                prop_assert_eq!(again.response, first.response);
                prop_assert_eq!(again.batch, Batch::default());
            }
        }
    }
}
