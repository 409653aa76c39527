//! What happens as time passes: the deadlines of calls, the timers, and the clock that is moved by hand.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use callfold::call::{NetworkEvent, NetworkEventKind};
use callfold::jiff::{SignedDuration, Timestamp};
use callfold::{At, CallId};
use callfold_store::StoreError;
use tokio::task::JoinSet;
use tracing::{debug, error, warn};

use crate::clock::{CannotGoBack, ClockMode};
use crate::host::{Host, NotHappened, NotStored};
use crate::live::Live;
use crate::timers::{Due, Timer};

/// How far a clock is moved.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Advance {
    By(SignedDuration),
    To(Timestamp),
}

/// Why a clock is not moved, or not as far as wanted.
#[derive(Debug)]
pub(crate) enum NotAdvanced {
    /// The clock runs by itself.
    NotManual,
    /// It would go back, or beyond all times. This is the time now.
    WrongTime(Timestamp),
    /// Something that was due could not be stored. It is tried again when the clock is moved again.
    NotStored(NotStored),
}

impl fmt::Display for NotAdvanced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotManual => f.write_str("only a manual clock can be advanced"),
            Self::WrongTime(now) => {
                write!(f, "a clock can only be advanced to a later time, and it is {} now", At(*now))
            }
            Self::NotStored(failed) => failed.fmt(f),
        }
    }
}

impl Host {
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
            // What could not be stored is due at the next `advance` again.
            ClockMode::Manual => _ = self.pass(self.clock.now()).await,
            ClockMode::Real | ClockMode::Factor(_) => self.run_due(self.clock.now()).await,
        }
        self.timers_changed.notify_one();
        self.can_post.notify_one();
        Ok(())
    }

    /// Moves a manual clock on, and does all that becomes due, in its order. Returns the time then.
    pub(crate) async fn advance(self: &Arc<Self>, advance: Advance) -> Result<Timestamp, NotAdvanced> {
        let _one = self.advancing.lock().await;
        if self.clock.mode() != ClockMode::Manual {
            return Err(NotAdvanced::NotManual);
        }
        let now = self.clock.now();
        let to = match advance {
            Advance::By(by) => now.checked_add(by).ok(),
            Advance::To(to) => Some(to),
        };
        let to = to.filter(|to| *to >= now).ok_or(NotAdvanced::WrongTime(now))?;
        self.pass(to).await.map_err(NotAdvanced::NotStored)
    }

    /// Does one thing at a time, and waits until all its consequences are done before the next. Requests that the bot sends
    /// at the time of a timer are so served in an order that is the same each time.
    async fn pass(self: &Arc<Self>, to: Timestamp) -> Result<Timestamp, NotStored> {
        loop {
            self.quiet().await;
            let next = self.live().next().filter(|next| *next <= to && !self.has_ended());
            let Some(next) = next else { break };
            self.clock.move_to(next);
            self.run_next(self.clock.now()).await?;
        }
        self.clock.move_to(to);
        Ok(self.clock.now())
    }

    /// Waits until no request is being served and no webhook can be posted.
    pub(crate) async fn quiet(&self) {
        loop {
            self.busy.quiet().await;
            // After the end nobody posts what is ready.
            if self.is_quiet() || self.has_ended() {
                return;
            }
            tokio::task::yield_now().await;
        }
    }

    fn is_quiet(&self) -> bool {
        let live = self.live();
        // `post_webhooks` takes a webhook and counts it as in flight under this lock, so it is never in neither place.
        !live.outbox.has_ready() && self.busy.is_quiet()
    }

    /// True if the service has ended: nothing is posted any more.
    pub(crate) fn has_ended(&self) -> bool {
        self.has_ended.load(Ordering::SeqCst)
    }

    /// Does everything that is due, in the order of its times. What cannot be stored is due again after a moment.
    async fn run_due(self: &Arc<Self>, now: Timestamp) {
        loop {
            match self.run_next(now).await {
                Ok(true) => {}
                Ok(false) => return,
                Err(_) => return tokio::time::sleep(std::time::Duration::from_millis(100)).await,
            }
        }
    }

    /// Does what is due first. False if nothing is due.
    async fn run_next(self: &Arc<Self>, now: Timestamp) -> Result<bool, NotStored> {
        self.lose_expired();
        let (deadline, timer) = {
            let live = self.live();
            (live.ledger.next_deadline().map(|(due, _)| due.at), live.timers.next())
        };
        let deadline = deadline.filter(|at| *at <= now);
        let timer = timer.filter(|at| *at <= now);
        let done = match (deadline, timer) {
            (None, None) => return Ok(false),
            (Some(deadline), timer) if timer.is_none_or(|timer| deadline <= timer) => {
                match self.tick(deadline).await {
                    // Whoever has the lease now does it.
                    Err(NotStored::LeaseLost(_)) => Ok(()),
                    done => done,
                }
            }
            (Some(_) | None, _) => self.run_timers(now, deadline).await.map_err(NotStored::Store),
        };
        if let Err(failed) = &done {
            error!(error = %failed, "what is due cannot be stored; it is tried again");
        }
        done.map(|()| true)
    }

    /// Runs the timers that are due before the next deadline: one after another on a manual clock, else those of different
    /// calls at the same time.
    async fn run_timers(
        self: &Arc<Self>,
        now: Timestamp,
        deadline: Option<Timestamp>,
    ) -> Result<(), StoreError> {
        if self.clock.mode() == ClockMode::Manual {
            let first = self.live_mut().timers.pop(now);
            return self.run_in_order(first).await;
        }
        let mut by_call: BTreeMap<Option<CallId>, Vec<Due>> = BTreeMap::new();
        let until = deadline.map_or(now, |deadline| deadline.min(now));
        while let Some(due) = self.live_mut().timers.pop(until) {
            by_call.entry(due.timer.call()).or_default().push(due);
        }
        let mut running = JoinSet::new();
        for timers in by_call.into_values() {
            let host = Arc::clone(self);
            running.spawn(async move { host.run_in_order(timers).await });
        }
        let mut all = Ok(());
        while let Some(done) = running.join_next().await {
            all = all.and(done.unwrap_or(Ok(())));
        }
        all
    }

    /// Runs timers one after another. If one cannot be stored, it and those after it are set again.
    async fn run_in_order(&self, timers: impl IntoIterator<Item = Due> + Send) -> Result<(), StoreError> {
        let mut all = Ok(());
        for due in timers.into_iter().collect::<Vec<_>>() {
            if all.is_ok() {
                all = self.run_timer(&due).await;
            }
            if all.is_err() {
                self.live_mut().timers.put_back(due);
            }
        }
        all
    }

    async fn run_timer(&self, Due { at, timer, .. }: &Due) -> Result<(), StoreError> {
        match timer {
            Timer::Happens { call, cause, event } => {
                let stands = |live: &Live| {
                    live.ledger.call(*call).is_some_and(|call| live.behaviour.stands(call, cause))
                };
                self.happen_in_time(*call, (**event).clone(), *at, stands).await
            }
            Timer::Post(call) => {
                self.live_mut().outbox.wake(*call);
                self.can_post.notify_one();
                Ok(())
            }
            Timer::Rings { scenario, caller, time } => self.ring(*scenario, *caller, *time, *at).await,
        }
    }

    /// Something happens by itself. The error is that it can be tried again, because the store failed.
    pub(crate) async fn happen_in_time(
        &self,
        call: CallId,
        event: NetworkEvent,
        at: Timestamp,
        holds: impl Fn(&Live) -> bool,
    ) -> Result<(), StoreError> {
        let kind = event.kind();
        may_be_tried_again(call, kind, self.happen_if(call, event, at, holds).await)
    }

    /// Something happens by itself, once.
    pub(crate) async fn happen_by_itself(&self, call: CallId, event: NetworkEvent, at: Timestamp) {
        let kind = event.kind();
        if let Err(failed) = self.happen_in_time(call, event, at, |_| true).await {
            warn!(%call, event = %kind, error = %failed, "did not happen");
        }
    }
}

/// What became of something that happens by itself. The error is that it can be tried again, because the store failed.
pub(crate) fn may_be_tried_again(
    call: CallId,
    kind: NetworkEventKind,
    happened: Result<(), NotHappened>,
) -> Result<(), StoreError> {
    match happened {
        Ok(()) => {}
        // The call has gone on in another way.
        Err(NotHappened::Refused(refusal)) => debug!(%call, event = %kind, %refusal, "did not happen"),
        Err(NotHappened::NotStored(NotStored::Store(failed))) => return Err(failed),
        Err(NotHappened::NotStored(failed)) => {
            warn!(%call, event = %kind, error = %failed, "did not happen");
        }
    }
    Ok(())
}
