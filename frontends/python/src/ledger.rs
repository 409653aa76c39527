//! The calls of a bot.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use callfold::{Applied, ApplyError, CallId, Recorded, Summary};
use pyo3::prelude::*;

use crate::call::Call;
use crate::error::{self, not_folded, wrong};
use crate::event::Event;
use crate::finding::Finding;
use crate::history::History;
use crate::table::{Building, Tables};
use crate::value::{Reduced, call_id};

/// Calls by their id, folded from events. Threads can share it.
///
/// :param history: True if the events are kept as well, for ``Call.timeline`` and ``Call.svg``.
#[pyclass(frozen, module = "callfold")]
#[derive(Debug)]
pub(crate) struct Ledger(Mutex<Calls>);

/// The calls, and their histories where those are kept.
#[derive(Clone, Debug, Default)]
pub(crate) struct Calls {
    pub(crate) ledger: callfold::Ledger,
    histories: Option<BTreeMap<CallId, History>>,
}

impl Calls {
    /// No calls yet.
    pub(crate) fn new(has_history: bool) -> Self {
        Self { ledger: callfold::Ledger::new(), histories: has_history.then(BTreeMap::new) }
    }

    /// Keeps the line of an event, where histories are kept.
    pub(crate) fn keep(&mut self, event: &Recorded) {
        if let Some(histories) = &mut self.histories {
            histories.entry(event.call).or_default().event(event);
        }
    }

    /// Keeps a finding about a call, where histories are kept.
    pub(crate) fn keep_finding(&mut self, finding: &Finding) {
        if let (Some(histories), Some(call)) = (&mut self.histories, finding.finding.call) {
            histories.entry(call).or_default().finding(finding.clone());
        }
    }

    /// Folds an event. Returns false if it was folded before.
    pub(crate) fn apply(&mut self, event: &Recorded) -> Result<bool, ApplyError> {
        let is_new = self.ledger.apply(event)? == Applied::Folded;
        if is_new {
            self.keep(event);
        }
        Ok(is_new)
    }

    fn shown(&self, call: &callfold::Call) -> Call {
        let history = self.histories.as_ref().map(|kept| kept.get(&call.id()).cloned().unwrap_or_default());
        Call { call: call.clone(), history }
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

    fn applied(&self, event: &Recorded) -> PyResult<bool> {
        self.calls_now().apply(event).map_err(|error| not_applied(event, &error))
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

    /// Fold one event into its call. Return False if it was folded before.
    ///
    /// :raises ApplyError: It cannot be folded. The ledger is unchanged.
    fn apply(&self, event: &Bound<'_, Event>) -> PyResult<bool> {
        self.applied(&event.get().0)
    }

    /// Fold events, in this order. Return how many of them were new.
    ///
    /// :raises ApplyError: One cannot be folded. Those before it are.
    fn apply_all(&self, py: Python<'_>, events: &Bound<'_, PyAny>) -> PyResult<usize> {
        let events: Vec<Py<Event>> = events
            .try_iter()?
            .map(|event| Ok(event?.cast_into::<Event>()?.unbind()))
            .collect::<PyResult<_>>()?;
        py.detach(|| {
            events.iter().try_fold(0, |new, event| Ok(new + usize::from(self.applied(&event.get().0)?)))
        })
    }

    /// The call with this id; ``None`` if it is unknown.
    ///
    /// :raises ValueError: The id is no GUID.
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

    /// Forget a call. Return whether it was known.
    fn forget(&self, id: &str) -> PyResult<bool> {
        let (id, mut calls) = (call_id(id)?, self.calls_now());
        if let Some(histories) = &mut calls.histories {
            histories.remove(&id);
        }
        Ok(calls.ledger.forget(id).is_some())
    }

    /// The calls as tables. The table of findings is empty.
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

    fn __contains__(&self, id: &Bound<'_, PyAny>) -> bool {
        let id = id.extract::<String>().ok().and_then(|id| id.parse().ok());
        id.is_some_and(|id| self.calls_now().ledger.call(id).is_some())
    }

    fn __iter__(slf: &Bound<'_, Self>) -> PyResult<Py<PyAny>> {
        let calls = slf.get().calls().into_pyobject(slf.py())?;
        Ok(calls.try_iter()?.into_any().unbind())
    }

    fn __repr__(&self) -> String {
        format!("<callfold.Ledger of {}>", self.describe())
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<Reduced<(bool, Vec<Call>)>> {
        let this = slf.get();
        let restore = slf.py().get_type::<Self>().getattr("_restore")?;
        let has_history = this.calls_now().histories.is_some();
        Ok((restore.unbind(), (has_history, this.calls())))
    }

    #[staticmethod]
    fn _restore(has_history: bool, calls: Vec<Bound<'_, Call>>) -> PyResult<Self> {
        let mut restored = Calls::new(has_history);
        for call in calls {
            let Call { call, history } = call.get();
            let id = restored.ledger.take_up(call.clone()).map_err(wrong)?;
            if let (Some(histories), Some(history)) = (&mut restored.histories, history) {
                histories.insert(id, history.clone());
            }
        }
        Ok(restored.into())
    }
}

/// The exception for an event that does not fold.
pub(crate) fn not_applied(event: &Recorded, error: &ApplyError) -> PyErr {
    error::ApplyError::new_err(not_folded(event, error))
}
