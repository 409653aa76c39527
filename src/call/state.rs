//! The states of a call, what each state means, and the transitions between them.

use super::deadline::Deadline;
use crate::graph::call::CallState;
use crate::graph::method::LegalIn;
use crate::names::names;

names! {
    /// The state of a call in its lifecycle: Graph's `callState`.
    ///
    /// Source: [call](https://learn.microsoft.com/graph/api/resources/call), member `state`.
    ///
    /// ```
    /// use callfold::call::{State, Superstate, Transition};
    ///
    /// assert_eq!(State::Established.after(Transition::Held), Some(State::Hold));
    /// assert!(State::Hold.lies_in(Superstate::Connected));
    /// assert!(State::Hold.is_live());
    /// ```
    #[expect(clippy::exhaustive_enums, reason = "a new state is a new lifecycle")]
    pub enum State {
        /// The call is offered to the app. The app has yet to answer, reject or redirect it.
        Incoming = "incoming",
        /// Signalling and media are being set up.
        Establishing = "establishing",
        /// The callee's device rings. Graph documents this state; no published payload has it.
        Ringing = "ringing",
        /// A redirect is under way. Only payloads of 2019 have this state.
        Redirecting = "redirecting",
        /// The call is connected.
        Established = "established",
        /// The call is on hold.
        Hold = "hold",
        /// A transfer is under way.
        Transferring = "transferring",
        /// The transfer target accepted the transfer, and the transferee is moving to it.
        TransferAccepted = "transferAccepted",
        /// The call is ending.
        Terminating = "terminating",
        /// The call has ended. No state follows.
        Terminated = "terminated",
    }
}

names! {
    /// A group of states. A superstate handles the transitions that all its states share.
    #[expect(clippy::exhaustive_enums, reason = "a new superstate is a new lifecycle")]
    pub enum Superstate {
        /// Every state except `terminated`.
        Live = "live",
        /// The states before the call is connected.
        Setup = "setup",
        /// The call is connected, on hold, or being transferred.
        Connected = "connected",
        /// A transfer is under way.
        Transfer = "transfer",
    }
}

/// What a state means for the rules outside the lifecycle. Each rule reads it here.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meaning {
    /// The innermost superstate.
    pub(super) superstate: Option<Superstate>,
    /// A call that was seen from its first event begins in a state of this kind.
    pub(super) is_beginning: bool,
    pub(super) media: Media,
    /// The deadlines that can run in this state. Entering the state stops all others.
    pub(super) deadlines: &'static [Deadline],
    pub(super) late: Late,
    pub(super) established: WhenEstablished,
    pub(crate) dialect: Dialect,
}

/// What the app can do with the media of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Media {
    /// The call has no media in this state.
    None,
    /// Audio can flow. The app can play and record once it does.
    Early,
    /// The app can play, record and transfer.
    Up,
    /// The media stay as they are, and the app cannot start anything.
    Locked,
}

/// Whether a report of a state is late, once the call has been in that state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    Never,
    Ever,
    /// Late until the call is established again.
    SinceEstablished,
}

/// What a report of `established` means while the call is in a state. Graph repeats `established` with every tone, media
/// state or detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WhenEstablished {
    /// The call made a step.
    Step,
    /// The call made a step, unless the report has a tone.
    StepWithoutTone,
    /// Details changed, and the state did not.
    Details,
}

/// Which services report a state by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Every,
    /// Only a service that reports `ringing`. Other services report the state in this variant instead.
    Ringing(State),
    /// Only a service that reports `redirecting`, as in 2019. Other services report the state in this variant
    /// instead.
    Redirecting(State),
}

/// The timers of a recording that runs.
pub(super) const RECORDING: [Deadline; 3] =
    [Deadline::InitialSilence, Deadline::Silence, Deadline::RecordDuration];
const OFFERED: &[Deadline] = &[Deadline::Answer, Deadline::Redirect];
const SETUP: &[Deadline] = &[
    Deadline::Ring,
    Deadline::KeepAlive,
    Deadline::InitialSilence,
    Deadline::Silence,
    Deadline::RecordDuration,
];
const CONNECTED: &[Deadline] =
    &[Deadline::KeepAlive, Deadline::InitialSilence, Deadline::Silence, Deadline::RecordDuration];

names! {
    /// A transition of a call from one state to the next. It has the name of the event that records it.
    #[expect(clippy::exhaustive_enums, reason = "a new transition is a new lifecycle")]
    pub enum Transition {
        /// The app answered the call.
        Answered = "answered",
        /// The callee's device rings.
        Alerted = "alerted",
        /// The call is connected.
        Established = "established",
        /// The app redirected the call.
        Redirected = "redirected",
        /// The call was put on hold.
        Held = "held",
        /// The call was taken off hold.
        Resumed = "resumed",
        /// A transfer began.
        TransferStarted = "transferStarted",
        /// The transfer target accepted the transfer.
        TransferAccepted = "transferAccepted",
        /// The transfer failed, and the call is connected again.
        TransferFailed = "transferFailed",
        /// The call began to end.
        TerminationStarted = "terminationStarted",
        /// The call ended: it was rejected, redirected, transferred or cancelled, it timed out, or somebody hung up.
        Terminated = "terminated",
    }
}

impl State {
    /// What this state means: one row for each state. A row says everything itself and takes nothing from
    /// another row, so that a new state decides each question.
    pub(crate) const fn meaning(self) -> Meaning {
        match self {
            Self::Incoming => Meaning {
                superstate: Some(Superstate::Setup),
                is_beginning: true,
                media: Media::None,
                deadlines: OFFERED,
                late: Late::Ever,
                established: WhenEstablished::Step,
                dialect: Dialect::Every,
            },
            Self::Establishing => Meaning {
                superstate: Some(Superstate::Setup),
                is_beginning: true,
                media: Media::Early,
                deadlines: SETUP,
                late: Late::Ever,
                established: WhenEstablished::Step,
                dialect: Dialect::Every,
            },
            Self::Ringing => Meaning {
                superstate: Some(Superstate::Setup),
                is_beginning: false,
                media: Media::Locked,
                deadlines: SETUP,
                late: Late::Ever,
                established: WhenEstablished::Step,
                dialect: Dialect::Ringing(Self::Establishing),
            },
            Self::Redirecting => Meaning {
                superstate: Some(Superstate::Setup),
                is_beginning: false,
                media: Media::None,
                deadlines: &[Deadline::Redirect],
                late: Late::Ever,
                established: WhenEstablished::Step,
                dialect: Dialect::Redirecting(Self::Incoming),
            },
            Self::Established => Meaning {
                superstate: Some(Superstate::Connected),
                is_beginning: false,
                media: Media::Up,
                deadlines: CONNECTED,
                late: Late::Never,
                established: WhenEstablished::Step,
                dialect: Dialect::Every,
            },
            Self::Hold => Meaning {
                superstate: Some(Superstate::Connected),
                is_beginning: false,
                media: Media::Up,
                deadlines: CONNECTED,
                late: Late::SinceEstablished,
                established: WhenEstablished::StepWithoutTone,
                dialect: Dialect::Every,
            },
            Self::Transferring | Self::TransferAccepted => Meaning {
                superstate: Some(Superstate::Transfer),
                is_beginning: false,
                media: Media::Locked,
                deadlines: CONNECTED,
                late: Late::SinceEstablished,
                established: WhenEstablished::Details,
                dialect: Dialect::Every,
            },
            Self::Terminating => Meaning {
                superstate: Some(Superstate::Live),
                is_beginning: false,
                media: Media::Locked,
                deadlines: &RECORDING,
                late: Late::Never,
                established: WhenEstablished::Step,
                dialect: Dialect::Every,
            },
            Self::Terminated => Meaning {
                superstate: None,
                is_beginning: false,
                media: Media::None,
                deadlines: &[],
                late: Late::Never,
                established: WhenEstablished::Step,
                dialect: Dialect::Every,
            },
        }
    }

    /// True until the call has ended.
    pub const fn is_live(self) -> bool {
        self.meaning().superstate.is_some()
    }

    /// True if a method with this condition is legal in this state, whatever else is known of the call.
    pub(crate) fn permits(self, legal_in: LegalIn) -> bool {
        match legal_in {
            LegalIn::Incoming => self == Self::Incoming,
            LegalIn::Transferable | LegalIn::Audible | LegalIn::Cancellable => {
                self.meaning().media == Media::Up
            }
            LegalIn::Connected => self.lies_in(Superstate::Connected),
            LegalIn::Live => self.is_live(),
            LegalIn::Anywhere => true,
            LegalIn::Nowhere => false,
        }
    }

    pub(super) fn must_be_kept_alive(self) -> bool {
        self.meaning().deadlines.contains(&Deadline::KeepAlive)
    }

    /// The state as Graph's JSON writes it.
    ///
    /// ```
    /// use callfold::{call::State, graph::CallState};
    ///
    /// assert_eq!(State::Hold.wire(), CallState::Hold);
    /// ```
    pub fn wire(self) -> CallState {
        self.as_str().into()
    }

    /// The state with the name in Graph's JSON; `None` if this crate does not know the name.
    ///
    /// ```
    /// use callfold::{call::State, graph::CallState};
    ///
    /// assert_eq!(State::from_wire(&CallState::from("Ringing")), Some(State::Ringing));
    /// assert_eq!(State::from_wire(&CallState::from("parked")), None);
    /// ```
    pub fn from_wire(state: &CallState) -> Option<Self> {
        Self::ALL.iter().copied().find(|known| known.as_str() == state.as_str())
    }
}

impl serde::Serialize for State {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for State {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let state = CallState::deserialize(deserializer)?;
        Self::from_wire(&state).ok_or_else(|| serde::de::Error::custom("this callState is not known"))
    }
}
