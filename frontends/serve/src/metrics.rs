//! What the service counts, in Prometheus's text format.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use crate::host::Host;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WebhookLabels {
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

/// The counters. What can be read off the calls is not counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    requests: Family<RequestLabels, Counter>,
    webhooks: Family<WebhookLabels, Counter>,
    request_seconds: Histogram,
    webhook_seconds: Histogram,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        // From a tenth of a millisecond to 13 seconds.
        let seconds = || Histogram::new(exponential_buckets(0.0001, 2.0, 18));
        Self {
            requests: Family::default(),
            webhooks: Family::default(),
            request_seconds: seconds(),
            webhook_seconds: seconds(),
        }
    }

    pub(crate) fn request(&self, method: &'static str, status: u16, took: Duration) {
        self.requests.get_or_create(&RequestLabels { method, status }).inc();
        self.request_seconds.observe(took.as_secs_f64());
    }

    pub(crate) fn webhook(&self, outcome: &'static str) {
        self.webhooks.get_or_create(&WebhookLabels { outcome }).inc();
    }

    pub(crate) fn webhook_took(&self, took: Duration) {
        self.webhook_seconds.observe(took.as_secs_f64());
    }
}

impl Host {
    /// All metrics as text.
    pub(crate) fn metrics_text(&self) -> Result<String, std::fmt::Error> {
        let mut registry = Registry::with_prefix("callfold");
        let Metrics { requests, webhooks, request_seconds, webhook_seconds } = &self.metrics;
        registry.register("requests", "Requests of apps, by method and status", requests.clone());
        registry.register("webhooks", "Webhooks, by outcome", webhooks.clone());
        registry.register("request_seconds", "The time until a request is answered", request_seconds.clone());
        registry.register("webhook_seconds", "The time until a webhook is answered", webhook_seconds.clone());
        let calls: Family<StateLabels, Gauge> = Family::default();
        let gauge = |registry: &mut Registry, name: &str, help: &str, value: usize| {
            let gauge: Gauge = Gauge::default();
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
            registry.register(name, help, gauge);
        };
        let (queue, ended) = {
            let live = self.live();
            for call in live.ledger.calls() {
                calls.get_or_create(&StateLabels { state: call.state().as_str() }).inc();
            }
            (live.outbox.len(), live.ended())
        };
        registry.register("calls", "Calls in memory, by state", calls);
        let (deliveries, most) = self.deliveries.len();
        let limits = &self.settings.limits;
        gauge(&mut registry, "queue_length", "Webhooks that wait", queue);
        gauge(&mut registry, "queue_limit", "The most webhooks that wait", limits.queue);
        gauge(&mut registry, "deliveries", "Deliveries that are listed", deliveries);
        gauge(&mut registry, "deliveries_limit", "The most deliveries that are listed", most);
        gauge(&mut registry, "ended_calls", "Ended calls in memory", ended);
        gauge(&mut registry, "ended_calls_limit", "The most ended calls in memory", limits.ended_calls);
        let mut text = String::new();
        encode(&mut text, &registry)?;
        Ok(text)
    }
}
