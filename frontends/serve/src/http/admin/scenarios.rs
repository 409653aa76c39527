//! The scenarios.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use serde_json::json;

use crate::http::state::Shared;
use crate::http::{body, respond};
use crate::offer::rings_nobody;
use crate::redact::hide;
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
    let read = Scenario::read(&text).and_then(|scenario| {
        rings_nobody(&scenario, host.settings.bot.as_deref()).map_or(Ok(scenario), Err)
    });
    match read {
        Ok(scenario) => {
            let (number, first) = host.live().scenarios.add(scenario);
            host.begin_scenario(number, first, |_| 0);
            respond::json(201, &json!({ "number": number + 1 }))
        }
        Err(wrong) => respond::error(400, "BadRequest", wrong),
    }
}
