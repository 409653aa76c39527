//! One call: its lifecycle, its events, and what hearing makes of the wire.
//!
//! `state.rs` and `lifecycle.rs` are the chart, `event.rs` what happens, `fold.rs` what events make of a call,
//! `hearing.rs` and `observe.rs` what a notification makes of a call's events, `command.rs` and `decide.rs` what a request
//! does, `stimulus.rs` and `react.rs` the network, `deadline.rs` the clock.

pub(crate) mod beginning;
pub(crate) mod command;
pub(crate) mod data;
pub(crate) mod deadline;
pub(crate) mod decide;
mod details;
pub(crate) mod event;
mod expire;
mod fold;
mod lifecycle;
mod limits;
pub(crate) mod network_event;
mod notification_history;
pub(crate) mod observe;
mod on_network_event;
pub(crate) mod parts;
mod payload;
mod plan;
pub(crate) mod reply;
pub(crate) mod roster;
pub(crate) mod service;
mod service_data;
pub(crate) mod state;
mod state_update;

pub use command::Command;
pub use data::Call;
pub use deadline::{Deadline, Due};
pub use decide::{AppIdentity, Decision, RequestContext};
pub use event::{CallEvent, Details, EventKind, RecordingProgress, ServiceEvent};
pub use network_event::{Ending, NetworkEvent, StopReason};
pub use observe::{Delivery, Observed};
pub use payload::{
    ContentSharing, HoldMusic, MediaRequest, NotificationHeard, OperationQueued, Recording, RosterUpdated,
    StateConfirmed,
};
pub use reply::{Body, Reply};
pub use state::{State, Superstate, Transition};
