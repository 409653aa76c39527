//! A bot and the service in one test, as `docs/serve.md` shows it.
#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test fails where something is missing")]

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use callfold_serve::{ClockMode, Scenario, Server, Settings};
use serde_json::{Value, json};

/// A bot that answers each call.
async fn answer(graph_url: String, callback: String, body: Bytes) -> StatusCode {
    let notifications: Value = serde_json::from_slice(&body).unwrap();
    for item in notifications["value"].as_array().unwrap() {
        if item["resourceData"]["state"] == "incoming" {
            let request = json!({ "callbackUri": callback, "acceptedModalities": ["audio"],
                "mediaConfig": { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" } });
            let url = format!("{graph_url}{}/answer", item["resourceUrl"].as_str().unwrap());
            let client = reqwest::Client::new();
            let request =
                client.post(url).header("Content-Type", "application/json").body(request.to_string());
            assert_eq!(request.send().await.unwrap().status(), 202);
        }
    }
    StatusCode::ACCEPTED
}

#[tokio::test]
async fn a_bot_answers_and_the_caller_hangs_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let callback = format!("http://{}/callback", listener.local_addr().unwrap());

    let mut settings = Settings::default();
    settings.listen = "127.0.0.1:0".into();
    settings.clock = ClockMode::Manual;
    settings.seed = Some(7);
    settings.bot = Some(callback.clone());
    let server = Server::builder().settings(settings).start().await.unwrap();

    let graph_url = format!("{}/v1.0", server.url());
    let bot = post(move |body| answer(graph_url.clone(), callback.clone(), body));
    tokio::spawn(async { axum::serve(listener, Router::new().route("/callback", bot)).await });

    let caller = r#"[[caller]]
        then = [{ on = "established", after = "45m", hangUp = true }]"#;
    server.add_scenario(Scenario::read(caller).unwrap()).unwrap();
    server.advance("PT44M".parse().unwrap()).await.unwrap();
    let states = || server.calls().calls().map(|call| call.state().as_str()).collect::<Vec<_>>();
    assert_eq!(states(), ["established"]);
    server.advance("PT2M".parse().unwrap()).await.unwrap();
    assert_eq!(states(), ["terminated"]);
    server.stop().await;
}
