//! A service on a manual clock, a client, and a bot that answers as it is told and keeps what it receives.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use callfold::jiff::SignedDuration;
use callfold_serve::{Builder, ClockMode, Handle, Scenario, Server, Settings};
use callfold_store::Store;
use serde_json::{Value, json};

use crate::common::{Answer, Answers, Client, Got, Posted, listen, settings};

pub(super) const CALLS: &str = "/v1.0/communications/calls";

pub(super) struct Stage {
    pub(super) server: Handle,
    pub(super) client: Client,
    pub(super) bot: Arc<Listener>,
    pub(super) callback: String,
}

/// The bot.
#[derive(Debug, Default)]
pub(super) struct Listener {
    received: Mutex<Vec<Posted>>,
    /// The next answers. Without one, it is 202.
    answers: Mutex<VecDeque<Answer>>,
    /// How many milliseconds an answer takes.
    takes: AtomicU64,
}

impl Answers for Listener {
    async fn answer(&self, posted: Posted) -> Answer {
        self.received.lock().unwrap().push(posted);
        tokio::time::sleep(Duration::from_millis(self.takes.load(Ordering::SeqCst))).await;
        self.answers.lock().unwrap().pop_front().unwrap_or(Answer::status(202))
    }
}

impl Listener {
    pub(super) fn will_answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.answers.lock().unwrap().extend(answers);
    }

    /// Each answer takes so many milliseconds from now on.
    pub(super) fn takes(&self, millis: u64) {
        self.takes.store(millis, Ordering::SeqCst);
    }

    pub(super) fn received(&self) -> Vec<Posted> {
        self.received.lock().unwrap().clone()
    }

    /// The states of calls, and the status of operations, in the order in which they were reported.
    pub(super) fn told(&self) -> Vec<String> {
        let bodies = self.received().into_iter().map(|one| serde_json::from_str::<Value>(&one.body).unwrap());
        bodies.map(|body| told(&body["value"][0]["resourceData"])).collect()
    }
}

fn told(data: &Value) -> String {
    let member = |name: &str| data[name].as_str().map(str::to_owned);
    let tone = data["toneInfo"]["tone"].as_str().map(str::to_owned);
    tone.or_else(|| member("state")).or_else(|| member("status")).unwrap_or_else(|| "other".into())
}

fn builder(store: &Arc<dyn Store>, scenario: &str) -> Builder {
    let builder = Server::builder().store(Arc::clone(store));
    match scenario {
        "" => builder,
        scenario => builder.scenario(Scenario::read(scenario).unwrap()),
    }
}

impl Stage {
    pub(super) async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut Settings)) -> Self {
        Self::start(Server::builder(), change).await
    }

    /// A stage whose service keeps its calls in this store.
    pub(super) async fn on(store: Arc<dyn Store>) -> Self {
        Self::start(Server::builder().store(store), |_| {}).await
    }

    /// A stage whose service keeps its calls in this store, and plays this scenario.
    pub(super) async fn playing(
        store: &Arc<dyn Store>,
        scenario: &str,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        Self::start(builder(store, scenario), change).await
    }

    /// Ends the service, and starts another one for the same bot.
    pub(super) async fn again(
        self,
        store: &Arc<dyn Store>,
        scenario: &str,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        self.server.stop().await;
        Self::start_for(self.bot, self.callback, builder(store, scenario), change).await
    }

    async fn start(builder: Builder, change: impl FnOnce(&mut Settings)) -> Self {
        let bot = Arc::new(Listener::default());
        let callback = listen(Arc::clone(&bot)).await;
        Self::start_for(bot, callback, builder, change).await
    }

    async fn start_for(
        bot: Arc<Listener>,
        callback: String,
        builder: Builder,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let mut settings = settings();
        (settings.clock, settings.seed) = (ClockMode::Manual, Some(7));
        settings.bot = Some(callback.clone());
        change(&mut settings);
        let server = builder.settings(settings).start().await.unwrap();
        let client = Client::new(server.url());
        Self { server, client, bot, callback }
    }

    /// Somebody rings the bot.
    pub(super) async fn ring(&self, offer: Value) -> String {
        let got = self.client.post("/_callfold/calls", offer).await;
        assert_eq!(got.status, 201, "{}", got.text);
        self.server.quiet().await;
        got.json()["id"].as_str().unwrap().into()
    }

    /// A call that is established.
    pub(super) async fn established(&self) -> String {
        let call = self.ring(json!({})).await;
        assert_eq!(self.ask(&call, "answer", self.answer()).await.status, 202);
        self.pass(200).await;
        assert_eq!(self.state(&call).await, "established");
        call
    }

    pub(super) fn answer(&self) -> Value {
        let media = json!({ "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" });
        json!({ "callbackUri": self.callback, "acceptedModalities": ["audio"], "mediaConfig": media })
    }

    pub(super) async fn ask(&self, call: &str, what: &str, body: Value) -> Got {
        let got = self.client.post(&format!("{CALLS}/{call}/{what}"), body).await;
        self.server.quiet().await;
        got
    }

    pub(super) async fn place(&self, target: Value) -> Got {
        let mut body = self.answer();
        body["targets"] = json!([{ "identity": target }]);
        let got = self.client.post(CALLS, body).await;
        self.server.quiet().await;
        got
    }

    /// Something happens in the network.
    pub(super) async fn happen(&self, call: &str, event: Value) -> Got {
        let got = self.client.post(&format!("/_callfold/calls/{call}/events"), event).await;
        self.server.quiet().await;
        got
    }

    pub(super) async fn pass(&self, millis: i64) {
        _ = self.server.advance(SignedDuration::from_millis(millis)).await;
    }

    /// The log of the service.
    pub(super) async fn log(&self) -> String {
        self.client.get("/_callfold/log").await.text
    }

    pub(super) async fn state(&self, call: &str) -> String {
        let got = self.client.get(&format!("/_callfold/calls/{call}")).await;
        got.json()["state"].as_str().unwrap_or_else(|| panic!("{}", got.text)).into()
    }

    pub(super) async fn deliveries(&self) -> Vec<Value> {
        let listed = self.client.get("/_callfold/deliveries").await.json();
        listed["deliveries"].as_array().unwrap().clone()
    }
}
