//! The faults.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;

use super::{Shared, respond};
use crate::fault::{Failing, Faults};

pub(super) async fn read(State(host): Shared) -> Response<Body> {
    let faults = host.live().failing.faults().clone();
    respond::json(200, &faults)
}

pub(super) async fn set(State(host): Shared, request: Request) -> Response<Body> {
    let faults: Faults = match super::read(&host, request).await {
        Ok(faults) => faults,
        Err(response) => return response,
    };
    if let Some(wrong) = faults.wrong() {
        return respond::error(400, "BadRequest", wrong);
    }
    host.live().failing = Failing::new(faults.clone());
    respond::json(200, &faults)
}
