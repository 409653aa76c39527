//! The local Graph calling service.

use std::future::Future;
use std::process;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callfold_serve::{Handle, Refused, Scenario, Server, Settings};
use pyo3::prelude::*;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::call::Call;
use crate::error::{ServiceError, wrong};
use crate::runtime::wait;
use crate::value::{At, Length, as_python, call_id};

/// A running service. It ends when it is stopped or dropped.
#[pyclass(frozen, module = "callfold")]
#[derive(Debug)]
pub(crate) struct Service {
    handle: Mutex<Option<Arc<Handle>>>,
    #[pyo3(get)]
    url: String,
    /// The process in which it runs. A child of that process has none of its threads.
    owner: u32,
}

impl Drop for Service {
    fn drop(&mut self) {
        if self.owner != process::id() {
            // To end the service here means to wait for threads of the parent.
            std::mem::forget(self.held().take());
        }
    }
}

fn refused(why: &Refused) -> PyErr {
    ServiceError::new_err(why.to_string())
}

impl Service {
    fn held(&self) -> MutexGuard<'_, Option<Arc<Handle>>> {
        self.handle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The service, if it runs in this process.
    fn running(&self) -> PyResult<Arc<Handle>> {
        let handle = self.held().clone().filter(|_| self.owner == process::id());
        handle.ok_or_else(|| {
            ServiceError::new_err("the service has ended, or runs in the process that forked this one")
        })
    }
}

/// A value that `callfold.testing` wrote as JSON. Errors have no lines and columns, because its user wrote none.
fn read<T: DeserializeOwned>(json: &str) -> PyResult<T> {
    serde_json::from_str::<Value>(json).and_then(serde_json::from_value).map_err(wrong)
}

impl Service {
    /// Waits for something that the service does. If it ends meanwhile, what it says does not count.
    fn wait<T: Send>(&self, py: Python<'_>, doing: impl Future<Output = T> + Send) -> PyResult<T> {
        let done = wait(py, doing)?;
        self.running().map(|_| done)
    }
}

#[pymethods]
impl Service {
    /// Starts a service. The settings are JSON with the names of the config file of `callfold serve`.
    #[new]
    fn new(py: Python<'_>, settings: &str) -> PyResult<Self> {
        let settings: Settings = read(settings)?;
        let started = wait(py, Server::builder().settings(settings).start())?;
        let handle = started.map_err(|why| ServiceError::new_err(why.to_string()))?;
        let url = handle.url().into();
        Ok(Self { handle: Mutex::new(Some(Arc::new(handle))), url, owner: process::id() })
    }

    #[getter]
    fn seed(&self) -> PyResult<u64> {
        Ok(self.running()?.seed())
    }

    #[getter]
    fn now(&self) -> PyResult<Option<At>> {
        Ok(At::of(self.running()?.now()))
    }

    /// Somebody rings the bot: the body of `POST /_callfold/calls`. Returns the id of the call.
    fn ring(&self, py: Python<'_>, offer: &str) -> PyResult<String> {
        let (service, offer) = (self.running()?, read(offer)?);
        let rung = self.wait(py, service.ring(offer))?;
        rung.map(|call| call.to_string()).map_err(|why| refused(&why))
    }

    /// Something happens in the network: the body of `POST /_callfold/calls/{id}/events`.
    fn happen(&self, py: Python<'_>, call: &str, event: &str) -> PyResult<()> {
        let (service, call) = (self.running()?, call_id(call)?);
        let event = read(event)?;
        self.wait(py, service.happen(call, event))?.map_err(|why| refused(&why))
    }

    /// Moves a manual clock on, and returns the time then.
    fn advance(&self, py: Python<'_>, by: Length) -> PyResult<Option<At>> {
        let (service, Length(by)) = (self.running()?, by);
        self.wait(py, service.advance(by))?.map(At::of).map_err(|why| refused(&why))
    }

    /// Waits until no request is served and no webhook can be posted now.
    fn quiet(&self, py: Python<'_>) -> PyResult<()> {
        let service = self.running()?;
        self.wait(py, service.quiet())
    }

    /// The call with this id, and its events if they are wanted. `None` if the service does not know it.
    fn call(&self, py: Python<'_>, id: &str, history: bool) -> PyResult<Option<Call>> {
        let (service, id) = (self.running()?, call_id(id)?);
        let Some(call) = service.calls().call(id).cloned() else { return Ok(None) };
        let history = if history {
            Some(wait(py, service.events(id))?.map_err(|why| refused(&why))?.into())
        } else {
            None
        };
        Ok(Some(Call { call, history }))
    }

    /// The ids of all calls, in their order.
    fn call_ids(&self) -> PyResult<Vec<String>> {
        Ok(self.running()?.calls().calls().map(|call| call.id().to_string()).collect())
    }

    /// The requests and webhooks with a higher number.
    fn deliveries<'py>(&self, py: Python<'py>, after: u64) -> PyResult<Bound<'py, PyAny>> {
        as_python(py, &self.running()?.deliveries(after))
    }

    /// Sets the faults: the body of `PUT /_callfold/faults`.
    fn set_faults(&self, faults: &str) -> PyResult<()> {
        let faults = read(faults)?;
        self.running()?.set_faults(faults).map_err(|why| refused(&why))
    }

    /// Adds a scenario, in TOML or JSON.
    fn add_scenario(&self, scenario: &str) -> PyResult<()> {
        let scenario = Scenario::read(scenario).map_err(wrong)?;
        self.running()?.add_scenario(scenario).map_err(|why| refused(&why))
    }

    /// Ends the service. It may have ended already.
    fn stop(&self, py: Python<'_>) -> PyResult<()> {
        if self.owner != process::id() {
            return Ok(());
        }
        let handle = self.held().take();
        match handle.map(Arc::try_unwrap) {
            Some(Ok(handle)) => wait(py, handle.stop())?,
            // Another thread still waits for something, and may do so for ever.
            Some(Err(shared)) => wait(py, shared.stop_at_once())?,
            None => {}
        }
        Ok(())
    }

    fn __repr__(&self) -> String {
        format!("<callfold.Service {}>", self.url)
    }
}
