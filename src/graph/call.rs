//! The call resource.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::identity::{IdentitySet, InvitationParticipantInfo, ParticipantInfo};
use super::media::{AudioRoutingGroups, CallMediaState, ContentSharingSession, MediaConfig, Modality};
use super::meeting::{ChatInfo, MeetingInfo};
use super::operation::CommsOperation;
use super::participant::Participant;
use super::result::ResultInfo;
use super::tone::ToneInfo;
use super::wire::declare::{open_enum, resource};
use crate::id::Id;

resource! {
    /// A call as Graph describes it. A notification may hold all members, or a delta with only the changed
    /// members. Source: [call](https://learn.microsoft.com/graph/api/resources/call).
    pub struct Call {
        /// The state of the call.
        state: CallState = "state",
        /// Whether the call was offered to the app (incoming) or placed by the app (outgoing).
        direction: CallDirection = "direction",
        /// The https URL to which notifications of the call are posted.
        callback_uri: String = "callbackUri",
        /// The id that all legs of one conversation share. A leg is one of the calls of a
        /// conversation. Each leg connects one party.
        call_chain_id: Id = "callChainId",
        /// The optional features of the call.
        call_options: Box<CallOptions> = "callOptions",
        /// The redirections of the call before it reached its present target.
        call_routes: Vec<CallRoute> = "callRoutes",
        /// The chat that belongs to the call.
        chat_info: Box<ChatInfo> = "chatInfo",
        /// Details that only an incoming call has, such as who transferred it.
        incoming_context: Box<IncomingContext> = "incomingContext",
        /// Whether the service or the app hosts the media.
        media_config: Box<MediaConfig> = "mediaConfig",
        /// Whether audio flows.
        media_state: Box<CallMediaState> = "mediaState",
        /// The details with which the meeting is found.
        meeting_info: Box<MeetingInfo> = "meetingInfo",
        /// The id of the participant that is the app itself.
        my_participant_id: Id = "myParticipantId",
        /// The kinds of media that the calling party requests.
        requested_modalities: Vec<Modality> = "requestedModalities",
        /// The reason for the present state of the call, for example why the call ended.
        result_info: Box<ResultInfo> = "resultInfo",
        /// The participant who started the call.
        source: Box<ParticipantInfo> = "source",
        /// The subject of the conversation.
        subject: String = "subject",
        /// The participants who are called.
        targets: Vec<InvitationParticipantInfo> = "targets",
        /// The id of the tenant.
        tenant_id: Id = "tenantId",
        /// A DTMF tone that a participant sent.
        tone_info: Box<ToneInfo> = "toneInfo",
        /// The state of the transcription.
        transcription: Box<CallTranscriptionInfo> = "transcription",
        /// The groups that decide which participants receive the audio of which others.
        audio_routing_groups: AudioRoutingGroups = "audioRoutingGroups",
        /// The content sharing sessions of the call.
        content_sharing_sessions: Vec<ContentSharingSession> = "contentSharingSessions",
        /// The operations of the call.
        operations: Vec<CommsOperation> = "operations",
        /// The roster, which is the list of participants.
        participants: Vec<Participant> = "participants",
        /// The participant who answered a redirected call. Payloads have this member, but Graph's OData
        /// metadata does not list it.
        answered_by: Box<ParticipantInfo> = "answeredBy",
        /// The reason why the call ended, in older payloads: `AppInitiated`, `AppTransferred`,
        /// `AppRedirected` or `CallTerminated`.
        termination_reason: String = "terminationReason",
        /// The number of seconds for which the called party may ring. Graph's OData metadata does not list
        /// this member.
        ringing_timeout_in_seconds: i32 = "ringingTimeoutInSeconds",
        /// The id of the call.
        id: Id = "id",
    }
}

impl Call {
    /// True for a group call or a meeting, false for a call between two parties. `None` if the members do not
    /// show which of these it is.
    ///
    /// ```
    /// use callfold::graph::Call;
    ///
    /// let meeting = r#"{"state":"established","chatInfo":{"threadId":"19:meeting_x@thread.v2"}}"#;
    /// let meeting: Call = callfold::serde_json::from_str(meeting)?;
    /// assert_eq!(meeting.is_group(), Some(true));
    ///
    /// // A delta may hold nothing that answers the question.
    /// let delta: Call = callfold::serde_json::from_str(r#"{"state":"established"}"#)?;
    /// assert_eq!(delta.is_group(), None);
    /// # Ok::<(), callfold::serde_json::Error>(())
    /// ```
    pub fn is_group(&self) -> Option<bool> {
        let is_meeting = self.chat_info.value().is_some() || self.meeting_info.value().is_some();
        match self.targets.value().map(Vec::len) {
            _ if is_meeting => Some(true),
            Some(targets) => Some(targets > 1),
            None => self.source.value().map(|_| false),
        }
    }

    /// True if the service hosts the media, false if the app does. `None` if `mediaConfig` is absent or null.
    pub fn is_service_hosted(&self) -> Option<bool> {
        self.media_config.value().map(|config| config.is_service_hosted())
    }

    /// True if the app is in the call because a policy requires a recording. Such an incoming call has an
    /// `observedParticipantId`: the participant whom the app records.
    /// Source: [incomingContext](https://learn.microsoft.com/graph/api/resources/incomingcontext).
    pub fn is_policy_based_recording(&self) -> bool {
        self.incoming_context.value().is_some_and(|context| context.observed_participant_id.value().is_some())
    }
}

open_enum! {
    /// The state of a call in Graph's JSON: Graph's `callState`. [`call::State`](crate::call::State) is the
    /// state of a call in its lifecycle, and has no unknown values. Source:
    /// [call](https://learn.microsoft.com/graph/api/resources/call).
    pub enum CallState {
        Incoming = "incoming",
        Establishing = "establishing",
        Ringing = "ringing",
        Established = "established",
        Hold = "hold",
        Transferring = "transferring",
        TransferAccepted = "transferAccepted",
        Redirecting = "redirecting",
        Terminating = "terminating",
        Terminated = "terminated",
    }
}

open_enum! {
    /// Whether a call was offered to the app (incoming) or placed by the app (outgoing). Source:
    /// [call](https://learn.microsoft.com/graph/api/resources/call).
    pub enum CallDirection {
        Incoming = "incoming",
        Outgoing = "outgoing",
    }
}

open_enum! {
    /// The reason why a call or a participant is rejected. Source:
    /// [call: reject](https://learn.microsoft.com/graph/api/call-reject).
    pub enum RejectReason {
        None = "none",
        Busy = "busy",
        Forbidden = "forbidden",
    }
}

resource! {
    /// The optional features of a call. This type stands for Graph's `incomingCallOptions` and
    /// `outgoingCallOptions`. Source:
    /// [callOptions](https://learn.microsoft.com/graph/api/resources/calloptions).
    pub struct CallOptions {
        /// True if the roster no longer shows the bot after the bot has added a person to the call.
        hide_bot_after_escalation: bool = "hideBotAfterEscalation",
        /// True if the service sends notifications about content sharing.
        is_content_sharing_notification_enabled: bool = "isContentSharingNotificationEnabled",
        /// True if the service sends rosters as deltas, which hold only the participants that changed.
        is_delta_roster_enabled: bool = "isDeltaRosterEnabled",
        /// True if the app may request a roster in parts.
        is_interactive_roster_enabled: bool = "isInteractiveRosterEnabled",
    }
}

resource! {
    /// One redirection of a call to another target. Source:
    /// [callRoute](https://learn.microsoft.com/graph/api/resources/callroute).
    pub struct CallRoute {
        /// The party that the call reached.
        final_target: Box<IdentitySet> = "final",
        /// The party for whom the call was meant.
        original: Box<IdentitySet> = "original",
        /// The reason why the call was sent on.
        routing_type: RoutingType = "routingType",
    }
}

open_enum! {
    /// The reason why a call was sent on to another target. Source:
    /// [callRoute](https://learn.microsoft.com/graph/api/resources/callroute).
    pub enum RoutingType {
        Forwarded = "forwarded",
        Lookup = "lookup",
        SelfFork = "selfFork",
    }
}

resource! {
    /// Details that only an incoming call has. Source:
    /// [incomingContext](https://learn.microsoft.com/graph/api/resources/incomingcontext).
    pub struct IncomingContext {
        /// The id of the participant that a recording bot is to record.
        observed_participant_id: Id = "observedParticipantId",
        /// The party on whose behalf the calling participant makes the call.
        on_behalf_of: Box<IdentitySet> = "onBehalfOf",
        /// The id of the participant that calls.
        source_participant_id: Id = "sourceParticipantId",
        /// The party that transferred the call.
        transferor: Box<IdentitySet> = "transferor",
    }
}

resource! {
    /// The state of the transcription of a call. Source:
    /// [callTranscriptionInfo](https://learn.microsoft.com/graph/api/resources/calltranscriptioninfo).
    pub struct CallTranscriptionInfo {
        /// The time of the last change of `state`.
        last_modified_date_time: Timestamp = "lastModifiedDateTime",
        /// Whether the transcription runs.
        state: CallTranscriptionState = "state",
    }
}

open_enum! {
    /// Whether a transcription runs. Source:
    /// [callTranscriptionInfo](https://learn.microsoft.com/graph/api/resources/calltranscriptioninfo).
    pub enum CallTranscriptionState {
        NotStarted = "notStarted",
        Active = "active",
        Inactive = "inactive",
    }
}
