//! Scenarios, and what happens by itself.

use callfold_serve::Auto;
use serde_json::json;

use super::stage::Stage;

/// The example of the contract.
const EXAMPLE: &str = include_str!("scenario.toml");

#[tokio::test]
async fn the_example_of_the_contract_is_played_to_its_end() {
    let stage = Stage::new().await;
    let added = stage.client.send("POST", "/_callfold/scenarios", &[], EXAMPLE).await;
    assert_eq!((added.status, added.json()), (201, json!({ "number": 1 })));
    stage.pass(0).await;
    assert_eq!(stage.bot.told(), ["incoming"]);
    let calls = stage.client.get("/_callfold/calls").await.json();
    let call = calls["calls"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(stage.ask(&call, "answer", stage.answer()).await.status, 202);
    stage.pass(200).await;
    assert_eq!(stage.ask(&call, "subscribeToTone", json!({})).await.status, 200);
    stage.pass(1000).await;
    let prompts = json!([{ "mediaInfo": { "uri": "https://bot.contoso.com/hello.wav" } }]);
    assert_eq!(stage.ask(&call, "playPrompt", json!({ "prompts": prompts })).await.status, 200);
    stage.pass(2000).await;
    let record = json!({ "bargeInAllowed": true, "maxRecordDurationInSeconds": 60, "maxSilenceTimeoutInSeconds": 5, "initialSilenceTimeoutInSeconds": 10 });
    assert_eq!(stage.ask(&call, "recordResponse", record).await.status, 200);
    stage.pass(45_000).await;
    let told = stage.bot.told();
    for wanted in ["tone1", "pound", "terminated"] {
        assert!(told.contains(&wanted.to_owned()), "{wanted} is not in {told:?}");
    }
    let log = stage.client.get(&format!("/_callfold/calls/{call}/log")).await.text;
    let at = |kind: &str| -> callfold::jiff::Timestamp {
        let found = log.lines().find(|line| line.contains(&format!("\"type\":\"{kind}\"")));
        let line = found.unwrap_or_else(|| panic!("no {kind} in\n{log}"));
        serde_json::from_str::<serde_json::Value>(line).unwrap()["at"].as_str().unwrap().parse().unwrap()
    };
    let seconds = |from: &str, to: &str| at(to).duration_since(at(from)).as_secs_f64();
    assert_eq!(seconds("established", "toneReceived"), 1.0);
    assert_eq!(seconds("recordingStarted", "speechStarted"), 4.0);
    assert_eq!(seconds("speechStarted", "speechEnded"), 3.0);
    assert_eq!(seconds("speechEnded", "terminated"), 30.0);
    // A minute after the first, somebody rings again.
    stage.pass(60_000).await;
    let done = stage.client.get("/_callfold/scenarios").await.json();
    let one = &done["scenarios"][0];
    assert_eq!((one["calls"].as_u64(), one["steps"].as_u64()), (Some(2), Some(4)), "{one}");

    let placed = stage.place(json!({ "phone": { "id": "+15550100" } })).await;
    assert_eq!(placed.status, 201, "{}", placed.text);
    let id = placed.json()["id"].as_str().unwrap().to_owned();
    stage.pass(2999).await;
    assert_eq!(stage.state(&id).await, "ringing");
    stage.pass(1).await;
    let ended = stage.client.get(&format!("/_callfold/calls/{id}")).await.text;
    assert!(ended.contains("486"), "{ended}");
}

#[tokio::test]
async fn a_scenario_that_is_wrong_says_where() {
    let stage = Stage::new().await;
    let wrong = "[[caller]]\nthen = [{ on = \"estblished\", hangUp = true }]";
    let got = stage.client.send("POST", "/_callfold/scenarios", &[], wrong).await;
    assert!(got.status == 400 && got.text.contains("line 2"), "{}", got.text);
}

#[tokio::test]
async fn what_happens_by_itself_takes_its_time() {
    let stage = Stage::new().await;
    let placed = stage.place(json!({ "user": { "id": "adele" } })).await;
    let call = placed.json()["id"].as_str().unwrap().to_owned();
    stage.pass(999).await;
    assert_eq!(stage.state(&call).await, "ringing");
    stage.pass(1).await;
    assert_eq!(stage.state(&call).await, "established");
    let target = json!({ "transferTarget": { "identity": { "user": { "id": "megan" } } } });
    assert_eq!(stage.ask(&call, "transfer", target).await.status, 202);
    stage.pass(500).await;
    assert_eq!(stage.state(&call).await, "transferAccepted");
    stage.pass(500).await;
    assert_eq!(stage.state(&call).await, "terminated");

    let call = stage.established().await;
    let path = format!("{}/{call}", super::stage::CALLS);
    assert_eq!(stage.client.send("DELETE", &path, &[], "").await.status, 204);
    assert_eq!(stage.state(&call).await, "terminating");
    stage.pass(50).await;
    assert_eq!(stage.state(&call).await, "terminated");
}

#[tokio::test]
async fn without_auto_nothing_happens_by_itself() {
    let stage = Stage::with(|settings| settings.auto = Auto::Off).await;
    let placed = stage.place(json!({ "user": { "id": "adele" } })).await;
    let call = placed.json()["id"].as_str().unwrap().to_owned();
    stage.pass(10_000).await;
    assert_eq!(stage.state(&call).await, "establishing");
    assert_eq!(stage.happen(&call, json!({ "type": "connected" })).await.status, 202);
    assert_eq!(stage.state(&call).await, "established");
}
