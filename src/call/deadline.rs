//! Deadlines: what the service does when the app and the network do nothing. They are derived from the times
//! of events.

use alloc::vec::Vec;

use jiff::{SignedDuration, Timestamp};

use super::Call;
use super::network_event::StopReason;
use super::plan::Plan;
use super::state::{State, Transition};
use crate::Recorded;
use crate::graph::EndCode;
use crate::names::names;

names! {
    /// A kind of deadline, named after what the call waits for. [`Call::expire`] says what happens at each.
    #[non_exhaustive]
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

    pub(super) fn clear(&mut self) {
        self.0 = Vec::new();
    }

    /// Updates the deadlines after a step of the call.
    pub(super) fn moved(&mut self, transition: Transition, next: State, at: Option<Timestamp>) {
        match transition {
            Transition::Answered => {
                self.disarm(&[Deadline::Answer]);
                self.arm(Deadline::KeepAlive, at, KEEP_ALIVE);
            }
            Transition::Redirected => self.disarm(&[Deadline::Answer]),
            Transition::Established => self.disarm(&[Deadline::Ring]),
            Transition::TerminationStarted => {
                let no_longer_awaited =
                    [Deadline::Answer, Deadline::Redirect, Deadline::Ring, Deadline::KeepAlive];
                self.disarm(&no_longer_awaited);
            }
            Transition::Terminated
            | Transition::Alerted
            | Transition::Held
            | Transition::Resumed
            | Transition::TransferStarted
            | Transition::TransferAccepted
            | Transition::TransferFailed => {}
        }
        if !next.is_live() {
            self.clear();
        }
    }
}

pub(super) fn seconds(seconds: i32) -> SignedDuration {
    SignedDuration::from_secs(seconds.into())
}

impl Call {
    /// The next deadline; `None` if the call has no deadline. A host calls [`Call::expire`] at that time.
    ///
    /// ```
    /// use callfold::call::{Call, Deadline};
    /// use callfold::Recorded;
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"offered","data":{}}"#;
    /// let call = Call::begin(&line.parse::<Recorded>()?)?;
    /// let due = call.next_deadline().unwrap();
    /// assert_eq!((due.deadline, due.at.to_string().as_str()), (Deadline::Answer, "2026-11-23T09:15:15Z"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn next_deadline(&self) -> Option<Due> {
        self.deadlines.0.first().copied()
    }

    /// All deadlines, sorted by time. A call whose events have no times has no deadlines.
    pub fn deadlines(&self) -> &[Due] {
        &self.deadlines.0
    }

    /// The events of the first deadline that has passed; empty if none has passed.
    ///
    /// | deadline | the service then |
    /// | --- | --- |
    /// | `answer`, `redirect` | ends the call: 408 |
    /// | `ring` | ends the call: 408/10057 |
    /// | `keepAlive` | ends the call: 408/8537 |
    /// | `initialSilence` | fails the recording: 408 |
    /// | `silence` | completes the recording: 200 |
    /// | `recordDuration` | completes the recording: 200/8515 |
    ///
    /// The events carry the time of the deadline, so the log is the same when the host polls late. Store the
    /// events, fold them, and call `expire` again until it returns nothing.
    ///
    /// ```
    /// use callfold::{Call, Recorded, call::State};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"offered","data":{}}"#;
    /// let mut call = Call::begin(&line.parse::<Recorded>()?)?;
    /// assert!(call.expire("2026-11-23T09:15:14Z".parse()?).is_empty());
    /// // The host polls almost two hours late. The event has the time of the deadline.
    /// let events = call.expire("2026-11-23T11:00:00Z".parse()?);
    /// assert_eq!(events[0].at, Some("2026-11-23T09:15:15Z".parse()?));
    /// call.evolve(&events[0])?;
    /// assert_eq!(call.state(), State::Terminated);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn expire(&self, now: Timestamp) -> Vec<Recorded> {
        let Some(due) = self.next_deadline().filter(|due| due.at <= now) else { return Vec::new() };
        let mut plan = Plan::new(self, due.at);
        match due.deadline {
            Deadline::Answer | Deadline::Redirect => plan.end(EndCode::TimedOut),
            Deadline::Ring => plan.end(EndCode::NoSignalling),
            Deadline::KeepAlive => plan.end(EndCode::KeepAliveMissed),
            Deadline::InitialSilence => plan.stop_recording(StopReason::InitialSilence),
            Deadline::Silence => plan.stop_recording(StopReason::Silence),
            Deadline::RecordDuration => plan.stop_recording(StopReason::MaxDuration),
        }
        plan.events
    }

    /// The later of this time and the time of the last event, in case the clock of the host went back.
    pub(super) fn not_before(&self, at: Timestamp) -> Timestamp {
        self.last_at.map_or(at, |last| last.max(at))
    }

    /// The call after all deadlines that have passed, and their events; `None` if no deadline has passed.
    pub(super) fn caught_up(&self, now: Timestamp) -> Option<(Self, Vec<Recorded>)> {
        self.next_deadline().filter(|due| due.at <= now)?;
        let mut call = self.clone();
        let mut all = Vec::new();
        loop {
            let events = call.expire(now);
            // The events of a deadline are never refused. The check only rules out an endless loop.
            if events.is_empty() || events.iter().any(|event| call.evolve(event).is_err()) {
                return Some((call, all));
            }
            all.extend(events);
        }
    }
}
