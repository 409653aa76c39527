//! The members of a line, borrowed from the line. A line is plain JSON or a CloudEvent.

use alloc::borrow::Cow;
use alloc::string::ToString;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::error::LineError;
use super::recorded::{Recorded, SCHEMA_VERSION};
use crate::call::event::{CallEvent, EventKind};
use crate::id::CallId;
use crate::text::short;

/// The greatest integer that every JSON reader keeps exactly.
const MAX_REVISION: u64 = (1 << 53) - 1;

/// Text, borrowed if it has no escapes.
#[derive(Deserialize)]
pub(super) struct Text<'a>(#[serde(borrow)] pub(super) Cow<'a, str>);

#[derive(Deserialize)]
pub(super) struct Line<'a> {
    #[serde(borrow)]
    v: Option<&'a RawValue>,
    #[serde(borrow)]
    pub(super) call: Option<Text<'a>>,
    rev: Option<u64>,
    #[serde(borrow)]
    at: Option<Text<'a>>,
    #[serde(borrow, rename = "type")]
    pub(super) type_name: Option<Text<'a>>,
    #[serde(borrow)]
    data: Option<&'a RawValue>,
    pub(super) data_base64: Option<serde::de::IgnoredAny>,
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
}

impl Line<'_> {
    pub(super) fn recorded(&self) -> Result<Recorded, LineError> {
        let version = self.v.map_or("1", RawValue::get);
        if version != "1" {
            return Err(LineError::version(version));
        }
        let call = self.call.as_ref().ok_or(LineError::Missing { member: "call" })?;
        let revision = self.rev.ok_or(LineError::Missing { member: "rev" })?;
        let type_name = self.type_name.as_ref().ok_or(LineError::Missing { member: "type" })?;
        self.assemble("call", &call.0, revision, self.at.as_ref(), &type_name.0)
    }

    pub(super) fn call(&self) -> Option<CallId> {
        let named = self.call.as_ref().or(self.subject.as_ref())?;
        named.0.parse().ok()
    }

    /// Reads the parts that plain lines and CloudEvents share.
    pub(super) fn assemble(
        &self,
        id_member: &'static str,
        call: &str,
        revision: u64,
        at: Option<&Text<'_>>,
        type_name: &str,
    ) -> Result<Recorded, LineError> {
        let call: CallId = call.parse().map_err(|why| LineError::invalid(id_member, why))?;
        if !(1..=MAX_REVISION).contains(&revision) {
            return Err(LineError::invalid(
                "rev",
                "revisions count from 1, and JSON's integers end at 2^53 - 1",
            ));
        }
        let at = at.map(|text| text.0.parse::<Timestamp>()).transpose();
        let at =
            at.map_err(|_| LineError::invalid("at", "a time is RFC 3339, such as 2026-11-23T09:15:02.250Z"))?;
        let data = self.data.map_or("{}", RawValue::get);
        if !data.starts_with('{') {
            return Err(LineError::invalid("data", "the data of an event is an object"));
        }
        let kind = EventKind::named(type_name).ok_or_else(|| LineError::unknown_type(type_name))?;
        let event = CallEvent::read(kind, data).map_err(LineError::data)?;
        Ok(Recorded { call, revision, at, inferred: self.inferred.unwrap_or_default(), event })
    }
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
