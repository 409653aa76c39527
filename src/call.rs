//! One call: its lifecycle, its events, and what hearing makes of the wire.
//!
//! `state.rs` and `lifecycle.rs` are the chart, `event.rs` what happens, `fold.rs` what events make of a call,
//! `hearing.rs` and `observe.rs` what a notification makes of a call's events, `command.rs` and `decide.rs` what a request
//! does, `stimulus.rs` and `react.rs` the network, `deadline.rs` the clock.

mod beginning;
mod command;
mod data;
mod deadline;
mod decide;
mod details;
mod event;
mod expire;
mod fold;
mod lifecycle;
mod limits;
mod network_event;
mod notification_history;
mod observe;
mod on_network_event;
mod parts;
mod payload;
mod plan;
mod reply;
mod roster;
mod service;
mod service_data;
mod state;
mod state_update;

pub(crate) use beginning::Beginning;
pub use command::Command;
pub use data::Call;
pub use deadline::{Deadline, Due};
pub use decide::{AppIdentity, Decision, RequestContext};
pub use event::{CallEvent, Details, EventKind, RecordingProgress, ServiceEvent};
pub use network_event::{Ending, NetworkEvent, StopReason};
pub(crate) use observe::orphan;
pub use observe::{Delivery, Observed};
pub(crate) use parts::Parts;
pub use payload::{
    ContentSharing, HoldMusic, MediaRequest, NotificationHeard, OperationQueued, Recording, RosterUpdated,
    StateConfirmed,
};
pub use reply::{Body, Reply};
pub(crate) use roster::SavedRosterEntry;
pub(crate) use service::replaced;
pub(crate) use state::Dialect;
pub use state::{State, Superstate, Transition};
