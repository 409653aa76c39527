//! Code that the benchmarks share: generated logs, and the yardstick that decodes them.

#![allow(dead_code, reason = "each bench takes its part")]

#[path = "../../examples/generate/log/mod.rs"]
pub(crate) mod log;
#[path = "../../examples/decode/wire.rs"]
pub(crate) mod wire;

use callfold::Recorded;
use callfold::graph::{CommsNotification, CommsNotifications};
use log::{Format, Log, Options};

/// The decoded events of a generated log with this number of calls.
pub(crate) fn events(calls: u64) -> Vec<Recorded> {
    Log::new(Options::new(calls)).map(|line| line.parse().unwrap()).collect()
}

/// The bodies that Graph posts for this number of calls.
pub(crate) fn bodies(calls: u64) -> Log {
    Log::new(Options { format: Format::Notifications, ..Options::new(calls) })
}

/// The notifications of one call.
pub(crate) fn notifications() -> Vec<CommsNotification> {
    let read = |body: String| serde_json::from_str::<CommsNotifications>(&body).unwrap().value;
    bodies(1).flat_map(read).collect()
}
