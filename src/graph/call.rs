//! The call resource.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::wire::{open_enum, resource};
use super::{
    AudioRoutingGroup, CallMediaState, ChatInfo, CommsOperation, ContentSharingSession, IdentitySet,
    InvitationParticipantInfo, MediaConfig, MeetingInfo, Modality, Participant, ParticipantInfo, ResultInfo,
    ToneInfo,
};
use crate::Id;

resource! {
    /// A call, whole or as a delta. Source: [call](https://learn.microsoft.com/graph/api/resources/call).
    pub struct Call {
        /// Where the call is in its lifecycle.
        state: CallState = "state",
        /// Offered to the app, or placed by it.
        direction: CallDirection = "direction",
        /// Where notifications go; https.
        callback_uri: String = "callbackUri",
        /// The same for all legs of one conversation.
        call_chain_id: Id = "callChainId",
        /// Optional features.
        call_options: Box<CallOptions> = "callOptions",
        /// How the call was retargeted.
        call_routes: Vec<CallRoute> = "callRoutes",
        /// The chat beside the call.
        chat_info: Box<ChatInfo> = "chatInfo",
        /// Context of an incoming call.
        incoming_context: Box<IncomingContext> = "incomingContext",
        /// Who hosts the media.
        media_config: Box<MediaConfig> = "mediaConfig",
        /// Whether media flows.
        media_state: Box<CallMediaState> = "mediaState",
        /// How to find the meeting.
        meeting_info: Box<MeetingInfo> = "meetingInfo",
        /// The app's own participant.
        my_participant_id: Id = "myParticipantId",
        /// What the caller wants.
        requested_modalities: Vec<Modality> = "requestedModalities",
        /// Why the call is as it is; its end, for one.
        result_info: Box<ResultInfo> = "resultInfo",
        /// Who began the call.
        source: Box<ParticipantInfo> = "source",
        /// What it is about.
        subject: String = "subject",
        /// Who is called.
        targets: Vec<InvitationParticipantInfo> = "targets",
        /// The tenant.
        tenant_id: Id = "tenantId",
        /// A tone that was pressed.
        tone_info: Box<ToneInfo> = "toneInfo",
        /// The transcription.
        transcription: Box<CallTranscriptionInfo> = "transcription",
        /// Who hears whom.
        audio_routing_groups: Vec<AudioRoutingGroup> = "audioRoutingGroups",
        /// Content that is shared.
        content_sharing_sessions: Vec<ContentSharingSession> = "contentSharingSessions",
        /// Operations.
        operations: Vec<CommsOperation> = "operations",
        /// The roster.
        participants: Vec<Participant> = "participants",
        /// Who picked up a redirected call; outside the metadata.
        answered_by: Box<ParticipantInfo> = "answeredBy",
        /// Why it ended, in older payloads: `AppInitiated`, `AppTransferred`, `AppRedirected`, `CallTerminated`.
        termination_reason: String = "terminationReason",
        /// How long the callee may ring, seconds; outside the metadata.
        ringing_timeout_in_seconds: i32 = "ringingTimeoutInSeconds",
        /// The call's id.
        id: Id = "id",
    }
}

impl Call {
    /// True for group calls and meetings, false for calls between two; `None` where nothing tells.
    ///
    /// ```
    /// use callfold::graph::Call;
    ///
    /// let reported: Call = serde_json::from_str(r#"{"chatInfo":{"threadId":"19:meeting_x@thread.v2"}}"#)?;
    /// assert_eq!(reported.is_group(), Some(true));
    /// assert_eq!(Call::default().is_group(), None);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn is_group(&self) -> Option<bool> {
        let is_meeting = self.chat_info.value().is_some() || self.meeting_info.value().is_some();
        match self.targets.value().map(Vec::len) {
            _ if is_meeting => Some(true),
            Some(targets) => Some(targets > 1),
            None => self.source.value().map(|_| false),
        }
    }

    /// True where the service hosts the media, false where the app does; `None` where nothing tells.
    ///
    /// ```
    /// use callfold::graph::Call;
    ///
    /// let reported: Call = serde_json::from_str(r#"{"mediaConfig":{"blob":"…"}}"#)?;
    /// assert_eq!(reported.is_service_hosted(), Some(false));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn is_service_hosted(&self) -> Option<bool> {
        self.media_config.value().map(|config| config.is_service_hosted())
    }

    /// True where a policy records the call: an incoming call that names whom the app observes.
    /// Source: [incomingContext](https://learn.microsoft.com/graph/api/resources/incomingcontext).
    ///
    /// ```
    /// use callfold::graph::Call;
    ///
    /// let reported: Call = serde_json::from_str(r#"{"incomingContext":{"observedParticipantId":"p"}}"#)?;
    /// assert!(reported.is_policy_based_recording());
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn is_policy_based_recording(&self) -> bool {
        self.incoming_context.value().is_some_and(|context| context.observed_participant_id.value().is_some())
    }
}

open_enum! {
    /// The states that Graph names. Source: [call](https://learn.microsoft.com/graph/api/resources/call).
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
    /// Offered to the app, or placed by it. Source: [call](https://learn.microsoft.com/graph/api/resources/call).
    pub enum CallDirection {
        Incoming = "incoming",
        Outgoing = "outgoing",
    }
}

open_enum! {
    /// Why a call is rejected. Source: [call: reject](https://learn.microsoft.com/graph/api/call-reject).
    pub enum RejectReason {
        None = "none",
        Busy = "busy",
        Forbidden = "forbidden",
    }
}

resource! {
    /// Optional features: `incomingCallOptions` and `outgoingCallOptions`. Source:
    /// [callOptions](https://learn.microsoft.com/graph/api/resources/calloptions).
    pub struct CallOptions {
        /// True where the bot leaves the roster after it brought in a person.
        hide_bot_after_escalation: bool = "hideBotAfterEscalation",
        /// True where content sharing is notified.
        is_content_sharing_notification_enabled: bool = "isContentSharingNotificationEnabled",
        /// True where rosters come as deltas.
        is_delta_roster_enabled: bool = "isDeltaRosterEnabled",
        /// True where rosters may be asked for in parts.
        is_interactive_roster_enabled: bool = "isInteractiveRosterEnabled",
    }
}

resource! {
    /// How a call was retargeted. Source: [callRoute](https://learn.microsoft.com/graph/api/resources/callroute).
    pub struct CallRoute {
        /// Whom it reached.
        final_target: Box<IdentitySet> = "final",
        /// Whom it was for.
        original: Box<IdentitySet> = "original",
        /// What sent it on.
        routing_type: RoutingType = "routingType",
    }
}

open_enum! {
    /// What sent a call on. Source: [callRoute](https://learn.microsoft.com/graph/api/resources/callroute).
    pub enum RoutingType {
        Forwarded = "forwarded",
        Lookup = "lookup",
        SelfFork = "selfFork",
    }
}

resource! {
    /// Context of an incoming call. Source:
    /// [incomingContext](https://learn.microsoft.com/graph/api/resources/incomingcontext).
    pub struct IncomingContext {
        /// The participant that a recording bot is to record.
        observed_participant_id: Id = "observedParticipantId",
        /// For whom it is called.
        on_behalf_of: Box<IdentitySet> = "onBehalfOf",
        /// The participant that called.
        source_participant_id: Id = "sourceParticipantId",
        /// Who transferred the call.
        transferor: Box<IdentitySet> = "transferor",
    }
}

resource! {
    /// The transcription of a call. Source:
    /// [callTranscriptionInfo](https://learn.microsoft.com/graph/api/resources/calltranscriptioninfo).
    pub struct CallTranscriptionInfo {
        /// When its state last changed.
        last_modified_date_time: Timestamp = "lastModifiedDateTime",
        /// Whether it runs.
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
