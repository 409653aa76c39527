//! The replay of a whole log, record by record.

mod copies;
pub(crate) mod data;
mod early;
pub(crate) mod keep;
mod sink;

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use jiff::Timestamp;

use crate::call::data::Call;
use crate::call::ended::Later;
use crate::call::event::EventKind;
use crate::call::observe::delivery::{Delivery, Observed};
use crate::call::observe::orphan;
use crate::finding::{Finding, FindingKind};
use crate::graph::parsed::ParsedNotification;
use crate::id::CallId;
use crate::ledger::applied::{Applied, ApplyError};
use crate::ledger::data::Ledger;
use crate::ledger::point::Moment;
use crate::log::cut::Record;
use crate::log::decoded::{Content, Decoded};
use crate::log::event_line::EventLine;
use crate::log::format::Format;
use crate::log::notifications::Bodies;
use crate::log::sdk::{Fault, Trace};
use crate::record::error::LineError;
use crate::record::recorded::Recorded;
use crate::record::upcast::Upcasters;
use crate::summary::Summary;
use crate::time::At;
use copies::Writer;
pub use data::Replay;
use data::{Entries, already_read};
pub use keep::Keep;
use sink::Sink;

impl Replay {
    /// A replay of a whole log, for all calls.
    pub fn new() -> Self {
        Self::default()
    }

    /// Continues from the calls of a ledger. The replay then keeps everything.
    #[must_use]
    pub fn onto(self, ledger: Ledger) -> Self {
        Self { calls: ledger.into(), keep: Keep::Everything, ..self }
    }

    /// Chooses what the replay keeps of the calls.
    #[must_use]
    pub fn keep(mut self, keep: Keep) -> Self {
        if keep == Keep::SummaryOfEvents {
            self.calls.summarize();
        }
        Self { keep, ..self }
    }

    /// Stops each call at this moment: later events of the call are skipped, without a finding.
    ///
    /// ```
    /// use callfold::log::Format;
    /// use callfold::{Moment, Replay};
    ///
    /// let log = [
    ///     r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#,
    ///     r#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":2,"type":"established","data":{}}"#,
    /// ];
    /// let mut replay = Replay::new().until(Moment::Revision(1));
    /// for line in log {
    ///     replay.record(Format::Events, line.as_bytes(), |_| {});
    /// }
    /// assert_eq!(replay.calls().next().unwrap().state().as_str(), "establishing");
    /// ```
    #[must_use]
    pub fn until(self, moment: Moment) -> Self {
        Self { until: Some(moment), ..self }
    }

    /// Replays only this call. Records of other calls are skipped, without a finding.
    #[must_use]
    pub fn only(self, call: CallId) -> Self {
        Self { only: Some(call), ..self }
    }

    /// Reads lines of older versions, and of a host's own, with these upcasters. Without them, such a line is a
    /// finding.
    ///
    /// ```
    /// use callfold::log::Format;
    /// use callfold::{Replay, Upcasters};
    ///
    /// let upcasters = Upcasters::new().before(|line| line.remove("v").is_some());
    /// let mut replay = Replay::new().upcasters(upcasters);
    /// let line = br#"{"v":0,"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"type":"placed","data":{}}"#;
    /// assert!(replay.record(Format::Events, line, |event| println!("{event}")).is_empty());
    /// assert_eq!(replay.events(), 1);
    /// ```
    #[must_use]
    pub fn upcasters(self, upcasters: Upcasters) -> Self {
        Self { upcasters, ..self }
    }

    /// The current state of one call. `None` if the call is unknown, or if only its summary was kept.
    pub fn call(&self, id: CallId) -> Option<&Call> {
        self.calls.call(id)
    }

    /// The current state of all calls, in the order of their ids. Calls of which only a summary was kept are not
    /// among them.
    pub fn calls(&self) -> impl Iterator<Item = &Call> {
        self.calls.calls()
    }

    /// A summary of each call, in the order of their ids.
    pub fn summaries(&self) -> Vec<Summary<'_>> {
        self.calls.summaries()
    }

    /// True if an event of this call was folded.
    pub fn knows(&self, id: CallId) -> bool {
        self.calls.knows(id)
    }

    /// Returns the calls as a ledger. With [`Keep::Summary`], the calls have only the members that were kept.
    /// A ledger that was passed to [`onto`](Replay::onto) keeps its history.
    ///
    /// Call [`finish`](Replay::finish) first: lines that still wait for earlier revisions are not in the
    /// ledger.
    pub fn into_ledger(self) -> Ledger {
        self.calls.into()
    }

    /// The number of events that were folded.
    pub const fn events(&self) -> u64 {
        self.events
    }

    /// The earliest time at which [`until`](Replay::until) has stopped a call, if events were skipped and have
    /// times. If no event was folded, this is where the log begins.
    ///
    /// ```
    /// use callfold::log::Format;
    /// use callfold::{Moment, Replay};
    ///
    /// let line = br#"{"call":"57dab8b1-894c-409a-b240-bd8beae78896","rev":1,"at":"2026-11-23T09:15:02Z","type":"placed","data":{}}"#;
    /// let mut replay = Replay::new().until(Moment::Time("2026-11-23T09:00:00Z".parse()?));
    /// replay.record(Format::Events, line, |_| {});
    /// assert_eq!(replay.stopped_from(), Some("2026-11-23T09:15:02Z".parse()?));
    /// # Ok::<(), callfold::jiff::Error>(())
    /// ```
    pub const fn stopped_from(&self) -> Option<Timestamp> {
        self.stopped_from
    }

    /// Reads one record of a log, and passes each resulting event to `sink` when it is folded. Returns the
    /// findings about the record. Pass the [`Record`] itself and not only its bytes: the text before a notification
    /// can tell when it was received.
    pub fn record<'a>(
        &mut self,
        format: Format,
        record: impl Into<Record<'a>>,
        sink: impl FnMut(&Recorded),
    ) -> Vec<Finding> {
        let mut sink = sink;
        self.decoded(Decoded::of(format, &record.into()), Some(&mut sink))
    }

    /// Replays a record that [`decode`](crate::log::decode) has decoded. This does what
    /// [`record`](Replay::record) does. Without a sink, the replay takes less time.
    pub fn decoded(&mut self, decoded: Decoded, sink: Option<&mut dyn FnMut(&Recorded)>) -> Vec<Finding> {
        let (mut sink, mut findings) = (Sink(sink), Vec::new());
        match decoded.0 {
            Content::Event(line) => self.line(line, &mut sink, &mut findings),
            Content::Bodies(bodies) => self.bodies(bodies, Source::default(), &mut sink, &mut findings),
            Content::Trace(trace, beside) => {
                self.trace(trace, &mut sink, &mut findings);
                if let Some(beside) = beside {
                    let source = Source { call: None, writer: Some(Writer::App) };
                    self.bodies(*beside, source, &mut sink, &mut findings);
                }
            }
            Content::TooLarge(limit, call) if self.may_be_about(call) => {
                findings.push(too_large(limit, call))
            }
            Content::TooLarge(..) => {}
        }
        findings
    }

    /// Ends the replay: folds the lines that still wait for earlier revisions. Returns the findings about
    /// these lines.
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
        let (mut sink, mut findings) = (Sink(Some(&mut sink)), Vec::new());
        for line in core::mem::take(&mut self.early).into_values().flat_map(BTreeMap::into_values) {
            self.fold_early(line, &mut sink, &mut findings);
        }
        if self.entries == Entries::Missing {
            findings.push(malformed(
                None,
                "no log entry that begins with `$>` is in the SDK log, only notifications",
            ));
        }
        findings
    }

    /// One finding for each call that has not ended. A log can stop before its calls end. With
    /// [`until`](Replay::until) or with a limit of the log itself, this says little.
    pub fn unfinished(&self) -> impl Iterator<Item = Finding> + '_ {
        self.calls.calls().filter(|call| call.state().is_live()).map(|call| {
            let state = call.state();
            let message = match call.last_at() {
                Some(at) => format!(
                    "the call was `{state}` when the log ended; the last report of it is of {}",
                    At(at)
                ),
                None => format!("the call was `{state}` when the log ended"),
            };
            Finding::new(FindingKind::Unfinished, Some(call.id()), message)
        })
    }

    fn line(&mut self, line: EventLine, sink: &mut Sink<'_>, findings: &mut Vec<Finding>) {
        match line {
            EventLine::Read(recorded) => self.recorded(recorded, sink, findings),
            EventLine::Unread(error, call, line) => {
                let upcast = match line {
                    Some(line) => self.upcasters.upcast(error, line.expose()),
                    None => Err(error),
                };
                match upcast {
                    Ok(recorded) => self.recorded(recorded, sink, findings),
                    Err(error) => self.unread(&error, call, findings),
                }
            }
        }
    }

    fn recorded(&mut self, recorded: Recorded, sink: &mut Sink<'_>, findings: &mut Vec<Finding>) {
        if self.wants(recorded.call, recorded.revision, recorded.at) {
            self.fold_in_order(recorded, sink, findings);
        }
    }

    /// Adds the finding that a line cannot be read.
    fn unread(&self, error: &LineError, call: Option<CallId>, findings: &mut Vec<Finding>) {
        if self.may_be_about(call) {
            findings.push(Finding::new(kind_of(error), call, error.to_string()));
        }
    }

    /// True if a record that names this call is to be replayed. A record that names none can be about any call.
    fn may_be_about(&self, call: Option<CallId>) -> bool {
        call.is_none() || self.only.is_none_or(|only| call == Some(only))
    }

    fn fold_line(&mut self, recorded: Recorded, sink: &mut Sink<'_>, findings: &mut Vec<Finding>) {
        let (call, revision) = (recorded.call, recorded.revision);
        let ends = recorded.event.kind() == EventKind::Terminated;
        let failed = recorded.failure();
        let wanted = sink.copy(&recorded);
        let applied = self.calls.apply_after_gap(recorded);
        if self.applied(applied, call, revision, findings) {
            sink.take(wanted);
            findings.extend(failed);
            if ends {
                self.ended(call, findings);
            }
        }
    }

    /// Adds one finding for each operation that was pending when the call ended.
    fn ended(&mut self, id: CallId, findings: &mut Vec<Finding>) {
        let orphans = self.calls.call(id).into_iter().flat_map(Call::orphans);
        findings.extend(orphans.map(|operation| orphan(id, operation)));
        self.reduce(id);
    }

    /// Keeps of an ended call what is to be kept.
    fn reduce(&mut self, id: CallId) {
        match self.keep {
            Keep::Everything => {}
            Keep::Summary => self.calls.reduce(id, Later::Any),
            Keep::SummaryOfEvents => self.calls.reduce(id, Later::Events),
        }
    }

    fn wants(&mut self, call: CallId, revision: u64, at: Option<Timestamp>) -> bool {
        if self.only.is_some_and(|only| only != call) || self.stopped.contains(&call) {
            return false;
        }
        let is_reached = self.until.is_none_or(|moment| moment.reaches(revision, at));
        if !is_reached {
            self.stop(call, at);
        }
        is_reached
    }

    /// Counts a folded event, or adds a finding. Returns true if the event was folded.
    fn applied(
        &mut self,
        applied: Result<Applied, ApplyError>,
        call: CallId,
        revision: u64,
        findings: &mut Vec<Finding>,
    ) -> bool {
        let mut find = |kind, message| findings.push(Finding::new(kind, Some(call), message));
        match applied {
            Ok(Applied::Folded) => {
                self.events += 1;
                if !self.not_begun.is_empty() {
                    self.not_begun.remove(&call);
                }
                return true;
            }
            Ok(Applied::Duplicate) => find(FindingKind::Duplicate, already_read(revision)),
            Err(error @ ApplyError::Conflict { .. }) => find(FindingKind::Conflict, error.to_string()),
            Err(
                error @ (ApplyError::Gap { .. } | ApplyError::OutOfRange { .. } | ApplyError::TooLate { .. }),
            ) => {
                find(FindingKind::RevisionGap, error.to_string());
            }
            Err(error @ ApplyError::Refused(_)) => {
                find(FindingKind::Refused, error.to_string());
                self.calls.skip(call, revision);
                if !self.calls.knows(call) {
                    self.not_begun.insert(call, revision.saturating_add(1));
                }
            }
        }
        false
    }

    fn bodies(&mut self, bodies: Bodies, source: Source, sink: &mut Sink<'_>, findings: &mut Vec<Finding>) {
        let call = bodies.faulty_call.or(source.call);
        if self.may_be_about(call) {
            findings.extend(bodies.faults.iter().map(|fault| malformed(call, fault)));
        }
        bodies.events.into_iter().for_each(|line| self.line(line, sink, findings));
        for body in bodies.bodies {
            findings.extend(body.is_empty(source.call).filter(|_| self.may_be_about(source.call)));
            for (received, delivery) in body.items() {
                self.notification(received, &delivery, source, sink, findings);
            }
        }
    }

    fn notification(
        &mut self,
        received: ParsedNotification,
        delivery: &Delivery,
        source: Source,
        sink: &mut Sink<'_>,
        findings: &mut Vec<Finding>,
    ) {
        let id = match received.addressee(source.call) {
            Ok(id) => id,
            Err(finding) => {
                findings.extend(Some(finding).filter(|finding| self.may_be_about(finding.call)));
                return;
            }
        };
        if !self.is_wanted(id, delivery.received_at) {
            return;
        }
        if source.writer.is_some_and(|writer| self.copies.is_copy(&received, writer)) {
            let message = "the SDK and the app have both written this notification into the log";
            findings.push(Finding::new(FindingKind::Duplicate, Some(id), message));
            return;
        }
        self.fold_all_early(id, sink, findings);
        let observed = Call::observe_parsed(self.calls.known(id).as_deref(), id, received, delivery);
        self.apply_observed(observed, sink, findings);
    }

    fn trace(&mut self, trace: Result<Trace, Fault>, sink: &mut Sink<'_>, findings: &mut Vec<Finding>) {
        self.entries = match (&trace, self.entries) {
            (Ok(Trace::NoEntry), Entries::Unknown) => Entries::Missing,
            (Ok(Trace::NoEntry), entries) => entries,
            (Ok(Trace::Nothing | Trace::Received { .. } | Trace::Replied { .. }) | Err(_), _) => {
                Entries::Found
            }
        };
        match trace {
            Ok(Trace::Nothing | Trace::NoEntry) => {}
            Ok(Trace::Received { bodies, call }) => {
                self.bodies(bodies, Source { call, writer: Some(Writer::Sdk) }, sink, findings);
            }
            Ok(Trace::Replied { call: Some(id), body, at }) if self.is_wanted(id, at) => {
                self.fold_all_early(id, sink, findings);
                let observed = Call::learn(self.calls.known(id).as_deref(), id, &body, at);
                self.apply_observed(observed, sink, findings);
            }
            Ok(Trace::Replied { call: Some(_), .. }) => {}
            Ok(Trace::Replied { call: None, .. }) => {
                findings.push(Finding::new(FindingKind::UnknownResource, None, "the reply names no call"));
            }
            Err(Fault { why, call }) if self.may_be_about(call) => findings.push(malformed(call, why)),
            Err(_) => {}
        }
    }

    /// True if a notification or a reply about this call, received at this time, is to be replayed. A record
    /// without a time counts as received at the time of the record before it.
    fn is_wanted(&mut self, id: CallId, at: Option<Timestamp>) -> bool {
        if self.only.is_some_and(|only| only != id) || self.stopped.contains(&id) {
            return false;
        }
        let is_reached = match self.until {
            None => true,
            Some(Moment::Time(until)) => at.is_none_or(|at| at <= until),
            Some(Moment::Revision(until)) => self.calls.next_revision(id) <= until,
        };
        if !is_reached {
            self.stop(id, at);
        }
        is_reached
    }

    fn stop(&mut self, call: CallId, at: Option<Timestamp>) {
        self.stopped.insert(call);
        self.stopped_from = self.stopped_from.into_iter().chain(at).min();
    }

    fn apply_observed(&mut self, observed: Observed, sink: &mut Sink<'_>, findings: &mut Vec<Finding>) {
        findings.extend(observed.findings);
        for recorded in observed.events {
            let (call, revision) = (recorded.call, recorded.revision);
            if self.wants(call, revision, recorded.at) {
                let ends = recorded.event.kind() == EventKind::Terminated;
                // An observed event is never refused, so the sink can see it before it is folded.
                sink.show(&recorded);
                let failed = recorded.failure();
                let applied = self.calls.apply_after_gap(recorded);
                self.applied(applied, call, revision, findings);
                findings.extend(failed);
                if ends {
                    self.reduce(call);
                }
            }
        }
    }
}

/// What is known of the notifications of a record beside themselves.
#[derive(Clone, Copy, Default)]
struct Source {
    /// The call of notifications that name none.
    call: Option<CallId>,
    /// Who wrote them, in an SDK log.
    writer: Option<Writer>,
}

/// The kind of the finding that a line cannot be read.
fn kind_of(error: &LineError) -> FindingKind {
    match error {
        LineError::Foreign { .. } => FindingKind::UnknownResource,
        LineError::Version { .. } => FindingKind::Refused,
        LineError::NotUpcast { has_changed: false, why } => kind_of(why),
        LineError::Json { .. }
        | LineError::Missing { .. }
        | LineError::Invalid { .. }
        | LineError::NotUpcast { .. }
        | LineError::UnknownType { .. } => FindingKind::Malformed,
    }
}

fn too_large(limit: usize, call: Option<CallId>) -> Finding {
    let message =
        format!("the record has more than {limit} bytes and was skipped; --max-record sets the limit");
    Finding::new(FindingKind::TooLarge, call, message)
}

fn malformed(call: Option<CallId>, message: impl ToString) -> Finding {
    Finding::new(FindingKind::Malformed, call, message.to_string())
}
