//! What hearing takes of a notification. The rest is read past, and a url is taken apart where it stands.

use alloc::string::ToString;
use alloc::vec::Vec;

use serde::de::MapAccess;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::notification::{BodyKey, Items, Key, resource_data};
use super::wire::{Name, Read, Seed, Wire, member, whole};
use super::{ChangeType, CommsNotification, Member, Other, ResourceData, ResourceUrl};
use crate::CallId;

/// One notification, as it is heard.
pub(crate) struct Heard {
    pub(crate) url: ResourceUrl,
    pub(crate) change_type: Member<ChangeType>,
    pub(crate) resource_data: ResourceData,
}

impl From<&CommsNotification> for Heard {
    fn from(notification: &CommsNotification) -> Self {
        Self {
            url: notification.url(),
            change_type: notification.change_type.clone(),
            resource_data: notification.resource_data.clone(),
        }
    }
}

impl Heard {
    /// The call that it is about: see [`CommsNotification::call_id`].
    pub(crate) fn call_id(&self) -> Option<CallId> {
        self.url.call.or_else(|| self.resource_data.call_id())
    }

    pub(crate) fn is_deleted(&self) -> bool {
        self.change_type.value() == Some(&ChangeType::Deleted)
    }
}

impl Wire for Heard {
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Read<Self>, A::Error> {
        let mut change_type = Member::Absent;
        let (mut resource, mut resource_url) = (Member::Absent, Member::Absent);
        let mut data: Option<&RawValue> = None;
        let mut other = Other::default();
        while let Some(name) = map.next_key_seed(Name::<Key>::new())? {
            match name {
                Key::ChangeType => member(&mut map, &mut change_type, "changeType", &mut other)?,
                Key::Resource => member(&mut map, &mut resource, "resource", &mut other)?,
                Key::ResourceUrl => member(&mut map, &mut resource_url, "resourceUrl", &mut other)?,
                Key::ResourceData => data = Some(map.next_value()?),
                Key::Type | Key::CallbackUri | Key::Other(_) => pass(&mut map)?,
            }
        }
        let urls = [resource_url, resource].into_iter().filter_map(Member::into_value);
        let url = ResourceUrl::best_of(urls);
        let resource_data = match data {
            Some(json) => resource_data(json, &url.resource)?,
            None => ResourceData::Absent,
        };
        Ok(Read::As(Self { url, change_type, resource_data }))
    }
}

impl<'de> Deserialize<'de> for Heard {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        whole(deserializer, "commsNotification")
    }
}

impl Wire for ResourceUrl {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }

    fn from_integer(number: i64) -> Option<Self> {
        Self::from_text(&number.to_string())
    }
}

/// The notifications of one POST, as they are heard.
#[derive(Default)]
pub(crate) struct Posted {
    pub(crate) value: Vec<Heard>,
    /// The items of `value` that are no objects.
    pub(crate) odd: Vec<Value>,
    /// True where a member `body` stands beside `value`.
    pub(crate) has_body: bool,
}

impl From<Heard> for Posted {
    fn from(one: Heard) -> Self {
        Self { value: Vec::from([one]), ..Self::default() }
    }
}

impl Wire for Posted {
    fn from_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<Read<Self>, A::Error> {
        let mut this = Self::default();
        while let Some(name) = map.next_key_seed(Name::<BodyKey>::new())? {
            match name {
                BodyKey::Value => match map.next_value_seed(Seed::<Items<Heard>>::new())? {
                    Read::As(Items(heard, odd)) => {
                        this.value = heard;
                        if !odd.is_empty() {
                            this.odd = odd;
                        }
                    }
                    Read::Null => this.odd.clear(),
                    Read::Odd(value) => this.odd = Vec::from([value]),
                },
                BodyKey::Type => pass(&mut map)?,
                BodyKey::Other(name) => {
                    this.has_body |= name == "body";
                    pass(&mut map)?;
                }
            }
        }
        Ok(Read::As(this))
    }
}

impl<'de> Deserialize<'de> for Posted {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        whole(deserializer, "commsNotifications")
    }
}

/// Whatever stands there: what no notification may hold is refused here too.
struct Passed;

impl Wire for Passed {
    fn from_text(_text: &str) -> Option<Self> {
        Some(Self)
    }
}

fn pass<'de, A: MapAccess<'de>>(map: &mut A) -> Result<(), A::Error> {
    map.next_value_seed(Seed::<Passed>::new()).map(drop)
}
