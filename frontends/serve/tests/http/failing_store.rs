//! A store that fails for a moment.

use std::sync::Arc;
use std::time::Duration;

use callfold_serve::ClockMode;
use callfold_store::Store;
use serde_json::json;

use super::stage::Stage;
use crate::common::Watched;

async fn stage(scenario: &str) -> (Arc<Watched>, Stage) {
    let watched = Arc::new(Watched::default());
    let store: Arc<dyn Store> = watched.clone();
    (watched, Stage::playing(&store, scenario, |_| {}).await)
}

#[tokio::test]
async fn what_happens_by_itself_is_tried_again() {
    let (store, stage) = stage("").await;
    let call = stage.ring(json!({})).await;
    assert_eq!(stage.ask(&call, "answer", stage.answer()).await.status, 202);
    store.fail(1);
    stage.pass(200).await;
    assert_eq!(stage.state(&call).await, "establishing");
    stage.pass(200).await;
    assert_eq!(stage.state(&call).await, "established");
}

#[tokio::test]
async fn a_caller_who_could_not_ring_rings_again() {
    let (store, stage) = stage("[[caller]]\nevery = \"10s\"\ntimes = 2").await;
    store.fail(1);
    stage.pass(0).await;
    stage.pass(0).await;
    assert_eq!(stage.bot.told(), ["incoming"]);
    stage.pass(10_000).await;
    assert_eq!(stage.bot.told(), ["incoming", "incoming"]);
}

#[tokio::test]
async fn it_is_tried_again_on_a_clock_that_runs() {
    let (store, stage) = stage("").await;
    let call = stage.ring(json!({})).await;
    assert_eq!(stage.ask(&call, "answer", stage.answer()).await.status, 202);
    store.fail(3);
    assert_eq!(stage.client.put("/_callfold/clock", json!({ "mode": ClockMode::Real })).await.status, 200);
    let established = async {
        while stage.state(&call).await != "established" {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), established).await.unwrap();
}

#[tokio::test]
async fn an_advance_ends_when_a_deadline_cannot_be_stored() {
    let (store, stage) = stage("").await;
    let call = stage.ring(json!({})).await;
    store.fail(u64::MAX);
    let by = stage.client.post("/_callfold/clock/advance", json!({ "by": "PT1M" }));
    let got = tokio::time::timeout(Duration::from_secs(3), by).await.unwrap();
    assert_eq!((got.status, got.header("retry-after")), (503, Some("1")), "{}", got.text);
    store.fail(0);
    stage.pass(60_000).await;
    assert_eq!(stage.state(&call).await, "terminated");
}
