//! The time of decoding for each log format: `cargo bench --bench decode`.
//!
//! The yardstick of the same run is the same bytes, decoded by `serde_json` into borrowed types and dropped.
//! The crate has no public function that only decodes the text log of the SDK, so a full replay stands for
//! it.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark may panic, and its entry is a macro's")]

mod common;

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use callfold::graph::CommsNotifications;
use callfold::log::{Cut, Format, cut};
use callfold::{Recorded, Replay};
use common::log::{Log, Options};
use common::wire::{Body, Data, Line};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main};

/// The number of calls in a log. The log fits into the caches, as one block of a long log does.
const CALLS: u64 = 100;

fn benches(criterion: &mut Criterion) {
    let log: Vec<_> = Log::new(Options::new(CALLS)).collect();
    let mut group = group(criterion, "decode: event log", log.len());
    contender(&mut group, "yardstick: serde_json", &log, |line| {
        serde_json::from_str::<Line<'_>>(line).is_ok()
    });
    contender(&mut group, "Recorded::from_str", &log, |line| line.parse::<Recorded>().is_ok());
    replay(&mut group, "Replay::record", &log, Replay::new, |replay, line| {
        replay.record(Format::Events, line.as_bytes(), |_| {}).len()
    });
    group.finish();

    let log: Vec<_> = common::bodies(CALLS).collect();
    let mut group = self::group(criterion, "decode: notifications", log.len());
    contender(&mut group, "yardstick: serde_json", &log, |body| {
        serde_json::from_str::<Body<'_>>(body).is_ok()
    });
    contender(&mut group, "CommsNotifications", &log, |body| {
        serde_json::from_str::<CommsNotifications>(body).is_ok()
    });
    replay(&mut group, "Replay::record", &log, Replay::new, |replay, body| {
        replay.record(Format::Notifications, body.as_bytes(), |_| {}).len()
    });
    group.finish();

    let log = traces();
    let mut group = self::group(criterion, "decode: SDK log", log.len());
    contender(&mut group, "yardstick: serde_json", &log, is_decoded);
    replay(&mut group, "Replay::record", &log, Replay::new, |replay, entry| {
        replay.record(Format::SdkLog, entry.as_bytes(), |_| {}).len()
    });
    group.finish();
}

fn group<'a>(criterion: &'a mut Criterion, name: &str, records: usize) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(20).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    group.throughput(Throughput::Elements(records as u64));
    group
}

/// Decodes every record of a log. The function `decode` returns whether it could decode the record.
fn contender(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    log: &[String],
    decode: impl Fn(&str) -> bool,
) {
    assert!(log.iter().all(|record| decode(record)), "what is not decoded would be no measure");
    group.bench_function(name, |bencher| {
        bencher.iter(|| log.iter().filter(|record| decode(black_box(record.as_str()))).count());
    });
}

/// Decodes and folds every record of a log. Each iteration starts with an empty replay.
fn replay<T>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    log: &[String],
    new: impl Fn() -> T,
    take: impl Fn(&mut T, &str) -> usize,
) {
    group.bench_function(format!("{name}, and fold"), |bencher| {
        bencher.iter_with_large_drop(|| {
            let mut replay = new();
            let findings: usize = log.iter().map(|record| take(&mut replay, record)).sum();
            (findings, replay)
        });
    });
}

/// The entries of the sample and of the corpus of the fuzz targets.
fn traces() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let corpus = fs::read_dir(root.join("fuzz/corpus/sdk_log")).unwrap().map(|file| file.unwrap().path());
    let mut files: Vec<_> = corpus.chain([root.join("docs/samples/sdk.log")]).collect();
    files.sort();
    files.iter().flat_map(|file| entries(&fs::read(file).unwrap())).collect()
}

fn entries(mut log: &[u8]) -> Vec<String> {
    let mut entries = Vec::new();
    while let Cut::Record(record) = cut(Format::SdkLog, log, true) {
        entries.push(String::from_utf8_lossy(record.bytes).into_owned());
        log = log.get(record.consumed()..).unwrap();
    }
    entries
}

/// Decodes the JSON of an entry: notifications if the entry is an incoming request, a call or an operation if
/// it is outgoing.
fn is_decoded(entry: &str) -> bool {
    let Some((_, rest)) = entry.split_once("\n{") else { return true };
    let Some(json) = entry.get(entry.len() - rest.len() - 1..) else { return false };
    if entry.contains("TransactionDirection: Incoming") {
        black_box(serde_json::from_str::<Body<'_>>(json)).is_ok()
    } else {
        black_box(serde_json::from_str::<Data<'_>>(json)).is_ok()
    }
}

criterion_group!(all, benches);
criterion_main!(all);
