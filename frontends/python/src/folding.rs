//! What engines such as Spark and Ray call: each part of a log is replayed where it is.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::iter::zip;
use std::mem::{replace, take};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::builder::{Int32Builder, Int64Builder, StringBuilder};
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{Array as _, ArrayRef, Int64Array, ListArray, RecordBatch, StringArray, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_cast::cast;
use arrow_schema::{DataType, Field, Schema};
use callfold::log::{Format, Next, by_call, decode};
use callfold::uuid::Uuid;
use callfold::{CallId, Finding, Keep, Replay, Summary};
use pyo3::prelude::*;
use pyo3_arrow::PyRecordBatch;

use crate::columns::{Calls, Findings, Operations, Participants, Place, Rows};
use crate::error::wrong;
use crate::replay::format;
use crate::value::call_id;

/// The columns of the parts of a log.
const CALL: &str = "call";
const PATH: &str = "path";
const RECORD: &str = "record";
const SORT: &str = "sort";
const TEXT: &str = "text";
const HOME: &str = "home";

/// Why a body cannot be put in order.
const NO_ORDER: &str = "a body has no time at which it was received, so its place among the others is unknown: name the column \
                        with the number of each record, as in record=\"number\"";

fn known_format(name: &str) -> PyResult<Format> {
    match format(name)? {
        Some(format @ (Format::Events | Format::Notifications)) => Ok(format),
        Some(Format::SdkLog) | None => Err(wrong(format!(
            "`{name}`: a record that is read alone is of the format `events` or `notifications`; `callfold convert` makes \
             an event log of any other log"
        ))),
    }
}

/// A column of texts, whichever type of text the engine uses. `None` if there is no such column.
fn texts(batch: &RecordBatch, name: &str) -> PyResult<Option<StringArray>> {
    let Some(column) = batch.column_by_name(name) else { return Ok(None) };
    let column = cast(column, &DataType::Utf8).map_err(|error| wrong(format!("column `{name}`: {error}")))?;
    Ok(Some(column.as_string::<i32>().clone()))
}

fn numbers(batch: &RecordBatch, name: &str) -> PyResult<Option<Int64Array>> {
    let Some(column) = batch.column_by_name(name) else { return Ok(None) };
    let column =
        cast(column, &DataType::Int64).map_err(|error| wrong(format!("column `{name}`: {error}")))?;
    Ok(Some(column.as_primitive::<Int64Type>().clone()))
}

fn missing(name: &str) -> PyErr {
    wrong(format!("there is no column `{name}`"))
}

/// The texts of one row, where it has them.
fn text_at<'a>(column: Option<&'a StringArray>, row: usize) -> Option<&'a str> {
    column.filter(|column| column.is_valid(row)).map(|column| column.value(row))
}

fn number_at(column: Option<&Int64Array>, row: usize) -> Option<i64> {
    column.filter(|column| column.is_valid(row)).map(|column| column.value(row))
}

/// Splits records by call. `batch` has the column `text`, and can have `path` and `record`.
#[pyfunction]
pub(crate) fn keyed<'py>(py: Python<'py>, batch: PyRecordBatch, format: &str) -> PyResult<Bound<'py, PyAny>> {
    let (format, batch) = (known_format(format)?, batch.into_inner());
    let split = py.detach(|| split(format, &batch))?;
    PyRecordBatch::new(split).into_pyarrow(py)
}

fn split(format: Format, batch: &RecordBatch) -> PyResult<RecordBatch> {
    let records = texts(batch, TEXT)?.ok_or_else(|| missing(TEXT))?;
    let (paths, numbers) = (texts(batch, PATH)?, numbers(batch, RECORD)?);
    let (mut call, mut path) = (StringBuilder::new(), StringBuilder::new());
    let (mut record, mut sort) = (Int64Builder::new(), Int64Builder::new());
    let (mut text, mut home) = (StringBuilder::new(), Int32Builder::new());
    for (row, one) in records.iter().enumerate() {
        let number = number_at(numbers.as_ref(), row);
        for part in by_call(format, one.unwrap_or_default()) {
            if format == Format::Notifications && part.call.is_some() && number.or(part.order).is_none() {
                return Err(wrong(NO_ORDER));
            }
            call.append_option(part.call.map(|call| call.to_string()));
            path.append_option(text_at(paths.as_ref(), row));
            record.append_option(number);
            sort.append_option(number.or(part.order));
            home.append_value(home_of(part.call, &part.text));
            text.append_value(part.text);
        }
    }
    let column = |name, data_type, is_set: bool| Field::new(name, data_type, !is_set);
    let schema = Schema::new(vec![
        column(CALL, DataType::Utf8, false),
        column(PATH, DataType::Utf8, false),
        column(RECORD, DataType::Int64, false),
        column(SORT, DataType::Int64, false),
        column(TEXT, DataType::Utf8, true),
        column(HOME, DataType::Int32, true),
    ]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(call.finish()),
        Arc::new(path.finish()),
        Arc::new(record.finish()),
        Arc::new(sort.finish()),
        Arc::new(text.finish()),
        Arc::new(home.finish()),
    ];
    RecordBatch::try_new(Arc::new(schema), columns).map_err(wrong)
}

/// Where a part is replayed: a number that all parts of a call share. What names no call can be replayed anywhere.
fn home_of(call: Option<CallId>, text: &str) -> i32 {
    let mut hasher = DefaultHasher::new();
    match call {
        Some(call) => call.hash(&mut hasher),
        None => text.hash(&mut hasher),
    }
    // Engines want a signed number, and most of them one that is not negative.
    i32::try_from(hasher.finish() >> 33).unwrap_or_default()
}

/// Replays the parts that [`keyed`] makes. All parts of a call come one after the other, in their order.
#[pyclass(frozen, module = "callfold")]
pub(crate) struct Folder(Mutex<Folding>);

struct Folding {
    format: Format,
    current: Option<Current>,
    rows: Folded,
}

/// The call of the last part.
struct Current {
    /// Its id, as the column has it.
    call: String,
    /// Its id; `None` for what names no call.
    about: Option<CallId>,
    replay: Replay,
    /// The findings so far, each with its log and record.
    findings: Vec<(Option<Arc<str>>, Option<i64>, Finding)>,
}

/// The rows of calls, each with its operations, participants and findings.
#[derive(Default)]
struct Folded {
    calls: Calls,
    has_call: Vec<bool>,
    operations: Items<Operations>,
    participants: Items<Participants>,
    findings: Items<Findings>,
}

/// The items of a list in each row.
struct Items<R> {
    rows: R,
    ends: Vec<i32>,
}

impl<R: Rows> Default for Items<R> {
    fn default() -> Self {
        Self { rows: R::default(), ends: vec![0] }
    }
}

impl<R: Rows> Items<R> {
    fn data_type() -> DataType {
        DataType::List(Arc::new(Field::new_struct("item", R::fields(), false)))
    }

    /// Ends the list of a row.
    fn end(&mut self) {
        self.ends.push(i32::try_from(self.rows.len()).unwrap_or(i32::MAX));
    }

    fn lists(&mut self) -> ArrayRef {
        let ends = replace(&mut self.ends, vec![0]);
        let item = Arc::new(Field::new_struct("item", R::fields(), false));
        Arc::new(ListArray::new(item, OffsetBuffer::new(ends.into()), Arc::new(self.rows.structs()), None))
    }
}

impl Folded {
    fn schema() -> Schema {
        Schema::new(vec![
            Field::new_struct(CALL, Calls::fields(), true),
            Field::new("operations", Items::<Operations>::data_type(), false),
            Field::new("participants", Items::<Participants>::data_type(), false),
            Field::new("findings", Items::<Findings>::data_type(), false),
        ])
    }

    /// Ends a row. Without a call, the row has findings only.
    fn row(&mut self, call: Option<&Summary<'_>>) {
        self.has_call.push(call.is_some());
        match call {
            Some(call) => {
                self.calls.push(call);
                for (position, operation) in call.operations().enumerate() {
                    self.operations.rows.push(call.id(), position, &operation);
                }
                for (position, name) in call.everybody().iter().enumerate() {
                    self.participants.rows.push(call.id(), position, name);
                }
            }
            None => self.calls.push_null(),
        }
        self.operations.end();
        self.participants.end();
        self.findings.end();
    }

    fn batch(&mut self) -> PyResult<RecordBatch> {
        let set = NullBuffer::from(take(&mut self.has_call));
        let calls = StructArray::new(Calls::fields(), self.calls.arrays(), Some(set));
        let columns: Vec<ArrayRef> =
            vec![Arc::new(calls), self.operations.lists(), self.participants.lists(), self.findings.lists()];
        RecordBatch::try_new(Arc::new(Self::schema()), columns).map_err(wrong)
    }
}

impl Folding {
    fn feed(&mut self, batch: &RecordBatch) -> PyResult<()> {
        let calls = texts(batch, CALL)?.ok_or_else(|| missing(CALL))?;
        let parts = texts(batch, TEXT)?.ok_or_else(|| missing(TEXT))?;
        let (paths, records) = (texts(batch, PATH)?, numbers(batch, RECORD)?);
        for (row, (call, part)) in zip(&calls, &parts).enumerate() {
            let place = Place {
                path: text_at(paths.as_ref(), row),
                record: number_at(records.as_ref(), row),
                line: None,
            };
            self.part(call, part.unwrap_or_default(), place)?;
        }
        Ok(())
    }

    fn part(&mut self, call: Option<&str>, text: &str, place: Place<'_>) -> PyResult<()> {
        // What names no call is replayed alone, and as part of a call that nothing names: only its findings remain.
        let name = call.unwrap_or_default();
        let is_same = call.is_some() && self.current.as_ref().is_some_and(|current| current.call == name);
        if !is_same {
            self.end();
            let about = call.map(call_id).transpose()?;
            let only = about.unwrap_or_else(|| CallId::new(Uuid::nil()));
            let keep = if self.format == Format::Events { Keep::SummaryOfEvents } else { Keep::Summary };
            let replay = Replay::new().keep(keep).only(only);
            self.current = Some(Current { call: name.into(), about, replay, findings: Vec::new() });
        }
        let Some(Current { about, replay, findings, .. }) = &mut self.current else { return Ok(()) };
        let mut rest = text.as_bytes();
        while let Next::Record(record, decoded) = decode(self.format, rest, true) {
            rest = rest.get(record.consumed()..).unwrap_or_default();
            let found = replay.decoded(decoded, None).into_iter().filter(|finding| finding.call == *about);
            findings.extend(found.map(|finding| (place.path.map(Arc::from), place.record, finding)));
        }
        Ok(())
    }

    /// Ends the call of the last part. What gives neither a call nor a finding gives no row.
    fn end(&mut self) {
        let Some(Current { mut replay, findings, .. }) = self.current.take() else { return };
        let mut last = replay.finish(|_| {});
        last.extend(replay.unfinished());
        let calls = replay.summaries();
        if calls.is_empty() && findings.is_empty() && last.is_empty() {
            return;
        }
        for (path, record, finding) in &findings {
            let place = Place { path: path.as_deref(), record: *record, line: None };
            self.rows.findings.rows.push(place, finding);
        }
        for finding in &last {
            self.rows.findings.rows.push(Place::default(), finding);
        }
        self.rows.row(calls.first());
    }
}

#[pymethods]
impl Folder {
    #[new]
    fn new(format: &str) -> PyResult<Self> {
        let format = known_format(format)?;
        Ok(Self(Mutex::new(Folding { format, current: None, rows: Folded::default() })))
    }

    /// Replays more parts. Returns the calls that are complete, one row for each.
    fn feed<'py>(&self, py: Python<'py>, batch: PyRecordBatch) -> PyResult<Bound<'py, PyAny>> {
        let batch = batch.into_inner();
        let rows = py.detach(|| {
            let mut folding = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            folding.feed(&batch)?;
            folding.rows.batch()
        })?;
        PyRecordBatch::new(rows).into_pyarrow(py)
    }

    /// Ends the replay. Returns the calls that were not returned before.
    fn finish<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let rows = py.detach(|| {
            let mut folding = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            folding.end();
            folding.rows.batch()
        })?;
        PyRecordBatch::new(rows).into_pyarrow(py)
    }
}
