//! The bot of a run: it follows its calls from what it receives, and sometimes answers that it failed.

use std::collections::BTreeMap;
use std::sync::Arc;

use callfold::jiff::Timestamp;
use callfold::{Applied, Bot, Ledger, Recorded};
use callfold_serve::Handle;
use serde_json::json;
use tokio::sync::{Mutex, MutexGuard};

use crate::common::{Answer, Answers, Draw, Posted};

/// The status with which the bot answers a webhook that it did not take.
pub(super) const NOT_TAKEN: u16 = 503;

pub(super) struct RecordingBot {
    server: Arc<Handle>,
    state: Mutex<State>,
}

/// What the bot knows.
pub(super) struct State {
    /// Its calls, from webhooks and replies.
    pub(super) calls: Ledger,
    /// Its log.
    pub(super) log: Vec<Recorded>,
    /// Its calls, from webhooks alone.
    pub(super) heard: Ledger,
    draw: Draw,
    /// How many of a hundred webhooks it fails at.
    fails: u64,
    failed: BTreeMap<String, u32>,
}

/// More failures would let the service give up.
const MOST_FAILURES: u32 = 2;

impl State {
    fn new(draw: Draw, fails: u64) -> Self {
        let (calls, heard) = (Ledger::new(), Ledger::new());
        Self { calls, log: Vec::new(), heard, draw, fails, failed: BTreeMap::new() }
    }

    fn take(&mut self, posted: &Posted, at: Timestamp) {
        let deliver = |calls: &Ledger| Bot::new(calls).deliver(&posted.headers(), posted.body.as_bytes(), at);
        let (events, heard) = (deliver(&self.calls).events, deliver(&self.heard).events);
        self.keep(events);
        for event in heard {
            assert_eq!(self.heard.apply(&event), Ok(Applied::Folded), "{event}");
        }
        assert_eq!(deliver(&self.calls).events, [], "a repeat changes nothing: {posted:?}");
    }

    /// Takes the response to a request of the bot.
    pub(super) fn replied(&mut self, verb: &str, path: &str, status: u16, body: &str, at: Timestamp) {
        let events = Bot::new(&self.calls).replied(verb, path, status, body.as_bytes(), at).events;
        self.keep(events);
    }

    fn keep(&mut self, events: Vec<Recorded>) {
        for event in events {
            assert_eq!(self.calls.apply(&event), Ok(Applied::Folded), "{event}");
            self.log.push(event);
        }
    }

    /// True if the bot fails at a webhook.
    fn fails(&mut self, posted: &Posted) -> bool {
        let failed = self.failed.entry(posted.original().into()).or_default();
        let fails = *failed < MOST_FAILURES && self.draw.chance(self.fails);
        *failed += u32::from(fails);
        fails
    }
}

impl RecordingBot {
    pub(super) fn new(server: Arc<Handle>) -> Self {
        Self { server, state: Mutex::new(State::new(Draw::new(0, 0), 0)) }
    }

    /// Forgets everything, for a new run.
    pub(super) async fn begin(&self, draw: Draw, fails: u64) {
        *self.state.lock().await = State::new(draw, fails);
    }

    /// What the bot knows. While this is held, webhooks wait.
    pub(super) async fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().await
    }
}

impl Answers for RecordingBot {
    async fn answer(&self, posted: Posted) -> Answer {
        let mut state = self.state.lock().await;
        let fails = state.fails(&posted);
        if fails && state.draw.chance(50) {
            return Answer::status(NOT_TAKEN);
        }
        state.take(&posted, self.server.now());
        if fails {
            return Answer::status(500);
        }
        if posted.body.contains("participantJoiningNotification") {
            return Answer { body: about_joining(&mut state.draw), ..Answer::status(200) };
        }
        // 204 to the first notification of an offered call asks for it once more.
        Answer::status(state.draw.weighted(&[(8, 202), (1, 200), (1, 204)]))
    }
}

fn about_joining(draw: &mut Draw) -> String {
    let responses = [
        json!({ "@odata.type": "#microsoft.graph.acceptJoinResponse" }),
        json!({ "@odata.type": "#microsoft.graph.rejectJoinResponse", "reason": "busy" }),
        json!({ "@odata.type": "#microsoft.graph.inviteNewBotResponse", "inviteUri": "https://bot.contoso.com/2" }),
    ];
    draw.pick(&responses).unwrap().to_string()
}
