//! The JSON object of `replay --json`: a promise, see `docs/log-format.md`.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{self, IsTerminal, Write};

use callfold::graph::ResultInfo;
use callfold::{At, Call, CallId, Id, Summary};
use serde::ser::{Error as _, SerializeSeq};
use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::{Spool, secrets, stdout};
use crate::drive::Outcome;

pub(crate) fn json(outcome: &Outcome, findings: Spool, shows_secrets: bool) -> io::Result<()> {
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
        events: outcome.calls.events(),
        calls: Calls(outcome, shows_secrets),
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
        let Self(outcome, shows_secrets) = self;
        let ledger = outcome.calls.ledger().filter(|_| *shows_secrets);
        serializer.collect_seq(outcome.calls.summaries().into_iter().map(|call| {
            let whole = ledger.and_then(|ledger| ledger.call(call.id()));
            CallJson::new(call, whole.map(SecretJson::all))
        }))
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct CallJson<'a> {
    id: CallId,
    state: &'static str,
    direction: Option<&'a str>,
    audio: Option<&'a str>,
    #[serde(serialize_with = "result")]
    result_info: Option<Cow<'a, ResultInfo>>,
    #[serde(serialize_with = "operations")]
    operations: Summary<'a>,
    participants: usize,
    #[serde(serialize_with = "tones")]
    tones: Summary<'a>,
    first_at: Option<At>,
    last_at: Option<At>,
    revision: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    secrets: Option<Vec<SecretJson<'a>>>,
}

impl<'a> CallJson<'a> {
    fn new(call: Summary<'a>, secrets: Option<Vec<SecretJson<'a>>>) -> Self {
        Self {
            id: call.id(),
            state: call.state().as_str(),
            direction: call.direction(),
            audio: call.audio(),
            result_info: call.result_info(),
            operations: call,
            participants: call.participants(),
            tones: call,
            first_at: call.first_at().map(At),
            last_at: call.last_at().map(At),
            revision: call.revision(),
            secrets,
        }
    }
}

#[derive(Serialize)]
struct ResultJson<'a> {
    code: Option<i32>,
    subcode: Option<i32>,
    message: Option<&'a str>,
}

fn result<S: Serializer>(result: &Option<Cow<'_, ResultInfo>>, serializer: S) -> Result<S::Ok, S::Error> {
    let told = result.as_ref().map(|result| ResultJson {
        code: result.code.value().copied(),
        subcode: result.subcode.value().copied(),
        message: result.message.value().map(String::as_str),
    });
    told.serialize(serializer)
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

fn operations<S: Serializer>(call: &Summary<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(call.operations().map(|operation| OperationJson {
        id: operation.id,
        kind: operation.kind.as_str(),
        status: operation.state.as_str(),
        client_context: operation.client_context,
        orphaned: operation.is_orphaned,
    }))
}

fn tones<S: Serializer>(call: &Summary<'_>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(call.tones())
}

#[derive(Serialize)]
struct SecretJson<'a> {
    member: &'static str,
    operation: Option<String>,
    value: &'a str,
}

impl<'a> SecretJson<'a> {
    fn all(call: &'a Call) -> Vec<Self> {
        let shown = secrets(call).into_iter();
        let secrets =
            shown.map(|shown| Self { member: shown.member, operation: shown.operation, value: shown.value });
        secrets.collect()
    }
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
