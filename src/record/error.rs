//! Why a line of the log cannot be read.

use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::call::event::EventKind;
use crate::text::{without_content, without_place};

/// Why a line of the log cannot be read. Never repeats the line's data.
///
/// ```
/// use callfold::Recorded;
///
/// let error = r#"{"v":7}"#.parse::<Recorded>().unwrap_err();
/// assert_eq!(error.to_string(), "schema version 7 is not known; known is 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineError {
    /// It is no JSON object.
    Json {
        /// What is wrong with it, and at which column.
        why: String,
    },
    /// Its schema version is not known.
    Version {
        /// The version that it has.
        found: String,
        /// The version that is known.
        known: u64,
    },
    /// A member is missing.
    Missing {
        /// Its name.
        member: &'static str,
    },
    /// A member cannot be read.
    Invalid {
        /// Its name.
        member: &'static str,
        /// What would be right.
        why: String,
    },
    /// No event has this name.
    UnknownType {
        /// The name.
        found: String,
    },
    /// A CloudEvent of somebody else's.
    Foreign {
        /// Its type.
        found: String,
    },
}

impl LineError {
    pub(super) fn json(error: serde_json::Error) -> Self {
        Self::Json { why: without_content(&error) }
    }

    pub(crate) fn utf8(error: &core::str::Utf8Error) -> Self {
        Self::Json { why: format!("not UTF-8 from byte {} on", error.valid_up_to() + 1) }
    }

    pub(super) fn data(error: serde_json::Error) -> Self {
        Self::Invalid { member: "data", why: without_place(&error) }
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json { why } => write!(f, "not a line of an event log: {why}"),
            Self::Version { found, known } => {
                write!(f, "schema version {found} is not known; known is {known}")
            }
            Self::Missing { member } => write!(f, "member `{member}` is missing"),
            Self::Invalid { member, why } => write!(f, "member `{member}`: {why}"),
            Self::UnknownType { found } => {
                write!(f, "no event is named `{found}`; known are")?;
                EventKind::ALL.iter().try_for_each(|kind| write!(f, " {}", kind.as_str()))
            }
            Self::Foreign { found } => write!(f, "a CloudEvent of type `{found}`, which is not callfold's"),
        }
    }
}

impl core::error::Error for LineError {}
