//! The faults.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;

use crate::fault::Faults;
use crate::http::state::Shared;
use crate::http::{body, respond};

pub(super) async fn read(State(host): Shared) -> Response<Body> {
    let faults = host.live().failing.faults().clone();
    respond::json(200, &faults)
}

pub(super) async fn set(State(host): Shared, request: Request) -> Response<Body> {
    let faults: Faults = match body::json(&host, request).await {
        Ok(faults) => faults,
        Err(response) => return response,
    };
    match host.set_faults(faults.clone()) {
        Ok(()) => respond::json(200, &faults),
        Err(wrong) => respond::error(400, "BadRequest", wrong),
    }
}
