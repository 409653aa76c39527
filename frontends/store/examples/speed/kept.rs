//! What a store costs by the number of calls in it.

use std::ops::Range;
use std::sync::Arc;

use callfold::{Ledger, Recorded};
use callfold_store::{Address, Store};
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::calls::{call, end, event};
use super::{Failed, median, show};

/// The events of a call.
const EVENTS: u64 = 5;

/// The first calls have not ended.
const LIVE: u64 = 100;

/// The calls of an append.
const CHUNK: u64 = 500;

/// How many appends wait at the same time.
const AT_ONCE: usize = 4;

const TIMES: u64 = 301;

/// The numbers of the calls of which some more events are appended.
const NUMBERS: u64 = 1 << 51;

pub(crate) async fn fill(store: Arc<dyn Store>, numbers: Range<u64>) -> Result<(), Failed> {
    let mut tasks = JoinSet::new();
    let mut from = numbers.start;
    while from < numbers.end || !tasks.is_empty() {
        while from < numbers.end && tasks.len() < AT_ONCE {
            let to = numbers.end.min(from + CHUNK);
            tasks.spawn(fill_chunk(Arc::clone(&store), from..to));
            from = to;
        }
        if let Some(done) = tasks.join_next().await {
            done??;
        }
    }
    Ok(())
}

/// All first events, then all second ones, as calls at the same time have them.
async fn fill_chunk(store: Arc<dyn Store>, numbers: Range<u64>) -> Result<(), Failed> {
    for revision in 1..=EVENTS {
        let next = |number| match (revision, number) {
            (EVENTS, LIVE..) => end(call(number), revision),
            _ => event(call(number), revision),
        };
        let batch: Vec<Recorded> = numbers.clone().map(next).collect();
        store.append(&batch).await?;
    }
    let ended: Vec<_> = numbers.filter(|number| *number >= LIVE).map(call).collect();
    Ok(store.finish(&ended).await?)
}

pub(crate) async fn measure(address: &str) -> Result<(), Failed> {
    let begin = Instant::now();
    let store = address.parse::<Address>()?.open().await?;
    let opened = begin.elapsed();
    let begin = Instant::now();
    let ledger = unfinished(&*store).await?;
    let due = ledger.next_deadline();
    let found = begin.elapsed();
    let mut appended = Vec::new();
    for number in 0..TIMES {
        let next = event(call(NUMBERS + number), 1);
        let begin = Instant::now();
        store.append(&[next]).await?;
        appended.push(1e3 * begin.elapsed().as_secs_f64());
    }
    for number in 0..TIMES {
        store.delete(call(NUMBERS + number)).await?;
    }
    let stats = store.stats().await?;
    show(&json!({
        "calls": stats.calls,
        "unfinished": ledger.calls().count(),
        "isDue": due.is_some(),
        "open": 1e3 * opened.as_secs_f64(),
        "next": 1e3 * found.as_secs_f64(),
        "append": median(appended),
        "bytes": stats.bytes,
    }))
}

/// The calls that a host takes up.
async fn unfinished(store: &dyn Store) -> Result<Ledger, Failed> {
    let mut ledger = Ledger::new();
    for call in store.unfinished().await? {
        for event in store.read(call, 1).await? {
            ledger.apply(&event)?;
        }
    }
    Ok(ledger)
}
