//! Events of the log.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use callfold::Recorded;
use pyo3::prelude::*;

use crate::error::LineError;
use crate::value::{At, Reduced, Text, as_python};

/// Something that happened to one call: a line of the event log.
///
/// ``str(event)`` is the line. The line and ``data`` can contain secrets, and ``repr`` shows none.
#[pyclass(frozen, eq, module = "callfold")]
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Event(pub(crate) Recorded);

#[pymethods]
impl Event {
    /// Read a line of the event log.
    ///
    /// :raises LineError: The line is no event. The message says what would be right.
    #[staticmethod]
    fn parse(line: Text) -> PyResult<Self> {
        let text =
            std::str::from_utf8(line.bytes()).map_err(|error| LineError::new_err(error.to_string()))?;
        text.trim()
            .parse()
            .map(Self)
            .map_err(|error: callfold::LineError| LineError::new_err(error.to_string()))
    }

    /// The id of the call: a GUID in lower case.
    #[getter]
    fn call_id(&self) -> String {
        self.0.call.to_string()
    }

    /// The number of the event in its call: 1, 2, 3 and so on.
    #[getter]
    const fn revision(&self) -> u64 {
        self.0.revision
    }

    /// The time, in UTC, cut to microseconds. ``None`` if the source gave none.
    #[getter]
    fn at(&self) -> Option<At> {
        self.0.at.and_then(At::of)
    }

    /// True if the event was not reported, but inferred from a later report.
    #[getter]
    const fn inferred(&self) -> bool {
        self.0.inferred
    }

    /// The name of the event, such as ``established``.
    #[getter]
    fn r#type(&self) -> &'static str {
        self.0.event.kind().as_str()
    }

    /// The members of the event. They can contain secrets.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        as_python(py, &self.0.event)
    }

    /// What happened, in a sentence.
    #[getter]
    fn description(&self) -> String {
        callfold_view::describe::event(&self.0)
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    /// Shows no data, because it can contain secrets.
    fn __repr__(&self) -> String {
        let Recorded { call, revision, event, .. } = &self.0;
        format!("<callfold.Event {call} {revision} {}>", event.kind().as_str())
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.hash(&mut hasher);
        hasher.finish()
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<Reduced<(String,)>> {
        let parse = slf.py().get_type::<Self>().getattr("parse")?;
        Ok((parse.unbind(), (slf.get().0.to_string(),)))
    }
}
