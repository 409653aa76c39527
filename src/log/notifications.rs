//! Recorded notification bodies, alone or with the time and the headers of their delivery.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use super::cut::{Cut, cut};
use super::event_line::EventLine;
use super::format::Format;
use super::written::Written;
use crate::call::observe::delivery::Delivery;
use crate::graph::notification::{CommsNotification, CommsNotifications};
use crate::graph::parsed::ParsedNotification;
use crate::json::mend::mended;
use crate::json::read::{GaveUp, Reader};
use crate::text::without_content;
use crate::time::At;

/// One notification body, and its delivery.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) notifications: Vec<ParsedNotification>,
    pub(crate) delivery: Delivery,
}

/// The notification bodies of one record, and the faults of that record.
#[derive(Debug, Default)]
pub(crate) struct Bodies {
    pub(crate) bodies: Vec<Body>,
    /// Events of the event log, on many lines or in an array.
    pub(crate) events: Vec<EventLine>,
    pub(crate) faults: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(borrow)]
    received_at: Option<&'a RawValue>,
    #[serde(borrow)]
    headers: Option<&'a RawValue>,
    #[serde(borrow)]
    body: Option<&'a RawValue>,
    value: Option<IgnoredAny>,
    change_type: Option<IgnoredAny>,
    resource_url: Option<IgnoredAny>,
    resource: Option<IgnoredAny>,
    specversion: Option<IgnoredAny>,
    rev: Option<IgnoredAny>,
    call: Option<IgnoredAny>,
    r#type: Option<IgnoredAny>,
}

impl Envelope<'_> {
    /// True for a single notification that is not wrapped in `{"value":[…]}`.
    fn is_single(&self) -> bool {
        self.value.is_none() && self.is_notification()
    }

    /// True for an event of the event log, and for any CloudEvent.
    fn is_event(&self) -> bool {
        let is_plain = self.rev.is_some() && self.call.is_some();
        self.r#type.is_some() && (is_plain || self.specversion.is_some())
    }

    fn is_notification(&self) -> bool {
        [&self.change_type, &self.resource_url, &self.resource].iter().any(|member| member.is_some())
    }
}

impl Body {
    /// Reads a body alone. Gives up if the body is not in the usual form.
    fn usual(json: &str) -> Result<Self, GaveUp> {
        let mut reader = Reader::new(json);
        let notifications = ParsedNotification::body(&mut reader)?;
        reader.end()?;
        Ok(Self { notifications, delivery: Delivery::default() })
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
                "receivedAt" | "headers" | "body" | "value" | "changeType" | "resourceUrl" | "resource" => {
                    return Err(GaveUp);
                }
                _ => _ = IgnoredAny::deserialize(&mut reader)?,
            }
        }
        reader.end()?;
        Ok(Self { notifications: body.ok_or(GaveUp)?, delivery })
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
        match core::str::from_utf8(record) {
            Ok(json) => this.document(&mended(json)),
            Err(error) if is_about_notifications(record) => this.faults.push(not_utf8(&error)),
            Err(_) => {}
        }
        for Body { delivery, .. } in &mut this.bodies {
            delivery.complete(around);
        }
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
        if json.starts_with('[') {
            match serde_json::from_str::<Vec<&RawValue>>(json) {
                Ok(items) => items.iter().for_each(|item| self.object(item.get())),
                Err(error) => self.broken(json, &error),
            }
        } else {
            self.object(json);
        }
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
        let envelope = match serde_json::from_str::<Envelope<'_>>(json) {
            Ok(envelope) => envelope,
            Err(error) => return self.broken(json, &error),
        };
        if envelope.is_event() {
            return self.events.push(EventLine::read(json.as_bytes()));
        }
        if let Some(body) = envelope.body {
            let delivery = self.delivery(&envelope);
            // Some recorders store the body as a JSON string that holds the text of the body.
            let text = serde_json::from_str::<String>(body.get());
            let json = mended(text.as_deref().unwrap_or_else(|_| body.get()));
            if let Some(body) = full(&json) {
                return self.push(body, delivery);
            }
            let is_single = serde_json::from_str::<Envelope<'_>>(&json).is_ok_and(|body| body.is_single());
            return self.body(&json, is_single, delivery);
        }
        let is_body =
            || serde_json::from_str(json).is_ok_and(|read: CommsNotifications| !read.value.is_empty());
        if envelope.value.is_some() || envelope.is_notification() || is_body() {
            self.body(json, envelope.is_single(), Delivery::default());
        } else if is_about_notifications(json.as_bytes()) {
            self.within(json);
        }
    }

    /// Reads the bodies in the members of another JSON object, such as the line of a logger.
    fn within(&mut self, json: &str) {
        let members: Members<'_> = serde_json::from_str(json).unwrap_or_default();
        let time = logged(&members, |time| At::read_any(time).filter(|at| at.as_second() >= EARLIEST));
        let around = Delivery { received_at: time, ..Delivery::default() };
        for member in members.values() {
            let text = plain(member.get());
            let text = mended(&text);
            let mut rest = text.as_bytes();
            while let Cut::Record(record) = cut(Format::Notifications, rest, true) {
                let Ok(body) = core::str::from_utf8(record.bytes) else { break };
                if let Some(body) = full(body) {
                    self.push(body, around.clone());
                }
                rest = rest.get(record.consumed()..).unwrap_or_default();
            }
        }
    }

    fn body(&mut self, json: &str, is_single: bool, delivery: Delivery) {
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
        for non_canonical in notifications.mismatched_items() {
            let shape = crate::graph::wire::read::shape(non_canonical);
            self.faults.push(alloc::format!("expected an object of type commsNotification, found {shape}"));
        }
        let notifications = notifications.value.into_iter().map(ParsedNotification::from).collect();
        self.bodies.push(Body { notifications, delivery });
    }

    fn delivery(&mut self, envelope: &Envelope<'_>) -> Delivery {
        let mut delivery = Delivery::default();
        if let Some(json) = envelope.received_at.map(RawValue::get).filter(|json| *json != "null") {
            match time(json) {
                Some(time) => delivery.received_at = Some(time),
                None => self.faults.push(
                    "`receivedAt` is not a time, such as 2026-11-23T09:15:02.250Z or 1795425302 (seconds since 1970)"
                        .to_string(),
                ),
            }
        }
        let headers = envelope.headers.and_then(|headers| serde_json::from_str(headers.get()).ok());
        let headers: BTreeMap<String, Value> = headers.unwrap_or_default();
        for (name, value) in &headers {
            let first = value.as_array().and_then(|values| values.first()).unwrap_or(value);
            if let Some(value) = first.as_str() {
                delivery.header(name, value);
            }
        }
        delivery
    }
}

/// The members in which loggers write the time of a line.
const TIMES: &[&str] = &["time", "timestamp", "@timestamp", "ts", "@t"];

/// The earliest time that another logger can mean, in seconds since 1970. A smaller number is a duration.
const EARLIEST: i64 = 1_000_000_000;

type Members<'a> = BTreeMap<String, &'a RawValue>;

/// The time of a line of another logger.
fn logged<T>(members: &Members<'_>, read: impl Fn(&str) -> Option<T>) -> Option<T> {
    TIMES.iter().find_map(|name| read(&plain(members.get(*name)?.get())))
}

/// The time without an offset in a line of another logger.
pub(super) fn written(record: &[u8]) -> Option<Written> {
    let members: Members<'_> = serde_json::from_slice(record).ok()?;
    logged(&members, |time| time.parse().ok()).map(Written::Local)
}

/// The text of a JSON string, or other JSON as it is.
fn plain(json: &str) -> Cow<'_, str> {
    serde_json::from_str(json).map_or(Cow::Borrowed(json), Cow::Owned)
}

/// Reads the time of receiving. A time without an offset is in UTC.
fn time(json: &str) -> Option<Timestamp> {
    let text = plain(json);
    At::read_any(&text).or_else(|| Offset::UTC.to_timestamp(text.parse().ok()?).ok())
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

pub(super) fn not_utf8(error: &core::str::Utf8Error) -> String {
    alloc::format!("the record is not UTF-8 from its byte {} onwards", error.valid_up_to() + 1)
}
