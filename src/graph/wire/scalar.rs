//! Reading strings, numbers and times, and the types that wrap them.

use alloc::string::{String, ToString};

use jiff::{SignedDuration, Span, Timestamp};

use super::super::type_name::TypeName;
use super::read::Wire;
use crate::id::Id;
use crate::secret::Secret;
use crate::time::At;

impl Wire for String {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }

    fn from_integer(number: i64) -> Option<Self> {
        Some(number.to_string())
    }
}

impl Wire for Id {
    fn from_text(text: &str) -> Option<Self> {
        (!text.is_empty()).then(|| text.into())
    }
}

impl Wire for TypeName {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }
}

impl Wire for uuid::Uuid {
    fn from_text(text: &str) -> Option<Self> {
        Self::try_parse(text).ok()
    }
}

impl Wire for bool {
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
    fn from_integer(number: i64) -> Option<Self> {
        number.try_into().ok()
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Wire for i64 {
    fn from_integer(number: i64) -> Option<Self> {
        Some(number)
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Wire for Timestamp {
    fn from_text(text: &str) -> Option<Self> {
        At::read(text)
    }
}

impl Wire for SignedDuration {
    /// Reads an ISO 8601 duration. A day has 24 hours, as in `Edm.Duration`.
    fn from_text(text: &str) -> Option<Self> {
        let span: Span = text.parse().ok()?;
        span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).ok()
    }
}

impl<T: Wire> Wire for Secret<T> {
    fn from_text(text: &str) -> Option<Self> {
        T::from_text(text).map(Self::new)
    }

    fn from_integer(number: i64) -> Option<Self> {
        T::from_integer(number).map(Self::new)
    }
}
