//! Participants, and the rosters that list the participants of a call.

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::identity::{IdentitySet, ParticipantInfo};
use super::media::MediaStream;
use super::member::Member;
use super::wire::declare::{open_enum, resource};
use crate::id::Id;

resource! {
    /// One participant of a call: a person, an application or a device. Source:
    /// [participant](https://learn.microsoft.com/graph/api/resources/participant).
    pub struct Participant {
        /// The identity of the participant.
        info: Box<ParticipantInfo> = "info",
        /// True if the participant waits in the lobby.
        is_in_lobby: bool = "isInLobby",
        /// True if the participant is muted, by itself or by the service.
        is_muted: bool = "isMuted",
        /// The media streams of the participant.
        media_streams: Vec<MediaStream> = "mediaStreams",
        /// Any data that the participant itself put into the roster.
        metadata: String = "metadata",
        /// Whether the participant records the call.
        recording_info: Box<RecordingInfo> = "recordingInfo",
        /// The reason why the participant is no longer in the call. Only a participant that left or was
        /// removed has this member.
        removed_state: Box<RemovedState> = "removedState",
        /// The features that the participant may not use.
        restricted_experience: Box<OnlineMeetingRestricted> = "restrictedExperience",
        /// The number of the roster version. A higher number is a newer roster.
        roster_sequence_number: i64 = "rosterSequenceNumber",
        /// The id of the participant. It is null in some notifications.
        id: Id = "id",
    }
}

impl Participant {
    /// The display name of the participant. Without a display name, this is an id. Without an id, this is `somebody`.
    ///
    /// ```
    /// use callfold::graph::Participant;
    ///
    /// let json = r#"{"info":{"identity":{"user":{"displayName":"Zoë","id":"1"}}}}"#;
    /// let participant: Participant = callfold::serde_json::from_str(json)?;
    /// assert_eq!(participant.name(), "Zoë");
    /// # Ok::<(), callfold::serde_json::Error>(())
    /// ```
    pub fn name(&self) -> String {
        let named = self.info.value().and_then(|info| info.name());
        named.or_else(|| self.id.value().map(Id::to_string)).unwrap_or_else(|| "somebody".into())
    }

    /// True if it has no member but its type.
    pub(crate) fn says_nothing(&self) -> bool {
        // Most participants have an id or a description.
        self.id == Member::Absent
            && self.info == Member::Absent
            && *self == Self { odata_type: self.odata_type.clone(), ..Self::default() }
    }

    /// The participant with the `@odata.type` that the service sends.
    pub(crate) fn typed(&self) -> Self {
        Self { odata_type: Some("participant".into()), ..self.clone() }
    }
}

resource! {
    /// A roster delta: the participants that changed since the last roster or delta. Source:
    /// [deltaParticipants](https://learn.microsoft.com/graph/api/resources/deltaparticipants?view=graph-rest-beta).
    pub struct DeltaParticipants {
        /// The participants that changed, joined or left.
        participants: Vec<Participant> = "participants",
        /// The number of the delta. A higher number is a newer delta.
        sequence_number: i64 = "sequenceNumber",
        /// The id of the delta. In most payloads it is absent.
        id: Id = "id",
    }
}

resource! {
    /// The reason why a participant is no longer in the call. Source:
    /// [removedState](https://learn.microsoft.com/graph/api/resources/removedstate?view=graph-rest-beta).
    pub struct RemovedState {
        /// The reason as a text for people.
        reason: String = "reason",
    }
}

resource! {
    /// Whether a participant records the call. Source:
    /// [recordingInfo](https://learn.microsoft.com/graph/api/resources/recordinginfo).
    pub struct RecordingInfo {
        /// The identity that started the recording.
        initiator: Box<IdentitySet> = "initiator",
        /// The state of the recording.
        recording_status: RecordingStatus = "recordingStatus",
    }
}

open_enum! {
    /// Whether a call is recorded. Source:
    /// [recordingInfo](https://learn.microsoft.com/graph/api/resources/recordinginfo).
    pub enum RecordingStatus {
        Unknown = "unknown",
        NotRecording = "notRecording",
        Recording = "recording",
        Failed = "failed",
    }
}

resource! {
    /// The features that a participant may not use. Source:
    /// [onlineMeetingRestricted](https://learn.microsoft.com/graph/api/resources/onlinemeetingrestricted).
    pub struct OnlineMeetingRestricted {
        /// The reason why the participant may not share content.
        content_sharing_disabled: RestrictionReason = "contentSharingDisabled",
        /// The reason why the participant may not show video.
        video_disabled: RestrictionReason = "videoDisabled",
    }
}

open_enum! {
    /// The reason why a feature is disabled. A value that holds several reasons, separated by commas, is kept
    /// unchanged in `Other`. Source:
    /// [onlineMeetingRestricted](https://learn.microsoft.com/graph/api/resources/onlinemeetingrestricted).
    pub enum RestrictionReason {
        WatermarkProtection = "watermarkProtection",
    }
}
