//! The lines of the event log: one recorded event per line, as plain JSON or as a CloudEvent. See
//! `docs/log-format.md`.

mod cloud_event;
mod error;
mod line;

use alloc::string::String;
use core::fmt;
use core::ops::Range;
use core::str::FromStr;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

pub use cloud_event::CloudEvent;
pub use error::LineError;
use line::Line;

use crate::call::CallEvent;
use crate::{CallId, json};

/// The schema version of the lines that this crate writes. It is the only version so far.
pub const SCHEMA_VERSION: u64 = 1;

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
        Self { call, revision, at, inferred: false, event }
    }

    /// Reads a line from bytes that may be invalid.
    pub(crate) fn read(line: &[u8]) -> Result<Self, LineError> {
        core::str::from_utf8(line).map_err(|error| LineError::utf8(&error))?.parse()
    }

    /// The call that a line names. The rest of the line may be invalid.
    pub(crate) fn call_of(line: &str) -> Option<CallId> {
        serde_json::from_str::<Line<'_>>(line).ok()?.call()
    }

    /// The event as a CloudEvent, for message brokers.
    ///
    /// ```
    /// use callfold::Recorded;
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":3,"type":"held","data":{}}"#;
    /// let event = line.parse::<Recorded>()?.cloud_event().to_string();
    /// assert!(event.contains(r#""type":"callfold.call.held.v1""#));
    /// assert_eq!(event.parse::<Recorded>()?, line.parse()?);
    /// # Ok::<(), callfold::LineError>(())
    /// ```
    pub const fn cloud_event(&self) -> CloudEvent<'_> {
        CloudEvent(self)
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
        map.end()
    }
}

/// Writes the line of the log.
impl fmt::Display for Recorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = String::with_capacity(LINE);
        json::write(self, &mut line).map_err(|_| fmt::Error)?;
        f.write_str(&line)
    }
}

/// Reads a line of the log: plain JSON or a CloudEvent.
impl FromStr for Recorded {
    type Err = LineError;

    fn from_str(line: &str) -> Result<Self, LineError> {
        if !line.trim_ascii_start().starts_with('{') {
            return Err(LineError::Json { why: "expected an object at column 1".into() });
        }
        serde_json::from_str::<Line<'_>>(line).map_err(LineError::json)?.recorded()
    }
}

/// A time as the log writes it: RFC 3339 in UTC, with zero, three, six or nine digits of a second.
///
/// ```
/// use callfold::At;
///
/// assert_eq!(At("2026-11-23T10:15:02.25+01:00".parse()?).to_string(), "2026-11-23T09:15:02.250Z");
/// # Ok::<(), callfold::jiff::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(clippy::exhaustive_structs, reason = "a time and nothing else")]
pub struct At(pub Timestamp);

impl fmt::Display for At {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = Offset::UTC.to_datetime(self.0);
        let nanosecond = at.subsec_nanosecond().unsigned_abs();
        let precision = match nanosecond {
            0 => 0,
            nanos if nanos % 1_000_000 == 0 => 3,
            nanos if nanos % 1_000 == 0 => 6,
            _ => 9,
        };
        let Ok(year) = u32::try_from(at.year()) else { return write!(f, "{:.precision$}", self.0) };
        let mut text = *b"0000-00-00T00:00:00.000000000Z";
        digits(&mut text, 0..4, year);
        let fields = [at.month(), at.day(), at.hour(), at.minute(), at.second()];
        for (index, field) in (5..).step_by(3).zip(fields) {
            digits(&mut text, index..index + 2, field.unsigned_abs().into());
        }
        digits(&mut text, 20..29, nanosecond);
        let end = if precision == 0 { 19 } else { 20 + precision };
        if let Some(zone) = text.get_mut(end) {
            *zone = b'Z';
        }
        f.write_str(text.get(..=end).and_then(|text| core::str::from_utf8(text).ok()).unwrap_or_default())
    }
}

/// Writes a number with leading zeros, to fill its place.
fn digits(text: &mut [u8], place: Range<usize>, mut number: u32) {
    for digit in text.get_mut(place).unwrap_or_default().iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

impl Serialize for At {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
