//! The members of a JSON object that stands around notifications, and what they tell about the delivery.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use jiff::Timestamp;
use jiff::tz::Offset;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::written::Written;
use crate::call::observe::delivery::Delivery;
use crate::time::At;

/// The member that is the time of receiving by its name.
const RECEIVED_AT: &str = "receivedAt";

/// The members in which recorders and loggers write a time, in any letter case.
const TIMES: [&str; 8] =
    [RECEIVED_AT, "time", "timestamp", "@timestamp", "ts", "@t", "startedDateTime", "timeGenerated"];

const HEADERS: &str = "headers";
const BODY: &str = "body";

/// The member with the places of notifications in the body that was delivered, where only some of them are here.
pub(super) const PLACES: &str = "places";

/// The earliest time that another logger can mean, in seconds since 1970. A smaller number is a duration.
const EARLIEST: i64 = 1_000_000_000;

/// The members of an object. Their values are not parsed.
#[derive(Deserialize)]
#[serde(transparent)]
pub(super) struct Members<'a>(#[serde(borrow)] BTreeMap<String, &'a RawValue>);

/// True if a member of this name can tell when or how something was received, or can be what was received.
pub(super) fn tells_delivery(name: &str) -> bool {
    TIMES.iter().chain(&[HEADERS, BODY]).any(|known| name.eq_ignore_ascii_case(known))
}

impl<'a> Members<'a> {
    pub(super) fn read(json: &'a str) -> serde_json::Result<Self> {
        serde_json::from_str(json)
    }

    /// The JSON of a member that is not null.
    pub(super) fn get(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).map(|value| value.get()).filter(|json| *json != "null")
    }

    /// The JSON of a member that is not null, whose name can be in another letter case.
    fn get_in_any_case(&self, name: &str) -> Option<&'a str> {
        let mut spelled = self.0.iter().filter(|(spelled, _)| spelled.eq_ignore_ascii_case(name));
        self.get(name)
            .or_else(|| spelled.find(|(_, value)| value.get() != "null").map(|(_, value)| value.get()))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The JSON of the members.
    pub(super) fn values(&self) -> impl Iterator<Item = &'a str> {
        self.0.values().map(|value| value.get())
    }

    pub(super) fn body(&self) -> Option<&'a str> {
        self.get_in_any_case(BODY)
    }

    /// What the members tell about the delivery of what is beside them.
    pub(super) fn delivery(&self) -> Delivery {
        let mut delivery = Delivery { received_at: self.received_at(), ..Delivery::default() };
        for (name, value) in self.get_in_any_case(HEADERS).map(headers).unwrap_or_default() {
            delivery.header(&name, &value);
        }
        delivery
    }

    /// The places of the notifications in the body that was delivered. Empty if the body is that one.
    pub(super) fn places(&self) -> Vec<u32> {
        self.get(PLACES).and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
    }

    /// True if the time of receiving is given, and is no time.
    pub(super) fn has_wrong_time(&self) -> bool {
        self.get_in_any_case(RECEIVED_AT).is_some_and(|json| received_at(json).is_none())
    }

    fn received_at(&self) -> Option<Timestamp> {
        let logged = |text: &str| At::read_any(text).filter(|at| at.as_second() >= EARLIEST);
        self.get_in_any_case(RECEIVED_AT).and_then(received_at).or_else(|| self.time(logged))
    }

    /// A time without an offset.
    pub(super) fn written(&self) -> Option<Written> {
        self.time(|text| text.parse().ok()).map(Written::Local)
    }

    fn time<T>(&self, read: impl Fn(&str) -> Option<T>) -> Option<T> {
        TIMES.iter().find_map(|name| read(&plain(self.get_in_any_case(name)?)))
    }
}

/// The text of a JSON string, or other JSON as it is.
pub(super) fn plain(json: &str) -> Cow<'_, str> {
    serde_json::from_str(json).map_or(Cow::Borrowed(json), Cow::Owned)
}

/// Reads the time of receiving. A time without an offset is in UTC.
fn received_at(json: &str) -> Option<Timestamp> {
    let text = plain(json);
    At::read_any(&text).or_else(|| Offset::UTC.to_timestamp(text.parse().ok()?).ok())
}

/// Reads headers: an object whose values are texts or arrays of texts, or an array of objects with a name and a value.
fn headers(json: &str) -> Vec<(String, String)> {
    #[derive(Deserialize)]
    struct Header {
        name: String,
        value: String,
    }

    if json.starts_with('[') {
        let listed: Vec<Header> = serde_json::from_str(json).unwrap_or_default();
        return listed.into_iter().map(|header| (header.name, header.value)).collect();
    }
    let named: BTreeMap<String, Value> = serde_json::from_str(json).unwrap_or_default();
    let named = named.into_iter().filter_map(|(name, value)| {
        let first = value.as_array().and_then(|values| values.first()).unwrap_or(&value);
        first.as_str().map(|value| (name, value.into()))
    });
    named.collect()
}
