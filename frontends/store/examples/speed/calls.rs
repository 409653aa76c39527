//! The calls that are stored.

use std::sync::Arc;

use callfold::call::{CallEvent, Transition};
use callfold::graph::{Call, Member};
use callfold::jiff::Timestamp;
use callfold::uuid::Uuid;
use callfold::{CallId, Recorded};

const BEGIN: i64 = 1_795_000_000;

/// The call with a number. Ids are spread as drawn ones are.
pub(crate) fn call(number: u64) -> CallId {
    CallId::new(Uuid::from_u128(
        u128::from(number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835),
    ))
}

/// An event of about the size of most.
pub(crate) fn event(call: CallId, revision: u64) -> Recorded {
    let mut details = Call::default();
    details.subject = Member::from("a subject as long as most are".to_owned());
    let details = Some(Arc::new(details));
    let event = if revision == 1 { CallEvent::Placed(details) } else { CallEvent::DetailsChanged(details) };
    Recorded::new(call, revision, at(revision), event)
}

/// The event that ends a call.
pub(crate) fn end(call: CallId, revision: u64) -> Recorded {
    Recorded::new(call, revision, at(revision), CallEvent::Step(Transition::Terminated, None))
}

fn at(revision: u64) -> Option<Timestamp> {
    Timestamp::from_second(BEGIN.saturating_add_unsigned(revision)).ok()
}
