//! `@odata.type`: the names of Graph's types.

use alloc::boxed::Box;
use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

const NAMESPACE: &str = "microsoft.graph.";
const PREFIX: &str = "#microsoft.graph.";

/// The types that this crate knows, as their names are written to JSON, in alphabetical order.
const KNOWN: &[&str] = &[
    "#microsoft.graph.acceptJoinResponse",
    "#microsoft.graph.addLargeGalleryViewOperation",
    "#microsoft.graph.appHostedMediaConfig",
    "#microsoft.graph.audioRoutingGroup",
    "#microsoft.graph.azureCommunicationServicesUserIdentity",
    "#microsoft.graph.call",
    "#microsoft.graph.callMediaState",
    "#microsoft.graph.callOptions",
    "#microsoft.graph.callRoute",
    "#microsoft.graph.callTranscriptionInfo",
    "#microsoft.graph.cancelMediaProcessingOperation",
    "#microsoft.graph.chatInfo",
    "#microsoft.graph.commsNotification",
    "#microsoft.graph.commsNotifications",
    "#microsoft.graph.commsOperation",
    "#microsoft.graph.communicationsApplicationIdentity",
    "#microsoft.graph.communicationsApplicationInstanceIdentity",
    "#microsoft.graph.communicationsEncryptedIdentity",
    "#microsoft.graph.communicationsGuestIdentity",
    "#microsoft.graph.communicationsIdentitySet",
    "#microsoft.graph.communicationsPhoneIdentity",
    "#microsoft.graph.communicationsUserIdentity",
    "#microsoft.graph.contentSharingSession",
    "#microsoft.graph.deltaParticipants",
    "#microsoft.graph.identity",
    "#microsoft.graph.identitySet",
    "#microsoft.graph.incomingCallOptions",
    "#microsoft.graph.incomingContext",
    "#microsoft.graph.invitationParticipantInfo",
    "#microsoft.graph.inviteNewBotResponse",
    "#microsoft.graph.inviteParticipantsOperation",
    "#microsoft.graph.joinMeetingIdMeetingInfo",
    "#microsoft.graph.mediaInfo",
    "#microsoft.graph.mediaPrompt",
    "#microsoft.graph.mediaStream",
    "#microsoft.graph.muteParticipantOperation",
    "#microsoft.graph.onlineMeetingRestricted",
    "#microsoft.graph.organizerMeetingInfo",
    "#microsoft.graph.outgoingCallOptions",
    "#microsoft.graph.participant",
    "#microsoft.graph.participantInfo",
    "#microsoft.graph.participantJoiningNotification",
    "#microsoft.graph.participantLeftNotification",
    "#microsoft.graph.playPromptOperation",
    "#microsoft.graph.recordOperation",
    "#microsoft.graph.recordingInfo",
    "#microsoft.graph.rejectJoinResponse",
    "#microsoft.graph.removedState",
    "#microsoft.graph.resultInfo",
    "#microsoft.graph.sendDtmfTonesOperation",
    "#microsoft.graph.serviceHostedMediaConfig",
    "#microsoft.graph.startHoldMusicOperation",
    "#microsoft.graph.stopHoldMusicOperation",
    "#microsoft.graph.subscribeToToneOperation",
    "#microsoft.graph.teleconferenceDeviceAudioQuality",
    "#microsoft.graph.teleconferenceDeviceQuality",
    "#microsoft.graph.teleconferenceDeviceScreenSharingQuality",
    "#microsoft.graph.teleconferenceDeviceVideoQuality",
    "#microsoft.graph.tokenMeetingInfo",
    "#microsoft.graph.toneInfo",
    "#microsoft.graph.unmuteParticipantOperation",
    "#microsoft.graph.updateRecordingStatusOperation",
];

/// The name of a Graph type, the value of `@odata.type`. It is read in any letter case, with or without `#`.
/// It is written as `#microsoft.graph.<name>`.
///
/// ```
/// use callfold::graph::TypeName;
///
/// let name = TypeName::from("Microsoft.Graph.PLAYPROMPTOPERATION");
/// assert_eq!(name.as_str(), "playPromptOperation");
/// assert_eq!(
///     callfold::serde_json::to_string(&name)?,
///     "\"#microsoft.graph.playPromptOperation\"",
/// );
/// // A name outside of Graph's namespace is kept unchanged.
/// assert_eq!(TypeName::from("#contoso.call").as_str(), "#contoso.call");
/// # Ok::<(), callfold::serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeName(Name);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Name {
    /// An index into [`KNOWN`].
    Known(u8),
    /// Another type, as its name is written to JSON.
    Other(Box<str>),
}

impl TypeName {
    /// The name without the namespace `#microsoft.graph.`. A name with another namespace is returned
    /// unchanged.
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Name::Known(index) => bare(known(*index)),
            Name::Other(written) => written.strip_prefix(PREFIX).unwrap_or(written),
        }
    }
}

/// The name of a known type, as it is written to JSON.
fn known(index: u8) -> &'static str {
    KNOWN.get(usize::from(index)).copied().unwrap_or_default()
}

fn bare(known: &'static str) -> &'static str {
    known.get(PREFIX.len()..).unwrap_or_default()
}

/// For each letter, the index of the first known name that begins with it or with a later letter.
#[expect(clippy::indexing_slicing, reason = "the compiler computes it, and would report the index")]
const BEGINS: [u8; 27] = {
    let mut begins = [0; 27];
    let (mut letter, mut index) = (0, 0);
    while letter < begins.len() {
        while index < KNOWN.len() && KNOWN[index].as_bytes()[PREFIX.len()] < b'a' + letter as u8 {
            index += 1;
        }
        begins[letter] = index as u8;
        letter += 1;
    }
    begins
};

/// The index of a known name that is spelled as in [`KNOWN`].
fn as_written(text: &str) -> Option<u8> {
    let letter = text.as_bytes().get(PREFIX.len())?.checked_sub(b'a')?;
    let [begin, end] = *BEGINS.get(usize::from(letter)..)?.first_chunk()?;
    let candidates = KNOWN.get(usize::from(begin)..usize::from(end))?;
    (begin..).zip(candidates).find(|(_, known)| **known == text).map(|(index, _)| index)
}

impl From<&str> for TypeName {
    fn from(text: &str) -> Self {
        // Nearly all names come in this spelling.
        as_written(text).map_or_else(|| Self::non_canonical(text), |index| Self(Name::Known(index)))
    }
}

impl TypeName {
    /// Reads a name in any other spelling.
    fn non_canonical(text: &str) -> Self {
        let full = text.strip_prefix('#').unwrap_or(text);
        let name = match full.split_at_checked(NAMESPACE.len()) {
            Some((space, name)) if space.eq_ignore_ascii_case(NAMESPACE) => name,
            Some(_) | None if full.is_empty() || full.contains('.') => return Self(Name::Other(text.into())),
            Some(_) | None => full,
        };
        let known = KNOWN.iter().position(|known| bare(known).eq_ignore_ascii_case(name));
        let known = known.and_then(|index| u8::try_from(index).ok()).map(Name::Known);
        Self(known.unwrap_or_else(|| Name::Other([PREFIX, name].concat().into())))
    }
}

impl fmt::Debug for TypeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TypeName({})", self.as_str())
    }
}

impl Serialize for TypeName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Name::Known(index) => serializer.serialize_str(known(*index)),
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
