//! Findings.

use callfold::{CallId, FindingKind, Severity};
use callfold_cli::LocatedFinding;
use callfold_view::printable::printable;
use pyo3::prelude::*;

use crate::error::wrong;
use crate::value::{Reduced, call_id};

/// A remark about the input: something is missing, repeated, late, contradictory, unknown or unreadable.
#[pyclass(frozen, eq, hash, module = "callfold", from_py_object)]
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Finding {
    pub(crate) finding: callfold::Finding,
    /// The log, the record and the line, where it was found in a log.
    pub(crate) place: Option<(String, u64, u64)>,
}

impl From<callfold::Finding> for Finding {
    fn from(finding: callfold::Finding) -> Self {
        Self { finding, place: None }
    }
}

impl From<LocatedFinding> for Finding {
    fn from(located: LocatedFinding) -> Self {
        let place = (located.path.to_string(), located.record, located.line);
        Self { finding: located.finding, place: (!located.is_of_end).then_some(place) }
    }
}

type Parts = (&'static str, &'static str, Option<String>, String, Option<(String, u64, u64)>);

#[pymethods]
impl Finding {
    #[new]
    #[pyo3(signature = (kind, severity, call_id, message, place = None))]
    fn new(
        kind: &str,
        severity: &str,
        call_id: Option<&str>,
        message: String,
        place: Option<(String, u64, u64)>,
    ) -> PyResult<Self> {
        let kind = FindingKind::ALL.iter().find(|known| known.as_str() == kind);
        let severity = Severity::ALL.iter().find(|known| known.as_str() == severity);
        let (Some(kind), Some(severity)) = (kind, severity) else {
            return Err(wrong("no finding has this kind or this severity"));
        };
        let call: Option<CallId> = call_id.map(self::call_id).transpose()?;
        let mut finding = callfold::Finding::new(*kind, call, message);
        finding.severity = *severity;
        Ok(Self { finding, place })
    }

    /// What was observed, such as ``gap``.
    #[getter]
    const fn kind(&self) -> &'static str {
        self.finding.kind.as_str()
    }

    /// How bad it is.
    #[getter]
    const fn severity(&self) -> &'static str {
        self.finding.severity.as_str()
    }

    /// The call, if the record names one.
    #[getter]
    fn call_id(&self) -> Option<String> {
        self.finding.call.map(|call| call.to_string())
    }

    /// A text for people. It shows no secret.
    #[getter]
    fn message(&self) -> &str {
        &self.finding.message
    }

    /// The log; ``None`` if it was found in no log, or only when all logs were read.
    #[getter]
    fn path(&self) -> Option<&str> {
        self.place.as_ref().map(|(path, ..)| path.as_str())
    }

    /// The record in the log, from 1.
    #[getter]
    fn record(&self) -> Option<u64> {
        self.place.as_ref().map(|(_, record, _)| *record)
    }

    /// The first line of the record, from 1.
    #[getter]
    fn line(&self) -> Option<u64> {
        self.place.as_ref().map(|(.., line)| *line)
    }

    fn __str__(&self) -> String {
        let text = match &self.place {
            Some((path, _, line)) => format!("{path}:{line}: {}: {}", self.severity(), self.finding),
            None => format!("{}: {}", self.severity(), self.finding),
        };
        // A notification can hold characters that control a terminal.
        printable(&text).into_owned()
    }

    fn __repr__(&self) -> String {
        format!("<callfold.Finding {self}>", self = self.__str__())
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> Reduced<Parts> {
        let this = slf.get();
        let parts =
            (this.kind(), this.severity(), this.call_id(), this.finding.message.clone(), this.place.clone());
        (slf.get_type().into_any().unbind(), parts)
    }
}
