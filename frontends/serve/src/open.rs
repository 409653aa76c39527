//! Starting: takes up the calls of the store.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use callfold::jiff::Timestamp;
use callfold::service::Webhook;
use callfold::{CallId, Id};
use callfold_store::{Position, Store};
use tokio::sync::Notify as Signal;

use crate::behaviour::Behaviour;
use crate::busy::Busy;
use crate::callbacks;
use crate::clock::{Clock, ClockMode};
use crate::delivery::Deliveries;
use crate::fault::Failing;
use crate::host::Host;
use crate::listen::Address;
use crate::live::Live;
use crate::locks::Locks;
use crate::metrics::Metrics;
use crate::post::CONSUMER;
use crate::scenario::read::Scenario;
use crate::seed::{Ids, Seed};
use crate::settings::{Auto, Settings};
use crate::signing::Signing;

/// How many events are read from the store at a time.
const READ: usize = 10_000;

/// What the store holds.
struct Taken {
    live: Live,
    events: u64,
    /// The time of the latest event.
    last: Option<Timestamp>,
}

impl Host {
    /// Takes up the calls of a store. What was stored and perhaps not posted is posted again.
    ///
    /// # Errors
    ///
    /// What is wrong with a setting or with the store, and what to do.
    pub(crate) async fn open(
        settings: Settings,
        store: Arc<dyn Store>,
        scenarios: Vec<Scenario>,
        signing: Signing,
        address: &Address,
        seed: u64,
    ) -> Result<Arc<Self>, String> {
        if let Some(wrong) = settings.faults.wrong() {
            return Err(format!("faults: {wrong}"));
        }
        let seed = Seed::new(seed);
        let base_url = address.base_url.clone();
        let delays = (settings.auto == Auto::On).then(|| settings.by_itself.clone());
        let behaviour = Behaviour::new(delays, seed, base_url.clone());
        let mut live = Live::new(behaviour, Failing::new(settings.faults.clone()));
        let added: Vec<_> = scenarios.into_iter().map(|scenario| live.scenarios.add(scenario)).collect();
        let Taken { live, events, last } = take_up(&*store, live, &settings, seed).await?;
        let host = Self {
            clock: clock(&settings, last)?,
            client: callbacks::client(settings.callbacks, settings.trust.as_deref())?,
            notify: settings.webhooks.notify(),
            ids: Ids::new(seed, events),
            deliveries: Deliveries::new(settings.limits.deliveries, settings.limits.delivery_bytes),
            metrics: Metrics::new(),
            busy: Busy::default(),
            timers_changed: Signal::new(),
            can_post: Signal::new(),
            locks: Locks::new(),
            live: Mutex::new(live),
            advancing: tokio::sync::Mutex::new(()),
            settings,
            base_url,
            is_loopback: address.is_loopback,
            seed,
            store,
            signing,
        };
        let rung = host.rung();
        for (scenario, first) in added {
            host.begin_scenario(scenario, first, |caller| {
                rung.get(&(scenario, caller)).copied().unwrap_or(0)
            });
        }
        host.can_post.notify_one();
        Ok(Arc::new(host))
    }

    /// How many times each caller of a scenario has rung already.
    fn rung(&self) -> BTreeMap<(usize, usize), u64> {
        let mut live = self.live();
        let live = &mut *live;
        live.scenarios.rung(self.seed, |call| live.ledger.call(call).is_some())
    }

    /// The app that a call belongs to.
    pub(crate) fn app_of(&self, call: CallId) -> String {
        let app = self.live().ledger.call(call).and_then(|call| call.app().map(Id::to_string));
        app.unwrap_or_else(|| self.settings.app_id())
    }
}

/// Folds all events of the store.
async fn take_up(
    store: &dyn Store,
    mut live: Live,
    settings: &Settings,
    seed: Seed,
) -> Result<Taken, String> {
    let failed = |error| format!("--store {}: {error}", settings.store);
    let noted = store.noted(CONSUMER).await.map_err(failed)?;
    let noted: BTreeMap<CallId, u64> = noted.into_iter().map(|noted| (noted.call, noted.revision)).collect();
    let notify = settings.webhooks.notify();
    let (mut after, mut events, mut last) = (Position::START, 0, None);
    loop {
        let stored = store.read_all(after, READ).await.map_err(failed)?;
        let Some(end) = stored.last() else { break };
        after = end.position;
        events += stored.len() as u64;
        for event in stored.iter().map(|stored| &stored.event) {
            last = last.max(event.at);
            live.apply(event).map_err(|refused| {
                let (call, revision) = (event.call, event.revision);
                format!(
                    "--store {}: revision {revision} of call {call} does not fold: {refused}; `callfold check` names what is wrong with a log, and another store lets the service start",
                    settings.store
                )
            })?;
            let is_posted = noted.get(&event.call).is_some_and(|noted| event.revision <= *noted);
            let webhook = live.ledger.call(event.call).and_then(|call| Webhook::of(notify, call, event));
            if let Some(webhook) = webhook.filter(|webhook| !is_posted && webhook.callback_uri.is_some()) {
                live.post_again(seed, webhook, event);
            }
        }
    }
    live.drop_stale_timers();
    live.forget_ended(settings.limits.ended_calls);
    Ok(Taken { live, events, last })
}

/// The clock. It begins where the store ends, if that is later.
fn clock(settings: &Settings, last: Option<Timestamp>) -> Result<Clock, String> {
    let begin = Clock::begin(settings.clock);
    let now = match (settings.clock, settings.now) {
        (ClockMode::Manual, Some(now)) => now,
        (ClockMode::Manual, None) => last.map_or(begin, |last| last.max(begin)),
        (ClockMode::Real | ClockMode::Factor(_), now) => now.unwrap_or(begin),
    };
    match last.filter(|last| *last > now) {
        Some(last) => Err(format!(
            "the clock cannot go back: it would begin at {now}, and the last event in --store {} is of {last}; start with --clock manual, which goes on from there, or with another store",
            settings.store
        )),
        None => Ok(Clock::new(settings.clock, now)),
    }
}
