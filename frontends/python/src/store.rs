//! Stores of events.

use std::collections::BTreeMap;
use std::process;
use std::sync::Arc;

use callfold::{CallId, Recorded};
use callfold_store::{Address, AppendError, Position, StoreError};
use pyo3::prelude::*;

use crate::error;
use crate::event::Event;
use crate::ledger::{Calls, Ledger};
use crate::runtime::wait;
use crate::value::call_id;

/// How many events are read at a time.
const READ: usize = 10_000;

/// Where events are kept: a file of SQLite, PostgreSQL, NATS JetStream, or memory.
#[pyclass(frozen, module = "callfold")]
pub(crate) struct Store {
    store: Arc<dyn callfold_store::Store>,
    /// The address without its password.
    address: String,
    /// The process that opened it. A child of that process has none of its threads and connections.
    owner: u32,
}

impl Drop for Store {
    fn drop(&mut self) {
        if self.owner != process::id() {
            // To close the store here means to wait for threads of the parent.
            std::mem::forget(Arc::clone(&self.store));
        }
    }
}

impl Store {
    /// The store, if this process opened it.
    fn opened(&self) -> PyResult<&dyn callfold_store::Store> {
        if self.owner == process::id() {
            return Ok(&*self.store);
        }
        let why = "it was opened in the process that forked this one: open it again, after the fork";
        Err(error::StoreError::new_err(format!("{}: {why}", self.address)))
    }
}

fn failed(error: &StoreError) -> PyErr {
    if error.is_transient {
        error::TransientStoreError::new_err(error.to_string())
    } else {
        error::StoreError::new_err(error.to_string())
    }
}

#[pymethods]
impl Store {
    /// Opens a store, and makes it where there is none.
    #[new]
    fn new(py: Python<'_>, address: &str) -> PyResult<Self> {
        let address: Address = address.parse().map_err(error::wrong)?;
        let shown = address.to_string();
        let opened = wait(py, async move { address.open().await })?;
        let failed = |error: StoreError| {
            let why = format!("{shown}: {error}");
            failed(&if error.is_transient { StoreError::transient(why) } else { StoreError::lasting(why) })
        };
        Ok(Self { store: opened.map_err(failed)?, address: shown, owner: process::id() })
    }

    /// Appends events: all of them or none. When this returns, they are durable.
    fn append(&self, py: Python<'_>, events: &Bound<'_, PyAny>) -> PyResult<()> {
        let batch: Vec<_> = events
            .try_iter()?
            .map(|event| Ok(event?.cast_into::<Event>()?.get().0.clone()))
            .collect::<PyResult<_>>()?;
        wait(py, self.opened()?.append(&batch))?.map_err(|error| match error {
            AppendError::Conflict(conflict) => error::ConflictError::new_err(conflict.to_string()),
            AppendError::LeaseLost(lost) => error::StoreError::new_err(lost.to_string()),
            AppendError::Store(error) => failed(&error),
        })
    }

    /// The events of a call, in their order.
    fn events(&self, py: Python<'_>, call: &str) -> PyResult<Vec<Event>> {
        let call = call_id(call)?;
        let events = wait(py, self.opened()?.read(call, 1))?.map_err(|error| failed(&error))?;
        Ok(events.into_iter().map(Event).collect())
    }

    /// All calls of the store, folded.
    #[pyo3(signature = (*, history = true))]
    fn load(&self, py: Python<'_>, history: bool) -> PyResult<Ledger> {
        let mut loading = Loading { calls: Calls::new(history), failed: BTreeMap::new() };
        let mut position = Position::START;
        loop {
            let page = wait(py, self.opened()?.read_all(position, READ))?.map_err(|error| failed(&error))?;
            let Some(last) = page.last() else { break };
            position = last.position;
            py.detach(|| page.iter().for_each(|stored| loading.event(&stored.event)));
        }
        let Loading { calls, failed } = loading;
        let ledger = Ledger::from(calls);
        if failed.is_empty() {
            return Ok(ledger);
        }
        let why: Vec<_> = failed.into_values().map(|why| format!("{}: {why}", self.address)).collect();
        let error = error::ReplayError::new_err(why.join("\n"));
        error.value(py).setattr("read", ledger.into_pyobject(py)?)?;
        Err(error)
    }

    fn __repr__(&self) -> String {
        format!("<callfold.Store {}>", self.address)
    }
}

/// The calls of a store, as far as they are loaded.
struct Loading {
    calls: Calls,
    /// For each call whose events do not fold, why. The events before that are folded.
    failed: BTreeMap<CallId, String>,
}

impl Loading {
    fn event(&mut self, event: &Recorded) {
        if !self.failed.contains_key(&event.call)
            && let Err(error) = self.calls.apply(event)
        {
            self.failed
                .insert(event.call, format!("call {}, revision {}: {error}", event.call, event.revision));
        }
    }
}
