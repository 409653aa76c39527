//! The resources that a GET reads, and their members.

use callfold::graph::Method;

/// A member that leads to other resources, and that `$expand` includes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Navigation {
    /// `audioRoutingGroups`
    AudioRoutingGroups,
    /// `contentSharingSessions`
    ContentSharingSessions,
    /// `operations`
    Operations,
    /// `participants`
    Participants,
}

impl Navigation {
    /// The name of the member in JSON.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::AudioRoutingGroups => "audioRoutingGroups",
            Self::ContentSharingSessions => "contentSharingSessions",
            Self::Operations => "operations",
            Self::Participants => "participants",
        }
    }
}

/// The members that `$expand` includes in a call.
const NAVIGATION: &[Navigation] = &[
    Navigation::AudioRoutingGroups,
    Navigation::ContentSharingSessions,
    Navigation::Operations,
    Navigation::Participants,
];

/// A kind of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// [call](https://learn.microsoft.com/graph/api/resources/call)
    Call,
    /// [participant](https://learn.microsoft.com/graph/api/resources/participant)
    Participant,
    /// [commsOperation](https://learn.microsoft.com/graph/api/resources/commsoperation), of any kind
    Operation,
    /// [audioRoutingGroup](https://learn.microsoft.com/graph/api/resources/audioroutinggroup)
    AudioRoutingGroup,
    /// [contentSharingSession](https://learn.microsoft.com/graph/api/resources/contentsharingsession)
    ContentSharingSession,
}

impl Resource {
    /// Graph's name of the type.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Participant => "participant",
            Self::Operation => "commsOperation",
            Self::AudioRoutingGroup => "audioRoutingGroup",
            Self::ContentSharingSession => "contentSharingSession",
        }
    }

    /// The members that `$select` can name. A call has those of `$expand`, too.
    pub(super) fn members(self) -> impl Iterator<Item = &'static str> {
        let own: &[&str] = match self {
            Self::Call => CALL,
            Self::Participant => PARTICIPANT,
            Self::Operation => OPERATION,
            Self::AudioRoutingGroup => AUDIO_ROUTING_GROUP,
            Self::ContentSharingSession => &["id"],
        };
        own.iter().copied().chain(self.navigation().iter().map(|one| one.name()))
    }

    /// The members that `$expand` can name.
    pub(super) const fn navigation(self) -> &'static [Navigation] {
        match self {
            Self::Call => NAVIGATION,
            Self::Participant | Self::Operation | Self::AudioRoutingGroup | Self::ContentSharingSession => {
                &[]
            }
        }
    }
}

const CALL: &[&str] = &[
    "id",
    "callbackUri",
    "callChainId",
    "callOptions",
    "callRoutes",
    "chatInfo",
    "direction",
    "incomingContext",
    "mediaConfig",
    "mediaState",
    "meetingInfo",
    "myParticipantId",
    "requestedModalities",
    "resultInfo",
    "source",
    "state",
    "subject",
    "targets",
    "tenantId",
    "toneInfo",
    "transcription",
];
const PARTICIPANT: &[&str] = &[
    "id",
    "info",
    "isInLobby",
    "isMuted",
    "mediaStreams",
    "metadata",
    "recordingInfo",
    "removedState",
    "restrictedExperience",
    "rosterSequenceNumber",
];
const OPERATION: &[&str] = &[
    "id",
    "clientContext",
    "completionReason",
    "participants",
    "recordingAccessToken",
    "recordingLocation",
    "resultInfo",
    "status",
];
const AUDIO_ROUTING_GROUP: &[&str] = &["id", "receivers", "routingMode", "sources"];

/// What a GET reads: one resource, or a collection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reads {
    /// The kind of the resource, or of the items.
    pub(crate) resource: Resource,
    /// True if it is a collection, whose items are in `value`.
    pub(crate) is_collection: bool,
}

impl Reads {
    /// One resource.
    pub(crate) const fn one(resource: Resource) -> Self {
        Self { resource, is_collection: false }
    }

    /// A collection.
    pub(crate) const fn many(resource: Resource) -> Self {
        Self { resource, is_collection: true }
    }

    /// What a method reads; `None` if it is not a GET.
    pub(crate) fn by(method: Method) -> Option<Self> {
        BY_METHOD.iter().find(|(known, _)| *known == method).map(|(_, reads)| *reads)
    }
}

const BY_METHOD: &[(Method, Reads)] = &[
    (Method::GetCall, Reads::one(Resource::Call)),
    (Method::GetOperation, Reads::one(Resource::Operation)),
    (Method::GetParticipant, Reads::one(Resource::Participant)),
    (Method::ListAudioRoutingGroups, Reads::many(Resource::AudioRoutingGroup)),
    (Method::ListContentSharingSessions, Reads::many(Resource::ContentSharingSession)),
    (Method::ListParticipants, Reads::many(Resource::Participant)),
];
