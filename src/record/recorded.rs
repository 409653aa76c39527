//! An event with its place in the history of its call.

use alloc::string::String;
use core::fmt;

use jiff::Timestamp;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::unknown::{PLAIN, UnknownMembers};
use crate::call::event::CallEvent;
use crate::id::CallId;
use crate::json::write;
use crate::time::At;

/// The schema version of the lines that this crate writes. It is the only version so far.
pub const SCHEMA_VERSION: u64 = 1;

/// The greatest revision: the greatest integer that every JSON reader keeps exactly.
pub(crate) const MAX_REVISION: u64 = (1 << 53) - 1;

/// A capacity that is enough for most lines.
const LINE: usize = 512;

/// An event of a call, with its revision and its time: a line of the log.
///
/// ```
/// use callfold::Recorded;
///
/// let line = r#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":3,"at":"2026-11-23T09:15:02.250Z","type":"established","data":{}}"#;
/// let recorded: Recorded = line.parse()?;
/// assert_eq!(recorded.revision, 3);
/// assert_eq!(recorded.to_string(), line);
/// # Ok::<(), callfold::LineError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Recorded {
    /// The id of the call.
    pub call: CallId,
    /// The number of the event within its call, counted from 1 without gaps.
    pub revision: u64,
    /// The time of the event; `None` if the source gave no time.
    pub at: Option<Timestamp>,
    /// True if the event was not reported, but inferred from a later report.
    pub inferred: bool,
    /// The event.
    pub event: CallEvent,
    /// Members of the line that this version does not know. They do not belong to the event.
    pub unknown: UnknownMembers,
}

impl Recorded {
    /// An event that was reported, not inferred.
    ///
    /// ```
    /// use callfold::call::{CallEvent, Transition};
    /// use callfold::{CallId, Recorded, uuid::Uuid};
    ///
    /// let held = Recorded::new(CallId::new(Uuid::nil()), 4, None, CallEvent::Step(Transition::Held, None));
    /// assert!(!held.inferred);
    /// ```
    pub const fn new(call: CallId, revision: u64, at: Option<Timestamp>, event: CallEvent) -> Self {
        Self { call, revision, at, inferred: false, event, unknown: UnknownMembers::NONE }
    }

    /// True if another line records the same event: all is equal but the members that this version does not
    /// know. A broker can add such members on the way, such as those of tracing, and they differ with each
    /// delivery. So a line that differs only in them is a duplicate and no conflict.
    ///
    /// ```
    /// use callfold::Recorded;
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":3,"type":"held","data":{}}"#;
    /// let traced: Recorded = line.replace("{}}", r#"{},"traceparent":"00-4bf9"}"#).parse()?;
    /// let held: Recorded = line.parse()?;
    /// assert!(traced.records_the_same(&held) && traced != held);
    /// # Ok::<(), callfold::LineError>(())
    /// ```
    pub fn records_the_same(&self, other: &Self) -> bool {
        let Self { call, revision, at, inferred, event, unknown: _ } = self;
        (call, revision, at, inferred, event)
            == (&other.call, &other.revision, &other.at, &other.inferred, &other.event)
    }
}

/// Writes the line of the log.
impl Serialize for Recorded {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("v", &SCHEMA_VERSION)?;
        map.serialize_entry("call", &self.call)?;
        map.serialize_entry("rev", &self.revision)?;
        if let Some(at) = self.at {
            map.serialize_entry("at", &At(at))?;
        }
        map.serialize_entry("type", self.event.kind().as_str())?;
        map.serialize_entry("data", &self.event)?;
        if self.inferred {
            map.serialize_entry("inferred", &true)?;
        }
        self.unknown.write(&mut map, PLAIN)?;
        map.end()
    }
}

/// Writes the line of the log.
impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.unknown.is_empty() {
            // Only the writer of `serde_json` leaves JSON as it is.
            return f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?);
        }
        let mut line = String::with_capacity(LINE);
        write::write(self, &mut line).map_err(|_| fmt::Error)?;
        f.write_str(&line)
    }
}
