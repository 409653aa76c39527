//! The HTTP response to a request.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use jiff::fmt::rfc2822::DateTimePrinter;
use serde::Serialize;

use super::batch::Batch;
use crate::call::decide::context::RequestContext;
use crate::call::reply::{Body, Reply};
use crate::graph::method::{NoRoute, Route, Verb};
use crate::graph::odata::ODataError;
use crate::refusal::Refusal;
use crate::time::At;

/// The result of a request: the response, and what the host has to do besides.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Served {
    /// The response. Send it after the events are stored.
    pub response: Response,
    /// The events and the notifications.
    pub batch: Batch,
    /// The method, the call and the item; `None` if no method has this verb and path.
    pub route: Option<Route>,
    /// The reason why the request was refused; `None` if it was not.
    pub refusal: Option<Refusal>,
    /// True if the response is that of an earlier attempt of the same request.
    pub is_repeat: bool,
}

/// An HTTP response. `Debug` does not show the body, which can have tokens and passcodes.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The names and values of the headers: `Date`, if the year has four digits, `request-id`, and, where they apply, `client-request-id`,
    /// `Content-Type`, `Location` and `Allow`.
    pub headers: Vec<(&'static str, String)>,
    /// The body as JSON; empty if the response has none.
    pub body: String,
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Response");
        shown.field("status", &self.status).field("headers", &self.headers);
        shown.field("body", &format_args!("{} bytes", self.body.len())).finish()
    }
}

/// What all responses to a request have in common.
#[derive(Clone, Copy)]
pub(super) struct Answering<'a> {
    pub(super) base_url: &'a str,
    pub(super) client_request_id: Option<&'a str>,
    pub(super) request: &'a RequestContext<'a>,
}

impl Answering<'_> {
    pub(super) fn no_route(&self, no_route: &NoRoute) -> Served {
        let mut response = self.error(no_route.status(), no_route.error());
        let allowed: Vec<&str> = no_route.allowed.iter().copied().map(Verb::as_str).collect();
        response.headers.extend((!allowed.is_empty()).then(|| ("Allow", allowed.join(", "))));
        served(response, None)
    }

    pub(super) fn refused(&self, route: Route, refusal: Refusal) -> Served {
        let response = self.error(refusal.status(), refusal.error());
        Served { refusal: Some(refusal), ..served(response, Some(route)) }
    }

    pub(super) fn replied(&self, route: Route, reply: &Reply) -> Served {
        let mut response = if reply.body == Body::Empty {
            Response { status: reply.status, headers: self.headers(), body: String::new() }
        } else {
            self.json(reply.status, &reply.body)
        };
        let location = reply.location.as_ref().map(|path| format!("{}{path}", self.base_url));
        response.headers.extend(location.map(|location| ("Location", location)));
        served(response, Some(route))
    }

    fn error(&self, status: u16, error: ODataError) -> Response {
        let error = error.with("date", At(self.request.at).to_string());
        let error = error.with("request-id", self.request.new_id.to_string());
        let id = self.client_request_id;
        let error = id.into_iter().fold(error, |error, id| error.with("client-request-id", id));
        self.json(status, &error)
    }

    fn json(&self, status: u16, body: &impl Serialize) -> Response {
        let mut headers = self.headers();
        headers.push(("Content-Type", "application/json".into()));
        // The bodies of replies and errors serialize without an error.
        Response { status, headers, body: serde_json::to_string(body).unwrap_or_default() }
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&self.request.at);
        let request_id = Some(("request-id", self.request.new_id.to_string()));
        let id = self.client_request_id.map(|id| ("client-request-id", id.into()));
        date.ok().map(|date| ("Date", date)).into_iter().chain(request_id).chain(id).collect()
    }
}

fn served(response: Response, route: Option<Route>) -> Served {
    Served { response, batch: Batch::default(), route, refusal: None, is_repeat: false }
}
