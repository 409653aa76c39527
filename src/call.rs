//! One call: its states, its events, and the functions that produce and fold events.
//!
//! A *host* is a program that embeds this crate. A host that is a bot passes notifications to
//! [`Call::observe`]. A host that plays the service passes requests to [`Call::decide`], network events to
//! [`Call::on_network_event`] and the time to [`Call::expire`]. Each of these functions returns events.
//! [`Call::begin`] and [`Call::evolve`] fold the events into a call.

pub(crate) mod beginning;
mod callback;
mod changes;
pub(crate) mod command;
pub(crate) mod data;
pub(crate) mod deadline;
pub(crate) mod decide;
mod details;
pub(crate) mod ended;
pub(crate) mod event;
mod expire;
mod fold;
mod joining;
mod lifecycle;
mod limits;
pub(crate) mod network_event;
mod network_event_json;
mod notification_history;
pub(crate) mod observe;
mod on_network_event;
mod parties;
pub(crate) mod party_request;
mod plan;
mod reduce;
pub(crate) mod reply;
pub(crate) mod roster;
pub(crate) mod service;
mod service_data;
pub(crate) mod shared;
pub(crate) mod snapshot;
pub(crate) mod state;
mod state_update;
pub(crate) mod tones;

pub use command::{Command, Unreadable};
pub use data::Call;
pub use deadline::{Deadline, Due};
pub use decide::{AppIdentity, Decision, RequestContext};
pub use event::*;
pub use network_event::{
    CallEnd, EndStatus, Ending, NetworkEvent, NetworkEventKind, StopReason, TransferFailure,
};
pub use observe::{Delivery, Observed};
pub use party_request::PartyRequest;
pub use reply::{Body, Reply};
pub use snapshot::{NotRestored, SNAPSHOT_VERSION, Snapshot};
pub use state::{State, Superstate, Transition};
pub use tones::Tones;

pub use crate::operations::Operations;
