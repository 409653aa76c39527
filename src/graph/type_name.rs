//! `@odata.type`: the names of Graph's types.

use alloc::boxed::Box;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::wire::Wire;

const NAMESPACE: &str = "microsoft.graph.";
const PREFIX: &str = "#microsoft.graph.";

/// The types that this version knows, in alphabetical order.
const KNOWN: &[&str] = &[
    "acceptJoinResponse",
    "addLargeGalleryViewOperation",
    "appHostedMediaConfig",
    "audioRoutingGroup",
    "azureCommunicationServicesUserIdentity",
    "call",
    "callMediaState",
    "callOptions",
    "callRoute",
    "callTranscriptionInfo",
    "cancelMediaProcessingOperation",
    "chatInfo",
    "commsNotification",
    "commsNotifications",
    "commsOperation",
    "communicationsApplicationIdentity",
    "communicationsApplicationInstanceIdentity",
    "communicationsEncryptedIdentity",
    "communicationsGuestIdentity",
    "communicationsIdentitySet",
    "communicationsPhoneIdentity",
    "communicationsUserIdentity",
    "contentSharingSession",
    "deltaParticipants",
    "identity",
    "identitySet",
    "incomingCallOptions",
    "incomingContext",
    "invitationParticipantInfo",
    "inviteNewBotResponse",
    "inviteParticipantsOperation",
    "joinMeetingIdMeetingInfo",
    "mediaInfo",
    "mediaPrompt",
    "mediaStream",
    "muteParticipantOperation",
    "onlineMeetingRestricted",
    "organizerMeetingInfo",
    "outgoingCallOptions",
    "participant",
    "participantInfo",
    "participantJoiningNotification",
    "participantLeftNotification",
    "playPromptOperation",
    "recordOperation",
    "recordingInfo",
    "rejectJoinResponse",
    "removedState",
    "resultInfo",
    "sendDtmfTonesOperation",
    "serviceHostedMediaConfig",
    "startHoldMusicOperation",
    "stopHoldMusicOperation",
    "subscribeToToneOperation",
    "teleconferenceDeviceAudioQuality",
    "teleconferenceDeviceQuality",
    "teleconferenceDeviceScreenSharingQuality",
    "teleconferenceDeviceVideoQuality",
    "tokenMeetingInfo",
    "toneInfo",
    "unmuteParticipantOperation",
    "updateRecordingStatusOperation",
];

/// The name of a Graph type, read in any casing, with or without `#`, and written `#microsoft.graph.<name>`.
///
/// ```
/// use callfold::graph::TypeName;
///
/// let name = TypeName::from("Microsoft.Graph.PLAYPROMPTOPERATION");
/// assert_eq!(name.as_str(), "playPromptOperation");
/// assert_eq!(serde_json::to_string(&name)?, "\"#microsoft.graph.playPromptOperation\"");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeName(Name);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Name {
    /// Index into [`KNOWN`].
    Known(u8),
    /// As it is written.
    Other(Box<str>),
}

impl TypeName {
    /// The name without its namespace; the whole of it where the namespace is not Graph's.
    ///
    /// ```
    /// # use callfold::graph::TypeName;
    /// assert_eq!(TypeName::from("#microsoft.graph.call").as_str(), "call");
    /// assert_eq!(TypeName::from("#contoso.call").as_str(), "#contoso.call");
    /// ```
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Name::Known(index) => KNOWN.get(usize::from(*index)).copied().unwrap_or_default(),
            Name::Other(written) => written.strip_prefix(PREFIX).unwrap_or(written),
        }
    }
}

impl From<&str> for TypeName {
    fn from(text: &str) -> Self {
        let bare = text.strip_prefix('#').unwrap_or(text);
        let name = match bare.split_at_checked(NAMESPACE.len()) {
            Some((space, name)) if space.eq_ignore_ascii_case(NAMESPACE) => name,
            Some(_) | None if bare.is_empty() || bare.contains('.') => return Self(Name::Other(text.into())),
            Some(_) | None => bare,
        };
        let as_written = KNOWN.binary_search(&name).ok();
        let known = as_written.or_else(|| KNOWN.iter().position(|known| known.eq_ignore_ascii_case(name)));
        let known = known.and_then(|index| u8::try_from(index).ok()).map(Name::Known);
        Self(known.unwrap_or_else(|| Name::Other([PREFIX, name].concat().into())))
    }
}

impl fmt::Debug for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypeName({})", self.as_str())
    }
}

impl Wire for TypeName {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }
}

impl Serialize for TypeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Name::Known(_) => serializer.collect_str(&format_args!("{PREFIX}{}", self.as_str())),
            Name::Other(written) => serializer.serialize_str(written),
        }
    }
}

impl<'de> Deserialize<'de> for TypeName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Box::<str>::deserialize(deserializer)?;
        Ok(Self::from(&*text))
    }
}
