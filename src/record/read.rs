//! Reading a line of the log, in either layout.

use core::str::FromStr;

use super::cloud_event;
use super::error::LineError;
use super::line::Line;
use super::recorded::Recorded;
use crate::id::CallId;

impl Recorded {
    /// Reads a line from bytes that may be invalid.
    pub(crate) fn read(line: &[u8]) -> Result<Self, LineError> {
        core::str::from_utf8(line).map_err(|error| LineError::utf8(&error))?.parse()
    }

    /// The call that a line names. The rest of the line may be invalid.
    pub(crate) fn call_of(line: &str) -> Option<CallId> {
        serde_json::from_str::<Line<'_>>(line).ok()?.call()
    }
}

/// Reads a line of the log: plain JSON or a CloudEvent.
impl FromStr for Recorded {
    type Err = LineError;

    fn from_str(line: &str) -> Result<Self, LineError> {
        if !line.trim_ascii_start().starts_with('{') {
            return Err(LineError::Json { why: "expected an object at column 1".into() });
        }
        let mut members = Line::default();
        members.read(line).map_err(LineError::json)?;
        if members.specversion.is_some() { cloud_event::recorded(&mut members) } else { members.recorded() }
    }
}
