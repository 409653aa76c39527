//! The JSON object that `replay --json` prints. `docs/log-format.md` specifies it.

use std::io::{self, IsTerminal, Write};

use callfold_view::printable::printable_json;
use serde::Serialize;
use serde_json::{Deserializer, Serializer};

use super::calls;
use super::listed::Listed;
use super::spool::Spool;
use crate::args::ReplayArgs;
use crate::replayer::Outcome;
use crate::stdout::stdout;

/// Prints the object on standard output; indented where that is a terminal.
pub(crate) fn print(
    outcome: &Outcome,
    listed: &Listed<'_>,
    findings: Spool,
    args: &ReplayArgs,
) -> io::Result<()> {
    let mut out = stdout()?;
    if io::stdout().is_terminal() {
        let (mut object, mut pretty) = (Vec::new(), Vec::new());
        write(outcome, listed, findings, args, &mut object)?;
        serde_transcode::transcode(
            &mut Deserializer::from_slice(&object),
            &mut Serializer::pretty(&mut pretty),
        )?;
        let pretty = String::from_utf8(pretty).map_err(io::Error::other)?;
        out.write_all(printable_json(&pretty).as_bytes())?;
    } else {
        write(outcome, listed, findings, args, &mut out)?;
    }
    out.write_all(b"\n")?;
    out.flush()
}

#[derive(Serialize)]
struct InputJson<'a> {
    path: &'a str,
    format: Option<&'static str>,
    records: u64,
    malformed: u64,
}

fn write(
    outcome: &Outcome,
    listed: &Listed<'_>,
    findings: Spool,
    args: &ReplayArgs,
    mut out: impl Write,
) -> io::Result<()> {
    let inputs = outcome.inputs.iter().map(|input| InputJson {
        path: &input.path,
        format: input.format.map(|format| format.as_str()),
        records: input.records,
        malformed: input.malformed,
    });
    out.write_all(br#"{"inputs":"#)?;
    serde_json::to_writer(&mut out, &inputs.collect::<Vec<_>>())?;
    write!(out, r#","events":{},"calls":["#, outcome.replay.events())?;
    let secrets_of = Some(&outcome.replay).filter(|_| args.show_secrets);
    calls::write(listed, secrets_of, args.jobs, &mut out)?;
    out.write_all(br#"],"findings":["#)?;
    for (index, line) in findings.lines()?.enumerate() {
        if index > 0 {
            out.write_all(b",")?;
        }
        out.write_all(line?.as_bytes())?;
    }
    out.write_all(b"]}")
}
