//! One run: calls begin, moves follow, and at the end everything is delivered and compared.

use callfold::call::State;
use callfold::graph::{Method, Route};
use callfold::jiff::SignedDuration;
use callfold::{Call, CallId, Id};
use callfold_serve::{Faults, RequestFault, WebhookFaults};
use serde_json::{Value, json};

use super::Place;
use super::counts::Happened;
use super::moves::{Move, Moves};
use crate::common::Draw;

pub(super) struct Run<'a> {
    pub(super) place: &'a Place,
    pub(super) number: u64,
    pub(super) happened: Happened,
    draw: Draw,
    moves: Moves,
    calls: Vec<CallId>,
    pub(super) faults: Faults,
}

/// The most tries for a move, of which many are refused.
const TRIES: u64 = 150;

impl<'a> Run<'a> {
    pub(super) fn new(place: &'a Place, seed: u64, number: u64) -> Self {
        Self {
            place,
            number,
            happened: Happened::default(),
            draw: Draw::new(seed, 2 * number + 1),
            moves: Moves::new(seed, number, &place.callback),
            calls: Vec::new(),
            faults: Faults::default(),
        }
    }

    pub(super) async fn whole(mut self) -> Happened {
        let is_clean = self.draw.chance(20);
        if !is_clean {
            self.faults = faults(&mut self.draw);
        }
        let fails = if is_clean { 0 } else { self.draw.weighted(&[(1, 0), (1, 10)]) };
        self.place.bot.begin(self.draw.clone(), fails).await;
        self.place.server.set_faults(self.faults.clone()).unwrap();
        self.begin_call().await;
        let wanted = 12 + self.draw.below(20);
        for _ in 0..TRIES {
            if self.happened.moves >= wanted {
                break;
            }
            self.step().await;
        }
        self.end().await;
        self.deliver_everything().await;
        self.compare().await;
        self.happened
    }

    fn live(&self) -> Vec<Call> {
        let calls = self.place.server.calls();
        let known = self.calls.iter().filter_map(|id| calls.call(*id).cloned());
        known.filter(|call| call.state().is_live()).collect()
    }

    async fn step(&mut self) {
        let live = self.live();
        if live.is_empty() || (self.calls.len() < 3 && self.draw.chance(15)) {
            return self.begin_call().await;
        }
        let (Some(call), Some(other)) = (self.draw.pick(&live).cloned(), self.draw.pick(&live).cloned())
        else {
            return;
        };
        let next = self.moves.of(&call, other.id());
        self.make(call.id(), next).await;
    }

    async fn make(&mut self, call: CallId, next: Move) {
        match next {
            Move::Request(method, item, body) => _ = self.ask(method, Some(call), item, body).await,
            Move::Happens(event) => {
                let name = event.kind().as_str();
                let happened = self.place.server.happen(call, *event).await.is_ok();
                self.made("network event", name, happened);
                self.place.server.quiet().await;
            }
            Move::Wait(millis) => {
                self.place.server.advance(SignedDuration::from_millis(millis)).await.unwrap();
                self.made("network event", "wait", true);
            }
        }
    }

    fn made(&mut self, what: &'static str, name: &str, is_accepted: bool) {
        if is_accepted {
            self.happened.moves += 1;
            self.happened.see(what, name);
        }
    }

    /// Somebody rings the bot, or the bot places a call.
    async fn begin_call(&mut self) {
        let callback = self.place.callback.clone();
        let kinds = [(2, Some("call")), (1, Some("meeting")), (2, Some("policyRecording")), (4, None)];
        let kind = self.draw.weighted(&kinds);
        let Some(kind) = kind else {
            let body = self.moves.body(Method::CreateCall, CallId::new(callfold::uuid::Uuid::nil()));
            let placed = self.ask(Method::CreateCall, None, None, body).await;
            let id: Option<CallId> = placed.and_then(|body| body["id"].as_str()?.parse().ok());
            return self.calls.extend(id);
        };
        let mut offer = json!({ "callbackUri": callback });
        if kind != "call" {
            offer[kind] = true.into();
        }
        let id = self.place.server.ring(offer).await.unwrap();
        self.made("network event", "offered", true);
        self.calls.push(id);
        self.place.server.quiet().await;
    }

    /// The bot sends a request, and again if the service is busy. Returns the body of a reply that is a success.
    async fn ask(
        &mut self,
        method: Method,
        call: Option<CallId>,
        item: Option<Id>,
        body: Value,
    ) -> Option<Value> {
        let is_beta = method == Method::AddLargeGalleryView || self.draw.chance(20);
        let path = format!("/{}{}", if is_beta { "beta" } else { "v1.0" }, Route::new(method, call, item));
        let verb = method.verb().as_str();
        let text = if body.is_null() { String::new() } else { body.to_string() };
        // Webhooks wait meanwhile: the bot learns of a reply before it learns of what follows from the request.
        let mut state = self.place.bot.state().await;
        let mut got = self.place.client.send(verb, &path, &[], text.clone()).await;
        for _ in 0..5 {
            if !matches!(got.status, 429 | 503) {
                break;
            }
            self.happened.see("fault", format!("status {}", got.status));
            got = self.place.client.send(verb, &path, &[], text.clone()).await;
        }
        state.replied(verb, &path, got.status, &got.text, self.place.server.now());
        drop(state);
        self.place.server.quiet().await;
        let is_accepted = (200..300).contains(&got.status);
        assert!(
            is_accepted || matches!(got.status, 400 | 404 | 409 | 429 | 503),
            "{verb} {path}: {}",
            got.text
        );
        self.made("request", method.as_str(), is_accepted);
        (is_accepted && !got.text.is_empty()).then(|| got.json())
    }

    /// Most calls end; some are compared while they live.
    async fn end(&mut self) {
        if self.draw.chance(15) {
            return;
        }
        for call in self.live() {
            let end = self.moves.end();
            self.make(call.id(), end).await;
        }
        let left = self.live();
        assert!(left.iter().all(|call| call.state() != State::Established), "{left:?}");
    }

    /// Lets time pass until each webhook is answered for.
    async fn deliver_everything(&mut self) {
        self.place.server.set_faults(Faults::default()).unwrap();
        for _ in 0..300 {
            self.place.server.quiet().await;
            if self.waiting().await == 0 {
                return;
            }
            self.place.server.advance(SignedDuration::from_secs(1)).await.unwrap();
        }
        panic!("run {}: webhooks wait after five minutes", self.number);
    }

    async fn waiting(&self) -> u64 {
        let text = self.place.client.get("/_callfold/metrics").await.text;
        let line = text.lines().find_map(|line| line.strip_prefix("callfold_queue_length "));
        line.unwrap().parse().unwrap()
    }
}

fn faults(draw: &mut Draw) -> Faults {
    let mut faults = Faults::default();
    faults.webhooks = webhook_faults(draw);
    if draw.chance(50) {
        for status in [429, 503] {
            let fault = json!({ "status": status, "rate": 0.1, "retryAfter": 1 });
            faults.requests.push(serde_json::from_value::<RequestFault>(fault).unwrap());
        }
    }
    faults
}

fn webhook_faults(draw: &mut Draw) -> WebhookFaults {
    let mut faults = WebhookFaults::default();
    let mut rate = |percent, rate| if draw.chance(percent) { rate } else { 0.0 };
    faults.repeat = rate(40, 0.2);
    faults.reorder = rate(50, 0.5);
    faults.drop = rate(12, 0.1);
    if draw.chance(40) {
        faults.delay = [SignedDuration::ZERO, SignedDuration::from_millis(1500)].into();
    }
    faults
}
