//! Expiry: what the service does when a deadline has passed.

use alloc::vec::Vec;

use jiff::Timestamp;

use super::Call;
use super::deadline::{Deadline, Due};
use super::network_event::StopReason;
use super::plan::Plan;
use crate::Recorded;
use crate::graph::EndCode;

impl Call {
    /// The deadline that comes first; `None` if no deadline runs.
    pub fn next_deadline(&self) -> Option<Due> {
        self.deadlines.as_slice().first().copied()
    }

    /// All deadlines that run, the earliest first. An event without a time arms no deadline.
    pub fn deadlines(&self) -> &[Due] {
        self.deadlines.as_slice()
    }

    /// The events of the first deadline that has passed; none if no deadline has passed. The events have the time of the
    /// deadline, so late polling cannot change the log. Store the events, fold them, and ask again.
    ///
    /// ```
    /// use callfold::Call;
    /// use callfold::call::EventKind;
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"offered","data":{}}"#;
    /// let call = Call::begin(line.parse()?)?;
    /// assert!(call.expire("2026-11-23T09:15:14Z".parse()?).is_empty());
    /// let events = call.expire("2026-11-23T11:00:00Z".parse()?);
    /// assert_eq!(events[0].event.kind(), EventKind::Terminated);
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

    /// The time of an event is never before the time of the event before it, even if the host's clock goes back.
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
            // The events of a deadline fold. If they did not, the deadline would stay due for ever.
            if events.is_empty() || events.iter().any(|event| call.evolve(event.clone()).is_err()) {
                return Some((call, all));
            }
            all.extend(events);
        }
    }
}
