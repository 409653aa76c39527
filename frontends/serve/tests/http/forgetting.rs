//! What `POST /_callfold/reset` does.

use std::sync::Arc;
use std::time::Duration;

use callfold_store::{Memory, Store};
use serde_json::json;

use super::stage::Stage;

async fn reset(stage: &Stage) {
    assert_eq!(stage.client.send("POST", "/_callfold/reset", &[], "").await.status, 204);
}

#[tokio::test]
async fn reset_goes_back_to_the_scenarios_and_faults_of_the_settings() {
    let store: Arc<dyn Store> = Arc::new(Memory::new());
    let stage = Stage::playing(&store, "name = \"first\"", |settings| {
        settings.faults = serde_json::from_value(json!({ "seed": 5 })).unwrap();
    })
    .await;
    let added = stage.client.send("POST", "/_callfold/scenarios", &[], "[[caller]]").await;
    assert_eq!(added.status, 201);
    let faults = json!({ "requests": [{ "status": 503 }] });
    assert_eq!(stage.client.put("/_callfold/faults", faults).await.status, 200);
    reset(&stage).await;
    let faults = stage.client.get("/_callfold/faults").await.json();
    assert_eq!((&faults["seed"], &faults["requests"]), (&json!(5), &json!([])));
    let left = stage.client.get("/_callfold/scenarios").await.json();
    let names: Vec<_> = left["scenarios"].as_array().unwrap().iter().map(|one| &one["name"]).collect();
    assert_eq!(names, ["first"]);
    stage.pass(60_000).await;
    assert_eq!(stage.bot.told(), [""; 0]);
}

#[tokio::test]
async fn a_post_that_reset_interrupts_does_not_settle_a_webhook_of_later() {
    let store: Arc<dyn Store> = Arc::new(Memory::new());
    let stage = Stage::playing(&store, "[[caller]]", |_| {}).await;
    stage.bot.takes(500);
    // Whoever advances would wait for the answer of the bot.
    let advance = stage.client.post("/_callfold/clock/advance", json!({ "by": "PT0S" }));
    let (got, ()) = tokio::join!(advance, async {
        while stage.bot.received().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        stage.bot.takes(0);
        reset(&stage).await;
    });
    assert_eq!(got.status, 200);
    stage.pass(0).await;
    tokio::time::sleep(Duration::from_millis(700)).await;
    let listed = stage.deliveries().await;
    assert_eq!(listed.len(), 1, "the post from before the reset is not listed: {listed:?}");
    let call = stage.server.calls().calls().next().unwrap().id();
    let noted = store.noted("webhooks").await.unwrap();
    assert_eq!(noted.iter().map(|noted| (noted.call, noted.revision)).collect::<Vec<_>>(), [(call, 1)]);
    assert_eq!(stage.bot.told(), ["incoming", "incoming"]);
}
