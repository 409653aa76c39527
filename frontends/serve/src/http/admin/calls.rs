//! The calls: who rings, what happens, and what the log says.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use callfold::call::NetworkEvent;
use callfold::{CallId, Recorded, Summary};
use callfold_store::{Position, Store, StoreError, Stored};
use callfold_view::call_json;
use callfold_view::list::related::Related;
use serde_json::json;
use tokio::sync::mpsc;

use super::call_id::InPath;
use super::not_happened::{not_happened, not_stored};
use crate::host::NotStored;
use crate::http::state::Shared;
use crate::http::{body, respond};
use crate::offer::Offer;
use crate::ring::NotOffered;

/// How many events are read from the store at a time.
const READ: usize = 10_000;

/// The type of a log.
const LINES: &str = "application/x-ndjson";

pub(super) async fn list(State(host): Shared) -> Response<Body> {
    let ledger = host.live().ledger.clone();
    let all: Vec<Summary<'_>> = ledger.calls().map(Summary::from).collect();
    let related = Related::new(all.iter().copied());
    let calls: Vec<_> = all.iter().map(|call| written(call, &related)).collect();
    respond::with_type(200, "application/json", [&b"{\"calls\":["[..], &calls.join(&b','), b"]}"].concat())
}

pub(super) async fn one(State(host): Shared, InPath(id): InPath) -> Response<Body> {
    let ledger = match host.calls_with(id).await {
        Ok(ledger) => ledger,
        Err(failed) => return not_stored(&failed),
    };
    let Some(call) = ledger.call(id) else { return unknown(id) };
    let related = Related::new(ledger.legs(id).into_iter().map(Summary::from));
    respond::with_type(200, "application/json", written(&Summary::from(call), &related))
}

/// A call as `callfold replay --json` writes it.
fn written(call: &Summary<'_>, related: &Related<'_>) -> Vec<u8> {
    let mut text = Vec::new();
    // Nothing fails that is written to memory.
    _ = call_json::write(call, related, |_| Ok(()), &mut text);
    text
}

fn unknown(id: CallId) -> Response<Body> {
    respond::error(404, "NotFound", format!("the service has no call {id}, or has forgotten it"))
}

pub(super) async fn ring(State(host): Shared, request: Request) -> Response<Body> {
    let offer: Offer = match body::json(&host, request).await {
        Ok(offer) => offer,
        Err(response) => return response,
    };
    if host.is_full(&host.live()) {
        return not_stored(&NotStored::Full);
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
    match host.calls_with(id).await {
        Ok(ledger) if ledger.call(id).is_none() => return unknown(id),
        Ok(_) => {}
        Err(failed) => return not_stored(&failed),
    }
    match host.happen(id, event, host.clock.now()).await {
        Ok(()) => respond::empty(202),
        Err(why) => not_happened(&why),
    }
}

pub(super) async fn log_of_one(State(host): Shared, InPath(id): InPath) -> Response<Body> {
    match host.store.read(id, 1).await {
        Ok(events) if events.is_empty() => unknown(id),
        Ok(events) => respond::with_type(200, LINES, lines(events.iter())),
        Err(failed) => not_read(&failed),
    }
}

pub(super) async fn log(State(host): Shared) -> Response<Body> {
    match host.store.read_all(Position::START, READ).await {
        Ok(first) => respond::with_type(200, LINES, pages(Arc::clone(&host.store), first)),
        Err(failed) => not_read(&failed),
    }
}

/// The lines of all events, the first of which are read. A page is read while the client takes the one before.
fn pages(store: Arc<dyn Store>, first: Vec<Stored>) -> Body {
    let (sender, receiver) = mpsc::channel(1);
    tokio::spawn(async move {
        let mut page = Ok(first);
        while let Ok(stored) = page {
            let Some(last) = stored.last() else { return };
            let after = last.position;
            let lines = lines(stored.iter().map(|stored| &stored.event));
            if sender.send(Ok(lines.into())).await.is_err() {
                // The client is gone.
                return;
            }
            page = store.read_all(after, READ).await;
        }
        if let Err(failed) = page {
            _ = sender.send(Err(failed)).await;
        }
    });
    respond::sent(receiver)
}

fn lines<'a>(events: impl Iterator<Item = &'a Recorded>) -> String {
    events.map(|event| format!("{event}\n")).collect()
}

fn not_read(failed: &StoreError) -> Response<Body> {
    respond::error(503, "ServiceUnavailable", failed.to_string())
}
