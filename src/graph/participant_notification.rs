//! The notifications about the participants of a recorded call, and the bot's reply.

use alloc::boxed::Box;
use alloc::string::String;

use super::call::{Call, RejectReason};
use super::wire::declare::resource;
use crate::id::Id;

resource! {
    /// A notification to a recording bot: one more participant is about to join the call. The reply of the
    /// bot says whether the bot can record this participant. Source:
    /// [participantJoiningNotification](https://learn.microsoft.com/graph/api/resources/participantjoiningnotification).
    pub struct ParticipantJoiningNotification {
        /// The call of the participant who joins.
        call: Box<Call> = "call",
        /// The id of the notification.
        id: Id = "id",
    }
}

resource! {
    /// A notification to a recording bot: a participant has left the call. Source:
    /// [participantLeftNotification](https://learn.microsoft.com/graph/api/resources/participantleftnotification).
    pub struct ParticipantLeftNotification {
        /// The call of the participant who left.
        call: Box<Call> = "call",
        /// The id of the participant who left.
        participant_id: Id = "participantId",
        /// The id of the notification.
        id: Id = "id",
    }
}

resource! {
    /// The reply of a recording bot to a [`ParticipantJoiningNotification`]. Its `@odata.type` is
    /// `acceptJoinResponse`, `rejectJoinResponse` or `inviteNewBotResponse`. Source:
    /// [participantJoiningResponse](https://learn.microsoft.com/graph/api/resources/participantjoiningresponse).
    pub struct ParticipantJoiningResponse {
        /// The URL of another bot, which the service must invite. Only `inviteNewBotResponse` has this
        /// member.
        invite_uri: String = "inviteUri",
        /// The reason why the bot rejects the participant. Only `rejectJoinResponse` has this member.
        reason: RejectReason = "reason",
    }
}
