//! The lists of the admin API: what is in them, how they are sent, and that they have limits.

use callfold_serve::Auth;
use serde_json::{Value, json};

use super::stage::Stage;

#[tokio::test]
async fn lists_are_sent_part_by_part() {
    let stage = Stage::new().await;
    stage.established().await;
    for path in ["/_callfold/deliveries", "/_callfold/log"] {
        let got = stage.client.get(path).await;
        assert_eq!((got.status, got.header("transfer-encoding")), (200, Some("chunked")), "{path}");
        assert_eq!(got.header("content-length"), None, "{path}");
    }
    let listed = stage.client.get("/_callfold/deliveries?after=100").await.json();
    assert_eq!(listed, json!({ "deliveries": [] }));
    assert_eq!(stage.client.send("POST", "/_callfold/reset", &[], "").await.status, 204);
    assert_eq!(stage.client.get("/_callfold/log").await.text, "");
}

#[tokio::test]
async fn requests_for_tokens_keys_and_recordings_are_listed_and_counted() {
    let stage = Stage::with(|settings| settings.auth = Auth::Token).await;
    let form =
        "grant_type=client_credentials&client_id=11111111-1111-4111-8111-111111111111&client_secret=s3cret";
    let kind = [("content-type", "application/x-www-form-urlencoded")];
    let token = stage.client.send("POST", "/contoso/oauth2/v2.0/token", &kind, form).await;
    let token = token.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(
        stage.client.send("POST", "/contoso/oauth2/v2.0/token", &kind, "grant_type=x").await.status,
        400
    );
    assert_eq!(stage.client.get("/v1/.well-known/OpenIdConfiguration").await.status, 200);
    let recording = "/recordings/57dab8b1-894c-409a-b240-bd8beae78896/x.wav";
    assert_eq!(stage.client.get(recording).await.status, 404);
    let evil = [("origin", "https://evil.example")];
    assert_eq!(stage.client.send("POST", super::stage::CALLS, &evil, "{}").await.status, 403);

    let deliveries = stage.deliveries().await;
    let listed: Vec<_> = deliveries
        .iter()
        .map(|one| {
            (one["method"].as_str().unwrap(), one["url"].as_str().unwrap(), one["answer"]["status"].as_u64())
        })
        .collect();
    assert_eq!(
        listed,
        [
            ("POST", "/contoso/oauth2/v2.0/token", Some(200)),
            ("POST", "/contoso/oauth2/v2.0/token", Some(400)),
            ("GET", "/v1/.well-known/OpenIdConfiguration", Some(200)),
            ("GET", recording, Some(404)),
            ("POST", super::stage::CALLS, Some(403)),
        ]
    );
    let text = Value::from(deliveries).to_string();
    assert!(
        !text.contains("s3cret") && !text.contains(&token) && text.contains("\"access_token\":\"(hidden)\""),
        "{text}"
    );
    let metrics = stage.client.get("/_callfold/metrics").await.text;
    for line in [
        "callfold_requests_total{method=\"token\",status=\"200\"} 1",
        "callfold_requests_total{method=\"token\",status=\"400\"} 1",
        "callfold_requests_total{method=\"discovery\",status=\"200\"} 1",
        "callfold_requests_total{method=\"recording\",status=\"404\"} 1",
        "callfold_requests_total{method=\"none\",status=\"403\"} 1",
    ] {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in\n{metrics}");
    }
}

#[tokio::test]
async fn the_bytes_of_deliveries_have_a_limit_that_metrics_show() {
    let stage = Stage::with(|settings| settings.limits.delivery_bytes = 20_000).await;
    for _ in 0..50 {
        stage.client.post(super::stage::CALLS, json!({ "subject": "x".repeat(1000) })).await;
    }
    let metrics = stage.client.get("/_callfold/metrics").await.text;
    let value = |name: &str| -> Option<usize> {
        metrics.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    };
    assert_eq!(value("callfold_delivery_bytes_limit "), Some(20_000), "{metrics}");
    let bytes = value("callfold_delivery_bytes ").unwrap();
    assert!((10_000..=20_000).contains(&bytes), "{bytes}");
    assert!(stage.deliveries().await.len() < 20);
}

#[tokio::test]
async fn scenarios_have_a_limit_that_metrics_show() {
    let stage = Stage::with(|settings| settings.limits.scenarios = 1).await;
    let callee = json!({ "callee": [{ "answer": "busy" }] });
    assert_eq!(stage.client.post("/_callfold/scenarios", callee.clone()).await.status, 201);
    let got = stage.client.post("/_callfold/scenarios", callee).await;
    assert_eq!((got.status, got.code().as_str()), (409, "Conflict"));
    assert!(got.text.contains("`limits.scenarios`"), "{}", got.text);
    let metrics = stage.client.get("/_callfold/metrics").await.text;
    for line in ["callfold_scenarios 1", "callfold_scenarios_limit 1"] {
        assert!(metrics.lines().any(|found| found == line), "{line} is not in\n{metrics}");
    }
}
