//! Notification bodies inside other JSON, such as the line of a logger, a HAR file, or an export of a log service.

use alloc::collections::BTreeSet;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use jiff::Timestamp;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

use super::cut::{Cut, cut};
use super::format::Format;
use super::members::Members;
use super::noise;
use super::quoted::Quoted;
use crate::call::observe::delivery::Delivery;
use crate::json::mend::mended;
use crate::text::without_place;

/// How many objects, arrays and texts are searched inside each other. Each level costs one more look at what is in it.
const DEPTH: u8 = 16;

/// What a search has found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) bodies: Vec<FoundBody>,
    pub(super) faults: Vec<String>,
}

/// A body, or a single notification, inside other JSON.
pub(super) struct FoundBody {
    pub(super) json: String,
    pub(super) delivery: Delivery,
}

/// Searches the members of an object that is no body.
pub(super) fn members(members: &Members<'_>) -> Found {
    let mut found = Found::default();
    found.members(members, &Delivery::default(), DEPTH);
    found
}

/// Searches a text, in which other text can stand around the JSON. A body without a time of its own was received at this time.
pub(super) fn text(text: &str, received_at: Option<Timestamp>) -> Found {
    let mut found = Found::default();
    if may_hold(text) {
        found.text(text, &Delivery { received_at, ..Delivery::default() }, DEPTH);
    }
    found
}

/// Searches any JSON.
pub(super) fn json(json: &str) -> Found {
    let mut found = Found::default();
    found.json(json, &Delivery::default(), DEPTH);
    found
}

impl Found {
    fn json(&mut self, json: &str, around: &Delivery, levels: u8) {
        let Some(levels) = levels.checked_sub(1).filter(|_| may_hold(json)) else { return };
        match json.as_bytes().first() {
            Some(b'{') => self.object(json, around, levels),
            Some(b'[') => {
                let items: Vec<&RawValue> = serde_json::from_str(json).unwrap_or_default();
                items.iter().for_each(|item| self.json(item.get(), around, levels));
            }
            Some(b'"') => {
                let text: String = serde_json::from_str(json).unwrap_or_default();
                self.text(&mended(&text), around, levels);
            }
            Some(_) | None => {}
        }
    }

    fn object(&mut self, json: &str, around: &Delivery, levels: u8) {
        match Members::read(json) {
            Ok(members) if is_body(&members) => {
                self.bodies.push(FoundBody { json: json.into(), delivery: around.clone() });
            }
            Ok(members) => self.members(&members, around, levels),
            Err(error) if is_about_bodies(json) => self.faults.push(without_place(&error)),
            Err(_) => {}
        }
    }

    fn members(&mut self, members: &Members<'_>, around: &Delivery, levels: u8) {
        let mut delivery = members.delivery();
        delivery.complete(around);
        let (first, mut known) = (self.bodies.len(), BTreeSet::new());
        for member in members.values() {
            let before = self.bodies.len();
            self.json(member, &delivery, levels);
            // Loggers write one body in two forms: as a text, and parsed.
            if before > first && self.bodies.len() > before {
                if known.is_empty() {
                    known.extend(self.bodies.iter().take(before).skip(first).map(FoundBody::notifications));
                }
                let mut new = Vec::new();
                for body in self.bodies.split_off(before) {
                    let notifications = body.notifications();
                    if !known.contains(&notifications) {
                        self.bodies.push(body);
                        new.push(notifications);
                    }
                }
                known.extend(new);
            }
        }
    }

    /// Searches a text, in which other text can stand around the JSON.
    fn text(&mut self, text: &str, around: &Delivery, levels: u8) {
        let mut rest = text.as_bytes();
        while let Cut::Record(record) = cut(Format::Notifications, rest, true) {
            let mut delivery = noise::delivery(record.skipped);
            delivery.complete(around);
            let json = core::str::from_utf8(record.bytes).unwrap_or_default();
            match (Quoted::text(json), levels.checked_sub(1)) {
                (Some(text), Some(levels)) => self.text(&text, &delivery, levels),
                (Some(_), None) => {}
                (None, _) => self.json(json, &delivery, levels),
            }
            rest = rest.get(record.consumed()..).unwrap_or_default();
        }
    }
}

impl FoundBody {
    /// The notifications in a spelling that is the same for every form of the body.
    fn notifications(&self) -> String {
        let mut json: Value = serde_json::from_str(&self.json).unwrap_or_default();
        match json.get_mut("value").map(Value::take) {
            Some(Value::Array(items)) => Value::Array(items).to_string(),
            Some(_) | None => Value::Array([json].into()).to_string(),
        }
    }
}

/// True for a body with notifications, and for a single notification.
fn is_body(members: &Members<'_>) -> bool {
    match members.get("value") {
        Some(items) if items.starts_with('[') => {
            let items: Vec<&RawValue> = serde_json::from_str(items).unwrap_or_default();
            items.iter().any(|item| Signs::read(item.get()).is_some_and(|signs| signs.is_notification()))
        }
        Some(_) | None => {
            let has = |name| members.get(name).is_some();
            has("resourceUrl") && (has("changeType") || has("resourceData"))
        }
    }
}

/// The members by which a notification is known in other JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Signs {
    change_type: Option<IgnoredAny>,
    resource_url: Option<IgnoredAny>,
    resource: Option<IgnoredAny>,
    resource_data: Option<IgnoredAny>,
}

impl Signs {
    fn read(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    fn is_notification(&self) -> bool {
        let members = [&self.change_type, &self.resource_url, &self.resource, &self.resource_data];
        members.iter().any(|member| member.is_some())
    }
}

/// True if other text or JSON names a member of a notification.
pub(super) fn may_hold(json: &str) -> bool {
    ["resource", "changeType"].into_iter().any(|word| has(json, word))
}

/// True if JSON that is broken begins like a body.
fn is_about_bodies(json: &str) -> bool {
    has(json, "\"value\"") && may_hold(json)
}

fn has(json: &str, word: &str) -> bool {
    memchr::memmem::find(json.as_bytes(), word.as_bytes()).is_some()
}
