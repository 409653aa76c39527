//! Drives a running service with the unmodified crate graph-rs-sdk. See ../run.
//!
//! The crate has no types for calls, only one for errors: replies are read into the types at the end.

use std::error::Error;

use graph_rs_sdk::error::{ErrorMessage, GraphFailure};
use graph_rs_sdk::http::{ResponseExt, Url};
use graph_rs_sdk::{GraphClient, GraphClientConfiguration, ODataQuery};
use reqwest::Response;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

type Failed = Box<dyn Error + Send + Sync>;

const APP: &str = "ca11f01d-0000-4000-8000-000000000001";
const TENANT: &str = "ca11f01d-0000-4000-8000-000000000002";

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let url = std::env::var("CALLFOLD_URL")?;
    let admin = Admin { client: reqwest::Client::new(), url: url.clone() };
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let callback = format!("http://localhost:{}/callback", listener.local_addr()?.port());
    tokio::spawn(take_webhooks(listener));
    let config = GraphClientConfiguration::new()
        .access_token(admin.token().await?)
        .https_only(false)
        .wait_for_retry_after_headers(true);
    let mut graph = GraphClient::from(config);
    // Only the feature `test-util` has this, and takes http.
    graph.use_test_endpoint(&Url::parse(&format!("{url}/v1.0"))?);
    for (name, outcome) in [
        ("placed", placed(&graph, &admin, &callback).await),
        ("offered", offered(&graph, &admin, &callback).await),
    ] {
        if let Err(failed) = outcome {
            println!("FAILED {name}: {failed}");
        }
    }
    Ok(())
}

/// A call that the app places, from its beginning to its end.
async fn placed(graph: &GraphClient, admin: &Admin, callback: &str) -> Result<(), Failed> {
    let targets =
        [user("112f7296-5fa4-42ca-bae8-6a692b15d4b8"), user("6898f7d4-5f3f-4b3f-8b3f-1b1b1b1b1b1b")];
    let body = json!({ "@odata.type": "#microsoft.graph.call", "callbackUri": callback, "targets": targets,
        "requestedModalities": ["audio"], "mediaConfig": hosted(), "tenantId": TENANT });
    let made: Call = read(graph.communications().calls().create_calls(&body).send().await, 201).await?;
    check("place", (&*made.state, &*made.direction), ("establishing", "outgoing"));
    let id = made.id.as_str();
    let call = || graph.communications().call(id);
    admin.advance("PT2S").await?;
    let found: Call = read(call().get_calls().send().await, 200).await?;
    check(
        "GET",
        (&*found.state, found.media_state.map(|media| media.audio)),
        ("established", Some("active".into())),
    );
    let chosen: Value = read(call().get_calls().select(&["state"]).send().await, 200).await?;
    check(
        "GET with $select",
        (chosen["state"].as_str(), chosen.get("mediaState")),
        (Some("established"), None),
    );

    let body = json!({ "prompts": prompts(), "clientContext": "menu" });
    let prompt: Operation = read(call().play_prompt(&body).send().await, 200).await?;
    check("playPrompt", prompt.short(), ("playPrompt", "running"));
    check("playPrompt: its context", prompt.client_context.as_deref(), Some("menu"));
    admin.advance("PT3S").await?;
    let ended: Operation = read(call().get_operations(&prompt.id).send().await, 200).await?;
    check("GET of an operation", ended.short(), ("playPrompt", "completed"));
    let tones: Operation = read(call().subscribe_to_tone(&json!({})).send().await, 200).await?;
    check("subscribeToTone", tones.short(), ("subscribeToTone", "completed"));
    let body = json!({ "maxRecordDurationInSeconds": 5, "playBeep": true, "stopTones": ["#"] });
    let record: Operation = read(call().record_response(&body).send().await, 200).await?;
    check("recordResponse", record.short(), ("record", "running"));
    for happened in ["speechStarted", "speechEnded"] {
        admin.advance("PT1S").await?;
        admin.send("POST", &format!("/calls/{id}/events"), json!({ "type": happened })).await?;
    }
    admin.advance("PT10S").await?;
    let ended: Operation = read(call().get_operations(&record.id).send().await, 200).await?;
    let location = format!("{}/recordings/{id}/{}.wav", admin.url, record.id);
    check("recordResponse: its location", ended.recording_location, Some(location));
    let mute: Operation = read(call().mute(&json!({})).send().await, 200).await?;
    check("mute", mute.short(), ("muteParticipant", "completed"));
    let body = json!({ "participants": [user("278405a3-f568-4b3e-b684-009193463064")] });
    let invite: Operation = read(call().invite(&body).send().await, 200).await?;
    check("invite", invite.short(), ("inviteParticipants", "running"));
    admin.advance("PT2S").await?;
    let people: List<Participant> = read(call().list_participants().send().await, 200).await?;
    let muted: Vec<bool> = people.value.iter().map(|one| one.is_muted).collect();
    check("the participants: the app and who was invited", muted, vec![true, false]);
    check("keepAlive", call().keep_alive().send().await?.status().as_u16(), 200);

    let fault = json!({ "requests": [{ "method": "mute", "status": 503, "times": 1, "retryAfter": 1 }] });
    admin.send("PUT", "/faults", fault).await?;
    let mute: Operation = read(call().mute(&json!({})).send().await, 200).await?;
    check("the SDK repeats a request that was 503", mute.short(), ("muteParticipant", "completed"));
    admin.send("PUT", "/faults", json!({})).await?;

    check("DELETE", call().delete_calls().send().await?.status().as_u16(), 204);
    admin.advance("PT1S").await?;
    let (status, _) = refused(call().keep_alive().send().await).await?;
    check("a call that has ended is 404", status, 404);
    Ok(())
}

/// A call that somebody makes to the app.
async fn offered(graph: &GraphClient, admin: &Admin, callback: &str) -> Result<(), Failed> {
    let target = json!({ "identity": { "application": { "id": APP } } });
    let made = admin.send("POST", "/calls", json!({ "callbackUri": callback, "targets": [target] })).await?;
    let id = made["id"].as_str().ok_or("nobody rings")?;
    let call = || graph.communications().call(id);
    let (status, error) = refused(call().play_prompt(&json!({ "prompts": prompts() })).send().await).await?;
    check("playPrompt before the answer is 409", (status, error.code_property().is_some()), (409, true));
    let is_complete = (error.message().is_some(), error.request_id().is_some(), error.date().is_some());
    check("409: a message, the request id and the date", is_complete, (true, true, true));
    let body = json!({ "callbackUri": callback, "acceptedModalities": ["audio"], "mediaConfig": hosted() });
    check("answer", call().answer(&body).send().await?.status().as_u16(), 202);
    admin.advance("PT1S").await?;
    let found: Call = read(call().get_calls().send().await, 200).await?;
    check(
        "answer: the state and the direction",
        (&*found.state, &*found.direction),
        ("established", "incoming"),
    );
    let body = json!({ "transferTarget": user("550fae72-d251-43ec-868c-373732c2704f") });
    check("transfer", call().transfer(&body).send().await?.status().as_u16(), 202);
    admin.advance("PT2S").await?;
    let unknown = graph.communications().call("57dab8b1-894c-409a-b240-bd8beae78896");
    let (status, _) = refused(unknown.get_calls().send().await).await?;
    check("a call that nobody knows is 404", status, 404);
    Ok(())
}

fn check<T: PartialEq + std::fmt::Debug>(name: &str, found: T, wanted: T) {
    if found == wanted {
        println!("ok {name}");
    } else {
        println!("FAILED {name}: {found:?}, wanted {wanted:?}");
    }
}

/// Reads a reply. Another status than the wanted one is an error.
async fn read<T: DeserializeOwned>(sent: Result<Response, GraphFailure>, wanted: u16) -> Result<T, Failed> {
    let response = sent?;
    let (status, text) = (response.status().as_u16(), response.text().await?);
    if status != wanted {
        return Err(format!("{status}, wanted {wanted}: {text}").into());
    }
    Ok(serde_json::from_str(&text)?)
}

/// The status and the error of a request that was refused.
async fn refused(sent: Result<Response, GraphFailure>) -> Result<(u16, ErrorMessage), Failed> {
    let response = sent?;
    let status = response.status().as_u16();
    Ok((status, response.into_graph_error_message().await?))
}

fn user(id: &str) -> Value {
    json!({ "@odata.type": "#microsoft.graph.invitationParticipantInfo", "identity": { "user": { "id": id } } })
}

fn hosted() -> Value {
    json!({ "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" })
}

fn prompts() -> Value {
    json!([{ "@odata.type": "#microsoft.graph.mediaPrompt", "mediaInfo": { "uri": "https://example.com/menu.wav" } }])
}

/// The admin API of the service.
struct Admin {
    client: reqwest::Client,
    url: String,
}

impl Admin {
    async fn token(&self) -> Result<String, Failed> {
        let form = format!("grant_type=client_credentials&client_id={APP}&client_secret=any");
        let request = self.client.post(format!("{}/{TENANT}/oauth2/v2.0/token", self.url));
        let request = request.header("Content-Type", "application/x-www-form-urlencoded").body(form);
        let reply: Value = serde_json::from_str(&request.send().await?.error_for_status()?.text().await?)?;
        Ok(reply["access_token"].as_str().ok_or("no token")?.to_owned())
    }

    async fn send(&self, verb: &str, path: &str, body: Value) -> Result<Value, Failed> {
        let request = self.client.request(verb.parse()?, format!("{}/_callfold{path}", self.url));
        let text = request.body(body.to_string()).send().await?.error_for_status()?.text().await?;
        Ok(if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? })
    }

    async fn advance(&self, by: &str) -> Result<(), Failed> {
        self.send("POST", "/clock/advance", json!({ "by": by })).await.map(drop)
    }
}

/// Answers each webhook with 202.
async fn take_webhooks(listener: TcpListener) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(take_webhook(stream));
    }
}

/// Reads one request, and closes the connection after the answer.
async fn take_webhook(mut stream: TcpStream) -> std::io::Result<()> {
    let mut bytes = Vec::new();
    while !is_whole(&bytes) {
        if stream.read_buf(&mut bytes).await? == 0 {
            return Ok(());
        }
    }
    stream.write_all(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await
}

fn is_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let Some((head, _)) = text.split_once("\r\n\r\n") else { return false };
    let length =
        head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
    bytes.len() >= head.len() + 4 + length.unwrap_or_default()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Call {
    id: String,
    state: String,
    direction: String,
    media_state: Option<Media>,
}

#[derive(Deserialize)]
struct Media {
    audio: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    #[serde(rename = "@odata.type")]
    kind: String,
    id: String,
    status: String,
    client_context: Option<String>,
    recording_location: Option<String>,
}

impl Operation {
    /// The kind, without what all kinds have in common, and the status.
    fn short(&self) -> (&str, &str) {
        let kind =
            self.kind.strip_prefix("#microsoft.graph.").and_then(|kind| kind.strip_suffix("Operation"));
        (kind.unwrap_or(&self.kind), &self.status)
    }
}

#[derive(Deserialize)]
struct List<T> {
    value: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Participant {
    #[serde(default)]
    is_muted: bool,
}
