//! The states of a call and what moves it from one to the next.

use crate::graph::CallState;
use crate::names::names;

names! {
    /// Where a call is in its lifecycle: Graph's `callState`.
    ///
    /// Source: [call](https://learn.microsoft.com/graph/api/resources/call), member `state`.
    ///
    /// ```
    /// use callfold::call::State;
    ///
    /// assert_eq!(State::TransferAccepted.as_str(), "transferAccepted");
    /// assert!(State::Hold.is_live());
    /// ```
    #[expect(clippy::exhaustive_enums, reason = "the chart is closed: a new state is a new lifecycle")]
    pub enum State {
        /// Offered to the app, which has yet to answer, reject or redirect it.
        Incoming = "incoming",
        /// Signalling and media are being set up.
        Establishing = "establishing",
        /// The callee is alerted. Documented, never seen on the wire.
        Ringing = "ringing",
        /// A redirect is under way. Only in the dialect of 2019.
        Redirecting = "redirecting",
        /// The call is up.
        Established = "established",
        /// The call is held.
        Hold = "hold",
        /// A transfer is under way.
        Transferring = "transferring",
        /// The target took the transfer; the transferee is moving.
        TransferAccepted = "transferAccepted",
        /// The end has begun.
        Terminating = "terminating",
        /// Over. Final.
        Terminated = "terminated",
    }
}

names! {
    /// What moves a call: the alphabet of the chart, named as the events that carry it.
    ///
    /// ```
    /// use callfold::call::{Transition, State};
    ///
    /// assert_eq!(State::Incoming.after(Transition::Answered), Some(State::Establishing));
    /// assert_eq!(State::Incoming.after(Transition::Held), None);
    /// ```
    #[expect(clippy::exhaustive_enums, reason = "the chart is closed: a new cause is a new lifecycle")]
    pub enum Transition {
        /// The app answered.
        Answered = "answered",
        /// The callee is alerted.
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
        /// The target took the transfer.
        TransferAccepted = "transferAccepted",
        /// The transfer failed; the call is up again.
        TransferFailed = "transferFailed",
        /// The end began.
        TerminationStarted = "terminationStarted",
        /// The call ended: rejected, expired, cancelled, redirected, transferred, hung up.
        Terminated = "terminated",
    }
}

impl State {
    /// True until the call is terminated.
    ///
    /// ```
    /// assert!(!callfold::call::State::Terminated.is_live());
    /// ```
    pub const fn is_live(self) -> bool {
        !matches!(self, Self::Terminated)
    }

    /// The state as Graph's JSON has it.
    ///
    /// ```
    /// use callfold::{call::State, graph::CallState};
    ///
    /// assert_eq!(State::Hold.wire(), CallState::Hold);
    /// ```
    pub const fn wire(self) -> CallState {
        match self {
            Self::Incoming => CallState::Incoming,
            Self::Establishing => CallState::Establishing,
            Self::Ringing => CallState::Ringing,
            Self::Redirecting => CallState::Redirecting,
            Self::Established => CallState::Established,
            Self::Hold => CallState::Hold,
            Self::Transferring => CallState::Transferring,
            Self::TransferAccepted => CallState::TransferAccepted,
            Self::Terminating => CallState::Terminating,
            Self::Terminated => CallState::Terminated,
        }
    }

    /// The state that Graph's JSON names, where this version knows it.
    ///
    /// ```
    /// use callfold::{call::State, graph::CallState};
    ///
    /// assert_eq!(State::from_wire(&CallState::from("Ringing")), Some(State::Ringing));
    /// assert_eq!(State::from_wire(&CallState::from("parked")), None);
    /// ```
    pub const fn from_wire(state: &CallState) -> Option<Self> {
        Some(match state {
            CallState::Incoming => Self::Incoming,
            CallState::Establishing => Self::Establishing,
            CallState::Ringing => Self::Ringing,
            CallState::Redirecting => Self::Redirecting,
            CallState::Established => Self::Established,
            CallState::Hold => Self::Hold,
            CallState::Transferring => Self::Transferring,
            CallState::TransferAccepted => Self::TransferAccepted,
            CallState::Terminating => Self::Terminating,
            CallState::Terminated => Self::Terminated,
            CallState::Other(_) => return None,
        })
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
        Self::from_wire(&state).ok_or_else(|| serde::de::Error::custom("no callState that is known here"))
    }
}
