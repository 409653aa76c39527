//! `callfold store stats`: what a store holds.

use std::io::{self, Write};

use serde::Serialize;

use crate::status::Status;
use crate::stdout::stdout;
use crate::stores::open::OpenStore;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StatsJson {
    store: String,
    calls: u64,
    unfinished: u64,
    events: u64,
    snapshots: u64,
    /// `None` where it is not known.
    bytes: Option<u64>,
    bytes_per_call: Option<u64>,
    schema_version: Option<u64>,
}

pub(super) fn run(address: &str, is_json: bool) -> io::Result<Status> {
    let store = OpenStore::to_read(address)?;
    let stats = store.wait(store.store.stats())?;
    let schema_version = store.wait(store.store.schema_version())?;
    let bytes = (stats.bytes > 0).then_some(stats.bytes);
    let stats = StatsJson {
        store: store.address.to_string(),
        calls: stats.calls,
        unfinished: stats.unfinished,
        events: stats.events,
        snapshots: stats.snapshots,
        bytes,
        bytes_per_call: bytes.and_then(|bytes| bytes.checked_div(stats.calls)),
        schema_version,
    };
    let mut out = stdout()?;
    if is_json {
        serde_json::to_writer(&mut out, &stats)?;
        writeln!(out)?;
    } else {
        lines(&stats, &mut out)?;
    }
    out.flush()?;
    Ok(Status::SUCCESS)
}

fn lines(stats: &StatsJson, out: &mut impl Write) -> io::Result<()> {
    let known = |number: Option<u64>| number.map_or_else(|| "not known".into(), |number| number.to_string());
    for (name, value) in [
        ("calls", stats.calls.to_string()),
        ("unfinished", stats.unfinished.to_string()),
        ("events", stats.events.to_string()),
        ("snapshots", stats.snapshots.to_string()),
        ("bytes", known(stats.bytes)),
        ("bytes per call", known(stats.bytes_per_call)),
        ("schema version", known(stats.schema_version)),
    ] {
        writeln!(out, "{name:14}  {value}")?;
    }
    Ok(())
}
