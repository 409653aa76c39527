//! Calls, their operations and their participants, as values that do not change.

use callfold::graph::{self, CompletionReason};
use callfold::{OperationSummary, Summary, call};
use callfold_view::history::CallHistory;
use callfold_view::list::related::Related;
use callfold_view::{call_json, history, timeline};
use pyo3::prelude::*;

use crate::error::{ApplyError, wrong};
use crate::event::Event;
use crate::history::{History, Parts};
use crate::value::{At, Reduced, as_python};

/// A call as it was when it was asked for. It does not change afterwards.
#[pyclass(frozen, module = "callfold")]
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) call: callfold::Call,
    /// Its events and findings; `None` where they are not kept.
    pub(crate) history: Option<History>,
}

/// Graph's `resultInfo <https://learn.microsoft.com/graph/api/resources/resultinfo>`_.
#[pyclass(frozen, eq, hash, get_all, module = "callfold", from_py_object)]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ResultInfo {
    /// The code, as of HTTP.
    code: Option<i32>,
    /// The code that says more.
    subcode: Option<i32>,
    /// The text of the service.
    message: Option<String>,
    /// The result in words, such as ``200/4521 The peer ended the call.``
    text: String,
}

/// Graph's `commsOperation <https://learn.microsoft.com/graph/api/resources/commsoperation>`_: work that takes time.
#[pyclass(frozen, eq, hash, get_all, module = "callfold", from_py_object)]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Operation {
    /// The id; ``None`` if only a ``client_context`` was reported.
    id: Option<String>,
    /// The kind, such as ``playPrompt``.
    kind: String,
    /// ``notStarted``, ``running``, ``completed`` or ``failed``.
    status: String,
    /// The text by which the bot recognises the operation.
    client_context: Option<String>,
    /// The result, once there is one.
    result_info: Option<ResultInfo>,
    /// Why it completed.
    completion_reason: Option<String>,
    /// True if the call ended before the operation did.
    is_orphaned: bool,
}

/// Graph's `participant <https://learn.microsoft.com/graph/api/resources/participant>`_: somebody who is in a call.
#[pyclass(frozen, eq, hash, get_all, module = "callfold", from_py_object)]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Participant {
    /// The id; ``None`` if it was not reported.
    id: Option<String>,
    /// The display name, or else an id, or else ``somebody``.
    name: String,
    /// True if the participant is muted.
    is_muted: Option<bool>,
    /// True if the participant waits in the lobby.
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
            kind: operation.kind.as_str().into(),
            status: operation.state.as_str().into(),
            client_context: operation.client_context.map(String::from),
            result_info: operation.result_info.map(ResultInfo::of),
            completion_reason: operation.completion_reason.map(CompletionReason::as_str).map(String::from),
            is_orphaned: operation.is_orphaned,
        }
    }
}

#[pymethods]
impl ResultInfo {
    #[new]
    const fn new(code: Option<i32>, subcode: Option<i32>, message: Option<String>, text: String) -> Self {
        Self { code, subcode, message, text }
    }

    fn __getnewargs__(&self) -> (Option<i32>, Option<i32>, Option<String>, String) {
        let Self { code, subcode, message, text } = self.clone();
        (code, subcode, message, text)
    }

    fn __str__(&self) -> &str {
        &self.text
    }

    fn __repr__(&self) -> String {
        format!("<callfold.ResultInfo {}>", self.text)
    }
}

#[pymethods]
impl Operation {
    #[new]
    const fn new(
        id: Option<String>,
        kind: String,
        status: String,
        client_context: Option<String>,
        result_info: Option<ResultInfo>,
        completion_reason: Option<String>,
        is_orphaned: bool,
    ) -> Self {
        Self { id, kind, status, client_context, result_info, completion_reason, is_orphaned }
    }

    fn __getnewargs__(&self) -> OperationParts {
        let Self { id, kind, status, client_context, result_info, completion_reason, is_orphaned } =
            self.clone();
        (id, kind, status, client_context, result_info, completion_reason, is_orphaned)
    }

    fn __repr__(&self) -> String {
        format!("<callfold.Operation {} {}>", self.kind, self.status)
    }
}

/// What an operation is made of.
type OperationParts =
    (Option<String>, String, String, Option<String>, Option<ResultInfo>, Option<String>, bool);

#[pymethods]
impl Participant {
    #[new]
    const fn new(
        id: Option<String>,
        name: String,
        is_muted: Option<bool>,
        is_in_lobby: Option<bool>,
    ) -> Self {
        Self { id, name, is_muted, is_in_lobby }
    }

    fn __getnewargs__(&self) -> (Option<String>, String, Option<bool>, Option<bool>) {
        let Self { id, name, is_muted, is_in_lobby } = self.clone();
        (id, name, is_muted, is_in_lobby)
    }

    fn __repr__(&self) -> String {
        format!("<callfold.Participant {}>", self.name)
    }
}

impl Call {
    fn summary(&self) -> Summary<'_> {
        Summary::from(&self.call)
    }

    fn kept(&self) -> PyResult<&History> {
        let kept = self.history.as_ref();
        kept.ok_or_else(|| wrong("the events of this call are not kept: make the ledger with history=True"))
    }

    /// What is made of the history, while other threads go on.
    fn drawn(&self, py: Python<'_>, draw: impl FnOnce(&CallHistory) -> String + Send) -> PyResult<String> {
        let kept = self.kept()?;
        py.detach(|| kept.shown().map(|history| draw(&history))).map_err(ApplyError::new_err)
    }
}

#[pymethods]
impl Call {
    /// The id: a GUID in lower case.
    #[getter]
    fn id(&self) -> String {
        self.call.id().to_string()
    }

    /// Graph's `callState <https://learn.microsoft.com/graph/api/resources/call>`_, such as ``established``.
    #[getter]
    fn state(&self) -> &'static str {
        self.call.state().as_str()
    }

    /// False if the call is terminated.
    #[getter]
    fn is_live(&self) -> bool {
        self.call.state().is_live()
    }

    /// True if the call has ended, and its result says that it did not end well.
    #[getter]
    fn has_ended_badly(&self) -> bool {
        self.summary().has_ended_badly()
    }

    /// The number of the last event.
    #[getter]
    fn revision(&self) -> u64 {
        self.call.revision()
    }

    /// The time of the first event that has one, in UTC.
    #[getter]
    fn first_at(&self) -> Option<At> {
        self.call.first_at().and_then(At::of)
    }

    /// The latest time of all events, in UTC.
    #[getter]
    fn last_at(&self) -> Option<At> {
        self.call.last_at().and_then(At::of)
    }

    /// ``incoming`` or ``outgoing``.
    #[getter]
    fn direction(&self) -> Option<&str> {
        self.summary().direction()
    }

    /// The name of the calling party, or else an id.
    #[getter]
    fn caller(&self) -> Option<String> {
        self.call.caller()
    }

    /// The names of the called parties, separated by commas.
    #[getter]
    fn callees(&self) -> Option<String> {
        self.call.callees()
    }

    /// The state of the audio, such as ``active``.
    #[getter]
    fn audio(&self) -> Option<&str> {
        self.summary().audio()
    }

    /// The last result that was reported: of an ended call, how it ended.
    #[getter]
    fn result_info(&self) -> Option<ResultInfo> {
        self.call.result_info().map(ResultInfo::of)
    }

    /// Why the call ended. Only older payloads have it.
    #[getter]
    fn termination_reason(&self) -> Option<&str> {
        self.summary().termination_reason()
    }

    /// How the call ended, in words.
    #[getter]
    fn ending(&self) -> Option<String> {
        self.summary().ending()
    }

    /// The operations, in the order in which they were first reported.
    #[getter]
    fn operations(&self) -> Vec<Operation> {
        self.summary().operations().map(|operation| Operation::of(&operation)).collect()
    }

    /// Who is in the call now.
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

    /// The names of all who were in the call, those who have left too.
    #[getter]
    fn people(&self) -> Vec<String> {
        self.call.everybody()
    }

    /// The keys that were pressed, such as ``tone1``, in their order.
    #[getter]
    fn tones(&self) -> Vec<&str> {
        self.summary().tones().collect()
    }

    /// The members of Graph's call that were reported. They can contain secrets.
    #[getter]
    fn details<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        as_python(py, self.call.details())
    }

    /// The events, in their order.
    ///
    /// :raises ValueError: The events are not kept.
    #[getter]
    fn events(&self) -> PyResult<Vec<Event>> {
        self.kept()?.events().map_err(wrong)
    }

    /// The call as ``callfold replay --json`` writes it. It contains no secret.
    fn json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (summary, mut text) = (self.summary(), Vec::new());
        call_json::write(&summary, &Related::new([summary]), |_| Ok(()), &mut text).map_err(wrong)?;
        py.import("json")?.call_method1("loads", (text,))
    }

    /// What happened, event by event, as text, and then the findings.
    ///
    /// :raises ValueError: The events are not kept.
    fn timeline(&self, py: Python<'_>) -> PyResult<String> {
        self.drawn(py, history::text)
    }

    /// What happened, as a picture. A notebook shows it by itself.
    ///
    /// :raises ValueError: The events are not kept.
    fn svg(&self, py: Python<'_>) -> PyResult<String> {
        self.drawn(py, timeline::svg)
    }

    /// What a notebook shows: the picture, or nothing where there is no history.
    fn _repr_svg_(&self, py: Python<'_>) -> Option<String> {
        self.svg(py).ok()
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

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<Reduced<(String, Option<Parts>)>> {
        let Self { call, history } = slf.get();
        let restore = slf.py().get_type::<Self>().getattr("_restore")?;
        Ok((restore.unbind(), (call.snapshot().as_str().into(), history.as_ref().map(History::parts))))
    }

    #[staticmethod]
    fn _restore(snapshot: String, history: Option<Parts>) -> PyResult<Self> {
        let call = callfold::Call::restore(&call::Snapshot::from(snapshot)).map_err(wrong)?;
        Ok(Self { call, history: history.map(History::from) })
    }
}
