//! Telling the formats apart, by content.

use alloc::vec::Vec;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::{Cut, Format, cut};

/// How many records are looked at until one tells.
const PATIENCE: usize = 64;

/// The members that tell one format from the other.
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
    /// The format of a log, by its first block; `None` where nothing in it tells.
    ///
    /// ```
    /// use callfold::log::Format;
    ///
    /// assert_eq!(Format::detect(br#"{"value":[]}"#), Some(Format::Notifications));
    /// ```
    pub fn detect(head: &[u8]) -> Option<Self> {
        if head.trim_ascii_start().starts_with(ENTRY) {
            return Some(Self::SdkLog);
        }
        by_records(head).or_else(|| has_entries(head).then_some(Self::SdkLog))
    }
}

/// The beginning of an entry of an SDK log.
const ENTRY: &[u8] = b"$>";

fn has_entries(head: &[u8]) -> bool {
    head.split(|byte| *byte == b'\n').any(|line| line.starts_with(ENTRY))
}

fn by_records(head: &[u8]) -> Option<Format> {
    let mut rest = head;
    for _ in 0..PATIENCE {
        let Cut::Record(record) = cut(Format::Notifications, rest, true) else { return None };
        if let Some(format) = by_record(record.bytes) {
            return Some(format);
        }
        rest = rest.get(record.consumed()..)?;
    }
    None
}

fn by_record(record: &[u8]) -> Option<Format> {
    let signs = if record.first() == Some(&b'[') {
        serde_json::from_slice::<Vec<Signs>>(record).map(|mut items| items.pop())
    } else {
        serde_json::from_slice(record).map(Some)
    };
    signs.map_or_else(|_| by_words(record), |signs| signs?.format())
}

/// What a broken record was meant to be.
fn by_words(record: &[u8]) -> Option<Format> {
    let has = |word: &str| memchr::memmem::find(record, word.as_bytes()).is_some();
    if !record.starts_with(b"{") && !record.starts_with(b"[{") {
        None
    } else if has("\"specversion\"") || (has("\"rev\"") && has("\"call\"")) {
        Some(Format::Events)
    } else if has("\"changeType\"") || has("\"resourceUrl\"") || has("\"resourceData\"") || has("\"value\"") {
        Some(Format::Notifications)
    } else {
        None
    }
}
