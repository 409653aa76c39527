//! What shows no secret: the lists of the admin API, and what a program prints of a service.

use serde_json::json;

use super::stage::Stage;

#[tokio::test]
async fn a_handle_that_is_printed_shows_neither_tokens_nor_bodies() {
    let stage = Stage::with(|settings| {
        settings.admin_token = Some(callfold::Secret::new("s3cret".to_owned()));
    })
    .await;
    stage.server.ring(json!({ "subject": "the merger" })).await.unwrap();
    stage.server.quiet().await;
    assert_eq!(stage.server.deliveries(0).len(), 1);
    let shown = format!("{:?}", stage.server);
    for secret in ["Bearer ", "eyJ", "the merger", "s3cret"] {
        assert!(!shown.contains(secret), "{secret:?} is in {shown}");
    }
    assert!(shown.contains(&stage.server.address().to_string()) && shown.contains("seed: 7"), "{shown}");
}

#[tokio::test]
async fn an_error_about_a_url_does_not_show_its_secrets() {
    let stage = Stage::new().await;
    let call = stage.ring(json!({})).await;
    let mut answer = stage.answer();
    // A name to the crate, and a wrong address to the client.
    answer["callbackUri"] = "https://me:s3cret@bot.999/callback?key=s3cret".into();
    assert_eq!(stage.ask(&call, "answer", answer).await.status, 202);
    let delivery = stage.deliveries().await.pop().unwrap();
    let why = delivery["answer"]["error"].as_str().unwrap();
    assert!(why.contains("bot.999") && why.contains("is not a URL"), "{why}");
    assert!(!delivery.to_string().contains("s3cret"), "{delivery}");
}

#[tokio::test]
async fn a_signature_in_the_url_of_a_prompt_is_hidden() {
    let stage = Stage::new().await;
    let call = stage.established().await;
    let uri = "https://contoso.blob.core.windows.net/hello.wav?sv=2024&sig=s3cret";
    let body = json!({ "prompts": [{ "mediaInfo": { "uri": uri } }] });
    assert_eq!(stage.ask(&call, "playPrompt", body).await.status, 200);
    let listed = stage.client.get("/_callfold/deliveries").await.text;
    assert!(listed.contains("hello.wav?sv=(hidden)&sig=(hidden)") && !listed.contains("s3cret"), "{listed}");
    let listed = stage.client.get("/_callfold/deliveries?secrets=true").await.text;
    assert!(listed.contains("s3cret"), "{listed}");
}

#[tokio::test]
async fn the_callback_of_a_scenario_is_listed_without_its_secrets() {
    let stage = Stage::new().await;
    let callback = format!("{}?key=s3cret", stage.callback.replace("http://", "http://me:s3cret@"));
    let scenario = json!({ "caller": [{ "callbackUri": callback }] }).to_string();
    assert_eq!(stage.client.send("POST", "/_callfold/scenarios", &[], scenario).await.status, 201);
    let listed = stage.client.get("/_callfold/scenarios").await.text;
    assert!(listed.contains("callback?key=(hidden)") && !listed.contains("s3cret"), "{listed}");
}
