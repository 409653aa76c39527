//! For tests of what embeds the crate: a bot, a server, a store.
//!
//! Behind the feature `testing`, for `[dev-dependencies]`. Everything is deterministic: seeds and times come in, nothing sleeps.
//!
//! - [`strategies`] makes values for proptest: resources, notifications, requests, events, whole courses that are legal.
//! - [`Scenario`] is given / when / then over one call.
//! - [`Model`] says what each call of a service must be after a course: a reference that shares no rule with the core.
//! - [`Network`] is late, repeats, reorders, loses and is cut; [`Store`] restarts from its log or from a snapshot.
//! - [`Simulation`] is a service, a network, a bot and the model together; [`Campaign`] is thousands of calls of that.
//!
//! `docs/verification.md` has a whole embedder that is checked against it.

mod campaign;
mod course;
mod invariant;
mod model;
mod network;
mod outline;
mod random;
mod reported;
mod scenario;
mod simulation;
mod store;
pub mod strategies;

pub use campaign::{Campaign, Counterexample, Summary};
pub use course::{Made, Move, What, history};
pub use invariant::{Invariant, Violation};
pub use model::Model;
pub use network::{Faults, Network};
pub use outline::Outline;
pub use scenario::Scenario;
pub use simulation::Simulation;
pub use store::{NotRestarted, Store};
