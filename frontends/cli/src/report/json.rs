//! The JSON object of `replay --json`: a promise, see `docs/log-format.md`.

use std::cell::Cell;
use std::io::{self, IsTerminal, Write};

use callfold::graph::ResultInfo;
use callfold::operation::Operation;
use callfold::{At, Call, CallId, Id};
use serde::ser::{Error as _, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Spool, secrets, stdout};
use crate::drive::Outcome;

pub(crate) fn json(outcome: &Outcome, findings: Spool, show_secrets: bool) -> io::Result<()> {
    let report = Report {
        inputs: outcome
            .inputs
            .iter()
            .map(|input| InputJson {
                path: &input.path,
                format: input.format.map(|format| format.as_str()),
                records: input.records,
                malformed: input.malformed,
            })
            .collect(),
        events: outcome.replay.events(),
        calls: Calls(outcome, show_secrets),
        findings: Findings(Cell::new(Some(findings))),
    };
    let mut out = stdout();
    if io::stdout().is_terminal() {
        serde_json::to_writer_pretty(&mut out, &report)?;
    } else {
        serde_json::to_writer(&mut out, &report)?;
    }
    out.write_all(b"\n")?;
    out.flush()
}

#[derive(Serialize)]
struct Report<'a> {
    inputs: Vec<InputJson<'a>>,
    events: u64,
    calls: Calls<'a>,
    findings: Findings,
}

#[derive(Serialize)]
struct InputJson<'a> {
    path: &'a str,
    format: Option<&'static str>,
    records: u64,
    malformed: u64,
}

struct Calls<'a>(&'a Outcome, bool);

impl Serialize for Calls<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(outcome, show_secrets) = self;
        let mut seq = serializer.serialize_seq(None)?;
        for call in outcome.replay.ledger().calls() {
            seq.serialize_element(&CallJson::new(call, *show_secrets))?;
        }
        seq.end()
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallJson<'a> {
    id: CallId,
    state: &'static str,
    direction: Option<&'a str>,
    audio: Option<&'a str>,
    result_info: Option<ResultJson<'a>>,
    operations: Vec<OperationJson<'a>>,
    participants: usize,
    tones: Vec<&'a str>,
    first_at: Option<At>,
    last_at: Option<At>,
    revision: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    secrets: Option<Vec<SecretJson<'a>>>,
}

impl<'a> CallJson<'a> {
    fn new(call: &'a Call, show_secrets: bool) -> Self {
        let is_over = !call.state().is_live();
        let tones = call.tones().iter().filter_map(|tone| tone.tone.value());
        let shown = secrets(call).into_iter().map(|shown| SecretJson {
            member: shown.member,
            operation: shown.operation,
            value: shown.value,
        });
        Self {
            id: call.id(),
            state: call.state().as_str(),
            direction: call.direction().map(|direction| direction.as_str()),
            audio: call.audio().map(|audio| audio.as_str()),
            result_info: call.result_info().map(ResultJson::new),
            operations: call.operations().iter().map(|one| OperationJson::new(one, is_over)).collect(),
            participants: call.participants().count(),
            tones: tones.map(|tone| tone.as_str()).collect(),
            first_at: call.first_at().map(At),
            last_at: call.last_at().map(At),
            revision: call.revision(),
            secrets: show_secrets.then(|| shown.collect()),
        }
    }
}

#[derive(Serialize)]
struct ResultJson<'a> {
    code: Option<i32>,
    subcode: Option<i32>,
    message: Option<&'a str>,
}

impl<'a> ResultJson<'a> {
    fn new(result: &'a ResultInfo) -> Self {
        Self {
            code: result.code.value().copied(),
            subcode: result.subcode.value().copied(),
            message: result.message.value().map(String::as_str),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct OperationJson<'a> {
    id: Option<&'a Id>,
    kind: &'static str,
    status: &'static str,
    client_context: Option<&'a str>,
    orphaned: bool,
}

impl<'a> OperationJson<'a> {
    fn new(operation: &'a Operation, is_over: bool) -> Self {
        Self {
            id: operation.id(),
            kind: operation.kind().as_str(),
            status: operation.state().as_str(),
            client_context: operation.client_context(),
            orphaned: is_over && operation.is_pending(),
        }
    }
}

#[derive(Serialize)]
struct SecretJson<'a> {
    member: &'static str,
    operation: Option<String>,
    value: &'a str,
}

/// Taken once, while they are written.
struct Findings(Cell<Option<Spool>>);

impl Serialize for Findings {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(None)?;
        if let Some(spool) = self.0.take() {
            for line in spool.lines().map_err(S::Error::custom)? {
                let finding = RawValue::from_string(line.map_err(S::Error::custom)?);
                seq.serialize_element(&finding.map_err(S::Error::custom)?)?;
            }
        }
        seq.end()
    }
}
