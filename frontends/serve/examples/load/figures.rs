//! What was measured.

use std::time::Duration;

use serde_json::{Value, json};

#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) kind: &'static str,
    /// Calls that were live.
    pub(crate) calls: usize,
    /// Requests that were counted.
    pub(crate) requests: u64,
    /// All requests, with those that only warmed the service up.
    pub(crate) sent: u64,
    pub(crate) errors: u64,
    /// From the first request that was counted to the last response.
    pub(crate) time: Duration,
    /// How long each request took. Of whole calls, how long each call took.
    pub(crate) took: Vec<Duration>,
    /// Webhooks that were counted, and the time from the first request to the last of them.
    pub(crate) webhooks: u64,
    pub(crate) webhook_time: Duration,
}

impl Figures {
    /// The rate is that of requests, or of whole calls. `p50` and `p99` are in microseconds.
    pub(crate) fn json(&self) -> Value {
        let mut took = self.took.clone();
        took.sort_unstable();
        let done = if took.is_empty() { self.requests } else { took.len() as u64 };
        json!({
            "kind": self.kind,
            "calls": self.calls,
            "requests": self.requests,
            "sent": self.sent,
            "errors": self.errors,
            "seconds": round(self.time.as_secs_f64(), 1e3),
            "rate": round(rate(done, self.time), 10.0),
            "p50": micros(&took, 50),
            "p99": micros(&took, 99),
            "webhooks": self.webhooks,
            "webhookRate": round(rate(self.webhooks, self.webhook_time), 10.0),
        })
    }
}

fn rate(count: u64, time: Duration) -> f64 {
    if time.is_zero() { 0.0 } else { count as f64 / time.as_secs_f64() }
}

/// The least time that this many of a hundred do not exceed.
fn micros(sorted: &[Duration], percent: usize) -> f64 {
    let at = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    let time = sorted.get(at).copied().unwrap_or_default();
    round(time.as_secs_f64() * 1e6, 10.0)
}

fn round(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}
