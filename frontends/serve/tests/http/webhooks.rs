//! How webhooks are posted, and what their answers mean.

use serde_json::json;

use super::stage::{Listener, Stage};
use crate::common::{Answer, Posted, Watched, listen};

const MESSAGE_ID: &str = "X-Microsoft-Skype-Message-ID";
const ORIGINAL: &str = "X-Microsoft-Skype-Original-Message-ID";

/// The message ids of what the bot received: of each attempt, and of the first.
fn ids(received: &[Posted]) -> Vec<(String, Option<String>)> {
    let id = |posted: &Posted, name: &str| posted.header(name).map(str::to_owned);
    received.iter().map(|posted| (id(posted, MESSAGE_ID).unwrap(), id(posted, ORIGINAL))).collect()
}

#[tokio::test]
async fn a_webhook_has_the_headers_of_graph_and_a_token() {
    let stage = Stage::new().await;
    stage.ring(json!({})).await;
    let received = stage.bot.received();
    let [incoming] = &received[..] else { panic!("{received:?}") };
    assert!(incoming.header("authorization").unwrap().starts_with("Bearer "));
    assert!(incoming.header("content-type").unwrap().starts_with("application/json"));
    assert!(incoming.header(MESSAGE_ID).is_some() && incoming.header(ORIGINAL).is_none());
    assert!(incoming.header("X-Microsoft-Skype-Chain-ID").is_some());
    for path in ["/v1/.well-known/OpenIdConfiguration", "/.well-known/openid-configuration"] {
        let document = stage.client.get(path).await.json();
        let keys = document["jwks_uri"].as_str().unwrap().strip_prefix(stage.server.url()).unwrap();
        let keys = stage.client.get(keys).await.json();
        assert_eq!(keys["keys"].as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test]
async fn no_content_to_the_first_incoming_asks_for_it_once_more() {
    let stage = Stage::new().await;
    stage.bot.will_answer([Answer::status(204), Answer::status(204)]);
    stage.ring(json!({})).await;
    assert_eq!(stage.bot.told(), ["incoming", "incoming"]);
    let ids = ids(&stage.bot.received());
    assert_eq!(ids[1].1.as_ref(), Some(&ids[0].0));
    assert_ne!(ids[0].0, ids[1].0);
}

#[tokio::test]
async fn found_moves_the_later_webhooks_of_the_call() {
    let stage = Stage::new().await;
    let other = std::sync::Arc::new(Listener::default());
    let moved = listen(std::sync::Arc::clone(&other)).await.replace("/callback", "/moved");
    stage.bot.will_answer([Answer { headers: [("location", moved)].into(), ..Answer::status(302) }]);
    let call = stage.ring(json!({})).await;
    stage.happen(&call, json!({ "type": "hungUp" })).await;
    assert_eq!(stage.bot.told(), ["incoming"]);
    assert_eq!(other.told(), ["incoming", "terminated"]);
    assert!(other.received().iter().all(|posted| posted.path == "/moved"));
    // Another call is not moved.
    stage.ring(json!({})).await;
    assert_eq!(stage.bot.told(), ["incoming", "incoming"]);
}

#[tokio::test]
async fn a_refusal_settles_a_webhook() {
    let stage = Stage::new().await;
    for status in [401, 403, 200] {
        stage.bot.will_answer([Answer::status(status)]);
        stage.ring(json!({})).await;
    }
    stage.pass(10_000).await;
    assert_eq!(stage.bot.told(), ["incoming"; 3]);
}

#[tokio::test]
async fn what_is_not_accepted_comes_again_five_times_with_its_original_id() {
    let stage = Stage::new().await;
    stage.bot.will_answer((0..6).map(|_| Answer::status(500)));
    let call = stage.ring(json!({})).await;
    stage.happen(&call, json!({ "type": "hungUp" })).await;
    // 1, 2, 4, 8 and 16 seconds.
    for (millis, attempts) in [(999, 1), (1, 2), (1999, 2), (1, 3), (4000, 4), (8000, 5), (15_999, 5)] {
        stage.pass(millis).await;
        assert_eq!(stage.bot.received().len(), attempts);
    }
    stage.pass(1).await;
    // It is given up, and the next is posted.
    assert_eq!(stage.bot.told()[5..], ["incoming", "terminated"]);
    let mut ids = ids(&stage.bot.received()[..6]);
    let first = ids.remove(0).0;
    assert!(ids.iter().all(|(id, original)| *id != first && original.as_ref() == Some(&first)));
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 5, "each attempt has its own id");
    let text = stage.client.get("/_callfold/metrics").await.text;
    assert!(text.contains("callfold_webhooks_total{outcome=\"givenUp\"} 1"), "{text}");
}

#[tokio::test]
async fn no_webhook_leaves_this_machine() {
    let stage = Stage::new().await;
    for wrong in ["http://192.0.2.1/callback", "no URL"] {
        let refused = stage.client.post("/_callfold/calls", json!({ "callbackUri": wrong })).await;
        assert_eq!(refused.status, 400, "{}", refused.text);
    }
    let call = stage.ring(json!({})).await;
    let mut answer = stage.answer();
    answer["callbackUri"] = "https://192.0.2.1/callback".into();
    assert_eq!(stage.ask(&call, "answer", answer).await.status, 202);
    let deliveries = stage.deliveries().await;
    let why = deliveries.last().unwrap()["answer"]["error"].as_str().unwrap();
    assert!(why.contains("--callbacks any"), "{why}");
}

#[tokio::test]
async fn the_older_resource_is_a_setting() {
    let stage = Stage::with(|settings| settings.webhooks.resource = callfold_serve::Resource::App).await;
    let call = stage.ring(json!({})).await;
    let body: serde_json::Value = serde_json::from_str(&stage.bot.received()[0].body).unwrap();
    assert_eq!(body["value"][0]["resource"], format!("/app/calls/{call}"));
    assert_eq!(body["value"][0]["resourceUrl"], format!("/communications/calls/{call}"));
}

#[tokio::test]
async fn the_answer_about_a_participant_who_joins_counts() {
    for (response, expected) in [("acceptJoinResponse", "participant-3"), ("rejectJoinResponse", "")] {
        let stage = Stage::new().await;
        let call = stage.ring(json!({ "policyRecording": true })).await;
        let mut answer = stage.answer();
        answer["participantCapacity"] = 5.into();
        assert_eq!(stage.ask(&call, "answer", answer).await.status, 202);
        stage.pass(200).await;
        let body = json!({ "@odata.type": format!("#microsoft.graph.{response}"), "reason": "busy" });
        stage.bot.will_answer([Answer { body: body.to_string(), ..Answer::status(200) }]);
        let one = json!({ "id": "participant-3", "info": { "identity": { "user": { "id": "user-3" } } } });
        let joining = json!({ "type": "participantJoining", "participant": one });
        assert_eq!(stage.happen(&call, joining).await.status, 202);
        let people = stage.client.get(&format!("{}/{call}/participants", super::stage::CALLS)).await;
        let has_joined = people.text.contains("participant-3");
        assert_eq!(has_joined, !expected.is_empty(), "{response}: {}", people.text);
        let log = stage.client.get(&format!("/_callfold/calls/{call}/log")).await.text;
        assert!(log.contains("joinAnswered") && log.contains(response), "{log}");
    }
}

#[tokio::test]
async fn a_webhook_can_be_sent_again_edited_or_not() {
    let stage = Stage::new().await;
    stage.ring(json!({})).await;
    let first = stage.deliveries().await.remove(0);
    assert_eq!((first["kind"].as_str(), first["answer"]["status"].as_u64()), (Some("webhook"), Some(202)));
    let resend = format!("/_callfold/deliveries/{}/resend", first["number"]);
    assert_eq!(stage.client.send("POST", &resend, &[], "").await.status, 200);
    let edited = stage.client.post(&resend, json!({ "body": { "value": [] } })).await.json();
    assert_eq!((&edited["answer"]["status"], &edited["body"]), (&json!(202), &json!({ "value": [] })));
    let received = stage.bot.received();
    assert_eq!((received.len(), &received[0].body), (3, &received[1].body));
    assert_eq!(received[2].body, r#"{"value":[]}"#);
    let ids = ids(&received);
    assert!(ids[1..].iter().all(|(_, original)| original.as_ref() == Some(&ids[0].0)));
    assert_eq!(stage.client.post("/_callfold/deliveries/99/resend", json!({})).await.status, 404);
    stage.client.get(super::stage::CALLS).await;
    let request = stage.deliveries().await.pop().unwrap();
    let resend = format!("/_callfold/deliveries/{}/resend", request["number"]);
    assert_eq!(stage.client.post(&resend, json!({})).await.status, 409);
}

#[tokio::test]
async fn a_webhook_that_is_refused_is_counted_as_refused() {
    let stage = Stage::new().await;
    for status in [401, 403] {
        stage.bot.will_answer([Answer::status(status)]);
        stage.ring(json!({})).await;
    }
    let text = stage.client.get("/_callfold/metrics").await.text;
    assert!(text.contains("callfold_webhooks_total{outcome=\"refused\"} 2"), "{text}");
    assert!(!text.contains("outcome=\"settled\""), "{text}");
}

#[tokio::test]
async fn a_webhook_that_a_fault_drops_is_counted_as_dropped_and_took_no_time() {
    let stage = Stage::new().await;
    let drops = json!({ "webhooks": { "drop": 1 } });
    assert_eq!(stage.client.put("/_callfold/faults", drops).await.status, 200);
    stage.ring(json!({})).await;
    let text = stage.client.get("/_callfold/metrics").await.text;
    assert!(text.contains("callfold_webhooks_total{outcome=\"dropped\"} 1"), "{text}");
    assert!(text.contains("callfold_webhook_seconds_count 0"), "{text}");
    assert_eq!(stage.bot.received().len(), 0);
}

#[tokio::test]
async fn the_time_of_an_answer_does_not_contain_the_time_of_the_store() {
    let store = std::sync::Arc::new(Watched::default());
    let stage = Stage::on(std::sync::Arc::clone(&store) as std::sync::Arc<_>).await;
    let call = stage.ring(json!({ "policyRecording": true })).await;
    let mut answer = stage.answer();
    answer["participantCapacity"] = 5.into();
    assert_eq!(stage.ask(&call, "answer", answer).await.status, 202);
    stage.pass(200).await;
    let body = json!({ "@odata.type": "#microsoft.graph.acceptJoinResponse" });
    stage.bot.will_answer([Answer { body: body.to_string(), ..Answer::status(200) }]);
    store.store_takes(1000);
    let joining = json!({ "type": "participantJoining", "participant": { "id": "participant-3" } });
    assert_eq!(stage.happen(&call, joining).await.status, 202);
    let asked = stage.deliveries().await.into_iter().find(|one| one["answer"]["status"] == 200).unwrap();
    assert!(asked["milliseconds"].as_f64().unwrap() < 900.0, "{asked}");
}

#[tokio::test]
async fn a_webhook_that_is_sent_again_is_waited_for() {
    let stage = Stage::new().await;
    stage.ring(json!({})).await;
    let number = stage.deliveries().await[0]["number"].clone();
    stage.bot.takes(300);
    let client = stage.client.clone();
    let resend = format!("/_callfold/deliveries/{number}/resend");
    let sent = tokio::spawn(async move { client.post(&resend, json!({})).await });
    while stage.bot.received().len() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    stage.pass(1000).await;
    assert_eq!(stage.server.deliveries(0).len(), 2, "it is answered");
    assert_eq!(sent.await.unwrap().status, 200);
}
