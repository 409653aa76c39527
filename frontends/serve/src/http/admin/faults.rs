//! The faults.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;

use crate::fault::{Failing, Faults};
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
    if let Some(wrong) = faults.wrong() {
        return respond::error(400, "BadRequest", wrong);
    }
    host.live().failing = Failing::new(faults.clone());
    respond::json(200, &faults)
}
