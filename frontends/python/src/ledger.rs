//! The calls of a bot.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callfold::call::Snapshot;
use callfold::{Applied, CallId, Recorded, Summary};
use pyo3::prelude::*;

use crate::call::Call;
use crate::error::{ApplyError, wrong};
use crate::event::Event;
use crate::table::{Building, Tables};
use crate::value::call_id;

/// Calls by their id, folded from events. Threads can share it.
#[pyclass(frozen, module = "callfold")]
#[derive(Debug)]
pub(crate) struct Ledger(Mutex<Calls>);

/// The calls, and the lines of their events where they are kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    pub(crate) ledger: callfold::Ledger,
    pub(crate) lines: Option<BTreeMap<CallId, Arc<Vec<String>>>>,
}

impl Calls {
    /// No calls yet.
    pub(crate) fn new(has_history: bool) -> Self {
        Self { ledger: callfold::Ledger::new(), lines: has_history.then(BTreeMap::new) }
    }

    /// Keeps the line of an event, where lines are kept.
    pub(crate) fn keep(&mut self, event: &Recorded) {
        if let Some(lines) = &mut self.lines {
            Arc::make_mut(lines.entry(event.call).or_default()).push(event.to_string());
        }
    }

    /// Folds an event. Returns false if it was folded before.
    pub(crate) fn apply(&mut self, event: &Recorded) -> PyResult<bool> {
        let applied = self.ledger.apply(event);
        let is_new = applied.map_err(|error| ApplyError::new_err(error.to_string()))? == Applied::Folded;
        if is_new {
            self.keep(event);
        }
        Ok(is_new)
    }

    fn shown(&self, call: &callfold::Call) -> Call {
        let lines = self.lines.as_ref().map(|lines| lines.get(&call.id()).cloned().unwrap_or_default());
        Call { call: call.clone(), lines }
    }
}

impl From<Calls> for Ledger {
    fn from(calls: Calls) -> Self {
        Self(Mutex::new(calls))
    }
}

impl Ledger {
    fn calls_now(&self) -> MutexGuard<'_, Calls> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The calls as they are now. This takes constant time.
    pub(crate) fn snapshot(&self) -> callfold::Ledger {
        self.calls_now().ledger.clone()
    }

    pub(crate) fn describe(&self) -> String {
        let calls = self.__len__();
        if calls == 1 { "1 call".into() } else { format!("{calls} calls") }
    }
}

#[pymethods]
impl Ledger {
    #[new]
    #[pyo3(signature = (*, history = true))]
    fn new(history: bool) -> Self {
        Calls::new(history).into()
    }

    /// Folds one event into its call. Returns false if it was folded before.
    fn apply(&self, event: &Bound<'_, Event>) -> PyResult<bool> {
        self.calls_now().apply(&event.get().0)
    }

    /// Folds events, in this order. Returns how many of them were new.
    fn apply_all(&self, events: &Bound<'_, PyAny>) -> PyResult<usize> {
        let mut new = 0;
        for event in events.try_iter()? {
            let event = event?.cast_into::<Event>()?;
            new += usize::from(self.apply(&event)?);
        }
        Ok(new)
    }

    /// The call with this id; `None` if it is unknown.
    fn call(&self, id: &str) -> PyResult<Option<Call>> {
        let (id, calls) = (call_id(id)?, self.calls_now());
        Ok(calls.ledger.call(id).map(|call| calls.shown(call)))
    }

    /// All calls, in the order of their ids.
    fn calls(&self) -> Vec<Call> {
        let calls = self.calls_now();
        calls.ledger.calls().map(|call| calls.shown(call)).collect()
    }

    /// The revision of the next event of a call: 1 if the call is unknown.
    fn next_revision(&self, id: &str) -> PyResult<u64> {
        Ok(self.calls_now().ledger.next_revision(call_id(id)?))
    }

    /// Forgets a call. Returns whether it was known.
    fn forget(&self, id: &str) -> PyResult<bool> {
        let (id, mut calls) = (call_id(id)?, self.calls_now());
        if let Some(lines) = &mut calls.lines {
            lines.remove(&id);
        }
        Ok(calls.ledger.forget(id).is_some())
    }

    /// The calls as four tables. There are no findings in them.
    fn tables(&self, py: Python<'_>) -> PyResult<Tables> {
        let ledger = self.snapshot();
        let built = py.detach(|| {
            let mut building = Building::default();
            ledger.calls().for_each(|call| building.call(&Summary::from(call)));
            building
        });
        built.tables(py)
    }

    fn __len__(&self) -> usize {
        self.calls_now().ledger.calls().count()
    }

    fn __contains__(&self, id: &str) -> bool {
        id.parse().is_ok_and(|id| self.calls_now().ledger.call(id).is_some())
    }

    fn __iter__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        let calls = slf.get().calls().into_pyobject(slf.py())?;
        Ok(calls.try_iter()?.into_any().unbind())
    }

    fn __repr__(&self) -> String {
        format!("<callfold.Ledger of {}>", self.describe())
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<(Py<PyAny>, Kept)> {
        let calls = slf.get().calls_now();
        let restore = slf.py().get_type::<Self>().getattr("_restore")?;
        let snapshots = calls.ledger.calls().map(|call| call.snapshot().as_str().into()).collect();
        let lines = calls.lines.as_ref().map(|lines| lines.values().map(|lines| lines.to_vec()).collect());
        Ok((restore.unbind(), (snapshots, lines)))
    }

    #[staticmethod]
    fn _restore(snapshots: Vec<String>, lines: Option<Vec<Vec<String>>>) -> PyResult<Self> {
        let mut calls = Calls::new(lines.is_some());
        let mut lines = lines.into_iter().flatten();
        for snapshot in snapshots {
            let id = calls.ledger.restore(&Snapshot::from(snapshot)).map_err(wrong)?;
            if let (Some(kept), Some(lines)) = (&mut calls.lines, lines.next()) {
                kept.insert(id, Arc::new(lines));
            }
        }
        Ok(calls.into())
    }
}

/// The snapshots of calls, and the lines of each.
type Kept = (Vec<String>, Option<Vec<Vec<String>>>);
