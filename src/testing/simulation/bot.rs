//! The bot: it observes notifications from the network, and learns from replies.

use alloc::format;
use alloc::string::{String, ToString};

use jiff::SignedDuration;

use super::super::invariant::{self, Invariant, Violation};
use super::super::network::Faults;
use super::super::random::draw;
use super::super::reported::Reported;
use super::super::store::Store;
use super::data::{Packet, Simulation};
use crate::call::data::Call;
use crate::call::observe::delivery::Delivery;
use crate::call::reply::Body;
use crate::call::state::State;
use crate::graph::call::CallDirection;
use crate::graph::notification::CommsNotification;
use crate::id::CallId;
use crate::ledger::applied::Applied;
use crate::record::recorded::Recorded;

impl Simulation {
    pub(super) fn learn(&mut self, call: CallId, body: &Body) -> Result<(), Violation> {
        let observed = Call::learn(self.bot.ledger().call(call), call, body, Some(self.now));
        observed.events.iter().try_for_each(|recorded| self.keep(recorded))
    }

    pub(super) fn receive(&mut self, packet: &Packet) -> Result<(), Violation> {
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

    /// Restarts the service and the bot. Restarts from the log alternate with restarts from a copy and the
    /// later lines.
    pub(super) fn restart(&mut self) -> Result<(), Violation> {
        let from_log = self.restarts.len() % 2 == 1;
        self.restart_from(from_log)
    }

    pub(super) fn restart_from(&mut self, from_log: bool) -> Result<(), Violation> {
        let hosts = [&mut self.service, &mut self.bot].into_iter();
        let broken = hosts.filter_map(|store| restarted(store, from_log)).next();
        broken.map_or(Ok(()), |(call, seen)| Err(self.violation(Invariant::Restart, call, seen)))
    }

    /// Compares the bot's copy of a call with the service's, as far as notifications report it.
    pub(super) fn reports(&mut self, id: CallId) -> Result<(), Violation> {
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
        let (ours, theirs) = (Reported::of(service, service), Reported::of(bot, service));
        let has_deltas = service.direction() == Some(&CallDirection::Outgoing);
        // A reply can overtake late notifications. A notification that arrives after the end of the call is
        // dropped: see `docs/verification.md`.
        let is_over = !service.state().is_live();
        let has_state =
            ours.state == theirs.state || (!is_faithful && self.ambiguous.contains(&id) && !is_over);
        let is_reported = has_state
            && ours.statuses() == theirs.statuses()
            && (is_over || ours.ordered(has_deltas) == theirs.ordered(has_deltas))
            && (!is_prompt || ours == theirs);
        if !is_reported {
            return Err(self.violation(
                Invariant::Reported,
                id,
                format!("the service has {ours:?}, and the bot has {theirs:?}"),
            ));
        }
        self.compared += 1;
        Ok(())
    }
}

/// Restarts a host. Returns a call that differs afterwards, and the difference.
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
        is.map_or_else(|| "is missing".into(), |is| format!("is different, at revision {}", is.revision()));
    Some((
        was.id(),
        format!(
            "the call was at revision {}, and after the restart it {is}; was its last event written?",
            was.revision()
        ),
    ))
}

/// Whether a notification reports the end of the call.
fn reports_end(reported: &CommsNotification) -> bool {
    let Some(call) = reported.resource_data.as_call() else { return false };
    let named = call.state.value().and_then(State::from_wire);
    reported.is_deleted() || named == Some(State::Terminated)
}
