//! Folding a whole log, record by record.

mod held;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use jiff::Timestamp;

use crate::call::{CallEvent, Delivery, Observed, Transition, orphan};
use crate::graph::ParsedNotification;
use crate::ledger::WorkingSet;
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
/// assert_eq!(replay.calls().next().unwrap().state(), State::Incoming);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Replay {
    calls: WorkingSet,
    until: Option<Moment>,
    only: Option<CallId>,
    events: u64,
    /// Calls that have reached the moment at which they stop.
    stopped: BTreeSet<CallId>,
    /// Of each call, the lines whose revision came too early.
    held: BTreeMap<CallId, BTreeMap<u64, Recorded>>,
    /// Of each call whose beginning was refused, the revision that comes next.
    unbegun: BTreeMap<CallId, u64>,
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
        Self { calls: ledger.into(), ..self }
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

    /// One call as it is now, where it is known.
    ///
    /// ```
    /// # use callfold::{CallId, Replay};
    /// assert!(Replay::new().call(CallId::new(uuid::Uuid::nil())).is_none());
    /// ```
    pub fn call(&self, id: CallId) -> Option<&Call> {
        self.calls.call(id)
    }

    /// The calls as they are now, in the order of their ids.
    ///
    /// ```
    /// # use callfold::Replay;
    /// assert!(Replay::new().calls().next().is_none());
    /// ```
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.calls()
    }

    /// Freezes the calls into a ledger: one that was [gone on with](Replay::onto) keeps what it kept. What is held back
    /// is lost; see [`Replay::finish`].
    ///
    /// ```
    /// use callfold::Replay;
    /// use callfold::log::Format;
    ///
    /// let line = br#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// let mut replay = Replay::new();
    /// replay.record(Format::Events, line, |_| {});
    /// replay.finish(|_| {});
    /// assert_eq!(replay.into_ledger().calls().count(), 1);
    /// ```
    pub fn into_ledger(self) -> Ledger {
        self.calls.into()
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

    /// Takes in one record of a log and hands each event that it gave, as it is folded, to `sink`.
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
            Format::Notifications => self.bodies(Bodies::read(record), None, &mut sink, &mut findings),
            Format::SdkLog => self.trace(record, &mut sink, &mut findings),
        }
        findings
    }

    /// Folds what is still held back: lines whose revision came too early, at the end of the log.
    ///
    /// ```
    /// use callfold::Replay;
    /// use callfold::log::Format;
    ///
    /// let line = br#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"placed","data":{}}"#;
    /// let mut replay = Replay::new();
    /// assert_eq!(replay.record(Format::Events, line, |_| {}).len(), 1); // revision 1 is missing
    /// assert_eq!(replay.events(), 0);
    /// assert!(replay.finish(|_| {}).is_empty());
    /// assert_eq!(replay.events(), 1);
    /// ```
    pub fn finish(&mut self, mut sink: impl FnMut(&Recorded)) -> Vec<Finding> {
        let mut findings = Vec::new();
        for held in core::mem::take(&mut self.held).values().flat_map(BTreeMap::values) {
            self.fold_held(held, &mut sink, &mut findings);
        }
        findings
    }

    fn line(&mut self, line: &[u8], sink: &mut dyn FnMut(&Recorded), findings: &mut Vec<Finding>) {
        match Recorded::read(line) {
            Ok(recorded) => self.recorded(recorded, sink, findings),
            Err(error) => self.unread(line, &error, findings),
        }
    }

    pub(crate) fn recorded(
        &mut self,
        recorded: Recorded,
        sink: &mut dyn FnMut(&Recorded),
        findings: &mut Vec<Finding>,
    ) {
        if self.wants(recorded.call, recorded.revision, recorded.at) {
            self.place(recorded, sink, findings);
        }
    }

    /// Says of a line why it cannot be read.
    pub(crate) fn unread(&self, line: &[u8], error: &LineError, findings: &mut Vec<Finding>) {
        let call = core::str::from_utf8(line).ok().and_then(Recorded::call_of);
        let kind = match error {
            LineError::Foreign { .. } => FindingKind::UnknownResource,
            LineError::Version { .. } => FindingKind::Refused,
            LineError::Json { .. }
            | LineError::Missing { .. }
            | LineError::Invalid { .. }
            | LineError::UnknownType { .. } => FindingKind::Malformed,
        };
        if call.is_none() || self.only.is_none_or(|only| call == Some(only)) {
            findings.push(Finding::new(kind, call, error.to_string()));
        }
    }

    fn fold_line(&mut self, line: &Recorded, sink: &mut dyn FnMut(&Recorded), findings: &mut Vec<Finding>) {
        if self.fold(line, sink, findings) {
            findings.extend(self.orphans(line));
        }
    }

    /// What a call left behind, where this event ended it.
    fn orphans(&self, recorded: &Recorded) -> Vec<Finding> {
        let ends = matches!(recorded.event, CallEvent::Step(Transition::Terminated, _));
        let call = self.calls.call(recorded.call).filter(|call| ends && call.revision() == recorded.revision);
        let orphans = call.into_iter().flat_map(Call::orphans);
        orphans.map(|operation| orphan(recorded.call, operation)).collect()
    }

    pub(crate) fn wants(&mut self, call: CallId, revision: u64, at: Option<Timestamp>) -> bool {
        if self.only.is_some_and(|only| only != call) || self.stopped.contains(&call) {
            return false;
        }
        let is_reached = self.until.is_none_or(|moment| moment.reaches(revision, at));
        if !is_reached {
            self.stopped.insert(call);
        }
        is_reached
    }

    /// True where lines of a call wait for earlier ones, or its beginning was refused.
    pub(crate) fn waits_for(&self, call: CallId) -> bool {
        self.held.contains_key(&call) || self.unbegun.contains_key(&call)
    }

    pub(crate) const fn working_set(&self) -> &WorkingSet {
        &self.calls
    }

    pub(crate) const fn working_set_mut(&mut self) -> &mut WorkingSet {
        &mut self.calls
    }

    /// Folds an event; true where it was folded.
    fn fold(
        &mut self,
        recorded: &Recorded,
        sink: &mut dyn FnMut(&Recorded),
        findings: &mut Vec<Finding>,
    ) -> bool {
        let applied = self.calls.apply(recorded.clone());
        let is_folded = self.applied(applied, recorded.call, recorded.revision, findings);
        if is_folded {
            sink(recorded);
        }
        is_folded
    }

    /// Counts what applying an event came to, or says it; true where the event was folded.
    fn applied(
        &mut self,
        applied: Result<Applied, ApplyError>,
        call: CallId,
        revision: u64,
        findings: &mut Vec<Finding>,
    ) -> bool {
        let mut find = |kind, message| findings.push(Finding::new(kind, Some(call), message));
        match applied {
            Ok(Applied::Folded | Applied::AfterGap(_)) => {
                self.events += 1;
                self.unbegun.remove(&call);
                return true;
            }
            Ok(Applied::Duplicate) => find(FindingKind::Duplicate, again(revision)),
            Err(error @ ApplyError::Conflict { .. }) => find(FindingKind::Conflict, error.to_string()),
            Err(error @ ApplyError::TooLate { .. }) => find(FindingKind::RevisionGap, error.to_string()),
            Err(error @ ApplyError::Refused(_)) => {
                find(FindingKind::Refused, error.to_string());
                self.calls.skip(call, revision);
                if self.calls.call(call).is_none() {
                    self.unbegun.insert(call, revision.saturating_add(1));
                }
            }
        }
        false
    }

    fn bodies(
        &mut self,
        bodies: Bodies,
        fallback: Option<CallId>,
        sink: &mut dyn FnMut(&Recorded),
        findings: &mut Vec<Finding>,
    ) {
        findings.extend(bodies.faults.iter().map(malformed));
        for body in bodies.bodies {
            for (item, received) in (0..).zip(body.notifications) {
                let delivery = Delivery { item, ..body.delivery.clone() };
                self.notification(received, &delivery, fallback, sink, findings);
            }
        }
    }

    fn notification(
        &mut self,
        received: ParsedNotification,
        delivery: &Delivery,
        fallback: Option<CallId>,
        sink: &mut dyn FnMut(&Recorded),
        findings: &mut Vec<Finding>,
    ) {
        match received.call_id().or(fallback) {
            Some(id) if self.is_wanted(id, delivery.received_at) => {
                self.let_go(id, sink, findings);
                let observed = Call::observe_parsed(self.calls.call(id), id, received, delivery);
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
            Ok(Trace::Received { bodies, call }) => self.bodies(bodies, call, sink, findings),
            Ok(Trace::Replied { call: Some(id), body, at }) if self.is_wanted(id, at) => {
                self.let_go(id, sink, findings);
                let observed = Call::learn(self.calls.call(id), id, &body, at);
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
    fn is_wanted(&mut self, id: CallId, at: Option<Timestamp>) -> bool {
        if self.only.is_some_and(|only| only != id) || self.stopped.contains(&id) {
            return false;
        }
        let is_reached = match self.until {
            None => true,
            Some(Moment::Time(until)) => at.is_none_or(|at| at <= until),
            Some(Moment::Revision(until)) => self.calls.call(id).is_none_or(|call| call.revision() < until),
        };
        if !is_reached {
            self.stopped.insert(id);
        }
        is_reached
    }

    fn take_in(&mut self, observed: Observed, sink: &mut dyn FnMut(&Recorded), findings: &mut Vec<Finding>) {
        findings.extend(observed.findings);
        for recorded in observed.events {
            let (call, revision) = (recorded.call, recorded.revision);
            if self.wants(call, revision, recorded.at) {
                // What hearing gives is folded without a refusal: it may be shown before it moves into the call.
                sink(&recorded);
                let applied = self.calls.apply(recorded);
                self.applied(applied, call, revision, findings);
            }
        }
    }
}

fn again(revision: u64) -> String {
    format!("revision {revision} was folded before")
}

fn malformed(message: impl ToString) -> Finding {
    Finding::new(FindingKind::Malformed, None, message.to_string())
}
