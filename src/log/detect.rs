//! Detecting the format of a log by its content.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::cut::{Cut, Record, cut};
use super::entry::Head;
use super::format::Format;
use super::noise;
use super::notifications::is_about_notifications;

/// The members that show which format a JSON record has.
#[derive(Deserialize)]
struct Signs {
    rev: Option<IgnoredAny>,
    call: Option<IgnoredAny>,
    specversion: Option<IgnoredAny>,
    value: Option<IgnoredAny>,
    body: Option<IgnoredAny>,
    #[serde(rename = "changeType")]
    change_type: Option<IgnoredAny>,
    #[serde(rename = "resourceUrl")]
    resource_url: Option<IgnoredAny>,
    resource: Option<IgnoredAny>,
}

impl Signs {
    fn format(&self) -> Option<Format> {
        let is_event = self.specversion.is_some() || (self.rev.is_some() && self.call.is_some());
        let members = [&self.value, &self.body, &self.change_type, &self.resource_url, &self.resource];
        if is_event {
            Some(Format::Events)
        } else {
            members.iter().any(|member| member.is_some()).then_some(Format::Notifications)
        }
    }
}

impl Format {
    /// Detects the format of a log from its first block. Returns `None` if the block fits no format.
    pub fn detect(head: &[u8]) -> Option<Self> {
        if Head::of(head.trim_ascii_start()).is_some() || entries(head) > 1 {
            return Some(Self::SdkLog);
        }
        let has_entry = || (entries(head) > 0).then_some(Self::SdkLog);
        by_records(head, by_signs).or_else(has_entry).or_else(|| by_records(head, by_words))
    }
}

/// True if a log may be recognised once more of it is known than this block: its last document is not complete.
pub fn is_cut_off(head: &[u8]) -> bool {
    let mut rest = head;
    loop {
        match cut(Format::Notifications, rest, false) {
            Cut::Record(record) => rest = rest.get(record.consumed()..).unwrap_or_default(),
            Cut::More => return noise::end(rest, true).is_some_and(|start| start < rest.len()),
            Cut::End => return false,
        }
    }
}

/// The number of lines that begin like an entry.
fn entries(head: &[u8]) -> usize {
    let lines = head.split(|byte| *byte == b'\n');
    lines.filter(|line| Head::of(line.trim_ascii_start()).is_some()).count()
}

/// The format of the first record whose format is known.
fn by_records(head: &[u8], by: fn(&[u8]) -> Option<Format>) -> Option<Format> {
    let mut rest = head;
    while let Cut::Record(record) = cut(Format::Notifications, rest, true) {
        match by(record.bytes) {
            // An event log has one event in each line. Events in other text are found as notifications are.
            Some(Format::Events) if !is_line(&record) => return Some(Format::Notifications),
            None => {}
            format => return format,
        }
        rest = rest.get(record.consumed()..)?;
    }
    None
}

/// True if the record is one object, alone in its line.
fn is_line(record: &Record<'_>) -> bool {
    let prefix = record.skipped.rsplit(|byte| *byte == b'\n').next().unwrap_or_default();
    let is_in_one_line = !record.bytes.contains(&b'\n') && prefix.trim_ascii().is_empty();
    is_in_one_line && record.bytes.first() == Some(&b'{')
}

fn by_signs(record: &[u8]) -> Option<Format> {
    let signs = if record.first() == Some(&b'[') {
        serde_json::from_slice::<Vec<Signs>>(record).ok()?.pop()
    } else {
        serde_json::from_slice(record).ok()
    };
    signs?.format()
}

/// Guesses the format of a broken record, or of one inside which bodies are, from the member names in it.
fn by_words(record: &[u8]) -> Option<Format> {
    let has = |word: &str| memchr::memmem::find(record, word.as_bytes()).is_some();
    // The data of an event can be long, and its revision can stand behind what was read.
    let is_cut_off = || serde_json::from_slice::<IgnoredAny>(record).is_err();
    let has_event = has("\"rev\"") || (has("\"data\"") && !has("resourceUrl") && is_cut_off());
    if has("\"specversion\"") || (has_event && has("\"call\"")) {
        Some(Format::Events)
    } else {
        is_about_notifications(record).then_some(Format::Notifications)
    }
}
