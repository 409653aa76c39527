//! Replaying logs.

use std::io;
use std::mem::take;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use callfold::log::Format;
use callfold::{Keep, Moment, Recorded};
use callfold_cli::{LocatedFinding, Options, Receiver, Replayed};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::error::{ReplayError, wrong};
use crate::finding::Finding;
use crate::ledger::{Calls, Ledger};
use crate::table::{Building, Tables};
use crate::value::{Time, call_id};

/// One log, or any iterable of logs.
pub(crate) struct Paths(Vec<PathBuf>);

impl<'py> FromPyObject<'_, 'py> for Paths {
    type Error = PyErr;

    fn extract(given: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(one) = given.extract() {
            return Ok(Self(vec![one]));
        }
        let paths = given.try_iter().map_err(|_| {
            let found = given.get_type().name().map_or_else(|_| String::new(), |name| name.to_string());
            PyTypeError::new_err(format!("expected a path or several, found {found}"))
        })?;
        paths.map(|path| path?.extract()).collect::<PyResult<_>>().map(Self)
    }
}

/// The format with this name; `None` where it is detected from the content.
pub(crate) fn format(name: &str) -> PyResult<Option<Format>> {
    if name == "auto" {
        return Ok(None);
    }
    let known = Format::ALL.iter().find(|format| format.as_str() == name);
    let names = || Format::ALL.iter().map(|format| format.as_str()).collect::<Vec<_>>().join("`, `");
    known
        .copied()
        .map(Some)
        .ok_or_else(|| wrong(format!("`{name}` is no format; one is `auto`, `{}`", names())))
}

fn options(
    format_name: &str,
    call: Option<&str>,
    at: Option<Time>,
    max_record: usize,
    jobs: usize,
    keep: Keep,
) -> PyResult<Options> {
    let mut options = Options::default();
    options.format = format(format_name)?;
    options.only = call.map(call_id).transpose()?;
    options.until = at.map(|Time(at)| Moment::Time(at));
    options.max_record = max_record;
    options.jobs =
        NonZeroUsize::new(jobs).ok_or_else(|| wrong("jobs: 0 threads read nothing; at least 1"))?;
    options.keep = keep;
    Ok(options)
}

/// The exception for logs that were not read, or not to their ends. It has what was read.
fn unread(py: Python<'_>, replayed: &Replayed, read: &Bound<'_, PyAny>) -> PyErr {
    let error = ReplayError::new_err(replayed.unreadable.join("\n"));
    error.value(py).setattr("read", read).err().unwrap_or(error)
}

/// Passes on what the command prints as notes, as warnings.
fn warn(py: Python<'_>, replayed: &Replayed) -> PyResult<()> {
    let warnings = py.import("warnings")?;
    replayed.notes.iter().try_for_each(|note| warnings.call_method1("warn", (note,)).map(drop))
}

/// How often Python is asked whether somebody has pressed Ctrl-C.
const ASKED: Duration = Duration::from_millis(100);

/// Ctrl-C ends a replay.
struct Interrupt(Instant);

#[expect(clippy::disallowed_methods, reason = "nothing but the pace of the questions depends on it")]
impl Interrupt {
    fn new() -> Self {
        Self(Instant::now())
    }

    fn check(&mut self) -> io::Result<()> {
        if self.0.elapsed() < ASKED {
            return Ok(());
        }
        self.0 = Instant::now();
        Python::attach(|py| py.check_signals()).map_err(io::Error::other)
    }
}

struct ToTables {
    building: Building,
    interrupt: Interrupt,
}

impl Receiver for ToTables {
    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        self.building.finding(&located);
        Ok(())
    }

    fn passed(&mut self) -> io::Result<()> {
        self.interrupt.check()
    }
}

struct ToCalls {
    calls: Calls,
    findings: Vec<Finding>,
    interrupt: Interrupt,
}

impl Receiver for ToCalls {
    const WANTS_EVENTS: bool = true;

    fn event(&mut self, event: &Recorded) -> io::Result<()> {
        self.calls.keep(event);
        Ok(())
    }

    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        let finding = Finding::from(located);
        self.calls.keep_finding(&finding);
        self.findings.push(finding);
        Ok(())
    }

    fn passed(&mut self) -> io::Result<()> {
        self.interrupt.check()
    }
}

/// Replays logs as one log, and returns the calls as tables.
#[pyfunction]
#[pyo3(signature = (paths, *, format = "auto", call = None, at = None, max_record = 67_108_864, jobs = 1))]
pub(crate) fn replay(
    py: Python<'_>,
    paths: Paths,
    format: &str,
    call: Option<&str>,
    at: Option<Time>,
    max_record: usize,
    jobs: usize,
) -> PyResult<Tables> {
    let options = options(format, call, at, max_record, jobs, Keep::Summary)?;
    let (replayed, building) = py.detach(|| {
        let mut receiver = ToTables { building: Building::default(), interrupt: Interrupt::new() };
        let replayed = callfold_cli::replay(&paths.0, &options, &mut receiver)?;
        replayed.replay.summaries().iter().for_each(|call| receiver.building.call(call));
        Ok::<_, io::Error>((replayed, receiver.building))
    })?;
    let tables = building.tables(py)?;
    warn(py, &replayed)?;
    if !replayed.unreadable.is_empty() {
        return Err(unread(py, &replayed, Bound::new(py, tables)?.as_any()));
    }
    Ok(tables)
}

/// Replays logs as one log, and returns the calls with their events, and the findings.
#[pyfunction]
#[pyo3(signature = (paths, *, format = "auto", call = None, at = None, max_record = 67_108_864))]
pub(crate) fn read(
    py: Python<'_>,
    paths: Paths,
    format: &str,
    call: Option<&str>,
    at: Option<Time>,
    max_record: usize,
) -> PyResult<(Ledger, Vec<Finding>)> {
    let options = options(format, call, at, max_record, 1, Keep::Everything)?;
    let (mut replayed, receiver) = py.detach(|| {
        let mut receiver =
            ToCalls { calls: Calls::new(true), findings: Vec::new(), interrupt: Interrupt::new() };
        let replayed = callfold_cli::replay(&paths.0, &options, &mut receiver)?;
        Ok::<_, io::Error>((replayed, receiver))
    })?;
    let ToCalls { mut calls, findings, .. } = receiver;
    calls.ledger = take(&mut replayed.replay).into_ledger();
    let ledger = Ledger::from(calls);
    warn(py, &replayed)?;
    if !replayed.unreadable.is_empty() {
        let read = (Py::new(py, ledger)?, findings).into_pyobject(py)?;
        return Err(unread(py, &replayed, read.as_any()));
    }
    Ok((ledger, findings))
}
