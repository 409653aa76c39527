//! How long it takes to load a call whose events were appended one by one.

use callfold::{Call, CallId};
use callfold_store::{Store, load};
use serde_json::json;
use tokio::time::Instant;

use super::calls::{call, event};
use super::{Failed, median, show};

const LENGTHS: [u64; 2] = [20, 5_000];
const TIMES: u32 = 21;

/// The numbers of these calls, which no others have.
const NUMBERS: u64 = 1 << 50;

pub(crate) async fn measure(store: &dyn Store) -> Result<(), Failed> {
    for events in LENGTHS {
        let snapshot = events - events / 20;
        let (without, with) = (call(NUMBERS + events), call(2 * NUMBERS + events));
        fill(store, without, events, None).await?;
        fill(store, with, events, Some(snapshot)).await?;
        let (without, with) = (time(store, without, events).await?, time(store, with, events).await?);
        show(&json!({ "events": events, "ms": without, "withSnapshot": with }))?;
    }
    Ok(())
}

/// Appends a call, and keeps a snapshot of it at a revision.
async fn fill(store: &dyn Store, id: CallId, events: u64, snapshot: Option<u64>) -> Result<(), Failed> {
    let mut call = Call::begin(event(id, 1))?;
    store.append(&[event(id, 1)]).await?;
    for revision in 2..=events {
        call.evolve(event(id, revision))?;
        store.append(&[event(id, revision)]).await?;
        if snapshot == Some(revision) {
            store.keep_snapshot(id, revision, &call.snapshot()).await?;
        }
    }
    Ok(())
}

/// The median of several loads, in milliseconds.
async fn time(store: &dyn Store, call: CallId, events: u64) -> Result<f64, Failed> {
    let mut taken = Vec::new();
    for _ in 0..TIMES {
        let begin = Instant::now();
        let loaded = load(store, call).await?.ok_or("the call is not there")?;
        taken.push(1e3 * begin.elapsed().as_secs_f64());
        if loaded.revision() != events {
            return Err(format!("{} of {events} events", loaded.revision()).into());
        }
    }
    Ok(median(taken))
}
