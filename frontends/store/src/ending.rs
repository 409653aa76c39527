//! When calls ended.

use callfold::call::{CallEvent, Transition};
use callfold::graph::CallState;
use callfold::jiff::Timestamp;
use callfold::{CallId, Recorded};

/// A call that has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "every store makes this value")]
pub struct Ended {
    /// The call.
    pub call: CallId,
    /// The time of its end.
    pub at: Timestamp,
}

impl Ended {
    /// The end of a call, if this event is its end and has a time: an event `terminated`, or an `adopted` in that state.
    pub fn of(recorded: &Recorded) -> Option<Self> {
        let is_end = if let CallEvent::Adopted(Some(details)) = &recorded.event {
            details.state.value() == Some(&CallState::Terminated)
        } else {
            matches!(recorded.event, CallEvent::Step(Transition::Terminated, _))
        };
        recorded.at.filter(|_| is_end).map(|at| Self { call: recorded.call, at })
    }

    /// The end as tables have it: the second since 1970, and the nanosecond in it. The error is a message.
    pub(crate) fn stored(call: CallId, second: i64, nanosecond: i32) -> Result<Self, String> {
        let at = Timestamp::new(second, nanosecond);
        let wrong =
            |error| format!("the end of call {call} is not a time: {error}; restore the store from a backup");
        at.map(|at| Self { call, at }).map_err(wrong)
    }
}
