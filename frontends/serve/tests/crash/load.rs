//! The load on a host: calls that ring, calls that are placed, and requests about them.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use callfold::jiff::Timestamp;
use serde_json::{Value, json};

use super::checker::{Answered, Webhook};
use crate::common::{Answer, Answers, Client, Posted};

/// What a bot received, in its order.
#[derive(Debug, Default)]
pub(crate) struct Received {
    /// The number of the process that runs now.
    pub(crate) life: AtomicUsize,
    webhooks: Mutex<Vec<Webhook>>,
}

impl Received {
    pub(crate) fn all(&self) -> Vec<Webhook> {
        self.webhooks.lock().unwrap().clone()
    }
}

#[expect(clippy::disallowed_methods, reason = "how late a webhook is, is measured")]
impl Answers for Received {
    async fn answer(&self, posted: Posted) -> Answer {
        let body: Value = serde_json::from_str(&posted.body).unwrap();
        let life = self.life.load(Ordering::SeqCst);
        let mut webhooks = self.webhooks.lock().unwrap();
        for item in body["value"].as_array().unwrap() {
            let (original, at) = (posted.original().into(), Timestamp::now());
            webhooks.push(Webhook { life, original, at, item: item.clone() });
        }
        // Some webhooks are not accepted, and come again.
        Answer::status(if webhooks.len().is_multiple_of(23) { 500 } else { 202 })
    }
}

/// A request that may have to be sent again.
#[derive(Clone, Debug)]
struct Sent {
    verb: &'static str,
    path: String,
    body: Value,
    id: String,
}

#[derive(Debug)]
pub(crate) struct Load {
    pub(crate) answered: Vec<Answered>,
    bot: String,
    /// The number of the last request.
    requests: u64,
    /// Requests to which no answer came. They are sent again to the next process.
    open: Vec<Sent>,
    /// Counts the requests, so that the hosts take turns.
    turn: usize,
}

const MEDIA: &str = "#microsoft.graph.serviceHostedMediaConfig";

impl Load {
    pub(crate) const fn new(bot: String) -> Self {
        Self { answered: Vec::new(), bot, requests: 0, open: Vec::new(), turn: 0 }
    }

    /// Sends requests until no answer comes.
    pub(crate) async fn run(&mut self, clients: &[Client]) {
        _ = self.try_run(clients).await;
    }

    async fn try_run(&mut self, clients: &[Client]) -> Result<(), String> {
        while let Some(sent) = self.open.pop() {
            self.send_again(clients, sent).await?;
        }
        for round in 0.. {
            // Two calls at a time, so that events of different calls stand between each other.
            let rung = self.ring(clients).await?;
            let placed = self.place(clients).await?;
            self.ask(clients, &rung, "answer", self.answer()).await?;
            tokio::time::sleep(Duration::from_millis(30)).await;
            for call in [&rung, &placed] {
                let prompt =
                    json!({ "prompts": [{ "mediaInfo": { "uri": "https://bot.contoso.com/a.wav" } }] });
                self.ask(clients, call, "playPrompt", prompt).await?;
                self.ask(clients, call, "subscribeToTone", json!({})).await?;
            }
            // Without the subscription, nobody hears the key.
            if self.is_last_answered() {
                self.press(clients, &placed).await?;
            }
            if round % 2 == 0 {
                tokio::time::sleep(Duration::from_millis(40)).await;
            }
            for call in [&placed, &rung] {
                self.send(clients, "DELETE", format!("/v1.0/communications/calls/{call}"), Value::Null)
                    .await?;
            }
        }
        Ok(())
    }

    fn answer(&self) -> Value {
        json!({ "callbackUri": self.bot, "acceptedModalities": ["audio"], "mediaConfig": { "@odata.type": MEDIA } })
    }

    async fn ring(&mut self, clients: &[Client]) -> Result<String, String> {
        let offer = json!({ "callbackUri": self.bot }).to_string();
        let got = self.next(clients).try_send("POST", "/_callfold/calls", &[], offer).await?;
        if got.status == 503 {
            return Err(got.text);
        }
        let call = got.json()["id"].as_str().unwrap().to_owned();
        self.answered.push(Answered::Rung(call.clone()));
        Ok(call)
    }

    async fn press(&mut self, clients: &[Client], call: &str) -> Result<(), String> {
        let path = format!("/_callfold/calls/{call}/events");
        let pressed = json!({ "type": "tonePressed", "tone": "tone5" }).to_string();
        if self.next(clients).try_send("POST", &path, &[], pressed).await?.status == 202 {
            self.answered.push(Answered::Pressed(call.into()));
        }
        Ok(())
    }

    async fn place(&mut self, clients: &[Client]) -> Result<String, String> {
        let targets = json!([{ "identity": { "user": { "id": "adele" } } }]);
        let mut body = self.answer();
        body["targets"] = targets;
        let body = self.send(clients, "POST", "/v1.0/communications/calls".into(), body).await?;
        Ok(body["id"].as_str().unwrap_or_default().into())
    }

    /// True if the last request was accepted.
    fn is_last_answered(&self) -> bool {
        let last = format!("request-{}", self.requests);
        matches!(self.answered.last(), Some(Answered::Request { id, .. }) if *id == last)
    }

    async fn ask(&mut self, clients: &[Client], call: &str, what: &str, body: Value) -> Result<(), String> {
        let path = format!("/v1.0/communications/calls/{call}/{what}");
        self.send(clients, "POST", path, body).await.map(drop)
    }

    async fn send(
        &mut self,
        clients: &[Client],
        verb: &'static str,
        path: String,
        body: Value,
    ) -> Result<Value, String> {
        self.requests += 1;
        let sent = Sent { verb, path, body, id: format!("request-{}", self.requests) };
        self.send_again(clients, sent).await
    }

    async fn send_again(&mut self, clients: &[Client], sent: Sent) -> Result<Value, String> {
        // If this is dropped before an answer comes, the request is open.
        self.open.push(sent.clone());
        let text = if sent.body.is_null() { String::new() } else { sent.body.to_string() };
        let got = self
            .next(clients)
            .try_send(sent.verb, &sent.path, &[("client-request-id", &sent.id)], text)
            .await?;
        self.open.pop();
        if (200..300).contains(&got.status) {
            self.answered.push(Answered::Request { id: sent.id, status: got.status });
        }
        Ok(if got.text.is_empty() { Value::Null } else { got.json() })
    }

    /// Ends all calls, and waits until everything is delivered.
    pub(crate) async fn finish(&mut self, clients: &[Client]) {
        while let Some(sent) = self.open.pop() {
            self.send_again(clients, sent).await.unwrap();
        }
        for _ in 0..200 {
            let mut is_done = true;
            for client in clients {
                is_done &= finish_one(client).await;
            }
            if is_done {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("webhooks wait, or calls live, after ten seconds");
    }

    /// One host after the other.
    fn next<'a>(&mut self, clients: &'a [Client]) -> &'a Client {
        self.turn += 1;
        &clients[self.turn % clients.len()]
    }
}

/// Ends the calls of a host. True if there are none, and no webhook waits.
async fn finish_one(client: &Client) -> bool {
    let calls = client.get("/_callfold/calls").await.json();
    let live = calls["calls"].as_array().unwrap().iter().filter(|call| call["state"] != "terminated");
    let live: Vec<String> = live.map(|call| call["id"].as_str().unwrap().to_owned()).collect();
    for call in &live {
        let path = format!("/_callfold/calls/{call}/events");
        client.send("POST", &path, &[], json!({ "type": "hungUp" }).to_string()).await;
    }
    live.is_empty() && waiting(client).await == 0
}

async fn waiting(client: &Client) -> u64 {
    let text = client.get("/_callfold/metrics").await.text;
    let line = text.lines().find_map(|line| line.strip_prefix("callfold_queue_length "));
    line.unwrap().parse().unwrap()
}
