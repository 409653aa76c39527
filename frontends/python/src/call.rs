//! Calls, their operations and their participants, as values that do not change.

use std::sync::Arc;

use callfold::graph::{self, CompletionReason};
use callfold::{OperationSummary, Recorded, Summary, call};
use callfold_view::history::CallHistory;
use callfold_view::list::related::Related;
use callfold_view::{call_json, history, timeline};
use pyo3::prelude::*;

use crate::error::{ApplyError, wrong};
use crate::event::Event;
use crate::value::{At, as_python};

/// A call as it was when it was asked for. It does not change afterwards.
#[pyclass(frozen, module = "callfold")]
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) call: callfold::Call,
    /// The lines of its events; `None` where they are not kept.
    pub(crate) lines: Option<Arc<Vec<String>>>,
}

/// Graph's `resultInfo`: the result of a call or an operation.
#[pyclass(frozen, eq, get_all, module = "callfold")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ResultInfo {
    code: Option<i32>,
    subcode: Option<i32>,
    message: Option<String>,
    text: String,
}

/// An operation of a call.
#[pyclass(frozen, eq, get_all, module = "callfold")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Operation {
    id: Option<String>,
    kind: &'static str,
    status: &'static str,
    client_context: Option<String>,
    result_info: Option<ResultInfo>,
    completion_reason: Option<String>,
    is_orphaned: bool,
}

/// Somebody who is in a call.
#[pyclass(frozen, eq, get_all, module = "callfold")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Participant {
    id: Option<String>,
    name: String,
    is_muted: Option<bool>,
    is_in_lobby: Option<bool>,
}

impl ResultInfo {
    fn of(result: &graph::ResultInfo) -> Self {
        Self {
            code: result.code.value().copied(),
            subcode: result.subcode.value().copied(),
            message: result.message.value().cloned(),
            text: result.to_string(),
        }
    }
}

impl Operation {
    fn of(operation: &OperationSummary<'_>) -> Self {
        Self {
            id: operation.id.map(ToString::to_string),
            kind: operation.kind.as_str(),
            status: operation.state.as_str(),
            client_context: operation.client_context.map(String::from),
            result_info: operation.result_info.map(ResultInfo::of),
            completion_reason: operation.completion_reason.map(CompletionReason::as_str).map(String::from),
            is_orphaned: operation.is_orphaned,
        }
    }
}

#[pymethods]
impl ResultInfo {
    fn __str__(&self) -> &str {
        &self.text
    }

    fn __repr__(&self) -> String {
        format!("<callfold.ResultInfo {}>", self.text)
    }
}

#[pymethods]
impl Operation {
    fn __repr__(&self) -> String {
        format!("<callfold.Operation {} {}>", self.kind, self.status)
    }
}

#[pymethods]
impl Participant {
    fn __repr__(&self) -> String {
        format!("<callfold.Participant {}>", self.name)
    }
}

impl Call {
    fn summary(&self) -> Summary<'_> {
        Summary::from(&self.call)
    }

    fn history(&self) -> PyResult<CallHistory> {
        let Some(lines) = &self.lines else {
            return Err(wrong("the events of this call are not kept: make the ledger with history=True"));
        };
        let events = lines.iter().map(|line| line.parse()).collect::<Result<Vec<Recorded>, _>>();
        CallHistory::of(events.map_err(wrong)?, Vec::new())
            .map_err(|error| ApplyError::new_err(error.to_string()))
    }
}

#[pymethods]
impl Call {
    #[getter]
    fn id(&self) -> String {
        self.call.id().to_string()
    }

    #[getter]
    fn state(&self) -> &'static str {
        self.call.state().as_str()
    }

    #[getter]
    fn is_live(&self) -> bool {
        self.call.state().is_live()
    }

    #[getter]
    fn has_ended_badly(&self) -> bool {
        self.summary().has_ended_badly()
    }

    #[getter]
    fn revision(&self) -> u64 {
        self.call.revision()
    }

    #[getter]
    fn first_at(&self) -> Option<At> {
        self.call.first_at().map(At)
    }

    #[getter]
    fn last_at(&self) -> Option<At> {
        self.call.last_at().map(At)
    }

    #[getter]
    fn direction(&self) -> Option<&str> {
        self.summary().direction()
    }

    #[getter]
    fn caller(&self) -> Option<String> {
        self.call.caller()
    }

    #[getter]
    fn callees(&self) -> Option<String> {
        self.call.callees()
    }

    #[getter]
    fn audio(&self) -> Option<&str> {
        self.summary().audio()
    }

    #[getter]
    fn result_info(&self) -> Option<ResultInfo> {
        self.call.result_info().map(ResultInfo::of)
    }

    #[getter]
    fn termination_reason(&self) -> Option<&str> {
        self.summary().termination_reason()
    }

    #[getter]
    fn ending(&self) -> Option<String> {
        self.summary().ending()
    }

    #[getter]
    fn operations(&self) -> Vec<Operation> {
        self.summary().operations().map(|operation| Operation::of(&operation)).collect()
    }

    #[getter]
    fn participants(&self) -> Vec<Participant> {
        let shown = self.call.participants().map(|one| Participant {
            id: one.id.value().map(ToString::to_string),
            name: one.name(),
            is_muted: one.is_muted.value().copied(),
            is_in_lobby: one.is_in_lobby.value().copied(),
        });
        shown.collect()
    }

    #[getter]
    fn people(&self) -> Vec<String> {
        self.call.everybody()
    }

    #[getter]
    fn tones(&self) -> Vec<&str> {
        self.summary().tones().collect()
    }

    /// The members of Graph's call that were reported. They can contain secrets.
    #[getter]
    fn details<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        as_python(py, self.call.details())
    }

    #[getter]
    fn events(&self) -> PyResult<Vec<Event>> {
        let events = self.lines.iter().flat_map(|lines| lines.iter());
        events.map(|line| line.parse().map(Event).map_err(wrong)).collect()
    }

    /// The call as `callfold replay --json` writes it.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (summary, mut text) = (self.summary(), Vec::new());
        call_json::write(&summary, &Related::new([summary]), |_| Ok(()), &mut text).map_err(wrong)?;
        py.import("json")?.call_method1("loads", (text,))
    }

    /// What happened, event by event, as text.
    fn timeline(&self) -> PyResult<String> {
        Ok(history::text(&self.history()?))
    }

    /// What happened, as a picture.
    fn svg(&self) -> PyResult<String> {
        Ok(timeline::svg(&self.history()?))
    }

    /// What a notebook shows: the picture, or nothing where there is no history.
    fn _repr_svg_(&self) -> Option<String> {
        self.svg().ok()
    }

    fn __repr__(&self) -> String {
        format!("<callfold.Call {} {}>", self.id(), self.state())
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Self>().is_ok_and(|other| other.get().call == self.call)
    }

    fn __hash__(&self) -> u64 {
        self.call.id().guid().as_u64_pair().1 ^ self.call.revision()
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<(Py<PyAny>, (String, Option<Vec<String>>))> {
        let this = slf.get();
        let restore = slf.py().get_type::<Self>().getattr("_restore")?;
        let lines = this.lines.as_ref().map(|lines| lines.to_vec());
        Ok((restore.unbind(), (this.call.snapshot().as_str().into(), lines)))
    }

    #[staticmethod]
    fn _restore(snapshot: String, lines: Option<Vec<String>>) -> PyResult<Self> {
        let call = callfold::Call::restore(&call::Snapshot::from(snapshot)).map_err(wrong)?;
        Ok(Self { call, lines: lines.map(Arc::new) })
    }
}
