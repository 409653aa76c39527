//! A trial of a store: a course of a host, with restarts.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use jiff::Timestamp;

use super::course::Move;
use super::invariant::Violation;
use super::model::data::Model;
use super::network::Faults;
use super::simulation::data::Simulation;
use super::store::{MemoryStore, Store};
use crate::call::event::EventKind;
use crate::call::event::part::{Part, Scope};
use crate::graph::notification::CommsNotification;
use crate::id::CallId;
use crate::names::names;

names! {
    /// The side of a call whose events a store keeps.
    #[expect(clippy::exhaustive_enums, reason = "a call has two sides")]
    pub enum Side {
        /// The service: it gets requests and network events, and its deadlines expire.
        Service = "service",
        /// The bot: it gets notifications through a network with faults, and replies.
        Bot = "bot",
    }
}

impl Side {
    /// The kinds of the events that this side records. Each of them occurs in at least one of a hundred
    /// [`trials`](super::strategies::trials).
    ///
    /// ```
    /// use callfold::call::EventKind;
    /// use callfold::testing::Side;
    ///
    /// assert!(Side::Bot.kinds().any(|kind| kind == EventKind::NotificationHeard));
    /// assert!(Side::Service.kinds().all(|kind| kind != EventKind::NotificationHeard));
    /// ```
    pub fn kinds(self) -> impl Iterator<Item = EventKind> {
        EventKind::ALL.iter().copied().filter(move |kind| self.records(*kind))
    }

    fn records(self, kind: EventKind) -> bool {
        match self {
            // Only a bot records what it concludes from notifications.
            Self::Service => kind != EventKind::Adopted && kind.part() != Part::Deliveries,
            // What only the service knows. The bot learns of a `keepAlive` from the reply.
            Self::Bot => {
                kind == EventKind::KeptAlive
                    || (kind.scope() != Scope::Service && kind.part() != Part::Service)
            }
        }
    }
}

/// One step of a [`Trial`].
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub enum Step {
    /// The app sends a request, something happens in the network, or time passes.
    Make(Move),
    /// Another service posts a notification to the bot, about a call of its own.
    Report(Timestamp, CallId, Box<CommsNotification>),
    /// The host stops, and starts again from its store.
    Restart,
    /// The host appends its last batch again, because it got no answer.
    Retry,
}

/// Shows the step in one line.
impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Make(one) => one.fmt(f),
            Self::Report(at, _, reported) => {
                let reported = serde_json::to_string(reported).unwrap_or_default();
                write!(f, "{at} another service reports {reported}")
            }
            Self::Restart => f.write_str("restart"),
            Self::Retry => f.write_str("the last batch is appended again"),
        }
    }
}

/// One test of a [`Store`]: a course of a host, with restarts. The strategy
/// [`trials`](super::strategies::trials) draws trials, and shrinks those that fail to a few steps.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Trial {
    /// The side whose events the store keeps.
    pub side: Side,
    /// The steps, in the order of their times.
    pub steps: Vec<Step>,
    /// The faults of the network between the service and the bot.
    pub faults: Faults,
    /// The seed of these faults.
    pub seed: u64,
}

impl Trial {
    /// Runs a host that keeps its events in this store, which must be empty.
    ///
    /// After each restart, and at the end, the store must have exactly the lines that the host wrote, and each
    /// call of the restarted host must be equal to the call of a twin: a host with the same inputs that never
    /// stopped. After each move, the calls of the service are compared with the [`Model`]. At the end, the
    /// store must refuse events that contradict what it has. The other invariants of a [`Simulation`] are
    /// checked, too, except [`Text`](super::Invariant::Text).
    ///
    /// # Errors
    ///
    /// The first [`Violation`]. If it is the store's, [`Violation::fault`] names the line.
    pub fn run<S: Store>(&self, store: S) -> Result<(), Violation> {
        match self.side {
            Side::Service => {
                let mut world = Simulation::with_stores(self.seed, store, MemoryStore::new());
                world.notifying(None).without_texts();
                self.play(&mut world)
            }
            Side::Bot => {
                let mut world = Simulation::with_stores(self.seed, MemoryStore::new(), store);
                world.under(&self.faults).without_texts();
                self.play(&mut world)
            }
        }
    }

    fn play<S: Store, B: Store>(&self, world: &mut Simulation<S, B>) -> Result<(), Violation> {
        for step in &self.steps {
            match step {
                Step::Make(one) => world.make(one).map(drop)?,
                Step::Report(at, call, reported) => world.report(*at, *call, reported)?,
                Step::Restart => world.restart()?,
                Step::Retry => world.retry()?,
            }
        }
        world.settle()
    }

    /// The number of moves and of notifications of another service.
    pub fn moves(&self) -> usize {
        self.steps.iter().filter(|step| matches!(step, Step::Make(_) | Step::Report(..))).count()
    }

    /// The trial without these steps, and without the moves that are not legal then.
    pub(super) fn without(&self, cut: core::ops::Range<usize>) -> Self {
        let mut model = Model::new();
        let rest = self.steps.iter().enumerate().filter(|(index, _)| !cut.contains(index));
        let legal = rest.filter(|(_, step)| if let Step::Make(one) = step { model.apply(one) } else { true });
        Self { steps: legal.map(|(_, step)| step.clone()).collect(), ..self.clone() }
    }
}

/// Shows one step in a line.
impl fmt::Debug for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the store of a {}, in {} steps:", self.side, self.steps.len())?;
        self.steps.iter().try_for_each(|step| writeln!(f, "  {step:?}"))?;
        if self.faults == Faults::none() {
            Ok(())
        } else {
            writeln!(f, "  {:?}, seed {}", self.faults, self.seed)
        }
    }
}
