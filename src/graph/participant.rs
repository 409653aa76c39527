//! Participants and the rosters that list them.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use super::wire::{open_enum, resource};
use super::{Call, IdentitySet, MediaStream, ParticipantInfo, RejectReason};
use crate::Id;

resource! {
    /// One who takes part. Source: [participant](https://learn.microsoft.com/graph/api/resources/participant).
    pub struct Participant {
        /// Who it is.
        info: Box<ParticipantInfo> = "info",
        /// True where it waits in the lobby.
        is_in_lobby: bool = "isInLobby",
        /// True where it is muted, by itself or by the service.
        is_muted: bool = "isMuted",
        /// Its streams.
        media_streams: Vec<MediaStream> = "mediaStreams",
        /// A blob of its own.
        metadata: String = "metadata",
        /// Whether it records.
        recording_info: Box<RecordingInfo> = "recordingInfo",
        /// Why it is gone; there only where it is gone.
        removed_state: Box<RemovedState> = "removedState",
        /// What it may not do.
        restricted_experience: Box<OnlineMeetingRestricted> = "restrictedExperience",
        /// Orders the roster's versions.
        roster_sequence_number: i64 = "rosterSequenceNumber",
        /// The participant's id; null in some notifications.
        id: Id = "id",
    }
}

resource! {
    /// What changed in a roster. Source:
    /// [deltaParticipants](https://learn.microsoft.com/graph/api/resources/deltaparticipants?view=graph-rest-beta).
    pub struct DeltaParticipants {
        /// Those who changed.
        participants: Vec<Participant> = "participants",
        /// Orders the deltas.
        sequence_number: i64 = "sequenceNumber",
        /// The delta's id; as a rule absent.
        id: Id = "id",
    }
}

resource! {
    /// That a participant left, and why. Source:
    /// [removedState](https://learn.microsoft.com/graph/api/resources/removedstate?view=graph-rest-beta).
    pub struct RemovedState {
        /// For people.
        reason: String = "reason",
    }
}

resource! {
    /// Whether a participant records. Source:
    /// [recordingInfo](https://learn.microsoft.com/graph/api/resources/recordinginfo).
    pub struct RecordingInfo {
        /// Who began it.
        initiator: Box<IdentitySet> = "initiator",
        /// How far it is.
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
    /// What a participant may not do. Source:
    /// [onlineMeetingRestricted](https://learn.microsoft.com/graph/api/resources/onlinemeetingrestricted).
    pub struct OnlineMeetingRestricted {
        /// Why it may not share content.
        content_sharing_disabled: RestrictionReason = "contentSharingDisabled",
        /// Why it may not show video.
        video_disabled: RestrictionReason = "videoDisabled",
    }
}

open_enum! {
    /// Why something is disabled; several in one value, with commas, are kept as they came. Source:
    /// [onlineMeetingRestricted](https://learn.microsoft.com/graph/api/resources/onlinemeetingrestricted).
    pub enum RestrictionReason {
        WatermarkProtection = "watermarkProtection",
    }
}

resource! {
    /// Asks a recording bot whether it takes one more. Source:
    /// [participantJoiningNotification](https://learn.microsoft.com/graph/api/resources/participantjoiningnotification).
    pub struct ParticipantJoiningNotification {
        /// The call of the one who joins.
        call: Box<Call> = "call",
        /// Names the notification.
        id: Id = "id",
    }
}

resource! {
    /// Tells a recording bot that one has left. Source:
    /// [participantLeftNotification](https://learn.microsoft.com/graph/api/resources/participantleftnotification).
    pub struct ParticipantLeftNotification {
        /// The call of the one who left.
        call: Box<Call> = "call",
        /// Who left.
        participant_id: Id = "participantId",
        /// Names the notification.
        id: Id = "id",
    }
}

resource! {
    /// A recording bot's answer: `acceptJoinResponse`, `rejectJoinResponse`, `inviteNewBotResponse`. Source:
    /// [participantJoiningResponse](https://learn.microsoft.com/graph/api/resources/participantjoiningresponse).
    pub struct ParticipantJoiningResponse {
        /// Where another bot is, to invite it.
        invite_uri: String = "inviteUri",
        /// Why it is rejected.
        reason: RejectReason = "reason",
    }
}
