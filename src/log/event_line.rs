//! One event of an event log.

use crate::id::CallId;
use crate::json::mend::mended_bytes;
use crate::record::error::LineError;
use crate::record::recorded::Recorded;

/// One event, or why it cannot be read.
#[derive(Debug)]
pub(crate) enum EventLine {
    Read(Recorded),
    /// The error, and the call that the event names.
    Unread(LineError, Option<CallId>),
}

impl EventLine {
    pub(crate) fn read(json: &[u8]) -> Self {
        match Recorded::read(json).or_else(|error| again(json).ok_or(error)) {
            Ok(recorded) => Self::Read(recorded),
            Err(error) => Self::Unread(error, Recorded::call_of(json)),
        }
    }
}

/// Reads an event with U+FFFD in place of what stands for no character.
fn again(json: &[u8]) -> Option<Recorded> {
    let mended = mended_bytes(json);
    if mended.as_bytes() == json { None } else { mended.parse().ok() }
}
