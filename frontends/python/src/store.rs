//! Stores of events.

use std::collections::BTreeMap;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callfold::{CallId, Recorded};
use callfold_store::{Address, AppendError, Position, StoreError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::error::{self, not_folded, partly_read};
use crate::event::Event;
use crate::ledger::{Calls, Ledger};
use crate::runtime::wait;
use crate::value::call_id;

/// How many events are read at a time.
const READ: usize = 10_000;

/// Where events are kept. Open it in the process that uses it: a child of a fork opens its own. A ``with`` statement closes it.
///
/// :param address: ``sqlite:PATH``, ``PATH.db``, ``postgres://…``, ``nats://…`` or ``memory``. A store that does not exist is
///     made.
/// :raises ValueError: The address is none of these.
/// :raises StoreError: It cannot be opened.
#[pyclass(frozen, module = "callfold")]
pub(crate) struct Store {
    /// `None` after it was closed.
    store: Mutex<Option<Arc<dyn callfold_store::Store>>>,
    /// The address without its password.
    address: String,
    /// The process that opened it. A child of that process has none of its threads and connections.
    owner: u32,
}

impl Drop for Store {
    fn drop(&mut self) {
        if self.owner != process::id() {
            // To close the store here means to wait for threads of the parent.
            std::mem::forget(self.held().take());
        }
    }
}

impl Store {
    fn held(&self) -> MutexGuard<'_, Option<Arc<dyn callfold_store::Store>>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The store, if this process opened it and has not closed it.
    fn opened(&self) -> PyResult<Arc<dyn callfold_store::Store>> {
        let refused = |why| error::StoreError::new_err(format!("{}: {why}", self.address));
        if self.owner != process::id() {
            return Err(refused(
                "it was opened in the process that forked this one: open it again, after the fork",
            ));
        }
        self.held().clone().ok_or_else(|| refused("it was closed: open it again"))
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
        let store = Mutex::new(Some(opened.map_err(failed)?));
        Ok(Self { store, address: shown, owner: process::id() })
    }

    /// Append events: all of them, or none. When this returns, they are durable.
    ///
    /// :raises ConflictError: Another event has this revision, or the one before it is missing.
    /// :raises TransientStoreError: The store failed, and the same can succeed later.
    /// :raises StoreError: The store failed.
    fn append(&self, py: Python<'_>, events: &Bound<'_, PyAny>) -> PyResult<()> {
        let batch: Vec<_> = events
            .try_iter()?
            .map(|event| Ok(event?.cast_into::<Event>()?.get().0.clone()))
            .collect::<PyResult<_>>()?;
        let store = self.opened()?;
        wait(py, store.append(&batch))?.map_err(|error| match error {
            AppendError::Conflict(conflict) => error::ConflictError::new_err(conflict.to_string()),
            AppendError::LeaseLost(lost) => error::StoreError::new_err(lost.to_string()),
            AppendError::Store(error) => failed(&error),
        })
    }

    /// The events of a call, in their order.
    fn events(&self, py: Python<'_>, call: &str) -> PyResult<Vec<Event>> {
        let (store, call) = (self.opened()?, call_id(call)?);
        let events = wait(py, store.read(call, 1))?.map_err(|error| failed(&error))?;
        Ok(events.into_iter().map(Event).collect())
    }

    /// All calls, folded from their events.
    ///
    /// :raises ReplayError: The events of a call do not fold. Its member ``read`` has the ledger of all that does.
    /// :raises StoreError: The store cannot be read.
    #[pyo3(signature = (*, history = true))]
    fn load(&self, py: Python<'_>, history: bool) -> PyResult<Ledger> {
        let mut loading = Loading { calls: Calls::new(history), failed: BTreeMap::new() };
        let (store, mut position) = (self.opened()?, Position::START);
        loop {
            let page = wait(py, store.read_all(position, READ))?.map_err(|error| failed(&error))?;
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
        Err(partly_read(py, why.join("\n"), ledger.into_pyobject(py)?.as_any()))
    }

    /// Close the store. It may be closed already.
    fn close(&self, py: Python<'_>) {
        if self.owner == process::id() {
            let held = self.held().take();
            py.detach(|| drop(held));
        }
    }

    const fn __enter__(slf: Py<Self>) -> Py<Self> {
        slf
    }

    #[pyo3(signature = (*_exception))]
    fn __exit__(&self, py: Python<'_>, _exception: &Bound<'_, PyTuple>) {
        self.close(py);
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
            self.failed.insert(event.call, not_folded(event, &error));
        }
    }
}
