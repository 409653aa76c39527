//! The request bodies of the actions. The documentation of each type links the Graph pages of its actions.
//! The limits and default values are those of these pages.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use super::call::{CallOptions, RejectReason};
use super::identity::{InvitationParticipantInfo, ParticipantInfo};
use super::media::{MediaConfig, Modality, Prompt, ScreenSharingRole};
use super::member::Member;
use super::participant::RecordingStatus;
use super::quality::TeleconferenceDeviceQuality;
use super::resource_data::Unshown;
use super::tone::Tone;
use super::wire::declare::resource;

resource! {
    /// The request body of each action that takes a client context and nothing else: `cancelMediaProcessing`,
    /// `subscribeToTone`, `mute`, `unmute` and `addLargeGalleryView` of a call, and `mute` and
    /// `stopHoldMusic` of a participant.
    ///
    /// Source: [cancelMediaProcessing](https://learn.microsoft.com/graph/api/call-cancelmediaprocessing),
    /// [subscribeToTone](https://learn.microsoft.com/graph/api/call-subscribetotone),
    /// [mute](https://learn.microsoft.com/graph/api/call-mute),
    /// [unmute](https://learn.microsoft.com/graph/api/call-unmute),
    /// [addLargeGalleryView](https://learn.microsoft.com/graph/api/call-addlargegalleryview), [mute a
    /// participant](https://learn.microsoft.com/graph/api/participant-mute),
    /// [stopHoldMusic](https://learn.microsoft.com/graph/api/participant-stopholdmusic).
    pub struct ClientContext {
        /// A text that the app chooses to recognise the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// The request body of `answer`, which accepts an incoming call. Source:
    /// [call: answer](https://learn.microsoft.com/graph/api/call-answer).
    pub struct Answer {
        /// The https URL to which notifications of this call are posted.
        callback_uri: String = "callbackUri",
        /// The kinds of media that the app accepts.
        accepted_modalities: Vec<Modality> = "acceptedModalities",
        /// Whether the service or the app hosts the media.
        media_config: Box<MediaConfig> = "mediaConfig",
        /// The optional features of the call, such as rosters sent as deltas.
        call_options: Box<CallOptions> = "callOptions",
        /// The number of participants that the app can handle in policy-based recording.
        participant_capacity: i32 = "participantCapacity",
    }
}

resource! {
    /// The request body of `reject`, which refuses an incoming call. Source:
    /// [call: reject](https://learn.microsoft.com/graph/api/call-reject).
    pub struct Reject {
        /// The reason why the app refuses the call. If the member is absent, the reason is `none`.
        reason: RejectReason = "reason",
        /// The https URL to which notifications of this call are posted.
        callback_uri: String = "callbackUri",
    }
}

resource! {
    /// The request body of `redirect`, which sends an incoming call to other targets. Source:
    /// [call: redirect](https://learn.microsoft.com/graph/api/call-redirect).
    pub struct Redirect {
        /// The targets that ring instead of the app: 1 to 25, all at once.
        targets: Vec<InvitationParticipantInfo> = "targets",
        /// The number of seconds for which the targets ring, 15 to 90.
        timeout: i32 = "timeout",
        /// The https URL to which notifications of this call are posted.
        callback_uri: String = "callbackUri",
    }
}

/// Returns the requested number, or the default if the number is absent or outside its limits.
fn within(reported: &Member<i32>, limits: RangeInclusive<i32>, default: i32) -> i32 {
    reported.value().copied().filter(|number| limits.contains(number)).unwrap_or(default)
}

impl Redirect {
    /// The limits of `timeout`, in seconds.
    pub(crate) const SECONDS: RangeInclusive<i32> = 15..=90;

    /// The number of seconds for which the targets ring. This is `timeout` if `timeout` is 15 to 90.
    /// Otherwise this is 55 for one target and 60 for several.
    pub fn seconds(&self) -> i32 {
        let several = self.targets.value().is_some_and(|targets| targets.len() > 1);
        within(&self.timeout, Self::SECONDS, if several { 60 } else { 55 })
    }
}

resource! {
    /// The request body of `transfer`, which moves a call, or a participant of a group call, to another
    /// target. Source: [call: transfer](https://learn.microsoft.com/graph/api/call-transfer).
    pub struct Transfer {
        /// The target that gets the call. In a consultative transfer the target has a `replacesCallId`.
        transfer_target: Box<InvitationParticipantInfo> = "transferTarget",
        /// The participant to transfer. Only a transfer out of a group call has this member.
        transferee: Box<ParticipantInfo> = "transferee",
    }
}

resource! {
    /// The request body of `playPrompt`, which plays audio in a call. Source:
    /// [call: playPrompt](https://learn.microsoft.com/graph/api/call-playprompt).
    pub struct PlayPrompt {
        /// The prompts to play, 1 to 20.
        prompts: Vec<Prompt> = "prompts",
        /// The number of times that the prompts are played. Only the beta version has this member.
        repeat: i32 = "loop",
        /// A text that the app chooses to recognise the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// The request body of `recordResponse`, which records a short spoken answer. Source:
    /// [call: recordResponse](https://learn.microsoft.com/graph/api/call-record).
    pub struct RecordResponse {
        /// The prompt to play before the recording, at most one.
        prompts: Vec<Prompt> = "prompts",
        /// True if the recording cancels the prompts and recordings that run or wait. If the member is
        /// absent, this is false.
        barge_in_allowed: bool = "bargeInAllowed",
        /// The number of seconds for which silence is accepted at the beginning, before anybody has spoken: 1
        /// to 120.
        initial_silence_timeout_in_seconds: i32 = "initialSilenceTimeoutInSeconds",
        /// The number of seconds of silence that end the recording once somebody has spoken, 1 to 120.
        max_silence_timeout_in_seconds: i32 = "maxSilenceTimeoutInSeconds",
        /// The longest duration of the recording in seconds, 1 to 120.
        max_record_duration_in_seconds: i32 = "maxRecordDurationInSeconds",
        /// True if a beep marks the beginning of the recording. If the member is absent, this is true.
        play_beep: bool = "playBeep",
        /// The telephone keys that end the recording.
        stop_tones: Vec<String> = "stopTones",
        /// A text that the app chooses to recognise the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

/// The default of each of the three timers of a recording, in seconds.
const RECORD_TIMER: i32 = 5;

impl RecordResponse {
    /// The limits of each of the three timers, in seconds.
    pub(crate) const SECONDS: RangeInclusive<i32> = 1..=120;

    /// True if the recording cancels the prompts and recordings that run or wait. The default is false.
    pub fn barges_in(&self) -> bool {
        self.barge_in_allowed.value().copied().unwrap_or(false)
    }

    /// The number of seconds for which silence is accepted at the beginning, before anybody has spoken. The
    /// default is 5. A number outside 1 to 120 counts as 5, too.
    pub fn initial_silence(&self) -> i32 {
        within(&self.initial_silence_timeout_in_seconds, Self::SECONDS, RECORD_TIMER)
    }

    /// The number of seconds of silence that end the recording once somebody has spoken. The default is 5. A
    /// number outside 1 to 120 counts as 5, too.
    pub fn max_silence(&self) -> i32 {
        within(&self.max_silence_timeout_in_seconds, Self::SECONDS, RECORD_TIMER)
    }

    /// The longest duration of the recording in seconds. The default is 5. A number outside 1 to 120 counts
    /// as 5, too.
    pub fn max_duration(&self) -> i32 {
        within(&self.max_record_duration_in_seconds, Self::SECONDS, RECORD_TIMER)
    }

    /// True if this key ends the recording. `stopTones` may hold the key itself (`1`, `#`, `*`) or the name
    /// of its tone (`tone1`, `pound`, `star`).
    ///
    /// ```
    /// use callfold::graph::Tone;
    /// use callfold::graph::action::RecordResponse;
    ///
    /// let json = r##"{"prompts":[],"stopTones":["#","tone1"]}"##;
    /// let request: RecordResponse = callfold::serde_json::from_str(json)?;
    /// assert!(request.is_stopped_by(&Tone::Pound) && request.is_stopped_by(&Tone::Tone1));
    /// assert!(!request.is_stopped_by(&Tone::Star));
    /// # Ok::<(), callfold::serde_json::Error>(())
    /// ```
    pub fn is_stopped_by(&self, tone: &Tone) -> bool {
        self.stop_tones.value().into_iter().flatten().any(|stop| names(stop, tone))
    }

    /// True if a text names a key.
    pub(crate) fn is_key(stop: &str) -> bool {
        Tone::KNOWN.iter().any(|tone| names(stop, tone))
    }
}

/// True if a text is the name of the tone, or the sign on its key.
fn names(text: &str, tone: &Tone) -> bool {
    let name = tone.as_str();
    let signs = [(Tone::Star, "*"), (Tone::Pound, "#")];
    let sign = signs.iter().find(|(known, _)| known == tone).map(|(_, sign)| *sign);
    let key = sign.or_else(|| name.strip_prefix("tone")).unwrap_or(name);
    text.eq_ignore_ascii_case(name) || text.eq_ignore_ascii_case(key)
}

resource! {
    /// The request body of `changeScreenSharingRole`. Source:
    /// [call: changeScreenSharingRole](https://learn.microsoft.com/graph/api/call-changescreensharingrole).
    pub struct ChangeScreenSharingRole {
        /// The new role of the app.
        role: ScreenSharingRole = "role",
    }
}

resource! {
    /// The request body of `updateRecordingStatus`. Source:
    /// [call: updateRecordingStatus](https://learn.microsoft.com/graph/api/call-updaterecordingstatus).
    pub struct UpdateRecordingStatus {
        /// The state of the recording that the app makes.
        status: RecordingStatus = "status",
        /// A text that the app chooses to recognise the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// The request body of `sendDtmfTones`, which sends the tones of telephone keys. Source:
    /// [call: sendDtmfTones](https://learn.microsoft.com/graph/api/call-senddtmftones).
    pub struct SendDtmfTones {
        /// The tones to send, in this order.
        tones: Vec<Tone> = "tones",
        /// The pause between two tones, in milliseconds.
        delay_between_tones_ms: i32 = "delayBetweenTonesMs",
        /// A text that the app chooses to recognise the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// The request body of `invite`, which adds participants to a call. Source:
    /// [participant: invite](https://learn.microsoft.com/graph/api/participant-invite).
    pub struct Invite {
        /// The people or applications to invite, 1 to 5.
        participants: Vec<InvitationParticipantInfo> = "participants",
        /// A text that the app chooses to recognise the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// The request body of `muteAll`, which only the beta version has. Source:
    /// [participant: muteAll](https://learn.microsoft.com/graph/api/participant-muteall).
    pub struct MuteAll {
        /// Ids of participants. The service mutes all participants, whatever this member holds.
        participants: Vec<String> = "participants",
        /// A text that the app chooses to recognise the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// The request body of `configureMixer`, which only the beta version has. Source:
    /// [participant: configureMixer](https://learn.microsoft.com/graph/api/participant-configuremixer).
    pub struct ConfigureMixer {
        /// The volumes at which each participant receives the audio of the others. The items are kept as
        /// unchanged JSON.
        participant_mixer_levels: Vec<Unshown> = "participantMixerLevels",
        /// A text that the app chooses to recognise the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// The request body of `updateMetadata`, a method that only the beta version of 2019 had. Source:
    /// [call](https://learn.microsoft.com/graph/api/resources/call).
    pub struct UpdateMetadata {
        /// A text that the roster (the list of participants) shows for the app.
        metadata: String = "metadata",
        /// A text that the app chooses to recognise the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// The request body of `startHoldMusic`, which puts a participant on hold with music. Source:
    /// [participant: startHoldMusic](https://learn.microsoft.com/graph/api/participant-startholdmusic).
    pub struct StartHoldMusic {
        /// The audio to play instead of the standard music.
        custom_prompt: Box<Prompt> = "customPrompt",
        /// A text that the app chooses to recognise the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// The request body of `logTeleconferenceDeviceQuality`. Source:
    /// [call: logTeleconferenceDeviceQuality](https://learn.microsoft.com/graph/api/call-logteleconferencedevicequality).
    pub struct LogTeleconferenceDeviceQuality {
        /// The report of the device about the quality of its media.
        quality: Box<TeleconferenceDeviceQuality> = "quality",
    }
}
