//! What the service answers.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use crate::CallId;
use crate::graph::{
    self, AudioRoutingGroup, CommsOperation, ContentSharingSession, Method, Participant, Route,
};

/// The answer to a request: an HTTP status, where what was made is, and a body.
///
/// ```
/// use callfold::call::{RequestContext, Call, AppIdentity, Command};
/// use callfold::graph::{Permission, Route};
/// use callfold::uuid::Uuid;
///
/// let route = Route::parse("POST", "/communications/calls")?;
/// let body = br##"{"callbackUri":"https://bot.contoso.com/callback","targets":[{"identity":{"user":{"id":"a"}}}],
///     "mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig"}}"##;
/// let request = RequestContext::new("2026-11-23T09:15:00Z".parse()?, Uuid::from_u128(1), AppIdentity::new(&[Permission::Initiate]));
/// let decision = Call::place(Command::read(&route, body)?, &request)?;
/// assert_eq!(decision.reply.status, 201);
/// let location = decision.reply.location.as_deref();
/// assert_eq!(location, Some("/communications/calls/00000000-0000-0000-0000-000000000001"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The header `Location`: the path of what was made, under `/communications`, for the host to put its address before.
    pub location: Option<String>,
    /// The body.
    pub body: Body,
}

/// The body of an answer. `Serialize` writes it as JSON; an empty one is `null`, for which nothing is sent.
///
/// ```
/// use callfold::call::Body;
///
/// let body = r##"{"@odata.type":"#microsoft.graph.playPromptOperation","status":"running"}"##;
/// let body = Body::Operation(serde_json::from_str(body)?);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// None.
    Empty,
    /// A call.
    Call(Box<graph::Call>),
    /// The operation that was begun, or asked for.
    Operation(Box<CommsOperation>),
    /// Those who take part.
    Participants(Vec<Participant>),
    /// One of them.
    Participant(Box<Participant>),
    /// Audio routing groups.
    AudioRoutingGroups(Vec<AudioRoutingGroup>),
    /// The one that was added.
    AudioRoutingGroup(Box<AudioRoutingGroup>),
    /// What content is shared.
    ContentSharingSessions(Vec<ContentSharingSession>),
}

impl Reply {
    pub(super) const fn empty(status: u16) -> Self {
        Self { status, location: None, body: Body::Empty }
    }

    pub(super) const fn with(body: Body) -> Self {
        Self { status: 200, location: None, body }
    }

    /// That a call was placed.
    pub(super) fn placed(id: CallId, call: Box<graph::Call>) -> Self {
        let location = Some(path(&Route::new(Method::GetCall, Some(id), None)));
        Self { status: 201, location, body: Body::Call(call) }
    }

    /// That an operation was begun.
    pub(super) fn begun(status: u16, call: CallId, operation: CommsOperation) -> Self {
        let id = operation.id.value().cloned();
        let location = id.map(|id| path(&Route::new(Method::GetOperation, Some(call), Some(id))));
        Self { status, location, body: Body::Operation(Box::new(operation)) }
    }
}

fn path(route: &Route) -> String {
    // Two GUIDs and the names between them.
    let mut path = String::with_capacity(112);
    // Writing to a string does not fail.
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
