//! The admin API under `/_callfold`: it makes calls ring and things happen, moves the clock, and shows what was sent.

mod call_id;
mod calls;
mod clock;
mod deliveries;
mod faults;
mod health;
mod not_happened;
mod scenarios;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use axum::middleware::{self, Next};
use axum::routing::{get, post};

use super::state::Shared;
use super::{guard, respond};
use crate::host::Host;

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
        .fallback(no_path)
        .method_not_allowed_fallback(no_verb)
        .layer(middleware::from_fn_with_state(Arc::clone(host), guarded))
}

async fn no_path() -> Response<Body> {
    respond::error(404, "NotFound", "the admin API has no such path: docs/serve.md lists them")
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
