//! The parts of a notification that `Call::observe` uses, and a fast parser for bodies in the usual form.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::call::Call;
use super::notification::{BodyKey, ChangeType, CommsNotification, Items, Key};
use super::operation::CommsOperation;
use super::participant::Participant;
use super::resource_data::{DEPTH, Peek, ResourceData, Shape, depth};
use super::url::{Resource, ResourceUrl};
use super::wire::read::{Name, Names, Read, Seed, Wire, whole};
use crate::id::CallId;

/// One notification, reduced to the parts that change a call.
pub(crate) struct ParsedNotification {
    pub(crate) url: ResourceUrl,
    pub(crate) change_type: Option<ChangeType>,
    pub(crate) resource_data: ResourceData,
}

impl From<CommsNotification> for ParsedNotification {
    fn from(notification: CommsNotification) -> Self {
        Self {
            url: notification.url(),
            change_type: notification.change_type.into_value(),
            resource_data: notification.resource_data,
        }
    }
}

impl ParsedNotification {
    /// Reads the notifications of a body in the form that the service writes: each URL comes before its
    /// resource, and the type is the first member of the resource. Returns `None` for any other body, which
    /// [`super::CommsNotifications`] can read.
    pub(crate) fn plain(body: &str) -> Option<Vec<Self>> {
        let may_hold_deltas = || memchr::memmem::find(body.as_bytes(), b"equenceNumber").is_some();
        let is_roster = |received: &Self| matches!(received.resource_data, ResourceData::Roster(_));
        if depth(body.as_bytes()) > DEPTH {
            return None;
        }
        let Plain(received) = serde_json::from_str(body).ok()?;
        let is_non_canonical = received.is_empty() || (received.iter().any(is_roster) && may_hold_deltas());
        (!is_non_canonical).then_some(received)
    }

    /// The id of the call that the notification is about: see [`CommsNotification::call_id`].
    pub(crate) fn call_id(&self) -> Option<CallId> {
        self.url.call.or_else(|| self.resource_data.call_id())
    }

    pub(crate) fn is_deleted(&self) -> bool {
        self.change_type == Some(ChangeType::Deleted)
    }
}

/// A body in the form that the service writes.
struct Plain(Vec<ParsedNotification>);

impl Wire for Plain {
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Read<Self>, A::Error> {
        let mut received = Vec::new();
        while let Some(name) = map.next_key_seed(Name::<BodyKey>::new())? {
            match name {
                BodyKey::Type => _ = map.next_value::<&str>()?,
                BodyKey::Value if received.is_empty() => {
                    received = match map.next_value_seed(Seed::<Items<ParsedNotification>>::new())? {
                        Read::As(Items(received, non_canonical)) if non_canonical.is_empty() => received,
                        Read::As(_) | Read::Null | Read::Mismatch(_) => return Err(non_canonical()),
                    };
                }
                BodyKey::Value | BodyKey::Other(_) => return Err(non_canonical()),
            }
        }
        Ok(Read::As(Self(received)))
    }
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        whole(deserializer, "commsNotifications")
    }
}

impl Wire for ParsedNotification {
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Read<Self>, A::Error> {
        let (mut url, mut change_type, mut data) = (None::<ResourceUrl>, None, None);
        while let Some(name) = map.next_key_seed(Name::<Key>::new())? {
            match name {
                Key::Type | Key::CallbackUri => _ = map.next_value::<&str>()?,
                Key::ChangeType if change_type.is_none() => change_type = Some(map.next_value()?),
                Key::ResourceUrl | Key::Resource if url.is_none() => {
                    url = Some(ResourceUrl::from(map.next_value::<&str>()?));
                }
                Key::ResourceData if data.is_none() => {
                    let url = url.as_ref().ok_or_else(non_canonical::<A::Error>)?;
                    data = Some(map.next_value_seed(Carried(&url.resource))?);
                }
                Key::ChangeType | Key::ResourceUrl | Key::Resource | Key::ResourceData | Key::Other(_) => {
                    return Err(non_canonical());
                }
            }
        }
        let url = url.ok_or_else(non_canonical::<A::Error>)?;
        Ok(Read::As(Self { url, change_type, resource_data: data.unwrap_or_default() }))
    }
}

/// The reader of the resource in a notification with this URL. It reads a call, an operation or a complete
/// roster.
struct Carried<'a>(&'a Resource);

impl<'de> DeserializeSeed<'de> for Carried<'_> {
    type Value = ResourceData;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<ResourceData, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Carried<'_> {
    type Value = ResourceData;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a resource")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ResourceData, A::Error> {
        let Some(First::Type) = map.next_key_seed(Name::<First>::new())? else { return Err(non_canonical()) };
        let peek = Peek::of_type(Some(map.next_value()?));
        match peek.shape(self.0, false) {
            Shape::Call => {
                let mut call = reported(Box::<Call>::from_map(map)?)?;
                call.odata_type = call.odata_type.take().or(peek.type_name);
                Ok(ResourceData::Call(call))
            }
            Shape::Operation => {
                let mut operation = reported(Box::<CommsOperation>::from_map(map)?)?;
                operation.odata_type = operation.odata_type.take().or(peek.type_name);
                Ok(ResourceData::Operation(operation))
            }
            Shape::Roster
            | Shape::DeltaRoster
            | Shape::ContentSharing
            | Shape::ParticipantJoining
            | Shape::ParticipantLeft
            | Shape::Other => Err(non_canonical()),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<ResourceData, A::Error> {
        let participants = reported(Vec::<Participant>::from_seq(seq)?)?;
        let first = participants.first().and_then(|one| one.odata_type.clone());
        let is_roster = matches!(Peek::of_type(first).shape(self.0, true), Shape::Roster);
        if is_roster { Ok(ResourceData::Roster(participants)) } else { Err(non_canonical()) }
    }
}

enum First {
    Type,
    Other,
}

impl Names for First {
    fn of(name: &str) -> Self {
        if name == "@odata.type" { Self::Type } else { Self::Other }
    }
}

fn reported<T, E: Error>(read: Read<T>) -> Result<T, E> {
    if let Read::As(reported) = read { Ok(reported) } else { Err(non_canonical()) }
}

fn non_canonical<E: Error>() -> E {
    E::custom("not in the form that the service writes")
}
