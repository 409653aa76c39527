//! A bot: what its webhook receives, and the replies to its requests.

use callfold::call;
use jiff::Timestamp;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use crate::event::Event;
use crate::finding::Finding;
use crate::ledger::Ledger;
use crate::value::{Text, Time};

/// What a bot does with its two inputs: notifications, and the replies to its requests. It changes nothing itself.
#[pyclass(frozen, module = "callfold")]
#[derive(Debug)]
pub(crate) struct Bot {
    ledger: Py<Ledger>,
}

/// The events and the findings of one input. First store the events, then fold them.
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

/// The headers of a framework that a bot needs: a mapping, or pairs. Others are left out, whatever they are.
fn message_ids(headers: &Bound<'_, PyAny>) -> PyResult<Vec<(String, String)>> {
    let pairs = if headers.hasattr("items")? { headers.call_method0("items")? } else { headers.clone() };
    let mut found = Vec::new();
    for pair in pairs.try_iter()? {
        let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair?.extract()?;
        let Some(name) = lossy(&name).filter(|name| name.to_ascii_lowercase().starts_with(MESSAGE_IDS))
        else {
            continue;
        };
        let Some(value) = lossy(&value) else {
            let of = value.get_type().name()?;
            return Err(PyTypeError::new_err(format!("header `{name}`: expected str or bytes, found {of}")));
        };
        found.push((name, value));
    }
    Ok(found)
}

/// How the headers with message ids begin.
const MESSAGE_IDS: &str = "x-microsoft-skype-";

fn lossy(text: &Bound<'_, PyAny>) -> Option<String> {
    let bytes = |bytes: &Bound<'_, PyBytes>| String::from_utf8_lossy(bytes.as_bytes()).into_owned();
    let text_of = |text: &Bound<'_, PyString>| text.to_string_lossy().into_owned();
    text.cast::<PyString>().map(text_of).or_else(|_| text.cast::<PyBytes>().map(bytes)).ok()
}

/// A given time, or now.
#[expect(clippy::disallowed_methods, reason = "a bot that gives no time means now")]
fn time(given: Option<Time>) -> Timestamp {
    given.map_or_else(Timestamp::now, |Time(at)| at)
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

    /// Take the body of a POST to the webhook.
    ///
    /// :param headers: The headers of the request. By the two message ids in them, a second delivery of the same message is recognised.
    /// :param received_at: When it came; now, if it is not given.
    ///
    /// What cannot be read is a finding, and what can be read counts.
    #[pyo3(signature = (body, headers = None, received_at = None))]
    fn deliver(
        &self,
        py: Python<'_>,
        body: Text,
        headers: Option<&Bound<'_, PyAny>>,
        received_at: Option<Time>,
    ) -> PyResult<Observed> {
        let headers = headers.map_or_else(|| Ok(Vec::new()), message_ids)?;
        let (at, body) = (time(received_at), body.bytes());
        let calls = self.ledger.get().snapshot();
        let observed = py.detach(|| {
            let headers: Vec<_> =
                headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            callfold::Bot::new(&calls).deliver(&headers, body, at)
        });
        Observed::of(py, observed)
    }

    /// Take the response to a request of the bot: no notification reports a successful ``keepAlive``.
    #[pyo3(signature = (method, path, status, body, at = None))]
    fn replied(
        &self,
        py: Python<'_>,
        method: &str,
        path: &str,
        status: u16,
        body: Text,
        at: Option<Time>,
    ) -> PyResult<Observed> {
        let (at, body) = (time(at), body.bytes());
        let calls = self.ledger.get().snapshot();
        Observed::of(py, py.detach(|| callfold::Bot::new(&calls).replied(method, path, status, body, at)))
    }

    fn __repr__(&self) -> String {
        format!("<callfold.Bot of {}>", self.ledger.get().describe())
    }
}
