//! Tools to test a *host*: a program that embeds this crate, such as a bot, a server or a store.
//!
//! The feature `testing` enables these tools. Enable it in `[dev-dependencies]`. The tools are deterministic:
//! a test passes seeds and times to them, and no tool sleeps.
//!
//! A [`Move`] is one step of a test: a request of the app, an event of the network, or a wait. A *course* is
//! a list of moves in the order of their times.
//!
//! - [`strategies`] generates values for proptest: resources, notifications, requests, events and legal
//!   courses.
//! - [`Scenario`] is a test of one call in the form given / when / then.
//! - [`Model`] is a reference: it computes the state of each call after a course, and shares no code with the
//!   rest of the crate (the *core*).
//! - [`Network`] simulates a network that delays, repeats, reorders and loses packets, and that can be cut
//!   for a time.
//! - [`Trial`] is a test of a [`Store`]: the place where a host keeps its events. The host is stopped and
//!   started again at random moments.
//! - [`Simulation`] connects a service, a network, a bot and the model, and checks them after every step.
//! - [`reported_difference`] compares the call of a bot with the call of the service.
//! - [`Campaign`] runs thousands of conversations through a simulation.
//!
//! `docs/verification.md` has a complete test of a store, and a complete host that is tested against the model.

mod campaign;
mod course;
mod difference;
mod host;
mod invariant;
mod log_fault;
mod lossy;
mod model;
mod network;
mod outline;
mod random;
mod reported;
mod scenario;
mod simulation;
mod store;
pub mod strategies;
mod trial;

pub use campaign::{Campaign, Counterexample, Summary};
pub use course::{Made, Move, What, history};
pub use host::{Host, StoreFault};
pub use invariant::{Invariant, Violation};
pub use log_fault::{LogFault, LogFaultKind};
pub use lossy::LossyStore;
pub use model::Model;
pub use network::{Faults, Network};
pub use outline::Outline;
pub use reported::{Arrival, reported_difference};
pub use scenario::Scenario;
pub use simulation::Simulation;
pub use store::{AppendError, Conflict, MemoryStore, Store};
pub use trial::{Side, Step, Trial};

/// Reads JSON with the crate's own reader alone. Returns `None` where this reader gives up, and the crate would ask
/// `serde_json`. A test can compare the two.
///
/// ```
/// use callfold::serde_json::{Value, json};
/// use callfold::testing::read_json;
///
/// assert_eq!(read_json(r#"{"rev":3}"#), Some(json!({ "rev": 3 })));
/// assert_eq!(read_json::<Value>("{\"rev\":3"), None);
/// assert!("{\"rev\":3".parse::<Value>().is_err());
/// ```
pub fn read_json<'a, T: serde::Deserialize<'a>>(json: &'a str) -> Option<T> {
    let mut reader = crate::json::read::Reader::new(json);
    let value = T::deserialize(&mut reader).ok()?;
    reader.end().ok()?;
    Some(value)
}
