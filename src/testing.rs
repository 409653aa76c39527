//! For tests of what embeds the crate: a bot, a server, a store.
//!
//! Behind the feature `testing`, for `[dev-dependencies]`. Everything is deterministic: seeds and times come in, nothing sleeps.
//!
//! - [`strategies`] makes values for proptest: resources, notifications, requests, events, whole courses that are legal.
//! - [`Model`] says what each call of a service must be after a course: a reference that shares no rule with the core.
//!
//! `docs/verification.md` has a whole embedder that is checked against it.

mod course;
mod model;
mod outline;
pub mod strategies;

pub use course::{Made, Move, What, history};
pub use model::Model;
pub use outline::Outline;
