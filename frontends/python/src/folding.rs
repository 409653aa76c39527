//! What engines such as Spark and Ray call: each part of a log is replayed where it is.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::mem::{replace, take};
use std::sync::{Arc, Mutex, PoisonError};

use arrow_array::builder::{Int32Builder, Int64Builder, StringBuilder};
use arrow_array::cast::AsArray as _;
use arrow_array::types::Int64Type;
use arrow_array::{Array as _, ArrayRef, Int64Array, ListArray, RecordBatch, StructArray};
use arrow_buffer::{NullBuffer, OffsetBuffer};
use arrow_cast::{CastOptions, cast, cast_with_options};
use arrow_schema::{DataType, Field, FieldRef, Schema};
use callfold::log::{Format, Next, by_call, decode};
use callfold::uuid::Uuid;
use callfold::{CallId, Finding, FindingKind, Keep, Replay, Summary};
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
const PART: &str = "part";
const TEXT: &str = "text";
const HOME: &str = "home";

/// Why a body cannot be put in order.
const NO_ORDER: &str = "a body has no time at which it was received, so its place among the others is unknown: name the column \
                        with the number of each record, as in record=\"number\"";

/// Why the order of two bodies is not known.
const SAME_TIME: &str = "two bodies were received at the same time, so their order is unknown: name the column with the \
                         number of each record, as in record=\"number\"";

fn known_format(name: &str) -> PyResult<Format> {
    match format(name)? {
        Some(format @ (Format::Events | Format::Notifications)) => Ok(format),
        Some(Format::SdkLog) | None => Err(wrong(format!(
            "`{name}`: a record that is read alone is of the format `events` or `notifications`; `callfold convert` makes \
             an event log of any other log"
        ))),
    }
}

/// A column of texts, in whichever of Arrow's types the engine has them.
struct Texts(ArrayRef);

impl Texts {
    #[expect(clippy::wildcard_enum_match_arm, reason = "no other type is text")]
    fn of(batch: &RecordBatch, name: &str) -> PyResult<Option<Self>> {
        let Some(column) = batch.column_by_name(name) else { return Ok(None) };
        // Bytes, because no engine promises that its texts are UTF-8.
        let bytes = match column.data_type() {
            DataType::Utf8 | DataType::Binary => DataType::Binary,
            DataType::LargeUtf8 | DataType::LargeBinary => DataType::LargeBinary,
            DataType::Utf8View | DataType::BinaryView => DataType::BinaryView,
            // A column in which all values are null.
            DataType::Null => DataType::Binary,
            other => return Err(wrong(format!("column `{name}`: expected text, found {other}"))),
        };
        let column = cast(column, &bytes).map_err(|error| wrong(format!("column `{name}`: {error}")))?;
        Ok(Some(Self(column)))
    }

    fn required(batch: &RecordBatch, name: &str) -> PyResult<Self> {
        Self::of(batch, name)?.ok_or_else(|| missing(name))
    }

    /// The text of a row, with U+FFFD for what is no character. `None` if it is null.
    fn get(&self, row: usize) -> Option<Cow<'_, str>> {
        if self.0.is_null(row) {
            return None;
        }
        let bytes = if let Some(column) = self.0.as_binary_opt::<i32>() {
            column.value(row)
        } else if let Some(column) = self.0.as_binary_opt::<i64>() {
            column.value(row)
        } else {
            self.0.as_binary_view_opt()?.value(row)
        };
        Some(String::from_utf8_lossy(bytes))
    }
}

fn text_at(column: Option<&Texts>, row: usize) -> Option<Cow<'_, str>> {
    column.and_then(|column| column.get(row))
}

/// A column of whole numbers.
fn numbers(batch: &RecordBatch, name: &str) -> PyResult<Option<Int64Array>> {
    let Some(column) = batch.column_by_name(name) else { return Ok(None) };
    let of = column.data_type();
    if !of.is_integer() && !of.is_null() {
        return Err(wrong(format!("column `{name}`: expected whole numbers, found {of}")));
    }
    let exact = CastOptions { safe: false, ..CastOptions::default() };
    let column = cast_with_options(column, &DataType::Int64, &exact);
    let column = column.map_err(|error| wrong(format!("column `{name}`: {error}")))?;
    Ok(Some(column.as_primitive::<Int64Type>().clone()))
}

fn missing(name: &str) -> PyErr {
    wrong(format!("there is no column `{name}`"))
}

fn number_at(column: Option<&Int64Array>, row: usize) -> Option<i64> {
    column.filter(|column| column.is_valid(row)).map(|column| column.value(row))
}

/// Splits records by call. `batch` has the column `text`, and can have `path` and `record`.
#[pyfunction]
pub(crate) fn split<'py>(py: Python<'py>, batch: PyRecordBatch, format: &str) -> PyResult<Bound<'py, PyAny>> {
    let (format, batch) = (known_format(format)?, batch.into_inner());
    let split = py.detach(|| split_batch(format, &batch))?;
    PyRecordBatch::new(split).into_pyarrow(py)
}

fn split_batch(format: Format, batch: &RecordBatch) -> PyResult<RecordBatch> {
    let records = Texts::required(batch, TEXT)?;
    let (paths, numbers) = (Texts::of(batch, PATH)?, numbers(batch, RECORD)?);
    let (mut call, mut path) = (StringBuilder::new(), StringBuilder::new());
    let (mut record, mut sort, mut part) = (Int64Builder::new(), Int64Builder::new(), Int32Builder::new());
    let (mut text, mut home) = (StringBuilder::new(), Int32Builder::new());
    for row in 0..batch.num_rows() {
        let number = number_at(numbers.as_ref(), row);
        let one = records.get(row).unwrap_or_default();
        for (place, found) in (0..).zip(by_call(format, &one)) {
            if format == Format::Notifications && found.call.is_some() && number.or(found.order).is_none() {
                return Err(wrong(NO_ORDER));
            }
            call.append_option(found.call.map(|call| call.to_string()));
            path.append_option(text_at(paths.as_ref(), row));
            record.append_option(number);
            sort.append_option(number.or(found.order));
            part.append_value(place);
            home.append_value(home_of(found.call, &found.text));
            text.append_value(found.text);
        }
    }
    let column = |name, data_type, is_set: bool| Field::new(name, data_type, !is_set);
    let schema = Schema::new(vec![
        column(CALL, DataType::Utf8, false),
        column(PATH, DataType::Utf8, false),
        column(RECORD, DataType::Int64, false),
        column(SORT, DataType::Int64, false),
        column(PART, DataType::Int32, true),
        column(TEXT, DataType::Utf8, true),
        column(HOME, DataType::Int32, true),
    ]);
    let columns: Vec<ArrayRef> = vec![
        Arc::new(call.finish()),
        Arc::new(path.finish()),
        Arc::new(record.finish()),
        Arc::new(sort.finish()),
        Arc::new(part.finish()),
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

/// Replays the parts that [`split`] makes. All parts of a call come one after the other, in their order.
#[pyclass(frozen, module = "callfold")]
pub(crate) struct Folder(Mutex<Folding>);

struct Folding {
    format: Format,
    current: Option<Current>,
    rows: Folded,
}

/// A part of a log.
struct Part<'a> {
    call: Option<Cow<'a, str>>,
    path: Option<Cow<'a, str>>,
    record: Option<i64>,
    sort: Option<i64>,
    text: Cow<'a, str>,
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
    /// The last body, if nothing but its time says where it belongs.
    last: Option<(i64, String)>,
    /// True if two different bodies have the same time.
    is_unordered: bool,
}

impl Current {
    fn new(format: Format, call: Option<&str>) -> PyResult<Self> {
        let about = call.map(call_id).transpose()?;
        let keep = if format == Format::Events { Keep::SummaryOfEvents } else { Keep::Summary };
        let replay = Replay::new().keep(keep).only(about.unwrap_or_else(|| CallId::new(Uuid::nil())));
        let call = call.unwrap_or_default().into();
        Ok(Self { call, about, replay, findings: Vec::new(), last: None, is_unordered: false })
    }

    fn part(&mut self, format: Format, part: &Part<'_>) {
        let path: Option<Arc<str>> = part.path.as_deref().map(Arc::from);
        if format == Format::Notifications && part.record.is_none() {
            self.compare(part);
        }
        let mut rest = part.text.as_bytes();
        while let Next::Record(record, decoded) = decode(format, rest, true) {
            rest = rest.get(record.consumed()..).unwrap_or_default();
            let found = self.replay.decoded(decoded, None).into_iter();
            let about = found.filter(|finding| finding.call == self.about);
            self.findings.extend(about.map(|finding| (path.clone(), part.record, finding)));
        }
    }

    /// Says once that the order of two bodies is not known.
    fn compare(&mut self, part: &Part<'_>) {
        let Some(sort) = part.sort else { return };
        let is_tie = self.last.as_ref().is_some_and(|(last, text)| *last == sort && *text != part.text);
        if is_tie && !self.is_unordered {
            self.is_unordered = true;
            let finding = Finding::new(FindingKind::Unordered, self.about, SAME_TIME);
            self.findings.push((part.path.as_deref().map(Arc::from), None, finding));
        }
        let (last, text) = self.last.get_or_insert_default();
        *last = sort;
        part.text.as_ref().clone_into(text);
    }
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
    fn item() -> FieldRef {
        Arc::new(Field::new_struct("item", R::fields(), false))
    }

    fn field(name: &str) -> Field {
        Field::new_list(name, Self::item(), false)
    }

    /// Ends the list of a row.
    fn end(&mut self) {
        self.ends.push(i32::try_from(self.rows.len()).unwrap_or(i32::MAX));
    }

    fn lists(&mut self) -> ArrayRef {
        let ends = replace(&mut self.ends, vec![0]);
        Arc::new(ListArray::new(
            Self::item(),
            OffsetBuffer::new(ends.into()),
            Arc::new(self.rows.structs()),
            None,
        ))
    }
}

impl Folded {
    fn schema() -> Schema {
        Schema::new(vec![
            Field::new_struct(CALL, Calls::fields(), true),
            Items::<Operations>::field("operations"),
            Items::<Participants>::field("participants"),
            Items::<Findings>::field("findings"),
        ])
    }

    /// Ends a row. Without a call, the row has findings only.
    fn row(&mut self, call: Option<&Summary<'_>>) {
        self.has_call.push(call.is_some());
        match call {
            Some(call) => {
                self.calls.push(call);
                self.operations.rows.push_all(call);
                self.participants.rows.push_all(call);
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
        let (calls, parts) = (Texts::required(batch, CALL)?, Texts::required(batch, TEXT)?);
        let (paths, records) = (Texts::of(batch, PATH)?, numbers(batch, RECORD)?);
        let sorts = numbers(batch, SORT)?;
        for row in 0..batch.num_rows() {
            let part = Part {
                call: calls.get(row),
                path: text_at(paths.as_ref(), row),
                record: number_at(records.as_ref(), row),
                sort: number_at(sorts.as_ref(), row),
                text: parts.get(row).unwrap_or_default(),
            };
            self.part(&part)?;
        }
        Ok(())
    }

    fn part(&mut self, part: &Part<'_>) -> PyResult<()> {
        // What names no call is replayed alone, and as part of a call that nothing names: only its findings remain.
        let is_same = |current: &Current| part.call.as_deref().is_some_and(|call| current.call == call);
        if !self.current.as_ref().is_some_and(is_same) {
            self.end();
            self.current = Some(Current::new(self.format, part.call.as_deref())?);
        }
        if let Some(current) = &mut self.current {
            current.part(self.format, part);
        }
        Ok(())
    }

    /// Ends the call of the last part. What gives neither a call nor a finding gives no row.
    fn end(&mut self) {
        let Some(Current { about, mut replay, findings, .. }) = self.current.take() else { return };
        let mut last = replay.finish(|_| {});
        last.extend(replay.unfinished());
        let mut calls = replay.summaries();
        // Without a call, the replay is of a call that nothing should name.
        calls.retain(|call| Some(call.id()) == about);
        last.retain(|finding| finding.call == about);
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
