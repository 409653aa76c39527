//! Requests that an app sends again, with the same `client-request-id`.

use alloc::format;

use uuid::Uuid;

use crate::call::data::Call;
use crate::call::decide::context::RequestContext;
use crate::call::event::{CallEvent, Created, RequestAnswered, ServiceEvent};
use crate::call::reply::{Body, Reply};
use crate::graph::method::{Method, Route, Verb};
use crate::id::{CallId, Id};
use crate::record::recorded::Recorded;
use crate::refusal::Why;

/// The greatest length of a `client-request-id`. A longer one is not recorded.
const LONGEST: usize = 256;

/// The `client-request-id` of a request. A value that could not stand in a header of the response does not count, nor does
/// one of more than 256 bytes. A host needs it for the errors that it makes itself.
///
/// ```
/// use callfold::service::client_request_id;
///
/// assert_eq!(client_request_id(&[("Client-Request-Id", "7")]), Some("7"));
/// assert_eq!(client_request_id(&[("client-request-id", "two words")]), None);
/// ```
pub fn client_request_id<'h>(headers: &[(&str, &'h str)]) -> Option<&'h str> {
    let given = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("client-request-id"));
    let (_, id) = given?;
    let is_plain = (1..=LONGEST).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
    is_plain.then_some(*id)
}

/// A request that can change a call and has a `client-request-id`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Repeatable<'h> {
    id: &'h str,
    digest: Uuid,
}

impl<'h> Repeatable<'h> {
    /// `None` for a request that only reads.
    pub(super) fn new(id: &'h str, route: &Route, body: &[u8]) -> Option<Self> {
        let verb = route.method.verb();
        (verb != Verb::Get).then(|| {
            let text = [format!("{verb} {route}\n").as_bytes(), body].concat();
            Self { id, digest: Uuid::new_v5(&Uuid::NAMESPACE_URL, &text) }
        })
    }

    /// The id of the call that the request places. It is the same for every attempt of the app.
    pub(super) fn placed(&self, route: &Route, request: &RequestContext<'_>) -> Option<CallId> {
        if route.method != Method::CreateCall {
            return None;
        }
        let app = request.identity.app.map(Id::normalised).unwrap_or_default();
        let of_app = Uuid::new_v5(&Uuid::NAMESPACE_URL, format!("urn:callfold:app:{app}").as_bytes());
        Some(CallId::new(Uuid::new_v5(&of_app, self.id.as_bytes())))
    }

    /// The context of the request, with the id of the call that it places.
    pub(super) fn context<'r>(&self, route: &Route, request: &RequestContext<'r>) -> RequestContext<'r> {
        let new_id = self.placed(route, request).map_or(request.new_id, CallId::guid);
        RequestContext { new_id, ..*request }
    }

    /// The first attempt of this request; `None` if there was none. The error is for another request with the same id.
    pub(super) fn first<'c>(
        &self,
        call: &'c Call,
        request: &RequestContext<'_>,
    ) -> Option<Result<&'c RequestAnswered, Why>> {
        let first = call.answered(self.id)?;
        let is_same = first.digest == self.digest && first.app.as_ref() == request.identity.app;
        Some(if is_same { Ok(first) } else { Err(Why::ClientRequestId) })
    }

    /// The event that records the reply. `None` if the request was about no call.
    pub(super) fn answered(
        &self,
        reply: &Reply,
        known: Option<&Call>,
        events: &[Recorded],
        request: &RequestContext<'_>,
    ) -> Option<Recorded> {
        let (call, revision, last) = match (events.last(), known) {
            (Some(event), _) => (event.call, event.revision, event.at),
            (None, Some(call)) => (call.id(), call.revision(), call.last_at()),
            (None, None) => return None,
        };
        let body = match &reply.body {
            Body::Call(call) => Some(Created::Call(call.clone())),
            Body::Operation(operation) => Some(Created::Operation(operation.clone())),
            Body::AudioRoutingGroup(group) => Some(Created::AudioRoutingGroup(group.clone())),
            Body::Empty
            | Body::Participants(_)
            | Body::Participant(_)
            | Body::AudioRoutingGroups(_)
            | Body::ContentSharingSessions(_) => None,
        };
        let answered = RequestAnswered::new(self.id.into(), self.digest, reply.status);
        let answered = RequestAnswered {
            app: request.identity.app.cloned(),
            location: reply.location.clone(),
            body,
            ..answered
        };
        let event = CallEvent::Service(ServiceEvent::RequestAnswered(answered.into()));
        let at = last.map_or(request.at, |last| last.max(request.at));
        Some(Recorded::new(call, revision.saturating_add(1), Some(at), event))
    }
}

impl From<&RequestAnswered> for Reply {
    fn from(answered: &RequestAnswered) -> Self {
        let body = match answered.body.clone() {
            None => Body::Empty,
            Some(Created::Call(call)) => Body::Call(call),
            Some(Created::Operation(operation)) => Body::Operation(operation),
            Some(Created::AudioRoutingGroup(group)) => Body::AudioRoutingGroup(group),
        };
        Self { status: answered.status, location: answered.location.clone(), body }
    }
}
