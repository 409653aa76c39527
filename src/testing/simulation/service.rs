//! The service: it records events, posts notifications, and acts when a deadline expires.

use alloc::collections::BTreeSet;
use alloc::format;

use super::super::invariant::{self, Invariant, Violation};
use super::super::outline::Outline;
use super::data::{Packet, Simulation};
use crate::call::data::Call;
use crate::graph::notification::CommsNotification;
use crate::id::{CallId, Id};
use crate::ledger::applied::Applied;
use crate::record::recorded::Recorded;

impl Simulation {
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
        for recorded in events {
            touched.insert(recorded.call);
            let before = self.service.ledger().call(recorded.call).cloned();
            let applied = self.service.append(recorded);
            if applied != Ok(Applied::Folded) {
                return Err(self.violation(
                    Invariant::Folds,
                    recorded.call,
                    format!("{applied:?}: {recorded}"),
                ));
            }
            self.steps += 1;
            let Some(after) = self.service.ledger().call(recorded.call) else { continue };
            self.check(recorded.call, invariant::step(before.as_ref(), recorded, after))?;
            if let Some(reported) = self.notify.event(after, recorded) {
                self.post(recorded, &reported);
            }
        }
        touched.into_iter().try_for_each(|touched| self.compare(touched))
    }

    fn post(&mut self, recorded: &Recorded, reported: &CommsNotification) {
        let call = recorded.call;
        let message = Id::from(format!("message-{}", recorded.revision).as_str());
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
            let seen = format!("the service has {ours:?}, and the model has {theirs:?}");
            return Err(self.violation(Invariant::Reference, id, seen));
        }
        call.map_or(Ok(()), |call| self.check(id, invariant::queue(call)))
    }
}
