//! The time of a decision about a call in memory, without JSON: `cargo bench --bench decide`.
//!
//! The yardstick of the same run is the smallest possible result: one event.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark may panic, and its entry is a macro's")]

use std::hint::black_box;

use callfold::call::{AppIdentity, Call, CallEvent, Command, NetworkEvent, RequestContext, Transition};
use callfold::graph::{Method, Permission, Route, Tone};
use callfold::{CallId, Notify, Recorded};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

const LOG: &[&str] = &[
    r#""type":"offered","data":{"direction":"incoming","source":{"identity":{"user":{"id":"u"}}},"targets":[{}]}"#,
    r#""type":"answerRequested","data":{"callbackUri":"https://bot.contoso.com/callback","mediaConfig":{}}"#,
    r#""type":"answered","data":{}"#,
    r#""type":"established","data":{"mediaState":{"audio":"active"}}"#,
    r#""type":"operationCreated","data":{"@odata.type":"microsoft.graph.subscribeToToneOperation","id":"s","status":"completed"}"#,
];

fn warm() -> Call {
    let line = |(index, rest): (usize, &&str)| -> Recorded {
        let id = CallId::new(callfold::uuid::Uuid::from_u128(1));
        let revision = index + 1;
        format!(r#"{{"call":"{id}","rev":{revision},"at":"2026-11-23T09:15:00Z",{rest}}}"#).parse().unwrap()
    };
    let mut events = LOG.iter().enumerate().map(line);
    let mut call = Call::begin(events.next().unwrap()).unwrap();
    events.for_each(|event| call.evolve(event.clone()).unwrap());
    call
}

fn command(method: Method, body: &str) -> Command {
    let route = Route::new(method, Some(CallId::new(callfold::uuid::Uuid::from_u128(1))), None);
    Command::read(&route, body.as_bytes())
}

fn benches(criterion: &mut Criterion) {
    let call = warm();
    let at = "2026-11-23T09:16:00Z".parse().unwrap();
    let request =
        RequestContext::new(at, callfold::uuid::Uuid::from_u128(2), AppIdentity::new(Permission::ALL));
    let mut group = criterion.benchmark_group("decide");
    group.bench_function("yardstick: one event", |bencher| {
        bencher.iter(|| vec![Recorded::new(call.id(), 6, Some(at), CallEvent::Step(Transition::Held, None))]);
    });
    for (method, body) in [
        (Method::KeepAlive, ""),
        (Method::DeleteCall, ""),
        (Method::SubscribeToTone, r#"{"clientContext":"c"}"#),
        (Method::Transfer, r#"{"transferTarget":{"identity":{"user":{"id":"u"}}}}"#),
        (
            Method::PlayPrompt,
            r#"{"prompts":[{"mediaInfo":{"uri":"https://bot.contoso.com/a.wav"}}],"clientContext":"c"}"#,
        ),
        (Method::RecordResponse, r#"{"bargeInAllowed":true,"clientContext":"c"}"#),
    ] {
        let command = command(method, body);
        assert!(call.decide(command.clone(), &request).is_ok(), "a refusal would be no measure");
        group.bench_function(method.as_str(), |bencher| {
            bencher.iter_batched(
                || command.clone(),
                |command| black_box(&call).decide(command, &request).is_ok(),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
    others(criterion, &call);
}

/// The other steps of a service: a network event, a notification and the next deadline.
fn others(criterion: &mut Criterion, call: &Call) {
    let at = "2026-11-23T09:16:00Z".parse().unwrap();
    criterion.bench_function("network event: a tone", |bencher| {
        bencher.iter(|| {
            Call::on_network_event(Some(call), call.id(), NetworkEvent::TonePressed(Tone::Tone1), at).is_ok()
        });
    });
    let held = Recorded::new(call.id(), 6, Some(at), CallEvent::Step(Transition::Held, None));
    let notify = Notify::new();
    criterion
        .bench_function("notify: a step", |bencher| bencher.iter(|| notify.event(call, black_box(&held))));
    criterion.bench_function("next deadline", |bencher| bencher.iter(|| black_box(call).next_deadline()));
}

criterion_group!(all, benches);
criterion_main!(all);
