//! The parts of a notification that `Call::observe` uses, and a fast reader for bodies in the usual form.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::notification::{BodyKey, ChangeType, CommsNotification, Key};
use super::resource_data::ResourceData;
use super::url::ResourceUrl;
use super::wire::read::add;
use crate::id::CallId;
use crate::json::read::{GaveUp, Raw, Reader};

/// One notification, reduced to the parts that change a call.
#[derive(Debug, Hash)]
pub(crate) struct ParsedNotification {
    pub(crate) url: ResourceUrl,
    pub(crate) change_type: Option<ChangeType>,
    pub(crate) resource_data: ResourceData,
    /// True for a change notification whose resource only its subscriber can decrypt.
    pub(crate) is_encrypted: bool,
}

impl From<CommsNotification> for ParsedNotification {
    fn from(notification: CommsNotification) -> Self {
        Self {
            url: notification.url(),
            change_type: notification.change_type.into_value(),
            resource_data: notification.resource_data,
            is_encrypted: notification.other.contains_key("encryptedContent"),
        }
    }
}

impl ParsedNotification {
    /// The id of the call that the notification is about: see [`CommsNotification::call_id`].
    pub(crate) fn call_id(&self) -> Option<CallId> {
        self.url.call.or_else(|| self.resource_data.call_id())
    }

    pub(crate) fn is_deleted(&self) -> bool {
        self.change_type == Some(ChangeType::Deleted)
    }

    /// Reads the notifications of a body. Gives up for a body that holds no notifications or that
    /// [`CommsNotifications`](super::notification::CommsNotifications) must explain.
    pub(crate) fn body(reader: &mut Reader<'_>) -> Result<Vec<Self>, GaveUp> {
        let (mut received, mut has_value) = (Vec::new(), false);
        let mut members = reader.object()?;
        while let Some(name) = members.name(reader)? {
            match BodyKey::of(name) {
                BodyKey::Type => _ = reader.plain_string()?,
                BodyKey::Value if !has_value => {
                    has_value = true;
                    let mut items = reader.array()?;
                    while items.item(reader)? {
                        add(&mut received, Self::item(reader)?);
                    }
                }
                BodyKey::Value | BodyKey::Other(_) => return Err(GaveUp),
            }
        }
        if received.is_empty() { Err(GaveUp) } else { Ok(received) }
    }

    fn item(reader: &mut Reader<'_>) -> Result<Self, GaveUp> {
        let (mut url, mut older, mut change_type, mut data) = (None, None, None, None);
        let mut members = reader.object()?;
        while let Some(name) = members.name(reader)? {
            match Key::of(name) {
                Key::Type | Key::CallbackUri => _ = IgnoredAny::deserialize(&mut *reader)?,
                Key::ChangeType if change_type.is_none() => {
                    change_type = Some(ChangeType::from(reader.plain_string()?));
                }
                Key::ResourceUrl if url.is_none() => url = Some(ResourceUrl::from(reader.plain_string()?)),
                Key::Resource if older.is_none() => older = Some(ResourceUrl::from(reader.plain_string()?)),
                Key::ResourceData if data.is_none() => data = Some(Data::read(reader, url.as_ref())?),
                Key::ChangeType | Key::ResourceUrl | Key::Resource | Key::ResourceData | Key::Other(_) => {
                    return Err(GaveUp);
                }
            }
        }
        let url = ResourceUrl::of_either(url, older).ok_or(GaveUp)?;
        let resource_data = match data {
            None => ResourceData::Absent,
            Some(Data::Read(resource_data)) => resource_data,
            Some(Data::Text(Raw(json))) => ResourceData::read(json, &url.resource).map_err(|_| GaveUp)?,
        };
        Ok(Self { url, change_type, resource_data, is_encrypted: false })
    }
}

/// The member `resourceData`. Its type depends on the URL, which can come later.
enum Data<'a> {
    Read(ResourceData),
    Text(Raw<'a>),
}

impl<'a> Data<'a> {
    fn read(reader: &mut Reader<'a>, url: Option<&ResourceUrl>) -> Result<Self, GaveUp> {
        if let Some(url) = url.filter(|url| url.call.is_some())
            && let Ok(resource_data) = ResourceData::read_usual(reader, &url.resource)
        {
            return Ok(Self::Read(resource_data));
        }
        reader.raw().map(Self::Text)
    }
}
