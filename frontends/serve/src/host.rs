//! The host: it stores what the crate decides, folds it, and does what follows.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use callfold::call::{AppIdentity, NetworkEvent, RequestContext};
use callfold::graph::{Permission, Route};
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::service::{Batch, Served, Service};
use callfold::{CallId, Id, Notify, Recorded, Refusal};
use callfold_store::{AppendError, Conflict, Store, StoreError};
use tokio::sync::{Notify as Signal, watch};
use tokio::task::JoinSet;
use tracing::{debug, error, warn};

use crate::busy::Busy;
use crate::clock::{CannotGoBack, Clock, ClockMode};
use crate::delivery::Deliveries;
use crate::fault::Window;
use crate::live::Live;
use crate::locks::{Held, Locks};
use crate::metrics::Metrics;
use crate::seed::{Ids, Seed};
use crate::settings::Settings;
use crate::signing::Signing;
use crate::timers::Timer;

/// How many times an input is decided anew, because another process was faster.
const ATTEMPTS: usize = 5;

/// The host of the service.
#[derive(Debug)]
pub(crate) struct Host {
    pub(crate) settings: Settings,
    pub(crate) base_url: String,
    /// True if the service listens on this machine alone.
    pub(crate) is_loopback: bool,
    pub(crate) seed: Seed,
    pub(crate) ids: Ids,
    pub(crate) clock: Clock,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) deliveries: Deliveries,
    pub(crate) metrics: Metrics,
    pub(crate) client: reqwest::Client,
    pub(crate) signing: Signing,
    /// What is going on: requests of apps and webhooks.
    pub(crate) busy: Busy,
    /// The timers or the mode of the clock changed.
    pub(crate) timers_changed: Signal,
    /// A webhook can be posted.
    pub(crate) can_post: Signal,
    pub(super) notify: Notify,
    pub(super) locks: Locks,
    pub(super) live: Mutex<Live>,
    /// The clock is advanced by one request at a time.
    pub(super) advancing: tokio::sync::Mutex<()>,
}

/// A request of an app.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Incoming<'a> {
    pub(crate) verb: &'a str,
    /// The path and the query.
    pub(crate) path: &'a str,
    /// What the path says, if a method has it.
    pub(crate) route: Option<&'a Route>,
    pub(crate) headers: &'a [(&'a str, &'a str)],
    pub(crate) body: &'a [u8],
    pub(crate) app: Option<&'a Id>,
    pub(crate) permissions: &'a [Permission],
}

/// Why an input could not be stored.
#[derive(Debug)]
pub(crate) enum NotStored {
    /// The store failed.
    Store(StoreError),
    /// Other processes were faster each time.
    Conflict(Conflict),
}

/// Why a network event did not happen.
#[derive(Debug)]
pub(crate) enum NotHappened {
    /// It cannot happen now.
    Refused(Refusal),
    NotStored(NotStored),
}

impl From<NotStored> for NotHappened {
    fn from(why: NotStored) -> Self {
        Self::NotStored(why)
    }
}

impl std::fmt::Display for NotStored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Conflict(conflict) => write!(f, "other processes were faster {ATTEMPTS} times: {conflict}"),
        }
    }
}

/// What became of an attempt to store a batch.
enum Attempt {
    Stored,
    /// The calls were loaded again: decide again.
    Again(Conflict),
}

impl Host {
    /// What is in memory. Hold it for a moment only.
    pub(crate) fn live(&self) -> MutexGuard<'_, Live> {
        self.live.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Decides a request, stores its events and folds them. The webhooks wait for `reply`.
    pub(crate) async fn request(
        &self,
        incoming: Incoming<'_>,
        reply: &watch::Receiver<()>,
    ) -> Result<Served, NotStored> {
        let Incoming { verb, path, route, headers, body, app, permissions } = incoming;
        let identity = app.into_iter().fold(AppIdentity::new(permissions), AppIdentity::of);
        let new_id = self.ids.next();
        let context = |at| {
            let context = RequestContext::new(at, new_id, identity).allowing_http_to_loopback();
            if self.settings.hold_music_stops_later { context.stopping_hold_music_later() } else { context }
        };
        let mut calls = route.map_or_else(Vec::new, |route| {
            Service::calls_of(route, headers, body, &context(self.clock.now()))
        });
        let mut held = self.locks.of(&calls).await;
        let mut conflict = None;
        for _ in 0..ATTEMPTS {
            let served = loop {
                let served = {
                    let live = self.live();
                    let service =
                        Service::new(&live.ledger).with_notify(self.notify).with_base_url(&self.base_url);
                    let context = context(self.clock.now());
                    match route {
                        Some(route) => service.routed(route.clone(), headers, body, &context),
                        None => service.request(verb, path, headers, body, &context),
                    }
                };
                if covers(&held, &served.batch) {
                    break served;
                }
                // The request is about a call that its path does not name. Only its events tell.
                drop(held);
                calls.extend(served.batch.events.iter().map(|event| event.call));
                held = self.locks.of(&calls).await;
            };
            match self.store(&served.batch, Some(reply)).await? {
                Attempt::Stored => return Ok(served),
                Attempt::Again(found) => conflict = Some(found),
            }
        }
        Err(exhausted(conflict))
    }

    /// Lets something happen in the network.
    pub(crate) async fn happen(
        &self,
        call: CallId,
        event: NetworkEvent,
        at: Timestamp,
    ) -> Result<(), NotHappened> {
        let mut calls = vec![call];
        calls.extend(self.live().ledger.call(call).into_iter().flat_map(callfold::Call::replaces));
        let _held = self.locks.of(&calls).await;
        let mut conflict = None;
        for _ in 0..ATTEMPTS {
            let batch = {
                let live = self.live();
                let service = Service::new(&live.ledger).with_notify(self.notify);
                service.on_network_event(call, event.clone(), at).map_err(NotHappened::Refused)?
            };
            match self.store(&batch, None).await? {
                Attempt::Stored => return Ok(()),
                Attempt::Again(found) => conflict = Some(found),
            }
        }
        Err(exhausted(conflict).into())
    }

    /// Lets the deadlines of all calls pass that are due.
    async fn tick(&self, now: Timestamp) -> Result<(), NotStored> {
        let _all = self.locks.everything().await;
        let mut conflict = None;
        for _ in 0..ATTEMPTS {
            let batches = {
                let live = self.live();
                Service::new(&live.ledger).with_notify(self.notify).tick(now)
            };
            let mut together = Batch::default();
            for batch in batches {
                together.events.extend(batch.events);
                together.webhooks.extend(batch.webhooks);
            }
            match self.store(&together, None).await? {
                Attempt::Stored => return Ok(()),
                Attempt::Again(found) => conflict = Some(found),
            }
        }
        Err(exhausted(conflict))
    }

    /// Stores a batch, and then folds it. The locks of its calls must be held.
    async fn store(&self, batch: &Batch, reply: Option<&watch::Receiver<()>>) -> Result<Attempt, NotStored> {
        if batch.events.is_empty() {
            return Ok(Attempt::Stored);
        }
        self.may_crash(Window::Decided, &batch.events);
        match self.store.append(&batch.events).await {
            Ok(()) => {}
            Err(AppendError::Conflict(conflict)) => {
                self.reload(&batch.events).await?;
                return Ok(Attempt::Again(conflict));
            }
            Err(AppendError::Store(failed)) => {
                error!(error = %failed, "the store failed");
                return Err(NotStored::Store(failed));
            }
        }
        self.may_crash(Window::Stored, &batch.events);
        self.fold(batch, reply);
        Ok(Attempt::Stored)
    }

    fn fold(&self, batch: &Batch, reply: Option<&watch::Receiver<()>>) {
        let (is_earlier, forgotten) = {
            let mut live = self.live();
            let before = live.next();
            for event in &batch.events {
                debug!(call = %event.call, revision = event.revision, event = event.event.kind().as_str(), "stored");
                // The crate has made the event for this call, and the lock of the call is held.
                if let Err(refused) = live.apply(event) {
                    error!(call = %event.call, error = %refused, "a stored event does not fold");
                }
            }
            live.post(self.seed, batch, reply);
            let forgotten = live.forget_ended(self.settings.limits.ended_calls);
            // Whoever waits for a time that moved on looks again then.
            let is_earlier = live.next().is_some_and(|next| before.is_none_or(|before| next < before));
            (is_earlier, forgotten)
        };
        if !batch.webhooks.is_empty() {
            self.can_post.notify_one();
        }
        if is_earlier {
            self.timers_changed.notify_one();
        }
        self.delete(forgotten);
    }

    /// Deletes calls from a store in memory. A store that lasts keeps them.
    fn delete(&self, calls: Vec<CallId>) {
        if self.settings.store != "memory" || calls.is_empty() {
            return;
        }
        let store = Arc::clone(&self.store);
        tokio::spawn(async move {
            for call in calls {
                if let Err(failed) = store.delete(call).await {
                    warn!(%call, error = %failed, "cannot forget a call");
                }
            }
        });
    }

    /// Loads the calls of events again, because another process has written to them.
    async fn reload(&self, events: &[Recorded]) -> Result<(), NotStored> {
        let calls: BTreeMap<CallId, ()> = events.iter().map(|event| (event.call, ())).collect();
        for call in calls.into_keys() {
            let stored = self.store.read(call, 1).await.map_err(NotStored::Store)?;
            let mut live = self.live();
            live.ledger.forget(call);
            for event in &stored {
                if let Err(refused) = live.ledger.apply(event) {
                    error!(%call, error = %refused, "a stored event does not fold");
                }
            }
        }
        Ok(())
    }

    /// Ends the process, if a fault says so.
    pub(crate) fn may_crash(&self, window: Window, events: &[Recorded]) {
        let Some(last) = events.last() else { return };
        self.crash(window, last.call, last.revision);
    }

    pub(crate) fn crash(&self, window: Window, call: CallId, revision: u64) {
        let crashes = self.live().failing.crashes(self.seed, window, || format!("{call}/{revision}"));
        if crashes {
            warn!(%call, revision, ?window, "a crash on purpose");
            say_crash(window, call, revision);
            std::process::exit(70);
        }
    }

    /// Does everything that is due, in the order of its times.
    pub(crate) async fn run_due(self: &Arc<Self>, now: Timestamp) {
        while self.run_next(now).await {}
    }

    /// Does what is due first. False if nothing is due, or if it must be tried again.
    async fn run_next(self: &Arc<Self>, now: Timestamp) -> bool {
        let (deadline, timer) = {
            let live = self.live();
            (live.ledger.next_deadline().map(|(due, _)| due.at), live.timers.next())
        };
        let deadline = deadline.filter(|at| *at <= now);
        let timer = timer.filter(|at| *at <= now);
        match (deadline, timer) {
            (None, None) => return false,
            (Some(deadline), timer) if timer.is_none_or(|timer| deadline <= timer) => {
                if let Err(failed) = self.tick(deadline).await {
                    error!(error = %failed, "a deadline cannot be stored; it is tried again");
                    self.pause().await;
                    return false;
                }
            }
            (Some(_) | None, _) => self.run_timers(now, deadline).await,
        }
        true
    }

    /// A moment before something is tried again.
    async fn pause(&self) {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }

    /// Runs the timers that are due before the next deadline: one after another on a manual clock, else those of different
    /// calls at the same time.
    async fn run_timers(self: &Arc<Self>, now: Timestamp, deadline: Option<Timestamp>) {
        if self.clock.mode() == ClockMode::Manual {
            let timer = self.live().timers.pop(now);
            if let Some((at, timer)) = timer {
                self.run_timer(at, timer).await;
            }
            return;
        }
        let mut by_call: BTreeMap<Option<CallId>, Vec<(Timestamp, Timer)>> = BTreeMap::new();
        let until = deadline.map_or(now, |deadline| deadline.min(now));
        while let Some((at, timer)) = self.live().timers.pop(until) {
            by_call.entry(timer.call()).or_default().push((at, timer));
        }
        let mut running = JoinSet::new();
        for timers in by_call.into_values() {
            let host = Arc::clone(self);
            running.spawn(async move {
                for (at, timer) in timers {
                    host.run_timer(at, timer).await;
                }
            });
        }
        while running.join_next().await.is_some() {}
    }

    async fn run_timer(self: &Arc<Self>, at: Timestamp, timer: Timer) {
        match timer {
            Timer::Happens { call, cause, event } => {
                let stands = {
                    let live = self.live();
                    live.ledger.call(call).is_some_and(|found| live.behaviour.stands(found, &cause))
                };
                if stands {
                    self.happen_by_itself(call, *event, at).await;
                }
            }
            Timer::Post(call) => {
                self.live().outbox.wake(call);
                self.can_post.notify_one();
            }
            Timer::Rings { scenario, caller, time } => self.ring(scenario, caller, time, at).await,
        }
    }

    pub(crate) async fn happen_by_itself(&self, call: CallId, event: NetworkEvent, at: Timestamp) {
        let kind = event.kind();
        match self.happen(call, event, at).await {
            Ok(()) => {}
            // The call has gone on in another way.
            Err(NotHappened::Refused(refusal)) => debug!(%call, event = %kind, %refusal, "did not happen"),
            Err(NotHappened::NotStored(failed)) => {
                warn!(%call, event = %kind, error = %failed, "did not happen");
            }
        }
    }

    /// A caller of a scenario rings.
    async fn ring(&self, scenario: usize, caller: usize, time: u64, at: Timestamp) {
        let ringing = self.live().scenarios.ring(self.seed, scenario, caller, time);
        let Some(ringing) = ringing else { return };
        let again = ringing.again.and_then(|every| at.checked_add(every).ok());
        if let Some(again) = again {
            self.live().timers.set(again, Timer::Rings { scenario, caller, time: time + 1 });
        }
        let offer = crate::offer::of_caller(&self.settings, self.seed, &ringing.caller);
        self.happen_by_itself(ringing.call, NetworkEvent::Offered(Box::new(offer)), at).await;
    }

    /// Sets the timers of the callers of a scenario.
    pub(crate) fn begin_scenario(
        &self,
        scenario: usize,
        first: Vec<SignedDuration>,
        times: impl Fn(usize) -> u64,
    ) {
        let now = self.clock.now();
        let mut live = self.live();
        for (caller, after) in first.into_iter().enumerate() {
            let at = now.checked_add(after).unwrap_or(Timestamp::MAX);
            live.timers.set(at, Timer::Rings { scenario, caller, time: times(caller) });
        }
        drop(live);
        self.timers_changed.notify_one();
    }

    /// Forgets everything but the settings, the scenarios and the faults.
    pub(crate) async fn reset(&self) -> Result<(), StoreError> {
        let _all = self.locks.everything().await;
        let mut after = callfold_store::Position::START;
        loop {
            let stored = self.store.read_all(after, 1000).await?;
            let Some(last) = stored.last() else { break };
            after = last.position;
            let calls: BTreeMap<CallId, ()> = stored.iter().map(|stored| (stored.event.call, ())).collect();
            for call in calls.into_keys() {
                self.store.delete(call).await?;
            }
        }
        self.live().clear();
        self.deliveries.clear();
        let callers = self.live().scenarios.callers();
        for (scenario, first) in callers {
            self.begin_scenario(scenario, first, |_| 0);
        }
        Ok(())
    }

    /// Does what is due, as its time comes. On a manual clock, `advance` does it.
    pub(crate) async fn drive(self: Arc<Self>) {
        loop {
            if self.clock.mode() != ClockMode::Manual {
                self.run_due(self.clock.now()).await;
            }
            let next = self.live().next().and_then(|next| self.clock.until(next));
            let changed = self.timers_changed.notified();
            match next {
                Some(wait) => _ = tokio::time::timeout(wait, changed).await,
                None => changed.await,
            }
        }
    }

    /// Changes the clock. The later time of a clock that runs lets pass what is due.
    pub(crate) async fn set_clock(
        self: &Arc<Self>,
        mode: ClockMode,
        to: Option<Timestamp>,
    ) -> Result<(), CannotGoBack> {
        let _one = self.advancing.lock().await;
        self.clock.set(mode, to)?;
        match mode {
            ClockMode::Manual => _ = self.pass(self.clock.now()).await,
            ClockMode::Real | ClockMode::Factor(_) => self.run_due(self.clock.now()).await,
        }
        self.timers_changed.notify_one();
        self.can_post.notify_one();
        Ok(())
    }

    /// Moves a manual clock on, and does all that becomes due, in its order. Returns the time then.
    pub(crate) async fn advance(self: &Arc<Self>, to: Timestamp) -> Timestamp {
        let _one = self.advancing.lock().await;
        self.pass(to).await
    }

    /// Does one thing after another, each when nothing follows any more from the one before. Requests that the bot sends
    /// at the time of a timer are so served in an order that is the same each time.
    async fn pass(self: &Arc<Self>, to: Timestamp) -> Timestamp {
        loop {
            self.quiet().await;
            let next = self.live().next().filter(|next| *next <= to);
            let Some(next) = next else { break };
            self.clock.move_to(next);
            self.run_next(self.clock.now()).await;
        }
        self.clock.move_to(to);
        self.clock.now()
    }

    /// Waits until no request is being served and no webhook can be posted.
    pub(crate) async fn quiet(&self) {
        loop {
            self.busy.quiet().await;
            if self.is_quiet() {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    fn is_quiet(&self) -> bool {
        let live = self.live();
        // A webhook is taken and begun while this lock is held: it is seen in one of the two.
        !live.outbox.has_ready() && self.busy.is_quiet()
    }
}

/// A log that another thread writes may not come to say it before the end.
fn say_crash(window: Window, call: CallId, revision: u64) {
    let text = format!(
        "callfold: this process ends on purpose, after `{window}`: call {call}, revision {revision}\n"
    );
    _ = std::io::stderr().write_all(text.as_bytes());
}

/// True if the locks of all calls are held whose events are in a batch.
fn covers(held: &Held<'_>, batch: &Batch) -> bool {
    batch.events.iter().all(|event| held.covers(event.call))
}

fn exhausted(conflict: Option<Conflict>) -> NotStored {
    match conflict {
        Some(conflict) => NotStored::Conflict(conflict),
        // Each attempt but a stored one has a conflict.
        None => NotStored::Store(StoreError::transient("nothing was stored")),
    }
}
