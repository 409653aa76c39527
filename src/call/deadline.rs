//! The deadlines of a call. They are derived from the times of events.

use alloc::vec::Vec;

use jiff::{SignedDuration, Timestamp};

use crate::names::names;

names! {
    /// A kind of deadline, named after what the call waits for. [`Call::expire`](crate::Call::expire) says what happens at each.
    #[expect(clippy::exhaustive_enums, reason = "what shows deadlines must know of a new one")]
    pub enum Deadline {
        /// The app must answer, reject or redirect an incoming call within 15 s. For policy-based recording
        /// the limit is 5 s.
        Answer = "answer",
        /// A target of a redirect must answer.
        Redirect = "redirect",
        /// The callee must answer, if the app set `ringingTimeoutInSeconds`.
        Ring = "ring",
        /// The app must send `keepAlive` at least every 45 min.
        KeepAlive = "keepAlive",
        /// Somebody must speak after a recording began.
        InitialSilence = "initialSilence",
        /// Somebody must speak again after a pause in a recording.
        Silence = "silence",
        /// A recording must end: it has reached its maximum duration.
        RecordDuration = "recordDuration",
    }
}

/// A deadline and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Due {
    /// The time.
    pub at: Timestamp,
    /// The kind.
    pub deadline: Deadline,
}

pub(super) const ANSWER: SignedDuration = SignedDuration::from_secs(15);
pub(super) const ANSWER_RECORDING: SignedDuration = SignedDuration::from_secs(5);
pub(super) const KEEP_ALIVE: SignedDuration = SignedDuration::from_mins(45);

/// The deadlines of one call, sorted by time.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Deadlines(Vec<Due>);

impl Deadlines {
    /// Sets a deadline, or moves it. An event without a time sets no deadline.
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

    /// Drops the deadlines before this event: their events are not in the log, so they did not apply.
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
