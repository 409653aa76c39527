//! The lines of the event log: one recorded event per line, as plain JSON or as a CloudEvent. See
//! `docs/log-format.md`.

mod cloud_event;
pub(crate) mod error;
mod failure;
mod line;
mod read;
pub(crate) mod recorded;
mod unknown;
pub(crate) mod upcast;

pub use cloud_event::CloudEvent;
pub use error::LineError;
pub use recorded::{Recorded, SCHEMA_VERSION};
pub use unknown::UnknownMembers;
pub use upcast::{Upcast, Upcasters};
