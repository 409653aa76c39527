//! The app's own name for an operation.

use alloc::borrow::Cow;
use alloc::string::ToString;
use core::fmt;

use uuid::Uuid;

use super::scan;

/// The app's own name for an operation, as it was told. Many are GUIDs, which are not kept as text.
/// Source: [commsOperation](https://learn.microsoft.com/graph/api/resources/commsoperation), member `clientContext`.
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

    /// Of a text that may be a GUID.
    pub(super) fn of(text: &'a str) -> Self {
        scan::guid(text.as_bytes()).map_or(Self(Reported::Text(text)), Self::of_guid)
    }

    /// Of a text that is none.
    pub(super) const fn of_text(text: &'a str) -> Self {
        Self(Reported::Text(text))
    }

    /// The GUID that it is, where it was kept as one: in lower case with dashes.
    ///
    /// ```
    /// # use callfold::{Bulk, Summary};
    /// # let log = br#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}
    /// # {"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"operationCreated","data":{"clientContext":"0fe0623f-d628-42ed-b4bd-8ac290072cc5","id":"a"}}"#;
    /// # let mut bulk = Bulk::new();
    /// # log.split(|byte| *byte == b'\n').for_each(|line| assert!(bulk.line(line.trim_ascii_start()).is_empty()));
    /// # let calls = bulk.calls();
    /// let context = calls[0].operations().next().unwrap().client_context.unwrap();
    /// assert!(context.guid().is_some());
    /// ```
    pub const fn guid(self) -> Option<Uuid> {
        match self.0 {
            Reported::Guid(guid) => Some(guid),
            Reported::Text(_) => None,
        }
    }

    /// Its text.
    ///
    /// ```
    /// # use callfold::{Bulk, Summary};
    /// # let log = br#"{"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}
    /// # {"v":1,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"operationCreated","data":{"clientContext":"0fe0623f-d628-42ed-b4bd-8ac290072cc5","id":"a"}}"#;
    /// # let mut bulk = Bulk::new();
    /// # log.split(|byte| *byte == b'\n').for_each(|line| assert!(bulk.line(line.trim_ascii_start()).is_empty()));
    /// # let calls = bulk.calls();
    /// let context = calls[0].operations().next().unwrap().client_context.unwrap();
    /// assert_eq!(context.text(), "0fe0623f-d628-42ed-b4bd-8ac290072cc5");
    /// ```
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
