//! Clients that disconnect, and programs that stop waiting, cut nothing off.

use std::sync::Arc;
use std::time::Duration;

use callfold::call::NetworkEvent;
use callfold::graph::EndCode;
use callfold::jiff::SignedDuration;
use callfold_store::Store;
use serde_json::json;

use super::stage::{CALLS, Stage};
use crate::common::Watched;

/// Waits until the bot was told so, for a few seconds at most.
async fn told(stage: &Stage, wanted: &str) {
    let told = async {
        while stage.bot.told().last().is_none_or(|last| last != wanted) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let told = tokio::time::timeout(Duration::from_secs(3), told).await;
    assert!(told.is_ok(), "{wanted} is not the last of {:?}", stage.bot.told());
}

/// A request whose client disconnects while the store is writing.
async fn disconnects(stage: &Stage, store: &Watched, verb: &'static str, path: String, body: String) {
    let client = stage.client.clone();
    store.hold();
    let request = tokio::spawn(async move { client.send(verb, &path, &[], body).await });
    store.holds_one().await;
    request.abort();
    // The service has to notice.
    tokio::time::sleep(Duration::from_millis(300)).await;
    store.release();
}

async fn stage() -> (Arc<Watched>, Stage) {
    let watched = Arc::new(Watched::default());
    let store: Arc<dyn Store> = watched.clone();
    (watched, Stage::playing(&store, "", |_| {}).await)
}

#[tokio::test]
async fn a_request_of_an_app_that_disconnects_is_served() {
    let (store, stage) = stage().await;
    let call = stage.ring(json!({})).await;
    disconnects(&stage, &store, "POST", format!("{CALLS}/{call}/reject"), "{}".into()).await;
    told(&stage, "terminated").await;
    assert_eq!(stage.state(&call).await, "terminated");
}

#[tokio::test]
async fn an_event_whose_sender_disconnects_happens() {
    let (store, stage) = stage().await;
    let call = stage.ring(json!({})).await;
    let path = format!("/_callfold/calls/{call}/events");
    disconnects(&stage, &store, "POST", path, json!({ "type": "hungUp" }).to_string()).await;
    told(&stage, "terminated").await;
}

#[tokio::test]
async fn an_advance_whose_sender_disconnects_goes_on() {
    let (store, stage) = stage().await;
    let call = stage.ring(json!({})).await;
    assert_eq!(stage.ask(&call, "answer", stage.answer()).await.status, 202);
    let by = json!({ "by": "PT1S" }).to_string();
    disconnects(&stage, &store, "POST", "/_callfold/clock/advance".into(), by).await;
    told(&stage, "established").await;
}

#[tokio::test]
async fn a_method_that_is_not_waited_for_goes_on() {
    let (store, stage) = stage().await;
    let call = stage.ring(json!({})).await;
    assert_eq!(stage.ask(&call, "answer", stage.answer()).await.status, 202);
    store.hold();
    tokio::select! {
        _ = stage.server.advance(SignedDuration::from_secs(1)) => panic!("it cannot be done"),
        () = store.holds_one() => {}
    }
    store.release();
    told(&stage, "established").await;
    store.hold();
    let hangs_up = NetworkEvent::hung_up(EndCode::AppEnded);
    tokio::select! {
        _ = stage.server.happen(call.parse().unwrap(), hangs_up) => panic!("it cannot be done"),
        () = tokio::time::sleep(Duration::from_millis(100)) => {}
    }
    store.release();
    told(&stage, "terminated").await;
}
