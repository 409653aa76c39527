//! What is worth saying about a log.

use alloc::string::String;
use core::fmt;

use serde::{Serialize, Serializer};

use crate::CallId;
use crate::names::names;

names! {
    /// How bad a finding is; the worst is the greatest.
    ///
    /// ```
    /// use callfold::Severity;
    ///
    /// assert!(Severity::Error > Severity::Info);
    /// ```
    #[expect(clippy::exhaustive_enums, reason = "a promise of the JSON output")]
    pub enum Severity {
        /// What networks do: nothing is lost.
        Info = "info",
        /// Something was lost, or will never be told.
        Warn = "warn",
        /// Something contradicts itself or cannot be read.
        Error = "error",
    }
}

names! {
    /// What a finding is about.
    ///
    /// ```
    /// use callfold::{FindingKind, Severity};
    ///
    /// assert_eq!(FindingKind::RevisionGap.as_str(), "revisionGap");
    /// assert_eq!(FindingKind::RevisionGap.severity(), Severity::Error);
    /// ```
    #[non_exhaustive]
    pub enum FindingKind {
        /// A call was found under way: its beginning is missing.
        Adopted = "adopted",
        /// Told again, nothing new.
        Repeat = "repeat",
        /// Told after what follows it.
        Late = "late",
        /// Something on the way was never told, and was inferred.
        Gap = "gap",
        /// Told after the end, and dropped.
        AfterEnd = "afterEnd",
        /// No way leads there.
        Impossible = "impossible",
        /// The call ended before an operation was settled.
        Orphan = "orphan",
        /// The same message was delivered twice, or the same line is there twice.
        Duplicate = "duplicate",
        /// Two lines with one revision say different things.
        Conflict = "conflict",
        /// Revisions are missing.
        RevisionGap = "revisionGap",
        /// The fold refused an event.
        Refused = "refused",
        /// The record cannot be read.
        Malformed = "malformed",
        /// A resource or a value that this version does not know.
        UnknownResource = "unknownResource",
    }
}

impl FindingKind {
    /// How bad findings of this kind are.
    ///
    /// ```
    /// use callfold::{FindingKind, Severity};
    ///
    /// assert_eq!(FindingKind::Gap.severity(), Severity::Warn);
    /// ```
    pub const fn severity(self) -> Severity {
        match self {
            Self::Adopted | Self::Repeat | Self::Late | Self::Duplicate => Severity::Info,
            Self::Gap | Self::AfterEnd | Self::Orphan | Self::UnknownResource => Severity::Warn,
            Self::Impossible | Self::Conflict | Self::RevisionGap | Self::Refused | Self::Malformed => {
                Severity::Error
            }
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

/// Something worth saying about a record of a log. Never shows a secret.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Finding {
    /// What it is about.
    pub kind: FindingKind,
    /// The call, where one is known.
    pub call: Option<CallId>,
    /// For people: what came, and what would have been right.
    pub message: String,
}

impl Finding {
    /// A finding about a call, or about none.
    ///
    /// ```
    /// use callfold::{Finding, FindingKind};
    ///
    /// let finding = Finding::new(FindingKind::Malformed, None, "not JSON");
    /// assert_eq!(finding.to_string(), "malformed: not JSON");
    /// ```
    pub fn new(kind: FindingKind, call: Option<CallId>, message: impl Into<String>) -> Self {
        Self { kind, call, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.kind, self.message)
    }
}
