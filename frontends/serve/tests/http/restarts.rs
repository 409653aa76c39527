//! A service that is started again on the same store goes on where it stopped.

use std::sync::Arc;
use std::time::{Duration, Instant};

use callfold_serve::ClockMode;
use callfold_store::{Sqlite, Store};
use serde_json::json;
use tempfile::TempDir;

use super::stage::Stage;
use crate::common::Answer;

fn sqlite() -> (TempDir, Arc<dyn Store>) {
    let folder = tempfile::tempdir().unwrap();
    let store = Sqlite::open(folder.path().join("calls.db")).unwrap();
    (folder, Arc::new(store))
}

fn count(log: &str, kind: &str) -> usize {
    log.matches(&format!("\"type\":\"{kind}\"")).count()
}

#[tokio::test]
async fn a_caller_presses_and_hangs_up_after_a_restart() {
    let scenario = r#"
[[caller]]
then = [{ on = "established", after = "1s", tonePressed = "tone1" }, { after = "30s", hangUp = true }]"#;
    let (_folder, store) = sqlite();
    let stage = Stage::playing(&store, scenario, |_| {}).await;
    stage.pass(0).await;
    let call = stage.server.calls().calls().next().unwrap().id().to_string();
    assert_eq!(stage.ask(&call, "answer", stage.answer()).await.status, 202);
    stage.pass(500).await;
    assert_eq!(stage.ask(&call, "subscribeToTone", json!({})).await.status, 200);
    let stage = stage.again(&store, scenario, |_| {}).await;
    stage.pass(1000).await;
    assert_eq!(count(&stage.log().await, "toneReceived"), 1);
    let stage = stage.again(&store, scenario, |_| {}).await;
    stage.pass(31_000).await;
    let log = stage.log().await;
    assert_eq!((count(&log, "offered"), count(&log, "toneReceived"), count(&log, "terminated")), (1, 1, 1));
    let done = stage.client.get("/_callfold/scenarios").await.json();
    assert_eq!(done["scenarios"][0]["calls"], 1);
}

#[tokio::test]
async fn a_caller_who_has_rung_often_enough_does_not_ring_after_a_restart() {
    for (scenario, rung) in [
        ("[[caller]]\n", 1),
        ("[[caller]]\nevery = \"10s\"\ntimes = 2", 2),
        ("[[caller]]\nevery = \"10s\"\ntimes = 0", 0),
    ] {
        let (_folder, store) = sqlite();
        let stage = Stage::playing(&store, scenario, |_| {}).await;
        stage.pass(60_000).await;
        assert_eq!(count(&stage.log().await, "offered"), rung, "{scenario}");
        let stage = stage.again(&store, scenario, |_| {}).await;
        stage.pass(60_000).await;
        assert_eq!(count(&stage.log().await, "offered"), rung, "{scenario}, after a restart");
    }
}

#[tokio::test]
async fn a_caller_rings_on_after_a_restart() {
    let scenario = "[[caller]]\nevery = \"10s\"\ntimes = 5";
    let (_folder, store) = sqlite();
    let stage = Stage::playing(&store, scenario, |_| {}).await;
    stage.pass(15_000).await;
    let stage = stage.again(&store, scenario, |_| {}).await;
    stage.pass(60_000).await;
    assert_eq!(count(&stage.log().await, "offered"), 5);
}

#[tokio::test]
async fn what_a_callee_did_does_not_happen_again_after_a_restart() {
    let scenario = r#"
[[callee]]
then = [{ on = "established", after = "1s", tonePressed = "tone1" }, { after = "30s", tonePressed = "tone2" }]"#;
    let (_folder, store) = sqlite();
    let stage = Stage::playing(&store, scenario, |_| {}).await;
    let placed = stage.place(json!({ "user": { "id": "adele" } })).await;
    let call = placed.json()["id"].as_str().unwrap().to_owned();
    stage.pass(1000).await;
    assert_eq!(stage.ask(&call, "subscribeToTone", json!({})).await.status, 200);
    stage.pass(10_000).await;
    assert_eq!(count(&stage.log().await, "toneReceived"), 1);
    let stage = stage.again(&store, scenario, |_| {}).await;
    stage.pass(1000).await;
    assert_eq!(count(&stage.log().await, "toneReceived"), 1);
    stage.pass(30_000).await;
    assert_eq!(count(&stage.log().await, "toneReceived"), 2);
}

#[tokio::test]
async fn calls_of_a_scenario_that_are_forgotten_are_not_offered_again() {
    let scenario = "[[caller]]\nevery = \"10s\"\ntimes = 4";
    let (_folder, store) = sqlite();
    let stage = Stage::playing(&store, scenario, |settings| settings.limits.ended_calls = 1).await;
    stage.pass(60_000).await;
    let log = stage.log().await;
    let stage = stage.again(&store, scenario, |settings| settings.limits.ended_calls = 1).await;
    stage.pass(60_000).await;
    assert_eq!(stage.server.calls().calls().count(), 1);
    assert_eq!(stage.log().await, log);
}

#[tokio::test]
async fn ended_calls_stay_in_a_store_that_is_given() {
    let (_folder, store) = sqlite();
    let stage = Stage::playing(&store, "", |settings| settings.limits.ended_calls = 0).await;
    let call = stage.ring(json!({})).await;
    assert_eq!(stage.happen(&call, json!({ "type": "hungUp" })).await.status, 202);
    stage.ring(json!({})).await;
    stage.server.stop().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!store.read(call.parse().unwrap(), 1).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_store_that_is_given_is_called_so_in_errors() {
    let (_folder, store) = sqlite();
    let stage =
        Stage::playing(&store, "", |settings| settings.now = "2099-01-01T00:00:00Z".parse().ok()).await;
    stage.ring(json!({})).await;
    stage.server.stop().await;
    let mut settings = crate::common::settings();
    settings.clock = ClockMode::Real;
    let failed = callfold_serve::Server::builder().settings(settings).store(store).start().await;
    let why = failed.unwrap_err().to_string();
    assert!(why.contains("the given store") && !why.contains("memory"), "{why}");
}

#[tokio::test]
async fn only_the_first_webhook_that_is_not_noted_is_a_repeat() {
    const ORIGINAL: &str = "X-Microsoft-Skype-Original-Message-ID";
    let (_folder, store) = sqlite();
    let stage = Stage::playing(&store, "", |_| {}).await;
    stage.bot.will_answer([Answer::status(500)]);
    let call = stage.ring(json!({})).await;
    assert_eq!(stage.happen(&call, json!({ "type": "hungUp" })).await.status, 202);
    let stage = stage.again(&store, "", |_| {}).await;
    stage.server.quiet().await;
    assert_eq!(stage.bot.told(), ["incoming", "incoming", "terminated"]);
    let originals: Vec<_> =
        stage.bot.received().iter().map(|posted| posted.header(ORIGINAL).is_some()).collect();
    assert_eq!(originals, [false, true, false]);
}

#[tokio::test]
async fn a_stop_waits_for_what_is_being_posted_and_the_rest_comes_after_the_next_start() {
    let (_folder, store) = sqlite();
    let stage = Stage::playing(&store, "", |_| {}).await;
    stage.bot.takes(500);
    for _ in 0..30 {
        let got = stage.client.post("/_callfold/calls", json!({})).await;
        assert_eq!(got.status, 201);
    }
    #[expect(clippy::disallowed_methods, reason = "how long the end takes is the question")]
    let begin = Instant::now();
    let bot = Arc::clone(&stage.bot);
    let stage = stage.again(&store, "", |_| {}).await;
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    bot.takes(0);
    stage.server.quiet().await;
    assert_eq!(bot.told(), ["incoming"; 30]);
}
