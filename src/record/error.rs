//! Errors of lines of the log.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::call::event::EventKind;
use crate::text::{without_content, without_place};

/// The reason why a line of the log cannot be read. The message never shows the data of the line.
///
/// ```
/// use callfold::Recorded;
///
/// let error = r#"{"v":7}"#.parse::<Recorded>().unwrap_err();
/// assert_eq!(error.to_string(), "unknown schema version 7; this version reads 1");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LineError {
    /// The line is not a JSON object.
    Json {
        /// The problem, and its column.
        why: String,
    },
    /// The schema version of the line is unknown.
    Version {
        /// The version of the line.
        found: String,
        /// The version that this crate reads.
        known: u64,
    },
    /// A member is missing.
    Missing {
        /// The name of the member.
        member: &'static str,
    },
    /// A member cannot be read.
    Invalid {
        /// The name of the member.
        member: &'static str,
        /// A description of the problem or of a valid value.
        why: String,
    },
    /// No event has this name.
    UnknownType {
        /// The name.
        found: String,
    },
    /// The line is a CloudEvent of another program.
    Foreign {
        /// The type of the CloudEvent.
        found: String,
    },
    /// The line is none of the current version, and the [`Upcasters`](crate::Upcasters) did not make it one.
    NotUpcast {
        /// True if an upcaster has changed the line. False if none applies to it.
        has_changed: bool,
        /// Why the line cannot be read: as it is if none applies, and else after the changes.
        why: Box<Self>,
    },
}

impl LineError {
    pub(super) fn json(error: serde_json::Error) -> Self {
        Self::Json { why: without_content(&error) }
    }

    pub(crate) fn utf8(error: &core::str::Utf8Error) -> Self {
        Self::Json { why: format!("not UTF-8 from byte {} onwards", error.valid_up_to() + 1) }
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
                write!(f, "unknown schema version {found}; this version reads {known}")
            }
            Self::Missing { member } => write!(f, "member `{member}` is missing"),
            Self::Invalid { member, why } => write!(f, "member `{member}`: {why}"),
            Self::UnknownType { found } => {
                write!(f, "unknown event `{found}`; the events are")?;
                EventKind::ALL.iter().try_for_each(|kind| write!(f, " {}", kind.as_str()))
            }
            Self::NotUpcast { has_changed: true, why } => write!(f, "after an upcast: {why}"),
            Self::NotUpcast { has_changed: false, why } => write!(f, "{why}; no upcaster applies"),
            Self::Foreign { found } => write!(f, "CloudEvent of another program, with the type `{found}`"),
        }
    }
}

impl core::error::Error for LineError {}
