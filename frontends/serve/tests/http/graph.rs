//! Graph's side.

use std::io::Write as _;
use std::time::Duration;

use callfold::jiff::SignedDuration;
use callfold_serve::{Auth, ClockMode, Server};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use super::stage::{CALLS, Stage};
use crate::common::{Client, settings};

fn prompt() -> serde_json::Value {
    json!({ "prompts": [{ "mediaInfo": { "uri": "https://bot.contoso.com/hello.wav" } }] })
}

#[tokio::test]
async fn all_versions_roots_and_qualified_names_are_served() {
    let stage = Stage::new().await;
    let call = stage.established().await;
    for root in ["/v1.0/communications", "/beta/communications", "/v1.0/app", "/beta/app"] {
        let got = stage.client.get(&format!("{root}/calls/{call}")).await;
        assert_eq!((got.status, &got.json()["id"]), (200, &json!(call)), "{root}");
        let path = format!("{root}/calls/{call}/microsoft.graph.playPrompt");
        assert_eq!(stage.client.post(&path, prompt()).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn other_paths_and_verbs_are_errors_of_odata() {
    let stage = Stage::new().await;
    for path in ["/v1.0/me", "/v1.0/communications/onlineMeetings", "/", "/v1.0/communications/calls/x/y/z"] {
        let got = stage.client.get(path).await;
        assert_eq!(got.status, 404, "{path}: {}", got.text);
        assert!(!got.code().is_empty() && got.header("request-id").is_some(), "{path}");
    }
    let call = stage.established().await;
    let got = stage.client.put(&format!("{CALLS}/{call}/mute"), json!({})).await;
    assert_eq!((got.status, got.header("allow")), (405, Some("POST")));
    assert!(!got.code().is_empty());
    let got = stage.ask("57dab8b1-894c-409a-b240-bd8beae78896", "mute", json!({})).await;
    assert_eq!(got.status, 404);
}

#[tokio::test]
async fn the_ids_of_a_request_and_the_date_come_back() {
    let stage = Stage::new().await;
    let got = stage.client.send("GET", CALLS, &[("client-request-id", "mine")], "").await;
    assert_eq!(got.header("client-request-id"), Some("mine"));
    assert!(got.header("request-id").is_some());
    let call = stage.established().await;
    let got = stage.ask(&call, "keepAlive", json!({})).await;
    // The time of the service's clock.
    assert_eq!(got.header("date"), Some("Thu, 01 Jan 2026 00:00:00 GMT"));
}

#[tokio::test]
async fn a_request_that_is_sent_again_gets_the_first_reply() {
    let stage = Stage::new().await;
    let call = stage.established().await;
    let path = format!("{CALLS}/{call}/playPrompt");
    let id = [("client-request-id", "p")];
    let first = stage.client.send("POST", &path, &id, prompt().to_string()).await;
    let again = stage.client.send("POST", &path, &id, prompt().to_string()).await;
    assert_eq!((first.status, &first.text), (200, &again.text));
    assert_eq!(first.header("location"), again.header("location"));
    let other = json!({ "prompts": [{ "mediaInfo": { "uri": "https://bot.contoso.com/bye.wav" } }] });
    let other = stage.client.send("POST", &path, &id, other.to_string()).await;
    assert_eq!(other.status, 409, "{}", other.text);
}

#[tokio::test]
async fn a_body_may_be_zipped_and_has_a_limit() {
    let stage = Stage::new().await;
    let call = stage.established().await;
    let path = format!("{CALLS}/{call}/playPrompt");
    let zipped = |bytes: &[u8]| {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    };
    let gzip = [("content-encoding", "gzip")];
    let body = prompt().to_string();
    assert_eq!(stage.client.send("POST", &path, &gzip, zipped(body.as_bytes())).await.status, 200);
    let upper = [("content-encoding", "GZIP")];
    assert_eq!(stage.client.send("POST", &path, &upper, zipped(body.as_bytes())).await.status, 200);
    assert_eq!(stage.client.send("POST", &path, &gzip, body.clone()).await.status, 400);
    assert_eq!(stage.client.send("POST", &path, &[("content-encoding", "br")], body).await.status, 415);
    let long = vec![b' '; (1 << 20) + 1];
    let got = stage.client.send("POST", &path, &gzip, zipped(&long)).await;
    assert_eq!((got.status, got.code().as_str()), (413, "RequestEntityTooLarge"));
    assert_eq!(stage.client.send("POST", &path, &[], long).await.status, 413);
}

#[tokio::test]
async fn a_slow_body_is_given_up() {
    let stage = Stage::with(|settings| settings.limits.slow = SignedDuration::from_millis(200)).await;
    let mut stream = tokio::net::TcpStream::connect(stage.server.address()).await.unwrap();
    let head = format!("POST {CALLS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{{");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = vec![0; 64];
    let read = tokio::time::timeout(Duration::from_secs(5), stream.read(&mut answer)).await;
    let read = read.expect("an answer comes").unwrap();
    assert!(answer[..read].starts_with(b"HTTP/1.1 408"), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn the_options_of_a_get_are_understood_or_refused() {
    let stage = Stage::new().await;
    let call = stage.established().await;
    let event = json!({ "type": "rosterChanged", "participants": [{ "id": "third" }] });
    assert_eq!(stage.happen(&call, event).await.status, 202);
    let got = stage.client.get(&format!("{CALLS}/{call}?$select=state,subject")).await.json();
    assert_eq!((got["state"].as_str(), &got["id"]), (Some("established"), &json!(null)));
    let got = stage.client.get(&format!("{CALLS}/{call}?$expand=participants")).await.json();
    assert_eq!(got["participants"].as_array().map(Vec::len), Some(3), "{got}");
    let first = stage.client.get(&format!("{CALLS}/{call}/participants?$top=2")).await.json();
    assert_eq!(first["value"].as_array().map(Vec::len), Some(2));
    let next = first["@odata.nextLink"].as_str().unwrap().strip_prefix(stage.server.url()).unwrap();
    let second = stage.client.get(next).await.json();
    assert_eq!((&second["value"][0]["id"], &second["@odata.nextLink"]), (&json!("third"), &json!(null)));
    for option in ["$filter=a", "$select=stat", "$top=0", "$expand=people"] {
        let got = stage.client.get(&format!("{CALLS}/{call}/participants?{option}")).await;
        assert_eq!((got.status, got.code().as_str()), (400, "BadRequest"), "{option}");
    }
}

#[tokio::test]
async fn a_token_says_who_asks_and_the_call_of_another_app_is_unknown() {
    let stage = Stage::with(|settings| settings.auth = Auth::Token).await;
    let token = async |app: &str| {
        let form = format!(
            "grant_type=client_credentials&client_id={app}&client_secret=any&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default"
        );
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let got = stage.client.send("POST", "/contoso/oauth2/v2.0/token", &kind, form).await;
        assert_eq!(got.status, 200, "{}", got.text);
        format!("Bearer {}", got.json()["access_token"].as_str().unwrap())
    };
    let apps = ["11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"];
    let (mine, theirs) = (token(apps[0]).await, token(apps[1]).await);
    let mut body = stage.answer();
    body["targets"] = json!([{ "identity": { "user": { "id": "adele" } } }]);
    let send = async |verb: &str, path: &str, token: &str, body: &str| {
        stage.client.send(verb, path, &[("authorization", token)], body.to_owned()).await
    };
    let placed = send("POST", CALLS, &mine, &body.to_string()).await;
    assert_eq!(placed.status, 201, "{}", placed.text);
    let path = format!("{CALLS}/{}", placed.json()["id"].as_str().unwrap());
    assert_eq!(send("GET", &path, &mine, "").await.status, 200);
    assert_eq!(send("GET", &path, &theirs, "").await.status, 404);
    let got = send("GET", &path, "Bearer x.y.z", "").await;
    assert_eq!((got.status, got.header("www-authenticate")), (401, Some("Bearer")));
    assert_eq!(stage.client.get(&path).await.status, 401);
}

#[tokio::test]
async fn a_recording_can_be_fetched_with_its_token_also_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("calls.db").display());
    let stage = Stage::with(|settings| settings.store = store.clone()).await;
    let call = stage.established().await;
    let body = json!({ "bargeInAllowed": true, "maxRecordDurationInSeconds": 3, "initialSilenceTimeoutInSeconds": 10 });
    assert_eq!(stage.ask(&call, "recordResponse", body).await.status, 200);
    stage.pass(4000).await;
    let log = stage.client.get(&format!("/_callfold/calls/{call}/log")).await.text;
    let started = log.lines().find(|line| line.contains("recordingLocation")).unwrap();
    let started: serde_json::Value = serde_json::from_str(started).unwrap();
    let location = started["data"]["recordingLocation"].as_str().unwrap();
    let path = location.strip_prefix(stage.server.url()).unwrap().to_owned();
    let token = format!("Bearer {}", started["data"]["recordingAccessToken"].as_str().unwrap());
    assert_eq!(stage.client.get(&path).await.status, 401);
    stage.server.stop().await;

    let mut settings = settings();
    (settings.store, settings.seed, settings.clock) = (store, Some(8), ClockMode::Manual);
    let again = Server::builder().settings(settings).start().await.unwrap();
    let client = Client::new(again.url());
    let got = client.send("GET", &path, &[("authorization", &token)], "").await;
    assert_eq!((got.status, got.header("content-type")), (200, Some("audio/wav")));
    // Three seconds of silence: zeros are UTF-8, too.
    assert_eq!(got.header("content-length"), Some("96044"));
}

#[tokio::test]
async fn errors_of_the_service_have_the_same_headers_as_those_of_graph() {
    let stage = Stage::with(|settings| settings.auth = Auth::Token).await;
    let long = vec![b' '; (1 << 20) + 1];
    for (body, status) in [(long, 413), (b"{}".to_vec(), 401)] {
        let got = stage.client.send("POST", CALLS, &[("client-request-id", "mine")], body.clone()).await;
        assert_eq!(got.status, status);
        assert_eq!(got.header("date"), Some("Thu, 01 Jan 2026 00:00:00 GMT"), "{status}");
        assert_eq!(got.header("client-request-id"), Some("mine"), "{status}");
        // What Graph's side does not take, nothing takes.
        let got = stage.client.send("POST", CALLS, &[("client-request-id", "not plain")], body).await;
        assert_eq!((got.status, got.header("client-request-id")), (status, None));
        assert!(!got.text.contains("client-request-id"), "{}", got.text);
    }
}
