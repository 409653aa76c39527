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

/// The calls that are prepared for the requests, beside those of the crowd. The number is that of the call's id.
const INCOMING: u128 = u128::MAX - 2;
const RECORDED: u128 = u128::MAX - 3;
const APP_HOSTED: u128 = u128::MAX - 4;
const ON_HOLD: u128 = u128::MAX - 5;
/// A call of the crowd.
const ANY: u128 = 500;

/// A request of each method, and the call that it is about.
const REQUESTS: &[(Method, u128, Option<&str>, &str)] = &[
    (Method::DeleteCall, ANY, None, ""),
    (Method::GetCall, ANY, None, ""),
    (Method::ListParticipants, ANY, None, ""),
    (Method::CancelMediaProcessing, ANY, None, CONTEXT),
    (Method::ChangeScreenSharingRole, APP_HOSTED, None, r#"{"role":"sharer"}"#),
    (Method::KeepAlive, ANY, None, ""),
    (Method::Mute, ANY, None, CONTEXT),
    (Method::PlayPrompt, ANY, None, PROMPT),
    (
        Method::RecordResponse,
        ANY,
        None,
        r#"{"bargeInAllowed":true,"clientContext":"c","maxRecordDurationInSeconds":20}"#,
    ),
    (Method::SubscribeToTone, ANY, None, CONTEXT),
    (Method::Unmute, ANY, None, CONTEXT),
    (Method::UpdateRecordingStatus, RECORDED, None, r#"{"status":"recording","clientContext":"c"}"#),
    (Method::LogTeleconferenceDeviceQuality, ON_HOLD, None, QUALITY),
    (Method::CreateCall, ANY, None, CREATE),
    (
        Method::Answer,
        INCOMING,
        None,
        r##"{"callbackUri":"https://bot.contoso.com/callback","mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}"##,
    ),
    (Method::Reject, INCOMING, None, r#"{"reason":"busy"}"#),
    (Method::Redirect, INCOMING, None, r#"{"targets":[{"identity":{"user":{"id":"megan"}}}]}"#),
    (
        Method::Transfer,
        ANY,
        None,
        r#"{"transferTarget":{"identity":{"user":{"id":"u"}}},"transferee":{"identity":{"user":{"id":"adele"}}}}"#,
    ),
    (Method::SendDtmfTones, ANY, None, r#"{"tones":["tone1"],"clientContext":"c"}"#),
    (Method::AddLargeGalleryView, ANY, None, CONTEXT),
    (
        Method::Invite,
        ANY,
        None,
        r#"{"participants":[{"identity":{"user":{"id":"megan"}}}],"clientContext":"c"}"#,
    ),
    (Method::GetParticipant, ANY, Some("adele"), ""),
    (Method::MuteParticipant, ANY, Some("adele"), CONTEXT),
    (Method::DeleteParticipant, ANY, Some("adele"), ""),
    (Method::StartHoldMusic, ANY, Some("adele"), CONTEXT),
    (Method::StopHoldMusic, ON_HOLD, Some("adele"), CONTEXT),
    (Method::GetOperation, ON_HOLD, Some("music"), ""),
    (Method::MuteAll, ANY, None, CONTEXT),
    (
        Method::ConfigureMixer,
        ANY,
        None,
        r#"{"participantMixerLevels":[{"participant":"adele"}],"clientContext":"c"}"#,
    ),
    (Method::UpdateMetadata, ANY, None, r#"{"metadata":"m"}"#),
    (Method::ListAudioRoutingGroups, ANY, None, ""),
    (
        Method::CreateAudioRoutingGroup,
        ANY,
        None,
        r#"{"id":"g","routingMode":"oneToOne","sources":["a"],"receivers":["b"]}"#,
    ),
    (Method::ListContentSharingSessions, ANY, None, ""),
];

const CONTEXT: &str = r#"{"clientContext":"c"}"#;

const QUALITY: &str =
    r#"{"quality":{"callChainId":"0622673d-9f69-49b3-9d4f-5ec64f42ecce","mediaQualityList":[{}]}}"#;

const PROMPT: &str = r##"{"prompts":[{"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":{"uri":"https://cdn.contoso.com/beep.wav","resourceId":"1D6DE2D4-CD51-4309-8DAA-70768651088E"}}],"clientContext":"c"}"##;

const CREATE: &str = r##"{"callbackUri":"https://bot.contoso.com/callback","requestedModalities":["audio"],
    "mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"},"targets":[{"identity":{"user":{"id":"adele"}}}]}"##;

fn id(number: u128) -> CallId {
    // Spread over the whole range, as ids are.
    CallId::new(Uuid::from_u128(
        number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
    ))
}

/// A ledger with live calls of 250 seconds, so that 4,000 of a million end in the same second.
fn ledger(calls: u128) -> Ledger {
    let beginning: Timestamp = "2026-11-23T09:00:00Z".parse().unwrap();
    let mut ledger = Ledger::new();
    for number in 0..calls {
        let at = beginning + SignedDuration::from_secs(i64::try_from(number % 250).unwrap());
        fold(&mut ledger, number, at, &GROUP);
    }
    let before = "2026-11-23T09:04:59Z".parse().unwrap();
    fold(&mut ledger, INCOMING, before, &[r#""type":"offered","data":{}"#]);
    fold(
        &mut ledger,
        RECORDED,
        before,
        &[
            r#""type":"offered","data":{"incomingContext":{"observedParticipantId":"adele"}}"#,
            r#""type":"answered","data":{}"#,
            r#""type":"established","data":{}"#,
        ],
    );
    fold(
        &mut ledger,
        APP_HOSTED,
        before,
        &[
            r##""type":"placed","data":{"chatInfo":{"threadId":"19:a"},"mediaConfig":{"@odata.type":"#microsoft.graph.appHostedMediaConfig","blob":"b"}}"##,
            r#""type":"established","data":{}"#,
        ],
    );
    let [placed, established, roster] = GROUP;
    fold(
        &mut ledger,
        ON_HOLD,
        before,
        &[
            &placed.replace(
                "\"chatInfo\"",
                "\"callChainId\":\"0622673d-9f69-49b3-9d4f-5ec64f42ecce\",\"chatInfo\"",
            ),
            established,
            roster,
            r##""type":"operationCreated","data":{"@odata.type":"#microsoft.graph.startHoldMusicOperation","id":"music","status":"running"}"##,
            r#""type":"holdMusicStarted","data":{"participant":"adele","operation":"music"}"#,
        ],
    );
    ledger
}

/// The events of a group call with one participant.
const GROUP: [&str; 3] = [
    r##""type":"placed","data":{"callbackUri":"https://bot.contoso.com/callback","chatInfo":{"threadId":"19:a"},"mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}"##,
    r#""type":"established","data":{"mediaState":{"audio":"active"}}"#,
    r#""type":"rosterUpdated","data":{"sequenceNumber":1,"participants":[{"id":"adele"}]}"#,
];

fn fold(ledger: &mut Ledger, number: u128, at: Timestamp, events: &[&str]) {
    for (revision, event) in (1..).zip(events) {
        let line = format!(r#"{{"v":1,"call":"{}","rev":{revision},"at":"{at}",{event}}}"#, id(number));
        ledger.apply(&line.parse().unwrap()).unwrap();
    }
}

fn benches(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("serve");
    group.bench_function("yardstick: a parsed prompt", |bencher| {
        bencher.iter(|| serde_json::from_str::<serde_json::Value>(black_box(PROMPT)).unwrap());
    });
    assert!(REQUESTS.iter().map(|(method, ..)| method).eq(Method::ALL), "one request of each method");
    for calls in [1_000, 1_000_000] {
        let ledger = ledger(calls);
        let service = Service::new(&ledger);
        let now: Timestamp = "2026-11-23T09:05:00Z".parse().unwrap();
        let context = RequestContext::new(now, Uuid::from_u128(7), AppIdentity::new(Permission::ALL));
        for (method, number, item, body) in REQUESTS {
            let names_none = [Method::CreateCall, Method::LogTeleconferenceDeviceQuality].contains(method);
            let call = (!names_none).then(|| id(*number));
            let path = format!("/beta{}", Route::new(*method, call, item.map(Into::into)));
            let request = || {
                let headers = [("client-request-id", "0fe0623f-d628-42ed-b4bd-8ac290072cc5")];
                service.request(method.verb().as_str(), black_box(&path), &headers, body.as_bytes(), &context)
            };
            let served = request();
            assert!(served.refusal.is_none(), "{path}: {}", served.response.body);
            group.bench_function(BenchmarkId::new(method.as_str(), calls), |bencher| bencher.iter(request));
        }
        group.bench_function(BenchmarkId::new("network event", calls), |bencher| {
            bencher.iter(|| service.on_network_event(black_box(id(ANY)), NetworkEvent::Held, now).is_ok());
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
        let ends: Vec<_> = service.tick(first).into_iter().flat_map(|batch| batch.events).collect();
        group.bench_function(BenchmarkId::new(format!("fold of {ended} ends"), calls), |bencher| {
            bencher.iter_with_large_drop(|| {
                let mut after = ledger.clone();
                ends.iter().for_each(|event| _ = after.apply(event).unwrap());
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
