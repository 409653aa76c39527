//! Identifiers. A GUID is read in every spelling that Graph uses, and is written with dashes.

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};
use core::str::FromStr;

use crate::text::short;
use crate::words;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;
use uuid::fmt::Hyphenated;

/// The id of a call: a GUID. It is read in upper or lower case, with or without dashes.
///
/// Source: [call](https://learn.microsoft.com/graph/api/resources/call), member `id`.
///
/// ```
/// use callfold::CallId;
///
/// let dashed: CallId = "57dab8b1-894c-409a-b240-bd8beae78896".parse()?;
/// let bare: CallId = "57DAB8B1894C409AB240BD8BEAE78896".parse()?;
/// assert_eq!(dashed, bare);
/// assert_eq!(bare.to_string(), "57dab8b1-894c-409a-b240-bd8beae78896");
/// # Ok::<(), callfold::NotAGuid>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CallId(Uuid);

impl CallId {
    /// Makes a call id from a GUID. The crate itself never generates a GUID.
    pub const fn new(guid: Uuid) -> Self {
        Self(guid)
    }

    /// The GUID of the call.
    pub const fn guid(self) -> Uuid {
        self.0
    }
}

/// The error for a text that was parsed as a [`CallId`] but is not a GUID.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NotAGuid {
    /// The text that was parsed. A text of more than 64 characters is cut after the first 64, and `…` is
    /// added.
    pub given: String,
}

impl fmt::Display for NotAGuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a GUID (32 hexadecimal digits, with or without dashes)", self.given)
    }
}

impl core::error::Error for NotAGuid {}

/// Reads a GUID in any spelling.
fn guid(text: &str) -> Option<Uuid> {
    match text.len() {
        32 | 36 => {
            let usual = words::guid(text.as_bytes()).map(|(high, low)| Uuid::from_u64_pair(high, low));
            usual.or_else(|| Uuid::try_parse(text).ok())
        }
        _ => None,
    }
}

impl FromStr for CallId {
    type Err = NotAGuid;

    fn from_str(text: &str) -> Result<Self, NotAGuid> {
        guid(text).map(Self).ok_or_else(|| NotAGuid { given: short(text) })
    }
}

impl fmt::Display for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.hyphenated().fmt(f)
    }
}

impl fmt::Debug for CallId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CallId({self})")
    }
}

impl Serialize for CallId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        write_guid(self.0, serializer)
    }
}

fn write_guid<S: Serializer>(guid: Uuid, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(guid.hyphenated().encode_lower(&mut Uuid::encode_buffer()))
}

impl<'de> Deserialize<'de> for CallId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = alloc::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// The id of an operation, a participant or another resource. Most of these ids are GUIDs, but not all: the
/// published payloads hold participant ids and session ids that are other texts.
///
/// A GUID is written with dashes, and in the letter case in which it was read: Graph repeats the ids of an app as the
/// app wrote them. Two spellings of a GUID are the same id: they are equal, and have the same order and the same hash.
/// Any other text is kept unchanged.
///
/// ```
/// use callfold::Id;
///
/// let bare = Id::from("0FE0623FD62842EDB4BD8AC290072CC5");
/// assert_eq!(bare.to_string(), "0FE0623F-D628-42ED-B4BD-8AC290072CC5");
/// assert_eq!(bare, Id::from("0fe0623f-d628-42ed-b4bd-8ac290072cc5"));
/// assert_eq!(Id::from("+1 555 0100").to_string(), "+1 555 0100");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Spelling);

#[derive(Clone)]
enum Spelling {
    /// A GUID, and which of its 32 digits are letters in upper case. The first digit has the highest bit.
    Guid(Uuid, u32),
    Text(Box<str>),
}

/// What makes an id the id that it is.
#[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Identity<'a> {
    Guid(Uuid),
    Text(&'a str),
}

impl Spelling {
    fn identity(&self) -> Identity<'_> {
        match self {
            Self::Guid(guid, _) => Identity::Guid(*guid),
            Self::Text(text) => Identity::Text(text),
        }
    }
}

impl PartialEq for Spelling {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Spelling {}

impl PartialOrd for Spelling {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Spelling {
    fn cmp(&self, other: &Self) -> Ordering {
        self.identity().cmp(&other.identity())
    }
}

impl Hash for Spelling {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

/// Reads a GUID in any spelling, and which of its digits are letters in upper case.
fn spelled(text: &str) -> Option<(Uuid, u32)> {
    let guid = guid(text)?;
    let digits = text.bytes().filter(|byte| *byte != b'-');
    Some((guid, digits.fold(0, |upper, digit| upper << 1 | u32::from(digit.is_ascii_uppercase()))))
}

/// Writes a GUID with dashes. These of its digits are in upper case.
fn write_spelled(guid: Uuid, upper: u32, buffer: &mut [u8; Hyphenated::LENGTH]) -> &str {
    guid.hyphenated().encode_lower(buffer);
    let digits = buffer.iter_mut().filter(|byte| **byte != b'-');
    for (digit, place) in digits.zip((0..u32::BITS).rev()) {
        if upper >> place & 1 == 1 {
            digit.make_ascii_uppercase();
        }
    }
    // The buffer holds digits, letters and dashes.
    core::str::from_utf8(buffer).unwrap_or_default()
}

/// The id of an operation. Source:
/// [commsOperation](https://learn.microsoft.com/graph/api/resources/commsoperation), member `id`.
pub type OperationId = Id;

/// The id of a participant. Source:
/// [participant](https://learn.microsoft.com/graph/api/resources/participant), member `id`.
pub type ParticipantId = Id;

impl Id {
    /// The GUID, or `None` if the id is another text.
    pub const fn guid(&self) -> Option<Uuid> {
        match &self.0 {
            Spelling::Guid(guid, _) => Some(*guid),
            Spelling::Text(_) => None,
        }
    }
}

impl Id {
    /// The text of the id, in which a GUID is in lower case.
    pub(crate) fn normalised(&self) -> String {
        self.guid().map_or_else(|| self.to_string(), |guid| guid.to_string())
    }
}

impl From<&str> for Id {
    fn from(text: &str) -> Self {
        // Most ids are in lower case.
        if let Some((high, low)) = words::guid(text.as_bytes()) {
            return Self(Spelling::Guid(Uuid::from_u64_pair(high, low), 0));
        }
        let guid = spelled(text).map(|(guid, upper)| Spelling::Guid(guid, upper));
        Self(guid.unwrap_or_else(|| Spelling::Text(text.into())))
    }
}

impl From<String> for Id {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl From<Uuid> for Id {
    fn from(guid: Uuid) -> Self {
        Self(Spelling::Guid(guid, 0))
    }
}

impl From<CallId> for Id {
    fn from(call: CallId) -> Self {
        Self(Spelling::Guid(call.guid(), 0))
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Spelling::Guid(guid, 0) => guid.hyphenated().fmt(f),
            Spelling::Guid(guid, upper) => {
                f.write_str(write_spelled(*guid, *upper, &mut [0; Hyphenated::LENGTH]))
            }
            Spelling::Text(text) => f.pad(text),
        }
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id({self})")
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Spelling::Guid(guid, 0) => write_guid(*guid, serializer),
            Spelling::Guid(guid, upper) => {
                serializer.serialize_str(write_spelled(*guid, *upper, &mut [0; Hyphenated::LENGTH]))
            }
            Spelling::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = alloc::borrow::Cow::<str>::deserialize(deserializer)?;
        Ok(Self::from(&*text))
    }
}
