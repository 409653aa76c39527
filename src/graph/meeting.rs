//! Meetings and their chats.

use alloc::boxed::Box;
use alloc::string::String;

use super::identity::IdentitySet;
use super::wire::declare::resource;
use crate::secret::Secret;

resource! {
    /// The details with which a meeting is found. This type stands for Graph's `organizerMeetingInfo`,
    /// `tokenMeetingInfo` and `joinMeetingIdMeetingInfo`. Source:
    /// [meetingInfo](https://learn.microsoft.com/graph/api/resources/meetinginfo).
    pub struct MeetingInfo {
        /// The organizer of the meeting. Only `organizerMeetingInfo` has this member.
        organizer: Box<IdentitySet> = "organizer",
        /// True if the other participants may talk before the host has joined.
        allow_conversation_without_host: bool = "allowConversationWithoutHost",
        /// The token for joining the meeting. Only `tokenMeetingInfo` has this member.
        token: Secret<String> = "token",
        /// The number for joining the meeting. Only `joinMeetingIdMeetingInfo` has this member.
        join_meeting_id: String = "joinMeetingId",
        /// The passcode that belongs to the number. Only `joinMeetingIdMeetingInfo` has this member.
        passcode: Secret<String> = "passcode",
    }
}

resource! {
    /// The chat that belongs to a call. Source:
    /// [chatInfo](https://learn.microsoft.com/graph/api/resources/chatinfo).
    pub struct ChatInfo {
        /// The id of the chat message to which the meeting belongs.
        message_id: String = "messageId",
        /// The id of the first message of the reply chain.
        reply_chain_message_id: String = "replyChainMessageId",
        /// The id of the chat thread, such as `19:meeting_…@thread.v2`.
        thread_id: String = "threadId",
    }
}
