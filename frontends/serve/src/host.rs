//! The host: it stores what the crate decides, folds it, and does what follows.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use callfold::call::{AppIdentity, NetworkEvent, RequestContext};
use callfold::graph::{Permission, Route};
use callfold::jiff::Timestamp;
use callfold::service::{Batch, Served, Service};
use callfold::{ApplyError, CallId, Id, Ledger, Notify, Recorded, Refusal};
use callfold_store::{AppendError, Conflict, LeaseLost, Store, StoreError};
use tokio::sync::{Notify as Signal, watch};
use tokio::task::JoinSet;
use tracing::{debug, error, warn};

use crate::busy::Busy;
use crate::clock::Clock;
use crate::delivery::Deliveries;
use crate::fault::{Failing, Faults, Possible, Window};
use crate::live::{Live, does_not_fold};
use crate::locks::{Locks, Scope};
use crate::metrics::Metrics;
use crate::others::Others;
use crate::partition::Sharing;
use crate::seed::{Ids, Seed};
use crate::settings::Settings;
use crate::signing::Signing;

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
    /// True if the store forgets the calls that are forgotten in memory.
    pub(super) forgets_in_store: bool,
    /// What this process is among those that share the store; `None` if the store is its own.
    pub(crate) sharing: Option<Sharing>,
    pub(crate) others: Others,
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
    pub(super) live: RwLock<Live>,
    /// The clock is advanced by one request at a time.
    pub(super) advancing: tokio::sync::Mutex<()>,
    /// The webhooks that are being posted.
    pub(super) posts: Mutex<JoinSet<()>>,
    /// The kinds of faults that are set, as `live` has them.
    pub(crate) possible_faults: Possible,
    /// Whether the service has ended, so that nothing is posted any more.
    pub(super) has_ended: AtomicBool,
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
    /// Another process does now what this one was about to do.
    LeaseLost(LeaseLost),
    /// Too many webhooks wait.
    Full,
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
            Self::LeaseLost(lost) => lost.fmt(f),
            Self::Full => f.write_str("too many webhooks wait: the bot does not take them"),
            Self::Conflict(conflict) => write!(f, "other processes were faster {ATTEMPTS} times: {conflict}"),
        }
    }
}

/// By whose right something is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// Somebody asked for it: any process may store it.
    Request,
    /// It happens by itself: only the process that has the lease of this call may store it, or of all calls of the events.
    Itself(Option<CallId>),
}

/// What became of an attempt to store a batch.
enum Attempt {
    /// The events are stored and folded. The webhooks wait until the sender is dropped, if there is one.
    Stored(Option<Written>),
    /// Somebody else wrote to the same calls: decide again.
    Again(Conflict),
}

/// Whoever writes a reply drops this when it is written: then the webhooks of the request are posted.
pub(crate) type Written = watch::Sender<()>;

/// What was decided about an input.
trait Decided {
    fn batch(&self) -> &Batch;
    /// True if a reply is to be written before the webhooks are posted.
    const HAS_REPLY: bool;
}

impl Decided for Served {
    const HAS_REPLY: bool = true;

    fn batch(&self) -> &Batch {
        &self.batch
    }
}

impl Decided for Batch {
    const HAS_REPLY: bool = false;

    fn batch(&self) -> &Batch {
        self
    }
}

impl Host {
    /// What is in memory, to read it. Hold it for a moment only. Nobody may take it twice at a time: if another thread waits
    /// between the two to change it, both wait forever.
    pub(crate) fn live(&self) -> RwLockReadGuard<'_, Live> {
        self.live.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is in memory, to change it. Hold it for a moment only.
    pub(crate) fn live_mut(&self) -> RwLockWriteGuard<'_, Live> {
        self.live.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// The webhooks that are being posted. Whoever also needs what is in memory locks that first.
    pub(crate) fn posts(&self) -> MutexGuard<'_, JoinSet<()>> {
        self.posts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True if as many webhooks wait as may.
    pub(crate) fn is_full(&self, live: &Live) -> bool {
        live.outbox.len() >= self.settings.limits.queue
    }

    /// Decides a request, stores its events and folds them. Its webhooks wait until what is returned beside is dropped.
    pub(crate) async fn request(
        &self,
        incoming: Incoming<'_>,
    ) -> Result<(Served, Option<Written>), NotStored> {
        let Incoming { verb, path, route, headers, body, app, permissions } = incoming;
        let identity = app.into_iter().fold(AppIdentity::new(permissions), AppIdentity::of);
        let new_id = self.ids.next();
        let context = |at| {
            let context = RequestContext::new(at, new_id, identity).allowing_http_to_loopback();
            if self.settings.hold_music_stops_later { context.stopping_hold_music_later() } else { context }
        };
        let calls = route.map_or_else(Vec::new, |route| {
            Service::calls_of(route, headers, body, &context(self.clock.now()))
        });
        let decide = |live: &Live, calls: &Ledger| {
            if verb != "GET" && self.is_full(live) {
                return Err(NotStored::Full);
            }
            let service = Service::new(calls).with_notify(self.notify).with_base_url(&self.base_url);
            let context = context(self.clock.now());
            Ok(match route {
                Some(route) => service.routed(route.clone(), headers, body, &context),
                None => service.request(verb, path, headers, body, &context),
            })
        };
        self.commit(Scope::Calls(calls), By::Request, decide).await
    }

    /// Lets something happen in the network.
    pub(crate) async fn happen(
        &self,
        call: CallId,
        event: NetworkEvent,
        at: Timestamp,
    ) -> Result<(), NotHappened> {
        self.happen_by(By::Request, call, event, at, |_| true).await
    }

    /// Lets something happen by itself, if a condition holds at the moment at which it is decided.
    pub(crate) async fn happen_if(
        &self,
        call: CallId,
        event: NetworkEvent,
        at: Timestamp,
        holds: impl Fn(&Live) -> bool,
    ) -> Result<(), NotHappened> {
        self.happen_by(By::Itself(Some(call)), call, event, at, holds).await
    }

    async fn happen_by(
        &self,
        by: By,
        call: CallId,
        event: NetworkEvent,
        at: Timestamp,
        holds: impl Fn(&Live) -> bool,
    ) -> Result<(), NotHappened> {
        let replaced: Vec<CallId> =
            self.live().ledger.call(call).into_iter().flat_map(callfold::Call::replaces).collect();
        let calls = [call].into_iter().chain(replaced).collect();
        let decide = |live: &Live, calls: &Ledger| {
            if !holds(live) {
                return Ok(Batch::default());
            }
            let service = Service::new(calls).with_notify(self.notify);
            service.on_network_event(call, event.clone(), at).map_err(NotHappened::Refused)
        };
        self.commit(Scope::Calls(calls), by, decide).await.map(|_| ())
    }

    /// Lets the deadlines of all calls pass that are due.
    pub(crate) async fn tick(&self, now: Timestamp) -> Result<(), NotStored> {
        let decide = |_: &Live, calls: &Ledger| {
            let mut together = Batch::default();
            for batch in Service::new(calls).with_notify(self.notify).tick(now) {
                together.events.extend(batch.events);
                together.webhooks.extend(batch.webhooks);
            }
            Ok(together)
        };
        self.commit(Scope::All, By::Itself(None), decide).await.map(|_: (Batch, _)| ())
    }

    /// Decides, stores what was decided, and folds it. If somebody else wrote to the same calls, it is decided again.
    async fn commit<D: Decided, E: From<NotStored>>(
        &self,
        mut scope: Scope,
        by: By,
        decide: impl Fn(&Live, &Ledger) -> Result<D, E>,
    ) -> Result<(D, Option<Written>), E> {
        let mut held = self.locks.of(&scope).await;
        let (mut view, mut is_sure) = self.first_view(&scope, by).await?;
        let mut attempts = 1;
        loop {
            let decided = {
                let live = self.live();
                decide(&live, view.as_ref().unwrap_or(&live.ledger))
            };
            // What is in memory can be behind the store, so that something is refused, or answered without an event.
            if !is_sure
                && decided.as_ref().is_ok_and(|decided| decided.batch().events.is_empty()) | decided.is_err()
            {
                (view, is_sure) = (self.latest_view(&scope).await?, true);
                continue;
            }
            let decided = decided?;
            let events = &decided.batch().events;
            // An input can be about a call that only its events tell.
            if let Scope::Calls(calls) = &mut scope
                && !events.iter().all(|event| held.covers(event.call))
            {
                calls.extend(events.iter().map(|event| event.call));
                drop(held);
                held = self.locks.of(&scope).await;
                (view, is_sure) = self.first_view(&scope, by).await?;
                continue;
            }
            match self.store(decided.batch(), by, D::HAS_REPLY).await? {
                Attempt::Stored(written) => {
                    self.remember(view, events);
                    return Ok((decided, written));
                }
                Attempt::Again(conflict) if attempts == ATTEMPTS => {
                    return Err(NotStored::Conflict(conflict).into());
                }
                Attempt::Again(_) => attempts += 1,
            }
            if view.is_some() {
                (view, is_sure) = (self.latest_view(&scope).await?, true);
            }
        }
    }

    /// The ledger in which something is decided at first, and whether it surely has the latest events. `None` if it is the one
    /// in memory, because that has all calls.
    async fn first_view(&self, scope: &Scope, by: By) -> Result<(Option<Ledger>, bool), NotStored> {
        let Scope::Calls(calls) = scope else { return Ok((None, true)) };
        if self.sharing.is_none() || by != By::Request {
            return Ok((None, true));
        }
        let is_here = |call: &CallId| self.live().ledger.call(*call).is_some();
        if calls.iter().all(is_here) {
            return Ok((None, false));
        }
        match self.known_view(calls) {
            Some(view) => Ok((Some(view), false)),
            None => Ok((self.latest_view(scope).await?, true)),
        }
    }

    async fn latest_view(&self, scope: &Scope) -> Result<Option<Ledger>, NotStored> {
        match scope {
            Scope::Calls(calls) => self.view(calls).await.map(Some),
            Scope::All => Ok(None),
        }
    }

    /// Stores a batch, and then folds it. The locks of its calls must be held.
    async fn store(&self, batch: &Batch, by: By, has_reply: bool) -> Result<Attempt, NotStored> {
        if batch.events.is_empty() {
            return Ok(Attempt::Stored(None));
        }
        self.may_crash(Window::Decided, &batch.events);
        match self.append(&batch.events, by).await {
            Ok(()) => {}
            Err(AppendError::Conflict(conflict)) => {
                if conflict.found.is_none() {
                    // Somebody has deleted the call.
                    self.live_mut().forget_all(|call| call == conflict.call);
                    self.others.forget(conflict.call);
                }
                self.reload(&batch.events).await?;
                return Ok(Attempt::Again(conflict));
            }
            Err(AppendError::LeaseLost(lost)) => {
                self.lose_named(&lost);
                return Err(NotStored::LeaseLost(lost));
            }
            Err(AppendError::Store(failed)) => {
                error!(error = %failed, "the store failed");
                return Err(NotStored::Store(failed));
            }
        }
        self.may_crash(Window::Stored, &batch.events);
        let written = self.fold(batch, has_reply);
        self.keep_snapshots(&batch.events).await;
        self.finish(batch.events.iter().map(|event| event.call)).await;
        Ok(Attempt::Stored(written))
    }

    async fn append(&self, events: &[Recorded], by: By) -> Result<(), AppendError> {
        let leases = match by {
            By::Request => Vec::new(),
            By::Itself(Some(call)) => self.live().owned.leases([call].into_iter())?,
            By::Itself(None) => self.live().owned.leases(events.iter().map(|event| event.call))?,
        };
        self.store.append_under(&leases, events).await
    }

    fn fold(&self, batch: &Batch, has_reply: bool) -> Option<Written> {
        let waits = has_reply && !batch.webhooks.is_empty();
        let (written, reply) = waits.then(|| watch::channel(())).unzip();
        let (is_earlier, forgotten) = {
            let mut live = self.live_mut();
            let before = live.next();
            for event in &batch.events {
                debug!(call = %event.call, revision = event.revision, event = event.event.kind().as_str(), "stored");
            }
            live.stored(self.seed, batch, reply.as_ref());
            let forgotten = live.forget_ended(self.settings.limits.ended_calls);
            // `drive` needs waking only for an earlier time: at a later one it wakes up and looks again anyway.
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
        written
    }

    /// Folds what somebody else has appended to the calls of events.
    async fn reload(&self, events: &[Recorded]) -> Result<(), NotStored> {
        let calls: BTreeSet<CallId> = events.iter().map(|event| event.call).collect();
        for call in calls {
            if self.live().owned.has(call) {
                self.catch_up(call).await.map_err(NotStored::Store)?;
            }
        }
        Ok(())
    }

    /// Says what became of events that this process did not store itself; `None` if it has them already.
    pub(crate) fn took_up(&self, call: CallId, folded: Option<Result<(), ApplyError>>) {
        let Some(folded) = folded else { return };
        folded.unwrap_or_else(|refused| does_not_fold(call, &refused));
        self.can_post.notify_one();
        self.timers_changed.notify_one();
    }

    /// Notes that nothing is left to do about those calls of which that is so: they have ended, and their webhooks are posted.
    pub(crate) async fn finish(&self, calls: impl Iterator<Item = CallId>) {
        if self.sharing.is_none() {
            return;
        }
        let finished: BTreeSet<_> = {
            let live = self.live();
            calls.filter(|call| live.is_finished(*call)).collect()
        };
        if finished.is_empty() {
            return;
        }
        let finished: Vec<_> = finished.into_iter().collect();
        if let Err(failed) = self.store.finish(&finished).await {
            // Whoever takes up the calls notes it again.
            debug!(error = %failed, "cannot note that calls are finished");
        }
    }

    /// Sets the faults. The error is what is wrong with them.
    pub(crate) fn set_faults(&self, faults: Faults) -> Result<(), String> {
        if let Some(wrong) = faults.wrong() {
            return Err(wrong);
        }
        let mut live = self.live_mut();
        live.failing = Failing::new(faults);
        self.possible_faults.set(&live.failing);
        Ok(())
    }

    /// Ends the process, if a fault says so.
    pub(crate) fn may_crash(&self, window: Window, events: &[Recorded]) {
        let Some(last) = events.last() else { return };
        self.crash(window, last.call, last.revision);
    }

    pub(crate) fn crash(&self, window: Window, call: CallId, revision: u64) {
        if !self.possible_faults.crash() {
            return;
        }
        let crashes = self.live_mut().failing.crashes(self.seed, window, || format!("{call}/{revision}"));
        if crashes {
            warn!(%call, revision, ?window, "a crash on purpose");
            say_crash(window, call, revision);
            std::process::exit(70);
        }
    }
}

/// A log that another thread writes may not come to say it before the end.
fn say_crash(window: Window, call: CallId, revision: u64) {
    let text = format!(
        "callfold: this process ends on purpose, after `{window}`: call {call}, revision {revision}\n"
    );
    _ = std::io::stderr().write_all(text.as_bytes());
}
