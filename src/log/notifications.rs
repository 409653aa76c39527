//! Recorded notification bodies, alone or with the time and the headers of their delivery.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use super::cut::{Cut, cut};
use super::event_line::EventLine;
use super::format::Format;
use super::members::{Members, PLACES, plain, tells_delivery};
use super::quoted::Quoted;
use super::within::{self, Found};
use super::written::Written;
use crate::call::observe::delivery::Delivery;
use crate::finding::{Finding, FindingKind};
use crate::graph::notification::{CommsNotification, CommsNotifications};
use crate::graph::parsed::ParsedNotification;
use crate::graph::resource_data::ResourceData;
use crate::graph::type_name::TypeName;
use crate::graph::url::only_call;
use crate::id::CallId;
use crate::json::mend::{mended, mended_bytes};
use crate::json::read::{GaveUp, Reader};
use crate::text::without_content;
use crate::time::At;

/// One notification body, and its delivery.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) notifications: Vec<ParsedNotification>,
    pub(crate) delivery: Delivery,
    /// The places of the notifications in the body that was delivered; empty if it is this one.
    pub(crate) places: Vec<u32>,
}

/// The notification bodies of one record, and the faults of that record.
#[derive(Debug, Default)]
pub(crate) struct Bodies {
    pub(crate) bodies: Vec<Body>,
    /// Events of the event log, on many lines or in an array.
    pub(crate) events: Vec<EventLine>,
    pub(crate) faults: Vec<String>,
    /// The call that the record names, if it has faults and names only one.
    pub(crate) faulty_call: Option<CallId>,
    /// The time without an offset in the text before the record.
    pub(super) written: Option<Written>,
}

impl Body {
    /// The finding that the body has no notification.
    pub(crate) fn is_empty(&self, call: Option<CallId>) -> Option<Finding> {
        let finding = || Finding::new(FindingKind::Empty, call, "the body has no notification");
        self.notifications.is_empty().then(finding)
    }

    /// The notifications, each with its place in the delivery.
    pub(crate) fn items(self) -> impl Iterator<Item = (ParsedNotification, Delivery)> {
        let Self { notifications, delivery, places } = self;
        let after = u32::try_from(places.len()).unwrap_or_default();
        let places = places.into_iter().chain(after..);
        places.zip(notifications).map(move |(item, one)| (one, Delivery { item, ..delivery.clone() }))
    }

    /// Reads a body alone. Gives up if the body is not in the usual form.
    fn usual(json: &str) -> Result<Self, GaveUp> {
        let mut reader = Reader::new(json);
        let notifications = ParsedNotification::body(&mut reader)?;
        reader.end()?;
        Ok(Self { notifications, delivery: Delivery::default(), places: Vec::new() })
    }

    /// Reads a body and its delivery. Gives up if one of them is not in the usual form.
    fn usual_in_envelope(json: &str) -> Result<Self, GaveUp> {
        let mut reader = Reader::new(json);
        let mut delivery = Delivery::default();
        let (mut body, mut has_headers) = (None, false);
        let mut members = reader.object()?;
        while let Some(name) = members.name(&mut reader)? {
            match name {
                "receivedAt" if delivery.received_at.is_none() => {
                    delivery.received_at = Some(At::read(reader.plain_string()?).ok_or(GaveUp)?);
                }
                "headers" if !has_headers => {
                    headers(&mut reader, &mut delivery)?;
                    has_headers = true;
                }
                "body" if body.is_none() => body = Some(ParsedNotification::body(&mut reader)?),
                PLACES | "value" | "changeType" | "resourceUrl" | "resource" => return Err(GaveUp),
                name if tells_delivery(name) => return Err(GaveUp),
                _ => _ = IgnoredAny::deserialize(&mut reader)?,
            }
        }
        reader.end()?;
        Ok(Self { notifications: body.ok_or(GaveUp)?, delivery, places: Vec::new() })
    }
}

/// Reads the headers of a delivery. Each value is a text, or an array with one text.
fn headers(reader: &mut Reader<'_>, delivery: &mut Delivery) -> Result<(), GaveUp> {
    let mut found = Delivery::default();
    let mut members = reader.object()?;
    while let Some(name) = members.name(reader)? {
        let value = if reader.is_array() {
            let mut items = reader.array()?;
            let value = if items.item(reader)? { reader.plain_string()? } else { return Err(GaveUp) };
            if items.item(reader)? {
                return Err(GaveUp);
            }
            value
        } else {
            reader.plain_string()?
        };
        let known = found.message_ids().count();
        if found.header(name, value) && found.message_ids().count() != known + 1 {
            // The same header twice, or an empty one.
            return Err(GaveUp);
        }
    }
    (delivery.message_id, delivery.original_message_id) = (found.message_id, found.original_message_id);
    Ok(())
}

impl From<Body> for Bodies {
    fn from(body: Body) -> Self {
        Self { bodies: Vec::from([body]), ..Self::default() }
    }
}

impl Bodies {
    /// Reads a record that is one notification body from end to end, with its delivery or without. Returns
    /// `None` for a record that is not in the usual form, which [`read`](Self::read) can read.
    pub(crate) fn usual(record: &[u8]) -> Option<Self> {
        let json = core::str::from_utf8(record).ok()?;
        Body::usual(json).or_else(|_| Body::usual_in_envelope(json)).ok().map(Self::from)
    }

    /// Reads a record. What the text around it tells about the delivery counts where the record itself does not tell it.
    pub(crate) fn read(record: &[u8], around: &Delivery) -> Self {
        let mut this = Self::default();
        this.document(&mended_bytes(record));
        this.find_call(record);
        for Body { delivery, .. } in &mut this.bodies {
            delivery.complete(around);
        }
        // Some recorders write all bodies into one array, the newest first.
        if this.bodies.len() > 1 && this.received_at().is_some() {
            this.bodies.sort_by_key(|body| body.delivery.received_at);
        }
        this
    }

    /// Reads the body of a POST.
    pub(crate) fn posted(body: &[u8], delivery: Delivery) -> Self {
        let json = mended_bytes(body);
        if let Ok(body) = Body::usual(&json) {
            return Body { delivery, ..body }.into();
        }
        let mut this = Self::default();
        match Members::read(&json) {
            Ok(members) if holds_notifications(&members) => {
                this.body(&json, &members, delivery);
                if this.is_noise() {
                    this.faults
                        .push("expected items with `changeType`, `resourceUrl` and `resourceData`".into());
                }
            }
            Ok(_) => this.faults.push("expected an object with the member `value`".into()),
            Err(error) => this.faults.push(without_content(&error)),
        }
        this.find_call(body);
        this
    }

    /// True if the record tells of no call.
    pub(crate) const fn is_noise(&self) -> bool {
        self.bodies.is_empty() && self.events.is_empty() && self.faults.is_empty()
    }

    /// The time at which all bodies were received, which is the earliest one. `None` if a body has no time.
    pub(crate) fn received_at(&self) -> Option<Timestamp> {
        let times = self.bodies.iter().map(|body| body.delivery.received_at);
        times.min().flatten()
    }

    fn document(&mut self, json: &str) {
        if let Some(text) = Quoted::text(json) {
            return self.quoted(&text);
        }
        if json.starts_with('[') {
            match serde_json::from_str::<Vec<&RawValue>>(json) {
                Ok(items) => items.iter().for_each(|item| self.item(item.get())),
                Err(error) => self.broken(json, &error),
            }
        } else {
            self.object(json);
        }
    }

    /// The bodies in a text, in which other text and other JSON can stand around them.
    pub(super) fn in_text(text: &str, received_at: Option<Timestamp>) -> Self {
        let mut this = Self::default();
        this.within(within::text(text, received_at));
        this.find_call(text.as_bytes());
        this
    }

    /// Finds the call that the faults of a record are about.
    pub(super) fn find_call(&mut self, record: &[u8]) {
        if !self.faults.is_empty() {
            self.faulty_call = only_call(record);
        }
    }

    /// Reads what stood in quotes. Other text can stand around the JSON in it.
    fn quoted(&mut self, text: &str) {
        let mut rest = text.as_bytes();
        while let Cut::Record(record) = cut(Format::Notifications, rest, true) {
            let json = core::str::from_utf8(record.bytes).unwrap_or_default();
            if Quoted::text(json).is_none() {
                self.document(json);
            }
            rest = rest.get(record.consumed()..).unwrap_or_default();
        }
    }

    fn item(&mut self, json: &str) {
        if json.starts_with('{') { self.object(json) } else { self.within(within::json(json)) }
    }

    /// Broken JSON is a fault only if it may hold notifications. Otherwise it is text like any other.
    fn broken(&mut self, json: &str, error: &serde_json::Error) {
        if is_about_notifications(json.as_bytes()) {
            self.faults.push(without_content(error));
        }
    }

    fn object(&mut self, json: &str) {
        if let Ok(body) = Body::usual(json).or_else(|_| Body::usual_in_envelope(json)) {
            return self.bodies.push(body);
        }
        // A body that begins as Graph writes it needs no check for an envelope.
        if ["{\"value\"", "{\"@odata."].iter().any(|head| json.starts_with(head))
            && let Some(body) = full(json).filter(|body| !body.other.contains_key("body"))
        {
            return self.push(body, Delivery::default());
        }
        let members = match Members::read(json) {
            Ok(members) => members,
            Err(error) => return self.broken(json, &error),
        };
        if is_event(&members) {
            self.events.push(EventLine::read(json.as_bytes()));
        } else if let Some(body) = members.body() {
            self.in_envelope(&members, body);
        } else if holds_notifications(&members) || full(json).is_some() {
            self.body(json, &members, Delivery::default());
        } else if within::may_hold(json) {
            self.within(within::members(&members));
        }
    }

    /// Reads a body and its delivery. Some recorders store the body as a JSON string that holds the text of the body.
    fn in_envelope(&mut self, members: &Members<'_>, body: &str) {
        let before = self.bodies.len();
        let text = plain(body);
        let json = mended(&text);
        match Members::read(&json) {
            Ok(body) if holds_notifications(&body) || full(&json).is_some() => {
                self.body(&json, &body, members.delivery());
                self.bodies.iter_mut().skip(before).for_each(|body| body.places = members.places());
            }
            Ok(_) | Err(_) => self.within(within::members(members)),
        }
        if members.has_wrong_time() && self.bodies.len() > before {
            self.faults.push(
                "`receivedAt` is not a time, such as 2026-11-23T09:15:02.250Z or 1795425302 (seconds since 1970)"
                    .to_string(),
            );
        }
    }

    /// Reads the bodies in other JSON, such as the line of a logger.
    fn within(&mut self, found: Found) {
        self.faults.extend(found.faults);
        for body in found.bodies {
            if let Ok(usual) = Body::usual(&body.json) {
                self.bodies.push(Body { delivery: body.delivery, ..usual });
            } else if let Ok(members) = Members::read(&body.json) {
                self.body(&body.json, &members, body.delivery);
            }
        }
    }

    fn body(&mut self, json: &str, members: &Members<'_>, delivery: Delivery) {
        let is_single = members.get("value").is_none() && is_notification(members);
        let read = if is_single {
            serde_json::from_str::<CommsNotification>(json).map(|one| {
                let mut notifications = CommsNotifications::default();
                notifications.value.push(one);
                notifications
            })
        } else {
            serde_json::from_str::<CommsNotifications>(json)
        };
        match read {
            Ok(notifications) => self.push(notifications, delivery),
            Err(error) => self.broken(json, &error),
        }
    }

    fn push(&mut self, notifications: CommsNotifications, delivery: Delivery) {
        if !is_of_notifications(&notifications) {
            return;
        }
        for non_canonical in notifications.mismatched_items() {
            let shape = crate::graph::wire::read::shape(non_canonical);
            self.faults.push(alloc::format!("expected an object of type commsNotification, found {shape}"));
        }
        let has_others = !notifications.mismatched_items().is_empty();
        let notifications: Vec<_> = notifications.value.into_iter().map(ParsedNotification::from).collect();
        if !notifications.is_empty() || !has_others {
            self.bodies.push(Body { notifications, delivery, places: Vec::new() });
        }
    }
}

/// True for an event of the event log, and for any CloudEvent.
fn is_event(members: &Members<'_>) -> bool {
    let has = |name| members.get(name).is_some();
    has("type") && (has("specversion") || (has("rev") && has("call")))
}

/// True for a body, and for a single notification that is not wrapped in `{"value":[…]}`.
fn holds_notifications(members: &Members<'_>) -> bool {
    // Another `value` beside other members is that of a metric or a setting.
    let has_items = |value: &str| value.starts_with(['[', '{']) || members.names().all(is_of_body);
    members.get("value").is_some_and(has_items) || is_notification(members)
}

fn is_of_body(name: &str) -> bool {
    name == "value" || name.starts_with('@')
}

fn is_notification(members: &Members<'_>) -> bool {
    ["changeType", "resourceUrl", "resource"].iter().any(|name| members.get(name).is_some())
}

/// False for another collection of Graph, such as the reply to a GET.
fn is_of_notifications(body: &CommsNotifications) -> bool {
    let has_signs = |one: &CommsNotification| {
        let has_resource = one.resource_url.value().is_some() || one.resource.value().is_some();
        has_resource || one.change_type.value().is_some() || one.resource_data != ResourceData::Absent
    };
    let is_empty = body.value.is_empty() && body.mismatched_items().is_empty();
    let type_name = body.odata_type.as_ref().map(TypeName::as_str);
    is_empty || type_name == Some("commsNotifications") || body.value.iter().any(has_signs)
}

/// The time without an offset in a line of another logger.
pub(super) fn written(record: &[u8]) -> Option<Written> {
    Members::read(core::str::from_utf8(record).ok()?).ok()?.written()
}

/// True if JSON names a member of notifications, so that it may hold some.
pub(super) fn is_about_notifications(json: &[u8]) -> bool {
    let has = |word: &str| memchr::memmem::find(json, word.as_bytes()).is_some();
    ["value", "changeType", "resourceUrl", "resourceData"].into_iter().any(has)
}

/// A body that holds notifications.
fn full(json: &str) -> Option<CommsNotifications> {
    serde_json::from_str(json).ok().filter(|body: &CommsNotifications| !body.value.is_empty())
}
