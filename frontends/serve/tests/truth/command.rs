//! The calls of a list of deliveries, as the command `callfold replay` has them.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use callfold::{Ledger, Summary};
use callfold_view::call_json;
use callfold_view::list::related::Related;
use serde_json::Value;

/// The command to run; `None` if `CALLFOLD_BIN` names none.
pub(super) fn path() -> Option<String> {
    std::env::var("CALLFOLD_BIN").ok().filter(|path| !path.is_empty())
}

/// Replays a list of deliveries, as the service gives it.
pub(super) fn replay(command: &str, deliveries: &str) -> BTreeMap<String, Value> {
    let mut replay = Command::new(command);
    replay.args(["replay", "--json", "--quiet", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = replay.spawn().unwrap_or_else(|error| panic!("{command}: {error}"));
    child.stdin.take().unwrap().write_all(deliveries.as_bytes()).unwrap();
    let written: Value = serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
    by_id(written["calls"].as_array().unwrap().clone())
}

/// The calls of a ledger, as the command would write them.
pub(super) fn expected(ledger: &Ledger) -> BTreeMap<String, Value> {
    let all: Vec<Summary<'_>> = ledger.calls().map(Summary::from).collect();
    let related = Related::new(all.iter().copied());
    let written = all.iter().map(|call| {
        let mut text = Vec::new();
        call_json::write(call, &related, |_| Ok(()), &mut text).unwrap();
        serde_json::from_slice(&text).unwrap()
    });
    by_id(written.collect())
}

fn by_id(calls: Vec<Value>) -> BTreeMap<String, Value> {
    calls.into_iter().map(|call| (call["id"].as_str().unwrap().to_owned(), call)).collect()
}
