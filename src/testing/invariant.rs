//! The invariants that a simulation checks, each with a sentence that describes it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use jiff::Timestamp;

use crate::call::State;
use crate::names::names;
use crate::operation;
use crate::{Call, CallId, Recorded};

names! {
    /// An invariant that a [`Simulation`](super::Simulation) checks. [`Invariant::sentence`] describes it in
    /// full.
    #[non_exhaustive]
    pub enum Invariant {
        /// Every event that the core returns folds.
        Folds = "folds",
        /// An event that is written and read back is the same event.
        Text = "text",
        /// A terminated call does not change.
        Absorbs = "absorbs",
        /// A settled operation (completed or failed) does not change.
        Settled = "settled",
        /// Only the first operation of the media queue runs.
        Queue = "queue",
        /// Times do not go backwards, and no deadline is missed.
        Time = "time",
        /// The service agrees with the reference model.
        Reference = "reference",
        /// A restart does not change the calls of a host.
        Restart = "restart",
        /// A delivery that is repeated changes nothing.
        Repeat = "repeat",
        /// A notification of the end terminates the call.
        End = "end",
        /// The bot's copy of a call equals the service's call.
        Reported = "reported",
    }
}

impl Invariant {
    /// A sentence that describes the invariant.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Folds => {
                "Every event of a request, a network event, a deadline, a notification or a reply folds without a refusal and without a gap in the revisions."
            }
            Self::Text => {
                "Each event is equal to the event that is read back from its log line or its CloudEvent."
            }
            Self::Absorbs => {
                "A terminated call does not change, except for late results of its operations and reports of devices."
            }
            Self::Settled => "A settled operation (completed or failed) does not change.",
            Self::Queue => "The first media operation in the queue runs, and the others wait.",
            Self::Time => "No event has an earlier time than the event before it, and no deadline is missed.",
            Self::Reference => {
                "The service accepts and refuses the same moves as the reference model, and its calls equal those of the model."
            }
            Self::Restart => {
                "A host that restarts, from its log alone or from a copy of its calls and the later log lines, has the same calls as before."
            }
            Self::Repeat => "A delivery that arrives twice in a row changes nothing the second time.",
            Self::End => "A call is terminated once a notification of its end has arrived.",
            Self::Reported => {
                "If all notifications of a call arrive within a minute, the bot and the service agree on the call. If they also arrive at once and in order, both agree on everything that notifications report; otherwise on the state, the operations, the tones and the numbered rosters."
            }
        }
    }
}

/// An invariant that did not hold, with the call and the time.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The invariant that did not hold.
    pub invariant: Invariant,
    /// The call for which it did not hold.
    pub call: CallId,
    /// The virtual time at which it was noticed.
    pub at: Timestamp,
    /// The values that break the invariant, as text.
    pub seen: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { invariant, call, at, seen } = self;
        write!(f, "{invariant}: {} Call {call} at {at}: {seen}", invariant.sentence())
    }
}

impl core::error::Error for Violation {}

/// The invariant that is broken, and the values that break it.
type Broken = (Invariant, String);

/// Checks the invariants of one event, with the call before it and after it.
pub(super) fn step(before: Option<&Call>, recorded: &Recorded, after: &Call) -> Result<(), Broken> {
    for text in [recorded.to_string(), recorded.cloud_event().to_string()] {
        if text.parse().as_ref() != Ok(recorded) {
            return Err((Invariant::Text, text));
        }
    }
    if let Some(before) = before {
        absorbs(before, after)?;
        settled(before, after)?;
        must(recorded.at >= before.last_at() || recorded.at.is_none(), Invariant::Time, || {
            format!("{recorded} after {:?}", before.last_at())
        })?;
    }
    let overdue = after.next_deadline().filter(|due| Some(due.at) < recorded.at);
    must(overdue.is_none(), Invariant::Time, || format!("{overdue:?} is past"))?;
    let waits = !after.deadlines().is_empty() || after.media_queue().next().is_some();
    must(after.state().is_live() || !waits, Invariant::Absorbs, || {
        "a deadline or a media operation is left".into()
    })
}

fn must(holds: bool, invariant: Invariant, seen: impl FnOnce() -> String) -> Result<(), Broken> {
    if holds { Ok(()) } else { Err((invariant, seen())) }
}

fn absorbs(before: &Call, after: &Call) -> Result<(), Broken> {
    let participants = |call: &Call| -> Vec<_> { call.participants().cloned().collect() };
    let is_same = || {
        after.state() == before.state()
            && after.details() == before.details()
            && after.tones() == before.tones()
            && after.content_sharing() == before.content_sharing()
            && participants(after) == participants(before)
    };
    must(before.state() != State::Terminated || is_same(), Invariant::Absorbs, || {
        format!("the call is now {}", after.state())
    })
}

fn settled(before: &Call, after: &Call) -> Result<(), Broken> {
    let settled = before.operations().iter().enumerate().filter(|(_, was)| !was.is_pending());
    let changed =
        settled.map(|(index, was)| (was, after.operations().get(index))).find(|(was, is)| Some(*was) != *is);
    must(changed.is_none(), Invariant::Settled, || format!("{changed:?}"))
}

/// Checks the media queue of a call of a service. The rule does not hold for a bot's copy.
pub(super) fn queue(call: &Call) -> Result<(), Broken> {
    for (index, (id, _)) in call.media_queue().enumerate() {
        let known = call.operations().iter().find(|operation| operation.id() == Some(id));
        let wanted = if index == 0 { operation::State::Running } else { operation::State::NotStarted };
        let state = known.map(operation::Operation::state);
        must(state == Some(wanted), Invariant::Queue, || format!("number {index}, {id}, is {state:?}"))?;
    }
    Ok(())
}
