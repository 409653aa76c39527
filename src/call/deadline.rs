//! The deadlines of a call. They are derived from the times of events.

use alloc::vec::Vec;

use jiff::{SignedDuration, Timestamp};

use crate::names::names;

names! {
    /// What must happen to a call in time. If it does not, the service acts.
    #[non_exhaustive]
    pub enum Deadline {
        /// The app decides on an incoming call within 15 s, or within 5 s if a policy records the call.
        Answer = "answer",
        /// A target of a redirect answers.
        Redirect = "redirect",
        /// The callee answers, if the app gave a ringing timeout.
        Ring = "ring",
        /// The app keeps the call alive within 45 min.
        KeepAlive = "keepAlive",
        /// A participant speaks after a recording has begun.
        InitialSilence = "initialSilence",
        /// A participant goes on speaking.
        Silence = "silence",
        /// A recording ends.
        RecordDuration = "recordDuration",
    }
}

/// A deadline and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Due {
    /// The time of the deadline.
    pub at: Timestamp,
    /// The deadline.
    pub deadline: Deadline,
}

pub(super) const ANSWER: SignedDuration = SignedDuration::from_secs(15);
pub(super) const ANSWER_RECORDING: SignedDuration = SignedDuration::from_secs(5);
pub(super) const KEEP_ALIVE: SignedDuration = SignedDuration::from_mins(45);

/// The deadlines of one call, the earliest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Deadlines(Vec<Due>);

impl Deadlines {
    /// Arms a deadline, or arms it again. Without a time, there is no deadline.
    pub(super) fn arm(&mut self, deadline: Deadline, from: Option<Timestamp>, after: SignedDuration) {
        self.disarm(&[deadline]);
        if let Some(at) = from.and_then(|from| from.checked_add(after).ok()) {
            let due = Due { at, deadline };
            let index = self.0.partition_point(|earlier| *earlier < due);
            self.0.insert(index, due);
        }
    }

    pub(super) fn disarm(&mut self, deadlines: &[Deadline]) {
        self.0.retain(|due| !deadlines.contains(&due.deadline));
    }

    /// Drops the deadlines before `now`: an event after them shows that they had no effect.
    pub(super) fn pass(&mut self, now: Option<Timestamp>) {
        self.0.retain(|due| Some(due.at) >= now);
    }

    /// Stops all deadlines but these.
    pub(super) fn keep(&mut self, deadlines: &[Deadline]) {
        self.0.retain(|due| deadlines.contains(&due.deadline));
    }

    pub(super) fn as_slice(&self) -> &[Due] {
        &self.0
    }
}

pub(super) fn seconds(seconds: i32) -> SignedDuration {
    SignedDuration::from_secs(seconds.into())
}
