//! The notifications about the participants of a recorded call, and the bot's reply.

use alloc::boxed::Box;
use alloc::string::String;

use super::call::{Call, RejectReason};
use super::type_name::TypeName;
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

/// What a [`ParticipantJoiningResponse`] says about the participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "what acts on an answer must know of a new one")]
pub enum JoinAnswer {
    /// The bot records the participant.
    Accept,
    /// The bot does not record the participant.
    Reject,
    /// Another bot is to record the participant.
    InviteNewBot,
}

impl ParticipantJoiningResponse {
    /// The answer, as `@odata.type` names it. Without a known type, a response with an `inviteUri` invites a new bot and
    /// one with a `reason` rejects. `None` if the response says none of these.
    ///
    /// ```
    /// use callfold::graph::{JoinAnswer, ParticipantJoiningResponse};
    ///
    /// let json = r##"{"@odata.type":"#microsoft.graph.acceptJoinResponse"}"##;
    /// let response: ParticipantJoiningResponse = callfold::serde_json::from_str(json)?;
    /// assert_eq!(response.answer(), Some(JoinAnswer::Accept));
    /// # Ok::<(), callfold::serde_json::Error>(())
    /// ```
    pub fn answer(&self) -> Option<JoinAnswer> {
        match self.odata_type.as_ref().map(TypeName::as_str) {
            Some("acceptJoinResponse") => Some(JoinAnswer::Accept),
            Some("rejectJoinResponse") => Some(JoinAnswer::Reject),
            Some("inviteNewBotResponse") => Some(JoinAnswer::InviteNewBot),
            Some(_) | None if self.invite_uri.value().is_some() => Some(JoinAnswer::InviteNewBot),
            Some(_) | None => self.reason.value().map(|_| JoinAnswer::Reject),
        }
    }
}
