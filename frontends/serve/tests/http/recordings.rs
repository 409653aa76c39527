//! Who may fetch a recording, and how it is sent.

use std::sync::Arc;

use serde_json::{Value, json};

use super::stage::Stage;
use crate::common::Watched;

/// A recording that has ended: its path, and the header with its token.
async fn recorded(stage: &Stage) -> (String, String) {
    let call = stage.established().await;
    let body = json!({ "bargeInAllowed": true, "maxRecordDurationInSeconds": 3, "initialSilenceTimeoutInSeconds": 10 });
    assert_eq!(stage.ask(&call, "recordResponse", body).await.status, 200);
    stage.pass(4000).await;
    assert_eq!(stage.happen(&call, json!({ "type": "hungUp" })).await.status, 202);
    let told = stage.bot.received().into_iter().find(|posted| posted.body.contains("recordingLocation"));
    let told: Value = serde_json::from_str(&told.unwrap().body).unwrap();
    let data = &told["value"][0]["resourceData"];
    let path = data["recordingLocation"].as_str().unwrap().strip_prefix(stage.server.url()).unwrap();
    (path.into(), format!("Bearer {}", data["recordingAccessToken"].as_str().unwrap()))
}

#[tokio::test]
async fn nothing_is_read_for_a_wrong_token() {
    let store = Arc::new(Watched::default());
    let stage = Stage::on(Arc::clone(&store) as Arc<_>).await;
    let (path, token) = recorded(&stage).await;
    let before = store.reads();
    for wrong in ["Bearer wrong", "Bearer ", &token[..token.len() - 1]] {
        let got = stage.client.send("GET", &path, &[("authorization", wrong)], "").await;
        assert_eq!((got.status, got.header("www-authenticate")), (401, Some("Bearer")), "{wrong}");
    }
    assert_eq!(stage.client.get(&path).await.status, 401);
    assert_eq!(store.reads(), before);
    let got = stage.client.send("GET", &path, &[("authorization", &token)], "").await;
    assert_eq!((got.status, got.header("content-length")), (200, Some("96044")));
    assert_eq!(store.reads(), before + 1);
}

#[tokio::test]
async fn the_recording_of_a_forgotten_call_is_unknown() {
    let stage = Stage::new().await;
    let (path, token) = recorded(&stage).await;
    assert_eq!(stage.client.send("POST", "/_callfold/reset", &[], "").await.status, 204);
    let got = stage.client.send("GET", &path, &[("authorization", &token)], "").await;
    assert_eq!((got.status, got.code().as_str()), (404, "NotFound"), "{}", got.text);
}
