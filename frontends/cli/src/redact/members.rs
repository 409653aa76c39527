//! What stays of an event: the list of members, and what stays of the value of each.

use callfold::call::{CallEvent, ServiceEvent, State};
use callfold::graph::{
    CallDirection, CallState, CallTranscriptionState, CompletionReason, EndpointType, MediaDirection,
    MediaState, Modality, OperationKind, OperationStatus, RecordingStatus, RejectReason, RestrictionReason,
    RoutingMode, RoutingType,
};

/// What an id belongs to. Ids of one kind have pseudonyms with one prefix.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Of {
    Call,
    Operation,
    Participant,
    /// A user, a phone or an application: whoever a participant is.
    Person,
    /// The `clientContext`, by which an operation without an id is found.
    Context,
    Message,
    Session,
    Group,
    /// A conversation, to which several calls can belong.
    Chain,
    Log,
    Request,
    /// The digest of a request.
    Digest,
}

impl Of {
    /// How the pseudonym begins; `None` for calls and digests, whose pseudonyms are GUIDs.
    pub(super) const fn prefix(self) -> Option<&'static str> {
        match self {
            Self::Call | Self::Digest => None,
            Self::Operation => Some("operation"),
            Self::Participant => Some("participant"),
            Self::Person => Some("person"),
            Self::Context => Some("context"),
            Self::Message => Some("message"),
            Self::Session => Some("session"),
            Self::Group => Some("group"),
            Self::Chain => Some("chain"),
            Self::Log => Some("log"),
            Self::Request => Some("request"),
        }
    }
}

/// What stays of a value. A value of another JSON type goes.
pub(super) enum Rule {
    /// True or false.
    Flag,
    /// A whole number that fits 32 bits, so that no telephone number with a country code can stand in its place.
    Number,
    /// The number of a message in a sequence.
    Sequence,
    Time,
    /// A text that Graph's documentation lists as a value of the member.
    Word(fn(&str) -> bool),
    Id(Of),
    /// An identity, of which a pseudonym stays.
    Identity,
    Object(Members),
    List(&'static Self),
}

/// The members that stay.
pub(super) type Members = &'static [(&'static str, Rule)];

macro_rules! word {
    ($Enum:ty) => {
        Rule::Word(|text| <$Enum>::KNOWN.contains(&<$Enum>::from(text)))
    };
}

/// The members that stay of the data of an event.
pub(super) const fn members(event: &CallEvent) -> Members {
    match event {
        CallEvent::Offered(_)
        | CallEvent::Placed(_)
        | CallEvent::Adopted(_)
        | CallEvent::DetailsChanged(_)
        | CallEvent::Step(..) => CALL,
        CallEvent::StateConfirmed(_) => &[("state", STATE)],
        CallEvent::ToneReceived(_) => TONE,
        CallEvent::RosterUpdated(_) => ROSTER,
        CallEvent::ContentSharingStarted(_) | CallEvent::ContentSharingEnded(_) => SESSION,
        CallEvent::OperationCreated(_) | CallEvent::OperationUpdated(_) | CallEvent::OperationStep(..) => {
            OPERATION
        }
        CallEvent::NotificationHeard(_) => {
            &[("messageIds", Rule::List(&Rule::Id(Of::Message))), ("item", Rule::Number)]
        }
        CallEvent::Service(event) => of_service(event),
    }
}

const fn of_service(event: &ServiceEvent) -> Members {
    match event {
        ServiceEvent::AnswerRequested(_) => ANSWER,
        ServiceEvent::RejectRequested(_) => &[("reason", word!(RejectReason))],
        ServiceEvent::RedirectRequested(_) => {
            &[("targets", Rule::List(&Rule::Object(PARTY))), ("timeout", Rule::Number)]
        }
        ServiceEvent::TransferRequested(_) => {
            &[("transferTarget", Rule::Object(PARTY)), ("transferee", Rule::Object(PARTY))]
        }
        ServiceEvent::KeptAlive | ServiceEvent::DeviceQualityReported(_) => &[],
        ServiceEvent::OperationQueued(_) => QUEUED,
        ServiceEvent::RecordingStatusUpdated(_) => {
            &[("status", word!(RecordingStatus)), ("clientContext", Rule::Id(Of::Context))]
        }
        ServiceEvent::HoldMusicStarted(_) | ServiceEvent::HoldMusicStopped(_) => {
            &[("participant", Rule::Id(Of::Participant)), ("operation", Rule::Id(Of::Operation))]
        }
        ServiceEvent::JoinAnnounced(_) => PARTICIPANT,
        ServiceEvent::JoinAnswered(_) => {
            &[("participantId", Rule::Id(Of::Participant)), ("response", Rule::Object(JOIN_ANSWER))]
        }
        ServiceEvent::RecordedParticipantLeft(_) => &[("participantId", Rule::Id(Of::Participant))],
        ServiceEvent::ContentSharingUpdated(_) => SESSION,
        ServiceEvent::AudioRoutingGroupCreated(_) => GROUP,
        ServiceEvent::Recording(..) => &[("operation", Rule::Id(Of::Operation))],
        ServiceEvent::RequestAnswered(_) => &[
            ("clientRequestId", Rule::Id(Of::Request)),
            ("app", Rule::Id(Of::Person)),
            ("digest", Rule::Id(Of::Digest)),
            ("status", Rule::Number),
        ],
    }
}

/// A state of this crate, which knows all of them.
const STATE: Rule = Rule::Word(|text| State::ALL.iter().any(|state| state.as_str() == text));

const CALL: Members = &[
    ("state", word!(CallState)),
    ("direction", word!(CallDirection)),
    ("callChainId", Rule::Id(Of::Chain)),
    ("callOptions", Rule::Object(OPTIONS)),
    ("callRoutes", Rule::List(&Rule::Object(ROUTE))),
    // A chat shows that a call is a group call.
    ("chatInfo", Rule::Object(&[])),
    ("incomingContext", Rule::Object(INCOMING)),
    ("mediaConfig", Rule::Object(MEDIA)),
    ("mediaState", Rule::Object(&[("audio", word!(MediaState))])),
    ("meetingInfo", Rule::Object(&[("allowConversationWithoutHost", Rule::Flag)])),
    ("myParticipantId", Rule::Id(Of::Participant)),
    ("requestedModalities", Rule::List(&MODALITY)),
    ("resultInfo", Rule::Object(RESULT)),
    ("source", Rule::Object(PARTY)),
    ("targets", Rule::List(&Rule::Object(PARTY))),
    ("toneInfo", Rule::Object(TONE)),
    ("transcription", Rule::Object(TRANSCRIPTION)),
    ("audioRoutingGroups", Rule::List(&Rule::Object(GROUP))),
    ("contentSharingSessions", Rule::List(&Rule::Object(SESSION))),
    ("operations", Rule::List(&Rule::Object(OPERATION))),
    ("participants", Rule::List(&Rule::Object(PARTICIPANT))),
    ("answeredBy", Rule::Object(PARTY)),
    ("terminationReason", Rule::Word(|text| TERMINATION_REASONS.contains(&text))),
    ("ringingTimeoutInSeconds", Rule::Number),
    ("id", Rule::Id(Of::Call)),
];

const MODALITY: Rule = word!(Modality);

const TERMINATION_REASONS: &[&str] = &["AppInitiated", "AppTransferred", "AppRedirected", "CallTerminated"];

const OPTIONS: Members = &[
    ("hideBotAfterEscalation", Rule::Flag),
    ("isContentSharingNotificationEnabled", Rule::Flag),
    ("isDeltaRosterEnabled", Rule::Flag),
    ("isInteractiveRosterEnabled", Rule::Flag),
];

const ROUTE: Members = &[
    ("final", Rule::Object(IDENTITIES)),
    ("original", Rule::Object(IDENTITIES)),
    ("routingType", word!(RoutingType)),
];

const INCOMING: Members = &[
    ("observedParticipantId", Rule::Id(Of::Participant)),
    ("onBehalfOf", Rule::Object(IDENTITIES)),
    ("sourceParticipantId", Rule::Id(Of::Participant)),
    ("transferor", Rule::Object(IDENTITIES)),
];

const MEDIA: Members = &[("@odata.type", MEDIA_TYPE), ("removeFromDefaultAudioGroup", Rule::Flag)];

const MEDIA_TYPE: Rule = Rule::Word(|text| {
    let types = ["appHostedMediaConfig", "serviceHostedMediaConfig"];
    text.strip_prefix(TYPE).is_some_and(|name| types.contains(&name))
});

const TYPE: &str = "#microsoft.graph.";

const RESULT: Members = &[("code", Rule::Number), ("subcode", Rule::Number)];

/// Who calls or is called.
const PARTY: Members = &[
    ("endpointType", word!(EndpointType)),
    ("hidden", Rule::Flag),
    ("identity", Rule::Object(IDENTITIES)),
    ("participantId", Rule::Id(Of::Participant)),
    ("id", Rule::Id(Of::Participant)),
    ("removeFromDefaultAudioRoutingGroup", Rule::Flag),
    ("replacesCallId", Rule::Id(Of::Call)),
];

const IDENTITIES: Members = &[
    ("application", Rule::Identity),
    ("applicationInstance", Rule::Identity),
    ("assertedIdentity", Rule::Identity),
    ("azureCommunicationServicesUser", Rule::Identity),
    ("device", Rule::Identity),
    ("encrypted", Rule::Identity),
    ("endpointType", word!(EndpointType)),
    ("guest", Rule::Identity),
    ("onPremises", Rule::Identity),
    ("phone", Rule::Identity),
    ("user", Rule::Identity),
];

/// The number of a key, but not the key.
const TONE: Members = &[("sequenceId", Rule::Number)];

const TRANSCRIPTION: Members =
    &[("state", word!(CallTranscriptionState)), ("lastModifiedDateTime", Rule::Time)];

const GROUP: Members = &[
    ("id", Rule::Id(Of::Group)),
    ("receivers", Rule::List(&Rule::Id(Of::Participant))),
    ("routingMode", word!(RoutingMode)),
    ("sources", Rule::List(&Rule::Id(Of::Participant))),
];

const SESSION: Members = &[("id", Rule::Id(Of::Session))];

const ROSTER: Members = &[
    ("sequenceNumber", Rule::Sequence),
    ("participants", Rule::List(&Rule::Object(PARTICIPANT))),
    ("isReported", Rule::Flag),
];

const JOIN_ANSWER: Members = &[("@odata.type", JOIN_ANSWER_TYPE), ("reason", word!(RejectReason))];

const JOIN_ANSWER_TYPE: Rule = Rule::Word(|text| {
    let types = ["acceptJoinResponse", "rejectJoinResponse", "inviteNewBotResponse"];
    text.strip_prefix(TYPE).is_some_and(|name| types.contains(&name))
});

const PARTICIPANT: Members = &[
    ("info", Rule::Object(PARTY)),
    ("isInLobby", Rule::Flag),
    ("isMuted", Rule::Flag),
    ("mediaStreams", Rule::List(&Rule::Object(STREAM))),
    ("recordingInfo", Rule::Object(RECORDING)),
    ("removedState", Rule::Object(&[])),
    ("restrictedExperience", Rule::Object(RESTRICTED)),
    ("rosterSequenceNumber", Rule::Sequence),
    ("id", Rule::Id(Of::Participant)),
];

const STREAM: Members =
    &[("direction", word!(MediaDirection)), ("mediaType", MODALITY), ("serverMuted", Rule::Flag)];

const RECORDING: Members =
    &[("initiator", Rule::Object(IDENTITIES)), ("recordingStatus", word!(RecordingStatus))];

const RESTRICTED: Members =
    &[("contentSharingDisabled", word!(RestrictionReason)), ("videoDisabled", word!(RestrictionReason))];

const OPERATION: Members = &[
    ("@odata.type", OPERATION_TYPE),
    ("clientContext", Rule::Id(Of::Context)),
    ("resultInfo", Rule::Object(RESULT)),
    ("status", word!(OperationStatus)),
    ("completionReason", word!(CompletionReason)),
    ("participants", Rule::List(&Rule::Object(PARTY))),
    ("id", Rule::Id(Of::Operation)),
];

const OPERATION_TYPE: Rule = Rule::Word(|text| {
    let is_known = |name: &str| OperationKind::ALL.iter().any(|kind| kind.type_name() == name);
    text.strip_prefix(TYPE).is_some_and(is_known)
});

const ANSWER: Members = &[
    ("acceptedModalities", Rule::List(&MODALITY)),
    ("mediaConfig", Rule::Object(MEDIA)),
    ("callOptions", Rule::Object(OPTIONS)),
    ("participantCapacity", Rule::Number),
];

const QUEUED: Members = &[
    ("operation", Rule::Object(OPERATION)),
    ("playPrompt", Rule::Object(PROMPTS)),
    ("recordResponse", Rule::Object(RESPONSE)),
];

const PROMPT: Rule = Rule::Object(&[("loop", Rule::Number)]);

const PROMPTS: Members =
    &[("prompts", Rule::List(&PROMPT)), ("loop", Rule::Number), ("clientContext", Rule::Id(Of::Context))];

const RESPONSE: Members = &[
    ("prompts", Rule::List(&PROMPT)),
    ("bargeInAllowed", Rule::Flag),
    ("initialSilenceTimeoutInSeconds", Rule::Number),
    ("maxSilenceTimeoutInSeconds", Rule::Number),
    ("maxRecordDurationInSeconds", Rule::Number),
    ("playBeep", Rule::Flag),
    ("clientContext", Rule::Id(Of::Context)),
];
