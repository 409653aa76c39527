//! The notifications that the service posts to an app.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::member::{Member, Other};
use super::resource_data::ResourceData;
use super::type_name::TypeName;
use super::url::ResourceUrl;
use super::wire::declare::open_enum;
use super::wire::misfit::Kind;
use super::wire::read::{Read, Wire, add, entry, member, type_name, whole, wrapped};
use super::wire::source::{Array, Failed, Kept, Object, next};
use crate::id::CallId;
use crate::text::{PART, without_place};

open_enum! {
    /// Whether a resource was created, updated or deleted. Source:
    /// [commsNotification](https://learn.microsoft.com/graph/api/resources/commsnotification).
    pub enum ChangeType {
        Created = "created",
        Updated = "updated",
        Deleted = "deleted",
    }
}

/// The body of one POST to an app. It holds a list of notifications, in most cases just one. Source:
/// [commsNotifications](https://learn.microsoft.com/graph/api/resources/commsnotifications).
///
/// ```
/// use callfold::graph::{CommsNotifications, OperationStatus, ResourceData};
///
/// let posted = r##"{"value":[{"changeType":"updated",
///     "resourceUrl":"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896/operations/0fe0623f",
///     "resourceData":{"@odata.type":"#microsoft.graph.playPromptOperation","status":"completed"}}]}"##;
/// let body: CommsNotifications = callfold::serde_json::from_str(posted)?;
/// for notification in &body.value {
///     let call = notification.call_id().expect("the URL names the call");
///     match &notification.resource_data {
///         ResourceData::Call(update) => println!("call {call}: {:?}", update.state),
///         ResourceData::Operation(update) => {
///             assert_eq!(update.status.value(), Some(&OperationStatus::Completed));
///         }
///         other => println!("call {call}: {other:?}"),
///     }
/// }
/// # Ok::<(), callfold::serde_json::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CommsNotifications {
    /// `@odata.type`, if the JSON has it.
    pub odata_type: Option<TypeName>,
    /// The notifications, in the order of the body.
    pub value: Vec<CommsNotification>,
    /// Unknown members, with their values unchanged. If the array `value` holds items that are not objects,
    /// these items are kept here under the name `value`.
    pub other: Other,
}

/// One notification: a resource was created, updated or deleted. [`CommsNotifications`] shows how to read it.
/// Source: [commsNotification](https://learn.microsoft.com/graph/api/resources/commsnotification).
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct CommsNotification {
    /// `@odata.type`, if the JSON has it.
    pub odata_type: Option<TypeName>,
    /// Whether the resource was created, updated or deleted.
    pub change_type: Member<ChangeType>,
    /// The older URL of the resource, `/app/calls/…`. Payloads of 2019 have only this URL.
    pub resource: Member<String>,
    /// The URL of the resource, `/communications/calls/…`.
    pub resource_url: Member<String>,
    /// The URL to which the notification was posted.
    pub callback_uri: Member<String>,
    /// The resource: either all of its members, or a delta that has only the changed members.
    pub resource_data: ResourceData,
    /// Unknown members, with their values unchanged.
    pub other: Other,
}

impl CommsNotification {
    /// The parsed URL of the resource. This is `resourceUrl`, or the older `resource` if `resourceUrl` is
    /// absent or names no call.
    pub fn url(&self) -> ResourceUrl {
        let parse = |url: &Member<String>| url.value().map(|url| ResourceUrl::from(url.as_str()));
        let either = ResourceUrl::of_either(parse(&self.resource_url), parse(&self.resource));
        either.unwrap_or_else(|| ResourceUrl::from(""))
    }

    /// The id of the call that the notification is about. The id comes from the URL. If the URL names no
    /// call, it is the `id` of the call in `resourceData`. `None` if neither names a call.
    pub fn call_id(&self) -> Option<CallId> {
        self.url().call.or_else(|| self.resource_data.call_id())
    }

    /// True if the resource was deleted.
    pub fn is_deleted(&self) -> bool {
        self.change_type.value() == Some(&ChangeType::Deleted)
    }
}

pub(super) enum Key {
    Type,
    ChangeType,
    Resource,
    ResourceUrl,
    CallbackUri,
    ResourceData,
    Other(String),
}

impl Key {
    pub(super) fn of(name: &str) -> Self {
        let is = |known: &str| name.eq_ignore_ascii_case(known);
        match name {
            "@odata.type" => Self::Type,
            "changeType" => Self::ChangeType,
            "resource" => Self::Resource,
            "resourceUrl" => Self::ResourceUrl,
            "callbackUri" => Self::CallbackUri,
            "resourceData" => Self::ResourceData,
            _ if is("@odata.type") => Self::Type,
            _ if is("changeType") => Self::ChangeType,
            _ if is("resource") => Self::Resource,
            _ if is("resourceUrl") => Self::ResourceUrl,
            _ if is("callbackUri") => Self::CallbackUri,
            _ if is("resourceData") => Self::ResourceData,
            _ => Self::Other(name.into()),
        }
    }
}

impl Wire for CommsNotification {
    const KIND: Kind = Kind::Object;

    fn from_object(place: &mut Member<Self>, object: &mut dyn Object) -> Result<Kept, Failed> {
        let mut this = Self::default();
        let mut data: Option<Box<RawValue>> = None;
        let other = &mut this.other;
        while let Some(name) = next(object, Key::of)? {
            match name {
                Key::Type => this.odata_type = type_name(object, other)?,
                Key::ChangeType => member(object, &mut this.change_type, "changeType", other)?,
                Key::Resource => member(object, &mut this.resource, "resource", other)?,
                Key::ResourceUrl => member(object, &mut this.resource_url, "resourceUrl", other)?,
                Key::CallbackUri => member(object, &mut this.callback_uri, "callbackUri", other)?,
                Key::ResourceData => data = Some(object.text()?),
                Key::Other(name) => {
                    other.insert(name, object.json()?);
                }
            }
        }
        match data {
            Some(json) if json.get() == "null" => _ = this.other.insert("resourceData".into(), Value::Null),
            Some(json) => {
                let resource = this.url().resource;
                let read = ResourceData::read(json.get(), &resource);
                this.resource_data =
                    read.map_err(|error| object.fail(format_args!("{PART}{}", without_place(&error))))?;
            }
            None => {}
        }
        *place = Member::Value(this);
        Ok(Kept::InPlace)
    }
}

impl<'de> Deserialize<'de> for CommsNotification {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        whole(deserializer, "commsNotification")
    }
}

impl Serialize for CommsNotification {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(name) = &self.odata_type {
            map.serialize_entry("@odata.type", name)?;
        }
        entry(&mut map, "changeType", &self.change_type)?;
        entry(&mut map, "resource", &self.resource)?;
        entry(&mut map, "resourceUrl", &self.resource_url)?;
        entry(&mut map, "callbackUri", &self.callback_uri)?;
        if self.resource_data != ResourceData::Absent {
            map.serialize_entry("resourceData", &self.resource_data)?;
        }
        self.other.write(&mut map, |_| false)?;
        map.end()
    }
}

pub(super) enum BodyKey {
    Type,
    Value,
    Other(String),
}

impl BodyKey {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "@odata.type" => Self::Type,
            "value" => Self::Value,
            _ if name.eq_ignore_ascii_case("value") => Self::Value,
            _ => Self::Other(name.into()),
        }
    }
}

/// The items of `value`: first the objects, then the JSON values that are not objects.
struct Items<T>(Vec<T>, Vec<Value>);

impl<T: Wire> Wire for Items<T> {
    const KIND: Kind = Kind::Array;

    fn from_object(member: &mut Member<Self>, object: &mut dyn Object) -> Result<Kept, Failed> {
        wrapped(member, |item| Self([item].into(), Vec::new()), |item| T::from_object(item, object))
    }

    fn from_array(member: &mut Member<Self>, array: &mut dyn Array) -> Result<Kept, Failed> {
        let mut items = Self(Vec::new(), Vec::new());
        let mut item = Member::Absent;
        while let Some(kept) = array.item(&mut item)? {
            match Read::of(kept, item.take()) {
                Read::As(item) => add(&mut items.0, item),
                Read::Null => items.1.push(Value::Null),
                Read::Mismatch(value) => items.1.push(value),
            }
        }
        *member = Member::Value(items);
        Ok(Kept::InPlace)
    }
}

impl Wire for CommsNotifications {
    const KIND: Kind = Kind::Object;

    fn from_object(place: &mut Member<Self>, object: &mut dyn Object) -> Result<Kept, Failed> {
        let mut this = Self::default();
        while let Some(name) = next(object, BodyKey::of)? {
            match name {
                BodyKey::Type => this.odata_type = type_name(object, &mut this.other)?,
                BodyKey::Value => {
                    let mut value = Member::Absent;
                    let kept = object.value(&mut value)?;
                    let mismatch = match Read::of(kept, value) {
                        Read::As(Items(items, mismatched)) => {
                            this.value = items;
                            (!mismatched.is_empty()).then(|| mismatched.into())
                        }
                        Read::Null => Some(Value::Null),
                        Read::Mismatch(value) => Some(Value::Array([value].into())),
                    };
                    if let Some(mismatch) = mismatch {
                        this.other.insert("value".into(), mismatch);
                    }
                }
                BodyKey::Other(name) => {
                    this.other.insert(name, object.json()?);
                }
            }
        }
        *place = Member::Value(this);
        Ok(Kept::InPlace)
    }
}

impl<'de> Deserialize<'de> for CommsNotifications {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        whole(deserializer, "commsNotifications")
    }
}

impl CommsNotifications {
    /// The items of `value` that are not objects, and are therefore not notifications.
    ///
    /// ```
    /// use callfold::graph::CommsNotifications;
    ///
    /// let json = r#"{"value":[{"changeType":"deleted"},"ping"]}"#;
    /// let body: CommsNotifications = callfold::serde_json::from_str(json)?;
    /// assert_eq!(body.value.len(), 1);
    /// assert_eq!(body.mismatched_items(), ["ping"]);
    /// # Ok::<(), callfold::serde_json::Error>(())
    /// ```
    pub fn mismatched_items(&self) -> &[Value] {
        self.other.get("value").and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}

impl Serialize for CommsNotifications {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum Item<'a> {
            Notification(&'a CommsNotification),
            Mismatch(&'a Value),
        }
        let items = self.value.iter().map(Item::Notification);
        let items: Vec<_> = items.chain(self.mismatched_items().iter().map(Item::Mismatch)).collect();
        let mut map = serializer.serialize_map(None)?;
        if let Some(name) = &self.odata_type {
            map.serialize_entry("@odata.type", name)?;
        }
        match self.other.get("value") {
            Some(null @ Value::Null) if items.is_empty() => map.serialize_entry("value", null)?,
            _ => map.serialize_entry("value", &items)?,
        }
        self.other.write(&mut map, |name| name == "value")?;
        map.end()
    }
}
