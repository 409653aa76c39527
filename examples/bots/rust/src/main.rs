//! An IVR bot on the crate callfold. Its calls are in an SQLite file, so it can be stopped at any time.
//!
//! It answers, plays a prompt, waits for a key, records what the caller says, and fetches the recording. Then it transfers
//! the call if the key was 1, and hangs up otherwise. The bot does not react to notifications one by one: it folds them, and
//! asks of the call as it is now what to do next. A notification that comes twice therefore changes nothing.

#![allow(clippy::print_stdout, reason = "the output is what it is for")]
#![allow(clippy::disallowed_methods, reason = "a host looks at the clock")]

mod token;

use std::env::var;
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use callfold::call::State as CallState;
use callfold::graph::OperationKind;
use callfold::operation::Operation;
use callfold::{Bot, Call, CallId, Ledger};
use callfold_store::{Address, Position, Store};
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use token::Tokens;

type Failed = Box<dyn Error + Send + Sync>;

/// The bot: its calls, where their events are kept, and what it needs to send requests.
struct Host {
    calls: Mutex<Ledger>,
    store: Arc<dyn Store>,
    tokens: Tokens,
    client: reqwest::Client,
    graph_url: String,
    bot_url: String,
    prompts: String,
    transfer_to: String,
    recordings: PathBuf,
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let or = |name: &str, usual: &str| var(name).unwrap_or_else(|_| usual.to_owned());
    let port = or("PORT", "3000");
    let store = or("STORE", "sqlite:bot.db").parse::<Address>()?.open().await?;
    let host = Host {
        calls: Mutex::new(stored(&*store).await?),
        store,
        tokens: Tokens::discover(&or("DISCOVERY_URL", token::DISCOVERY_URL), var("APP_ID")?).await?,
        client: reqwest::Client::new(),
        graph_url: or("GRAPH_URL", "https://graph.microsoft.com/v1.0"),
        bot_url: or("BOT_URL", &format!("http://localhost:{port}/callback")),
        prompts: or("PROMPTS", "https://example.com/prompts"),
        transfer_to: or("TRANSFER_TO", "550fae72-d251-43ec-868c-373732c2704f"),
        recordings: or("RECORDINGS", ".").into(),
    };
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    println!("ready");
    axum::serve(listener, Router::new().route("/callback", post(callback)).with_state(Arc::new(host)))
        .await?;
    Ok(())
}

/// The calls of a store, folded from their events.
async fn stored(store: &dyn Store) -> Result<Ledger, Failed> {
    let (mut calls, mut after) = (Ledger::new(), Position::START);
    loop {
        let stored = store.read_all(after, 1000).await?;
        let Some(last) = stored.last() else { return Ok(calls) };
        after = last.position;
        stored.iter().try_for_each(|stored| calls.apply(&stored.event).map(drop))?;
    }
}

async fn callback(State(host): State<Arc<Host>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Err(refused) = host.tokens.check(header("authorization").unwrap_or_default()) {
        println!("refused a webhook: {refused}");
        return StatusCode::UNAUTHORIZED;
    }
    match host.deliver(&headers, &body).await {
        Ok(()) => StatusCode::ACCEPTED,
        Err(failed) => {
            println!("{failed}");
            StatusCode::INTERNAL_SERVER_ERROR
        }
    }
}

impl Host {
    /// Takes in a delivery, and does what is next for its calls.
    async fn deliver(&self, headers: &HeaderMap, body: &[u8]) -> Result<(), Failed> {
        let list: Vec<_> =
            headers.iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect();
        let mut calls = self.calls.lock().await;
        let observed = Bot::new(&calls).deliver(&list, body, Timestamp::now());
        observed.findings.iter().for_each(|finding| println!("{finding}"));
        let mut changed: Vec<CallId> = observed.events.iter().map(|event| event.call).collect();
        changed.sort();
        changed.dedup();
        self.keep(&mut calls, &observed.events).await?;
        for id in changed {
            while let Some(action) = calls.call(id).and_then(|call| self.next(call)) {
                if !self.act(&mut calls, id, action).await? {
                    break;
                }
            }
        }
        Ok(())
    }

    /// What the call needs now.
    fn next(&self, call: &Call) -> Option<Action> {
        let latest = |kind| call.operations().iter().rev().find(move |operation| operation.kind() == kind);
        let prompt = |name: &str| {
            let info = json!({ "uri": format!("{}/{name}.wav", self.prompts) });
            json!([{ "@odata.type": "#microsoft.graph.mediaPrompt", "mediaInfo": info }])
        };
        let recording = latest(OperationKind::Record).filter(|recording| !recording.is_pending()).cloned();
        let (path, body) = match (call.state(), latest(OperationKind::Record)) {
            (CallState::Incoming, _) => {
                let media = json!({ "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" });
                let body = json!({ "callbackUri": self.bot_url, "acceptedModalities": ["audio"], "mediaConfig": media });
                ("/answer", body)
            }
            (CallState::Established, None) if latest(OperationKind::SubscribeToTone).is_none() => {
                ("/subscribeToTone", json!({}))
            }
            (CallState::Established, None) if latest(OperationKind::PlayPrompt).is_none() => {
                ("/playPrompt", json!({ "prompts": prompt("menu") }))
            }
            (CallState::Established, None) if !call.tones().is_empty() => {
                let body = json!({ "prompts": prompt("speak"), "playBeep": true, "maxRecordDurationInSeconds": 20,
                    "maxSilenceTimeoutInSeconds": 2 });
                ("/recordResponse", body)
            }
            (CallState::Established, Some(latest)) if !latest.is_pending() => {
                let first = call.tones().iter().next().and_then(|tone| tone.tone.value());
                if first.is_some_and(|tone| tone.as_str() == "tone1") {
                    let target = json!({ "identity": { "user": { "id": self.transfer_to } } });
                    ("/transfer", json!({ "transferTarget": target }))
                } else {
                    return Some(Action { verb: "DELETE", path: "", body: None, recording });
                }
            }
            _ => return None,
        };
        Some(Action { verb: "POST", path, body: Some(body), recording })
    }

    /// Sends a request, and takes in its reply. True if the reply changed the call.
    async fn act(&self, calls: &mut Ledger, id: CallId, action: Action) -> Result<bool, Failed> {
        if let Some(recording) = &action.recording {
            self.fetch(id, recording).await?;
        }
        let path = format!("/communications/calls/{id}{}", action.path);
        let request = self.client.request(action.verb.parse()?, format!("{}{path}", self.graph_url));
        let request = match &action.body {
            Some(body) => request.header("Content-Type", "application/json").body(body.to_string()),
            None => request,
        };
        let response = request.send().await?;
        let (status, reply) = (response.status().as_u16(), response.bytes().await?);
        if status >= 400 {
            println!("Graph refused: {status} {}", String::from_utf8_lossy(&reply));
        }
        let observed = Bot::new(calls).replied(action.verb, &path, status, &reply, Timestamp::now());
        self.keep(calls, &observed.events).await?;
        Ok(!observed.events.is_empty())
    }

    /// Stores events, and folds them.
    async fn keep(&self, calls: &mut Ledger, events: &[callfold::Recorded]) -> Result<(), Failed> {
        self.store.append(events).await?;
        events.iter().try_for_each(|event| calls.apply(event).map(drop))?;
        Ok(())
    }

    /// Fetches a recording into a file.
    async fn fetch(&self, id: CallId, recording: &Operation) -> Result<(), Failed> {
        let resource = recording.resource();
        let (Some(location), Some(token)) =
            (resource.recording_location.value(), resource.recording_access_token.value())
        else {
            return Ok(());
        };
        let request = self.client.get(location).header("Authorization", format!("Bearer {}", token.expose()));
        let bytes = request.send().await?.error_for_status()?.bytes().await?;
        std::fs::write(self.recordings.join(format!("{id}.wav")), &bytes)?;
        println!("recorded {} bytes", bytes.len());
        Ok(())
    }
}

/// A request of the bot, and the recording to fetch before it.
struct Action {
    verb: &'static str,
    path: &'static str,
    body: Option<Value>,
    recording: Option<Operation>,
}
