//! The host's loop of a simulated service, without I/O.
//!
//! A [`Service`] passes the three inputs of a host to the calls of a [`Ledger`]: a request of an app, an event of the
//! network, and the clock. For each input it returns everything that the host has to do:
//!
//! 1. Store the events of the [`Batch`], all or none of them. Fold them with [`Ledger::apply`].
//! 2. Send the [`Response`], if the input was a request.
//! 3. Post the webhooks, in their order.
//!
//! A service owns no calls: nothing changes until the host has folded the events. The ledger can hold all calls, or only
//! those that the host has loaded from a store for this one input: see [`Service::calls_of`].

pub(crate) mod batch;
mod repeated;
mod response;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::ToString;
use alloc::vec::Vec;

use jiff::Timestamp;

pub use batch::{Batch, Webhook};
pub use repeated::client_request_id;
pub use response::{Response, Served};

use crate::call::command::Command;
use crate::call::data::Call;
use crate::call::decide::Decision;
use crate::call::decide::context::RequestContext;
use crate::call::network_event::NetworkEvent;
use crate::call::reply::Reply;
use crate::graph::method::{Method, Route};
use crate::id::CallId;
use crate::ledger::data::Ledger;
use crate::notify::Notify;
use crate::record::recorded::Recorded;
use crate::refusal::Refusal;
use repeated::Repeatable;

/// A simulated service, for as long as one input takes. See the [module](self) for the loop of a host.
///
/// ```
/// use callfold::call::{AppIdentity, NetworkEvent, RequestContext, State};
/// use callfold::graph::Permission;
/// use callfold::service::Service;
/// use callfold::{CallId, Ledger, serde_json, uuid::Uuid};
///
/// let mut calls = Ledger::new();
/// let id = CallId::new(Uuid::from_u128(1));
/// let offer = serde_json::from_str(r#"{"callbackUri":"https://bot.contoso.com/callback"}"#)?;
/// let at = "2026-11-23T09:15:00Z".parse()?;
/// let batch = Service::new(&calls).on_network_event(id, NetworkEvent::Offered(offer), at)?;
/// for event in &batch.events {
///     calls.apply(event)?; // A host stores the events first.
/// }
/// assert_eq!(batch.webhooks[0].callback_uri.as_deref(), Some("https://bot.contoso.com/callback"));
///
/// let context = RequestContext::new(at, Uuid::from_u128(2), AppIdentity::new(&[Permission::Initiate]));
/// let path = format!("/v1.0/communications/calls/{id}/reject");
/// let served = Service::new(&calls).request("POST", &path, &[("client-request-id", "7")], b"{}", &context);
/// assert_eq!(served.response.status, 202);
/// for event in &served.batch.events {
///     calls.apply(event)?;
/// }
/// assert_eq!(calls.call(id).unwrap().state(), State::Terminated);
///
/// // The app sends the request again, because the first response was lost.
/// let again = Service::new(&calls).request("POST", &path, &[("client-request-id", "7")], b"{}", &context);
/// assert_eq!((again.response.status, again.batch.events.len()), (202, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Service<'a> {
    calls: &'a Ledger,
    notify: Notify,
    base_url: &'a str,
}

impl<'a> Service<'a> {
    /// A service of these calls. It writes notifications as today's service does.
    pub const fn new(calls: &'a Ledger) -> Self {
        Self { calls, notify: Notify::new(), base_url: "" }
    }

    /// Sets how the service writes notifications.
    #[must_use]
    pub const fn with_notify(self, notify: Notify) -> Self {
        Self { notify, ..self }
    }

    /// Sets the URL before the version in the header `Location`, such as `http://127.0.0.1:9090`. Without it, the header has
    /// only a path.
    #[must_use]
    pub const fn with_base_url(self, base_url: &'a str) -> Self {
        Self { base_url, ..self }
    }

    /// Serves a request of an app. `method` is the HTTP verb, and `path` can be a full URL: see [`Route::parse`]. Of the
    /// headers, only `client-request-id` matters.
    ///
    /// Every request gets a response: a refused one too, which then has the body that Graph documents for errors. If a
    /// deadline of the call passed before the request, the batch begins with the events of the deadline. Only a request that
    /// is sent again leaves them to the next [`tick`](Service::tick).
    ///
    /// # Requests that are sent again
    ///
    /// A request that can change a call is recorded with its `client-request-id`, in the event
    /// [`RequestAnswered`](crate::call::RequestAnswered). If the app sends the request again, it gets the same response, and
    /// nothing else happens. If the app sends another request about the same call with the same `client-request-id`, the
    /// response has the status 409. Requests about different calls can have the same `client-request-id`.
    ///
    /// A refusal is not recorded: the second attempt is decided anew. The batch of a refused request can only hold events of
    /// deadlines. A `client-request-id` counts if it has 1 to 256 visible ASCII characters. Any other is ignored.
    ///
    /// The id of a call that is placed is derived from the `client-request-id` and the app. Two processes that receive the
    /// same request therefore write the same first revision of the same call, which a store accepts only once. Without a
    /// `client-request-id`, the id is [`RequestContext::new_id`].
    pub fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
        request: &RequestContext<'_>,
    ) -> Served {
        match Route::parse(method, path) {
            Ok(route) => self.routed(route, headers, body, request),
            Err(no_route) => {
                let client_request_id = repeated::client_request_id(headers);
                let answer = response::Answering { base_url: self.base_url, client_request_id, request };
                answer.no_route(&no_route)
            }
        }
    }

    /// Answers a request as [`request`](Service::request) does, for a host that has parsed the path already.
    pub fn routed(
        &self,
        route: Route,
        headers: &[(&str, &str)],
        body: &[u8],
        request: &RequestContext<'_>,
    ) -> Served {
        let client_request_id = repeated::client_request_id(headers);
        let answer = response::Answering { base_url: self.base_url, client_request_id, request };
        let Decided { reply, events, is_repeat } = self.decided(&route, client_request_id, body, request);
        let served = match reply {
            Ok(reply) => answer.replied(route, &reply),
            Err(refusal) => answer.refused(route, refusal),
        };
        Served { batch: self.batch(events), is_repeat, ..served }
    }

    /// Decides on a request. The events of a refused request are those of deadlines that have passed.
    pub(crate) fn decided(
        &self,
        route: &Route,
        client_request_id: Option<&str>,
        body: &[u8],
        request: &RequestContext<'_>,
    ) -> Decided {
        let repeatable = client_request_id.and_then(|id| Repeatable::new(id, route, body));
        let request = &repeatable.map_or(*request, |repeatable| repeatable.context(route, request));
        let command = Command::read(route, body);
        let known = self.known(route, &command, request);
        let first = known.zip(repeatable).and_then(|(call, repeatable)| repeatable.first(call, request));
        let conflict = match first {
            Some(Ok(first)) => {
                return Decided { reply: Ok(first.into()), events: Vec::new(), is_repeat: true };
            }
            Some(Err(why)) => {
                let state = known.map(|call| call.state_at(request.at));
                Some(Refusal::new(route.method, state, why))
            }
            None => None,
        };
        let decided = self.calls.decide(route.call, command, request);
        // A conflict is 409, and the refusals before it in the order of refusals come first.
        let is_before = decided.as_ref().is_err_and(|refusal| refusal.status() != 409);
        let (reply, events) = match conflict.filter(|_| !is_before).map_or(decided, Err) {
            Ok(Decision { reply, mut events }) => {
                let reply = located(reply, route);
                let answered =
                    repeatable.and_then(|repeatable| repeatable.answered(&reply, known, &events, request));
                events.extend(answered);
                (Ok(reply), events)
            }
            Err(refusal) => {
                let passed = known.map(|call| call.caught_up(request.at).1);
                (Err(refusal), passed.unwrap_or_default())
            }
        };
        Decided { reply, events, is_repeat: false }
    }

    /// Passes a network event to a call. The events can belong to two calls: the call, and a call that it replaces.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] if the network event cannot happen now. It says what can.
    pub fn on_network_event(
        &self,
        call: CallId,
        network_event: NetworkEvent,
        at: Timestamp,
    ) -> Result<Batch, Refusal> {
        let events = self.calls.on_network_event(call, network_event, at)?;
        Ok(self.batch(events))
    }

    /// Lets all deadlines pass that are due at this time, in the order of their times. Each deadline gives one batch.
    ///
    /// The events have the times of their deadlines. A host that is late therefore stores the same events as a host that is
    /// not. [`Ledger::next_deadline`] says when to call `tick` next. Later batches of a call build on its earlier ones: if a
    /// batch cannot be stored, drop the others, load the calls again and call `tick` again.
    pub fn tick(&self, now: Timestamp) -> Vec<Batch> {
        let mut due: BTreeSet<_> = self.calls.due(now).collect();
        // The calls of which another deadline is due.
        let mut changed: BTreeMap<CallId, Call> = BTreeMap::new();
        let mut batches = Vec::with_capacity(due.len());
        while let Some((passed, id)) = due.pop_first() {
            let Some(mut call) = changed.remove(&id).or_else(|| self.calls.call(id).cloned()) else {
                continue;
            };
            batches.push(Batch::of_deadline(&mut call, self.notify, now));
            if let Some(next) = call.next_deadline().filter(|next| *next > passed && next.at <= now) {
                due.insert((next, id));
                changed.insert(id, call);
            }
        }
        batches
    }

    /// The calls that a request is about, so that a host can load them from its store before it calls
    /// [`request`](Service::request): the call in the path, the call that a transfer or an invitation replaces, and the
    /// call that an earlier attempt of the same request has placed.
    ///
    /// A network event can end a second call: load the calls of [`Call::replaces`] besides the call itself.
    ///
    /// A report of a teleconference device names no call, but the `callChainId` of one. Only a ledger that holds the call
    /// can find it.
    pub fn calls_of(
        route: &Route,
        headers: &[(&str, &str)],
        body: &[u8],
        request: &RequestContext<'_>,
    ) -> Vec<CallId> {
        let repeatable = repeated::client_request_id(headers).and_then(|id| Repeatable::new(id, route, body));
        let placed = repeatable.and_then(|repeatable| repeatable.placed(route, request));
        let replaced = Command::read(route, body).replaces();
        route.call.into_iter().chain(placed).chain(replaced.map(|(_, id)| id)).collect()
    }

    pub(crate) fn batch(&self, events: Vec<Recorded>) -> Batch {
        Batch::of(self.calls, self.notify, events)
    }

    /// The call that a request is about, if it is known to the app.
    fn known(&self, route: &Route, command: &Command, request: &RequestContext<'_>) -> Option<&'a Call> {
        let placed = (route.method == Method::CreateCall).then(|| CallId::new(request.new_id));
        match route.call.or(placed) {
            Some(id) => self.calls.seen(id, request),
            None => self.calls.reported(command, request),
        }
    }
}

/// What becomes of a request.
pub(crate) struct Decided {
    pub(crate) reply: Result<Reply, Refusal>,
    pub(crate) events: Vec<Recorded>,
    is_repeat: bool,
}

/// The reply with the version and the root of its request in the location.
fn located(reply: Reply, route: &Route) -> Reply {
    let path = reply.location.as_deref().and_then(|location| Route::parse("GET", location).ok());
    let location = path.map(|path| Route { version: route.version, root: route.root, ..path }.to_string());
    Reply { location, ..reply }
}
