//! Values that cross from Python and back.

use std::str::FromStr;

use callfold::CallId;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyBytes, PyDateTime, PyDelta, PyMemoryView, PyString, PyTzInfo};
use serde::Serialize;

use crate::error::wrong;

/// A time: an aware `datetime`, or a text such as `2026-11-23T09:15:02Z`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time(pub(crate) Timestamp);

impl<'py> FromPyObject<'_, 'py> for Time {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let text: String = if let Ok(at) = given.cast::<PyDateTime>() {
            if at.getattr("tzinfo")?.is_none() {
                let why = "a time needs an offset, as in datetime.now(timezone.utc)";
                return Err(wrong(format!("{}: {why}", at.str()?)));
            }
            at.call_method0("isoformat")?.extract()?
        } else {
            text_or(given, "an aware datetime, or a text such as '2026-11-23T09:15:02Z'")?
        };
        text.parse().map(Self).map_err(|error| wrong(format!("{text}: {error}")))
    }
}

/// The text that was given in place of a value.
fn text_or(given: Borrowed<'_, '_, PyAny>, expected: &str) -> PyResult<String> {
    given.extract().map_err(|_| match given.get_type().name() {
        Ok(found) => PyTypeError::new_err(format!("expected {expected}, found {found}")),
        Err(error) => error,
    })
}

/// A time as an aware `datetime` in UTC. It is cut to whole microseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At(Timestamp);

impl At {
    /// `None` for a time before the year 1, which Python does not have.
    pub(crate) fn of(at: Timestamp) -> Option<Self> {
        (TimeZone::UTC.to_datetime(at).year() >= 1).then_some(Self(at))
    }
}

impl<'py> IntoPyObject<'py> for At {
    type Target = PyDateTime;
    type Output = Bound<'py, PyDateTime>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyDateTime>> {
        let utc = PyTzInfo::utc(py)?.to_owned();
        let part = |part: i8| u8::try_from(part).map_err(wrong);
        let at = TimeZone::UTC.to_datetime(self.0);
        let micro = u32::try_from(at.subsec_nanosecond() / 1_000).map_err(wrong)?;
        PyDateTime::new(
            py,
            at.year().into(),
            part(at.month())?,
            part(at.day())?,
            part(at.hour())?,
            part(at.minute())?,
            part(at.second())?,
            micro,
            Some(&utc),
        )
    }
}

/// A length of time: a `timedelta`, or a text such as `PT45M` or `45m`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Length(pub(crate) SignedDuration);

impl<'py> FromPyObject<'_, 'py> for Length {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(delta) = given.cast::<PyDelta>() {
            let part = |name| delta.getattr(name)?.extract::<i64>();
            let whole = SignedDuration::from_secs(part("days")? * 86_400 + part("seconds")?);
            return Ok(Self(whole + SignedDuration::from_micros(part("microseconds")?)));
        }
        let text = text_or(given, "a timedelta, or a text such as '45m'")?;
        text.parse().map(Self).map_err(|_| {
            wrong(format!(
                "{text}: expected a length of time in hours, minutes and seconds, such as 45m or PT1H30M"
            ))
        })
    }
}

/// What a bot receives or reads: text, or bytes of any kind.
#[derive(Debug)]
pub(crate) struct Text(Vec<u8>);

impl<'py> FromPyObject<'_, 'py> for Text {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(text) = given.cast::<PyString>() {
            return Ok(Self(text.to_cow()?.as_bytes().to_vec()));
        }
        if let Ok(bytes) = given.cast::<PyBytes>() {
            return Ok(Self(bytes.as_bytes().to_vec()));
        }
        if !given.is_instance_of::<PyByteArray>() && !given.is_instance_of::<PyMemoryView>() {
            let found = given.get_type().name()?;
            return Err(PyTypeError::new_err(format!("expected str or bytes, found {found}")));
        }
        let bytes = given.py().get_type::<PyBytes>().call1((given,))?;
        Ok(Self(bytes.cast::<PyBytes>()?.as_bytes().to_vec()))
    }
}

impl Text {
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What `pickle` keeps of a value: what makes it anew, and from what.
pub(crate) type Reduced<T> = (Py<PyAny>, T);

/// The id of a call, from its text.
pub(crate) fn call_id(text: &str) -> PyResult<CallId> {
    CallId::from_str(text).map_err(wrong)
}

/// A value as the Python value that `json.loads` makes of it.
pub(crate) fn as_python<'py>(py: Python<'py>, value: &impl Serialize) -> PyResult<Bound<'py, PyAny>> {
    let json = serde_json::to_string(value).map_err(wrong)?;
    py.import("json")?.call_method1("loads", (json,))
}
