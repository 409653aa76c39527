//! Responses.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use bytes::Bytes;
use callfold::graph::ODataError;
use callfold_store::StoreError;
use http_body::{Frame, SizeHint};
use serde::Serialize;
use tokio::sync::mpsc;

use crate::busy::Going;
use crate::host::Written;

/// A response with JSON.
pub(super) fn json(status: u16, body: &impl Serialize) -> Response<Body> {
    // The bodies of this service serialize without an error.
    let text = serde_json::to_string(body).unwrap_or_default();
    with_type(status, "application/json", text)
}

/// A response with a body of this type.
pub(super) fn with_type(status: u16, content_type: &'static str, body: impl Into<Body>) -> Response<Body> {
    let mut response = empty(status);
    *response.body_mut() = body.into();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A body that is made part by part, as fast as the client reads it.
pub(super) fn in_parts(
    parts: impl IntoIterator<Item = Vec<u8>, IntoIter: Send + 'static>,
    size: Option<u64>,
) -> Body {
    Body::new(Parts { left: Box::new(parts.into_iter()), size })
}

/// A body whose parts come from a task. An error cuts it off, so that the client does not take it for whole.
pub(super) fn sent(parts: mpsc::Receiver<Result<Bytes, StoreError>>) -> Body {
    Body::new(Sent(parts))
}

/// A response without a body.
pub(super) fn empty(status: u16) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}

/// An error as Graph writes it.
pub(super) fn error(status: u16, code: &str, message: impl Into<String>) -> Response<Body> {
    json(status, &ODataError::new(code, message))
}

/// Sets a header, if its value can be sent.
pub(super) fn set(response: &mut Response<Body>, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
        response.headers_mut().insert(name, value);
    }
}

/// The parts of a body that are still to be made, and their bytes, if they are known.
struct Parts {
    left: Box<dyn Iterator<Item = Vec<u8>> + Send>,
    size: Option<u64>,
}

impl http_body::Body for Parts {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let part = self.left.next();
        if let (Some(size), Some(part)) = (&mut self.size, &part) {
            *size = size.saturating_sub(part.len() as u64);
        }
        Poll::Ready(part.map(|part| Ok(Frame::data(part.into()))))
    }

    fn size_hint(&self) -> SizeHint {
        self.size.map(SizeHint::with_exact).unwrap_or_default()
    }
}

/// The parts that a task sends.
struct Sent(mpsc::Receiver<Result<Bytes, StoreError>>);

impl http_body::Body for Sent {
    type Data = Bytes;
    type Error = StoreError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, StoreError>>> {
        self.0.poll_recv(context).map(|part| Some(part?.map(Frame::data)))
    }
}

/// The body of a reply. When it is written, or the connection is lost, the webhooks of the request can be posted.
pub(super) struct Reply {
    left: Option<Bytes>,
    _written: Option<Written>,
    _going: Going,
}

impl Reply {
    pub(super) fn body(body: Bytes, written: Option<Written>, going: Going) -> Body {
        let left = Some(body).filter(|body| !body.is_empty());
        Body::new(Self { left, _written: written, _going: going })
    }
}

impl http_body::Body for Reply {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Poll::Ready(self.left.take().map(|left| Ok(Frame::data(left))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left.as_ref().map_or(0, Bytes::len) as u64)
    }
}
