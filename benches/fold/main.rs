//! The time of folding events in memory, by the number of calls: `cargo bench --bench fold`.
//!
//! The yardstick of the same run is a flat `match` over a `HashMap`, which keeps only what it needs to say
//! how each call ended. The log of a thousand calls is decoded once, and folded again and again under new
//! ids, a thousand calls at a time. The number of calls therefore grows, and the input does not.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark may panic, and its entry is a macro's")]

#[path = "../common/mod.rs"]
mod common;
mod flat;

use std::time::Duration;

use callfold::uuid::Uuid;
use callfold::{CallId, Ledger, Recorded};
use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group,
    criterion_main,
};

/// The number of calls in one wave.
const WAVE: u64 = 1000;

fn benches(criterion: &mut Criterion) {
    let events = common::events(WAVE);
    let mut group = criterion.benchmark_group("fold");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for calls in [1_000, 10_000, 100_000] {
        group.throughput(Throughput::Elements(events.len() as u64 * calls / WAVE));
        yardstick(&mut group, &events, calls);
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

/// The id that a call of the first wave has in another wave.
const fn renamed(call: u128, wave: u64) -> u128 {
    call ^ (wave as u128).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)
}

criterion_group!(all, benches);
criterion_main!(all);
