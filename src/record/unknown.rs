//! The members of a line that this version does not know.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::hash::{Hash, Hasher};

use serde::ser::SerializeMap;
use serde::{Deserializer as _, de};
use serde_json::value::RawValue;

use crate::json::compact::compact;
use crate::json::read::Text;

/// The members of a plain line.
pub(super) const PLAIN: &[&str] = &["v", "call", "rev", "at", "type", "data", "inferred"];

/// The members of a CloudEvent. An event with `data_base64` is not read.
pub(super) const CLOUD: &[&str] = &[
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "datacontenttype",
    "data",
    "data_base64",
    "inferred",
];

/// The members of a line that this version does not know, in their order and with their values unchanged. They
/// are written back behind the other members.
///
/// `Debug` shows only the names, because an unknown member may hold a secret.
///
/// ```
/// use callfold::Recorded;
///
/// let line = r#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":3,"type":"held","data":{},"tenant":"t7"}"#;
/// let recorded: Recorded = line.parse()?;
/// assert_eq!(recorded.unknown.get("tenant").unwrap().get(), r#""t7""#);
/// assert_eq!(recorded.to_string(), line);
/// # Ok::<(), callfold::LineError>(())
/// ```
#[derive(Clone, Default)]
#[expect(clippy::box_collection, reason = "a line without unknown members takes the room of a pointer only")]
pub struct UnknownMembers(Option<Box<Vec<NameAndValue>>>);

type NameAndValue = (Box<str>, Box<RawValue>);

impl UnknownMembers {
    pub(super) const NONE: Self = Self(None);

    /// The name and the JSON of each member.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &RawValue)> {
        self.0.iter().flat_map(|members| members.iter()).map(|(name, value)| (&**name, &**value))
    }

    /// The JSON of the member with this name.
    pub fn get(&self, name: &str) -> Option<&RawValue> {
        self.iter().find_map(|(known, value)| (known == name).then_some(value))
    }

    /// True if the line had no such member.
    pub const fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter().map(|(name, value)| (name, value.get()))
    }

    /// The members of a line that are not among the known ones.
    pub(super) fn read(line: &str, known: &[&str]) -> Self {
        let mut found = Found { known, members: Vec::new() };
        // The line was read before, so it is an object.
        _ = serde_json::Deserializer::from_str(line).deserialize_map(&mut found);
        Self((!found.members.is_empty()).then(|| Box::new(found.members)))
    }

    /// Writes the members, but for those that the line itself has.
    pub(super) fn write<M: SerializeMap>(&self, map: &mut M, known: &[&str]) -> Result<(), M::Error> {
        let mut unknown = self.iter().filter(|(name, _)| !known.contains(name));
        unknown.try_for_each(|(name, value)| map.serialize_entry(name, value))
    }
}

impl PartialEq for UnknownMembers {
    fn eq(&self, other: &Self) -> bool {
        self.texts().eq(other.texts())
    }
}

impl Eq for UnknownMembers {}

impl Hash for UnknownMembers {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.texts().for_each(|texts| texts.hash(state));
    }
}

impl fmt::Debug for UnknownMembers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

struct Found<'a> {
    known: &'a [&'a str],
    members: Vec<NameAndValue>,
}

impl<'de> de::Visitor<'de> for &mut Found<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut line: A) -> Result<(), A::Error> {
        while let Some(Text(name)) = line.next_key()? {
            let value: &RawValue = line.next_value()?;
            if !self.known.contains(&&*name) {
                let value = RawValue::from_string(compact(value.get())).map_err(de::Error::custom)?;
                self.members.push((name.into(), value));
            }
        }
        Ok(())
    }
}
