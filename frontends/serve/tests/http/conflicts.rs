//! Events that somebody else has written to the store, and calls that were forgotten.

use std::sync::Arc;

use callfold::call::NetworkEvent;
use callfold::graph::EndCode;
use callfold::service::Service;
use callfold_store::{Memory, Store};
use serde_json::json;

use super::stage::{CALLS, Stage};

#[tokio::test]
async fn the_webhook_of_an_event_of_another_process_is_posted_and_its_call_counts_as_ended() {
    let store: Arc<dyn Store> = Arc::new(Memory::new());
    let stage = Stage::playing(&store, "", |_| {}).await;
    let call = stage.ring(json!({})).await;
    let hung_up = NetworkEvent::hung_up(EndCode::AppEnded);
    let calls = stage.server.calls();
    let batch =
        Service::new(&calls).on_network_event(call.parse().unwrap(), hung_up, stage.server.now()).unwrap();
    store.append(&batch.events).await.unwrap();
    assert_eq!(stage.bot.told(), ["incoming"]);
    // The service sees it when it wants to write itself.
    assert_eq!(stage.ask(&call, "answer", stage.answer()).await.status, 404);
    assert_eq!(stage.bot.told(), ["incoming", "terminated"]);
    let text = stage.client.get("/_callfold/metrics").await.text;
    assert!(text.contains("callfold_ended_calls 1\n"), "{text}");
}

#[tokio::test]
async fn what_follows_from_an_event_of_another_process_happens() {
    let store: Arc<dyn Store> = Arc::new(Memory::new());
    let stage = Stage::playing(&store, "", |_| {}).await;
    let call = stage.ring(json!({})).await;
    let body = stage.answer().to_string();
    let path = format!("{CALLS}/{call}/answer");
    let calls = stage.server.calls();
    let permissions = callfold::graph::Permission::ALL;
    let context = callfold::call::RequestContext::new(
        stage.server.now(),
        callfold::uuid::Uuid::from_u128(1),
        callfold::call::AppIdentity::new(permissions),
    )
    .allowing_http_to_loopback();
    let served = Service::new(&calls).request("POST", &path, &[], body.as_bytes(), &context);
    assert_eq!(served.response.status, 202);
    store.append(&served.batch.events).await.unwrap();
    assert_eq!(stage.ask(&call, "answer", stage.answer()).await.status, 202);
    stage.pass(200).await;
    assert_eq!(stage.bot.told(), ["incoming", "establishing", "established"]);
}

#[tokio::test]
async fn a_call_that_was_forgotten_and_is_asked_for_again_is_forgotten_again() {
    let store: Arc<dyn Store> = Arc::new(Memory::new());
    let stage = Stage::playing(&store, "", |settings| settings.limits.ended_calls = 1).await;
    let mut place = stage.answer();
    place["targets"] = json!([{ "identity": { "user": { "id": "adele" } } }]);
    let place = || stage.client.send("POST", CALLS, &[("client-request-id", "7")], place.to_string());
    let placed = place().await;
    assert_eq!(placed.status, 201);
    stage.server.quiet().await;
    let call = placed.json()["id"].as_str().unwrap().to_owned();
    let hang_up = json!({ "type": "hungUp" });
    assert_eq!(stage.happen(&call, hang_up.clone()).await.status, 202);
    for _ in 0..2 {
        let other = stage.ring(json!({})).await;
        assert_eq!(stage.happen(&other, hang_up.clone()).await.status, 202);
    }
    let posted = stage.bot.told().len();
    assert_eq!(stage.server.calls().calls().count(), 1);
    stage.pass(1).await;
    let again = place().await;
    assert_eq!((again.status, again.text), (201, placed.text));
    let text = stage.client.get("/_callfold/metrics").await.text;
    assert!(text.contains("callfold_ended_calls 2\n"), "{text}");
    let other = stage.ring(json!({})).await;
    assert_eq!(stage.happen(&other, hang_up).await.status, 202);
    assert_eq!(stage.server.calls().calls().count(), 1);
    assert_eq!(stage.bot.told().len(), posted + 2, "nothing is posted again");
}
