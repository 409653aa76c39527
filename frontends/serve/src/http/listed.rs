//! Requests are counted, logged and listed, Graph's and others.

use std::time::Instant;

use axum::body::Body;
use axum::http::Response;
use axum::http::request::Parts;
use bytes::Bytes;
use callfold::CallId;
use callfold::jiff::Timestamp;
use http_body_util::BodyExt;
use tracing::info;

use crate::busy::Going;
use crate::delivery::{Answered, Delivery, Direction, Headers};
use crate::host::Host;

/// A request that is being answered.
pub(super) struct Begun {
    at: Timestamp,
    begun: Instant,
    going: Going,
}

/// What is listed of a request and its answer, beside the headers.
pub(super) struct Listed {
    /// The method in metrics and in the log: Graph's methods have other names than the rest.
    pub(super) method: &'static str,
    pub(super) call: Option<CallId>,
    /// The body of the request.
    pub(super) body: Bytes,
    /// The body of the response.
    pub(super) text: Bytes,
    /// What a fault did to it.
    pub(super) fault: Option<&'static str>,
}

/// What a request was that is not Graph's, and the answer to it.
pub(super) struct Answer {
    pub(super) method: &'static str,
    pub(super) call: Option<CallId>,
    /// The body of the request.
    pub(super) body: Bytes,
    pub(super) response: Response<Body>,
}

impl Answer {
    /// The answer to a request whose body is not read.
    pub(super) const fn new(method: &'static str, response: Response<Body>) -> Self {
        Self { method, call: None, body: Bytes::new(), response }
    }
}

impl Begun {
    #[expect(clippy::disallowed_methods, reason = "how long an answer takes is measured")]
    pub(super) fn now(host: &Host) -> Self {
        Self { going: host.busy.begin(), at: host.clock.now(), begun: Instant::now() }
    }

    /// Counts, logs and lists the request. It is going on until what is returned is dropped.
    pub(super) fn list(self, host: &Host, parts: &Parts, response: &Response<Body>, listed: Listed) -> Going {
        let Listed { method, call, body, text, fault } = listed;
        let (took, status) = (self.begun.elapsed(), response.status().as_u16());
        host.metrics.request(method, status, took);
        match call {
            Some(call) => info!(%call, method, status, "request"),
            None => info!(method, status, "request"),
        }
        host.deliveries.keep(Delivery {
            direction: Direction::Request,
            call,
            revision: None,
            at: self.at,
            verb: parts.method.clone(),
            url: whole_path(parts).into(),
            headers: Headers::of(&parts.headers),
            // What is kept must not keep the buffer of the connection.
            body: Bytes::copy_from_slice(&body),
            answer: Ok(Answered { status, headers: Headers::of(response.headers()), body: text }),
            took,
            fault,
        });
        self.going
    }

    /// Lists a request that is not Graph's, and returns the response.
    pub(super) async fn end(self, host: &Host, parts: &Parts, answer: Answer) -> Response<Body> {
        let Answer { method, call, body, response } = answer;
        let (response, text) = with_text(response).await;
        let listed = Listed { method, call, body, text, fault: None };
        drop(self.list(host, parts, &response, listed));
        response
    }
}

/// The path of a request, with its query.
pub(super) fn whole_path(parts: &Parts) -> &str {
    parts.uri.path_and_query().map_or("/", |path| path.as_str())
}

/// A response and its text. A recording has none: it is long, and made while it is sent.
async fn with_text(response: Response<Body>) -> (Response<Body>, Bytes) {
    if response.headers().get("content-type").is_none_or(|kind| kind != "application/json") {
        return (response, Bytes::new());
    }
    let (parts, body) = response.into_parts();
    // The body is in memory: nothing fails.
    let text = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    (Response::from_parts(parts, text.clone().into()), text)
}
