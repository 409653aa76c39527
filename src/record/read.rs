//! Reading a line of the log, in either layout.

use core::fmt;
use core::str::FromStr;

use serde::Deserializer as _;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde_json::Value;

use super::cloud_event;
use super::error::LineError;
use super::line::Line;
use super::recorded::Recorded;
use super::unknown::UnknownMembers;
use crate::id::CallId;
use crate::json::mend::mended_bytes;
use crate::json::read::Text;

impl Recorded {
    /// Reads a line from bytes that may be invalid.
    pub(crate) fn read(line: &[u8]) -> Result<Self, LineError> {
        core::str::from_utf8(line).map_err(|error| LineError::utf8(&error))?.parse()
    }

    /// The call that a line names, even if the rest of the line is invalid or missing.
    ///
    /// ```
    /// use callfold::Recorded;
    ///
    /// let torn = br#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":3,"at":"2026-"#;
    /// let call = Recorded::call_of(torn).unwrap();
    /// assert_eq!(call.to_string(), "57dab8b1-894c-409a-b240-bd8beae78896");
    /// ```
    pub fn call_of(line: &[u8]) -> Option<CallId> {
        let mut named = Named::default();
        // What stands before an error counts.
        _ = serde_json::Deserializer::from_str(&mended_bytes(line)).deserialize_map(&mut named);
        named.call.or(named.subject).or(named.id)
    }
}

/// The calls that the members of a line name. A member that names none is left out.
#[derive(Default)]
struct Named {
    call: Option<CallId>,
    subject: Option<CallId>,
    /// The call in the id of a CloudEvent.
    id: Option<CallId>,
}

impl<'de> Visitor<'de> for &mut Named {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut line: A) -> Result<(), A::Error> {
        while let Some(name) = line.next_key::<Text<'_>>()? {
            match &*name.0 {
                "call" => self.call = call_in(&line.next_value()?),
                "subject" => self.subject = call_in(&line.next_value()?),
                "id" => self.id = call_in_id(&line.next_value()?),
                _ => _ = line.next_value::<IgnoredAny>()?,
            }
        }
        Ok(())
    }
}

fn call_in(value: &Value) -> Option<CallId> {
    value.as_str()?.parse().ok()
}

fn call_in_id(value: &Value) -> Option<CallId> {
    let (call, revision) = value.as_str()?.rsplit_once('/')?;
    revision.parse::<u64>().ok().and_then(|_| call.parse().ok())
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
        let known = members.known_if_others();
        let mut recorded = if members.specversion.is_some() {
            cloud_event::recorded(&mut members)
        } else {
            members.recorded()
        }?;
        if let Some(known) = known {
            recorded.unknown = UnknownMembers::read(line, known);
        }
        Ok(recorded)
    }
}
