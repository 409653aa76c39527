//! Splitting a log by call, so that several machines can each replay a part of the calls.

use alloc::borrow::Cow;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use jiff::Timestamp;
use serde::{Serialize, Serializer};

use super::decoded::{Content, Decoded, Next, decode};
use super::event_line::EventLine;
use super::format::Format;
use super::notifications::{Bodies, Body};
use crate::call::observe::delivery::Delivery;
use crate::graph::parsed::ParsedNotification;
use crate::graph::resource_data::ResourceData;
use crate::graph::url::Resource;
use crate::id::{CallId, Id};
use crate::time::At;

/// The part of a record that is about one call.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part<'a> {
    /// The call. `None` for what names no call, or cannot be read: only the findings that name no call count then.
    pub call: Option<CallId>,
    /// The place of the part among the parts of its call, if the record has one: the revision of an event, or the time at
    /// which a notification was received, in nanoseconds since 1970.
    pub order: Option<i64>,
    /// The text of the part. A [`Replay::only`](crate::Replay::only) of the call finds in it what the replay of the whole
    /// record finds about the call. The text can name other calls, too, and findings that name no call count only in a part
    /// without a call.
    pub text: Cow<'a, str>,
}

/// Splits a record of an event log, or of recorded bodies, into the parts that are about different calls. Most records are
/// about one call, and are then one part as they are. The parts together are not much longer than the record.
///
/// ```
/// use callfold::log::{Format, by_call};
///
/// let call = |id| format!(r#"{{"changeType":"updated","resourceUrl":"/communications/calls/{id}","resourceData":{{"state":"established"}}}}"#);
/// let two = ["57dab8b1-894c-409a-b240-bd8beae78896", "5b4a7700-5104-414f-8c01-f1a3220e6477"].map(call);
/// let record = format!(r#"{{"value":[{},{}]}}"#, two[0], two[1]);
/// let parts = by_call(Format::Notifications, &record);
/// assert_eq!(parts.len(), 2);
/// assert!(parts[0].text.contains("57dab8b1") && !parts[0].text.contains("5b4a7700"));
/// ```
pub fn by_call(format: Format, record: &str) -> Vec<Part<'_>> {
    let mut parts = Parts { record, parts: Vec::new() };
    let mut rest = record.as_bytes();
    while let Next::Record(found, decoded) = decode(format, rest, true) {
        let (text, after) = rest.split_at_checked(found.consumed()).unwrap_or((rest, &[]));
        rest = after;
        // A record is cut between characters.
        parts.record = core::str::from_utf8(text).unwrap_or(record);
        parts.add(decoded);
    }
    parts.parts
}

struct Parts<'a> {
    record: &'a str,
    parts: Vec<Part<'a>>,
}

impl<'a> Parts<'a> {
    fn add(&mut self, decoded: Decoded) {
        match decoded.0 {
            Content::Event(line) => self.event(&line),
            Content::Bodies(bodies) => self.bodies(bodies),
            // An entry of an SDK log is read together with those around it.
            Content::Trace(..) => self.whole(None, None),
            Content::TooLarge(_, call) => self.whole(call, None),
        }
    }

    fn whole(&mut self, call: Option<CallId>, order: Option<i64>) {
        self.parts.push(Part { call, order, text: Cow::Borrowed(self.record) });
    }

    fn event(&mut self, line: &EventLine) {
        match line {
            EventLine::Read(recorded) => {
                self.whole(Some(recorded.call), i64::try_from(recorded.revision).ok());
            }
            EventLine::Unread(_, call, _) => self.whole(*call, None),
        }
    }

    fn bodies(&mut self, bodies: Bodies) {
        let order = bodies.received_at().and_then(nanoseconds);
        let (calls, has_other) = named(&bodies);
        if has_other || calls.is_empty() {
            self.whole(None, order);
        }
        // What is wrong with a record is only in the whole of it.
        let whole = calls.iter().copied().find(|call| calls.len() == 1 || Some(*call) == bodies.faulty_call);
        if let Some(call) = whole {
            self.whole(Some(call), order);
        }
        let others = |call: &CallId| Some(*call) != whole;
        self.parts.extend(
            bodies
                .events
                .iter()
                .filter_map(part_of_event)
                .filter(|(call, _)| others(call))
                .map(|(_, part)| part),
        );
        bodies.bodies.iter().for_each(|body| self.body(body, others));
    }

    /// A body that is about several calls: the parts of some of them.
    fn body(&mut self, body: &Body, wanted: impl Fn(&CallId) -> bool) {
        let mut by_call: BTreeMap<CallId, Vec<(u32, Item<'_>)>> = BTreeMap::new();
        for (place, one) in (0..).zip(&body.notifications) {
            if let Some(call) = subject(one).filter(&wanted) {
                by_call.entry(call).or_default().push((place, Item::of(call, one)));
            }
        }
        let order = body.delivery.received_at.and_then(nanoseconds);
        for (call, items) in by_call {
            let text = serde_json::to_string(&Envelope::of(&body.delivery, items));
            // All of it has been read, so it can be written.
            self.parts.extend(text.ok().map(|text| Part { call: Some(call), order, text: text.into() }));
        }
    }
}

/// An event among others, as a part of its call. The JSON of an event that cannot be read is kept as it is.
fn part_of_event(line: &EventLine) -> Option<(CallId, Part<'static>)> {
    let (call, order, text) = match line {
        EventLine::Read(recorded) => {
            (recorded.call, i64::try_from(recorded.revision).ok(), recorded.to_string())
        }
        EventLine::Unread(_, Some(call), Some(json)) => (*call, None, String::from(&**json.expose())),
        // Such an event names no call, or is no JSON, which an item of an array always is.
        EventLine::Unread(_, None, _) | EventLine::Unread(_, _, None) => return None,
    };
    Some((call, Part { call: Some(call), order, text: text.into() }))
}

/// Nanoseconds since 1970. `None` for a time that is centuries away.
fn nanoseconds(at: Timestamp) -> Option<i64> {
    i64::try_from(at.as_nanosecond()).ok()
}

/// The call to which a notification, or the finding about it, belongs.
fn subject(one: &ParsedNotification) -> Option<CallId> {
    one.addressee(None).map_or_else(|finding| finding.call, Some)
}

/// The calls that a record names, and whether there is something in it that names none.
fn named(bodies: &Bodies) -> (Vec<CallId>, bool) {
    let notifications = bodies.bodies.iter().flat_map(|body| &body.notifications);
    let events = bodies.events.iter().map(|line| match line {
        EventLine::Read(recorded) => Some(recorded.call),
        EventLine::Unread(_, call, _) => *call,
    });
    let faults = bodies.faults.first().map(|_| bodies.faulty_call);
    let empty = bodies.bodies.iter().filter(|body| body.notifications.is_empty()).map(|_| None);
    let mut calls = BTreeSet::new();
    let mut has_other = false;
    for call in notifications.map(subject).chain(events).chain(faults).chain(empty) {
        has_other |= call.is_none();
        calls.extend(call);
    }
    (calls.into_iter().collect(), has_other)
}

/// A body as a recorder writes it, with its delivery.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Envelope<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    received_at: Option<At>,
    headers: BTreeMap<&'static str, &'a Id>,
    places: Vec<u32>,
    body: Value<'a>,
}

#[derive(Serialize)]
struct Value<'a> {
    value: Vec<Item<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    change_type: Option<&'a str>,
    resource_url: String,
    #[serde(skip_serializing_if = "is_absent")]
    resource_data: &'a ResourceData,
    #[serde(skip_serializing_if = "is_false", serialize_with = "as_object")]
    encrypted_content: bool,
}

impl<'a> Envelope<'a> {
    fn of(delivery: &'a Delivery, items: Vec<(u32, Item<'a>)>) -> Self {
        let (places, value) = items.into_iter().unzip();
        let headers = [
            ("X-Microsoft-Skype-Message-ID", &delivery.message_id),
            ("X-Microsoft-Skype-Original-Message-ID", &delivery.original_message_id),
        ];
        let headers = headers.into_iter().filter_map(|(name, id)| Some((name, id.as_ref()?)));
        Self {
            received_at: delivery.received_at.map(At),
            headers: headers.collect(),
            places,
            body: Value { value },
        }
    }
}

impl<'a> Item<'a> {
    fn of(call: CallId, one: &'a ParsedNotification) -> Self {
        let resource_url = match &one.url.resource {
            Resource::Call => format!("/communications/calls/{call}"),
            Resource::Operation(None) => format!("/communications/calls/{call}/operations"),
            Resource::Operation(Some(id)) => format!("/communications/calls/{call}/operations/{id}"),
            Resource::Participants => format!("/communications/calls/{call}/participants"),
            Resource::Participant(id) => format!("/communications/calls/{call}/participants/{id}"),
            Resource::ContentSharing(None) => format!("/communications/calls/{call}/contentSharingSessions"),
            Resource::ContentSharing(Some(id)) => {
                format!("/communications/calls/{call}/contentSharingSessions/{id}")
            }
            Resource::Other(name) => format!("/communications/calls/{call}/{name}"),
        };
        Self {
            change_type: one.change_type.as_ref().map(|change| change.as_str()),
            resource_url,
            resource_data: &one.resource_data,
            encrypted_content: one.is_encrypted,
        }
    }
}

fn is_absent(data: &&ResourceData) -> bool {
    **data == ResourceData::Absent
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_false(is: &bool) -> bool {
    !*is
}

fn as_object<S: Serializer>(_: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map([("value", true)])
}
