//! The metrics in Prometheus's text format: what is counted, and what can be read off the service.

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::host::Host;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabels {
    state: &'static str,
}

impl Host {
    /// All metrics as text.
    pub(crate) fn metrics_text(&self) -> Result<String, std::fmt::Error> {
        let mut registry = Registry::with_prefix("callfold");
        self.metrics.register(&mut registry);
        let calls: Family<StateLabels, Gauge> = Family::default();
        let (ledger, queue, ended, scenarios) = {
            let live = self.live();
            (live.ledger.clone(), live.outbox.len(), live.ended(), live.scenarios.len())
        };
        for call in ledger.calls() {
            calls.get_or_create(&StateLabels { state: call.state().as_str() }).inc();
        }
        registry.register("calls", "Calls in memory, by state", calls);
        let (deliveries, delivery_bytes) = self.deliveries.size();
        let limits = &self.settings.limits;
        for (name, help, value) in [
            ("queue_length", "Webhooks that wait", queue),
            ("queue_limit", "The most webhooks that wait", limits.queue),
            ("deliveries", "Deliveries that are listed", deliveries),
            ("deliveries_limit", "The most deliveries that are listed", limits.deliveries),
            ("delivery_bytes", "Bytes of the deliveries that are listed", delivery_bytes),
            ("delivery_bytes_limit", "The most bytes of deliveries", limits.delivery_bytes),
            ("ended_calls", "Ended calls in memory", ended),
            ("ended_calls_limit", "The most ended calls in memory", limits.ended_calls),
            ("scenarios", "Scenarios", scenarios),
            ("scenarios_limit", "The most scenarios", limits.scenarios),
        ] {
            let gauge: Gauge = Gauge::default();
            gauge.set(i64::try_from(value).unwrap_or(i64::MAX));
            registry.register(name, help, gauge);
        }
        let mut text = String::new();
        encode(&mut text, &registry)?;
        Ok(text)
    }
}
