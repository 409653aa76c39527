//! Parsing the `resourceUrl` of a notification.

use alloc::boxed::Box;

use crate::id::{CallId, Id};

/// A parsed resource URL: the id of a call, and the part of the call that the URL names. Source:
/// [commsNotification](https://learn.microsoft.com/graph/api/resources/commsnotification), member
/// `resourceUrl`.
///
/// Every spelling that the service has used is accepted:
///
/// | spelling | example |
/// | --- | --- |
/// | current | `/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896` |
/// | older | `/app/calls/57DAB8B1894C409AB240BD8BEAE78896` |
/// | without the leading slash | `communications/calls/57dab8b1-894c-409a-b240-bd8beae78896` |
/// | complete, with a version | `https://graph.microsoft.com/v1.0/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896` |
/// | with the key syntax of OData | `/communications/calls('57dab8b1-894c-409a-b240-bd8beae78896')` |
/// | in another letter case | `/Communications/Calls/57DAB8B1-894C-409A-B240-BD8BEAE78896` |
///
/// ```
/// use callfold::graph::{Resource, ResourceUrl};
///
/// let url = ResourceUrl::from("/app/calls/57DAB8B1894C409AB240BD8BEAE78896/participants");
/// assert_eq!(url.call.unwrap().to_string(), "57dab8b1-894c-409a-b240-bd8beae78896");
/// assert_eq!(url.resource, Resource::Participants);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ResourceUrl {
    /// The id of the call, or `None` if the URL does not name a call by a GUID.
    pub call: Option<CallId>,
    /// True if the URL has an id of a call that is not a GUID.
    pub has_other_id: bool,
    /// The part of the call that the URL names.
    pub resource: Resource,
}

/// The part of a call that a URL names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Resource {
    /// The call itself.
    Call,
    /// One operation. The id is `None` if the URL does not say which operation.
    Operation(Option<Id>),
    /// The roster, which is the list of participants.
    Participants,
    /// One participant, with its id.
    Participant(Id),
    /// A content sharing session. The id is `None` if the URL does not say which session.
    ContentSharing(Option<Id>),
    /// Another resource, with the name of its collection.
    Other(Box<str>),
}

impl ResourceUrl {
    /// The URL of a notification: `resourceUrl`, or the older `resource` if `resourceUrl` is absent or names
    /// no call.
    pub(super) fn of_either(url: Option<Self>, older: Option<Self>) -> Option<Self> {
        match (url, older) {
            (Some(url), Some(older)) => {
                Some(if url.call.is_none() && older.call.is_some() { older } else { url })
            }
            (url, older) => url.or(older),
        }
    }
}

impl From<&str> for ResourceUrl {
    fn from(url: &str) -> Self {
        Self::plain(url).unwrap_or_else(|| Self::non_canonical(url))
    }
}

impl ResourceUrl {
    /// Reads a URL in the spelling that the service uses. Returns `None` for any other spelling.
    fn plain(url: &str) -> Option<Self> {
        let path = url.strip_prefix("/communications/calls/").or_else(|| url.strip_prefix("/app/calls/"))?;
        // A GUID has 36 characters, or 32 without its dashes.
        let is_whole = |(_, rest): &(&str, &str)| rest.is_empty() || rest.starts_with('/');
        let split = [36, 32].into_iter().find_map(|end| path.split_at_checked(end).filter(is_whole));
        let (id, rest) = split?;
        let call = id.parse().ok()?;
        let mut segments = rest.split('/').skip(1);
        let (collection, item) = (segments.next(), segments.next());
        let is_non_canonical = |segment: &str| {
            segment.is_empty()
                || segment.bytes().any(|byte| matches!(byte, b'?' | b'#' | b'(' | b')' | b'\''))
        };
        if collection.is_some_and(is_non_canonical) || item.is_some_and(is_non_canonical) {
            return None;
        }
        let resource = collection.map_or(Resource::Call, |collection| of(collection, item));
        Some(Self { call: Some(call), has_other_id: false, resource })
    }

    /// Reads a URL in any other spelling.
    fn non_canonical(url: &str) -> Self {
        let path = url.split(['?', '#']).next().unwrap_or_default();
        let mut segments = path.split(['/', '(', ')', '\'']).filter(|segment| !segment.is_empty());
        let calls = segments.by_ref().find(|segment| segment.eq_ignore_ascii_case("calls"));
        let id = calls.and_then(|_| segments.next());
        let call = id.and_then(|id| id.parse().ok());
        let resource = match (calls, segments.next(), segments.next()) {
            _ if path.is_empty() => Resource::Call,
            (None, _, _) => {
                let mut parts = path.split('/').filter(|part| !part.is_empty());
                let first = parts.next().unwrap_or("/");
                let is_root = first.eq_ignore_ascii_case("communications");
                Resource::Other(parts.next().filter(|_| is_root).unwrap_or(first).into())
            }
            (Some(_), None, _) => Resource::Call,
            (Some(_), Some(collection), item) => of(collection, item),
        };
        Self { call, has_other_id: id.is_some() && call.is_none(), resource }
    }
}

/// The call that a text names in URLs; `None` if it names none, or several.
pub(crate) fn only_call(text: &[u8]) -> Option<CallId> {
    let ends = memchr::memchr2_iter(b'/', b'(', text);
    let mut calls = ends.filter_map(|end| {
        let (before, after) = text.split_at_checked(end)?;
        // JSON in a JSON string has a backslash before a quote, and can have one before a slash.
        let before = before.strip_suffix(b"\\").unwrap_or(before);
        let is_calls = before.len().checked_sub(CALLS.len()).and_then(|start| before.get(start..));
        is_calls.filter(|word| word.eq_ignore_ascii_case(CALLS))?;
        let mut parts = after.split(|byte| !(byte.is_ascii_hexdigit() || *byte == b'-')).take(LONGEST_MARK);
        let id = parts.find(|part| !part.is_empty())?;
        core::str::from_utf8(id).ok()?.parse::<CallId>().ok()
    });
    let first = calls.next()?;
    calls.all(|call| call == first).then_some(first)
}

const CALLS: &[u8] = b"calls";

/// More than the number of characters between the word and the id, as in `calls('ID')`.
const LONGEST_MARK: usize = 4;

fn of(collection: &str, item: Option<&str>) -> Resource {
    let is = |name: &str| collection.eq_ignore_ascii_case(name);
    // The published payloads of invitations have the URL `…/operations/participants`. It names no operation.
    let item = item.filter(|item| *item != "participants" || !is("operations"));
    match item.map(Id::from) {
        item if is("operations") => Resource::Operation(item),
        Some(id) if is("participants") => Resource::Participant(id),
        None if is("participants") => Resource::Participants,
        item if is("contentSharingSessions") => Resource::ContentSharing(item),
        _ => Resource::Other(collection.into()),
    }
}
