//! The time of observing and of posting a notification, without JSON: `cargo bench --bench observe`.
//!
//! The yardstick of the same run is a copy of the notification.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark may panic, and its entry is a macro's")]

mod common;

use std::hint::black_box;
use std::time::Duration;

use callfold::call::{Call, Delivery, Observed};
use callfold::graph::CommsNotification;
use callfold::{Ledger, Notify};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

/// The notifications of a generated call that are measured: the index and a name.
const NAMED: [(usize, &str); 7] = [
    (2, "established"),
    (3, "mediaState"),
    (4, "a roster"),
    (5, "an operation runs"),
    (6, "a tone"),
    (8, "an operation completed"),
    (11, "terminated"),
];

fn observe(call: Option<&Call>, notification: &CommsNotification) -> Observed {
    Call::observe(call, notification.call_id().unwrap(), notification, &Delivery::default())
}

/// The call before each notification, and after the last one.
fn course(notifications: &[CommsNotification]) -> Vec<Option<Call>> {
    let mut ledger = Ledger::new();
    let mut calls = vec![None];
    for notification in notifications {
        let observed = observe(calls.last().unwrap().as_ref(), notification);
        assert_eq!(observed.findings, []);
        observed.events.iter().for_each(|event| _ = ledger.apply(event).unwrap());
        calls.push(ledger.calls().next().cloned());
    }
    calls
}

fn benches(criterion: &mut Criterion) {
    let notifications = common::notifications();
    let calls = course(&notifications);
    let mut group = criterion.benchmark_group("observe");
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for (index, name) in NAMED {
        let (notification, call) = (notifications.get(index).unwrap(), calls.get(index).unwrap().as_ref());
        group.bench_function(format!("yardstick: {name}, copied"), |bencher| {
            bencher.iter(|| black_box(notification).clone());
        });
        group.bench_function(format!("observe: {name}"), |bencher| {
            bencher.iter(|| observe(black_box(call), notification));
        });
        let after = calls.get(index + 1).unwrap().as_ref();
        group.bench_function(format!("observe: {name}, again"), |bencher| {
            bencher.iter(|| observe(black_box(after), notification));
        });
    }
    group.throughput(Throughput::Elements(notifications.len() as u64));
    group.bench_function("observe and apply: all notifications of a call", |bencher| {
        bencher.iter(|| observe_all(black_box(&notifications)));
    });
    group.finish();
    report(criterion, &notifications, &calls);
}

fn observe_all(notifications: &[CommsNotification]) -> Ledger {
    let mut ledger = Ledger::new();
    for notification in notifications {
        let call = notification.call_id().and_then(|id| ledger.call(id));
        for event in observe(call, notification).events {
            ledger.apply(&event).unwrap();
        }
    }
    ledger
}

/// Measures the notifications that the service posts about the same events.
fn report(criterion: &mut Criterion, notifications: &[CommsNotification], calls: &[Option<Call>]) {
    let notify = Notify::new();
    let mut group = criterion.benchmark_group("notify");
    group.warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for (index, name) in NAMED {
        let (before, after) = (calls.get(index).unwrap().as_ref(), calls.get(index + 1).unwrap().as_ref());
        let Observed { events, .. } = observe(before, notifications.get(index).unwrap());
        let (event, call) = (events.last().unwrap(), after.unwrap());
        group.bench_function(format!("notify: {name}"), |bencher| {
            bencher.iter(|| notify.event(black_box(call), event));
        });
    }
    group.finish();
}

criterion_group!(all, benches);
criterion_main!(all);
