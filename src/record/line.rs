//! The members of a line, borrowed from the line. A line is plain JSON or a CloudEvent.

use alloc::borrow::Cow;
use alloc::string::ToString;

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::error::LineError;
use super::recorded::{MAX_REVISION, Recorded, SCHEMA_VERSION};
use super::unknown::{CLOUD, PLAIN};
use crate::call::event::{CallEvent, EventKind};
use crate::id::CallId;
use crate::json::read::{GaveUp, Items, Raw, Reader, Text};
use crate::text::short;
use crate::time::At;

/// The type of a CloudEvent is `callfold.call.<name>.<version>`.
pub(super) const PREFIX: &str = "callfold.call.";
pub(super) const VERSION: &str = "v1";

/// The name and the version in the type of a CloudEvent; `None` if another program wrote it.
pub(super) fn name_and_version(type_name: &str) -> Option<(&str, &str)> {
    type_name.strip_prefix(PREFIX)?.rsplit_once('.')
}

/// The member `data`.
enum Data<'a> {
    Text(Raw<'a>),
    Read(CallEvent),
}

impl<'de: 'a, 'a> Deserialize<'de> for Data<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Raw::deserialize(deserializer).map(Self::Text)
    }
}

#[derive(Default, Deserialize)]
pub(super) struct Line<'a> {
    #[serde(borrow)]
    v: Option<Raw<'a>>,
    #[serde(borrow)]
    pub(super) call: Option<Text<'a>>,
    rev: Option<u64>,
    #[serde(borrow)]
    at: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    pub(super) type_name: Option<Text<'a>>,
    #[serde(borrow)]
    data: Option<Data<'a>>,
    pub(super) data_base64: Option<IgnoredAny>,
    #[serde(default)]
    inferred: Option<bool>,
    #[serde(borrow)]
    pub(super) specversion: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) id: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) subject: Option<Text<'a>>,
    #[serde(borrow)]
    pub(super) time: Option<Text<'a>>,
    /// True if the line may have members that neither layout defines.
    #[serde(skip)]
    has_unknown: bool,
    /// True if the line may have other members that only CloudEvents define.
    #[serde(skip)]
    has_of_cloud: bool,
}

impl<'a> Line<'a> {
    /// Reads a line into this one, which is empty. A line in the usual form is read in its place, because it is large.
    pub(super) fn read(&mut self, line: &'a str) -> Result<(), serde_json::Error> {
        if self.read_usual(&mut Reader::new(line)).is_err() {
            *self = serde_json::from_str(line)?;
            (self.has_unknown, self.has_of_cloud) = (true, true);
        }
        Ok(())
    }

    /// Reads a line with its data, in one pass if the type comes before the data.
    fn read_usual(&mut self, reader: &mut Reader<'a>) -> Result<(), GaveUp> {
        let mut items = reader.object()?;
        if reader.ahead(u8::MAX, |reader| self.read_beginning(reader)).is_ok() {
            items = Items::AFTER_FIRST;
        }
        while let Some(name) = items.name(reader)? {
            match name {
                "v" => once(&mut self.v, reader.raw())?,
                "call" => once(&mut self.call, text(reader))?,
                "rev" => once(&mut self.rev, u64::deserialize(&mut *reader))?,
                "at" => once(&mut self.at, text(reader))?,
                "type" => once(&mut self.type_name, text(reader))?,
                "data" => {
                    let data = match self.kind() {
                        Some(kind) => event_of(kind, reader).map(Data::Read),
                        None => reader.raw().map(Data::Text),
                    };
                    once(&mut self.data, data)?;
                }
                "inferred" => once(&mut self.inferred, bool::deserialize(&mut *reader))?,
                "specversion" => once(&mut self.specversion, text(reader))?,
                "id" => once(&mut self.id, text(reader))?,
                "subject" => once(&mut self.subject, text(reader))?,
                "time" => once(&mut self.time, text(reader))?,
                "data_base64" => return Err(GaveUp),
                "source" | "datacontenttype" => {
                    self.has_of_cloud = true;
                    _ = IgnoredAny::deserialize(&mut *reader)?;
                }
                _ => {
                    self.has_unknown = true;
                    _ = IgnoredAny::deserialize(&mut *reader)?;
                }
            }
        }
        if let Some(Data::Text(Raw(data))) = self.data {
            let kind = self.kind().ok_or(GaveUp)?;
            self.data = Some(Data::Read(event_of(kind, &mut Reader::new(data))?));
        }
        reader.end()?;
        if self.v.is_none_or(|version| version.0 == "1") { Ok(()) } else { Err(GaveUp) }
    }

    /// Reads the members before the data as this crate writes them: in this order, and without blanks between them.
    fn read_beginning(&mut self, reader: &mut Reader<'a>) -> Result<(), GaveUp> {
        reader.literal(r#""v":1,"call":"#)?;
        let call = text(reader)?;
        reader.literal(r#","rev":"#)?;
        let rev = u64::deserialize(&mut *reader)?;
        let at = reader.literal(r#","at":"#).is_ok().then(|| text(reader)).transpose()?;
        reader.literal(r#","type":"#)?;
        self.type_name = Some(text(reader)?);
        (self.v, self.call, self.rev, self.at) = (Some(Raw("1")), Some(call), Some(rev), at);
        Ok(())
    }

    /// The kind of the event, if the type is one of this crate's.
    fn kind(&self) -> Option<EventKind> {
        let name = self.type_name.as_ref()?.0.as_ref();
        let of_cloud_event = || name_and_version(name).filter(|(_, version)| *version == VERSION);
        EventKind::named(name).or_else(|| EventKind::named(of_cloud_event()?.0))
    }
}

/// Reads the data of an event, which is an object.
fn event_of(kind: EventKind, reader: &mut Reader<'_>) -> Result<CallEvent, GaveUp> {
    if reader.is_object() { CallEvent::read(kind, reader) } else { Err(GaveUp) }
}

fn text<'a>(reader: &mut Reader<'a>) -> Result<Text<'a>, GaveUp> {
    reader.plain_string().map(|text| Text(Cow::Borrowed(text)))
}

/// Stores a member. A line that has it twice is not usual.
fn once<T>(member: &mut Option<T>, read: Result<T, GaveUp>) -> Result<(), GaveUp> {
    match member.replace(read?) {
        None => Ok(()),
        Some(_) => Err(GaveUp),
    }
}

impl Line<'_> {
    pub(super) fn recorded(&mut self) -> Result<Recorded, LineError> {
        let version = self.v.map_or("1", |version| version.0);
        if version != "1" {
            return Err(LineError::version(version));
        }
        let call = self.call.take().ok_or(LineError::Missing { member: "call" })?;
        let revision = self.rev.ok_or(LineError::Missing { member: "rev" })?;
        let type_name = self.type_name.take().ok_or(LineError::Missing { member: "type" })?;
        let at = self.at.take();
        self.assemble("call", &call.0, revision, at, &type_name.0)
    }

    /// The members that the layout of the line defines, if the line may have others.
    pub(super) const fn known_if_others(&self) -> Option<&'static [&'static str]> {
        let (has_others, known) = if self.specversion.is_some() {
            let has_of_plain =
                self.v.is_some() || self.call.is_some() || self.rev.is_some() || self.at.is_some();
            (has_of_plain, CLOUD)
        } else {
            let has_of_cloud = self.id.is_some()
                || self.subject.is_some()
                || self.time.is_some()
                || self.data_base64.is_some();
            (has_of_cloud || self.has_of_cloud, PLAIN)
        };
        if has_others || self.has_unknown { Some(known) } else { None }
    }

    /// Reads the parts that plain lines and CloudEvents share.
    pub(super) fn assemble(
        &mut self,
        id_member: &'static str,
        call: &str,
        revision: u64,
        at: Option<Text<'_>>,
        type_name: &str,
    ) -> Result<Recorded, LineError> {
        let call: CallId = call.parse().map_err(|why| LineError::invalid(id_member, why))?;
        if !(1..=MAX_REVISION).contains(&revision) {
            return Err(LineError::invalid(
                "rev",
                "revisions count from 1, and JSON's integers end at 2^53 - 1",
            ));
        }
        let why = || LineError::invalid("at", "a time is RFC 3339, such as 2026-11-23T09:15:02.250Z");
        let at = at.map(|text| At::read(&text.0).ok_or_else(why)).transpose()?;
        let event = match self.data.take() {
            Some(Data::Read(event)) if event.kind().as_str() == type_name => event,
            Some(Data::Read(_)) => return Err(LineError::unknown_type(type_name)),
            Some(Data::Text(Raw(text))) => event(type_name, text)?,
            None => event(type_name, "{}")?,
        };
        Ok(Recorded {
            inferred: self.inferred.unwrap_or_default(),
            ..Recorded::new(call, revision, at, event)
        })
    }
}

fn event(type_name: &str, data: &str) -> Result<CallEvent, LineError> {
    if !data.starts_with('{') {
        return Err(LineError::invalid("data", "the data of an event is an object"));
    }
    let kind = EventKind::named(type_name).ok_or_else(|| LineError::unknown_type(type_name))?;
    CallEvent::from_json(kind, data).map_err(LineError::data)
}

impl LineError {
    fn version(found: &str) -> Self {
        Self::Version { found: found.chars().take(16).collect(), known: SCHEMA_VERSION }
    }

    fn unknown_type(found: &str) -> Self {
        Self::UnknownType { found: short(found) }
    }

    pub(super) fn invalid(member: &'static str, why: impl ToString) -> Self {
        Self::Invalid { member, why: why.to_string() }
    }
}
