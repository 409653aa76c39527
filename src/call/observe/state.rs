//! Turns notifications and replies about a call into events: states, details and tones.

use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::super::data::Call;
use super::super::details;
use super::super::event::CallEvent;
use super::super::event::StateConfirmed;
use super::super::event::carried::Details;
use super::super::state::{State, Transition};
use super::super::state_update::{StateUpdate, is_failure};
use super::draft::Draft;
use super::orphan::orphan;
use crate::finding::FindingKind;
use crate::graph;
use crate::graph::call::CallDirection;
use crate::graph::member::Member;
use crate::graph::notification::ChangeType;
use crate::graph::tone::ToneInfo;
use crate::text::short;

impl Draft<'_> {
    pub(super) fn observe_call(&mut self, mut reported: Box<graph::call::Call>, change: Option<&ChangeType>) {
        let unknown_state =
            reported.state.value().filter(|state| State::from_wire(state).is_none()).map(short);
        let named = match change {
            Some(ChangeType::Deleted) => Some(State::Terminated),
            _ => reported.state.value().and_then(State::from_wire),
        };
        if let (None, Some(state)) = (named, &unknown_state) {
            self.find(
                FindingKind::UnknownResource,
                format!("`{state}` is not a callState that this version knows"),
            );
        }
        match self.known {
            None => self.begin(named, reported),
            Some(call) if !call.state().is_live() => self.observe_after_end(call, named, reported),
            Some(call) => match named {
                Some(named) => self.observe_state(call, named, reported),
                None => {
                    let tone = reported.tone_info.take();
                    self.change_details(details::news(details::reported(reported), call.details()));
                    self.observe_tone(tone);
                    if self.observed.events.is_empty() && unknown_state.is_none() {
                        self.repeat("details");
                    }
                }
            },
        }
    }

    fn begin(&mut self, named: Option<State>, mut reported: Box<graph::call::Call>) {
        let tone = reported.tone_info.take();
        let is_placed = reported.direction.value() != Some(&CallDirection::Incoming);
        let is_failure = is_failure(&reported);
        let mut rest = details::first(reported);
        match named {
            Some(State::Incoming) => self.record(CallEvent::Offered(details::some(rest))),
            Some(State::Establishing) if is_placed => self.record(CallEvent::Placed(details::some(rest))),
            Some(state) => {
                self.find(
                    FindingKind::Adopted,
                    format!("the call was first reported as `{state}`; its beginning is missing"),
                );
                rest.state = Member::Value(state.wire());
                let failure = rest.result_info.take();
                if state == State::Established && is_failure {
                    self.record(CallEvent::Adopted(details::some(rest)));
                    self.infer(CallEvent::Step(Transition::TransferStarted, None));
                    let reported =
                        Box::new(graph::call::Call { result_info: failure, ..graph::call::Call::default() });
                    self.record(CallEvent::Step(Transition::TransferFailed, details::some(reported)));
                } else {
                    rest.result_info = failure;
                    self.record(CallEvent::Adopted(details::some(rest)));
                }
            }
            None => {
                self.adopt_unseen("its details");
                self.change_details(details::some(rest));
            }
        }
        if named != Some(State::Terminated) {
            self.observe_tone(tone);
        }
    }

    fn observe_after_end(&mut self, call: &Call, named: Option<State>, reported: Box<graph::call::Call>) {
        let tone = reported.tone_info.value().is_some_and(|tone| !call.tones().has(tone));
        let news = details::news(details::reported(reported), call.details()).is_some();
        let is_end = named.is_none_or(|named| named == State::Terminated);
        match named {
            _ if is_end && !news && !tone => self.repeat("terminated"),
            Some(named) => {
                self.find(FindingKind::AfterEnd, format!("`{named}` was reported after the call ended"));
            }
            None => self.find(FindingKind::AfterEnd, "details were reported after the call ended"),
        }
    }

    fn observe_state(&mut self, call: &Call, named: State, mut reported: Box<graph::call::Call>) {
        let at = call.state();
        let update = call.classify(named, &reported, self.at, self.is_numbered);
        let tone = reported.tone_info.take();
        let rest = details::reported(reported);
        match update {
            StateUpdate::FirstState => self.adopt_state(named, rest, tone),
            StateUpdate::LateConfirmation { again } => {
                if !again {
                    self.record(CallEvent::StateConfirmed(StateConfirmed::new(named)));
                }
                self.observe_late(call, rest, tone);
                let message = format!(
                    "`{named}` was reported late: it was already inferred, and the call is now `{at}`"
                );
                self.find(FindingKind::Late, message);
            }
            StateUpdate::Same => {
                self.change_details(details::news(rest, call.details()));
                self.observe_tone(tone);
                if self.observed.events.is_empty() {
                    self.repeat(named.as_str());
                }
            }
            StateUpdate::Step(transition) => self.record_path(call, &[transition], rest, tone),
            StateUpdate::Gap(path) => self.record_path(call, &path, rest, tone),
            StateUpdate::Late => {
                self.observe_late(call, rest, tone);
                self.find(
                    FindingKind::Late,
                    format!("`{named}` was reported late: the call is already `{at}`"),
                );
            }
            StateUpdate::Impossible => self.report_impossible(named, at),
        }
    }

    fn adopt_state(&mut self, named: State, mut first: Box<graph::call::Call>, tone: Member<Box<ToneInfo>>) {
        first.state = Member::Value(named.wire());
        self.record(CallEvent::Adopted(details::some(first)));
        self.observe_tone(tone);
    }

    fn report_impossible(&mut self, named: State, at: State) {
        let legal: Vec<_> = at.steps().map(|(_, next)| format!("`{next}`")).collect();
        let legal = legal.join(", ");
        let message = format!("`{named}` cannot follow `{at}`; only these states can: {legal}");
        self.find(FindingKind::Impossible, message);
    }

    /// Records the steps of a path. The notification reported the last step; the steps before it are
    /// inferred.
    fn record_path(
        &mut self,
        call: &Call,
        path: &[Transition],
        rest: Box<graph::call::Call>,
        mut tone: Member<Box<ToneInfo>>,
    ) {
        let result_info = rest.result_info.clone();
        let mut news = details::news(rest, call.details());
        if result_info.value().is_some() {
            Arc::make_mut(news.get_or_insert_default()).result_info = result_info;
        }
        let Some((last, inferred)) = path.split_last() else { return };
        let mut not_reported = Vec::new();
        let mut state = call.state();
        for transition in inferred {
            state = state.after(*transition).unwrap_or(state);
            not_reported.push(format!("`{state}`"));
            self.infer(CallEvent::Step(*transition, None));
        }
        if *last == Transition::Terminated {
            self.observe_tone(tone.take());
        }
        self.record(CallEvent::Step(*last, news));
        self.observe_tone(tone);
        if !not_reported.is_empty() {
            let (from, to) = (call.state(), state.after(*last).unwrap_or(state));
            let were = if not_reported.len() == 1 { "was" } else { "were" };
            let not_reported = not_reported.join(", ");
            let message = format!("{not_reported} {were} never reported between `{from}` and `{to}`");
            self.find(FindingKind::Gap, message);
        }
        if *last == Transition::Terminated {
            self.report_orphans(call);
        }
    }

    fn report_orphans(&mut self, call: &Call) {
        for operation in call.operations().iter().filter(|operation| operation.is_pending()) {
            self.observed.findings.push(orphan(self.id, operation));
        }
    }

    /// A late notification only adds members that are still unknown. Its result belongs to the earlier state,
    /// and is dropped.
    fn observe_late(&mut self, call: &Call, mut rest: Box<graph::call::Call>, tone: Member<Box<ToneInfo>>) {
        rest.result_info.take();
        self.change_details(details::unknown(rest, call.details()));
        self.observe_tone(tone);
    }

    fn change_details(&mut self, news: Details) {
        if news.is_some() {
            self.record(CallEvent::DetailsChanged(news));
        }
    }

    fn observe_tone(&mut self, reported: Member<Box<ToneInfo>>) {
        let Some(tone) = reported.into_value() else { return };
        if self.known.is_none_or(|call| !call.tones().has(&tone)) {
            self.record(CallEvent::ToneReceived(tone.into()));
        }
    }

    pub(super) fn learn_call(&mut self, reported: &graph::call::Call) {
        let mut rest = details::reported(Box::new(reported.clone()));
        match self.known {
            Some(call) if call.state().is_live() => {
                rest.result_info.take();
                self.change_details(details::unknown(rest, call.details()));
            }
            Some(_) => {}
            None => {
                rest.other.drop_member("direction");
                rest.direction =
                    Member::Value(reported.direction.value().cloned().unwrap_or(CallDirection::Outgoing));
                let named = reported.state.value().and_then(State::from_wire).unwrap_or(State::Establishing);
                self.begin(Some(named), rest);
            }
        }
    }
}
