//! Reading strings, numbers and times, and the types that wrap them.

use alloc::string::{String, ToString};

use jiff::{SignedDuration, Span, Timestamp};

use super::super::type_name::TypeName;
use super::misfit::Kind;
use super::read::Wire;
use crate::id::Id;
use crate::secret::Secret;
use crate::time::At;

impl Wire for String {
    const KIND: Kind = Kind::Text;

    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }

    fn from_integer(number: i64) -> Option<Self> {
        Some(number.to_string())
    }
}

impl Wire for Id {
    const KIND: Kind = Kind::Text;

    fn expected() -> String {
        "a string that is not empty".into()
    }

    fn from_text(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.into())
    }
}

impl Wire for TypeName {
    const KIND: Kind = Kind::Text;

    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }
}

impl Wire for uuid::Uuid {
    const KIND: Kind = Kind::Text;

    fn expected() -> String {
        "a GUID".into()
    }

    fn from_text(text: &str) -> Option<Self> {
        Self::try_parse(text).ok()
    }
}

impl Wire for bool {
    const KIND: Kind = Kind::Bool;

    fn from_bool(truth: bool) -> Option<Self> {
        Some(truth)
    }

    fn from_text(text: &str) -> Option<Self> {
        match text {
            "true" | "True" => Some(true),
            "false" | "False" => Some(false),
            _ => None,
        }
    }
}

impl Wire for i32 {
    const KIND: Kind = Kind::Number;

    fn expected() -> String {
        "a whole number of at most 32 bits".into()
    }

    fn from_integer(number: i64) -> Option<Self> {
        number.try_into().ok()
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Wire for i64 {
    const KIND: Kind = Kind::Number;

    fn expected() -> String {
        "a whole number of at most 64 bits".into()
    }

    fn from_integer(number: i64) -> Option<Self> {
        Some(number)
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Wire for Timestamp {
    const KIND: Kind = Kind::Text;

    fn expected() -> String {
        "a time, such as 2026-11-23T09:15:00Z".into()
    }

    fn from_text(text: &str) -> Option<Self> {
        At::read(text)
    }
}

impl Wire for SignedDuration {
    const KIND: Kind = Kind::Text;

    fn expected() -> String {
        "an ISO 8601 duration, such as PT20M".into()
    }

    /// Reads an ISO 8601 duration. A day has 24 hours, as in `Edm.Duration`.
    fn from_text(text: &str) -> Option<Self> {
        let span: Span = text.parse().ok()?;
        span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()
    }
}

impl<T: Wire> Wire for Secret<T> {
    const KIND: Kind = T::KIND;

    fn from_text(text: &str) -> Option<Self> {
        T::from_text(text).map(Self::new)
    }

    fn from_integer(number: i64) -> Option<Self> {
        T::from_integer(number).map(Self::new)
    }
}
