//! The scenarios.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use serde_json::json;

use crate::http::state::Shared;
use crate::http::{body, respond};
use crate::redact::hide;
use crate::ring::NotAdded;
use crate::scenario::read::Scenario;

pub(super) async fn list(State(host): Shared) -> Response<Body> {
    let mut done = json!({ "scenarios": host.live().scenarios.done() });
    hide(&mut done);
    respond::json(200, &done)
}

pub(super) async fn add(State(host): Shared, request: Request) -> Response<Body> {
    let text = match body::text(&host, request).await {
        Ok(text) => text,
        Err(response) => return response,
    };
    let text = String::from_utf8_lossy(&text);
    let added = Scenario::read(&text).map_err(NotAdded::Wrong).and_then(|read| host.add_scenario(read));
    match added {
        Ok(number) => respond::json(201, &json!({ "number": number + 1 })),
        Err(NotAdded::Wrong(wrong)) => respond::error(400, "BadRequest", wrong),
        Err(why @ NotAdded::TooMany(_)) => respond::error(409, "Conflict", why.to_string()),
    }
}
