//! What the service counts.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RequestLabels {
    method: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct WebhookLabels {
    outcome: &'static str,
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

    /// Shows the counters in a registry.
    pub(crate) fn register(&self, registry: &mut Registry) {
        let Self { requests, webhooks, request_seconds, webhook_seconds } = self;
        registry.register("requests", "Requests of apps, by method and status", requests.clone());
        registry.register("webhooks", "Webhooks, by outcome", webhooks.clone());
        registry.register("request_seconds", "The time until a request is answered", request_seconds.clone());
        registry.register("webhook_seconds", "The time until a webhook is answered", webhook_seconds.clone());
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
