//! Expiry: the events of a deadline that has passed.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use jiff::Timestamp;

use super::data::Call;
use super::deadline::{Deadline, Due};
use super::network_event::StopReason;
use super::plan::Plan;
use crate::graph::end_code::EndCode;
use crate::record::recorded::Recorded;

impl Call {
    /// The next deadline; `None` if the call has no deadline. A host calls [`Call::expire`] at that time.
    pub fn next_deadline(&self) -> Option<Due> {
        self.deadlines.as_slice().first().copied()
    }

    /// All deadlines, sorted by time. A call whose events have no times has no deadlines.
    pub fn deadlines(&self) -> &[Due] {
        self.deadlines.as_slice()
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
    /// The events have the time of the deadline. A host that calls `expire` late therefore writes the same
    /// log as a host that calls it in time. Store the events, fold them, and call `expire` again until it
    /// returns nothing.
    ///
    /// ```
    /// use callfold::{Call, call::State};
    ///
    /// let line = r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:00Z","type":"offered","data":{}}"#;
    /// let mut call = Call::begin(line.parse()?)?;
    /// assert!(call.expire("2026-11-23T09:15:14Z".parse()?).is_empty());
    /// // The host calls `expire` almost two hours late. The event has the time of the deadline.
    /// for event in call.expire("2026-11-23T11:00:00Z".parse()?) {
    ///     assert_eq!(event.at, Some("2026-11-23T09:15:15Z".parse()?));
    ///     call.evolve(event)?;
    /// }
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
    pub(crate) fn not_before(&self, at: Timestamp) -> Timestamp {
        self.last_at.map_or(at, |last| last.max(at))
    }

    /// The call after all deadlines that have passed, and their events.
    pub(crate) fn caught_up(&self, at: Timestamp) -> (Cow<'_, Self>, Vec<Recorded>) {
        let now = self.not_before(at);
        let mut call = Cow::Borrowed(self);
        let mut all = Vec::new();
        loop {
            let events = call.expire(now);
            // The events of a deadline fold. If they did not, the deadline would stay due for ever.
            if events.is_empty() || events.iter().any(|event| call.to_mut().evolve(event.clone()).is_err()) {
                return (call, all);
            }
            all.extend(events);
        }
    }
}
