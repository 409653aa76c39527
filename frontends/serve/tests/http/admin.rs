//! The admin API, and the start and the end of a service.

use callfold_serve::{ClockMode, Server};
use serde_json::{Value, json};

use super::stage::{CALLS, Stage};
use crate::common::{Client, settings};

#[tokio::test]
async fn health_and_metrics_are_there() {
    let stage = Stage::new().await;
    stage.established().await;
    for path in ["/_callfold/health", "/_callfold/ready"] {
        assert_eq!(stage.client.get(path).await.status, 200);
    }
    let text = stage.client.get("/_callfold/metrics").await.text;
    for line in [
        "callfold_requests_total{method=\"answer\",status=\"202\"} 1",
        "callfold_webhooks_total{outcome=\"settled\"} 3",
        "callfold_calls{state=\"established\"} 1",
        "callfold_queue_length 0",
        "callfold_deliveries_limit 10000",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
    let got = stage.client.get("/_callfold/nothing").await;
    assert_eq!((got.status, got.code().as_str()), (404, "NotFound"));
    assert_eq!(stage.client.post("/_callfold/health", json!({})).await.status, 405);
}

#[tokio::test]
async fn a_page_of_another_origin_may_not_use_it() {
    let stage = Stage::new().await;
    for header in [("origin", "https://evil.example"), ("host", "evil.example")] {
        let got = stage.client.send("POST", "/_callfold/calls", &[header], "{}").await;
        assert_eq!(got.status, 403, "{header:?}");
    }
    assert_eq!(stage.bot.received().len(), 0);
    let stage = Stage::with(|settings| {
        settings.admin_token = Some(callfold::Secret::new("s3cret".to_owned()));
    })
    .await;
    assert_eq!(stage.client.get("/_callfold/health").await.status, 401);
    let token = [("authorization", "Bearer s3cret")];
    assert_eq!(stage.client.send("GET", "/_callfold/health", &token, "").await.status, 200);
}

#[tokio::test]
async fn somebody_rings_and_what_happens_is_answered_for() {
    let stage = Stage::new().await;
    let call = stage.ring(json!({ "subject": "Stand-up", "meeting": true })).await;
    let got = stage.client.get(&format!("{CALLS}/{call}")).await.json();
    assert_eq!((got["subject"].as_str(), got["meetingInfo"].is_object()), (Some("Stand-up"), true));
    let wrong = stage.client.post("/_callfold/calls", json!({ "colour": "red" })).await;
    assert!(wrong.status == 400 && wrong.text.contains("colour"), "{}", wrong.text);

    let refused = stage.happen(&call, json!({ "type": "tonePressed", "tone": "tone5" })).await;
    let inner = &refused.json()["error"]["innerError"];
    assert_eq!(refused.status, 409, "{}", refused.text);
    assert!(inner["possible"].as_array().is_some_and(|names| names.contains(&json!("hungUp"))), "{inner}");
    let unknown = "57dab8b1-894c-409a-b240-bd8beae78896";
    assert_eq!(stage.happen(unknown, json!({ "type": "hungUp" })).await.status, 404);
    assert_eq!(stage.happen(&call, json!({ "type": "exploded" })).await.status, 400);
    let end = json!({ "type": "hungUp", "code": 480, "subcode": 10076 });
    assert_eq!(stage.happen(&call, end).await.status, 202);
    assert_eq!(stage.bot.told(), ["incoming", "terminated"]);
}

#[tokio::test]
async fn nobody_rings_a_bot_that_cannot_be_told() {
    let stage = Stage::with(|settings| settings.bot = None).await;
    for offer in [json!({}), json!({ "callbackUri": null, "policyRecording": true })] {
        let got = stage.client.post("/_callfold/calls", offer).await;
        assert!(got.status == 400 && got.text.contains("`callbackUri`"), "{}", got.text);
        assert!(got.text.contains("--bot"), "it says what to do: {}", got.text);
    }
    stage.ring(json!({ "callbackUri": stage.callback })).await;
    assert_eq!(stage.bot.told(), ["incoming"]);

    let add = async |scenario: Value| stage.client.post("/_callfold/scenarios", scenario).await;
    let got = add(json!({ "caller": [{ "callbackUri": stage.callback }, { "name": "Adele" }] })).await;
    assert!(got.status == 400 && got.text.contains("caller 2") && got.text.contains("--bot"), "{}", got.text);
    assert_eq!(
        add(json!({ "caller": [{ "callbackUri": stage.callback }], "callee": [{}] })).await.status,
        201
    );
}

#[tokio::test]
async fn calls_and_logs_are_listed() {
    let stage = Stage::new().await;
    let call = stage.established().await;
    let all = stage.client.get("/_callfold/calls").await.json();
    assert_eq!((all["calls"].as_array().map(Vec::len), &all["calls"][0]["id"]), (Some(1), &json!(call)));
    let log = stage.client.get("/_callfold/log").await.text;
    assert_eq!(log, stage.client.get(&format!("/_callfold/calls/{call}/log")).await.text);
    let mut replay = callfold::Replay::new();
    for line in log.lines() {
        assert!(replay.record(callfold::log::Format::Events, line.as_bytes(), |_| {}).is_empty());
    }
    assert_eq!(replay.calls().next(), stage.server.calls().calls().next());
    for path in ["", "/log"] {
        let unknown = format!("/_callfold/calls/57dab8b1-894c-409a-b240-bd8beae78896{path}");
        assert_eq!(stage.client.get(&unknown).await.status, 404);
        assert_eq!(stage.client.get(&format!("/_callfold/calls/x{path}")).await.status, 400);
    }
}

#[tokio::test]
async fn deliveries_are_listed_by_call_and_number() {
    let stage = Stage::new().await;
    let (one, two) = (stage.ring(json!({})).await, stage.ring(json!({})).await);
    stage.ask(&two, "reject", json!({ "reason": "busy" })).await;
    let list = async |query: &str| -> Vec<Value> {
        let listed = stage.client.get(&format!("/_callfold/deliveries{query}")).await.json();
        listed["deliveries"].as_array().unwrap().clone()
    };
    let all = list("").await;
    let kinds: Vec<_> = all.iter().map(|delivery| delivery["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["webhook", "webhook", "request", "webhook"]);
    assert_eq!(all[2]["answer"]["status"], 202);
    assert_eq!(all[0]["headers"]["Authorization"], "(hidden)");
    assert_eq!(list(&format!("?call={one}")).await, all[..1]);
    assert_eq!(list("?after=2").await, all[2..]);
    assert_eq!(stage.client.get("/_callfold/deliveries?after=x").await.status, 400);
}

#[tokio::test]
async fn the_clock_is_moved_and_never_goes_back() {
    let stage = Stage::new().await;
    let clock = stage.client.get("/_callfold/clock").await.json();
    assert_eq!(clock, json!({ "mode": "manual", "now": "2026-01-01T00:00:00Z", "next": null }));
    let call = stage.ring(json!({})).await;
    let advance = async |body: Value| stage.client.post("/_callfold/clock/advance", body).await;
    for wrong in [
        json!({}),
        json!({ "by": "-PT1S" }),
        json!({ "by": "soon" }),
        json!({ "to": "2025-01-01T00:00:00Z" }),
    ] {
        assert_eq!(advance(wrong.clone()).await.status, 400, "{wrong}");
    }
    assert_eq!(advance(json!({ "by": "PT14S" })).await.json()["now"], "2026-01-01T00:00:14Z");
    assert_eq!(stage.state(&call).await, "incoming");
    assert_eq!(advance(json!({ "to": "2026-01-01T00:00:15Z" })).await.status, 200);
    assert_eq!(stage.bot.told(), ["incoming", "terminated"]);
    let back = json!({ "mode": "manual", "now": "2026-01-01T00:00:00Z" });
    assert_eq!(stage.client.put("/_callfold/clock", back).await.status, 409);
    let set = json!({ "mode": "manual", "now": "2026-01-02T00:00:00Z" });
    assert_eq!(stage.client.put("/_callfold/clock", set).await.json()["now"], "2026-01-02T00:00:00Z");
    assert_eq!(stage.client.put("/_callfold/clock", json!({ "mode": "x5" })).await.json()["mode"], "x5");
    assert_eq!(advance(json!({ "by": "PT1S" })).await.status, 409);
    assert_eq!(stage.client.put("/_callfold/clock", json!({ "mode": "fast" })).await.status, 400);
}

#[tokio::test]
async fn faults_take_effect_at_once() {
    let stage = Stage::new().await;
    let call = stage.established().await;
    let fault = json!({ "requests": [{ "method": "keepAlive", "status": 429, "times": 1, "after": 1, "retryAfter": 3 }] });
    assert_eq!(stage.client.put("/_callfold/faults", fault.clone()).await.status, 200);
    assert_eq!(stage.client.get("/_callfold/faults").await.json()["requests"][0]["method"], "keepAlive");
    assert_eq!(stage.ask(&call, "keepAlive", json!({})).await.status, 200);
    let failed = stage.ask(&call, "keepAlive", json!({})).await;
    assert_eq!((failed.status, failed.header("retry-after")), (429, Some("3")));
    assert_eq!(failed.code(), "TooManyRequests");
    assert_eq!(stage.ask(&call, "keepAlive", json!({})).await.status, 200);
    for wrong in [
        json!({ "webhooks": { "repeat": 2 } }),
        json!({ "webhooks": { "delay": ["PT3S", "PT1S"] } }),
        json!({ "requests": [{ "status": 200 }] }),
        json!({ "requests": [{ "status": 503, "method": "fly" }] }),
        json!({ "webhook": {} }),
    ] {
        assert_eq!(stage.client.put("/_callfold/faults", wrong.clone()).await.status, 400, "{wrong}");
    }
    for (status, code) in [
        (401, "InvalidAuthenticationToken"),
        (403, "Forbidden"),
        (404, "NotFound"),
        (409, "Conflict"),
        (418, "BadRequest"),
        (502, "BadGateway"),
        (599, "InternalServerError"),
    ] {
        let fault = json!({ "requests": [{ "status": status }] });
        assert_eq!(stage.client.put("/_callfold/faults", fault).await.status, 200);
        let failed = stage.ask(&call, "keepAlive", json!({})).await;
        assert_eq!((failed.status, failed.code().as_str()), (status, code));
    }
    let repeats = json!({ "webhooks": { "repeat": 1 } });
    assert_eq!(stage.client.put("/_callfold/faults", repeats).await.status, 200);
    stage.ring(json!({})).await;
    let told = stage.bot.told();
    assert_eq!(told[told.len() - 2..], ["incoming", "incoming"]);
}

#[tokio::test]
async fn reset_forgets_calls_and_deliveries() {
    let stage = Stage::new().await;
    let call = stage.established().await;
    assert_eq!(stage.client.send("POST", "/_callfold/reset", &[], "").await.status, 204);
    assert_eq!(stage.client.get(&format!("{CALLS}/{call}")).await.status, 404);
    assert_eq!(stage.client.get("/_callfold/log").await.text, "");
    let left = stage.deliveries().await;
    assert!(
        left.iter().all(|delivery| delivery["call"] == call.as_str() && delivery["method"] == "GET"),
        "{left:?}"
    );
    assert_eq!(stage.client.get("/_callfold/calls").await.json(), json!({ "calls": [] }));
    // What was set stays.
    assert_eq!(stage.client.get("/_callfold/clock").await.json()["mode"], "manual");
    stage.established().await;
}

#[tokio::test]
async fn a_service_ends_in_order_and_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("calls.db").display());
    let stage = Stage::with(|settings| settings.store = store.clone()).await;
    let call = stage.established().await;
    let calls = stage.server.calls();
    let address = stage.server.address();
    stage.server.stop().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());

    let mut settings = settings();
    (settings.store, settings.clock) = (store, ClockMode::Manual);
    let again = Server::builder().settings(settings).start().await.unwrap();
    assert_eq!(again.calls().call(call.parse().unwrap()), calls.call(call.parse().unwrap()));
    again.quiet().await;
    assert_eq!(stage.bot.told(), ["incoming", "establishing", "established"], "nothing is posted again");
    let got = Client::new(again.url()).post(&format!("{CALLS}/{call}/keepAlive"), json!({})).await;
    assert_eq!(got.status, 200);
}

#[tokio::test]
async fn a_port_that_is_taken_says_what_to_do() {
    let stage = Stage::new().await;
    let mut settings = settings();
    settings.listen = stage.server.address().to_string();
    let why = Server::builder().settings(settings).start().await.unwrap_err().to_string();
    assert!(why.contains("the port is taken"), "{why}");
}
