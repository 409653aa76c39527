//! The formats of logs.

use crate::names::names;

names! {
    /// The format of a log. See `docs/log-format.md`.
    ///
    /// ```
    /// use callfold::log::Format;
    ///
    /// let head = br#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// assert_eq!(Format::detect(head), Some(Format::Events));
    /// assert_eq!(Format::detect(br#"{"value":[]}"#), Some(Format::Notifications));
    /// assert_eq!(Format::detect(b"$>2026-11-25T08:05:00Z Info: Bot.cs:42 Run"), Some(Format::SdkLog));
    /// assert_eq!(Format::detect(b"\x7fELF"), None);
    /// ```
    #[expect(clippy::exhaustive_enums, reason = "a promise of the command line")]
    pub enum Format {
        /// The event log that this crate writes. Each line is one event, plain or as a CloudEvent.
        Events = "events",
        /// Notification bodies as Graph posts them, one JSON document after another.
        Notifications = "notifications",
        /// The text log of the .NET Graph communications SDK.
        SdkLog = "sdk-log",
    }
}
