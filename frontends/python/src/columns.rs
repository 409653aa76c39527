//! The columns of the four tables. Each table has one builder here, and nothing else names a column.

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Int32Builder, Int64Builder, ListBuilder, StringBuilder, StructBuilder,
    TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, StructArray};
use arrow_schema::{DataType, Field, Fields, TimeUnit};
use callfold::call::PartyRequest;
use callfold::graph::{self, CompletionReason};
use callfold::{At, CallId, Finding, OperationId, OperationSummary, Summary};
use jiff::Timestamp;

/// The name and the type of a column, and whether it is never null.
type Column = (&'static str, DataType, bool);

/// The columns as fields of Arrow.
fn fields(columns: impl IntoIterator<Item = Column>) -> Fields {
    columns.into_iter().map(|(name, data_type, is_set)| Field::new(name, data_type, !is_set)).collect()
}

fn time() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

fn list_of(item: DataType) -> DataType {
    DataType::List(Arc::new(Field::new("item", item, true)))
}

fn request() -> Fields {
    fields([
        ("method", DataType::Utf8, true),
        ("target", DataType::Utf8, false),
        ("replaces", DataType::Utf8, false),
    ])
}

/// A table that is being built, column by column.
pub(crate) trait Rows: Default {
    /// The columns, in their order.
    fn fields() -> Fields;

    /// Takes what was built, and begins anew.
    fn arrays(&mut self) -> Vec<ArrayRef>;

    /// The number of rows.
    fn len(&self) -> usize;

    /// The rows as one array of structs, all of which are set.
    fn structs(&mut self) -> StructArray {
        StructArray::new(Self::fields(), self.arrays(), None)
    }
}

/// Microseconds since 1970, cut, not rounded: a time is never later than it was.
fn microseconds(at: Timestamp) -> i64 {
    i64::try_from(at.as_nanosecond().div_euclid(1_000)).unwrap_or(i64::MAX)
}

/// A time, and its exact text.
struct Times {
    at: TimestampMicrosecondBuilder,
    text: StringBuilder,
}

impl Default for Times {
    fn default() -> Self {
        Self { at: TimestampMicrosecondBuilder::new().with_timezone("UTC"), text: StringBuilder::new() }
    }
}

impl Times {
    fn push(&mut self, at: Option<Timestamp>) {
        self.at.append_option(at.map(microseconds));
        self.text.append_option(at.map(|at| At(at).to_string()));
    }

    fn arrays(&mut self) -> [ArrayRef; 2] {
        [Arc::new(self.at.finish()), Arc::new(self.text.finish())]
    }
}

/// Graph's `resultInfo`.
#[derive(Default)]
struct Results {
    code: Int32Builder,
    subcode: Int32Builder,
    message: StringBuilder,
}

impl Results {
    const COLUMNS: [Column; 3] = [
        ("result_code", DataType::Int32, false),
        ("result_subcode", DataType::Int32, false),
        ("result_message", DataType::Utf8, false),
    ];

    fn push(&mut self, result: Option<&graph::ResultInfo>) {
        self.code.append_option(result.and_then(|result| result.code.value().copied()));
        self.subcode.append_option(result.and_then(|result| result.subcode.value().copied()));
        self.message.append_option(result.and_then(|result| result.message.value()));
    }

    fn arrays(&mut self) -> [ArrayRef; 3] {
        [Arc::new(self.code.finish()), Arc::new(self.subcode.finish()), Arc::new(self.message.finish())]
    }
}

/// The calls.
pub(crate) struct Calls {
    call_id: StringBuilder,
    state: StringBuilder,
    direction: StringBuilder,
    caller: StringBuilder,
    callees: StringBuilder,
    audio: StringBuilder,
    result: Results,
    termination_reason: StringBuilder,
    participant_count: Int64Builder,
    tones: ListBuilder<StringBuilder>,
    requests: ListBuilder<StructBuilder>,
    first: Times,
    last: Times,
    revision: Int64Builder,
    rows: usize,
}

impl Default for Calls {
    fn default() -> Self {
        let request = StructBuilder::from_fields(request(), 0);
        Self {
            call_id: StringBuilder::new(),
            state: StringBuilder::new(),
            direction: StringBuilder::new(),
            caller: StringBuilder::new(),
            callees: StringBuilder::new(),
            audio: StringBuilder::new(),
            result: Results::default(),
            termination_reason: StringBuilder::new(),
            participant_count: Int64Builder::new(),
            tones: ListBuilder::new(StringBuilder::new()),
            requests: ListBuilder::new(request),
            first: Times::default(),
            last: Times::default(),
            revision: Int64Builder::new(),
            rows: 0,
        }
    }
}

impl Calls {
    /// A row in which nothing is set, for what belongs to no call.
    pub(crate) fn push_null(&mut self) {
        self.rows += 1;
        for column in [
            &mut self.call_id,
            &mut self.state,
            &mut self.direction,
            &mut self.caller,
            &mut self.callees,
            &mut self.audio,
            &mut self.termination_reason,
        ] {
            column.append_null();
        }
        self.result.push(None);
        self.participant_count.append_null();
        self.tones.append(false);
        self.requests.append(false);
        self.first.push(None);
        self.last.push(None);
        self.revision.append_null();
    }

    pub(crate) fn push(&mut self, call: &Summary<'_>) {
        self.rows += 1;
        self.call_id.append_value(id(call.id()));
        self.state.append_value(call.state().as_str());
        self.direction.append_option(call.direction());
        self.caller.append_option(call.caller());
        self.callees.append_option(call.callees());
        self.audio.append_option(call.audio());
        self.result.push(call.result_info());
        self.termination_reason.append_option(call.termination_reason());
        self.participant_count.append_value(number(call.participants()));
        call.tones().for_each(|tone| self.tones.values().append_value(tone));
        self.tones.append(true);
        call.party_requests().iter().for_each(|request| self.request(request));
        self.requests.append(true);
        self.first.push(call.first_at());
        self.last.push(call.last_at());
        self.revision.append_value(number(call.revision()));
    }

    fn request(&mut self, request: &PartyRequest) {
        let replaces = request.replaces.map(id);
        let values = [Some(request.method.as_str()), request.target.as_deref(), replaces.as_deref()];
        let built = self.requests.values();
        for (index, value) in values.into_iter().enumerate() {
            if let Some(column) = built.field_builder::<StringBuilder>(index) {
                column.append_option(value);
            }
        }
        built.append(true);
    }
}

impl Rows for Calls {
    fn fields() -> Fields {
        let before = [
            ("call_id", DataType::Utf8, true),
            ("state", DataType::Utf8, true),
            ("direction", DataType::Utf8, false),
            ("caller", DataType::Utf8, false),
            ("callees", DataType::Utf8, false),
            ("audio", DataType::Utf8, false),
        ];
        let after = [
            ("termination_reason", DataType::Utf8, false),
            ("participant_count", DataType::Int64, true),
            ("tones", list_of(DataType::Utf8), true),
            ("requests", list_of(DataType::Struct(request())), true),
            ("first_at", time(), false),
            ("first_at_text", DataType::Utf8, false),
            ("last_at", time(), false),
            ("last_at_text", DataType::Utf8, false),
            ("revision", DataType::Int64, true),
        ];
        fields(before.into_iter().chain(Results::COLUMNS).chain(after))
    }

    fn arrays(&mut self) -> Vec<ArrayRef> {
        self.rows = 0;
        let before = [
            &mut self.call_id,
            &mut self.state,
            &mut self.direction,
            &mut self.caller,
            &mut self.callees,
            &mut self.audio,
        ];
        let mut arrays: Vec<ArrayRef> = before.into_iter().map(texts).collect();
        arrays.extend(self.result.arrays());
        arrays.push(texts(&mut self.termination_reason));
        arrays.push(Arc::new(self.participant_count.finish()));
        arrays.push(Arc::new(self.tones.finish()));
        arrays.push(Arc::new(self.requests.finish()));
        arrays.extend(self.first.arrays());
        arrays.extend(self.last.arrays());
        arrays.push(Arc::new(self.revision.finish()));
        arrays
    }

    fn len(&self) -> usize {
        self.rows
    }
}

/// The operations of calls.
#[derive(Default)]
pub(crate) struct Operations {
    call_id: StringBuilder,
    position: Int64Builder,
    operation_id: StringBuilder,
    kind: StringBuilder,
    status: StringBuilder,
    client_context: StringBuilder,
    orphaned: BooleanBuilder,
    result: Results,
    completion_reason: StringBuilder,
    rows: usize,
}

impl Operations {
    /// A row for each operation of a call.
    pub(crate) fn push_all(&mut self, call: &Summary<'_>) {
        for (position, operation) in call.operations().enumerate() {
            self.push(call.id(), position, &operation);
        }
    }

    fn push(&mut self, call: CallId, position: usize, operation: &OperationSummary<'_>) {
        self.rows += 1;
        self.call_id.append_value(id(call));
        self.position.append_value(number(position));
        // A GUID in the usual letters, as in the JSON of the command.
        let written = |id: &OperationId| id.guid().map_or_else(|| id.to_string(), |guid| guid.to_string());
        self.operation_id.append_option(operation.id.map(written));
        self.kind.append_value(operation.kind.as_str());
        self.status.append_value(operation.state.as_str());
        self.client_context.append_option(operation.client_context);
        self.orphaned.append_value(operation.is_orphaned);
        self.result.push(operation.result_info);
        self.completion_reason.append_option(operation.completion_reason.map(CompletionReason::as_str));
    }
}

impl Rows for Operations {
    fn fields() -> Fields {
        let before = [
            ("call_id", DataType::Utf8, true),
            ("position", DataType::Int64, true),
            ("operation_id", DataType::Utf8, false),
            ("kind", DataType::Utf8, true),
            ("status", DataType::Utf8, true),
            ("client_context", DataType::Utf8, false),
            ("orphaned", DataType::Boolean, true),
        ];
        let after = [("completion_reason", DataType::Utf8, false)];
        fields(before.into_iter().chain(Results::COLUMNS).chain(after))
    }

    fn arrays(&mut self) -> Vec<ArrayRef> {
        self.rows = 0;
        let mut arrays: Vec<ArrayRef> = vec![
            texts(&mut self.call_id),
            Arc::new(self.position.finish()),
            texts(&mut self.operation_id),
            texts(&mut self.kind),
            texts(&mut self.status),
            texts(&mut self.client_context),
            Arc::new(self.orphaned.finish()),
        ];
        arrays.extend(self.result.arrays());
        arrays.push(texts(&mut self.completion_reason));
        arrays
    }

    fn len(&self) -> usize {
        self.rows
    }
}

/// The people of calls.
#[derive(Default)]
pub(crate) struct Participants {
    call_id: StringBuilder,
    position: Int64Builder,
    name: StringBuilder,
    rows: usize,
}

impl Participants {
    /// A row for each name of somebody who was in a call.
    pub(crate) fn push_all(&mut self, call: &Summary<'_>) {
        for (position, name) in call.everybody().iter().enumerate() {
            self.push(call.id(), position, name);
        }
    }

    fn push(&mut self, call: CallId, position: usize, name: &str) {
        self.rows += 1;
        self.call_id.append_value(id(call));
        self.position.append_value(number(position));
        self.name.append_value(name);
    }
}

impl Rows for Participants {
    fn fields() -> Fields {
        fields([
            ("call_id", DataType::Utf8, true),
            ("position", DataType::Int64, true),
            ("name", DataType::Utf8, true),
        ])
    }

    fn arrays(&mut self) -> Vec<ArrayRef> {
        self.rows = 0;
        vec![texts(&mut self.call_id), Arc::new(self.position.finish()), texts(&mut self.name)]
    }

    fn len(&self) -> usize {
        self.rows
    }
}

/// Findings.
#[derive(Default)]
pub(crate) struct Findings {
    path: StringBuilder,
    record: Int64Builder,
    line: Int64Builder,
    call_id: StringBuilder,
    severity: StringBuilder,
    kind: StringBuilder,
    message: StringBuilder,
    rows: usize,
}

/// Where a finding was found. Each part can be unknown.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Place<'a> {
    pub(crate) path: Option<&'a str>,
    pub(crate) record: Option<i64>,
    pub(crate) line: Option<i64>,
}

impl Findings {
    pub(crate) fn push(&mut self, place: Place<'_>, finding: &Finding) {
        self.rows += 1;
        self.path.append_option(place.path);
        self.record.append_option(place.record);
        self.line.append_option(place.line);
        self.call_id.append_option(finding.call.map(id));
        self.severity.append_value(finding.severity.as_str());
        self.kind.append_value(finding.kind.as_str());
        self.message.append_value(&finding.message);
    }
}

impl Rows for Findings {
    fn fields() -> Fields {
        fields([
            ("path", DataType::Utf8, false),
            ("record", DataType::Int64, false),
            ("line", DataType::Int64, false),
            ("call_id", DataType::Utf8, false),
            ("severity", DataType::Utf8, true),
            ("kind", DataType::Utf8, true),
            ("message", DataType::Utf8, true),
        ])
    }

    fn arrays(&mut self) -> Vec<ArrayRef> {
        self.rows = 0;
        vec![
            texts(&mut self.path),
            Arc::new(self.record.finish()),
            Arc::new(self.line.finish()),
            texts(&mut self.call_id),
            texts(&mut self.severity),
            texts(&mut self.kind),
            texts(&mut self.message),
        ]
    }

    fn len(&self) -> usize {
        self.rows
    }
}

fn texts(column: &mut StringBuilder) -> ArrayRef {
    Arc::new(column.finish())
}

fn id(call: CallId) -> String {
    call.to_string()
}

/// A number as the signed integer that all engines have.
pub(crate) fn number(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}
