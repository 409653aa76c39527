//! Whether the service answers, what it counts, and how it forgets.

use axum::body::Body;
use axum::extract::State;
use axum::http::Response;
use serde_json::json;

use crate::http::respond;
use crate::http::state::Shared;

pub(super) async fn health(State(host): Shared) -> Response<Body> {
    respond::json(200, &json!({ "status": "ok", "now": callfold::At(host.clock.now()).to_string() }))
}

pub(super) async fn metrics(State(host): Shared) -> Response<Body> {
    match host.metrics_text() {
        Ok(text) => {
            respond::with_type(200, "application/openmetrics-text; version=1.0.0; charset=utf-8", text)
        }
        Err(failed) => respond::error(500, "InternalServerError", failed.to_string()),
    }
}

pub(super) async fn reset(State(host): Shared) -> Response<Body> {
    match host.reset().await {
        Ok(()) => respond::empty(204),
        Err(failed) => respond::error(503, "ServiceUnavailable", failed.to_string()),
    }
}
