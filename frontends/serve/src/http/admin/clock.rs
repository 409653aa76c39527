//! The clock.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use callfold::At;
use callfold::jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::json;

use super::not_happened::not_stored;
use crate::clock::ClockMode;
use crate::drive::{self, NotAdvanced};
use crate::host::Host;
use crate::http::state::Shared;
use crate::http::{body, respond};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Setting {
    mode: ClockMode,
    now: Option<Timestamp>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    by: Option<SignedDuration>,
    to: Option<Timestamp>,
}

pub(super) async fn read(State(host): Shared) -> Response<Body> {
    shown(&host)
}

fn shown(host: &Host) -> Response<Body> {
    let next = host.live().next().map(|next| At(next).to_string());
    let now = At(host.clock.now()).to_string();
    respond::json(200, &json!({ "mode": host.clock.mode(), "now": now, "next": next }))
}

pub(super) async fn set(State(host): Shared, request: Request) -> Response<Body> {
    let setting: Setting = match body::json(&host, request).await {
        Ok(setting) => setting,
        Err(response) => return response,
    };
    match host.set_clock(setting.mode, setting.now).await {
        Ok(()) => shown(&host),
        Err(cannot) => respond::error(409, "Conflict", cannot.to_string()),
    }
}

pub(super) async fn advance(State(host): Shared, request: Request) -> Response<Body> {
    let advance: Advance = match body::json(&host, request).await {
        Ok(advance) => advance,
        Err(response) => return response,
    };
    let advance = match (advance.by, advance.to) {
        (Some(by), None) => drive::Advance::By(by),
        (None, Some(to)) => drive::Advance::To(to),
        _ => {
            let wanted = "name one: `by`, a time such as \"PT45M\" or \"45m\", or `to`, a later time";
            return respond::error(400, "BadRequest", wanted);
        }
    };
    match host.advance(advance).await {
        Ok(_) => shown(&host),
        Err(why @ NotAdvanced::NotManual) => {
            let how = "PUT /_callfold/clock {\"mode\":\"manual\"} makes it one";
            respond::error(409, "Conflict", format!("{why}: {how}"))
        }
        Err(why @ NotAdvanced::WrongTime(_)) => respond::error(400, "BadRequest", why.to_string()),
        Err(NotAdvanced::NotStored(failed)) => not_stored(&failed),
    }
}
