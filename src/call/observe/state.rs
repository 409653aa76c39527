//! StateUpdate calls: states, details and tones.

use alloc::boxed::Box;
use alloc::format;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::super::event::{CallEvent, Details};
use super::super::payload::StateConfirmed;
use super::super::state::{State, Transition};
use super::super::state_update::{StateUpdate, is_failure};
use super::super::{Call, details};
use super::draft::Draft;
use super::orphan;
use crate::FindingKind;
use crate::graph::{self, CallDirection, ChangeType, Member, ToneInfo};
use crate::text::short;

impl Draft<'_> {
    pub(super) fn observe_call(&mut self, mut reported: Box<graph::Call>, change: Option<&ChangeType>) {
        let unknown_state =
            reported.state.value().filter(|state| State::from_wire(state).is_none()).map(short);
        let named = match change {
            Some(ChangeType::Deleted) => Some(State::Terminated),
            _ => reported.state.value().and_then(State::from_wire),
        };
        if let (None, Some(state)) = (named, &unknown_state) {
            self.find(FindingKind::UnknownResource, format!("`{state}` is no callState that is known here"));
        }
        match self.known {
            None => self.begin(named, reported),
            Some(call) if !call.state().is_live() => self.observe_after_end(call, named, reported),
            Some(call) => match named {
                Some(named) => self.observe_state(call, named, reported),
                None => {
                    let tone = reported.tone_info.take();
                    self.change(details::news(details::reported(reported), call.details()));
                    self.observe_tone(tone);
                    if self.observed.events.is_empty() && unknown_state.is_none() {
                        self.repeat("details");
                    }
                }
            },
        }
    }

    fn begin(&mut self, named: Option<State>, mut reported: Box<graph::Call>) {
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
                    format!("first heard of as {state}; its beginning is missing"),
                );
                rest.state = Member::Value(state.wire());
                let failure = rest.result_info.take();
                if state == State::Established && is_failure {
                    self.record(CallEvent::Adopted(details::some(rest)));
                    self.infer(CallEvent::Step(Transition::TransferStarted, None));
                    let reported = Box::new(graph::Call { result_info: failure, ..graph::Call::default() });
                    self.record(CallEvent::Step(Transition::TransferFailed, details::some(reported)));
                } else {
                    rest.result_info = failure;
                    self.record(CallEvent::Adopted(details::some(rest)));
                }
            }
            None => {
                self.adopt_unseen("its details");
                self.change(details::some(rest));
            }
        }
        if named != Some(State::Terminated) {
            self.observe_tone(tone);
        }
    }

    fn observe_after_end(&mut self, call: &Call, named: Option<State>, reported: Box<graph::Call>) {
        let tone = reported.tone_info.value().is_some_and(|tone| !call.knows_tone(tone));
        let news = details::news(details::reported(reported), call.details()).is_some();
        let is_end = named.is_none_or(|named| named == State::Terminated);
        match named {
            _ if is_end && !news && !tone => self.repeat("terminated"),
            Some(named) => self.find(FindingKind::AfterEnd, format!("{named} told after the call ended")),
            None => self.find(FindingKind::AfterEnd, "details told after the call ended"),
        }
    }

    fn observe_state(&mut self, call: &Call, named: State, mut reported: Box<graph::Call>) {
        let at = call.state();
        let update = call.classify(named, &reported, self.at, self.is_numbered);
        let tone = reported.tone_info.take();
        let rest = details::reported(reported);
        match update {
            StateUpdate::Found => {
                let mut found = rest;
                found.state = Member::Value(named.wire());
                self.record(CallEvent::Adopted(details::some(found)));
                self.observe_tone(tone);
            }
            StateUpdate::LateConfirmation { again } => {
                if !again {
                    self.record(CallEvent::StateConfirmed(StateConfirmed { state: named }));
                }
                self.observe_late(call, rest, tone);
                self.find(FindingKind::Late, format!("{named} told late: it had been inferred before {at}"));
            }
            StateUpdate::Same => {
                self.change(details::news(rest, call.details()));
                self.observe_tone(tone);
                if self.observed.events.is_empty() {
                    self.repeat(named.as_str());
                }
            }
            StateUpdate::Step(transition) => self.walk(call, &[transition], rest, tone),
            StateUpdate::Gap(path) => self.walk(call, &path, rest, tone),
            StateUpdate::Late => {
                self.observe_late(call, rest, tone);
                self.find(FindingKind::Late, format!("{named} told late: the call is {at} already"));
            }
            StateUpdate::Impossible => {
                let legal: Vec<&str> = at.steps().map(|(_, next)| next.as_str()).collect();
                let legal = legal.join(", ");
                self.find(FindingKind::Impossible, format!("{named} cannot follow {at}: {legal} could"));
            }
        }
    }

    /// Walks the steps of a path. The last one is told, those before it are inferred.
    fn walk(
        &mut self,
        call: &Call,
        path: &[Transition],
        rest: Box<graph::Call>,
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
            not_reported.push(state.as_str());
            self.infer(CallEvent::Step(*transition, None));
        }
        if *last == Transition::Terminated {
            self.observe_tone(tone.take());
        }
        self.record(CallEvent::Step(*last, news));
        self.observe_tone(tone);
        if !not_reported.is_empty() {
            let not_reported = not_reported.join(", ");
            let to = state.after(*last).unwrap_or(state);
            self.find(
                FindingKind::Gap,
                format!("{not_reported} never told on the way from {} to {to}", call.state()),
            );
        }
        if *last == Transition::Terminated {
            self.leave_orphans(call);
        }
    }

    fn leave_orphans(&mut self, call: &Call) {
        for operation in call.operations().iter().filter(|operation| operation.is_pending()) {
            self.observed.findings.push(orphan(self.id, operation));
        }
    }

    /// A late telling adds what is still unknown. A result belongs to the state it was told with.
    fn observe_late(&mut self, call: &Call, mut rest: Box<graph::Call>, tone: Member<Box<ToneInfo>>) {
        rest.result_info.take();
        self.change(details::unknown(rest, call.details()));
        self.observe_tone(tone);
    }

    fn change(&mut self, news: Details) {
        if news.is_some() {
            self.record(CallEvent::DetailsChanged(news));
        }
    }

    fn observe_tone(&mut self, reported: Member<Box<ToneInfo>>) {
        let Some(tone) = reported.into_value() else { return };
        if self.known.is_none_or(|call| !call.knows_tone(&tone)) {
            self.record(CallEvent::ToneReceived(tone.into()));
        }
    }

    pub(super) fn learn_call(&mut self, reported: &graph::Call) {
        let mut rest = details::reported(Box::new(reported.clone()));
        match self.known {
            Some(call) if call.state().is_live() => {
                rest.result_info.take();
                self.change(details::unknown(rest, call.details()));
            }
            Some(_) => {}
            None => {
                rest.other.remove("direction");
                rest.direction =
                    Member::Value(reported.direction.value().cloned().unwrap_or(CallDirection::Outgoing));
                let named = reported.state.value().and_then(State::from_wire).unwrap_or(State::Establishing);
                self.begin(Some(named), rest);
            }
        }
    }
}
