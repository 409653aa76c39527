//! Starting: takes up the calls of the store.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, RwLock};

use callfold::jiff::{SignedDuration, Timestamp};
use callfold::{CallId, Id};
use callfold_store::{Position, Store};
use tokio::sync::Notify as Signal;
use tokio::task::JoinSet;

use crate::behaviour::Behaviour;
use crate::busy::Busy;
use crate::callbacks;
use crate::clock::{Clock, ClockMode};
use crate::delivery::Deliveries;
use crate::fault::{Failing, Possible};
use crate::host::Host;
use crate::listen::Address;
use crate::live::Live;
use crate::locks::Locks;
use crate::metrics::Metrics;
use crate::others::Others;
use crate::outbox::CONSUMER;
use crate::partition::{Owned, Sharing};
use crate::scenario::read::Scenario;
use crate::scenario::script::Scenarios;
use crate::seed::{Ids, Seed};
use crate::settings::{Auto, Settings};
use crate::signing::Signing;

/// How many events are read from the store at a time.
const READ: usize = 10_000;

/// The most by which the clock of the machine may have been set back since the last event.
const STEP_BACK: SignedDuration = SignedDuration::from_secs(5);

/// The store of a service.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) store: Arc<dyn Store>,
    /// What errors call it.
    pub(crate) name: String,
    /// True if it is of this service alone and does not outlast it, so that it forgets what the service forgets.
    pub(crate) is_own: bool,
}

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
        kept: Kept,
        scenarios: Vec<Scenario>,
        signing: Signing,
        address: &Address,
        seed: u64,
    ) -> Result<Arc<Self>, String> {
        if let Some(wrong) = settings.wrong() {
            return Err(wrong);
        }
        let seed = Seed::new(seed);
        let base_url = address.base_url.clone();
        let delays = (settings.auto == Auto::On).then(|| settings.by_itself.clone());
        let behaviour = Behaviour::new(delays, seed, base_url.clone());
        let failing = Failing::new(settings.faults.clone());
        let possible_faults = Possible::default();
        possible_faults.set(&failing);
        let sharing = kept.store.is_shared().then(|| Sharing::new(settings.lease));
        if sharing.is_some() && settings.clock != ClockMode::Real {
            return Err(format!(
                "{}: other processes can use this store, and each has the same time only with --clock real",
                kept.name
            ));
        }
        kept.store.claim().await.map_err(|error| format!("{}: {error}", kept.name))?;
        if let Some(sharing) = sharing {
            // A store that cannot be written is told now, and not to the first caller.
            let name = [sharing.name()];
            let leased = kept.store.lease(&name, sharing.holder, sharing.lasts()).await;
            leased.map_err(|error| format!("{}: {error}", kept.name))?;
        }
        let live = Live::new(behaviour, failing, Scenarios::new(seed, scenarios), Owned::at_start(sharing));
        let Taken { live, events, last } = match sharing {
            // Its calls are taken up with their leases.
            Some(_) => Taken { live, events: 0, last: None },
            None => take_up(&kept, live, &settings, seed).await?,
        };
        let drawn = sharing.map_or(seed, |sharing| seed.of_process(sharing.holder));
        let host = Self {
            clock: clock(&settings, &kept, last)?,
            client: callbacks::client(settings.callbacks, settings.trust.as_deref())?,
            notify: settings.webhooks.notify(),
            ids: Ids::new(drawn, events),
            deliveries: Deliveries::new(settings.limits.deliveries, settings.limits.delivery_bytes),
            metrics: Metrics::new(),
            busy: Busy::default(),
            timers_changed: Signal::new(),
            can_post: Signal::new(),
            locks: Locks::new(),
            live: RwLock::new(live),
            advancing: tokio::sync::Mutex::new(()),
            posts: Mutex::new(JoinSet::new()),
            possible_faults,
            has_ended: AtomicBool::new(false),
            settings,
            base_url,
            is_loopback: address.is_loopback,
            seed,
            store: kept.store,
            sharing,
            others: Others::default(),
            forgets_in_store: kept.is_own,
            signing,
        };
        host.begin_scenarios(0);
        host.can_post.notify_one();
        Ok(Arc::new(host))
    }

    /// The app that a call belongs to.
    pub(crate) fn app_of(&self, call: CallId) -> String {
        let app = self.live().ledger.call(call).and_then(|call| call.app().map(Id::to_string));
        app.unwrap_or_else(|| self.settings.app_id())
    }
}

/// Folds all events of the store.
async fn take_up(kept: &Kept, mut live: Live, settings: &Settings, seed: Seed) -> Result<Taken, String> {
    let Kept { store, name, .. } = kept;
    let failed = |error| format!("{name}: {error}");
    let noted = store.noted(CONSUMER).await.map_err(failed)?;
    let noted: BTreeMap<CallId, u64> = noted.into_iter().map(|noted| (noted.call, noted.revision)).collect();
    let notify = settings.webhooks.notify();
    let (mut after, mut events, mut last) = (Position::START, 0, None);
    let mut forgotten = BTreeSet::new();
    loop {
        let stored = store.read_all(after, READ).await.map_err(failed)?;
        let Some(end) = stored.last() else { break };
        after = end.position;
        events += stored.len() as u64;
        for event in stored.iter().map(|stored| &stored.event) {
            last = last.max(event.at);
            // The recorded reply to a request can follow the end of its call.
            if forgotten.contains(&event.call) {
                continue;
            }
            let noted = noted.get(&event.call).copied().unwrap_or(0);
            live.load(seed, notify, event, noted).map_err(|refused| {
                let (call, revision) = (event.call, event.revision);
                format!(
                    "{name}: revision {revision} of call {call} does not fold: {refused}; `callfold check` names what is wrong with a log, and another store lets the service start"
                )
            })?;
        }
        // Page by page, so that a long history does not fill the memory.
        live.drop_past_timers();
        forgotten.extend(live.forget_ended(settings.limits.ended_calls));
    }
    Ok(Taken { live, events, last })
}

/// The clock. It begins where the store ends, if that is later. A real clock does so only if it was set back a little.
fn clock(settings: &Settings, kept: &Kept, last: Option<Timestamp>) -> Result<Clock, String> {
    let begin = Clock::begin(settings.clock);
    let goes_on = |last: &Timestamp| match settings.clock {
        ClockMode::Manual | ClockMode::Factor(_) => *last > begin,
        ClockMode::Real => *last > begin && last.duration_since(begin) <= STEP_BACK,
    };
    let now = settings.now.unwrap_or_else(|| last.filter(goes_on).unwrap_or(begin));
    match last.filter(|last| *last > now) {
        Some(last) => Err(format!(
            "the clock cannot go back: it would begin at {now}, and the last event in {} is of {last}; start with --clock manual, which goes on from there, or with another store",
            kept.name
        )),
        None => Ok(Clock::new(settings.clock, now)),
    }
}
