//! What the service has in memory: the calls, and what it will do.

use std::collections::VecDeque;
use std::sync::Arc;

use callfold::call::{CallEvent, ServiceEvent};
use callfold::jiff::Timestamp;
use callfold::service::{Batch, Webhook};
use callfold::{Applied, ApplyError, Call, CallId, Ledger, Notify, ParticipantId, Recorded};
use callfold_store::Lease;
use tokio::sync::watch;
use tracing::error;

use crate::behaviour::{Behaviour, Cause, Happening};
use crate::fault::{Failing, Faults};
use crate::outbox::{Item, Outbox};
use crate::partition::{Owned, Partition, Tenure};
use crate::scenario::script::Scenarios;
use crate::seed::Seed;
use crate::timers::{Timer, Timers};

/// The calls, the timers, the webhooks that wait, the scenarios and the faults.
#[derive(Debug)]
pub(crate) struct Live {
    pub(crate) ledger: Ledger,
    pub(crate) timers: Timers,
    pub(crate) outbox: Outbox,
    pub(crate) behaviour: Behaviour,
    pub(crate) scenarios: Scenarios,
    pub(crate) failing: Failing,
    /// The calls that are in memory, if not all are.
    pub(crate) owned: Owned,
    /// The ended calls, the oldest first.
    ended: VecDeque<CallId>,
}

impl Live {
    pub(crate) fn new(behaviour: Behaviour, failing: Failing, scenarios: Scenarios, owned: Owned) -> Self {
        Self {
            ledger: Ledger::new(),
            timers: Timers::default(),
            outbox: Outbox::default(),
            behaviour,
            scenarios,
            failing,
            owned,
            ended: VecDeque::new(),
        }
    }

    /// Folds a stored event, and sets what follows from it.
    pub(crate) fn apply(&mut self, recorded: &Recorded) -> Result<(), ApplyError> {
        for (at, timer) in self.fold(recorded)? {
            self.timers.set(at, timer);
        }
        Ok(())
    }

    /// Folds a stored event. Returns what follows from it, and when.
    fn fold(&mut self, recorded: &Recorded) -> Result<Vec<(Timestamp, Timer)>, ApplyError> {
        if self.ledger.apply(recorded)? == Applied::Duplicate {
            return Ok(Vec::new());
        }
        let Some(call) = self.ledger.call(recorded.call) else { return Ok(Vec::new()) };
        if matches!(&recorded.event, CallEvent::Step(..)) && !call.state().is_live() {
            self.ended.push_back(call.id());
        }
        let has_callee = self.scenarios.has_callee(call, recorded);
        let by_itself = self.behaviour.after(call, recorded, has_callee);
        let scripted = self.scenarios.after(call, recorded, || self.behaviour.connected(call));
        let timer = |will: Happening| {
            (will.at, Timer::Happens { call: recorded.call, cause: will.cause, event: Box::new(will.event) })
        };
        Ok(by_itself.into_iter().chain(scripted).map(timer).collect())
    }

    /// Folds a batch that this process has stored, and puts its webhooks into the outbox. They wait until the reply to the
    /// request is written. A call of another process is left to that.
    pub(crate) fn stored(&mut self, seed: Seed, batch: &Batch, reply: Option<&watch::Receiver<()>>) {
        // The webhooks are in the order of their events.
        let mut webhooks = batch.webhooks.iter().peekable();
        for event in &batch.events {
            let webhook = webhooks.next_if(|webhook| is_about(webhook, event));
            if !self.is_next(event) {
                continue;
            }
            // The crate has made the event for this call, and the lock of the call is held.
            self.apply(event).unwrap_or_else(|refused| does_not_fold(event.call, &refused));
            if let Some(webhook) = webhook {
                let item = self.item(seed, webhook.clone(), event);
                self.outbox.put(Item { reply: reply.cloned(), ..item });
            }
        }
    }

    /// Folds an event that this process did not store itself. Its webhook is posted, if it was not noted as posted. Of each
    /// call, only the first such webhooks can have reached the app.
    pub(crate) fn load(
        &mut self,
        seed: Seed,
        notify: Notify,
        event: &Recorded,
        noted: u64,
    ) -> Result<(), ApplyError> {
        self.apply(event)?;
        if event.revision > noted {
            self.post_again(seed, notify, event);
        }
        Ok(())
    }

    /// Puts the webhook of an event into the outbox that an earlier process may have posted.
    fn post_again(&mut self, seed: Seed, notify: Notify, event: &Recorded) {
        let may_be_known = self.outbox.waiting(event.call) < self.failing.posted_at_once();
        if let Some(item) = self.webhook(seed, notify, event) {
            self.outbox.put(Item { may_be_known, ..item });
        }
    }

    /// The webhook of an event that was folded last of its call; `None` if nobody is told of it.
    fn webhook(&self, seed: Seed, notify: Notify, event: &Recorded) -> Option<Item> {
        let webhook = Webhook::of(notify, self.ledger.call(event.call)?, event)?;
        webhook.callback_uri.is_some().then(|| self.item(seed, webhook, event))
    }

    /// Folds an event that another process has just appended to a call of this one.
    pub(crate) fn hear(&mut self, seed: Seed, notify: Notify, event: &Recorded) -> Result<(), ApplyError> {
        self.apply(event)?;
        if let Some(item) = self.webhook(seed, notify, event) {
            self.outbox.put(item);
        }
        Ok(())
    }

    /// Folds the stored events of a call that an earlier process has had: what it has done is not done again.
    pub(crate) fn take_up(
        &mut self,
        seed: Seed,
        notify: Notify,
        stored: &[Recorded],
        noted: u64,
    ) -> Result<(), ApplyError> {
        let mut will = Vec::new();
        for event in stored {
            will.extend(self.fold(event)?);
            if event.revision > noted {
                self.post_again(seed, notify, event);
            }
        }
        will.retain(|(at, timer)| is_still_to_do(&self.ledger, &self.behaviour, *at, timer));
        for (at, timer) in will {
            self.timers.set(at, timer);
        }
        Ok(())
    }

    fn item(&self, seed: Seed, webhook: Webhook, event: &Recorded) -> Item {
        Item {
            asks_about: asks_about(event),
            is_first_incoming: matches!(event.event, CallEvent::Offered(_)),
            attempts: 0,
            failures: 0,
            may_be_known: false,
            fate: self.failing.webhook(seed, webhook.call, webhook.revision),
            reply: None,
            webhook: Arc::new(webhook),
        }
    }

    /// The time at which something must be done next.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        let deadline = self.ledger.next_deadline().map(|(due, _)| due.at);
        deadline.into_iter().chain(self.timers.next()).min()
    }

    /// Drops the timers that an earlier process has run, and those whose cause does not stand any more.
    pub(crate) fn drop_past_timers(&mut self) {
        let (ledger, behaviour) = (&self.ledger, &self.behaviour);
        self.timers.retain(|at, timer| is_still_to_do(ledger, behaviour, at, timer));
    }

    /// Has the lease of a partition. Returns the token that it had before.
    pub(crate) fn hold(&mut self, partition: Partition, tenure: Tenure) -> Option<u64> {
        let Owned::Leased(leased) = &mut self.owned else { return None };
        leased.insert(partition, tenure).map(|before| before.lease.token)
    }

    /// Does not have the leases of partitions any more, and forgets their calls. Returns the leases that it had.
    pub(crate) fn let_go(&mut self, partitions: &[Partition]) -> Vec<Lease> {
        let Owned::Leased(leased) = &mut self.owned else { return Vec::new() };
        let tenures = partitions.iter().filter_map(|partition| leased.remove(partition));
        let leases: Vec<_> = tenures.map(|tenure| tenure.lease).collect();
        if !leases.is_empty() {
            self.forget_partitions(partitions);
        }
        leases
    }

    pub(crate) fn forget_partitions(&mut self, partitions: &[Partition]) {
        self.forget_all(|call| partitions.contains(&Partition::of(call)));
    }

    /// True if this process has the call of an event, and not the event yet.
    pub(crate) fn lacks(&self, event: &Recorded) -> bool {
        self.owned.has(event.call) && self.ledger.next_revision(event.call) <= event.revision
    }

    /// True if an event is the next one of a call that this process has.
    pub(crate) fn is_next(&self, event: &Recorded) -> bool {
        self.owned.has(event.call) && self.ledger.next_revision(event.call) == event.revision
    }

    /// Forgets calls, and all that would have been done with them.
    pub(crate) fn forget_all(&mut self, is_gone: impl Fn(CallId) -> bool) {
        let gone: Vec<_> = self.ledger.calls().map(Call::id).filter(|call| is_gone(*call)).collect();
        for call in gone {
            self.ledger.forget(call);
            self.behaviour.forget(call);
        }
        self.outbox.forget_all(&is_gone);
        self.timers.retain(|_, timer| !timer.call().is_some_and(&is_gone));
        self.ended.retain(|call| !is_gone(*call));
    }

    /// Forgets the oldest ended calls, if there are too many, and returns them.
    pub(crate) fn forget_ended(&mut self, most: usize) -> Vec<CallId> {
        let mut forgotten = Vec::new();
        while self.ended.len() > most {
            let Some(call) = self.ended.pop_front() else { break };
            if self.outbox.waiting(call) > 0 {
                // It is looked at again after all others.
                self.ended.push_back(call);
                break;
            }
            self.ledger.forget(call);
            self.outbox.forget(call);
            forgotten.push(call);
        }
        forgotten
    }

    /// True if a call has ended, and no webhook of it waits.
    pub(crate) fn is_finished(&self, call: CallId) -> bool {
        self.outbox.waiting(call) == 0 && self.ledger.call(call).is_some_and(|call| !call.state().is_live())
    }

    /// The number of ended calls that are kept.
    pub(crate) fn ended(&self) -> usize {
        self.ended.len()
    }

    /// Forgets everything, and goes back to the scenarios of the start and to these faults.
    pub(crate) fn clear(&mut self, faults: Faults) {
        self.ledger = Ledger::new();
        self.timers.clear();
        self.outbox.clear();
        self.behaviour.clear();
        self.scenarios.clear();
        self.ended.clear();
        self.failing = Failing::new(faults);
    }
}

/// False if an earlier process has run the timer, or its cause does not stand any more. The cause of a scenario's step stands
/// as long as the call, so its time decides.
fn is_still_to_do(ledger: &Ledger, behaviour: &Behaviour, at: Timestamp, timer: &Timer) -> bool {
    match timer {
        Timer::Happens { call, cause, .. } => {
            let is_past = |last| *cause == Cause::Scenario && at <= last;
            let call = ledger.call(*call);
            call.is_some_and(|call| behaviour.stands(call, cause) && !call.last_at().is_some_and(is_past))
        }
        Timer::Post(_) | Timer::Rings { .. } => true,
    }
}

fn is_about(webhook: &Webhook, event: &Recorded) -> bool {
    (webhook.call, webhook.revision) == (event.call, event.revision)
}

/// The participant about whom the app is asked with this event.
fn asks_about(event: &Recorded) -> Option<ParticipantId> {
    let CallEvent::Service(ServiceEvent::JoinAnnounced(participant)) = &event.event else { return None };
    participant.id.value().cloned()
}

pub(crate) fn does_not_fold(call: CallId, refused: &ApplyError) {
    error!(%call, error = %refused, "a stored event does not fold");
}
