//! The `clientContext` of an operation.

use alloc::borrow::Cow;
use alloc::string::ToString;
use core::fmt;

use uuid::Uuid;

use super::scan;

/// The text that an app chose to recognise an operation. Many of these texts are GUIDs, and are kept in 16
/// bytes. The request body that contains only such a text is another type,
/// [`graph::action::ClientContext`](crate::graph::action::ClientContext). Source:
/// [commsOperation](https://learn.microsoft.com/graph/api/resources/commsoperation), member `clientContext`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ClientContext<'a>(Reported<'a>);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Reported<'a> {
    Guid(Uuid),
    Text(&'a str),
}

impl<'a> ClientContext<'a> {
    pub(super) const fn of_guid(guid: Uuid) -> Self {
        Self(Reported::Guid(guid))
    }

    /// A text that may be a GUID.
    pub(super) fn of(text: &'a str) -> Self {
        scan::guid(text.as_bytes()).map_or(Self(Reported::Text(text)), Self::of_guid)
    }

    /// A text that is not a GUID.
    pub(super) const fn of_text(text: &'a str) -> Self {
        Self(Reported::Text(text))
    }

    /// The GUID, if the text is a GUID in lower case with dashes; `None` for any other text.
    pub const fn guid(self) -> Option<Uuid> {
        match self.0 {
            Reported::Guid(guid) => Some(guid),
            Reported::Text(_) => None,
        }
    }

    /// The text.
    pub fn text(self) -> Cow<'a, str> {
        match self.0 {
            Reported::Guid(guid) => guid.hyphenated().to_string().into(),
            Reported::Text(text) => text.into(),
        }
    }
}

impl fmt::Display for ClientContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Reported::Guid(guid) => guid.hyphenated().fmt(f),
            Reported::Text(text) => f.pad(text),
        }
    }
}

impl fmt::Debug for ClientContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientContext({self})")
    }
}
