//! Findings: observations about a log.

use alloc::string::String;
use core::fmt;

use serde::{Serialize, Serializer};

use crate::id::CallId;
use crate::names::names;

names! {
    /// How bad a finding is. The order is `Info < Warn < Error`.
    #[expect(clippy::exhaustive_enums, reason = "a promise of the JSON output")]
    pub enum Severity {
        /// Normal, such as a repeated notification, or a call that had begun before the log.
        Info = "info",
        /// Something was lost, ignored or unknown.
        Warn = "warn",
        /// Something is contradictory or unreadable.
        Error = "error",
    }
}

names! {
    /// The kind of a finding: what was observed.
    #[non_exhaustive]
    pub enum FindingKind {
        /// A call was already in progress when it was first reported. Its beginning is missing.
        Adopted = "adopted",
        /// A notification says only what is already known.
        Repeat = "repeat",
        /// A notification came too late: it reports an older state or roster, or a result after the end.
        Late = "late",
        /// Something happened that no notification reported: a step, a departure, or the end of an operation.
        Gap = "gap",
        /// A notification came after the end of the call, and was ignored.
        AfterEnd = "afterEnd",
        /// A notification reports a state that no sequence of legal steps can reach.
        Impossible = "impossible",
        /// The call ended while an operation was pending.
        Orphan = "orphan",
        /// The same message was delivered twice, or the same line is in the log twice.
        Duplicate = "duplicate",
        /// Two lines have the same revision and different content.
        Conflict = "conflict",
        /// Revisions are missing.
        RevisionGap = "revisionGap",
        /// The fold refused an event, or the schema version of the line is unknown.
        Refused = "refused",
        /// The record cannot be read, or lacks the id of its call or operation.
        Malformed = "malformed",
        /// This version does not know a resource, a call state, an operation status, or a type of CloudEvent.
        UnknownResource = "unknownResource",
        /// The log grew or shrank while it was read.
        Grew = "grew",
        /// Text between the records of a log was skipped. A log has at most one such finding.
        Noise = "noise",
        /// An operation failed. The message has its code and the text of the service.
        OperationFailed = "operationFailed",
        /// A call had not ended at the end of the log.
        Unfinished = "unfinished",
        /// No record of the log tells of a call.
        NothingFound = "nothingFound",
        /// The newest entry of the log is first, so the log was read from its end.
        NewestFirst = "newestFirst",
        /// A notification contains nothing about its resource, or a body contains no notification.
        Empty = "empty",
        /// The times of receiving run backwards, and not every notification has one, so the right order is unknown.
        Unordered = "unordered",
        /// The record is larger than the limit (`--max-record`), and was skipped.
        TooLarge = "tooLarge",
    }
}

impl FindingKind {
    /// How bad findings of this kind usually are. [`Finding::severity`] is that of one finding.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Adopted
            | Self::Repeat
            | Self::Late
            | Self::Duplicate
            | Self::Noise
            | Self::Unfinished
            | Self::NewestFirst
            | Self::Empty => Severity::Info,
            Self::Gap
            | Self::AfterEnd
            | Self::Orphan
            | Self::UnknownResource
            | Self::OperationFailed
            | Self::Unordered
            | Self::Grew => Severity::Warn,
            Self::Impossible
            | Self::Conflict
            | Self::RevisionGap
            | Self::Refused
            | Self::Malformed
            | Self::NothingFound
            | Self::TooLarge => Severity::Error,
        }
    }
}

impl Serialize for Severity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for FindingKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// An observation about one record of a log. A finding never shows a secret.
///
/// ```
/// use callfold::log::Format;
/// use callfold::{FindingKind, Replay, Severity};
///
/// let findings = Replay::new().record(Format::Events, b"not JSON", |_| {});
/// assert_eq!(findings[0].kind, FindingKind::Malformed);
/// assert_eq!(findings[0].severity, Severity::Error);
/// println!("{}", findings[0]); // the kind, the message, and the call if it is known
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Finding {
    /// The kind of the finding.
    pub kind: FindingKind,
    /// How bad it is. It is that of the kind, except for a `gap` that says who is missing from a full roster: that is
    /// normal, and its severity is info.
    pub severity: Severity,
    /// The call, if the record names one.
    pub call: Option<CallId>,
    /// A text for people. It says what was received, and for an error also what was expected.
    pub message: String,
}

impl Finding {
    /// A finding about a call, or about a record that names no call.
    pub fn new(kind: FindingKind, call: Option<CallId>, message: impl Into<String>) -> Self {
        Self { kind, severity: kind.severity(), call, message: message.into() }
    }

    /// A finding that is less bad than others of its kind.
    pub(crate) fn normal(kind: FindingKind, call: CallId, message: impl Into<String>) -> Self {
        Self { severity: Severity::Info, ..Self::new(kind, Some(call), message) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)?;
        match self.call {
            Some(call) => write!(f, " (call {call})"),
            None => Ok(()),
        }
    }
}
