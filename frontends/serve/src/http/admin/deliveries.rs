//! The list of deliveries, and sending one again.

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::Response;
use callfold::CallId;
use serde::Deserialize;
use serde_json::{Value, json};

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
    let listed: Vec<Value> =
        listed.iter().map(|(number, delivery)| delivery.json(*number, secrets)).collect();
    respond::json(200, &json!({ "deliveries": listed }))
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
        return respond::error(404, "NotFound", format!("there is no delivery {number}, or it is forgotten"));
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
