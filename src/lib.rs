//! x
#![no_std]
extern crate alloc;
pub mod graph;
mod id;
mod secret;
pub use id::{CallId, Id, NotAGuid, OperationId, ParticipantId};
pub use secret::Secret;
