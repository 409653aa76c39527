//! The calls: who rings, what happens, and what the log says.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use callfold::call::NetworkEvent;
use callfold::{CallId, Ledger, Recorded, Summary};
use callfold_store::{Position, StoreError};
use callfold_view::call_json;
use callfold_view::list::related::Related;
use serde_json::json;

use super::call_id::InPath;
use super::not_happened::not_happened;
use crate::host::Host;
use crate::http::state::Shared;
use crate::http::{body, respond};
use crate::offer::Offer;
use crate::ring::NotOffered;

/// How many events are read from the store at a time.
const READ: usize = 10_000;

pub(super) async fn list(State(host): Shared) -> Response<Body> {
    let ledger = host.live().ledger.clone();
    let calls = calls(&ledger, |_| true);
    respond::with_type(200, "application/json", [&b"{\"calls\":["[..], &calls.join(&b','), b"]}"].concat())
}

pub(super) async fn one(State(host): Shared, InPath(id): InPath) -> Response<Body> {
    let ledger = host.live().ledger.clone();
    match calls(&ledger, |summary| summary.id() == id).pop() {
        Some(call) => respond::with_type(200, "application/json", call),
        None => unknown(id),
    }
}

/// The calls as `callfold replay --json` writes them.
fn calls(ledger: &Ledger, wanted: impl Fn(&Summary<'_>) -> bool) -> Vec<Vec<u8>> {
    let all: Vec<Summary<'_>> = ledger.calls().map(Summary::from).collect();
    let related = Related::new(all.iter().copied());
    let written = all.iter().filter(|summary| wanted(summary)).map(|summary| {
        let mut text = Vec::new();
        // Nothing fails that is written to memory.
        _ = call_json::write(summary, &related, |_| Ok(()), &mut text);
        text
    });
    written.collect()
}

fn unknown(id: CallId) -> Response<Body> {
    respond::error(404, "NotFound", format!("the service has no call {id}, or has forgotten it"))
}

pub(super) async fn ring(State(host): Shared, request: Request) -> Response<Body> {
    let offer: Offer = match body::json(&host, request).await {
        Ok(offer) => offer,
        Err(response) => return response,
    };
    if host.live().outbox.len() >= host.settings.limits.queue {
        let mut response =
            respond::error(503, "ServiceUnavailable", "too many webhooks wait: the bot does not take them");
        respond::set(&mut response, "retry-after", "1");
        return response;
    }
    match host.offer(offer).await {
        Ok(id) => respond::json(201, &json!({ "id": id })),
        Err(NotOffered::Wrong(why)) => respond::error(400, "BadRequest", why),
        Err(NotOffered::NotHappened(why)) => not_happened(&why),
    }
}

pub(super) async fn happen(State(host): Shared, InPath(id): InPath, request: Request) -> Response<Body> {
    let event: NetworkEvent = match body::json(&host, request).await {
        Ok(event) => event,
        Err(response) => return response,
    };
    if host.live().ledger.call(id).is_none() {
        return unknown(id);
    }
    match host.happen(id, event, host.clock.now()).await {
        Ok(()) => respond::empty(202),
        Err(why) => not_happened(&why),
    }
}

pub(super) async fn log_of_one(State(host): Shared, InPath(id): InPath) -> Response<Body> {
    match host.store.read(id, 1).await {
        Ok(events) if events.is_empty() => unknown(id),
        Ok(events) => lines(events.iter()),
        Err(failed) => not_read(&failed),
    }
}

pub(super) async fn log(State(host): Shared) -> Response<Body> {
    match all(&host).await {
        Ok(events) => lines(events.iter()),
        Err(failed) => not_read(&failed),
    }
}

async fn all(host: &Host) -> Result<Vec<Recorded>, StoreError> {
    let (mut events, mut after) = (Vec::new(), Position::START);
    loop {
        let stored = host.store.read_all(after, READ).await?;
        let Some(last) = stored.last() else { return Ok(events) };
        after = last.position;
        events.extend(stored.into_iter().map(|stored| stored.event));
    }
}

fn lines<'a>(events: impl Iterator<Item = &'a Recorded>) -> Response<Body> {
    let lines: String = events.map(|event| format!("{event}\n")).collect();
    respond::with_type(200, "application/x-ndjson", lines)
}

fn not_read(failed: &StoreError) -> Response<Body> {
    respond::error(503, "ServiceUnavailable", failed.to_string())
}
