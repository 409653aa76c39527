//! A service, a network with faults and a bot, in virtual time; everything that must hold is checked at every step.

mod bot;
mod service;

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::format;
use alloc::string::String;

use jiff::Timestamp;

use super::course::{Move, What};
use super::invariant::{Invariant, Violation};
use super::model::Model;
use super::network::{Faults, Network};
use super::store::Store;
use crate::call::{Due, NetworkEvent};
use crate::graph::Version;
use crate::{CallId, Id, Notify};

/// A whole world: a service to which a course is done, a bot that is told of it through a network, and the reference
/// [`Model`]. Everything follows from the seed and the moves; there is no clock and no thread.
///
/// The replies to requests come at once; what the service posts goes through the network.
///
/// ```
/// use callfold::testing::{Faults, Simulation, strategies::courses};
/// use proptest::prelude::*;
/// use proptest::test_runner::TestRunner;
///
/// let mut faults = Faults::none();
/// faults.repeated = 300;
/// TestRunner::deterministic().run(&(courses(), any::<u64>()), |(course, seed)| {
///     let mut world = Simulation::new(seed);
///     world.under(&faults);
///     for one in &course {
///         world.make(one)?;
///     }
///     world.settle()?;
///     Ok(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Simulation {
    seed: u64,
    notify: Notify,
    now: Timestamp,
    service: Store,
    bot: Store,
    model: Model,
    network: Network<Packet>,
    /// What the network does to the calls that are not named below.
    usual: Faults,
    faults: BTreeMap<CallId, Faults>,
    /// The next deadline of each call that has one.
    due: BTreeSet<(Due, CallId)>,
    armed: BTreeMap<CallId, Due>,
    restarts: VecDeque<Timestamp>,
    lost_writes: u32,
    /// Calls of which not everything can be told from the wire out of order: see `docs/verification.md`.
    ambiguous: BTreeSet<CallId>,
    steps: u64,
    compared: u64,
}

/// A notification on its way, as bytes.
#[derive(Clone, Debug)]
struct Packet {
    call: CallId,
    message: Id,
    text: String,
}

impl Simulation {
    /// A world in which nothing has happened, with a network without faults.
    ///
    /// ```
    /// assert_eq!(callfold::testing::Simulation::new(7).steps(), 0);
    /// ```
    pub fn new(seed: u64) -> Self {
        Self {
            seed,
            notify: Notify::new(Version::V1),
            now: Timestamp::MIN,
            service: Store::new(),
            bot: Store::new(),
            model: Model::new(),
            network: Network::new(seed),
            usual: Faults::none(),
            faults: BTreeMap::new(),
            due: BTreeSet::new(),
            armed: BTreeMap::new(),
            restarts: VecDeque::new(),
            lost_writes: 0,
            ambiguous: BTreeSet::new(),
            steps: 0,
            compared: 0,
        }
    }

    /// Lets the service speak as this version does.
    ///
    /// ```
    /// callfold::testing::Simulation::new(7).speaking(callfold::graph::Version::Beta);
    /// ```
    pub const fn speaking(&mut self, version: Version) -> &mut Self {
        self.notify = Notify::new(version);
        self
    }

    /// Gives the network faults.
    ///
    /// ```
    /// use callfold::testing::{Faults, Simulation};
    ///
    /// Simulation::new(7).under(&Faults::none());
    /// ```
    pub fn under(&mut self, faults: &Faults) -> &mut Self {
        self.usual = faults.clone();
        self
    }

    /// Gives the network faults for one call.
    ///
    /// ```
    /// use callfold::testing::{Faults, Simulation};
    ///
    /// Simulation::new(7).call_under(callfold::CallId::new(uuid::Uuid::nil()), &Faults::none());
    /// ```
    pub fn call_under(&mut self, call: CallId, faults: &Faults) -> &mut Self {
        self.faults.insert(call, faults.clone());
        self
    }

    /// Restarts both hosts at these times: by turns from their logs, and from a snapshot and the rest.
    ///
    /// ```
    /// callfold::testing::Simulation::new(7).restarting(&["2026-11-23T09:15:00Z".parse()?]);
    /// # Ok::<(), callfold::jiff::Error>(())
    /// ```
    pub fn restarting(&mut self, times: &[Timestamp]) -> &mut Self {
        let mut times = times.to_vec();
        times.sort_unstable();
        self.restarts = times.into();
        self
    }

    /// Lets the bot's store lose this many writes of a thousand: a host that is broken, to see that it is found out.
    ///
    /// ```
    /// callfold::testing::Simulation::new(7).losing_writes(10);
    /// ```
    pub const fn losing_writes(&mut self, of_a_thousand: u32) -> &mut Self {
        self.lost_writes = of_a_thousand;
        self
    }

    /// What the service keeps.
    ///
    /// ```
    /// assert!(callfold::testing::Simulation::new(7).service().lines().is_empty());
    /// ```
    pub const fn service(&self) -> &Store {
        &self.service
    }

    /// What the bot keeps.
    ///
    /// ```
    /// assert!(callfold::testing::Simulation::new(7).bot().lines().is_empty());
    /// ```
    pub const fn bot(&self) -> &Store {
        &self.bot
    }

    /// How many events were checked.
    ///
    /// ```
    /// assert_eq!(callfold::testing::Simulation::new(7).steps(), 0);
    /// ```
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// Of how many calls the bot's was compared with the service's, so far.
    ///
    /// ```
    /// assert_eq!(callfold::testing::Simulation::new(7).compared(), 0);
    /// ```
    pub const fn compared(&self) -> u64 {
        self.compared
    }

    /// Lets time go on to a move, and makes it; false where it is not legal. Moves come in the order of their times.
    ///
    /// # Errors
    ///
    /// The first [`Violation`].
    ///
    /// ```
    /// use callfold::testing::{Move, Simulation, What};
    ///
    /// let wait = Move::new("2026-11-23T09:15:00Z".parse()?, callfold::CallId::new(uuid::Uuid::nil()), 1, What::Wait);
    /// assert!(Simulation::new(7).make(&wait)?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn make(&mut self, one: &Move) -> Result<bool, Violation> {
        self.pass(one.at)?;
        let made = one.make(self.service.ledger());
        let is_legal = self.model.apply(one);
        if is_legal != made.is_ok() {
            let seen =
                format!("the model says that it is legal: {is_legal}; the service: {made:?}, of {one:?}");
            return Err(self.violation(Invariant::Reference, one.call, seen));
        }
        let Ok(made) = made else { return Ok(false) };
        if is_ambiguous(&one.what) {
            self.ambiguous.insert(one.call);
        }
        if let Some(reply) = &made.reply {
            self.learn(one.call, &reply.body)?;
        }
        self.record(one.call, &made.events)?;
        Ok(true)
    }

    /// Lets time go on.
    ///
    /// # Errors
    ///
    /// The first [`Violation`].
    ///
    /// ```
    /// assert_eq!(callfold::testing::Simulation::new(7).wait("2026-11-23T09:15:00Z".parse()?), Ok(()));
    /// # Ok::<(), callfold::jiff::Error>(())
    /// ```
    pub fn wait(&mut self, until: Timestamp) -> Result<(), Violation> {
        self.pass(until)
    }

    /// Lets time go on until nothing is on its way any more, restarts both hosts, and compares the bot's calls with the service's.
    ///
    /// # Errors
    ///
    /// The first [`Violation`].
    ///
    /// ```
    /// assert_eq!(callfold::testing::Simulation::new(7).settle(), Ok(()));
    /// ```
    pub fn settle(&mut self) -> Result<(), Violation> {
        while let Some(arrival) = self.network.next_arrival() {
            self.pass(arrival.max(self.now))?;
        }
        let calls: BTreeSet<CallId> =
            self.service.ledger().calls().map(crate::Call::id).chain(self.model.calls()).collect();
        calls.iter().try_for_each(|call| self.compare(*call))?;
        self.restart_from(false)?;
        self.restart_from(true)?;
        calls.into_iter().try_for_each(|call| self.reports(call))
    }

    /// Everything that happens by itself until a time, in its order.
    fn pass(&mut self, until: Timestamp) -> Result<(), Violation> {
        loop {
            let due = self.due.first().map(|(due, _)| due.at);
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
                self.classify(&packet)?;
            }
        }
        self.now = self.now.max(until);
        Ok(())
    }

    fn check(&self, call: CallId, checked: Result<(), (Invariant, String)>) -> Result<(), Violation> {
        checked.map_err(|(invariant, seen)| self.violation(invariant, call, seen))
    }

    const fn violation(&self, invariant: Invariant, call: CallId, seen: String) -> Violation {
        Violation { invariant, call, at: self.now, seen }
    }
}

/// Hold and its resumption swapped, transfers that fail: see `docs/verification.md`.
fn is_ambiguous(what: &What) -> bool {
    let What::Happen(network_event) = what else { return false };
    matches!(**network_event, NetworkEvent::Held | NetworkEvent::Resumed | NetworkEvent::TransferFailed)
}
