//! The sample logs as histories.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use callfold::log::{Cut, Format, cut};
use callfold::{CallId, Recorded, Replay};
use callfold_view::history::{CallHistory, HistoryFinding};

/// All sample logs. Each file with a webhook body is a log.
pub fn logs() -> Vec<PathBuf> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/samples");
    let bodies = samples.join("webhook-bodies");
    let mut logs: Vec<_> = [samples, bodies].iter().flat_map(|directory| files(directory)).collect();
    logs.sort();
    logs
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.is_file() && path.extension().is_some_and(|kind| kind != "md")).collect()
}

/// The histories of the calls in a log.
pub fn histories(path: &Path) -> Vec<CallHistory> {
    let input = path.file_name().unwrap().to_str().unwrap();
    read(&std::fs::read(path).unwrap(), input)
}

/// The histories of the calls in the bytes of a log.
pub fn read(log: &[u8], input: &str) -> Vec<CallHistory> {
    let format = Format::detect(log).unwrap();
    let mut events: BTreeMap<CallId, Vec<Recorded>> = BTreeMap::new();
    let mut findings: BTreeMap<CallId, Vec<HistoryFinding>> = BTreeMap::new();
    let (mut replay, mut rest, mut record, mut line) = (Replay::new(), log, 0, 1);
    while let Cut::Record(one) = cut(format, rest, true) {
        record += 1;
        let begins = line + one.skipped.iter().filter(|byte| **byte == b'\n').count() as u64;
        let keep = |recorded: &Recorded| events.entry(recorded.call).or_default().push(recorded.clone());
        for finding in replay.record(format, one, keep) {
            let Some(call) = finding.call else { continue };
            let after = events.get(&call).map_or(0, Vec::len);
            findings.entry(call).or_default().push(HistoryFinding::new(
                finding,
                input,
                (record, begins),
                after,
            ));
        }
        let consumed = &rest[..one.consumed()];
        line += consumed.iter().filter(|byte| **byte == b'\n').count() as u64;
        rest = &rest[one.consumed()..];
    }
    replay.finish(|recorded| events.entry(recorded.call).or_default().push(recorded.clone()));
    let history =
        |(call, events)| CallHistory::of(events, findings.remove(&call).unwrap_or_default()).unwrap();
    events.into_iter().map(history).collect()
}
