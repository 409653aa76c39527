//! What folding costs from memory, by the number of calls: `cargo bench --bench fold`.
//!
//! The yardstick of the same run: a flat `match` over a `HashMap`, which keeps of a call what it must to say how the
//! call ended. A thousand calls are decoded once and fold over and over under other ids, a thousand at a time, so
//! that what grows is what is kept and not what is read. The lines of the bulk replay are matched before, digests
//! and ids included.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark may panic, and its entry is a macro's")]

#[path = "../common/mod.rs"]
mod common;
mod flat;

use std::time::Duration;

use callfold::uuid::Uuid;
use callfold::{Bulk, CallId, Ledger, Recorded};
use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group,
    criterion_main,
};

/// How many calls one wave has.
const WAVE: u64 = 1000;

fn benches(criterion: &mut Criterion) {
    let events = common::events(WAVE);
    let mut group = criterion.benchmark_group("fold");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for calls in [1_000, 10_000, 100_000] {
        group.throughput(Throughput::Elements(events.len() as u64 * calls / WAVE));
        yardstick(&mut group, &events, calls);
        bulk(&mut group, &events, calls);
        ledger(&mut group, &events, calls);
    }
    group.finish();
}

fn yardstick(group: &mut BenchmarkGroup<'_, WallTime>, events: &[Recorded], calls: u64) {
    let events: Vec<_> = events.iter().map(flat::Event::of).collect();
    group.bench_function(BenchmarkId::new("yardstick: a flat match", calls), |bencher| {
        bencher.iter_batched(
            flat::Calls::default,
            |mut folded| {
                for wave in 0..calls / WAVE {
                    for event in &events {
                        let event = flat::Event { call: renamed(event.call, wave), ..*event };
                        folded.apply(event).unwrap();
                    }
                }
                folded
            },
            BatchSize::PerIteration,
        );
    });
}

fn bulk(group: &mut BenchmarkGroup<'_, WallTime>, events: &[Recorded], calls: u64) {
    let lines: Vec<_> = events.iter().map(Recorded::to_string).collect();
    let ids: Vec<_> = events.iter().map(|recorded| recorded.call.guid().as_u128()).collect();
    let mut learned = Bulk::new();
    lines.iter().for_each(|line| assert!(learned.line(line.as_bytes()).is_empty()));
    let decoded = lines.iter().map(|line| learned.decode(line.as_bytes()).unwrap());
    let mut decoded: Vec<_> = decoded.collect();
    group.bench_function(BenchmarkId::new("Bulk::apply", calls), |bencher| {
        bencher.iter_batched(
            || learned.clone(),
            |mut bulk| {
                // The calls of wave 0 are those that were learned from.
                for wave in 1..=calls / WAVE {
                    for (line, id) in decoded.iter_mut().zip(&ids) {
                        line.set_call(CallId::new(Uuid::from_u128(renamed(*id, wave))));
                        assert!(bulk.apply(line));
                    }
                }
                bulk
            },
            BatchSize::PerIteration,
        );
    });
}

fn ledger(group: &mut BenchmarkGroup<'_, WallTime>, events: &[Recorded], calls: u64) {
    let ids: Vec<_> = events.iter().map(|recorded| recorded.call.guid().as_u128()).collect();
    let mut events = events.to_vec();
    group.bench_function(BenchmarkId::new("Ledger::apply", calls), |bencher| {
        bencher.iter_batched(
            Ledger::new,
            |mut ledger| {
                for wave in 0..calls / WAVE {
                    for (recorded, id) in events.iter_mut().zip(&ids) {
                        recorded.call = CallId::new(Uuid::from_u128(renamed(*id, wave)));
                        ledger.apply(recorded).unwrap();
                    }
                }
                ledger
            },
            BatchSize::PerIteration,
        );
    });
}

/// The id under which a call of the first wave comes again in another one.
const fn renamed(call: u128, wave: u64) -> u128 {
    call ^ (wave as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
}

criterion_group!(all, benches);
criterion_main!(all);
