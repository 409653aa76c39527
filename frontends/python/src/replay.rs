//! Replaying logs.

use std::mem::take;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use callfold::log::Format;
use callfold::{Keep, Moment, Recorded};
use callfold_cli::{Options, Replayed};
use pyo3::prelude::*;

use crate::error::{ReplayError, wrong};
use crate::finding::Finding;
use crate::ledger::{Calls, Ledger};
use crate::table::{Building, Tables};
use crate::value::{Time, call_id};

/// One log, or several.
#[derive(Debug, FromPyObject)]
pub(crate) enum Paths {
    One(PathBuf),
    Many(Vec<PathBuf>),
}

impl Paths {
    fn all(self) -> Vec<PathBuf> {
        match self {
            Self::One(path) => vec![path],
            Self::Many(paths) => paths,
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
    at: Option<Time<'_>>,
    max_record: usize,
    jobs: usize,
    keep: Keep,
) -> PyResult<Options> {
    let mut options = Options::default();
    options.format = format(format_name)?;
    options.only = call.map(call_id).transpose()?;
    options.until = at.map(Time::timestamp).transpose()?.map(Moment::Time);
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

/// Replays logs as one log, and returns the calls as tables.
#[pyfunction]
#[pyo3(signature = (paths, *, format = "auto", call = None, at = None, max_record = 67_108_864, jobs = 1))]
pub(crate) fn replay(
    py: Python<'_>,
    paths: Paths,
    format: &str,
    call: Option<&str>,
    at: Option<Time<'_>>,
    max_record: usize,
    jobs: usize,
) -> PyResult<Tables> {
    let options = options(format, call, at, max_record, jobs, Keep::Summary)?;
    let (replayed, building) = py.detach(|| {
        let mut building = Building::default();
        let replayed = callfold_cli::replay(&paths.all(), &options, |located| {
            building.finding(&located);
            Ok(())
        })?;
        replayed.replay.summaries().iter().for_each(|call| building.call(call));
        Ok::<_, std::io::Error>((replayed, building))
    })?;
    let tables = building.tables(py)?;
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
    at: Option<Time<'_>>,
    max_record: usize,
) -> PyResult<(Ledger, Vec<Finding>)> {
    let options = options(format, call, at, max_record, 1, Keep::Everything)?;
    let (mut replayed, mut calls, findings) = py.detach(|| {
        let (mut calls, mut findings) = (Calls::new(true), Vec::new());
        let finding = |located| {
            findings.push(Finding::from(located));
            Ok(())
        };
        let event = |recorded: &Recorded| {
            calls.keep(recorded);
            Ok(())
        };
        let replayed = callfold_cli::replay_with_events(&paths.all(), &options, finding, event)?;
        Ok::<_, std::io::Error>((replayed, calls, findings))
    })?;
    calls.ledger = take(&mut replayed.replay).into_ledger();
    let ledger = Ledger::from(calls);
    if !replayed.unreadable.is_empty() {
        let read = (Py::new(py, ledger)?, findings).into_pyobject(py)?;
        return Err(unread(py, &replayed, read.as_any()));
    }
    Ok((ledger, findings))
}
