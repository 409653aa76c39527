//! Operations. An action such as `playPrompt` starts an operation, which runs until it has completed or
//! failed.

use alloc::string::String;
use alloc::vec::Vec;

use super::identity::InvitationParticipantInfo;
use super::result::ResultInfo;
use super::wire::declare::{open_enum, resource};
use crate::id::Id;
use crate::secret::Secret;
use alloc::boxed::Box;

resource! {
    /// An operation of any kind: `commsOperation` and the Graph types that derive from it. `@odata.type`
    /// holds the kind. Source:
    /// [commsOperation](https://learn.microsoft.com/graph/api/resources/commsoperation).
    pub struct CommsOperation {
        /// A text that the app chose to recognise the operation, at most 256 characters.
        client_context: String = "clientContext",
        /// The result of the operation.
        result_info: Box<ResultInfo> = "resultInfo",
        /// The progress of the operation.
        status: OperationStatus = "status",
        /// The reason why the operation ended. Graph documents this member for `sendDtmfTonesOperation` only.
        /// Real payloads of `recordOperation` have it, too.
        completion_reason: CompletionReason = "completionReason",
        /// The participants who are invited. Only `inviteParticipantsOperation` has this member.
        participants: Vec<InvitationParticipantInfo> = "participants",
        /// The URL of the recording. Only `recordOperation` has this member.
        recording_location: String = "recordingLocation",
        /// The token that gives access to the recording. Only `recordOperation` has this member.
        recording_access_token: Secret<String> = "recordingAccessToken",
        /// The id of the operation. It is null in some notifications.
        id: Id = "id",
    }
}

impl CommsOperation {
    /// The kind of the operation, as `@odata.type` gives it.
    ///
    /// ```
    /// use callfold::graph::{CommsOperation, OperationKind};
    ///
    /// let json = r##"{"@odata.type":"#microsoft.graph.recordOperation","status":"running"}"##;
    /// let received: CommsOperation = callfold::serde_json::from_str(json)?;
    /// assert_eq!(received.kind(), OperationKind::Record);
    /// assert_eq!(received.kind().as_str(), "record");
    /// # Ok::<(), callfold::serde_json::Error>(())
    /// ```
    pub fn kind(&self) -> OperationKind {
        self.odata_type.as_ref().map_or(OperationKind::Comms, |name| OperationKind::of(name.as_str()))
    }
}

macro_rules! operation_kinds {
    ($( $(#[$meta:meta])* $Kind:ident = $text:literal = $type_name:literal, )+) => {
        /// The kind of an operation. Each kind has the name of its Graph type without the word `Operation`.
        /// Source: [commsOperation](https://learn.microsoft.com/graph/api/resources/commsoperation).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum OperationKind {
            $( $(#[$meta])* #[doc = concat!("`", $type_name, "`")] $Kind, )+
            /// `commsOperation`, an unknown kind, or no `@odata.type` at all.
            Comms,
        }

        impl OperationKind {
            /// All kinds.
            pub const ALL: &[Self] = &[ $( Self::$Kind, )+ Self::Comms ];

            fn of(type_name: &str) -> Self {
                match type_name {
                    $( $type_name => Self::$Kind, )+
                    _ => Self::Comms,
                }
            }

            /// The name of the Graph type, such as `recordOperation`.
            pub const fn type_name(self) -> &'static str {
                match self {
                    $( Self::$Kind => $type_name, )+
                    Self::Comms => "commsOperation",
                }
            }

            /// The name of the kind, such as `record`. `callfold replay --json` prints these names.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $( Self::$Kind => $text, )+
                    Self::Comms => "comms",
                }
            }
        }
    };
}

operation_kinds! {
    AddLargeGalleryView = "addLargeGalleryView" = "addLargeGalleryViewOperation",
    CancelMediaProcessing = "cancelMediaProcessing" = "cancelMediaProcessingOperation",
    InviteParticipants = "inviteParticipants" = "inviteParticipantsOperation",
    MuteParticipant = "muteParticipant" = "muteParticipantOperation",
    PlayPrompt = "playPrompt" = "playPromptOperation",
    Record = "record" = "recordOperation",
    SendDtmfTones = "sendDtmfTones" = "sendDtmfTonesOperation",
    StartHoldMusic = "startHoldMusic" = "startHoldMusicOperation",
    StopHoldMusic = "stopHoldMusic" = "stopHoldMusicOperation",
    SubscribeToTone = "subscribeToTone" = "subscribeToToneOperation",
    UnmuteParticipant = "unmuteParticipant" = "unmuteParticipantOperation",
    UpdateRecordingStatus = "updateRecordingStatus" = "updateRecordingStatusOperation",
}

open_enum! {
    /// The progress of an operation. Source:
    /// [commsOperation](https://learn.microsoft.com/graph/api/resources/commsoperation).
    pub enum OperationStatus {
        NotStarted = "notStarted",
        Running = "running",
        Completed = "completed",
        Failed = "failed",
    }
}

open_enum! {
    /// The reason why an operation ended. A completed operation is not always a success, and this reason
    /// shows the difference. Source:
    /// [sendDtmfTonesOperation](https://learn.microsoft.com/graph/api/resources/senddtmftonesoperation).
    pub enum CompletionReason {
        Unknown = "unknown",
        CompletedSuccessfully = "completedSuccessfully",
        MediaOperationCanceled = "mediaOperationCanceled",
        OperationCanceled = "operationCanceled",
        StopToneDetected = "stopToneDetected",
    }
}
