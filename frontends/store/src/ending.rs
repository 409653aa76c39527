//! When a call ended.

use callfold::Recorded;
use callfold::call::{CallEvent, Transition};
use callfold::graph::CallState;
use callfold::jiff::Timestamp;

/// The time at which the call ended, if this event ended it and has a time.
pub(crate) fn end(recorded: &Recorded) -> Option<Timestamp> {
    let is_end = if let CallEvent::Adopted(Some(details)) = &recorded.event {
        details.state.value() == Some(&CallState::Terminated)
    } else {
        matches!(recorded.event, CallEvent::Step(Transition::Terminated, _))
    };
    recorded.at.filter(|_| is_end)
}
