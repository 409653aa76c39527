//! The service: it records events, posts notifications, and acts when a deadline expires.

use alloc::collections::BTreeSet;
use alloc::format;

use jiff::Timestamp;

use super::super::difference::difference;
use super::super::invariant::{self, Invariant, Violation};
use super::super::outline::Outline;
use super::super::store::Store;
use super::data::{Packet, Simulation};
use crate::graph::notification::CommsNotification;
use crate::id::{CallId, Id};
use crate::ledger::applied::Applied;
use crate::record::recorded::Recorded;
use crate::service::Service;
use crate::service::batch::Webhook;

impl<S: Store, B: Store> Simulation<S, B> {
    /// Records the events of the earliest deadline of all calls, which has expired.
    pub(super) fn expire(&mut self) -> Result<(), Violation> {
        let Some((due, id)) = self.service.ledger().next_deadline() else { return Ok(()) };
        let batches = Service::new(self.service.ledger()).tick(due.at);
        if batches.first().and_then(|batch| batch.events.first()).map(|event| event.call) != Some(id) {
            return Err(self.violation(Invariant::Time, id, format!("{due:?} expired without an event")));
        }
        batches.iter().try_for_each(|batch| {
            batch.events.first().map_or(Ok(()), |event| self.record(event.call, &batch.events))
        })
    }

    /// Records the events of one input. They can belong to two calls: the call of the input, and a call that
    /// it replaces.
    pub(super) fn record(&mut self, id: CallId, events: &[Recorded]) -> Result<(), Violation> {
        let mut touched: BTreeSet<CallId> = [id].into();
        let webhooks = self.notify.map(|notify| {
            Service::new(self.service.ledger()).with_notify(notify).batch(events.to_vec()).webhooks
        });
        self.service.append(events).map_err(|fault| self.broken(Invariant::Store, fault))?;
        for recorded in events {
            touched.insert(recorded.call);
            let before = self.service.ledger().call(recorded.call).cloned();
            let applied = self.service.fold(recorded);
            if applied != Ok(Applied::Folded) {
                return Err(self.violation(
                    Invariant::Folds,
                    recorded.call,
                    format!("{applied:?}: {recorded}"),
                ));
            }
            let after = self.service.ledger().call(recorded.call).cloned();
            self.step(before.as_ref(), recorded, after.as_ref())?;
        }
        webhooks.into_iter().flatten().for_each(|webhook| self.post(&webhook));
        touched.into_iter().try_for_each(|touched| self.compare(touched))
    }

    fn post(&mut self, webhook: &Webhook) {
        let message = format!("message-{}", webhook.revision);
        self.send(webhook.call, &message, &webhook.notification);
    }

    /// A notification about a call that this service does not have goes to the bot through the network, as
    /// another service would post it.
    pub(in crate::testing) fn report(
        &mut self,
        at: Timestamp,
        call: CallId,
        reported: &CommsNotification,
    ) -> Result<(), Violation> {
        self.wait(at)?;
        self.foreign += 1;
        let message = format!("foreign-{}", self.foreign);
        self.send(call, &message, reported);
        Ok(())
    }

    fn send(&mut self, call: CallId, message: &str, reported: &CommsNotification) {
        let message = Id::from(message);
        let text = serde_json::to_string(reported).unwrap_or_default();
        let faults = self.faults.get(&call).unwrap_or(&self.usual);
        self.network.send(call, self.now, Packet { call, message, text }, faults);
    }

    /// Compares a call with the reference model.
    pub(super) fn compare(&mut self, id: CallId) -> Result<(), Violation> {
        let call = self.service.ledger().call(id);
        self.model.advance(id, self.now);
        let (ours, theirs) = (call.map(Outline::of), self.model.known(id));
        if ours.as_ref() != theirs {
            let place = difference(&ours.as_ref(), &theirs);
            let seen = format!("the service and the model differ at {place}");
            return Err(self.violation(Invariant::Reference, id, seen));
        }
        self.service.compare(id).map_err(|fault| self.broken(Invariant::Restart, fault))?;
        call.map_or(Ok(()), |call| self.check(id, invariant::queue(call)))
    }
}
