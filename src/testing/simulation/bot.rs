//! The bot: it observes notifications from the network, and learns from replies.

use alloc::format;
use alloc::string::ToString;

use jiff::SignedDuration;

use super::super::course::Move;
use super::super::invariant::{Invariant, Violation};
use super::super::network::Faults;
use super::super::reported::{Arrival, reported_difference};
use super::super::store::Store;
use super::data::{Packet, Simulation};
use crate::bot::Bot;
use crate::call::reply::Reply;
use crate::call::state::State;
use crate::graph::notification::CommsNotification;
use crate::id::CallId;
use crate::ledger::applied::Applied;
use crate::ledger::data::Ledger;
use crate::record::recorded::Recorded;

impl<S: Store, B: Store> Simulation<S, B> {
    /// The bot learns from the reply to its request.
    pub(super) fn learn(&mut self, one: &Move, reply: &Reply) -> Result<(), Violation> {
        let Some(route) = one.route().filter(|_| self.notify.is_some()) else { return Ok(()) };
        let body = serde_json::to_vec(&reply.body).unwrap_or_default();
        let bot = Bot::new(self.bot.ledger());
        let learned =
            bot.replied(route.method.verb().as_str(), &route.to_string(), reply.status, &body, self.now);
        self.keep(&learned.events)
    }

    pub(super) fn receive(&mut self, packet: &Packet) -> Result<(), Violation> {
        let call = packet.call;
        let reported: CommsNotification = match serde_json::from_str(&packet.text) {
            Ok(reported) => reported,
            Err(error) => return Err(self.violation(Invariant::Text, call, error.to_string())),
        };
        let (now, message) = (self.now, packet.message.to_string());
        let body = format!(r#"{{"value":[{}]}}"#, packet.text);
        let deliver = |calls: &Ledger| {
            Bot::new(calls).deliver(&[("X-Microsoft-Skype-Message-ID", &message)], body.as_bytes(), now)
        };
        let observed = deliver(self.bot.ledger());
        self.keep(&observed.events)?;
        let again = deliver(self.bot.ledger()).events;
        let known = self.bot.ledger().call(call);
        if !again.is_empty() {
            return Err(self.violation(Invariant::Repeat, call, format!("{again:?} of {}", packet.text)));
        }
        let lives = known.is_some_and(|known| known.state().is_live());
        if reports_end(&reported) && lives {
            return Err(self.violation(Invariant::End, call, packet.text.clone()));
        }
        Ok(())
    }

    /// Stores and folds the events of one input.
    fn keep(&mut self, events: &[Recorded]) -> Result<(), Violation> {
        self.bot.append(events).map_err(|fault| self.broken(Invariant::Store, fault))?;
        events.iter().try_for_each(|recorded| self.fold(recorded))?;
        let compared = events.first().map_or(Ok(()), |recorded| self.bot.compare(recorded.call));
        compared.map_err(|fault| self.broken(Invariant::Restart, fault))
    }

    fn fold(&mut self, recorded: &Recorded) -> Result<(), Violation> {
        let call = recorded.call;
        let before = self.bot.ledger().call(call).cloned();
        let applied = self.bot.fold(recorded);
        if applied != Ok(Applied::Folded) {
            return Err(self.violation(Invariant::Folds, call, format!("{applied:?}: {recorded}")));
        }
        let after = self.bot.ledger().call(call).cloned();
        self.step(before.as_ref(), recorded, after.as_ref())
    }

    /// Stops the service and the bot, and starts them again. The restarts alternate between two kinds: from
    /// snapshots of the calls and the events after them, and from the whole log.
    ///
    /// # Errors
    ///
    /// A [`Violation`] if a store has other lines than its host wrote, or if a restarted host has other calls
    /// than its twin, which never stopped.
    pub fn restart(&mut self) -> Result<(), Violation> {
        self.restarted += 1;
        self.restart_from(self.restarted.is_multiple_of(2))
    }

    pub(super) fn restart_from(&mut self, from_log: bool) -> Result<(), Violation> {
        let restarted = self.service.restart(from_log).and_then(|()| self.bot.restart(from_log));
        restarted.map_err(|fault| self.broken(Invariant::Restart, fault))
    }

    /// The service and the bot append their last batch again, as hosts do that got no answer from their
    /// store.
    ///
    /// # Errors
    ///
    /// A [`Violation`] if a store refuses the batch.
    pub fn retry(&mut self) -> Result<(), Violation> {
        let retried = self.service.retry().and_then(|()| self.bot.retry());
        retried.map_err(|fault| self.broken(Invariant::Store, fault))
    }

    /// Compares the bot's copy of a call with the service's, as far as notifications report it.
    pub(super) fn reports(&mut self, id: CallId) -> Result<(), Violation> {
        if self.notify.is_none() {
            return Ok(());
        }
        let faults = self.faults.get(&id).unwrap_or(&self.usual);
        // Out of order and a minute late counts as lost: see `docs/verification.md`.
        let is_soon = faults.partitions.is_empty() && faults.delay < SignedDuration::from_secs(60);
        if faults.dropped > 0 || !(is_soon || faults.is_faithful()) {
            return Ok(());
        }
        let (is_faithful, is_prompt) = (faults.is_faithful(), *faults == Faults::none());
        let Some(service) = self.service.ledger().call(id) else { return Ok(()) };
        let Some(bot) = self.bot.ledger().call(id) else {
            return Err(self.violation(Invariant::Reported, id, "the bot does not know the call".into()));
        };
        let arrival = match (is_prompt, is_faithful) {
            (true, _) => Arrival::AtOnce,
            (false, true) => Arrival::InOrder,
            (false, false) => Arrival::OutOfOrder { is_ambiguous: self.ambiguous.contains(&id) },
        };
        if let Some(place) = reported_difference(service, bot, arrival) {
            let seen = format!("the service and the bot differ at {place}");
            return Err(self.violation(Invariant::Reported, id, seen));
        }
        self.compared += 1;
        Ok(())
    }
}

/// Whether a notification reports the end of the call.
fn reports_end(reported: &CommsNotification) -> bool {
    let Some(call) = reported.resource_data.as_call() else { return false };
    let named = call.state.value().and_then(State::from_wire);
    reported.is_deleted() || named == Some(State::Terminated)
}
