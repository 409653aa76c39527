//! Graph's side: the requests of apps.

use std::sync::Arc;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Response};
use bytes::Bytes;
use callfold::call::{AppIdentity, RequestContext};
use callfold::graph::{ODataError, Root, Route, Version};
use callfold::jiff::fmt::rfc2822::DateTimePrinter;
use callfold::service::{Served, Service, client_request_id};
use callfold::{At, CallId, Ledger};
use serde_json::Value;

use super::app::App;
use super::listed::{Begun, Listed, whole_path};
use super::respond::{self, Reply};
use super::{body, tokens};
use crate::fault::RequestFault;
use crate::host::{Host, Incoming, Written};
use crate::query::Options;
use crate::query::resource::{Navigation, Reads};

/// The answer to a request, before it is sent.
struct Answer {
    response: Response<Body>,
    body: Bytes,
    call: Option<CallId>,
    fault: Option<&'static str>,
    /// Drop it when the answer is written.
    written: Option<Written>,
}

/// Serves a request, and lists it.
pub(super) async fn serve(
    host: &Arc<Host>,
    parts: Parts,
    route: Option<Route>,
    body: Body,
) -> Response<Body> {
    let begun = Begun::now(host);
    let verb = parts.method.as_str();
    let path = whole_path(&parts);
    let (answer, body) = match body::read(host, &parts.headers, body).await {
        Ok(body) => (answer(host, verb, path, &parts.headers, &body, route.as_ref()).await, body),
        Err(response) => (from_response(host, response, &parts.headers).await, Bytes::new()),
    };
    let Answer { mut response, body: text, call, fault, written } = answer;
    let method = route.as_ref().map_or("none", |route| route.method.as_str());
    let call = call.or_else(|| route.as_ref()?.call);
    let listed = Listed { method, call, body, text: text.clone(), fault };
    let going = begun.list(host, &parts, &response, listed);
    *response.body_mut() = Reply::body(text, written, going);
    response
}

async fn answer(
    host: &Arc<Host>,
    verb: &str,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
    route: Option<&Route>,
) -> Answer {
    let app = match tokens::app(host, headers).await {
        Ok(app) => app,
        Err(error) => return of_error(host, headers, 401, error),
    };
    let method = route.map(|route| route.method);
    let fail = || host.live_mut().failing.request(host.seed, method).cloned();
    if let Some(failed) = host.possible_faults.requests().then(fail).flatten() {
        let mut answer = failed_on_purpose(host, headers, &failed);
        answer.fault = Some("status");
        return answer;
    }
    let options = match options(route, path) {
        Ok(options) => options,
        Err(error) => return of_error(host, headers, 400, error),
    };
    let list: Vec<_> =
        headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
    let incoming = Incoming {
        verb,
        path,
        route,
        headers: &list,
        body,
        app: app.id.as_ref(),
        permissions: &app.permissions,
    };
    match host.request(incoming).await {
        Ok((served, written)) => {
            let call = route.and_then(|route| route.call).filter(|_| options.is_some());
            let calls = match call {
                Some(call) => host.calls_with(call).await,
                None => Ok(Ledger::new()),
            };
            match calls {
                Ok(calls) => {
                    let read = Read { host, calls: &calls, path, app: &app };
                    Answer { written, ..served_answer(&read, served, options) }
                }
                Err(failed) => unavailable(host, headers, &failed.to_string()),
            }
        }
        Err(failed) => unavailable(host, headers, &failed.to_string()),
    }
}

/// The options of a GET.
fn options(route: Option<&Route>, path: &str) -> Result<Option<Options>, ODataError> {
    let Some(route) = route else { return Ok(None) };
    let Some((_, query)) = path.split_once('?') else { return Ok(None) };
    Reads::by(route.method).map(|reads| Options::parse(query, reads)).transpose()
}

/// What was read, and by whom.
struct Read<'a> {
    host: &'a Host,
    calls: &'a Ledger,
    path: &'a str,
    app: &'a App,
}

fn served_answer(read: &Read<'_>, served: Served, options: Option<Options>) -> Answer {
    let mut response = respond::empty(served.response.status);
    for (name, value) in &served.response.headers {
        respond::set(&mut response, name, value);
    }
    let placed = served.batch.events.first().map(|event| event.call);
    let route = served.route.as_ref();
    let call = route.and_then(|route| route.call).or(placed);
    let options = options.filter(|_| served.response.status == 200);
    let body = options
        .zip(route)
        .and_then(|(options, route)| read.with_options(&options, route, &served.response.body));
    let body = body.unwrap_or(served.response.body);
    Answer { response, body: body.into(), call, fault: None, written: None }
}

impl Read<'_> {
    /// A body with the options of the request; `None` if it is no JSON.
    fn with_options(&self, options: &Options, route: &Route, body: &str) -> Option<String> {
        let mut value: Value = serde_json::from_str(body).ok()?;
        for navigation in options.expanded() {
            let items = self.items(route, *navigation);
            value.as_object_mut()?.insert(navigation.name().into(), items);
        }
        Some(options.apply(value, &format!("{}{}", self.host.base_url, self.path)).to_string())
    }

    /// What a member of a call leads to. It is read as the app would read it.
    fn items(&self, route: &Route, navigation: Navigation) -> Value {
        let identity = self.app.id.iter().fold(AppIdentity::new(&self.app.permissions), AppIdentity::of);
        let context = RequestContext::new(self.host.clock.now(), self.host.ids.next(), identity);
        let get = |path: &str| -> Value {
            let served = Service::new(self.calls).request("GET", path, &[], b"", &context);
            serde_json::from_str(&served.response.body).unwrap_or_default()
        };
        if navigation != Navigation::Operations {
            let found = get(&format!("{route}/{}", navigation.name()));
            return found.get("value").cloned().unwrap_or_default();
        }
        // No method lists operations.
        let call = route.call.and_then(|call| self.calls.call(call));
        let ids =
            call.into_iter().flat_map(|call| call.operations().iter().filter_map(|operation| operation.id()));
        ids.map(|id| get(&format!("{route}/operations/{id}"))).collect()
    }
}

fn failed_on_purpose(host: &Host, headers: &HeaderMap, failed: &RequestFault) -> Answer {
    let code = match failed.status {
        401 => "InvalidAuthenticationToken",
        403 => "Forbidden",
        404 => "NotFound",
        405 => "MethodNotAllowed",
        408 => "RequestTimeout",
        409 => "Conflict",
        410 => "Gone",
        412 => "PreconditionFailed",
        413 => "RequestEntityTooLarge",
        415 => "UnsupportedMediaType",
        429 => "TooManyRequests",
        501 => "NotImplemented",
        502 => "BadGateway",
        503 => "ServiceUnavailable",
        504 => "GatewayTimeout",
        500.. => "InternalServerError",
        _ => "BadRequest",
    };
    let mut answer =
        of_error(host, headers, failed.status, ODataError::new(code, "this request fails on purpose"));
    if let Some(seconds) = failed.retry_after {
        respond::set(&mut answer.response, "retry-after", &seconds.to_string());
    }
    answer
}

/// The service cannot store anything now.
fn unavailable(host: &Host, headers: &HeaderMap, why: &str) -> Answer {
    let error = ODataError::new("ServiceUnavailable", why);
    let mut answer = of_error(host, headers, 503, error);
    respond::set(&mut answer.response, "retry-after", "1");
    answer
}

/// An error that the crate does not know of, with the headers and members that all errors have.
fn of_error(host: &Host, headers: &HeaderMap, status: u16, error: ODataError) -> Answer {
    let id = host.ids.next().to_string();
    let now = host.clock.now();
    let error = error.with("date", At(now).to_string()).with("request-id", id.clone());
    let client = headers.get("client-request-id").and_then(|id| id.to_str().ok());
    let client = client.and_then(|id| client_request_id(&[("client-request-id", id)]));
    let error = client.into_iter().fold(error, |error, id| error.with("client-request-id", id));
    let mut response = respond::empty(status);
    respond::set(&mut response, "content-type", "application/json");
    respond::set(&mut response, "request-id", &id);
    if let Ok(date) = DateTimePrinter::new().timestamp_to_rfc9110_string(&now) {
        respond::set(&mut response, "date", &date);
    }
    if let Some(client) = client {
        respond::set(&mut response, "client-request-id", client);
    }
    if status == 401 {
        respond::set(&mut response, "www-authenticate", "Bearer");
    }
    let body = serde_json::to_string(&error).unwrap_or_default().into();
    Answer { response, body, call: None, fault: None, written: None }
}

/// An answer from a response that was made before the request was read.
async fn from_response(host: &Host, response: Response<Body>, headers: &HeaderMap) -> Answer {
    let (parts, body) = response.into_parts();
    let status = parts.status.as_u16();
    let text = http_body_util::BodyExt::collect(body).await.map(http_body_util::Collected::to_bytes);
    let said = serde_json::from_slice::<Value>(&text.unwrap_or_default()).unwrap_or_default();
    let part = |name: &str| {
        let part = said.get("error").and_then(|error| error.get(name)?.as_str());
        part.unwrap_or_default().to_owned()
    };
    of_error(host, headers, status, ODataError::new(part("code"), part("message")))
}

/// What the path of a request says, if a method has it.
pub(super) fn route(parts: &Parts) -> Option<Route> {
    Route::parse(parts.method.as_str(), whole_path(parts)).ok()
}

/// True if a path is under one of Graph's versions and roots.
pub(super) fn is_graph(path: &str) -> bool {
    let mut segments = path.split('/').filter(|segment| !segment.is_empty());
    let first = segments.next().unwrap_or_default();
    let is_version = Version::ALL.iter().any(|version| version.as_str().eq_ignore_ascii_case(first));
    let root = if is_version { segments.next().unwrap_or_default() } else { first };
    Root::ALL.iter().any(|known| known.as_str().eq_ignore_ascii_case(root))
}
