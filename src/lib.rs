//! x
#![no_std]
extern crate alloc;
pub mod call;
mod finding;
pub mod graph;
mod id;
mod ledger;
pub mod log;
pub mod operation;
mod record;
mod refusal;
mod replay;
mod secret;
mod text;
pub use call::Call;
pub use finding::{Finding, FindingKind, Severity};
pub use id::{CallId, Id, NotAGuid, OperationId, ParticipantId};
pub use ledger::{Applied, ApplyError, Ledger, Moment, NoHistory};
pub use record::{At, CloudEvent, LineError, Recorded, SCHEMA_VERSION};
pub use refusal::Refusal;
pub use replay::Replay;
pub use secret::Secret;
