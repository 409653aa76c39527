//! Folding a whole log, record by record.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use jiff::Timestamp;

use crate::call::{CallEvent, Cause, Delivery, Observed, orphan};
use crate::graph::CommsNotification;
use crate::log::{Bodies, Format, Trace};
use crate::{Applied, ApplyError, Call, CallId, Finding, FindingKind, Ledger, LineError, Moment, Recorded};

/// A replay in progress: records go in, calls and findings come out. Nothing is lost over one bad record.
///
/// ```
/// use callfold::Replay;
/// use callfold::call::State;
/// use callfold::log::Format;
///
/// let body = br#"{"value":[{"changeType":"created",
///     "resourceUrl":"/communications/calls/57dab8b1-894c-409a-b240-bd8beae78896",
///     "resourceData":{"state":"incoming"}}]}"#;
/// let mut replay = Replay::new();
/// assert!(replay.record(Format::Notifications, body, |_| {}).is_empty());
/// assert_eq!(replay.ledger().calls().next().unwrap().state(), State::Incoming);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Replay {
    ledger: Ledger,
    until: Option<Moment>,
    only: Option<CallId>,
    events: u64,
    /// Calls that have reached the moment at which they stop.
    stopped: BTreeSet<CallId>,
}

impl Replay {
    /// A replay of everything.
    ///
    /// ```
    /// # use callfold::Replay;
    /// assert_eq!(Replay::new().events(), 0);
    /// ```
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes on with a ledger: its calls are where the replay begins.
    ///
    /// ```
    /// # use callfold::{Ledger, Replay};
    /// let replay = Replay::new().onto(Ledger::with_history());
    /// ```
    #[must_use]
    pub fn onto(self, ledger: Ledger) -> Self {
        Self { ledger, ..self }
    }

    /// Stops each call at a moment.
    ///
    /// ```
    /// # use callfold::{Moment, Replay};
    /// let replay = Replay::new().until(Moment::Revision(3));
    /// ```
    #[must_use]
    pub fn until(self, moment: Moment) -> Self {
        Self { until: Some(moment), ..self }
    }

    /// Replays one call alone.
    ///
    /// ```
    /// # use callfold::{CallId, Replay};
    /// let replay = Replay::new().only(CallId::new(uuid::Uuid::nil()));
    /// ```
    #[must_use]
    pub fn only(self, call: CallId) -> Self {
        Self { only: Some(call), ..self }
    }

    /// The calls as they are now.
    ///
    /// ```
    /// # use callfold::Replay;
    /// assert!(Replay::new().ledger().calls().next().is_none());
    /// ```
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// How many events were folded.
    ///
    /// ```
    /// # use callfold::Replay;
    /// assert_eq!(Replay::new().events(), 0);
    /// ```
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// Takes in one record of a log and hands each event that it gave, once folded, to `sink`.
    ///
    /// ```
    /// use callfold::log::Format;
    /// use callfold::{FindingKind, Replay};
    ///
    /// let findings = Replay::new().record(Format::Events, b"not JSON", |_| {});
    /// assert_eq!(findings[0].kind, FindingKind::Malformed);
    /// ```
    pub fn record(&mut self, format: Format, record: &[u8], mut sink: impl FnMut(&Recorded)) -> Vec<Finding> {
        let mut findings = Vec::new();
        match format {
            Format::Events => self.line(record, &mut sink, &mut findings),
            Format::Notifications => self.bodies(&Bodies::read(record), None, &mut sink, &mut findings),
            Format::SdkLog => self.trace(record, &mut sink, &mut findings),
        }
        findings
    }

    fn line(&mut self, line: &[u8], sink: &mut dyn FnMut(&Recorded), findings: &mut Vec<Finding>) {
        let read = core::str::from_utf8(line).map_err(|error| LineError::utf8(&error)).and_then(str::parse);
        match read {
            Ok(recorded) if self.wants(&recorded) => {
                findings.extend(self.fold(&recorded, sink));
                findings.extend(self.orphans(&recorded));
            }
            Ok(_) => {}
            Err(error @ LineError::Foreign { .. }) => {
                findings.push(Finding::new(FindingKind::UnknownResource, None, error.to_string()));
            }
            Err(error) => findings.push(malformed(error.to_string())),
        }
    }

    /// What a call left behind, where this event ended it.
    fn orphans(&self, recorded: &Recorded) -> Vec<Finding> {
        let ends = matches!(recorded.event, CallEvent::Step(Cause::Terminated, _));
        let call =
            self.ledger.call(recorded.call).filter(|call| ends && call.revision() == recorded.revision);
        let orphans = call.into_iter().flat_map(Call::orphans);
        orphans.map(|operation| orphan(recorded.call, operation)).collect()
    }

    fn wants(&mut self, recorded: &Recorded) -> bool {
        if self.only.is_some_and(|only| only != recorded.call) || self.stopped.contains(&recorded.call) {
            return false;
        }
        let is_reached = self.until.is_none_or(|moment| moment.reaches(recorded));
        if !is_reached {
            self.stopped.insert(recorded.call);
        }
        is_reached
    }

    fn fold(&mut self, recorded: &Recorded, sink: &mut dyn FnMut(&Recorded)) -> Option<Finding> {
        let call = Some(recorded.call);
        let revision = recorded.revision;
        match self.ledger.apply(recorded) {
            Ok(applied @ (Applied::Folded | Applied::AfterGap(_))) => {
                self.events += 1;
                sink(recorded);
                let Applied::AfterGap(missing) = applied else { return None };
                let first = missing.start;
                let last = missing.end - 1;
                let missing =
                    if first == last { format!("{first} is") } else { format!("{first} to {last} are") };
                let message = format!("revision {missing} missing before {revision}");
                Some(Finding::new(FindingKind::RevisionGap, call, message))
            }
            Ok(Applied::Duplicate) => {
                let message = format!("revision {revision} again, the same");
                Some(Finding::new(FindingKind::Duplicate, call, message))
            }
            Err(error @ ApplyError::Conflict { .. }) => {
                Some(Finding::new(FindingKind::Conflict, call, error.to_string()))
            }
            Err(error @ ApplyError::TooLate { .. }) => {
                Some(Finding::new(FindingKind::RevisionGap, call, error.to_string()))
            }
            Err(error @ ApplyError::Refused(_)) => {
                self.ledger.skip(recorded);
                Some(Finding::new(FindingKind::Refused, call, error.to_string()))
            }
        }
    }

    fn bodies(
        &mut self,
        bodies: &Bodies,
        fallback: Option<CallId>,
        sink: &mut dyn FnMut(&Recorded),
        findings: &mut Vec<Finding>,
    ) {
        findings.extend(bodies.faults.iter().map(malformed));
        for body in &bodies.bodies {
            for (item, notification) in (0..).zip(&body.notifications.value) {
                let delivery = Delivery { item, ..body.delivery.clone() };
                self.notification(notification, &delivery, fallback, sink, findings);
            }
        }
    }

    fn notification(
        &mut self,
        notification: &CommsNotification,
        delivery: &Delivery,
        fallback: Option<CallId>,
        sink: &mut dyn FnMut(&Recorded),
        findings: &mut Vec<Finding>,
    ) {
        match notification.call_id().or(fallback) {
            Some(id) if self.hears(id, delivery.received_at) => {
                let observed = Call::observe(self.ledger.call(id), id, notification, delivery);
                self.take_in(observed, sink, findings);
            }
            Some(_) => {}
            None => {
                findings.push(malformed("it names no call: a resourceUrl is /communications/calls/{id}…"))
            }
        }
    }

    fn trace(&mut self, record: &[u8], sink: &mut dyn FnMut(&Recorded), findings: &mut Vec<Finding>) {
        match Trace::read(record) {
            Ok(Trace::Nothing) => {}
            Ok(Trace::Heard { bodies, call }) => self.bodies(&bodies, call, sink, findings),
            Ok(Trace::Replied { call: Some(id), reply, at }) if self.hears(id, at) => {
                let observed = Call::learn(self.ledger.call(id), id, &reply, at);
                self.take_in(observed, sink, findings);
            }
            Ok(Trace::Replied { call: Some(_), .. }) => {}
            Ok(Trace::Replied { call: None, .. }) => {
                findings.push(Finding::new(FindingKind::UnknownResource, None, "a reply that names no call"));
            }
            Err(why) => findings.push(malformed(why)),
        }
    }

    /// True where what is told of a call at a time is wanted. What bears no time counts with what came before.
    fn hears(&mut self, id: CallId, at: Option<Timestamp>) -> bool {
        if self.only.is_some_and(|only| only != id) || self.stopped.contains(&id) {
            return false;
        }
        let is_reached = match self.until {
            None => true,
            Some(Moment::Time(until)) => at.is_none_or(|at| at <= until),
            Some(Moment::Revision(until)) => self.ledger.call(id).is_none_or(|call| call.revision() < until),
        };
        if !is_reached {
            self.stopped.insert(id);
        }
        is_reached
    }

    fn take_in(&mut self, observed: Observed, sink: &mut dyn FnMut(&Recorded), findings: &mut Vec<Finding>) {
        findings.extend(observed.findings);
        for recorded in &observed.events {
            if self.wants(recorded) {
                findings.extend(self.fold(recorded, sink));
            }
        }
    }
}

fn malformed(message: impl ToString) -> Finding {
    Finding::new(FindingKind::Malformed, None, message.to_string())
}
