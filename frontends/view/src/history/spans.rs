//! The lanes of a history: lists of spans, such as the states of the call or its operations. A span begins at a step and
//! ends at another step, both numbered from 0. A span without an end is still open at the last step.

use callfold::call::{Deadline, State};
use callfold::jiff::Timestamp;
use callfold::{OperationId, ParticipantId, operation};

/// A state of the call, from entry to exit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StateSpan {
    /// The state.
    pub state: State,
    /// The step that entered the state.
    pub from: usize,
    /// The step that left the state.
    pub to: Option<usize>,
}

/// An operation, from its first event until it is settled, that is, completed or failed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct OperationSpan {
    /// Its index among the operations of the call.
    pub index: usize,
    /// Its id, where known.
    pub id: Option<OperationId>,
    /// Its kind, such as `playPrompt`.
    pub kind: &'static str,
    /// The step of its first event.
    pub from: usize,
    /// Its states, each with the step that entered it.
    pub states: Vec<(usize, operation::State)>,
    /// The step that settled it.
    pub to: Option<usize>,
    /// True where the call ended before the operation was settled.
    pub is_orphaned: bool,
}

/// A state of the audio, from its first report until another state is reported or the call ends.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AudioSpan {
    /// The state, such as `active`.
    pub audio: String,
    /// The step that reported the state.
    pub from: usize,
    /// The step that ended the state.
    pub to: Option<usize>,
}

/// A participant, from joining to leaving.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Presence {
    /// The id in the roster, where known.
    pub id: Option<ParticipantId>,
    /// The name for people, see [`callfold::graph::Participant::name`].
    pub name: String,
    /// The step that added the participant to the roster.
    pub from: usize,
    /// The step that removed the participant from the roster.
    pub to: Option<usize>,
}

/// A pressed key of a telephone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReceivedTone {
    /// The key, such as `tone1` or `pound`.
    pub tone: String,
    /// The step that reported the key.
    pub at: usize,
}

/// A deadline, from the step that set it until it is met, moved or missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeadlineSpan {
    /// The kind of deadline.
    pub deadline: Deadline,
    /// The time at which it is due.
    pub due: Timestamp,
    /// The step that set it.
    pub from: usize,
    /// The step by which it was met, moved or missed.
    pub to: Option<usize>,
    /// True where the due time had passed at that step. A [`Deadline::KeepAlive`] counts as missed only in a history with
    /// keep-alive events. Notifications never report keep-alive requests, so without such an event nothing is known.
    pub is_missed: bool,
}

/// The lanes that need the call after each step.
#[derive(Clone, Debug)]
pub(super) struct Lanes {
    pub(super) audio: Vec<AudioSpan>,
    pub(super) operations: Vec<OperationSpan>,
    pub(super) presences: Vec<Presence>,
    pub(super) deadlines: Vec<DeadlineSpan>,
}
