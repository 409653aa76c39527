//! The list of deliveries, and sending one again.

use std::iter::once;

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::Response;
use callfold::CallId;
use serde::Deserialize;
use serde_json::Value;

use crate::delivery::{Delivery, Direction};
use crate::http::state::Shared;
use crate::http::{body, respond};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    call: Option<CallId>,
    #[serde(default)]
    after: u64,
    #[serde(default)]
    secrets: bool,
}

pub(super) async fn list(
    State(host): Shared,
    wanted: Result<Query<Wanted>, axum::extract::rejection::QueryRejection>,
) -> Response<Body> {
    let Query(Wanted { call, after, secrets }) = match wanted {
        Ok(wanted) => wanted,
        Err(wrong) => return respond::error(400, "BadRequest", wrong.body_text()),
    };
    let listed = host.deliveries.after(after, call);
    let texts = listed.into_iter().enumerate().map(move |(index, (number, delivery))| {
        let comma = if index == 0 { "" } else { "," };
        format!("{comma}{}", delivery.json(number, secrets)).into_bytes()
    });
    let parts = once(b"{\"deliveries\":[".to_vec()).chain(texts).chain(once(b"]}".to_vec()));
    respond::with_type(200, "application/json", respond::in_parts(parts, None))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edited {
    body: Option<Value>,
}

pub(super) async fn resend(
    State(host): Shared,
    number: Result<Path<u64>, axum::extract::rejection::PathRejection>,
    request: Request,
) -> Response<Body> {
    let Path(number) = match number {
        Ok(number) => number,
        Err(wrong) => return respond::error(400, "BadRequest", wrong.body_text()),
    };
    let edited: Edited = match body::json(&host, request).await {
        Ok(edited) => edited,
        Err(response) => return response,
    };
    let Some(first) = host.deliveries.get(number) else {
        return respond::error(404, "NotFound", format!("delivery {number} does not exist or is forgotten"));
    };
    if first.direction != Direction::Webhook {
        return respond::error(
            409,
            "Conflict",
            "only a webhook can be sent again: a request is the app's to repeat",
        );
    }
    let body = match edited.body {
        Some(Value::String(text)) => text.into(),
        Some(body) => body.to_string().into(),
        None => first.body.clone(),
    };
    let sent: Delivery = host.send_again(&first, body).await;
    let number = host.deliveries.keep(sent.clone());
    respond::json(200, &sent.json(number, false))
}
