//! The events with which the rules test a store.

use std::sync::Arc;

use callfold::call::{CallEvent, Transition};
use callfold::graph::{Call, Member};
use callfold::jiff::Timestamp;
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded};

/// The second at which all calls begin.
const BEGIN: i64 = 1_795_000_000;

/// A call id for each number.
pub(super) fn call(number: u32) -> CallId {
    CallId::new(Uuid::from_u128(0x57da_b8b1_894c_409a_b240_0000_0000_0000 | u128::from(number)))
}

/// The time some seconds after the beginning of the calls.
pub(super) fn at(second: i64) -> Option<Timestamp> {
    Timestamp::from_second(BEGIN + second).ok()
}

/// The event of this revision. Other words make another line.
pub(super) fn event(call: CallId, revision: u64, words: &str) -> Recorded {
    let mut details = Call::default();
    details.subject = Member::from(words.to_owned());
    let details = Some(Arc::new(details));
    let event = if revision == 1 { CallEvent::Placed(details) } else { CallEvent::DetailsChanged(details) };
    Recorded::new(call, revision, at(revision.try_into().unwrap_or(0)), event)
}

/// The first events of a call.
pub(super) fn events(call: CallId, last: u64) -> Vec<Recorded> {
    (1..=last).map(|revision| event(call, revision, "stand-up")).collect()
}

/// The event that ends a call.
pub(super) fn end(call: CallId, revision: u64, at: Option<Timestamp>) -> Recorded {
    Recorded::new(call, revision, at, CallEvent::Step(Transition::Terminated, None))
}
