//! Lines of the log as CloudEvents 1.0 in JSON, which message brokers can route.

use alloc::format;
use core::fmt;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::error::LineError;
use super::line::{Line, PREFIX, VERSION, name_and_version};
use super::recorded::{Recorded, SCHEMA_VERSION};
use super::unknown::CLOUD;
use crate::id::CallId;
use crate::text::short;
use crate::time::At;

/// A recorded event that is written as a CloudEvent. Source: [CloudEvents 1.0](https://cloudevents.io).
///
/// ```
/// use callfold::{CloudEvent, Recorded};
///
/// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":3,"type":"held","data":{}}"#;
/// let recorded: Recorded = line.parse()?;
/// assert!(CloudEvent(&recorded).to_string().starts_with(r#"{"specversion":"1.0""#));
/// # Ok::<(), callfold::LineError>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "a wrapper around one event")]
pub struct CloudEvent<'a>(pub &'a Recorded);

impl Recorded {
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

impl Serialize for CloudEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(recorded) = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("specversion", "1.0")?;
        map.serialize_entry("id", &format!("{}/{}", recorded.call, recorded.revision))?;
        map.serialize_entry("source", &format!("/communications/calls/{}", recorded.call))?;
        map.serialize_entry("type", &format!("{PREFIX}{}.{VERSION}", recorded.event.kind().as_str()))?;
        map.serialize_entry("subject", &recorded.call)?;
        if let Some(at) = recorded.at {
            map.serialize_entry("time", &At(at))?;
        }
        map.serialize_entry("datacontenttype", "application/json")?;
        map.serialize_entry("data", &recorded.event)?;
        if recorded.inferred {
            map.serialize_entry("inferred", &true)?;
        }
        recorded.unknown.write(&mut map, CLOUD)?;
        map.end()
    }
}

impl fmt::Display for CloudEvent<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

pub(super) fn recorded(line: &mut Line<'_>) -> Result<Recorded, LineError> {
    if !line.specversion.as_ref().is_some_and(|version| version.0.starts_with("1.")) {
        return Err(LineError::invalid("specversion", "this version reads CloudEvents 1.0"));
    }
    if line.data_base64.is_some() {
        return Err(LineError::invalid("data_base64", "the data must be JSON, in the member `data`"));
    }
    let type_name = line.type_name.take().ok_or(LineError::Missing { member: "type" })?;
    let Some((name, version)) = name_and_version(&type_name.0) else {
        return Err(LineError::Foreign { found: short(&type_name.0) });
    };
    if version != VERSION {
        return Err(LineError::Version { found: version.chars().take(16).collect(), known: SCHEMA_VERSION });
    }
    let id = line.id.take().ok_or(LineError::Missing { member: "id" })?;
    let (call, revision) = id.0.rsplit_once('/').unwrap_or((&id.0, ""));
    let revision =
        revision.parse().map_err(|_| LineError::invalid("id", "the id of a CloudEvent is <call>/<rev>"))?;
    let named = |text: &str| text.parse::<CallId>().ok();
    if line.subject.as_ref().is_some_and(|subject| named(&subject.0) != named(call)) {
        return Err(LineError::invalid("subject", "subject and id name different calls"));
    }
    if line.call.as_ref().is_some_and(|own| named(&own.0) != named(call)) {
        return Err(LineError::invalid("call", "call and id name different calls"));
    }
    let time = line.time.take();
    line.assemble("id", call, revision, time, name)
}
