//! The scenarios.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use callfold::jiff::SignedDuration;
use serde_json::json;

use crate::host::Host;
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
    let read = Scenario::read(&text)
        .and_then(|scenario| rings_nobody(&scenario, host.settings.bot.as_deref()).map_or(Ok(scenario), Err));
    match read {
        Ok(scenario) => {
            let Some((number, first)) = added(&host, scenario) else {
                let most = host.settings.limits.scenarios;
                let why = format!(
                    "there are {most} scenarios: `limits.scenarios` of the config file allows no more"
                );
                return respond::error(409, "Conflict", why);
            };
            host.begin_scenario(number, first, |_| 0);
            respond::json(201, &json!({ "number": number + 1 }))
        }
        Err(wrong) => respond::error(400, "BadRequest", wrong),
    }
}

/// Adds a scenario, unless there are too many: its number, and when its callers ring.
fn added(host: &Host, scenario: Scenario) -> Option<(usize, Vec<SignedDuration>)> {
    let mut live = host.live();
    (live.scenarios.len() < host.settings.limits.scenarios).then(|| live.scenarios.add(scenario))
}
