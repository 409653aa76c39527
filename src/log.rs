//! Recorded logs as bytes: told apart, cut into records, and heard.
//!
//! The crate is given bytes and does no reading: a frontend hands a block to [`cut()`], feeds the record to a
//! [`Replay`](crate::Replay), and refills the block when [`Cut::More`] asks for it.

mod cut;
mod detect;
mod notifications;
mod sdk;

pub use cut::{Cut, Record, cut};
pub(crate) use notifications::Bodies;
pub(crate) use sdk::Trace;

use core::fmt;

/// The formats of a log. See `docs/log-format.md`.
///
/// ```
/// use callfold::log::Format;
///
/// let head = br#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
/// assert_eq!(Format::detect(head), Some(Format::Events));
/// assert_eq!(Format::detect(b"$>2026-11-25T08:05:00Z Info: Bot.cs:42 Run"), Some(Format::SdkLog));
/// assert_eq!(Format::detect(b"\x7fELF"), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a promise of the command line")]
pub enum Format {
    /// The crate's own event log, one event a line, plain or as CloudEvents.
    Events,
    /// Bodies as Graph posts them, one JSON document after another.
    Notifications,
    /// The text log of the .NET SDK.
    SdkLog,
}

impl Format {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Events, Self::Notifications, Self::SdkLog];

    /// The name as the command line has it.
    ///
    /// ```
    /// assert_eq!(callfold::log::Format::SdkLog.as_str(), "sdk-log");
    /// ```
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::Notifications => "notifications",
            Self::SdkLog => "sdk-log",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
