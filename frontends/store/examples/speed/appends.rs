//! Appends a second, beside bare writes of the same bytes.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use callfold::CallId;
use callfold_store::Store;
use serde_json::json;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::calls::{call, event};
use super::{Failed, bare, median, open, show};

const WRITERS: [usize; 2] = [1, 16];
const ROUNDS: u64 = 7;
const MEASURED: Duration = Duration::from_secs(1);

/// The events of a call.
const EVENTS: u64 = 20;

/// Where events are written.
#[async_trait]
pub(crate) trait Sink: Send + Sync {
    /// Writes an event, and returns when it is confirmed.
    async fn write(&self, writer: usize, call: CallId, revision: u64) -> Result<(), Failed>;
}

struct Kept(Arc<dyn Store>);

#[async_trait]
impl Sink for Kept {
    async fn write(&self, _: usize, call: CallId, revision: u64) -> Result<(), Failed> {
        Ok(self.0.append(&[event(call, revision)]).await?)
    }
}

/// The store and the bare engine take turns, also in who is first.
pub(crate) async fn measure(address: &str) -> Result<(), Failed> {
    for writers in WRITERS {
        let store: Arc<dyn Sink> = Arc::new(Kept(open(address).await?));
        let bare = bare::open(address, writers).await?;
        let (mut appends, mut writes, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let first = (writers as u64) << 40 | round << 32;
            let (ours, bare) = if round % 2 == 0 {
                let ours = per_second(&store, writers, first).await?;
                (ours, per_second(&bare, writers, first).await?)
            } else {
                let bare = per_second(&bare, writers, first).await?;
                (per_second(&store, writers, first).await?, bare)
            };
            appends.push(ours);
            writes.push(bare);
            ratios.push(ours / bare);
        }
        let figures = json!({
            "writers": writers, "appends": median(appends), "bare": median(writes), "ratio": median(ratios),
        });
        show(&figures)?;
    }
    Ok(())
}

async fn per_second(sink: &Arc<dyn Sink>, writers: usize, first: u64) -> Result<f64, Failed> {
    let begin = Instant::now();
    let mut tasks = JoinSet::new();
    for writer in 0..writers {
        tasks.spawn(write_until(begin + MEASURED, Arc::clone(sink), writer, first + ((writer as u64) << 24)));
    }
    let mut written = 0;
    while let Some(done) = tasks.join_next().await {
        written += done??;
    }
    Ok(written as f64 / begin.elapsed().as_secs_f64())
}

/// Writes calls, one event after another.
async fn write_until(until: Instant, sink: Arc<dyn Sink>, writer: usize, first: u64) -> Result<u64, Failed> {
    let mut written = 0;
    while Instant::now() < until {
        let call = call(first + written / EVENTS);
        sink.write(writer, call, written % EVENTS + 1).await?;
        written += 1;
        tokio::task::yield_now().await;
    }
    Ok(written)
}
