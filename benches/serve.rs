//! The time of one input of a service, from the bytes of a request to the response: `cargo bench --bench serve`.
//!
//! Each is measured with 1,000 and with 1,000,000 live calls. The yardstick of the same run parses the body of a prompt with
//! `serde_json`.

#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark may panic, and its entry is a macro's")]

use std::hint::black_box;
use std::time::Duration;

use callfold::call::{AppIdentity, NetworkEvent, RequestContext};
use callfold::graph::{Method, Permission, Route};
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::service::Service;
use callfold::uuid::Uuid;
use callfold::{CallId, Ledger, serde_json};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};

/// A request of each kind that a live call of this benchmark accepts.
const REQUESTS: &[(Method, Option<&str>, &str)] = &[
    (Method::GetCall, None, ""),
    (Method::ListParticipants, None, ""),
    (Method::GetParticipant, Some("adele"), ""),
    (Method::KeepAlive, None, ""),
    (Method::DeleteCall, None, ""),
    (Method::CreateCall, None, CREATE),
    (
        Method::Transfer,
        None,
        r#"{"transferTarget":{"identity":{"user":{"id":"u"}}},"transferee":{"identity":{"user":{"id":"adele"}}}}"#,
    ),
    (Method::PlayPrompt, None, PROMPT),
    (
        Method::RecordResponse,
        None,
        r#"{"bargeInAllowed":true,"clientContext":"c","maxRecordDurationInSeconds":20}"#,
    ),
    (Method::CancelMediaProcessing, None, r#"{"clientContext":"c"}"#),
    (Method::SubscribeToTone, None, r#"{"clientContext":"c"}"#),
    (Method::SendDtmfTones, None, r#"{"tones":["tone1"],"clientContext":"c"}"#),
    (Method::Mute, None, r#"{"clientContext":"c"}"#),
    (Method::Unmute, None, r#"{"clientContext":"c"}"#),
    (Method::MuteParticipant, Some("adele"), r#"{"clientContext":"c"}"#),
    (Method::DeleteParticipant, Some("adele"), ""),
    (Method::StartHoldMusic, Some("adele"), r#"{"clientContext":"c"}"#),
    (Method::Invite, None, r#"{"participants":[{"identity":{"user":{"id":"megan"}}}],"clientContext":"c"}"#),
    (Method::AddLargeGalleryView, None, r#"{"clientContext":"c"}"#),
];

const PROMPT: &str = r##"{"prompts":[{"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":{"uri":"https://cdn.contoso.com/beep.wav","resourceId":"1D6DE2D4-CD51-4309-8DAA-70768651088E"}}],"clientContext":"c"}"##;

const CREATE: &str = r##"{"callbackUri":"https://bot.contoso.com/callback","requestedModalities":["audio"],
    "mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"},"targets":[{"identity":{"user":{"id":"adele"}}}]}"##;

fn id(number: u128) -> CallId {
    // Spread over the whole range, as ids are.
    CallId::new(Uuid::from_u128((number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835)))
}

/// A ledger with live calls of 250 seconds, so that 4,000 of a million end in the same second.
fn ledger(calls: u128) -> Ledger {
    let beginning: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    let mut ledger = Ledger::new();
    for number in 0..calls {
        let at = beginning + SignedDuration::from_secs(i64::try_from(number % 250).unwrap());
        for (revision, event) in (1..).zip([
            r##""type":"placed","data":{"callbackUri":"https://bot.contoso.com/callback","chatInfo":{"threadId":"19:a"},"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}"##,
            r#""type":"established","data":{"mediaState":{"audio":"active"}}"#,
            r#""type":"rosterUpdated","data":{"sequenceNumber":1,"participants":[{"id":"adele"}]}"#,
        ]) {
            let line = format!(r#"{{"v":1,"call":"{}","rev":{revision},"at":"{at}",{event}}}"#, id(number));
            ledger.apply(&line.parse().unwrap()).unwrap();
        }
    }
    ledger
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("serve");
    group.bench_function("yardstick: a parsed prompt", |bencher| {
        bencher.iter(|| serde_json::from_str::<serde_json::Value>(black_box(PROMPT)).unwrap());
    });
    for calls in [1_000, 1_000_000] {
        let ledger = ledger(calls);
        let service = Service::new(&ledger);
        let now: Timestamp = "2026-11-23T09:05:00Z".parse().unwrap();
        let context = RequestContext::new(now, Uuid::from_u128(7), AppIdentity::new(Permission::ALL));
        let call = id(calls / 2);
        for (method, item, body) in REQUESTS {
            let target = (*method != Method::CreateCall).then_some(call);
            let path = format!("/v1.0{}", Route::new(*method, target, item.map(Into::into)));
            let request = || {
                let headers = [("client-request-id", "0fe0623f-d628-42ed-b4bd-8ac290072cc5")];
                service.request(method.verb().as_str(), black_box(&path), &headers, body.as_bytes(), &context)
            };
            let served = request();
            assert!(served.refusal.is_none(), "{path}: {}", served.response.body);
            group.bench_function(BenchmarkId::new(method.as_str(), calls), |bencher| bencher.iter(request));
        }
        group.bench_function(BenchmarkId::new("network event", calls), |bencher| {
            bencher.iter(|| service.on_network_event(black_box(call), NetworkEvent::Held, now).is_ok());
        });
        group.bench_function(BenchmarkId::new("next deadline", calls), |bencher| {
            bencher.iter(|| black_box(&ledger).next_deadline());
        });
        // The keep-alive deadline of the calls of the first second.
        let first: Timestamp = "2026-11-23T09:45:00Z".parse().unwrap();
        let ended = service.tick(first).len();
        group.bench_function(BenchmarkId::new(format!("tick that ends {ended} calls"), calls), |bencher| {
            bencher.iter(|| service.tick(black_box(first)).len());
        });
        let beside: Vec<_> = service.tick(first).into_iter().flat_map(|batch| batch.events).collect();
        group.bench_function(BenchmarkId::new(format!("fold of {ended} ends"), calls), |bencher| {
            bencher.iter_with_large_drop(|| {
                let mut after = ledger.clone();
                beside.iter().for_each(|event| _ = after.apply(event).unwrap());
                after
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = serve;
    config = Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(1));
    targets = benches
}
criterion_main!(serve);
