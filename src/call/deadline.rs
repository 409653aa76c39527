//! Deadlines: what happens where nobody does anything. They are derived from the times of events.

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
    /// What a call waits for.
    ///
    /// ```
    /// use callfold::call::Deadline;
    ///
    /// assert_eq!(Deadline::KeepAlive.as_str(), "keepAlive");
    /// ```
    #[non_exhaustive]
    pub enum Deadline {
        /// That an app decides on an incoming call: 15 s, or 5 s where a policy records it.
        Answer = "answer",
        /// That one of the targets of a redirect picks up.
        Redirect = "redirect",
        /// That the callee picks up, where a ringing timeout was given.
        Ring = "ring",
        /// That the app keeps the call alive: 45 min.
        KeepAlive = "keepAlive",
        /// That somebody speaks, once a recording began.
        InitialSilence = "initialSilence",
        /// That somebody goes on speaking.
        Silence = "silence",
        /// That a recording ends.
        RecordDuration = "recordDuration",
    }
}

/// A deadline and its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Due {
    /// When it is.
    pub at: Timestamp,
    /// What happens then.
    pub deadline: Deadline,
}

pub(super) const ANSWER: SignedDuration = SignedDuration::from_secs(15);
pub(super) const ANSWER_RECORDING: SignedDuration = SignedDuration::from_secs(5);
pub(super) const KEEP_ALIVE: SignedDuration = SignedDuration::from_mins(45);

/// The deadlines of one call, the first first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Deadlines(Vec<Due>);

impl Deadlines {
    /// Arms a deadline, or arms it anew. From a time that is not known, none is derived.
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

    /// Something happened after them: what they would have brought about did not come.
    pub(super) fn pass(&mut self, now: Option<Timestamp>) {
        self.0.retain(|due| Some(due.at) >= now);
    }

    pub(super) fn clear(&mut self) {
        self.0 = Vec::new();
    }

    /// What a step of the call makes of them.
    pub(super) fn moved(&mut self, transition: Transition, next: State, at: Option<Timestamp>) {
        match transition {
            Transition::Answered => {
                self.disarm(&[Deadline::Answer]);
                self.arm(Deadline::KeepAlive, at, KEEP_ALIVE);
            }
            Transition::Redirected => self.disarm(&[Deadline::Answer]),
            Transition::Established => self.disarm(&[Deadline::Ring]),
            Transition::TerminationStarted => {
                let not_reported =
                    [Deadline::Answer, Deadline::Redirect, Deadline::Ring, Deadline::KeepAlive];
                self.disarm(&not_reported);
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
    /// When the service will act by itself, and on what; `None` where it waits for nothing.
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

    /// All that it waits for, the first first.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"offered","data":{}}"#;
    /// let call = Call::begin(&line.parse::<Recorded>()?)?;
    /// assert!(call.deadlines().is_empty()); // the event bears no time
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn deadlines(&self) -> &[Due] {
        &self.deadlines.0
    }

    /// What the first deadline that is due by now brings about; nothing where none is. Its events bear its own
    /// time, so that late polling cannot change the log. Store them, fold them, and ask again.
    ///
    /// ```
    /// use callfold::{Call, Recorded};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"offered","data":{}}"#;
    /// let call = Call::begin(&line.parse::<Recorded>()?)?;
    /// assert!(call.expire("2026-11-23T09:15:14Z".parse()?).is_empty());
    /// let events = call.expire("2026-11-23T11:00:00Z".parse()?);
    /// assert_eq!(events[0].event.type_name(), "terminated");
    /// assert_eq!(events[0].at, Some("2026-11-23T09:15:15Z".parse()?));
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

    /// A clock that goes back does not take the log with it.
    pub(super) fn not_before(&self, at: Timestamp) -> Timestamp {
        self.last_at.map_or(at, |last| last.max(at))
    }

    /// The call once all that is due by now has happened, and the events of that; `None` where nothing is due.
    pub(super) fn caught_up(&self, now: Timestamp) -> Option<(Self, Vec<Recorded>)> {
        self.next_deadline().filter(|due| due.at <= now)?;
        let mut call = self.clone();
        let mut all = Vec::new();
        loop {
            let events = call.expire(now);
            // What a deadline brings about folds; were it not so, it would be due for ever.
            if events.is_empty() || events.iter().any(|event| call.evolve(event).is_err()) {
                return Some((call, all));
            }
            all.extend(events);
        }
    }
}
