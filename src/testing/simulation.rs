//! A simulation of a service, a network with faults and a bot in virtual time. It checks every invariant
//! after each step.

mod bot;
pub(crate) mod data;
mod service;

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::format;
use alloc::string::String;

use jiff::Timestamp;

use super::course::{Move, What};
use super::host::{Host, StoreFault};
use super::invariant::{self, Invariant, Violation};
use super::model::contents::Contents;
use super::model::data::Model;
use super::network::{Faults, Network};
use super::store::{MemoryStore, Store};
use crate::call::data::Call;
use crate::call::network_event::NetworkEvent;
use crate::id::CallId;
use crate::notify::Notify;
use crate::record::recorded::Recorded;
pub use data::Simulation;

impl Simulation {
    /// A simulation without calls, whose network has no faults.
    pub fn new(seed: u64) -> Self {
        Self::with_stores(seed, MemoryStore::new(), MemoryStore::new())
    }
}

impl<S: Store, B: Store> Simulation<S, B> {
    /// A simulation without calls, whose service and bot keep their events in these stores. The stores must
    /// be empty.
    pub fn with_stores(seed: u64, service: S, bot: B) -> Self {
        Self {
            notify: Some(Notify::new()),
            now: Timestamp::MIN,
            service: Host::new(service),
            bot: Host::new(bot),
            model: Model::new(),
            network: Network::new(seed),
            usual: Faults::none(),
            faults: BTreeMap::new(),
            restarts: VecDeque::new(),
            checks_texts: true,
            restarted: 0,
            foreign: 0,
            ambiguous: BTreeSet::new(),
            steps: 0,
            compared: 0,
        }
    }

    /// Sets how the service writes its notifications.
    pub const fn speaking(&mut self, notify: Notify) -> &mut Self {
        self.notifying(Some(notify))
    }

    /// Sets how the service posts notifications. With `None` it posts nothing, and there is no bot.
    pub(super) const fn notifying(&mut self, notify: Option<Notify>) -> &mut Self {
        self.notify = notify;
        self
    }

    /// Does not check the texts of events: a store that keeps texts shows whether they are read back.
    pub(super) const fn without_texts(&mut self) -> &mut Self {
        self.checks_texts = false;
        self
    }

    /// Sets the faults of the network for all calls that have no faults of their own.
    pub fn under(&mut self, faults: &Faults) -> &mut Self {
        self.usual = faults.clone();
        self
    }

    /// Sets the faults of the network for one call.
    pub fn call_under(&mut self, call: CallId, faults: &Faults) -> &mut Self {
        self.faults.insert(call, faults.clone());
        self
    }

    /// Restarts the service and the bot at these times. The restarts alternate between two kinds: from
    /// snapshots of the calls and the events after them, and from the whole log.
    pub fn restarting(&mut self, times: &[Timestamp]) -> &mut Self {
        let mut times = times.to_vec();
        times.sort_unstable();
        self.restarts = times.into();
        self
    }

    /// The service: its log and its calls.
    pub const fn service(&self) -> &Host<S> {
        &self.service
    }

    /// The bot: its log and its calls.
    pub const fn bot(&self) -> &Host<B> {
        &self.bot
    }

    /// The number of events that were checked so far, of the service and of the bot together.
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// The number of calls for which the bot's copy was compared with the service's so far.
    pub const fn compared(&self) -> u64 {
        self.compared
    }

    /// Advances the time to that of a move, and makes the move if it is legal. Returns whether it was legal.
    /// The moves must come in the order of their times.
    ///
    /// # Errors
    ///
    /// The first [`Violation`].
    pub fn make(&mut self, one: &Move) -> Result<bool, Violation> {
        self.pass(one.at)?;
        let made = one.make(self.service.ledger());
        let expected = self.model.attempt(one);
        let status = made.as_ref().map(|_| ()).map_err(|refusal| one.status(refusal));
        if expected != status {
            let seen = format!("the model says {expected:?}; the service returned {made:?} for {one:?}");
            return Err(self.violation(Invariant::Reference, one.call, seen));
        }
        let Ok(made) = made else { return Ok(false) };
        if is_ambiguous(&one.what) {
            self.ambiguous.insert(one.call);
        }
        if let Some(reply) = &made.reply {
            let (ours, theirs) = (Contents::of(&reply.body), self.model.contents(one));
            if ours != theirs {
                let seen = format!("the service replied {ours:?}, and the model {theirs:?}, to {one:?}");
                return Err(self.violation(Invariant::Reference, one.call, seen));
            }
            self.learn(one, reply)?;
        }
        self.record(one.call, &made.events)?;
        Ok(true)
    }

    /// Advances the time. Deadlines, arrivals and restarts that are due happen in the order of their times.
    ///
    /// # Errors
    ///
    /// The first [`Violation`].
    pub fn wait(&mut self, until: Timestamp) -> Result<(), Violation> {
        self.pass(until)
    }

    /// Advances the time until no packet is in flight, restarts the service and the bot, checks that their
    /// stores refuse what contradicts their logs, and compares their calls. A test calls this function after
    /// its last move.
    ///
    /// # Errors
    ///
    /// The first [`Violation`].
    pub fn settle(&mut self) -> Result<(), Violation> {
        while let Some(arrival) = self.network.next_arrival() {
            self.pass(arrival.max(self.now))?;
        }
        let calls: BTreeSet<CallId> =
            self.service.ledger().calls().map(Call::id).chain(self.model.calls()).collect();
        calls.iter().try_for_each(|call| self.compare(*call))?;
        self.restart_from(false)?;
        self.service.contradict().map_err(|fault| self.broken(Invariant::Store, fault))?;
        self.bot.contradict().map_err(|fault| self.broken(Invariant::Store, fault))?;
        self.restart_from(true)?;
        calls.into_iter().try_for_each(|call| self.reports(call))
    }

    /// Runs the deadlines, arrivals and restarts that are due until a time, in the order of their times.
    fn pass(&mut self, until: Timestamp) -> Result<(), Violation> {
        loop {
            let due = self.service.ledger().next_deadline().map(|(due, _)| due.at);
            let arrival = self.network.next_arrival();
            let restart = self.restarts.front().copied();
            let next = [due, arrival, restart].into_iter().flatten().min().filter(|next| *next <= until);
            let Some(next) = next else { break };
            self.now = self.now.max(next);
            if due == Some(next) {
                self.expire()?;
            } else if restart == Some(next) {
                self.restarts.pop_front();
                self.restart()?;
            } else if let Some(packet) = self.network.arrive(next) {
                self.receive(&packet)?;
            }
        }
        self.now = self.now.max(until);
        Ok(())
    }

    /// Checks an event of either host, and its call before and after.
    fn step(
        &mut self,
        before: Option<&Call>,
        recorded: &Recorded,
        after: Option<&Call>,
    ) -> Result<(), Violation> {
        self.steps += 1;
        let texts = if self.checks_texts { invariant::text(recorded) } else { Ok(()) };
        let checked =
            texts.and_then(|()| after.map_or(Ok(()), |after| invariant::step(before, recorded, after)));
        self.check(recorded.call, checked)
    }

    fn check(&self, call: CallId, checked: Result<(), (Invariant, String)>) -> Result<(), Violation> {
        checked.map_err(|(invariant, seen)| self.violation(invariant, call, seen))
    }

    const fn violation(&self, invariant: Invariant, call: CallId, seen: String) -> Violation {
        Violation { invariant, call, at: self.now, seen, fault: None }
    }

    fn broken(&self, invariant: Invariant, fault: StoreFault) -> Violation {
        let call = fault.call().unwrap_or(CallId::new(uuid::Uuid::nil()));
        Violation { fault: Some(Box::new(fault)), ..self.violation(invariant, call, String::new()) }
    }
}

/// Whether the state of a call depends on the order of its notifications after this move: a hold and its end
/// can be swapped, and a transfer can fail. See `docs/verification.md`.
fn is_ambiguous(what: &What) -> bool {
    let What::NetworkEvent(network_event) = what else { return false };
    match **network_event {
        NetworkEvent::Held | NetworkEvent::Resumed | NetworkEvent::TransferFailed(_) => true,
        NetworkEvent::Offered(_)
        | NetworkEvent::Alerted
        | NetworkEvent::Connected(_)
        | NetworkEvent::AudioChanged(_)
        | NetworkEvent::TransferAccepted
        | NetworkEvent::TransferCompleted(_)
        | NetworkEvent::RedirectAnswered(_)
        | NetworkEvent::HungUp(_)
        | NetworkEvent::MediaFailed(_)
        | NetworkEvent::RosterChanged(_)
        | NetworkEvent::ParticipantJoining(_)
        | NetworkEvent::ParticipantJoiningAnswered { .. }
        | NetworkEvent::ParticipantLeft(_)
        | NetworkEvent::TonePressed(_)
        | NetworkEvent::PromptFinished(_)
        | NetworkEvent::RecordingStarted { .. }
        | NetworkEvent::SpeechStarted
        | NetworkEvent::SpeechEnded
        | NetworkEvent::RecordingFinished(_)
        | NetworkEvent::OperationFinished { .. }
        | NetworkEvent::ContentSharingStarted(_)
        | NetworkEvent::ContentSharingUpdated(_)
        | NetworkEvent::ContentSharingEnded(_) => false,
    }
}
