//! Strategies for single values: ids and times.

use alloc::format;

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use uuid::Uuid;

use crate::id::{CallId, Id};

/// Any call id.
pub fn call_ids() -> impl Strategy<Value = CallId> {
    any::<u128>().prop_map(|id| CallId::new(Uuid::from_u128(id)))
}

/// An id of a participant, an operation or a message: a GUID, or one of three texts. `what` is the prefix of
/// the texts: `participant` gives `participant-1`, `participant-2` and `participant-3`.
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
pub(in crate::testing) const BEGINNING: Timestamp = Timestamp::constant(1_795_392_000, 0);
