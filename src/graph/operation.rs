//! Operations: what an action asked for, until it is settled.

use alloc::string::String;
use alloc::vec::Vec;

use super::wire::{open_enum, resource};
use super::{InvitationParticipantInfo, ResultInfo};
use crate::{Id, Secret};
use alloc::boxed::Box;

resource! {
    /// An operation of any kind, by `@odata.type`: `commsOperation` and the kinds that derive from it. Source:
    /// [commsOperation](https://learn.microsoft.com/graph/api/resources/commsoperation).
    pub struct CommsOperation {
        /// The app's own name for it, at most 256 characters.
        client_context: String = "clientContext",
        /// How it ended.
        result_info: Box<ResultInfo> = "resultInfo",
        /// How far it is.
        status: OperationStatus = "status",
        /// Why it ended: of `sendDtmfTonesOperation`, and in payloads of `recordOperation`.
        completion_reason: CompletionReason = "completionReason",
        /// Who is invited: of `inviteParticipantsOperation`.
        participants: Vec<InvitationParticipantInfo> = "participants",
        /// Where the recording is: of `recordOperation`.
        recording_location: String = "recordingLocation",
        /// Opens the recording: of `recordOperation`.
        recording_access_token: Secret<String> = "recordingAccessToken",
        /// The operation's id; null in some notifications.
        id: Id = "id",
    }
}

impl CommsOperation {
    /// The kind, by its `@odata.type`.
    ///
    /// ```
    /// use callfold::graph::{CommsOperation, OperationKind};
    ///
    /// let received: CommsOperation = serde_json::from_str(r##"{"@odata.type":"#microsoft.graph.recordOperation"}"##)?;
    /// assert_eq!(received.kind(), OperationKind::Record);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn kind(&self) -> OperationKind {
        self.odata_type.as_ref().map_or(OperationKind::Comms, |name| OperationKind::of(name.as_str()))
    }
}

macro_rules! operation_kinds {
    ($( $(#[$meta:meta])* $Kind:ident = $text:literal = $type_name:literal, )+) => {
        /// The kinds of operation, named as their Graph types without `Operation`. Source:
        /// [commsOperation](https://learn.microsoft.com/graph/api/resources/commsoperation).
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum OperationKind {
            $( $(#[$meta])* #[doc = concat!("`", $type_name, "`")] $Kind, )+
            /// `commsOperation`, an unknown kind, or none told.
            Comms,
        }

        impl OperationKind {
            fn of(type_name: &str) -> Self {
                match type_name {
                    $( $type_name => Self::$Kind, )+
                    _ => Self::Comms,
                }
            }

            /// The name of its Graph type.
            ///
            /// ```
            /// # use callfold::graph::OperationKind;
            /// assert_eq!(OperationKind::Record.type_name(), "recordOperation");
            /// ```
            pub const fn type_name(self) -> &'static str {
                match self {
                    $( Self::$Kind => $type_name, )+
                    Self::Comms => "commsOperation",
                }
            }

            /// The kind as `replay --json` has it: `playPrompt`, `record` … `comms`.
            ///
            /// ```
            /// # use callfold::graph::OperationKind;
            /// assert_eq!(OperationKind::PlayPrompt.as_str(), "playPrompt");
            /// ```
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
    /// How far an operation is. Source:
    /// [commsOperation](https://learn.microsoft.com/graph/api/resources/commsoperation).
    pub enum OperationStatus {
        NotStarted = "notStarted",
        Running = "running",
        Completed = "completed",
        Failed = "failed",
    }
}

open_enum! {
    /// Why an operation ended: completed is not success by itself. Source:
    /// [sendDtmfTonesOperation](https://learn.microsoft.com/graph/api/resources/senddtmftonesoperation).
    pub enum CompletionReason {
        Unknown = "unknown",
        CompletedSuccessfully = "completedSuccessfully",
        MediaOperationCanceled = "mediaOperationCanceled",
        OperationCanceled = "operationCanceled",
        StopToneDetected = "stopToneDetected",
    }
}
