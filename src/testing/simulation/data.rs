//! The data of a simulation.

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::string::String;

use jiff::Timestamp;

use super::super::host::Host;
use super::super::model::data::Model;
use super::super::network::{Faults, Network};
use super::super::store::MemoryStore;
use crate::id::{CallId, Id};
use crate::notify::Notify;

/// A simulation of a service, a network and a bot. A test sends moves to the service. The service posts
/// notifications to the bot through the network. The simulation compares the service with the reference
/// [`Model`], and the bot with the service. The simulation has no clock and no thread: the seed and the moves
/// determine everything that happens.
///
/// The bot receives the replies to requests at once. Notifications go through the network.
///
/// The service and the bot keep their events in a [`MemoryStore`], unless the test gives them another
/// [`Store`](super::Store).
///
/// ```
/// use callfold::testing::{Faults, Simulation, strategies::courses};
/// use callfold::proptest::prelude::*;
/// use callfold::proptest::test_runner::TestRunner;
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
pub struct Simulation<S = MemoryStore, B = MemoryStore> {
    /// How the service posts notifications; `None` if there is no bot.
    pub(super) notify: Option<Notify>,
    pub(super) now: Timestamp,
    pub(super) service: Host<S>,
    pub(super) bot: Host<B>,
    pub(super) model: Model,
    pub(super) network: Network<Packet>,
    /// The faults for calls that have no faults of their own in `faults`.
    pub(super) usual: Faults,
    pub(super) faults: BTreeMap<CallId, Faults>,
    pub(super) restarts: VecDeque<Timestamp>,
    /// Whether the texts of each event are checked, which takes most of the time.
    pub(super) checks_texts: bool,
    /// The number of restarts so far.
    pub(super) restarted: u64,
    /// The number of the notifications that another service sent.
    pub(super) foreign: u64,
    /// Calls whose state cannot be determined if their notifications arrive out of order: see
    /// `docs/verification.md`.
    pub(super) ambiguous: BTreeSet<CallId>,
    pub(super) steps: u64,
    pub(super) compared: u64,
}

/// A notification in flight, as JSON text.
#[derive(Clone, Debug)]
pub(super) struct Packet {
    pub(super) call: CallId,
    pub(super) message: Id,
    pub(super) text: String,
}
