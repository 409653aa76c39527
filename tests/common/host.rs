//! A host of the service. Everything happens at one time, so that no deadline is ever due.

use callfold::call::{AppIdentity, Call, NetworkEvent, RequestContext};
use callfold::graph::{CommsNotification, Method, Permission, Route};
use callfold::service::{Batch, Response, Service, Webhook};
use callfold::uuid::Uuid;
use callfold::{CallId, Id, Ledger, Recorded, Refusal};
use serde_json::{Value, json};

use super::requesting::{AT, service_hosted};
use super::{call_id, read};

pub(crate) const CALLBACK: &str = "https://bot.contoso.com/callback";

/// The ids that the service makes for the participants `callee` and `new` of the call of these tests: UUIDs of version 5,
/// in the namespace of the call, of the id of the participant's identity. Another program computed them.
pub(crate) const CALLEE: &str = "3993132a-c193-52ad-bee3-7b2f3606000c";
pub(crate) const NEW: &str = "faf87070-2e5e-5d81-8f75-1507fed50c63";

#[derive(Clone, Default)]
pub(crate) struct Host {
    /// The beginning of each path, such as `/v1.0`.
    pub(crate) version: &'static str,
    pub(crate) hold_music_stops_later: bool,
    pub(crate) ledger: Ledger,
    /// The number of requests about calls that exist, which is also the id of the operation of the last one.
    pub(crate) requests: u128,
    /// The names of the events of the last input.
    pub(crate) events: Vec<&'static str>,
    /// What was posted after the last input.
    pub(crate) webhooks: Vec<Webhook>,
}

impl Host {
    /// Sends a request. A call that it places gets the new id.
    pub(crate) fn send(&mut self, route: &Route, new_id: Uuid, body: &Value) -> Response {
        let mut request = RequestContext::new(AT.parse().unwrap(), new_id, AppIdentity::new(Permission::ALL));
        request.hold_music_stops_later = self.hold_music_stops_later;
        let (verb, path) = (route.method.verb().as_str(), format!("{}{route}", self.version));
        let served =
            Service::new(&self.ledger).request(verb, &path, &[], body.to_string().as_bytes(), &request);
        self.take(served.batch);
        served.response
    }

    /// Sends a request about the call of these tests.
    pub(crate) fn request(&mut self, method: Method, item: Option<&str>, body: &Value) -> Response {
        self.requests += 1;
        let route = Route::new(method, Some(call_id()), item.map(Id::from));
        self.send(&route, Uuid::from_u128(self.requests), body)
    }

    /// Places a call with these members.
    pub(crate) fn place(&mut self, call: CallId, members: &Value) -> Response {
        self.send(&Route::new(Method::CreateCall, None, None), call.guid(), &begun(members))
    }

    pub(crate) fn happens(&mut self, call: CallId, network_event: NetworkEvent) {
        let batch = Service::new(&self.ledger).on_network_event(call, network_event, AT.parse().unwrap());
        self.take(batch.unwrap());
    }

    fn take(&mut self, batch: Batch) {
        for event in &batch.events {
            self.ledger.apply(event).unwrap();
            assert_eq!(event.to_string().parse::<Recorded>().as_ref(), Ok(event));
        }
        for Webhook { notification, .. } in &batch.webhooks {
            assert_eq!(read::<CommsNotification>(json!(notification)), *notification);
        }
        self.events = batch.events.iter().map(|event| event.event.kind().as_str()).collect();
        self.webhooks = batch.webhooks;
    }

    pub(crate) fn placed(members: &Value) -> Self {
        let mut host = Self::default();
        assert_eq!(host.place(call_id(), members).status, 201);
        host
    }

    /// A call that was offered, and that the app answered with these members.
    pub(crate) fn answered(offer: Value, members: &Value) -> Self {
        let offered = Self::default().meets(NetworkEvent::Offered(read(offer)));
        offered.requests(Method::Answer, None, &begun(members))
    }

    /// Sends a request that succeeds.
    pub(crate) fn requests(mut self, method: Method, item: Option<&str>, body: &Value) -> Self {
        let response = self.request(method, item, body);
        assert!(response.status < 300, "{response:?}");
        self
    }

    pub(crate) fn meets(mut self, network_event: NetworkEvent) -> Self {
        self.happens(call_id(), network_event);
        self
    }

    pub(crate) fn try_meets(&self, network_event: NetworkEvent) -> Result<Batch, Refusal> {
        Service::new(&self.ledger).on_network_event(call_id(), network_event, AT.parse().unwrap())
    }

    pub(crate) fn call(&self) -> &Call {
        self.ledger.call(call_id()).unwrap()
    }

    pub(crate) fn posted(&self) -> Vec<Value> {
        self.webhooks.iter().map(|webhook| json!(webhook.notification)).collect()
    }
}

/// The body with which the app begins a call, or answers one.
fn begun(members: &Value) -> Value {
    let mut body = json!({ "callbackUri": CALLBACK, "mediaConfig": service_hosted() });
    body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
    body
}

pub(crate) fn user(id: &str) -> Value {
    json!({ "identity": { "user": { "id": id } } })
}

pub(crate) fn chat() -> Value {
    json!({ "threadId": "19:meeting@thread.v2", "messageId": "0" })
}
