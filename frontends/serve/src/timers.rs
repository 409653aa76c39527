//! What the service will do at a time: beside the deadlines of the calls, which the ledger knows.

use std::collections::BTreeMap;

use callfold::CallId;
use callfold::call::NetworkEvent;
use callfold::jiff::Timestamp;

use crate::behaviour::Cause;

/// Something to do.
#[derive(Clone, Debug)]
pub(crate) enum Timer {
    /// A network event happens, if its cause still stands.
    Happens { call: CallId, cause: Cause, event: Box<NetworkEvent> },
    /// A webhook is posted: for the first time after a delay, or again.
    Post(CallId),
    /// A caller of a scenario rings.
    Rings { scenario: usize, caller: usize, time: u64 },
}

/// A timer whose time has come.
#[derive(Debug)]
pub(crate) struct Due {
    pub(crate) at: Timestamp,
    pub(crate) timer: Timer,
    set: u64,
}

/// What to do, by time. What has the same time is done in the order in which it was set.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    due: BTreeMap<(Timestamp, u64), Timer>,
    set: u64,
}

impl Timer {
    /// The call that the timer is about.
    pub(crate) const fn call(&self) -> Option<CallId> {
        match self {
            Self::Happens { call, .. } | Self::Post(call) => Some(*call),
            Self::Rings { .. } => None,
        }
    }
}

impl Timers {
    pub(crate) fn set(&mut self, at: Timestamp, timer: Timer) {
        self.due.insert((at, self.set), timer);
        self.set += 1;
    }

    /// The time of the first.
    pub(crate) fn next(&self) -> Option<Timestamp> {
        self.due.first_key_value().map(|((at, _), _)| *at)
    }

    /// The first, if its time has come.
    pub(crate) fn pop(&mut self, now: Timestamp) -> Option<Due> {
        let first = self.due.first_entry().filter(|first| first.key().0 <= now)?;
        let ((at, set), timer) = first.remove_entry();
        Some(Due { at, timer, set })
    }

    /// Puts a timer back that could not be run, at its place in the order.
    pub(crate) fn put_back(&mut self, due: Due) {
        self.due.insert((due.at, due.set), due.timer);
    }

    pub(crate) fn retain(&mut self, mut keep: impl FnMut(Timestamp, &Timer) -> bool) {
        self.due.retain(|(at, _), timer| keep(*at, timer));
    }

    /// Drops all timers. The order goes on, so that none from before is put back in the place of another.
    pub(crate) fn clear(&mut self) {
        self.due.clear();
    }
}
