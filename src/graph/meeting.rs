//! Meetings and their chats.

use alloc::boxed::Box;
use alloc::string::String;

use super::IdentitySet;
use super::wire::resource;
use crate::Secret;

resource! {
    /// How to find a meeting: `organizerMeetingInfo`, `tokenMeetingInfo` and `joinMeetingIdMeetingInfo`. Source:
    /// [meetingInfo](https://learn.microsoft.com/graph/api/resources/meetinginfo).
    pub struct MeetingInfo {
        /// Who called the meeting: by organizer.
        organizer: Box<IdentitySet> = "organizer",
        /// True where others may talk before the host is there.
        allow_conversation_without_host: bool = "allowConversationWithoutHost",
        /// The join token: by token.
        token: Secret<String> = "token",
        /// The meeting's number: by meeting id.
        join_meeting_id: String = "joinMeetingId",
        /// Its passcode.
        passcode: Secret<String> = "passcode",
    }
}

resource! {
    /// The chat beside a call. Source: [chatInfo](https://learn.microsoft.com/graph/api/resources/chatinfo).
    pub struct ChatInfo {
        /// The message that the meeting hangs on.
        message_id: String = "messageId",
        /// The first message of a reply chain.
        reply_chain_message_id: String = "replyChainMessageId",
        /// The thread, such as `19:meeting_…@thread.v2`.
        thread_id: String = "threadId",
    }
}
