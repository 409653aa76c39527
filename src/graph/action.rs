//! The bodies of the actions: what an app asks for. Limits and defaults are those of their pages.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::RangeInclusive;

use super::wire::resource;
use super::{
    CallOptions, InvitationParticipantInfo, MediaConfig, Member, Modality, ParticipantInfo, Prompt,
    RecordingStatus, RejectReason, ScreenSharingRole, TeleconferenceDeviceQuality, Tone, Unshown,
};

resource! {
    /// The body of the actions that take nothing else: cancelMediaProcessing, subscribeToTone, mute, unmute,
    /// addLargeGalleryView, and of participants mute and stopHoldMusic.
    pub struct ClientContext {
        /// The app's own name for the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// Source: [call: answer](https://learn.microsoft.com/graph/api/call-answer).
    pub struct Answer {
        /// Where notifications of this call go: https.
        callback_uri: String = "callbackUri",
        /// Which media the app takes.
        accepted_modalities: Vec<Modality> = "acceptedModalities",
        /// Who hosts the media.
        media_config: Box<MediaConfig> = "mediaConfig",
        /// What is told of the call.
        call_options: Box<CallOptions> = "callOptions",
        /// How many participants a policy-based recording takes.
        participant_capacity: i32 = "participantCapacity",
    }
}

resource! {
    /// Source: [call: reject](https://learn.microsoft.com/graph/api/call-reject).
    pub struct Reject {
        /// Why; none where it is absent.
        reason: RejectReason = "reason",
        /// Where notifications of this call go: https.
        callback_uri: String = "callbackUri",
    }
}

resource! {
    /// Source: [call: redirect](https://learn.microsoft.com/graph/api/call-redirect).
    pub struct Redirect {
        /// Who rings instead, 1 to 25 at once.
        targets: Vec<InvitationParticipantInfo> = "targets",
        /// For how many seconds, 15 to 90.
        timeout: i32 = "timeout",
        /// Where notifications of this call go: https.
        callback_uri: String = "callbackUri",
    }
}

/// What is no number within its limits counts as not told.
fn within(reported: &Member<i32>, limits: RangeInclusive<i32>, default: i32) -> i32 {
    reported.value().copied().filter(|number| limits.contains(number)).unwrap_or(default)
}

impl Redirect {
    /// For how many seconds the targets may ring.
    pub(crate) const SECONDS: RangeInclusive<i32> = 15..=90;

    /// For how many seconds the targets ring: as asked, else 55 for one, 60 for several.
    ///
    /// ```
    /// # use callfold::graph::action::Redirect;
    /// assert_eq!(Redirect::default().seconds(), 55);
    /// ```
    pub fn seconds(&self) -> i32 {
        let several = self.targets.value().is_some_and(|targets| targets.len() > 1);
        within(&self.timeout, Self::SECONDS, if several { 60 } else { 55 })
    }
}

resource! {
    /// Source: [call: transfer](https://learn.microsoft.com/graph/api/call-transfer).
    pub struct Transfer {
        /// Who gets the call; with a `replacesCallId` where the transfer is consultative.
        transfer_target: Box<InvitationParticipantInfo> = "transferTarget",
        /// Who is transferred, out of a group call.
        transferee: Box<ParticipantInfo> = "transferee",
    }
}

resource! {
    /// Source: [call: playPrompt](https://learn.microsoft.com/graph/api/call-playprompt).
    pub struct PlayPrompt {
        /// What to play, 1 to 20.
        prompts: Vec<Prompt> = "prompts",
        /// How often; a member of beta.
        repeat: i32 = "loop",
        /// The app's own name for the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// Source: [call: recordResponse](https://learn.microsoft.com/graph/api/call-record).
    pub struct RecordResponse {
        /// What to play first, at most one.
        prompts: Vec<Prompt> = "prompts",
        /// True where it overtakes what plays and what waits; false where it is absent.
        barge_in_allowed: bool = "bargeInAllowed",
        /// For how many seconds nobody may speak at first, 1 to 120.
        initial_silence_timeout_in_seconds: i32 = "initialSilenceTimeoutInSeconds",
        /// How many seconds of silence end it, 1 to 120.
        max_silence_timeout_in_seconds: i32 = "maxSilenceTimeoutInSeconds",
        /// After how many seconds it ends, 1 to 120.
        max_record_duration_in_seconds: i32 = "maxRecordDurationInSeconds",
        /// True where a beep tells that it begins; true where it is absent.
        play_beep: bool = "playBeep",
        /// Keys that end it.
        stop_tones: Vec<String> = "stopTones",
        /// The app's own name for the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

/// What each of the three timers of a recording is, in seconds, where the app does not say.
const RECORD_TIMER: i32 = 5;

impl RecordResponse {
    /// How many seconds each of the three timers may be.
    pub(crate) const SECONDS: RangeInclusive<i32> = 1..=120;

    /// True where it overtakes what plays and what waits.
    ///
    /// ```
    /// # use callfold::graph::action::RecordResponse;
    /// assert!(!RecordResponse::default().barges_in());
    /// ```
    pub fn barges_in(&self) -> bool {
        self.barge_in_allowed.value().copied().unwrap_or(false)
    }

    /// True where a beep tells that it begins.
    ///
    /// ```
    /// # use callfold::graph::action::RecordResponse;
    /// assert!(RecordResponse::default().beeps());
    /// ```
    pub fn beeps(&self) -> bool {
        self.play_beep.value().copied().unwrap_or(true)
    }

    /// For how many seconds nobody may speak at first.
    ///
    /// ```
    /// # use callfold::graph::action::RecordResponse;
    /// assert_eq!(RecordResponse::default().initial_silence(), 5);
    /// ```
    pub fn initial_silence(&self) -> i32 {
        within(&self.initial_silence_timeout_in_seconds, Self::SECONDS, RECORD_TIMER)
    }

    /// How many seconds of silence end it.
    ///
    /// ```
    /// # use callfold::graph::action::RecordResponse;
    /// assert_eq!(RecordResponse::default().max_silence(), 5);
    /// ```
    pub fn max_silence(&self) -> i32 {
        within(&self.max_silence_timeout_in_seconds, Self::SECONDS, RECORD_TIMER)
    }

    /// After how many seconds it ends.
    ///
    /// ```
    /// # use callfold::graph::action::RecordResponse;
    /// assert_eq!(RecordResponse::default().max_duration(), 5);
    /// ```
    pub fn max_duration(&self) -> i32 {
        within(&self.max_record_duration_in_seconds, Self::SECONDS, RECORD_TIMER)
    }

    /// True where this key ends it: told as `1`, `#`, `*` or by its name.
    ///
    /// ```
    /// # use callfold::graph::{Tone, action::RecordResponse};
    /// let request: RecordResponse = serde_json::from_str(r##"{"stopTones":["#","1"]}"##)?;
    /// assert!(request.is_stopped_by(&Tone::Pound) && request.is_stopped_by(&Tone::Tone1));
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    pub fn is_stopped_by(&self, tone: &Tone) -> bool {
        self.stop_tones.value().into_iter().flatten().any(|stop| names(stop, tone))
    }

    /// True where a text names a key.
    pub(crate) fn is_key(stop: &str) -> bool {
        Tone::KNOWN.iter().any(|tone| names(stop, tone))
    }
}

/// True where a text is the name of a key, or its sign.
fn names(text: &str, tone: &Tone) -> bool {
    let name = tone.as_str();
    let signs = [(Tone::Star, "*"), (Tone::Pound, "#")];
    let sign = signs.iter().find(|(known, _)| known == tone).map(|(_, sign)| *sign);
    let key = sign.or_else(|| name.strip_prefix("tone")).unwrap_or(name);
    text.eq_ignore_ascii_case(name) || text.eq_ignore_ascii_case(key)
}

resource! {
    /// Source: [call: changeScreenSharingRole](https://learn.microsoft.com/graph/api/call-changescreensharingrole).
    pub struct ChangeScreenSharingRole {
        /// What the app becomes.
        role: ScreenSharingRole = "role",
    }
}

resource! {
    /// Source: [call: updateRecordingStatus](https://learn.microsoft.com/graph/api/call-updaterecordingstatus).
    pub struct UpdateRecordingStatus {
        /// Whether the app records.
        status: RecordingStatus = "status",
        /// The app's own name for the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// Source: [call: sendDtmfTones](https://learn.microsoft.com/graph/api/call-senddtmftones).
    pub struct SendDtmfTones {
        /// The keys, in their order.
        tones: Vec<Tone> = "tones",
        /// Milliseconds between two of them.
        delay_between_tones_ms: i32 = "delayBetweenTonesMs",
        /// The app's own name for the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// Source: [participant: invite](https://learn.microsoft.com/graph/api/participant-invite).
    pub struct Invite {
        /// Who is invited, 1 to 5.
        participants: Vec<InvitationParticipantInfo> = "participants",
        /// The app's own name for the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// A method of beta. Source: [participant: muteAll](https://learn.microsoft.com/graph/api/participant-muteall).
    pub struct MuteAll {
        /// Ids of participants; all are muted, whatever it says.
        participants: Vec<String> = "participants",
        /// The app's own name for the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// A method of beta. Source:
    /// [participant: configureMixer](https://learn.microsoft.com/graph/api/participant-configuremixer).
    pub struct ConfigureMixer {
        /// What each participant hears of the others, as it came.
        participant_mixer_levels: Vec<Unshown> = "participantMixerLevels",
        /// The app's own name for the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// A method of the beta of 2019. Source: [call](https://learn.microsoft.com/graph/api/resources/call).
    pub struct UpdateMetadata {
        /// A text that the roster shows for the app.
        metadata: String = "metadata",
        /// The app's own name for the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// Source: [participant: startHoldMusic](https://learn.microsoft.com/graph/api/participant-startholdmusic).
    pub struct StartHoldMusic {
        /// What is played instead of the usual music.
        custom_prompt: Box<Prompt> = "customPrompt",
        /// The app's own name for the operation, at most 256 characters.
        client_context: String = "clientContext",
    }
}

resource! {
    /// Source: [call: logTeleconferenceDeviceQuality](https://learn.microsoft.com/graph/api/call-logteleconferencedevicequality).
    pub struct LogTeleconferenceDeviceQuality {
        /// What the device says of its media.
        quality: Box<TeleconferenceDeviceQuality> = "quality",
    }
}
