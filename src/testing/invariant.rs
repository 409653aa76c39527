//! The invariants: rules that must hold after every step of a simulation.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use jiff::Timestamp;

use super::host::StoreFault;
use crate::call::data::Call;
use crate::call::state::State;
use crate::id::CallId;
use crate::names::names;
use crate::operation;
use crate::record::recorded::Recorded;

names! {
    /// A rule that must hold after every step of a [`Simulation`](super::Simulation). The *core* is the crate
    /// without the module `testing`.
    ///
    /// ```
    /// use callfold::testing::Invariant;
    ///
    /// assert!(Invariant::Absorbs.sentence().starts_with("A terminated call"));
    /// ```
    #[non_exhaustive]
    pub enum Invariant {
        /// All events that the core returns fold without a refusal, and their revisions have no gaps.
        Folds = "folds",
        /// An event equals what is read back from its log line and from its CloudEvent.
        Text = "text",
        /// A terminated call no longer changes, except for late results of its operations and reports of
        /// device quality.
        Absorbs = "absorbs",
        /// An operation that has completed or failed no longer changes.
        Settled = "settled",
        /// The first media operation in the queue runs, and the others wait.
        Queue = "queue",
        /// The times of events never decrease within a call, and no deadline is overdue.
        Time = "time",
        /// The service and the reference model accept the same requests, reply with the same contents, and have
        /// equal calls.
        Reference = "reference",
        /// A store appends a batch whole or not at all, takes the same batch again, and refuses what
        /// contradicts its lines.
        Store = "store",
        /// A host has the same log and the same calls before and after a restart.
        Restart = "restart",
        /// Observing the same delivery again changes nothing.
        Repeat = "repeat",
        /// If a notification reports the end of a call, the call in the bot's ledger ends.
        End = "end",
        /// The bot's copy of a call equals the service's, if all notifications arrive within a minute.
        Reported = "reported",
    }
}

impl Invariant {
    /// The invariant as an English sentence.
    ///
    /// ```
    /// # use callfold::testing::Invariant;
    /// assert!(Invariant::ALL.iter().all(|one| one.sentence().ends_with('.')));
    /// ```
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Folds => {
                "All events that the core returns fold without a refusal, and their revisions have no gaps."
            }
            Self::Text => "Each event equals what is read back from its log line and from its CloudEvent.",
            Self::Absorbs => {
                "A terminated call no longer changes, except for late results of its operations and reports of device quality."
            }
            Self::Settled => "An operation that has completed or failed no longer changes.",
            Self::Queue => "The first media operation in the queue runs, and the others wait.",
            Self::Time => "Within a call, the times of events never decrease, and no deadline is overdue.",
            Self::Reference => {
                "The service accepts and refuses the same requests as the reference model, and their replies and calls are equal."
            }
            Self::Store => {
                "A store appends a batch whole or not at all, takes the same batch again, and refuses another line at a stored revision, or a line before which one is missing."
            }
            Self::Restart => {
                "After a restart, a store has the lines that its host wrote, and the host has the same calls as one that never stopped, from its whole log or from snapshots and the later events."
            }
            Self::Repeat => "Observing the same delivery again changes nothing.",
            Self::End => "If a notification reports the end of a call, the call in the bot's ledger ends.",
            Self::Reported => {
                "If all notifications arrive within a minute, the bot and the service agree on the call."
            }
        }
    }
}

/// A violation of an invariant: the rule, the call and the time.
///
/// ```
/// use callfold::testing::{Faults, Simulation};
///
/// assert_eq!(Simulation::new(7).settle(), Ok(()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// The invariant that did not hold.
    pub invariant: Invariant,
    /// The call.
    pub call: CallId,
    /// The virtual time of the violation.
    pub at: Timestamp,
    /// A description of the difference, for people. It is empty if `fault` describes it.
    pub seen: String,
    /// What a store did wrong, if the invariant is about a store.
    pub fault: Option<Box<StoreFault>>,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { invariant, call, at, seen, fault } = self;
        match fault {
            Some(fault) => write!(f, "{invariant}: {fault}"),
            None => write!(f, "{invariant}: {} Call {call} at {at}: {seen}", invariant.sentence()),
        }
    }
}

impl core::error::Error for Violation {}

/// The invariant that an event breaks, and a description.
type Broken = (Invariant, String);

/// Checks that an event is read back from its texts.
pub(super) fn text(recorded: &Recorded) -> Result<(), Broken> {
    let mut texts = [recorded.to_string(), recorded.cloud_event().to_string()].into_iter();
    let other = texts.find(|text| text.parse().as_ref() != Ok(recorded));
    other.map_or(Ok(()), |text| Err((Invariant::Text, text)))
}

/// Checks the invariants of one event and of the call before and after the event.
pub(super) fn step(before: Option<&Call>, recorded: &Recorded, after: &Call) -> Result<(), Broken> {
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
    must(after.state().is_live() || !waits, Invariant::Absorbs, || "it still waits for something".into())
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
            && after.content_sharing().eq(before.content_sharing())
            && participants(after) == participants(before)
    };
    must(before.state() != State::Terminated || is_same(), Invariant::Absorbs, || {
        format!("it is {}", after.state())
    })
}

fn settled(before: &Call, after: &Call) -> Result<(), Broken> {
    let settled = before.operations().iter().enumerate().filter(|(_, was)| !was.is_pending());
    let changed =
        settled.map(|(index, was)| (was, after.operations().get(index))).find(|(was, is)| Some(*was) != *is);
    must(changed.is_none(), Invariant::Settled, || format!("{changed:?}"))
}

/// Checks the invariant of the media queue. It holds for the calls of a service, and not for the calls of a
/// bot.
pub(super) fn queue(call: &Call) -> Result<(), Broken> {
    for (index, (id, _)) in call.media_queue().enumerate() {
        let known = call.operations().iter().find(|operation| operation.id() == Some(id));
        let wanted =
            if index == 0 { operation::state::State::Running } else { operation::state::State::NotStarted };
        let state = known.map(operation::Operation::state);
        must(state == Some(wanted), Invariant::Queue, || format!("number {index}, {id}, is {state:?}"))?;
    }
    Ok(())
}
