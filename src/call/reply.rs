//! The service's reply to a request.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use serde::de::DeserializeOwned;
use serde::ser::SerializeMap;
use serde::{Deserialize, Serialize, Serializer};

use crate::graph;
use crate::graph::media::{AudioRoutingGroup, ContentSharingSession};
use crate::graph::method::{Method, Returns, Route};
use crate::graph::operation::CommsOperation;
use crate::graph::participant::Participant;
use crate::id::CallId;
use crate::json::mend::mended_bytes;
use crate::text::without_content;

/// The reply to a request: an HTTP status, the location of a created resource, and a body.
///
/// ```
/// use callfold::call::{AppIdentity, Call, Command, RequestContext};
/// use callfold::graph::{Permission, Route};
/// use callfold::{serde_json, uuid::Uuid};
///
/// let route = Route::parse("POST", "/communications/calls")?;
/// let body = br##"{"callbackUri":"https://bot.contoso.com/callback","targets":[{"identity":{"user":{"id":"a"}}}],
///     "mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}"##;
/// let identity = AppIdentity::new(&[Permission::Initiate]);
/// let request = RequestContext::new("2026-11-23T09:15:00Z".parse()?, Uuid::from_u128(1), identity);
/// let decision = Call::place(Command::read(&route, body), &request)?;
/// assert_eq!(decision.reply.status, 201);
/// let location = decision.reply.location.as_deref();
/// assert_eq!(location, Some("/communications/calls/00000000-0000-0000-0000-000000000001"));
/// let body = serde_json::to_string(&decision.reply.body)?;
/// assert!(body.contains(r#""state":"establishing""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The header `Location`: the path of the created call or operation, such as
    /// `/communications/calls/{id}`. The host prefixes the path with its own base URL.
    pub location: Option<String>,
    /// The body.
    pub body: Body,
}

/// The body of a reply. `Serialize` writes it as JSON. [`Body::Empty`] is written as `null`; a host sends no
/// body for it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// No body.
    Empty,
    /// A call.
    Call(Box<graph::call::Call>),
    /// The created operation, or the requested one.
    Operation(Box<CommsOperation>),
    /// The participants of a call.
    Participants(Vec<Participant>),
    /// One participant.
    Participant(Box<Participant>),
    /// The audio routing groups of a call.
    AudioRoutingGroups(Vec<AudioRoutingGroup>),
    /// The created audio routing group.
    AudioRoutingGroup(Box<AudioRoutingGroup>),
    /// The content sharing sessions of a call.
    ContentSharingSessions(Vec<ContentSharingSession>),
}

impl Body {
    /// Reads the body of a reply to a request with this method. The error says what was expected.
    pub(crate) fn of_reply(method: Method, body: &[u8]) -> Result<Self, String> {
        Ok(match method.returns() {
            Returns::Empty => Self::Empty,
            Returns::Call => Self::Call(read(body)?),
            Returns::Operation => Self::Operation(read(body)?),
            Returns::Participants => Self::Participants(items(body)?),
            Returns::Participant => Self::Participant(read(body)?),
            Returns::AudioRoutingGroups => Self::AudioRoutingGroups(items(body)?),
            Returns::AudioRoutingGroup => Self::AudioRoutingGroup(read(body)?),
            Returns::ContentSharingSessions => Self::ContentSharingSessions(items(body)?),
        })
    }

    /// The call that the body itself is.
    pub(crate) fn call(&self) -> Option<CallId> {
        let Self::Call(call) = self else { return None };
        call.id.value()?.guid().map(CallId::new)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    serde_json::from_str(&mended_bytes(body)).map_err(|error| without_content(&error))
}

/// The items of a collection.
fn items<T: DeserializeOwned>(body: &[u8]) -> Result<Vec<T>, String> {
    #[derive(Deserialize)]
    struct Collection<T> {
        value: Vec<T>,
    }

    read(body).map(|Collection { value }| value)
}

impl Reply {
    pub(super) const fn empty(status: u16) -> Self {
        Self { status, location: None, body: Body::Empty }
    }

    pub(super) const fn with(body: Body) -> Self {
        Self { status: 200, location: None, body }
    }

    /// The reply to a request that placed a call.
    pub(super) fn placed(id: CallId, call: Box<graph::call::Call>) -> Self {
        let location = Some(path(&Route::new(Method::GetCall, Some(id), None)));
        Self { status: 201, location, body: Body::Call(call) }
    }

    /// The reply to a request that began an operation.
    pub(super) fn begun(status: u16, call: CallId, operation: CommsOperation) -> Self {
        let id = operation.id.value().cloned();
        let location = id.map(|id| path(&Route::new(Method::GetOperation, Some(call), Some(id))));
        Self { status, location, body: Body::Operation(Box::new(operation)) }
    }
}

fn path(route: &Route) -> String {
    // The length of a path with two GUIDs.
    let mut path = String::with_capacity(112);
    // Writing to a string cannot fail.
    _ = write!(path, "{route}");
    path
}

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Empty => serializer.serialize_unit(),
            Self::Call(call) => call.serialize(serializer),
            Self::Operation(operation) => operation.serialize(serializer),
            Self::Participant(participant) => participant.serialize(serializer),
            Self::AudioRoutingGroup(group) => group.serialize(serializer),
            Self::Participants(participants) => collection(participants, serializer),
            Self::AudioRoutingGroups(groups) => collection(groups, serializer),
            Self::ContentSharingSessions(sessions) => collection(sessions, serializer),
        }
    }
}

fn collection<T: Serialize, S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry("value", value)?;
    map.end()
}
