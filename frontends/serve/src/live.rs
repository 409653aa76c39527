//! What the service has in memory: the calls, and what it will do.

use std::collections::VecDeque;
use std::sync::Arc;

use callfold::call::{CallEvent, ServiceEvent};
use callfold::jiff::Timestamp;
use callfold::service::{Batch, Webhook};
use callfold::{Applied, ApplyError, CallId, Ledger, Notify, ParticipantId, Recorded};
use tokio::sync::watch;

use crate::behaviour::{Behaviour, Cause};
use crate::fault::{Failing, Faults};
use crate::outbox::{Item, Outbox};
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
    /// The ended calls, the oldest first.
    ended: VecDeque<CallId>,
}

impl Live {
    pub(crate) fn new(behaviour: Behaviour, failing: Failing, scenarios: Scenarios) -> Self {
        Self {
            ledger: Ledger::new(),
            timers: Timers::default(),
            outbox: Outbox::default(),
            behaviour,
            scenarios,
            failing,
            ended: VecDeque::new(),
        }
    }

    /// Folds a stored event, and sets what follows from it.
    pub(crate) fn apply(&mut self, recorded: &Recorded) -> Result<(), ApplyError> {
        if self.ledger.apply(recorded)? == Applied::Duplicate {
            return Ok(());
        }
        let Some(call) = self.ledger.call(recorded.call) else { return Ok(()) };
        if matches!(&recorded.event, CallEvent::Step(..)) && !call.state().is_live() {
            self.ended.push_back(call.id());
        }
        let has_callee = self.scenarios.has_callee(call, recorded);
        let by_itself = self.behaviour.after(call, recorded, has_callee);
        let scripted = self.scenarios.after(call, recorded, || self.behaviour.connected(call));
        for will in by_itself.into_iter().chain(scripted) {
            let timer =
                Timer::Happens { call: recorded.call, cause: will.cause, event: Box::new(will.event) };
            self.timers.set(will.at, timer);
        }
        Ok(())
    }

    /// Puts the webhooks of a batch into the outbox. They wait until the reply to the request is written.
    pub(crate) fn post(&mut self, seed: Seed, batch: &Batch, reply: Option<&watch::Receiver<()>>) {
        // The webhooks are in the order of their events.
        let mut events = batch.events.iter();
        for webhook in &batch.webhooks {
            let Some(event) = events.find(|event| is_about(webhook, event)) else { return };
            let item = self.item(seed, webhook.clone(), event);
            self.outbox.put(Item { reply: reply.cloned(), ..item });
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
        let is_posted = event.revision <= noted;
        let call = self.ledger.call(event.call).filter(|_| !is_posted);
        let webhook = call.and_then(|call| Webhook::of(notify, call, event));
        if let Some(webhook) = webhook.filter(|webhook| webhook.callback_uri.is_some()) {
            let may_be_known = self.outbox.waiting(event.call) < self.failing.posted_at_once();
            let item = self.item(seed, webhook, event);
            self.outbox.put(Item { may_be_known, ..item });
        }
        Ok(())
    }

    /// Folds a call anew from its stored events. What follows from those that were not known happens, because nobody else may
    /// know of it.
    pub(crate) fn reload(
        &mut self,
        seed: Seed,
        notify: Notify,
        call: CallId,
        stored: &[Recorded],
        noted: u64,
    ) -> Result<(), ApplyError> {
        let next = self.ledger.next_revision(call);
        let (known, new) = stored.split_at(stored.partition_point(|event| event.revision < next));
        self.ledger.forget(call);
        for event in known {
            self.ledger.apply(event)?;
        }
        for event in new {
            self.load(seed, notify, event, noted)?;
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

    /// Drops the timers that an earlier process has run, and those whose cause does not stand any more. The cause of a
    /// scenario's step stands as long as the call, so its time decides.
    pub(crate) fn drop_past_timers(&mut self) {
        let (ledger, behaviour) = (&self.ledger, &self.behaviour);
        self.timers.retain(|at, timer| match timer {
            Timer::Happens { call, cause, .. } => {
                let is_past = |last| *cause == Cause::Scenario && at <= last;
                let call = ledger.call(*call);
                call.is_some_and(|call| behaviour.stands(call, cause) && !call.last_at().is_some_and(is_past))
            }
            Timer::Post(_) | Timer::Rings { .. } => true,
        });
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

fn is_about(webhook: &Webhook, event: &Recorded) -> bool {
    (webhook.call, webhook.revision) == (event.call, event.revision)
}

/// The participant about whom the app is asked with this event.
fn asks_about(event: &Recorded) -> Option<ParticipantId> {
    let CallEvent::Service(ServiceEvent::JoinAnnounced(participant)) = &event.event else { return None };
    participant.id.value().cloned()
}
