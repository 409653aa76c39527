//! Stores of events.

use std::sync::Arc;

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
        Ok(Self { store: opened.map_err(failed)?, address: shown })
    }

    /// Appends events: all of them or none. When this returns, they are durable.
    fn append(&self, py: Python<'_>, events: Vec<Bound<'_, Event>>) -> PyResult<()> {
        let batch: Vec<_> = events.iter().map(|event| event.get().0.clone()).collect();
        wait(py, self.store.append(&batch))?.map_err(|error| match error {
            AppendError::Conflict(conflict) => error::ConflictError::new_err(conflict.to_string()),
            AppendError::LeaseLost(lost) => error::StoreError::new_err(lost.to_string()),
            AppendError::Store(error) => failed(&error),
        })
    }

    /// The events of a call, in their order.
    fn events(&self, py: Python<'_>, call: &str) -> PyResult<Vec<Event>> {
        let call = call_id(call)?;
        let events = wait(py, self.store.read(call, 1))?.map_err(|error| failed(&error))?;
        Ok(events.into_iter().map(Event).collect())
    }

    /// All calls of the store, folded.
    #[pyo3(signature = (*, history = true))]
    fn load(&self, py: Python<'_>, history: bool) -> PyResult<Ledger> {
        let mut calls = Calls::new(history);
        let mut position = Position::START;
        loop {
            let page = wait(py, self.store.read_all(position, READ))?.map_err(|error| failed(&error))?;
            let Some(last) = page.last() else { return Ok(calls.into()) };
            position = last.position;
            py.detach(|| page.iter().try_for_each(|stored| calls.apply(&stored.event).map(|_| ())))?;
        }
    }

    fn __repr__(&self) -> String {
        format!("<callfold.Store {}>", self.address)
    }
}
