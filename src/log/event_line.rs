//! One event of an event log.

use alloc::boxed::Box;

use crate::id::CallId;
use crate::json::mend::mended_bytes;
use crate::record::error::LineError;
use crate::record::recorded::Recorded;
use crate::secret::Secret;

/// One event, or why it cannot be read.
#[derive(Debug)]
pub(crate) enum EventLine {
    Read(Recorded),
    /// The error, the call that the event names, and the line, if it is JSON.
    Unread(LineError, Option<CallId>, Option<Secret<Box<str>>>),
}

impl EventLine {
    pub(crate) fn read(json: &[u8]) -> Self {
        match Recorded::read(json).or_else(|error| again(json).ok_or(error)) {
            Ok(recorded) => Self::Read(recorded),
            Err(error) => {
                let is_json = !matches!(error, LineError::Json { .. });
                let line = is_json.then(|| Secret::new(mended_bytes(json).into()));
                Self::Unread(error, Recorded::call_of(json), line)
            }
        }
    }
}

/// Reads an event with U+FFFD in place of what stands for no character.
fn again(json: &[u8]) -> Option<Recorded> {
    let mended = mended_bytes(json);
    if mended.as_bytes() == json { None } else { mended.parse().ok() }
}
