//! The cost of keeping earlier states of a ledger, and of reading them: `cargo bench --bench snapshots`.
//!
//! The yardstick of the same run is a fold that keeps no earlier states. The benchmark first prints bytes per
//! event: the memory that is allocated and not freed, beyond that of the yardstick.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark may panic, and its entry is a macro's")]
#![allow(clippy::print_stdout, reason = "criterion measures no bytes")]

mod common;

use std::alloc::System;
use std::hint::black_box;
use std::time::Duration;

use callfold::{Ledger, Mark, Moment, Recorded};
use criterion::measurement::WallTime;
use criterion::{
    BatchSize, BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group,
    criterion_main,
};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// The ways to keep earlier states that are compared.
const KEPT: [(&str, Kept); 5] = [
    ("yardstick: nothing kept", Kept::Nothing),
    ("a clone at every event", Kept::Every(1)),
    ("a clone at every 64th event", Kept::Every(64)),
    ("Ledger::with_history", Kept::History),
    ("a mark at every event", Kept::Marks),
];

#[derive(Clone, Copy)]
enum Kept {
    Nothing,
    Every(usize),
    History,
    Marks,
}

impl Kept {
    fn ledger(self) -> Ledger {
        match self {
            Self::Nothing | Self::Every(_) => Ledger::new(),
            Self::History | Self::Marks => Ledger::with_history(),
        }
    }

    /// Folds the events. Returns the clones that were kept with the final ledger as the last one, and the
    /// marks.
    fn fold(self, events: &[Recorded]) -> (Vec<Ledger>, Vec<Mark>) {
        let (mut ledger, mut kept, mut marks) = (self.ledger(), Vec::new(), Vec::new());
        for (count, recorded) in (1..).zip(events) {
            ledger.apply(recorded).unwrap();
            if matches!(self, Self::Marks) {
                marks.push(ledger.mark());
            }
            if matches!(self, Self::Every(events) if count % events == 0) {
                kept.push(ledger.clone());
            }
        }
        kept.push(ledger);
        (kept, marks)
    }

    /// The number of bytes that the kept states hold.
    fn bytes(self, events: &[Recorded]) -> isize {
        let region = Region::new(ALLOCATOR);
        let kept = self.fold(events);
        let change = region.change();
        drop(kept);
        change.bytes_allocated as isize - change.bytes_deallocated as isize
    }
}

fn benches(criterion: &mut Criterion) {
    for calls in [1_000, 10_000] {
        let events = common::events(calls);
        keep(criterion, &events, calls);
    }
    let events = common::events(1_000);
    restore(criterion, &events);
    past(criterion);
}

fn keep(criterion: &mut Criterion, events: &[Recorded], calls: u64) {
    let mut group = group(criterion, "keep");
    group.throughput(Throughput::Elements(events.len() as u64));
    let alone = Kept::Nothing.bytes(events);
    println!("keep: the calls themselves, {calls} calls: {} bytes a call", alone / calls as isize);
    for (name, kept) in KEPT {
        let bytes = (kept.bytes(events) - alone) / events.len() as isize;
        println!("keep: {name}, {calls} calls: {bytes} bytes an event");
        group.bench_function(BenchmarkId::new(name, calls), |bencher| {
            bencher.iter_batched(|| (), |()| kept.fold(black_box(events)), BatchSize::PerIteration);
        });
    }
    group.finish();
}

/// Restores an earlier state of a thousand calls from a clone and later events.
fn restore(criterion: &mut Criterion, events: &[Recorded]) {
    let mut group = group(criterion, "restore");
    let (kept, _) = Kept::Every(64).fold(events);
    let (clone, rest) = (kept.get(99).unwrap(), events.get(6400..6463).unwrap());
    group.bench_function("a clone", |bencher| bencher.iter(|| black_box(clone).clone()));
    group.bench_function("restore: a clone and 63 events", |bencher| {
        bencher.iter_batched(
            || clone.clone(),
            |mut ledger| {
                rest.iter().for_each(|recorded| _ = ledger.apply(recorded).unwrap());
                ledger
            },
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

/// Reads earlier states of a hundred thousand calls: one call at any time or revision.
fn past(criterion: &mut Criterion) {
    let events = common::events(100_000);
    let history = Kept::History.fold(&events).0.pop().unwrap();
    let mut any = events.iter().cycle().step_by(7_919);
    let mut group = group(criterion, "past of 100,000 calls");
    group.bench_function("a call as of a time", |bencher| {
        bencher.iter(|| {
            let recorded = any.next().unwrap();
            history.as_of(Moment::Time(recorded.at.unwrap())).unwrap().call(recorded.call)
        });
    });
    group.bench_function("a call as of a revision", |bencher| {
        bencher.iter(|| {
            let recorded = any.next().unwrap();
            history.as_of(Moment::Revision(recorded.revision)).unwrap().call(recorded.call)
        });
    });
    group.finish();
}

fn group<'a>(criterion: &'a mut Criterion, name: &str) -> BenchmarkGroup<'a, WallTime> {
    let mut group = criterion.benchmark_group(name);
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    group
}

criterion_group!(all, benches);
criterion_main!(all);
