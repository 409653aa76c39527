//! The codes with which calls and operations end, and their meanings.

use alloc::borrow::ToOwned as _;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;

use super::member::Member;
use super::result::ResultInfo;

macro_rules! end_codes {
    ($( $Code:ident = $code:literal $(/ $subcode:literal)?: $meaning:literal, )+) => {
        /// A code and a subcode with which a call or an operation can end, and the meaning of this pair.
        ///
        /// Each pair comes from a Graph page or from a user's report. There is one exception: where no Graph
        /// page gives a code for a timeout, this crate uses [`EndCode::TimedOut`], a 408 without a subcode.
        /// Several pairs can have the same meaning: Graph does not say how they differ.
        ///
        /// Source: [delete call](https://learn.microsoft.com/graph/api/call-delete),
        /// [playPrompt](https://learn.microsoft.com/graph/api/call-playprompt),
        /// [record](https://learn.microsoft.com/graph/api/call-record),
        /// [cancelMediaProcessing](https://learn.microsoft.com/graph/api/call-cancelmediaprocessing) and
        /// [transfer](https://learn.microsoft.com/graph/api/call-transfer).
        ///
        /// ```
        /// use callfold::graph::{EndCode, ResultInfo};
        ///
        /// let reported: ResultInfo = callfold::serde_json::from_str(r#"{"code":200,"subcode":4521}"#)?;
        /// let end = EndCode::of(&reported).expect("a known pair");
        /// assert_eq!(end, EndCode::PeerEnded);
        /// assert_eq!(end.to_string(), "200/4521");
        /// assert_eq!(end.meaning(), "The peer ended the call.");
        /// # Ok::<(), callfold::serde_json::Error>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum EndCode { $( #[doc = $meaning] $Code, )+ }

        impl EndCode {
            /// All pairs, in the order of their codes and subcodes.
            pub const ALL: &[Self] = &[ $( Self::$Code, )+ ];

            const fn row(self) -> (i32, Option<i32>, &'static str) {
                match self { $( Self::$Code => ($code, end_codes!(@ $($subcode)?), $meaning), )+ }
            }
        }
    };
    (@ $subcode:literal) => { Some($subcode) };
    (@) => { None };
}

end_codes! {
    Ended = 0: "The call ended.",
    TransferCompletedGracefully = 0 / 7015: "The transfer succeeded.",
    PromptPlayed = 200 / 0: "The prompt was played.",
    OtherEnded = 200 / 4097: "Another participant ended the call.",
    PeerEnded = 200 / 4521: "The peer ended the call.",
    AppRemoved = 200 / 5000: "Someone removed the app from the call.",
    ConversationEnded = 200 / 5001: "The conversation is over.",
    OthersLeft = 200 / 5002: "All other participants left.",
    ConversationOver = 200 / 5003: "The conversation is over.",
    StarterLeft = 200 / 5007: "The participant who started the group call left.",
    OneRemained = 200 / 5010: "Only one participant remained.",
    RosterEmpty = 200 / 5012: "The roster is empty.",
    NobodyJoined = 200 / 5013: "Nobody else joined.",
    NoHost = 200 / 5014: "The service found no possible host.",
    OnlyHiddenRemained = 200 / 5020: "Only hidden participants remained.",
    BreakoutRoomOver = 200 / 5030: "The time of the breakout room is over.",
    ParticipantRemoved = 200 / 5300: "Someone removed the participant from the call.",
    LobbyTimedOut = 200 / 5855: "The app waited in the lobby for too long.",
    AppEnded = 200 / 7000: "The app ended the call.",
    TransferSucceeded = 200 / 7015: "The transfer succeeded.",
    MaxRecordDurationReached = 200 / 8515: "The recording reached its maximum duration.",
    AppHungUp = 200 / 10550: "The app hung up.",
    PeerLeft = 200 / 18503: "The peer left the call.",
    PstnHungUp = 200 / 540_000: "The PSTN user hung up.",
    PstnEnded = 200 / 560_000: "The PSTN user hung up.",
    OperationCancelled = 400 / 8508: "The operation was cancelled.",
    CalleeUnreachable = 400 / 8541: "The callee cannot be reached.",
    TimedOut = 408: "The time ran out.",
    AcceptanceNotAcknowledged = 408 / 1106: "The acceptance of the call was not acknowledged in time.",
    KeepAliveMissed = 408 / 8537: "The app did not keep the call alive.",
    NoSignalling = 408 / 10057: "No signalling came from the callee.",
    TimedOutUnexplained = 408 / 13025: "A timeout. No Graph page explains this code.",
    MediaConnectivityFailed = 410 / 301_005: "Media connectivity failed.",
    CalleeHasNoEndpoints = 480 / 10037: "The callee has no endpoints.",
    CalleeNotReached = 480 / 10076: "The callee was not reached.",
    NotRouted = 480 / 10134: "The call could not be routed.",
    PrivateCallingForbidden = 480 / 10199: "The callee may not use private calling.",
    MediaUnreachable = 500 / 1005: "The service could not reach the media of the app.",
    ServerError3002 = 500 / 3002: "A server error. No Graph page explains this code.",
    ServerError3003 = 500 / 3003: "A server error. No Graph page explains this code.",
    TransferFailed = 500 / 7000: "The transfer failed.",
    ServerError7106 = 500 / 7106: "A server error. No Graph page explains this code.",
    ConsultativeTransferFailed = 500 / 7700: "The consultative transfer failed.",
    PstnFailed = 500 / 560_500: "A PSTN call failed. No Graph page explains this code.",
}

impl EndCode {
    /// The code. 0 and the codes 200 to 299 mean success.
    pub const fn code(self) -> i32 {
        self.row().0
    }

    /// The subcode, which gives the exact reason. `None` if the code has no subcode.
    pub const fn subcode(self) -> Option<i32> {
        self.row().1
    }

    /// The meaning of the pair, as an English sentence.
    pub const fn meaning(self) -> &'static str {
        self.row().2
    }

    /// True if the code means success, but the call came to nothing.
    const fn came_to_nothing(self) -> bool {
        matches!(self, Self::NobodyJoined | Self::NoHost | Self::LobbyTimedOut)
    }

    /// Returns the pair that a result holds, or `None` if this crate does not know the pair.
    ///
    /// The code and the subcode are compared together: 200/7000 is [`EndCode::AppEnded`], and 500/7000 is
    /// [`EndCode::TransferFailed`].
    pub fn of(result: &ResultInfo) -> Option<Self> {
        let code = *result.code.value()?;
        let subcode = result.subcode.value().copied();
        let find = |subcode| {
            Self::ALL.iter().copied().find(|known| known.code() == code && known.subcode() == subcode)
        };
        // A subcode of 0 adds nothing to the code, so it is the same as no subcode.
        find(subcode).or_else(|| find(None).filter(|_| subcode == Some(0)))
    }

    /// Builds a `resultInfo` that holds the code, the subcode and the meaning.
    pub fn result_info(self) -> ResultInfo {
        ResultInfo {
            code: self.code().into(),
            subcode: Member::from(self.subcode()),
            message: Member::Value(self.meaning().into()),
            ..ResultInfo::default()
        }
    }
}

/// Writes `code/subcode`, or only the code if there is no subcode.
impl fmt::Display for EndCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code())?;
        self.subcode().map_or(Ok(()), |subcode| write!(f, "/{subcode}"))
    }
}

impl ResultInfo {
    /// True if a call with this result ended badly: it failed, or it came to nothing although its code means success.
    /// Such calls are those that nobody joined (200/5013), for which the service found no host (200/5014), or in which the
    /// app waited in the lobby for too long (200/5855).
    ///
    /// ```
    /// use callfold::graph::EndCode;
    ///
    /// assert!(!EndCode::PeerEnded.result_info().is_bad_end());
    /// assert!(EndCode::LobbyTimedOut.result_info().is_bad_end()); // although its code is 200
    /// ```
    pub fn is_bad_end(&self) -> bool {
        self.is_failure() || EndCode::of(self).is_some_and(EndCode::came_to_nothing)
    }
}

/// The code and the subcode, their meaning, and the text of the service where it says something else.
///
/// ```
/// use callfold::graph::{EndCode, ResultInfo};
///
/// assert_eq!(EndCode::PeerEnded.result_info().to_string(), "200/4521 The peer ended the call.");
///
/// let json = r#"{"code":408,"subcode":10057,"message":"No answer. DiagCode: 408#10057."}"#;
/// let reported: ResultInfo = callfold::serde_json::from_str(json)?;
/// let shown = "408/10057 No signalling came from the callee. “No answer. DiagCode: 408#10057.”";
/// assert_eq!(reported.to_string(), shown);
/// # Ok::<(), callfold::serde_json::Error>(())
/// ```
impl fmt::Display for ResultInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let codes = [self.code.value(), self.subcode.value()].into_iter().flatten();
        let codes: Vec<String> = codes.map(i32::to_string).collect();
        // A success without a subcode has the codes of a played prompt, but only for a prompt do they mean that it was played.
        let meaning = EndCode::of(self).filter(|code| *code != EndCode::PromptPlayed).map(EndCode::meaning);
        let message =
            self.message.value().map(|message| message.trim()).filter(|message| !message.is_empty());
        let text = match (meaning, message) {
            (Some(meaning), Some(message)) if !is_same(meaning, message) => format!("{meaning} “{message}”"),
            (Some(meaning), _) => meaning.into(),
            (None, message) => message.unwrap_or_default().into(),
        };
        let parts = [codes.join("/"), text].into_iter().filter(|part| !part.is_empty());
        f.write_str(&parts.collect::<Vec<_>>().join(" "))
    }
}

/// True if a message of the service says what this crate says in its own words.
fn is_same(meaning: &str, message: &str) -> bool {
    let plain =
        |text: &str| text.to_lowercase().replace("application", "app").trim_end_matches('.').to_owned();
    plain(meaning) == plain(message)
}
