//! One event of an event log.

use alloc::borrow::Cow;

use crate::id::CallId;
use crate::json::mend::mended;
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
            Err(error) => {
                let call = core::str::from_utf8(json).ok().and_then(Recorded::call_of);
                Self::Unread(error, call)
            }
        }
    }
}

/// Reads an event without the halves of surrogate pairs in it.
fn again(json: &[u8]) -> Option<Recorded> {
    match mended(core::str::from_utf8(json).ok()?) {
        Cow::Borrowed(_) => None,
        Cow::Owned(mended) => mended.parse().ok(),
    }
}
