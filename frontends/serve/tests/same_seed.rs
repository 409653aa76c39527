//! The same seed, the same scenario and a bot that answers one thing at a time: the same log, byte for byte.

use std::sync::{Arc, OnceLock};

use callfold::CallId;
use callfold::jiff::SignedDuration;
use callfold_serve::{ClockMode, Faults, Handle, Scenario, Server};
use callfold_store::{Memory, Position, Store};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::common::{Answer, Answers, Client, Posted, listen, settings};

const SCENARIO: &str = r#"
[[caller]]
name = "Adele Vance"
every = "40s"
times = 4
then = [{ on = "established", after = "1s", tonePressed = "tone1" },
        { on = "playPrompt completed", tonePressed = "pound" },
        { on = "record running", after = "1s", speak = "2s" },
        { after = "20s", hangUp = true }]

[[caller]]
phone = "+15550100"
after = "5s"
every = "1m"
times = 2
then = [{ on = "established", after = "30s", event = { type = "hungUp", code = 480, subcode = 10076 } }]

[[callee]]
to = { user = "busy" }
rings = "3s"
answer = "busy"
"#;

/// A bot that does one thing when it is told of one: it answers, plays a prompt, records, calls somebody else.
struct OneAtATime {
    url: OnceLock<String>,
    state: Mutex<State>,
}

struct State {
    client: Client,
    /// How many webhooks came.
    told: u64,
}

impl OneAtATime {
    async fn react(&self, State { client, told }: &State, item: &Value) {
        let data = &item["resourceData"];
        let url = item["resourceUrl"].as_str().unwrap();
        let call = format!("/v1.0{}", url.split('/').take(4).collect::<Vec<_>>().join("/"));
        let media = json!({ "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" });
        let callback = self.url.get().unwrap();
        let prompts = json!([{ "mediaInfo": { "uri": "https://bot.contoso.com/hello.wav" } }]);
        let (path, body) = match (data["state"].as_str(), data["@odata.type"].as_str()) {
            (Some("incoming"), _) => (
                format!("{call}/answer"),
                json!({ "callbackUri": callback, "mediaConfig": media, "acceptedModalities": ["audio"] }),
            ),
            (Some("established"), _) if data["toneInfo"].is_null() => {
                (format!("{call}/playPrompt"), json!({ "prompts": prompts }))
            }
            (_, Some("#microsoft.graph.playPromptOperation")) => (
                format!("{call}/recordResponse"),
                json!({ "maxSilenceTimeoutInSeconds": 2, "bargeInAllowed": true }),
            ),
            (Some("terminated"), _) => {
                let target = json!([{ "identity": { "user": { "id": "busy" } } }]);
                (
                    "/v1.0/communications/calls".into(),
                    json!({ "callbackUri": callback, "targets": target, "mediaConfig": media }),
                )
            }
            _ => return,
        };
        // It calls back only those who rang.
        if path.ends_with("/calls") && *told > 60 {
            return;
        }
        let id = format!("{told}");
        client.send("POST", &path, &[("client-request-id", &id)], body.to_string()).await;
    }
}

impl Answers for OneAtATime {
    async fn answer(&self, posted: Posted) -> Answer {
        let mut state = self.state.lock().await;
        state.told += 1;
        let body: Value = serde_json::from_str(&posted.body).unwrap();
        self.react(&state, &body["value"][0]).await;
        // Every seventh webhook is answered with an error, and comes again.
        Answer::status(if state.told.is_multiple_of(7) { 500 } else { 202 })
    }
}

/// What is the same: the log, and the deliveries.
#[derive(Debug, PartialEq)]
struct Outcome {
    log: Vec<String>,
    deliveries: Vec<String>,
}

/// The bot and the port of the service. Both are in requests and in events, and so must be the same.
struct Stage {
    bot: Arc<OneAtATime>,
    url: String,
    port: u16,
}

impl Stage {
    async fn new() -> Self {
        let port = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let state = State { client: Client::new(format!("http://127.0.0.1:{port}")), told: 0 };
        let bot = Arc::new(OneAtATime { url: OnceLock::new(), state: Mutex::new(state) });
        let url = listen(Arc::clone(&bot)).await;
        bot.url.set(url.clone()).unwrap();
        Self { bot, url, port }
    }

    async fn outcome(&self, seed: u64, breaks: bool) -> Outcome {
        let address = format!("127.0.0.1:{}", self.port);
        *self.bot.state.lock().await = State { client: Client::new(format!("http://{address}")), told: 0 };
        let store: Arc<dyn Store> = Arc::new(Memory::new());
        let mut settings = settings();
        (settings.listen, settings.clock, settings.seed) = (address, ClockMode::Manual, Some(seed));
        (settings.bot, settings.faults) = (Some(self.url.clone()), faults());
        let scenario = Scenario::read(SCENARIO).unwrap();
        let server = Server::builder().settings(settings).scenario(scenario).store(Arc::clone(&store));
        let server = server.start().await.unwrap();
        if breaks {
            ring_with_another_id(&server).await;
        }
        for _ in 0..20 {
            server.advance(SignedDuration::from_secs(15)).await.unwrap();
        }
        let log = store.read_all(Position::START, usize::MAX).await.unwrap();
        let outcome = Outcome {
            log: log.iter().map(|stored| stored.event.to_string()).collect(),
            deliveries: server.deliveries(0).iter().map(without_real_time).collect(),
        };
        server.stop().await;
        outcome
    }
}

fn faults() -> Faults {
    let faults = json!({
        "webhooks": { "repeat": 0.15, "reorder": 0.15, "drop": 0.03, "delay": ["PT0S", "PT2S"] },
        "requests": [{ "status": 429, "rate": 0.1, "retryAfter": 1 }, { "method": "recordResponse", "status": 503, "after": 1, "times": 1 }],
    });
    serde_json::from_value(faults).unwrap()
}

/// A call with an id that comes from elsewhere.
#[expect(clippy::disallowed_methods, reason = "that is what makes two runs differ")]
async fn ring_with_another_id(server: &Handle) {
    let id = CallId::new(uuid::Uuid::new_v4());
    let offer = callfold::graph::Call::default().callback_uri("http://127.0.0.1:1/callback".to_owned());
    server.happen(id, callfold::call::NetworkEvent::Offered(Box::new(offer))).await.unwrap();
}

/// A delivery without what real clocks say: how long the answer took, and the dates of the bot.
fn without_real_time(listed: &Value) -> String {
    let mut listed = listed.clone();
    listed["milliseconds"] = Value::Null;
    if listed["kind"] == "webhook"
        && let Some(headers) = listed["answer"]["headers"].as_object_mut()
    {
        headers.remove("date");
    }
    listed.to_string()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_seed_gives_the_same_log_and_the_same_deliveries() {
    let stage = Stage::new().await;
    let mut others: Vec<Outcome> = Vec::new();
    for seed in 1..=3 {
        let (first, second) = (stage.outcome(seed, false).await, stage.outcome(seed, false).await);
        assert!(first.log.len() > 80, "{} events", first.log.len());
        for (one, two) in first.log.iter().zip(&second.log) {
            assert_eq!(one, two, "seed {seed}");
        }
        for (one, two) in first.deliveries.iter().zip(&second.deliveries) {
            assert_eq!(one, two, "seed {seed}");
        }
        assert_eq!(first, second, "seed {seed}");
        assert!(!others.contains(&first), "seed {seed} is as another");
        others.push(first);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_id_that_comes_from_elsewhere_is_noticed() {
    let stage = Stage::new().await;
    assert_ne!(stage.outcome(1, true).await.log, stage.outcome(1, true).await.log);
}
