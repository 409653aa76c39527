//! The deadlines of a call. They are derived from the times of events.

use alloc::vec::Vec;

use jiff::{SignedDuration, Timestamp};

use crate::names::names;

names! {
    /// A kind of deadline. [`Call::expire`](crate::Call::expire) says what happens when a deadline has
    /// passed. Source: [answer](https://learn.microsoft.com/graph/api/call-answer),
    /// [redirect](https://learn.microsoft.com/graph/api/call-redirect), [create
    /// call](https://learn.microsoft.com/graph/api/application-post-calls),
    /// [keepAlive](https://learn.microsoft.com/graph/api/call-keepalive) and
    /// [record](https://learn.microsoft.com/graph/api/call-record).
    #[expect(clippy::exhaustive_enums, reason = "what shows deadlines must know of a new one")]
    pub enum Deadline {
        /// The app must answer, reject or redirect an incoming call within 15 s. For policy-based recording
        /// the limit is 5 s.
        Answer = "answer",
        /// A target of a redirect must answer within `timeout`. The default is 55 s for one target and 60 s
        /// for several.
        Redirect = "redirect",
        /// The callee must answer within `ringingTimeoutInSeconds`. There is no deadline if the app did not
        /// set this member.
        Ring = "ring",
        /// The app must send `keepAlive` at least every 45 min.
        KeepAlive = "keepAlive",
        /// Somebody must speak within `initialSilenceTimeoutInSeconds` after a recording began. The default
        /// is 5 s.
        InitialSilence = "initialSilence",
        /// Somebody must speak again within `maxSilenceTimeoutInSeconds` after a pause began in a recording.
        /// The default is 5 s.
        Silence = "silence",
        /// A recording must end within `maxRecordDurationInSeconds`. The default is 5 s.
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
    /// The deadlines of a snapshot; `None` if they are not sorted, or one is there twice.
    pub(super) fn of(due: Vec<Due>) -> Option<Self> {
        let is_first =
            |(place, one): (usize, &Due)| due.iter().take(place).all(|it| it.deadline != one.deadline);
        (due.is_sorted() && due.len() <= Deadline::ALL.len() && due.iter().enumerate().all(is_first))
            .then_some(Self(due))
    }

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

    /// Drops the deadlines before this event. The log has no events of these deadlines, so they did not
    /// apply.
    pub(super) fn pass(&mut self, now: Option<Timestamp>) {
        self.0.retain(|due| Some(due.at) >= now);
    }

    /// Stops all other deadlines.
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
