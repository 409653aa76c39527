//! How long it takes to load a call whose events were appended one by one.

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
        let call = call(NUMBERS + events);
        for revision in 1..=events {
            store.append(&[event(call, revision)]).await?;
        }
        let mut taken = Vec::new();
        for _ in 0..TIMES {
            let begin = Instant::now();
            let loaded = load(store, call).await?.ok_or("the call is not there")?;
            taken.push(1e3 * begin.elapsed().as_secs_f64());
            if loaded.revision() != events {
                return Err(format!("{} of {events} events", loaded.revision()).into());
            }
        }
        show(&json!({ "events": events, "ms": median(taken) }))?;
    }
    Ok(())
}
