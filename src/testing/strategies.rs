//! Strategies for proptest that generate the inputs of a host, from single ids to complete courses.
//!
//! The strategies for one call choose from few ids on purpose, so that several values often have the same id.
//! Values and courses get smaller when they shrink, and a legal course stays legal.
//!
//! ```
//! use callfold::Ledger;
//! use callfold::proptest::prelude::*;
//! use callfold::testing::strategies::{deliveries, notifications};
//!
//! // Whatever a bot receives, the events that the core concludes from it fold.
//! let call = "57dab8b1-894c-409a-b240-bd8beae78896".parse().unwrap();
//! proptest!(|(received in notifications(call), delivery in deliveries())| {
//!     let mut ledger = Ledger::new();
//!     for recorded in callfold::Call::observe(None, call, &received, &delivery).events {
//!         prop_assert!(ledger.apply(&recorded).is_ok());
//!     }
//! });
//! ```

pub(crate) mod course;
mod event;
mod network_event;
mod request;
mod wire;

pub use course::{attempts, courses, courses_of, moves};
pub use event::{arbitrary_histories, events, histories};
pub use network_event::network_events;
pub use request::{bodies, commands};
pub use wire::{calls, deliveries, notifications, operations, participants, result_infos, rosters};

use alloc::format;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use crate::id::{CallId, Id};

/// Any call id.
pub fn call_ids() -> impl Strategy<Value = CallId> {
    any::<u128>().prop_map(|id| CallId::new(Uuid::from_u128(id)))
}

/// An id of a participant, an operation or a message: a GUID, or one of three texts such as `participant-1`.
pub fn ids(what: &'static str) -> impl Strategy<Value = Id> {
    prop_oneof![
        8 => (1..4).prop_map(move |number| Id::from(format!("{what}-{number}").as_str())),
        1 => any::<u128>().prop_map(|id| Id::from(Uuid::from_u128(id))),
    ]
}

/// A time on the 23rd of November 2026 (UTC), in whole milliseconds.
pub fn times() -> impl Strategy<Value = Timestamp> {
    (0..24 * 60 * 60 * 1000_i64).prop_map(|millis| BEGINNING + SignedDuration::from_millis(millis))
}

/// Midnight (UTC) on the 23rd of November 2026.
pub(super) const BEGINNING: Timestamp = Timestamp::constant(1_795_392_000, 0);
