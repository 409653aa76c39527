//! The resource that a notification carries.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::vec::Vec;

use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::call::Call;
use super::media::ContentSharingSession;
use super::member::Member;
use super::operation::CommsOperation;
use super::participant::{DeltaParticipants, Participant};
use super::participant_notification::{ParticipantJoiningNotification, ParticipantLeftNotification};
use super::type_name::TypeName;
use super::url::Resource;
use super::wire::misfit::Kind;
use super::wire::read::{Declared, Read, Seed, Wire};
use super::wire::source::{Failed, Kept, Object};
use crate::id::CallId;
use crate::json;
use crate::json::read::{GaveUp, Reader};

/// The resource in a notification. The kind of the resource is found from the URL of the notification, from
/// the `@odata.type` of the resource, and from its form: whether it is an object or an array, and whether it
/// has the members of a delta.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResourceData {
    /// The notification has no resource, or the resource is null.
    #[default]
    Absent,
    /// A call: either all of its members, or a delta that has only the changed members.
    Call(Box<Call>),
    /// An operation.
    Operation(Box<CommsOperation>),
    /// An array of participants. Under the URL of the roster or of the call, the array is the full roster
    /// (the list of participants). Under the URL of one participant or of another item, the array says nothing
    /// about the participants who are missing from it.
    Roster(Vec<Participant>),
    /// One participant.
    Participant(Box<Participant>),
    /// The changes of a roster.
    DeltaRoster(Vec<DeltaParticipants>),
    /// The content sharing sessions of a call.
    ContentSharing(Vec<ContentSharingSession>),
    /// The notification to a recording bot that one more participant is about to join.
    ParticipantJoining(Box<ParticipantJoiningNotification>),
    /// The notification to a recording bot that a participant left.
    ParticipantLeft(Box<ParticipantLeftNotification>),
    /// Any other JSON, unchanged.
    Other(Unshown),
}

/// Unknown JSON. `Debug` shows only its kind, such as `an object`, because the JSON may hold a secret.
#[derive(Clone, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
#[non_exhaustive]
pub struct Unshown(pub Value);

impl core::fmt::Debug for Unshown {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(super::wire::read::shape(&self.0))
    }
}

impl Wire for Unshown {
    const KIND: Kind = Kind::Object;

    fn from_object(member: &mut Member<Self>, object: &mut dyn Object) -> Result<Kept, Failed> {
        *member = Member::Value(Self(object.rest()?));
        Ok(Kept::InPlace)
    }
}

impl ResourceData {
    /// The call, or `None` if the resource is not a call.
    pub fn as_call(&self) -> Option<&Call> {
        if let Self::Call(call) = self { Some(call) } else { None }
    }

    /// The operation, or `None` if the resource is not an operation.
    pub fn as_operation(&self) -> Option<&CommsOperation> {
        if let Self::Operation(operation) = self { Some(operation) } else { None }
    }

    /// The id of the call, if the resource is a call.
    pub(super) fn call_id(&self) -> Option<CallId> {
        self.as_call().and_then(|call| call.id.value()?.guid()).map(CallId::new)
    }

    pub(super) fn read(json: &str, url: &Resource) -> Result<Self, serde_json::Error> {
        if depth(json.as_bytes()) > usize::from(DEPTH) {
            return Err(serde_json::Error::custom(format_args!("nested deeper than {DEPTH} levels")));
        }
        let is_array = json.starts_with('[');
        if let Some(peek) = Peek::plain(json, url, is_array) {
            let read = Self::of_shape(json, peek.shape(url, is_array), is_array)?;
            // Of a type that is named twice, the last one counts.
            if read.is_of(peek.type_name.as_ref()) {
                return Ok(read);
            }
        }
        Self::of_shape(json, Peek::non_canonical(json, is_array).shape(url, is_array), is_array)
    }

    fn of_shape(json: &str, shape: Shape, is_array: bool) -> Result<Self, serde_json::Error> {
        Ok(match shape {
            _ if json == "null" => Self::Absent,
            Shape::Other => Self::Other(Unshown(serde_json::from_str(json)?)),
            Shape::Call => one(json, Self::Call)?,
            Shape::Operation => one(json, Self::Operation)?,
            Shape::Roster if is_array => many(json, Self::Roster)?,
            Shape::Roster => one(json, Self::Participant)?,
            Shape::DeltaRoster => many(json, Self::DeltaRoster)?,
            Shape::ContentSharing => many(json, Self::ContentSharing)?,
            Shape::ParticipantJoining => one(json, Self::ParticipantJoining)?,
            Shape::ParticipantLeft => one(json, Self::ParticipantLeft)?,
        })
    }
}

impl ResourceData {
    /// Reads a resource whose first member is its type, as the service writes it. Gives up for any other
    /// resource, which [`read`](Self::read) can read.
    pub(super) fn read_usual(reader: &mut Reader<'_>, url: &Resource) -> Result<Self, GaveUp> {
        reader.ahead(DEPTH, |reader| {
            let (is_array, start) = (reader.is_array(), reader.clone());
            let peek = Peek::usual(reader.clone(), is_array)?;
            let read = match peek.shape(url, is_array) {
                Shape::Call if !is_array => Self::Call(reported(reader)?),
                Shape::Operation if !is_array => Self::Operation(reported(reader)?),
                Shape::Roster if is_array => {
                    let participants = reported(reader)?;
                    let may_be_delta =
                        memchr::memmem::find(start.until(reader).as_bytes(), SEQUENCE).is_some();
                    if may_be_delta {
                        return Err(GaveUp);
                    }
                    Self::Roster(participants)
                }
                Shape::DeltaRoster if is_array => Self::DeltaRoster(reported(reader)?),
                Shape::ContentSharing if is_array => Self::ContentSharing(reported(reader)?),
                Shape::Call
                | Shape::Operation
                | Shape::Roster
                | Shape::DeltaRoster
                | Shape::ContentSharing
                | Shape::ParticipantJoining
                | Shape::ParticipantLeft
                | Shape::Other => return Err(GaveUp),
            };
            // A resource that names its type twice is not in the usual form.
            if read.is_of(peek.type_name.as_ref()) { Ok(read) } else { Err(GaveUp) }
        })
    }

    /// True if the resource, or its first item, has this type.
    fn is_of(&self, peeked: Option<&TypeName>) -> bool {
        let type_name = match self {
            Self::Call(call) => call.odata_type.as_ref(),
            Self::Operation(operation) => operation.odata_type.as_ref(),
            Self::Roster(participants) => participants.first().and_then(|one| one.odata_type.as_ref()),
            Self::DeltaRoster(deltas) => deltas.first().and_then(|one| one.odata_type.as_ref()),
            Self::ContentSharing(sessions) => sessions.first().and_then(|one| one.odata_type.as_ref()),
            Self::Participant(participant) => participant.odata_type.as_ref(),
            Self::ParticipantJoining(joining) => joining.odata_type.as_ref(),
            Self::ParticipantLeft(left) => left.odata_type.as_ref(),
            Self::Other(Unshown(value)) => {
                let first = value.get(0).unwrap_or(value).get("@odata.type").and_then(Value::as_str);
                return first.map(TypeName::from).as_ref() == peeked;
            }
            Self::Absent => None,
        };
        type_name == peeked
    }
}

fn reported<T: Wire>(reader: &mut Reader<'_>) -> Result<T, GaveUp> {
    use serde::de::DeserializeSeed as _;
    match Seed::new().deserialize(reader)? {
        Read::As(reported) => Ok(reported),
        Read::Null | Read::Mismatch(_) => Err(GaveUp),
    }
}

/// The end of the name `sequenceNumber` in any letter case of its first letter.
const SEQUENCE: &[u8] = b"equenceNumber";

/// The number of levels that a resource may nest. An event that holds such a resource can still be read, and
/// so can the line of that event.
pub(crate) const DEPTH: u8 = 100;

/// The number of levels that a JSON text nests. If the text has too few brackets to exceed [`DEPTH`], this is
/// an upper bound.
pub(crate) fn depth(json: &[u8]) -> usize {
    let opened = json.iter().filter(|byte| matches!(byte, b'{' | b'[')).count();
    if opened <= usize::from(DEPTH) {
        return opened;
    }
    let (mut depth, mut deepest, mut in_text, mut is_escaped) = (0_usize, 0, false, false);
    for byte in json.iter().copied() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = in_text,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Reads one resource, alone or as the only item of an array.
fn one<T: Wire + Declared + Default + Serialize>(
    json: &str,
    wrap: fn(Box<T>) -> ResourceData,
) -> Result<ResourceData, serde_json::Error> {
    if json.starts_with('{') {
        return Ok(match read::<Box<T>>(json)? {
            Read::As(item) => wrap(item),
            Read::Null => ResourceData::Absent,
            Read::Mismatch(value) => ResourceData::Other(Unshown(value)),
        });
    }
    let mut items = match read::<Vec<T>>(json)? {
        Read::As(items) => items,
        Read::Null => Vec::new(),
        Read::Mismatch(value) => return Ok(ResourceData::Other(Unshown(value))),
    };
    match (items.pop(), items.is_empty()) {
        (Some(item), true) => Ok(wrap(Box::new(item))),
        _ => Ok(ResourceData::Other(Unshown(serde_json::from_str(json)?))),
    }
}

fn many<T: Wire + Serialize>(
    json: &str,
    wrap: fn(Vec<T>) -> ResourceData,
) -> Result<ResourceData, serde_json::Error> {
    Ok(match read::<Vec<T>>(json)? {
        Read::As(items) => wrap(items),
        Read::Null => ResourceData::Absent,
        Read::Mismatch(value) => ResourceData::Other(Unshown(value)),
    })
}

fn read<T: Wire>(json: &str) -> Result<Read<T>, serde_json::Error> {
    json::read::with(Seed::<T>::new(), json)
}

#[derive(Clone, Copy)]
enum Shape {
    Call,
    Operation,
    Roster,
    DeltaRoster,
    ContentSharing,
    ParticipantJoining,
    ParticipantLeft,
    Other,
}

/// The details that show which type a resource has, found before the resource is read.
struct Peek {
    type_name: Option<TypeName>,
    is_delta: bool,
}

/// The same details, read as JSON. Of a member that occurs twice, the last one counts.
#[derive(Default)]
struct Signs<'a> {
    odata_type: Option<&'a RawValue>,
    has_sequence_number: bool,
}

impl<'de: 'a, 'a> Deserialize<'de> for Signs<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(SignsVisitor)
    }
}

struct SignsVisitor;

impl<'de> Visitor<'de> for SignsVisitor {
    type Value = Signs<'de>;

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Signs<'de>, A::Error> {
        let mut signs = Signs::default();
        while let Some(name) = members.next_key::<Cow<'de, str>>()? {
            match &*name {
                "@odata.type" => signs.odata_type = Some(members.next_value()?),
                "sequenceNumber" | "SequenceNumber" => {
                    signs.has_sequence_number = members.next_value::<Option<IgnoredAny>>()?.is_some();
                }
                _ => _ = members.next_value::<IgnoredAny>()?,
            }
        }
        Ok(signs)
    }
}

impl Peek {
    /// The details of a resource whose first member is its type.
    fn usual(mut reader: Reader<'_>, is_array: bool) -> Result<Self, GaveUp> {
        if is_array && !reader.array()?.item(&mut reader)? {
            return Err(GaveUp);
        }
        match reader.object()?.name(&mut reader)? {
            Some("@odata.type") => Ok(Self::of_type(Some(reader.plain_string()?.into()))),
            Some(_) | None => Err(GaveUp),
        }
    }

    /// The details of a resource that is not a delta.
    const fn of_type(type_name: Option<TypeName>) -> Self {
        Self { type_name, is_delta: false }
    }

    /// Finds the details without parsing, if the type is the first member, as the service writes it, and
    /// nothing suggests a delta.
    fn plain(json: &str, url: &Resource, is_array: bool) -> Option<Self> {
        let object = if is_array { json.get(1..)? } else { json };
        let (name, rest) = object.strip_prefix(r#"{"@odata.type":""#)?.split_once('"')?;
        let is_roster = matches!(url, Resource::Participants | Resource::Participant(_));
        let may_be_delta = is_roster && memchr::memmem::find(rest.as_bytes(), SEQUENCE).is_some();
        let is_plain = !may_be_delta && !name.contains('\\');
        is_plain.then(|| Self::of_type(Some(name.into())))
    }

    fn non_canonical(json: &str, is_array: bool) -> Self {
        let signs: Signs<'_> = if is_array {
            let items: Vec<Signs<'_>> = serde_json::from_str(json).unwrap_or_default();
            items.into_iter().next().unwrap_or_default()
        } else {
            serde_json::from_str(json).unwrap_or_default()
        };
        let type_name = signs.odata_type.and_then(|name| serde_json::from_str(name.get()).ok());
        Self { type_name, is_delta: signs.has_sequence_number }
    }

    fn shape(&self, url: &Resource, is_array: bool) -> Shape {
        let typed = self.type_name.as_ref().and_then(|name| by_type(name.as_str()));
        match url {
            Resource::Participants | Resource::Participant(_) => match typed {
                Some(
                    reported @ (Shape::DeltaRoster | Shape::ParticipantJoining | Shape::ParticipantLeft),
                ) => reported,
                _ if self.is_delta => Shape::DeltaRoster,
                _ => Shape::Roster,
            },
            Resource::ContentSharing(_) => Shape::ContentSharing,
            Resource::Operation(Some(_)) => match typed {
                Some(Shape::Roster) => Shape::Roster,
                _ => Shape::Operation,
            },
            Resource::Operation(None) => {
                typed.unwrap_or(if is_array { Shape::Roster } else { Shape::Operation })
            }
            Resource::Call => typed.unwrap_or(if is_array { Shape::Roster } else { Shape::Call }),
            Resource::Other(_) => typed.unwrap_or(Shape::Other),
        }
    }
}

fn by_type(name: &str) -> Option<Shape> {
    Some(match name {
        "call" => Shape::Call,
        "participant" => Shape::Roster,
        "deltaParticipants" => Shape::DeltaRoster,
        "contentSharingSession" => Shape::ContentSharing,
        "participantJoiningNotification" => Shape::ParticipantJoining,
        "participantLeftNotification" => Shape::ParticipantLeft,
        _ if name.ends_with("Operation") => Shape::Operation,
        _ => return None,
    })
}

impl Serialize for ResourceData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_unit(),
            Self::Call(call) => call.serialize(serializer),
            Self::Operation(operation) => operation.serialize(serializer),
            Self::Roster(participants) => participants.serialize(serializer),
            Self::Participant(participant) => participant.serialize(serializer),
            Self::DeltaRoster(deltas) => deltas.serialize(serializer),
            Self::ContentSharing(sessions) => sessions.serialize(serializer),
            Self::ParticipantJoining(joining) => joining.serialize(serializer),
            Self::ParticipantLeft(left) => left.serialize(serializer),
            Self::Other(value) => value.serialize(serializer),
        }
    }
}
