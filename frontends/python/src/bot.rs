//! A bot: what its webhook receives, and the replies to its requests.

use std::collections::BTreeMap;

use callfold::call;
use jiff::Timestamp;
use pyo3::prelude::*;

use crate::event::Event;
use crate::finding::Finding;
use crate::ledger::Ledger;
use crate::value::{Text, Time};

/// What a bot does with the notifications that are posted to it, and with the replies to its requests.
#[pyclass(frozen, module = "callfold")]
#[derive(Debug)]
pub(crate) struct Bot {
    ledger: Py<Ledger>,
}

/// What an input comes to: events to store and then to fold, and findings.
#[pyclass(frozen, module = "callfold")]
#[derive(Debug)]
pub(crate) struct Observed {
    /// The events, in their order.
    #[pyo3(get)]
    events: Vec<Py<Event>>,
    /// The findings.
    #[pyo3(get)]
    findings: Vec<Py<Finding>>,
}

impl Observed {
    fn of(py: Python<'_>, observed: call::Observed) -> PyResult<Self> {
        let events = observed.events.into_iter().map(|event| Py::new(py, Event(event)));
        let findings = observed.findings.into_iter().map(|finding| Py::new(py, Finding::from(finding)));
        Ok(Self { events: events.collect::<PyResult<_>>()?, findings: findings.collect::<PyResult<_>>()? })
    }
}

#[pymethods]
impl Observed {
    #[new]
    const fn new(events: Vec<Py<Event>>, findings: Vec<Py<Finding>>) -> Self {
        Self { events, findings }
    }

    fn __getnewargs__(&self, py: Python<'_>) -> (Vec<Py<Event>>, Vec<Py<Finding>>) {
        let events = self.events.iter().map(|event| event.clone_ref(py));
        (events.collect(), self.findings.iter().map(|finding| finding.clone_ref(py)).collect())
    }

    fn __repr__(&self) -> String {
        format!("<callfold.Observed {} events, {} findings>", self.events.len(), self.findings.len())
    }
}

/// A given time, or now.
#[expect(clippy::disallowed_methods, reason = "a bot that gives no time means now")]
fn time(given: Option<Time<'_>>) -> PyResult<Timestamp> {
    given.map_or_else(|| Ok(Timestamp::now()), Time::timestamp)
}

#[pymethods]
impl Bot {
    #[new]
    const fn new(ledger: Py<Ledger>) -> Self {
        Self { ledger }
    }

    /// The calls of the bot.
    #[getter]
    fn ledger(&self, py: Python<'_>) -> Py<Ledger> {
        self.ledger.clone_ref(py)
    }

    /// Takes the body of a POST to the webhook, its headers, and the time at which it came.
    #[pyo3(signature = (body, headers = None, received_at = None))]
    fn deliver(
        &self,
        py: Python<'_>,
        body: Text,
        headers: Option<&Bound<'_, PyAny>>,
        received_at: Option<Time<'_>>,
    ) -> PyResult<Observed> {
        let headers: BTreeMap<String, String> = match headers {
            // The headers of a framework are a mapping, and not always a `dict`.
            Some(headers) => py.import("builtins")?.call_method1("dict", (headers,))?.extract()?,
            None => BTreeMap::new(),
        };
        let (at, body) = (time(received_at)?, body.bytes());
        let calls = self.ledger.get().snapshot();
        let observed = py.detach(|| {
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            callfold::Bot::new(&calls).deliver(&headers, body, at)
        });
        Observed::of(py, observed)
    }

    /// Takes the response to a request of the bot.
    #[pyo3(signature = (method, path, status, body, at = None))]
    fn replied(
        &self,
        py: Python<'_>,
        method: &str,
        path: &str,
        status: u16,
        body: Text,
        at: Option<Time<'_>>,
    ) -> PyResult<Observed> {
        let (at, body) = (time(at)?, body.bytes());
        let calls = self.ledger.get().snapshot();
        Observed::of(py, py.detach(|| callfold::Bot::new(&calls).replied(method, path, status, body, at)))
    }

    fn __repr__(&self) -> String {
        format!("<callfold.Bot of {}>", self.ledger.get().describe())
    }
}
