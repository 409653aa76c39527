//! Strategies for proptest: what a host of this crate takes in, from single ids to whole courses.
//!
//! What is drawn for one call draws from few ids, so that things meet. Values and courses get small when they shrink, and
//! a legal course stays legal.

mod course;
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

use crate::{CallId, Id};

/// Any call id.
///
/// ```
/// use callfold::testing::strategies::call_ids;
/// use proptest::prelude::*;
/// use proptest::test_runner::TestRunner;
///
/// TestRunner::deterministic().run(&call_ids(), |id| {
///     prop_assert_eq!(id.to_string().parse(), Ok(id));
///     Ok(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn call_ids() -> impl Strategy<Value = CallId> {
    any::<u128>().prop_map(|id| CallId::new(Uuid::from_u128(id)))
}

/// An id of a participant, an operation or a message: a GUID, or one of few texts, `participant-1` for one.
///
/// ```
/// use callfold::testing::strategies::ids;
/// use proptest::prelude::*;
/// use proptest::test_runner::TestRunner;
///
/// TestRunner::deterministic().run(&ids("participant"), |id| {
///     prop_assert!(!id.to_string().is_empty());
///     Ok(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn ids(what: &'static str) -> impl Strategy<Value = Id> {
    prop_oneof![
        8 => (1..4).prop_map(move |number| Id::from(format!("{what}-{number}").as_str())),
        1 => any::<u128>().prop_map(|id| Id::from(Uuid::from_u128(id))),
    ]
}

/// A time within a day of November 2026, to the millisecond.
///
/// ```
/// use callfold::testing::strategies::times;
/// use proptest::prelude::*;
/// use proptest::test_runner::TestRunner;
///
/// TestRunner::deterministic().run(&times(), |at| {
///     prop_assert!(at.to_string().starts_with("2026-11-23T"));
///     Ok(())
/// })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn times() -> impl Strategy<Value = Timestamp> {
    (0..24 * 60 * 60 * 1000_i64).prop_map(|millis| BEGINNING + SignedDuration::from_millis(millis))
}

/// Midnight, the 23rd of November 2026.
pub(super) const BEGINNING: Timestamp = Timestamp::constant(1_795_392_000, 0);
