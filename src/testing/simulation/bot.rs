//! The bot: what it learns from replies and hears from the network.

use alloc::format;
use alloc::string::{String, ToString};

use jiff::SignedDuration;

use super::super::invariant::{self, Invariant, Violation};
use super::super::network::Faults;
use super::super::random::draw;
use super::super::reported::Reported;
use super::super::store::Store;
use super::{Packet, Simulation};
use crate::call::{Body, Delivery, State};
use crate::graph::{CallDirection, CommsNotification};
use crate::{Applied, Call, CallId, Recorded};

impl Simulation {
    pub(super) fn learn(&mut self, call: CallId, body: &Body) -> Result<(), Violation> {
        let observed = Call::learn(self.bot.ledger().call(call), call, body, Some(self.now));
        observed.events.iter().try_for_each(|recorded| self.keep(recorded))
    }

    pub(super) fn classify(&mut self, packet: &Packet) -> Result<(), Violation> {
        let call = packet.call;
        let reported: CommsNotification = match serde_json::from_str(&packet.text) {
            Ok(reported) => reported,
            Err(error) => return Err(self.violation(Invariant::Text, call, error.to_string())),
        };
        let delivery = Delivery {
            received_at: Some(self.now),
            message_id: Some(packet.message.clone()),
            ..Delivery::default()
        };
        let observed = Call::observe(self.bot.ledger().call(call), call, &reported, &delivery);
        for recorded in &observed.events {
            self.keep(recorded)?;
        }
        let known = self.bot.ledger().call(call);
        let again = Call::observe(known, call, &reported, &delivery).events;
        if !again.is_empty() {
            return Err(self.violation(Invariant::Repeat, call, format!("{again:?} of {}", packet.text)));
        }
        let lives = known.is_some_and(|known| known.state().is_live());
        if reports_end(&reported) && lives {
            return Err(self.violation(Invariant::End, call, packet.text.clone()));
        }
        Ok(())
    }

    fn keep(&mut self, recorded: &Recorded) -> Result<(), Violation> {
        let call = recorded.call;
        let before = self.bot.ledger().call(call).cloned();
        let applied =
            if self.loses(recorded) { self.bot.fold_unwritten(recorded) } else { self.bot.append(recorded) };
        if applied != Ok(Applied::Folded) {
            return Err(self.violation(Invariant::Folds, call, format!("{applied:?}: {recorded}")));
        }
        self.steps += 1;
        let after = self.bot.ledger().call(call);
        after.map_or(Ok(()), |after| self.check(call, invariant::step(before.as_ref(), recorded, after)))
    }

    fn loses(&self, recorded: &Recorded) -> bool {
        let (high, low) = recorded.call.guid().as_u64_pair();
        let drawn = || draw(&(0..1000_u32), [self.seed, high ^ low, recorded.revision, u64::MAX]);
        self.lost_writes > 0 && drawn() < Some(self.lost_writes)
    }

    /// Both hosts die and come back: by turns from the log, and from a snapshot and the rest.
    pub(super) fn restart(&mut self) -> Result<(), Violation> {
        let from_log = self.restarts.len() % 2 == 1;
        self.restart_from(from_log)
    }

    pub(super) fn restart_from(&mut self, from_log: bool) -> Result<(), Violation> {
        let hosts = [&mut self.service, &mut self.bot].into_iter();
        let broken = hosts.filter_map(|store| restarted(store, from_log)).next();
        broken.map_or(Ok(()), |(call, seen)| Err(self.violation(Invariant::Restart, call, seen)))
    }

    /// Compares the bot's call with the service's, as far as the wire can tell.
    pub(super) fn reports(&mut self, id: CallId) -> Result<(), Violation> {
        let faults = self.faults.get(&id).unwrap_or(&self.usual);
        // What comes a minute late, and out of order, counts as lost: see `docs/verification.md`.
        let is_soon = faults.partitions.is_empty() && faults.delay < SignedDuration::from_secs(60);
        if faults.dropped > 0 || !(is_soon || faults.is_faithful()) {
            return Ok(());
        }
        let (is_faithful, is_prompt) = (faults.is_faithful(), *faults == Faults::none());
        let Some(service) = self.service.ledger().call(id) else { return Ok(()) };
        let Some(bot) = self.bot.ledger().call(id) else {
            return Err(self.violation(Invariant::Reported, id, "the bot knows no such call".into()));
        };
        let (ours, theirs) = (Reported::of(service, service), Reported::of(bot, service));
        let has_deltas = service.direction() == Some(&CallDirection::Outgoing);
        // Replies overtake what comes late; what the end overtakes is dropped: see `docs/verification.md`.
        let is_over = !service.state().is_live();
        let has_state =
            ours.state == theirs.state || (!is_faithful && self.ambiguous.contains(&id) && !is_over);
        let is_reported = has_state
            && ours.statuses() == theirs.statuses()
            && (is_over || ours.ordered(has_deltas) == theirs.ordered(has_deltas))
            && (!is_prompt || ours == theirs);
        if !is_reported {
            return Err(self.violation(Invariant::Reported, id, format!("{ours:?}, and the bot {theirs:?}")));
        }
        self.compared += 1;
        Ok(())
    }
}

/// Restarts a host; the call that is another then, and how.
fn restarted(store: &mut Store, from_log: bool) -> Option<(CallId, String)> {
    let before = store.ledger().clone();
    let restarted = if from_log { store.restart_from_log() } else { store.restart_from_copy() };
    if let Err(failed) = restarted {
        return Some((failed.call.unwrap_or(CallId::new(uuid::Uuid::nil())), failed.to_string()));
    }
    let changed = before.calls().find(|call| store.ledger().call(call.id()) != Some(*call));
    store.keep_copy();
    let was = changed?;
    let is = store.ledger().call(was.id());
    let is =
        is.map_or_else(|| "is not there".into(), |is| format!("is another, at revision {}", is.revision()));
    Some((was.id(), format!("it was at revision {}, and {is}; is its last event written?", was.revision())))
}

/// True where a notification tells that the call has ended.
fn reports_end(reported: &CommsNotification) -> bool {
    let Some(call) = reported.resource_data.as_call() else { return false };
    let named = call.state.value().and_then(State::from_wire);
    reported.is_deleted() || named == Some(State::Terminated)
}
