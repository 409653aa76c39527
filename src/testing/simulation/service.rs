//! The service: it records events, posts notifications, and acts when a deadline expires.

use alloc::collections::BTreeSet;
use alloc::format;

use jiff::Timestamp;

use super::super::difference::difference;
use super::super::invariant::{self, Invariant, Violation};
use super::super::outline::Outline;
use super::super::store::Store;
use super::data::{Packet, Simulation};
use crate::call::data::Call;
use crate::graph::notification::CommsNotification;
use crate::id::{CallId, Id};
use crate::ledger::applied::Applied;
use crate::record::recorded::Recorded;

impl<S: Store, B: Store> Simulation<S, B> {
    /// Records the events of the earliest deadline of all calls, which has expired.
    pub(super) fn expire(&mut self) -> Result<(), Violation> {
        let Some((due, id)) = self.due.first().copied() else { return Ok(()) };
        let events = self.service.ledger().call(id).map(|call| call.expire(due.at)).unwrap_or_default();
        if events.is_empty() {
            return Err(self.violation(Invariant::Time, id, format!("{due:?} expired without an event")));
        }
        self.record(id, &events)
    }

    /// Records the events of one input. They can belong to two calls: the call of the input, and a call that
    /// it replaces.
    pub(super) fn record(&mut self, id: CallId, events: &[Recorded]) -> Result<(), Violation> {
        let mut touched: BTreeSet<CallId> = [id].into();
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
            let Some(after) = &after else { continue };
            if let Some(reported) = self.notify.and_then(|notify| notify.event(after, recorded)) {
                self.post(recorded, &reported);
            }
        }
        touched.into_iter().try_for_each(|touched| self.compare(touched))
    }

    fn post(&mut self, recorded: &Recorded, reported: &CommsNotification) {
        let message = format!("message-{}", recorded.revision);
        self.send(recorded.call, &message, reported);
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
        let next = call.and_then(Call::next_deadline);
        if let Some(armed) = self.armed.remove(&id) {
            self.due.remove(&(armed, id));
        }
        if let Some(due) = next {
            self.armed.insert(id, due);
            self.due.insert((due, id));
        }
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
