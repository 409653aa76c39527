//! The admin API under `/_callfold`: it makes calls ring and things happen, moves the clock, and shows what was sent.

mod calls;
mod clock;
mod deliveries;
mod faults;
mod health;
mod scenarios;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::Response;
use axum::middleware::{self, Next};
use axum::routing::{get, post};
use callfold::graph::ODataError;
use serde::de::DeserializeOwned;

use super::{body, guard, respond, routes};
use crate::host::{Host, NotHappened, NotStored};

type Shared = State<Arc<Host>>;

/// The paths of the admin API.
pub(super) fn router(host: &Arc<Host>) -> Router<Arc<Host>> {
    Router::new()
        .route("/health", get(health::health))
        .route("/ready", get(health::health))
        .route("/metrics", get(health::metrics))
        .route("/calls", get(calls::list).post(calls::ring))
        .route("/calls/{id}", get(calls::one))
        .route("/calls/{id}/events", post(calls::happen))
        .route("/calls/{id}/log", get(calls::log_of_one))
        .route("/log", get(calls::log))
        .route("/deliveries", get(deliveries::list))
        .route("/deliveries/{number}/resend", post(deliveries::resend))
        .route("/clock", get(clock::read).put(clock::set))
        .route("/clock/advance", post(clock::advance))
        .route("/faults", get(faults::read).put(faults::set))
        .route("/scenarios", get(scenarios::list).post(scenarios::add))
        .route("/reset", post(health::reset))
        .fallback(routes::no_path)
        .method_not_allowed_fallback(no_verb)
        .layer(middleware::from_fn_with_state(Arc::clone(host), guarded))
}

async fn no_verb() -> Response<Body> {
    respond::error(405, "MethodNotAllowed", "this path has other methods: the header `Allow` lists them")
}

/// Refuses whom the admin API is not for.
async fn guarded(State(host): Shared, request: Request, next: Next) -> Response<Body> {
    let token = host.settings.admin_token.as_ref();
    match guard::refused(request.headers(), request.uri(), token, host.is_loopback) {
        Some(refused) => refused,
        None => next.run(request).await,
    }
}

/// Reads a body of JSON. The error is the response to send.
async fn read<T: DeserializeOwned>(host: &Host, request: Request) -> Result<T, Response<Body>> {
    let text = text(host, request).await?;
    // An empty body is an object without members.
    let text = if text.is_empty() { Bytes::from_static(b"{}") } else { text };
    serde_json::from_slice(&text).map_err(|error| respond::error(400, "BadRequest", error.to_string()))
}

async fn text(host: &Host, request: Request) -> Result<Bytes, Response<Body>> {
    let (parts, body) = request.into_parts();
    body::read(host, &parts.headers, body).await
}

/// Why something did not happen.
fn not_happened(why: &NotHappened) -> Response<Body> {
    match why {
        NotHappened::Refused(refusal) => {
            let possible: Vec<&str> = refusal.legal.names().collect();
            let mut error = ODataError::new("Conflict", refusal.to_string()).with("possible", possible);
            if let Some(state) = refusal.state {
                error = error.with("state", state.as_str());
            }
            let status = if refusal.status() == 404 { 404 } else { 409 };
            respond::json(status, &error)
        }
        NotHappened::NotStored(failed) => not_stored(failed),
    }
}

fn not_stored(failed: &NotStored) -> Response<Body> {
    let mut response = respond::error(503, "ServiceUnavailable", failed.to_string());
    respond::set(&mut response, "retry-after", "1");
    response
}
