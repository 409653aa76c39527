//! A call as the JSON object that `replay --json` prints. The code writes the JSON itself, because a log can hold very many
//! calls, and serde would inspect each byte of each text. `docs/log-format.md` specifies the object.

use std::io::{self, Write};

use callfold::call::PartyRequest;
use callfold::graph::{CompletionReason, ResultInfo};
use callfold::uuid::Uuid;
use callfold::uuid::fmt::Hyphenated;
use callfold::{At, OperationSummary, Summary};
use serde::Serialize;

use crate::list::related::Related;

/// Writes a call. `more` writes further members, each with a comma before it.
///
/// # Errors
///
/// An error of `more`.
pub fn write(
    call: &Summary<'_>,
    related: &Related<'_>,
    more: impl FnOnce(&mut Vec<u8>) -> io::Result<()>,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    out.extend_from_slice(br#"{"id":"#);
    guid(call.id().guid(), out);
    out.extend_from_slice(br#","state":"#);
    name(call.state().as_str(), out);
    out.extend_from_slice(br#","direction":"#);
    text(call.direction(), out)?;
    out.extend_from_slice(br#","from":"#);
    text(call.caller().as_deref(), out)?;
    out.extend_from_slice(br#","to":"#);
    text(call.callees().as_deref(), out)?;
    out.extend_from_slice(br#","audio":"#);
    text(call.audio(), out)?;
    out.extend_from_slice(br#","resultInfo":"#);
    result(call.result_info(), out)?;
    out.extend_from_slice(br#","terminationReason":"#);
    text(call.termination_reason(), out)?;
    out.extend_from_slice(br#","operations":["#);
    for (index, operation) in call.operations().enumerate() {
        separate(index, out);
        write_operation(&operation, out)?;
    }
    out.extend_from_slice(br#"],"requests":["#);
    for (index, request) in call.party_requests().iter().enumerate() {
        separate(index, out);
        write_request(request, out)?;
    }
    out.extend_from_slice(br#"],"related":["#);
    for (index, id) in related.of(call).into_iter().enumerate() {
        separate(index, out);
        guid(id.guid(), out);
    }
    out.extend_from_slice(br#"],"participants":"#);
    number(call.participants(), out);
    out.extend_from_slice(br#","people":["#);
    for (index, name) in call.everybody().iter().enumerate() {
        separate(index, out);
        text(Some(name), out)?;
    }
    out.extend_from_slice(br#"],"tones":["#);
    for (index, tone) in call.tones().enumerate() {
        separate(index, out);
        text(Some(tone), out)?;
    }
    out.extend_from_slice(br#"],"firstAt":"#);
    time(call.first_at().map(At), out)?;
    out.extend_from_slice(br#","lastAt":"#);
    time(call.last_at().map(At), out)?;
    out.extend_from_slice(br#","revision":"#);
    number(call.revision(), out);
    more(out)?;
    out.push(b'}');
    Ok(())
}

fn write_operation(operation: &OperationSummary<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(br#"{"id":"#);
    match operation.id.map(|id| (id, id.guid())) {
        Some((_, Some(known))) => guid(known, out),
        Some((id, None)) => serde_json::to_writer(&mut *out, id)?,
        None => out.extend_from_slice(b"null"),
    }
    out.extend_from_slice(br#","kind":"#);
    name(operation.kind.as_str(), out);
    out.extend_from_slice(br#","status":"#);
    name(operation.state.as_str(), out);
    out.extend_from_slice(br#","clientContext":"#);
    text(operation.client_context, out)?;
    out.extend_from_slice(br#","orphaned":"#);
    out.extend_from_slice(if operation.is_orphaned { b"true" } else { b"false" });
    out.extend_from_slice(br#","resultInfo":"#);
    result(operation.result_info, out)?;
    out.extend_from_slice(br#","completionReason":"#);
    text(operation.completion_reason.map(CompletionReason::as_str), out)?;
    out.push(b'}');
    Ok(())
}

fn write_request(request: &PartyRequest, out: &mut Vec<u8>) -> io::Result<()> {
    out.extend_from_slice(br#"{"method":"#);
    name(request.method.as_str(), out);
    out.extend_from_slice(br#","target":"#);
    text(request.target.as_deref(), out)?;
    out.extend_from_slice(br#","replaces":"#);
    match request.replaces {
        Some(call) => guid(call.guid(), out),
        None => out.extend_from_slice(b"null"),
    }
    out.push(b'}');
    Ok(())
}

fn separate(index: usize, out: &mut Vec<u8>) {
    if index > 0 {
        out.push(b',');
    }
}

fn text(text: Option<&str>, out: &mut Vec<u8>) -> io::Result<()> {
    let Some(text) = text else { return out.write_all(b"null") };
    let needs_escape = |any: u8, byte: &u8| any | u8::from(*byte < b' ' || *byte == b'"' || *byte == b'\\');
    if text.as_bytes().iter().fold(0, needs_escape) != 0 {
        return Ok(serde_json::to_writer(out, text)?);
    }
    name(text, out);
    Ok(())
}

/// Writes a text that needs no escapes in JSON.
fn name(name: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.push(b'"');
}

fn guid(guid: Uuid, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(guid.hyphenated().encode_lower(&mut [0; Hyphenated::LENGTH]).as_bytes());
    out.push(b'"');
}

fn number(number: impl itoa::Integer, out: &mut Vec<u8>) {
    out.extend_from_slice(itoa::Buffer::new().format(number).as_bytes());
}

fn time(at: Option<At>, out: &mut Vec<u8>) -> io::Result<()> {
    match at {
        Some(at) => write!(out, "\"{at}\""),
        None => out.write_all(b"null"),
    }
}

fn result(result: Option<&ResultInfo>, out: &mut Vec<u8>) -> io::Result<()> {
    let result = result.map(|result| ResultJson {
        code: result.code.value().copied(),
        subcode: result.subcode.value().copied(),
        message: result.message.value().map(String::as_str),
    });
    Ok(serde_json::to_writer(out, &result)?)
}

#[derive(Serialize)]
struct ResultJson<'a> {
    code: Option<i32>,
    subcode: Option<i32>,
    message: Option<&'a str>,
}
