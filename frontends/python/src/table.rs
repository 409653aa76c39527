//! The four tables, as Arrow.

use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StructArray};
use arrow_schema::{Field, Schema, SchemaRef};
use callfold::Summary;
use callfold_cli::LocatedFinding;
use pyo3::prelude::*;
use pyo3::types::PyCapsule;
use pyo3_arrow::PyTable;
use pyo3_arrow::ffi::{ArrayIterator, to_schema_pycapsule, to_stream_pycapsule};

use crate::columns::{Calls, Findings, Operations, Participants, Place, Rows, number};
use crate::value::Reduced;

/// How many rows a batch has at most. The text of one batch then stays far below the 2 GiB that Arrow allows for a column.
const BATCH: usize = 1 << 16;

/// A table in the form of Arrow. ``pyarrow.table(table)``, ``polars.DataFrame(table)`` and DuckDB take it without a copy.
#[pyclass(frozen, module = "callfold")]
#[derive(Clone, Debug)]
pub(crate) struct Table {
    schema: SchemaRef,
    batches: Vec<RecordBatch>,
}

/// The rows that come, in batches.
struct Growing<R> {
    rows: R,
    batches: Vec<RecordBatch>,
}

impl<R: Rows> Default for Growing<R> {
    fn default() -> Self {
        Self { rows: R::default(), batches: Vec::new() }
    }
}

impl<R: Rows> Growing<R> {
    /// Ends a batch that is long enough.
    fn grown(&mut self) {
        if self.rows.len() >= BATCH {
            self.batches.push(RecordBatch::from(self.rows.structs()));
        }
    }

    fn table(mut self) -> Table {
        if self.rows.len() > 0 {
            self.batches.push(RecordBatch::from(self.rows.structs()));
        }
        Table { schema: Arc::new(Schema::new(R::fields())), batches: self.batches }
    }
}

impl Table {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.schema.fields().iter().map(|field| field.name().as_str())
    }
}

#[pymethods]
impl Table {
    /// The names of the columns.
    #[getter]
    fn column_names(&self) -> Vec<&str> {
        self.names().collect()
    }

    /// The number of rows.
    #[getter]
    fn num_rows(&self) -> usize {
        self.__len__()
    }

    fn __len__(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    /// Arrow's C data interface: a stream of batches. Nothing is copied.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyCapsule>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let batches: Vec<_> = self.batches.iter().map(|batch| Ok(structs(batch.clone()))).collect();
        let row = Field::new_struct("", self.schema.fields().clone(), false);
        let stream = ArrayIterator::new(batches, Arc::new(row));
        Ok(to_stream_pycapsule(py, Box::new(stream), requested_schema)?)
    }

    /// Arrow's C data interface: the schema.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        Ok(to_schema_pycapsule(py, self.schema.as_ref())?)
    }

    fn __repr__(&self) -> String {
        format!(
            "<callfold.Table of {} rows: {}>",
            self.__len__(),
            self.names().collect::<Vec<_>>().join(", ")
        )
    }

    #[staticmethod]
    fn _restore(table: PyTable) -> Self {
        let (batches, schema) = table.into_inner();
        Self { schema, batches }
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> PyResult<Reduced<(Py<PyAny>,)>> {
        let restore = slf.py().get_type::<Self>().getattr("_restore")?;
        let table = slf.py().import("pyarrow")?.call_method1("table", (slf,))?;
        Ok((restore.unbind(), (table.unbind(),)))
    }
}

fn structs(batch: RecordBatch) -> ArrayRef {
    Arc::new(StructArray::from(batch))
}

/// The four tables of a replay. Each has the column ``call_id``.
#[pyclass(frozen, get_all, module = "callfold")]
#[derive(Debug)]
pub(crate) struct Tables {
    /// One row for each call.
    calls: Py<Table>,
    /// One row for each operation, in their order in the call.
    operations: Py<Table>,
    /// One row for each name of somebody who was in a call, those who have left too.
    participants: Py<Table>,
    /// One row for each finding.
    findings: Py<Table>,
}

/// The four tables, before Python has them.
#[derive(Default)]
pub(crate) struct Building {
    calls: Growing<Calls>,
    operations: Growing<Operations>,
    participants: Growing<Participants>,
    findings: Growing<Findings>,
}

impl Building {
    pub(crate) fn call(&mut self, call: &Summary<'_>) {
        self.calls.rows.push(call);
        self.calls.grown();
        self.operations.rows.push_all(call);
        self.operations.grown();
        self.participants.rows.push_all(call);
        self.participants.grown();
    }

    pub(crate) fn finding(&mut self, located: &LocatedFinding) {
        let known = |value| (!located.is_of_end).then(|| number(value));
        let place = Place {
            path: Some(&located.path).filter(|_| !located.is_of_end).map(|path| &**path),
            record: known(located.record),
            line: known(located.line),
        };
        self.findings.rows.push(place, &located.finding);
        self.findings.grown();
    }

    pub(crate) fn tables(self, py: Python<'_>) -> PyResult<Tables> {
        Ok(Tables {
            calls: Py::new(py, self.calls.table())?,
            operations: Py::new(py, self.operations.table())?,
            participants: Py::new(py, self.participants.table())?,
            findings: Py::new(py, self.findings.table())?,
        })
    }
}

type FourTables = (Py<Table>, Py<Table>, Py<Table>, Py<Table>);

#[pymethods]
impl Tables {
    #[new]
    const fn new(
        calls: Py<Table>,
        operations: Py<Table>,
        participants: Py<Table>,
        findings: Py<Table>,
    ) -> Self {
        Self { calls, operations, participants, findings }
    }

    fn __repr__(&self) -> String {
        let [calls, operations, participants, findings] =
            [&self.calls, &self.operations, &self.participants, &self.findings]
                .map(|table| table.get().__len__());
        format!(
            "<callfold.Tables: {calls} calls, {operations} operations, {participants} participants, {findings} findings>"
        )
    }

    fn __reduce__(slf: &Bound<'_, Self>) -> Reduced<FourTables> {
        let (py, this) = (slf.py(), slf.get());
        let [calls, operations, participants, findings] =
            [&this.calls, &this.operations, &this.participants, &this.findings]
                .map(|table| table.clone_ref(py));
        (slf.get_type().into_any().unbind(), (calls, operations, participants, findings))
    }
}
