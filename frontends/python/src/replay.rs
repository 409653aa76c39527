//! Replaying logs.

use std::io;
use std::mem::take;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use callfold::log::Format;
use callfold::{Keep, Moment, Recorded};
use callfold_cli::{Listener, LocatedFinding, Options, Replayed, threads};
use pyo3::IntoPyObjectExt as _;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::error::{partly_read, wrong};
use crate::finding::Finding;
use crate::ledger::{Calls, Ledger};
use crate::table::Building;
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
        let paths = paths.map(|path| path?.extract()).collect::<PyResult<Vec<_>>>()?;
        // A pattern that fits no file would otherwise give tables without calls.
        if paths.is_empty() {
            Err(wrong("there is no log to read: no path was given"))
        } else {
            Ok(Self(paths))
        }
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
    max_record: Option<usize>,
    jobs: usize,
    keep: Keep,
) -> PyResult<Options> {
    let mut options = Options::default();
    options.format = format(format_name)?;
    options.only = call.map(call_id).transpose()?;
    options.until = at.map(|Time(at)| Moment::Time(at));
    options.max_record = max_record.unwrap_or(options.max_record);
    options.jobs = threads(jobs).map_err(|why| wrong(format!("jobs: {why}")))?;
    options.keep = keep;
    Ok(options)
}

/// Ends a replay: passes on what the command prints as notes, as warnings. Where logs were not read, or not to their ends, the
/// exception has what was read.
fn end<'py, T: IntoPyObject<'py, Error: Into<PyErr>>>(
    py: Python<'py>,
    replayed: &Replayed,
    read: T,
) -> PyResult<Bound<'py, PyAny>> {
    let warnings = py.import("warnings")?;
    replayed.notes.iter().try_for_each(|note| warnings.call_method1("warn", (note,)).map(drop))?;
    let read = read.into_bound_py_any(py)?;
    if replayed.unreadable.is_empty() {
        return Ok(read);
    }
    Err(partly_read(py, replayed.unreadable.join("\n"), &read))
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

impl Listener for ToTables {
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

impl Listener for ToCalls {
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

/// Replay logs as one log, as ``callfold replay`` does, and return the calls as tables.
///
/// :param paths: Files, folders, or stores such as ``sqlite:calls.db``.
/// :param format: The format of the logs; ``auto`` detects it.
/// :param call: The id of a call: replay only this one.
/// :param at: Stop each call at this time.
/// :param max_record: Skip records with more bytes, with a finding; ``None`` for the size that the command has, 64 MiB.
/// :param jobs: The number of threads that decode.
/// :raises ValueError: No path was given, or another argument is wrong.
/// :raises ReplayError: A log cannot be read. Its member ``read`` has the tables of what was read.
#[pyfunction]
#[pyo3(signature = (paths, *, format = "auto", call = None, at = None, max_record = None, jobs = 1))]
pub(crate) fn replay<'py>(
    py: Python<'py>,
    paths: Paths,
    format: &str,
    call: Option<&str>,
    at: Option<Time>,
    max_record: Option<usize>,
    jobs: usize,
) -> PyResult<Bound<'py, PyAny>> {
    let options = options(format, call, at, max_record, jobs, Keep::Summary)?;
    let (replayed, building) = py.detach(|| {
        let mut receiver = ToTables { building: Building::default(), interrupt: Interrupt::new() };
        let replayed = callfold_cli::replay(&paths.0, &options, &mut receiver)?;
        replayed.replay.summaries().iter().for_each(|call| receiver.building.call(call));
        Ok::<_, io::Error>((replayed, receiver.building))
    })?;
    let tables = building.tables(py)?;
    end(py, &replayed, tables)
}

/// Replay logs as one log, and return the calls with all that is known of them, and the findings.
///
/// It takes more time and memory than :func:`replay`. The parameters are the same.
///
/// :raises ReplayError: A log cannot be read. Its member ``read`` has what was read.
#[pyfunction]
#[pyo3(signature = (paths, *, format = "auto", call = None, at = None, max_record = None))]
pub(crate) fn read<'py>(
    py: Python<'py>,
    paths: Paths,
    format: &str,
    call: Option<&str>,
    at: Option<Time>,
    max_record: Option<usize>,
) -> PyResult<Bound<'py, PyAny>> {
    let options = options(format, call, at, max_record, 1, Keep::Everything)?;
    let (mut replayed, receiver) = py.detach(|| {
        let mut receiver =
            ToCalls { calls: Calls::new(true), findings: Vec::new(), interrupt: Interrupt::new() };
        let replayed = callfold_cli::replay(&paths.0, &options, &mut receiver)?;
        Ok::<_, io::Error>((replayed, receiver))
    })?;
    let ToCalls { mut calls, findings, .. } = receiver;
    calls.ledger = take(&mut replayed.replay).into_ledger();
    end(py, &replayed, (Ledger::from(calls), findings))
}
