//! Hearing calls: states, details and tones.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use super::super::event::{CallEvent, Details};
use super::super::hearing::{Hearing, is_failure};
use super::super::payload::StateConfirmed;
use super::super::state::{Cause, State};
use super::super::{Call, details};
use super::draft::Draft;
use super::orphan;
use crate::FindingKind;
use crate::graph::{self, CallDirection, ChangeType, Member, ToneInfo};
use crate::text::short;

impl Draft<'_> {
    pub(super) fn hear_call(&mut self, mut told: Box<graph::Call>, change: Option<&ChangeType>) {
        let unknown_state = told.state.value().filter(|state| State::from_wire(state).is_none()).map(short);
        let named = match change {
            Some(ChangeType::Deleted) => Some(State::Terminated),
            _ => told.state.value().and_then(State::from_wire),
        };
        if let (None, Some(state)) = (named, &unknown_state) {
            self.find(FindingKind::UnknownResource, format!("`{state}` is no callState that is known here"));
        }
        match self.known {
            None => self.begin(named, told),
            Some(call) if !call.state().is_live() => self.hear_after_end(call, named, told),
            Some(call) => match named {
                Some(named) => self.hear_state(call, named, told),
                None => {
                    let tone = told.tone_info.take();
                    self.change(details::news(details::told(told), call.details()));
                    self.hear_tone(tone);
                    if self.observed.events.is_empty() && unknown_state.is_none() {
                        self.repeat("details");
                    }
                }
            },
        }
    }

    fn begin(&mut self, named: Option<State>, mut told: Box<graph::Call>) {
        let tone = told.tone_info.take();
        let is_placed = told.direction.value() != Some(&CallDirection::Incoming);
        let is_failure = is_failure(&told);
        let mut rest = details::first(told);
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
                    self.infer(CallEvent::Step(Cause::TransferStarted, None));
                    let told = Box::new(graph::Call { result_info: failure, ..graph::Call::default() });
                    self.record(CallEvent::Step(Cause::TransferFailed, details::some(told)));
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
            self.hear_tone(tone);
        }
    }

    fn hear_after_end(&mut self, call: &Call, named: Option<State>, told: Box<graph::Call>) {
        let tone = told.tone_info.value().is_some_and(|tone| !call.knows_tone(tone));
        let news = details::news(details::told(told), call.details()).is_some();
        let is_end = named.is_none_or(|named| named == State::Terminated);
        match named {
            _ if is_end && !news && !tone => self.repeat("terminated"),
            Some(named) => self.find(FindingKind::AfterEnd, format!("{named} told after the call ended")),
            None => self.find(FindingKind::AfterEnd, "details told after the call ended"),
        }
    }

    fn hear_state(&mut self, call: &Call, named: State, mut told: Box<graph::Call>) {
        let at = call.state();
        let hearing = call.hear(named, &told, self.at, self.is_numbered);
        let tone = told.tone_info.take();
        let rest = details::told(told);
        match hearing {
            Hearing::Found => {
                let mut found = rest;
                found.state = Member::Value(named.wire());
                self.record(CallEvent::Adopted(details::some(found)));
                self.hear_tone(tone);
            }
            Hearing::ToldAtLast { again } => {
                if !again {
                    self.record(CallEvent::StateConfirmed(StateConfirmed { state: named }));
                }
                self.hear_late(call, rest, tone);
                self.find(FindingKind::Late, format!("{named} told late: it had been inferred before {at}"));
            }
            Hearing::Same => {
                self.change(details::news(rest, call.details()));
                self.hear_tone(tone);
                if self.observed.events.is_empty() {
                    self.repeat(named.as_str());
                }
            }
            Hearing::Step(cause) => self.walk(call, &[cause], rest, tone),
            Hearing::Gap(path) => self.walk(call, &path, rest, tone),
            Hearing::Late => {
                self.hear_late(call, rest, tone);
                self.find(FindingKind::Late, format!("{named} told late: the call is {at} already"));
            }
            Hearing::Impossible => {
                let legal: Vec<&str> = at.steps().map(|(_, next)| next.as_str()).collect();
                let legal = legal.join(", ");
                self.find(FindingKind::Impossible, format!("{named} cannot follow {at}: {legal} could"));
            }
        }
    }

    /// Walks the steps of a path. The last one is told, those before it are inferred.
    fn walk(&mut self, call: &Call, path: &[Cause], rest: Box<graph::Call>, mut tone: Member<Box<ToneInfo>>) {
        let result_info = rest.result_info.clone();
        let mut news = details::news(rest, call.details());
        if result_info.value().is_some() {
            news.get_or_insert_default().result_info = result_info;
        }
        let Some((last, inferred)) = path.split_last() else { return };
        let mut untold = Vec::new();
        let mut state = call.state();
        for cause in inferred {
            state = state.after(*cause).unwrap_or(state);
            untold.push(state.as_str());
            self.infer(CallEvent::Step(*cause, None));
        }
        if *last == Cause::Terminated {
            self.hear_tone(tone.take());
        }
        self.record(CallEvent::Step(*last, news));
        self.hear_tone(tone);
        if !untold.is_empty() {
            let untold = untold.join(", ");
            let to = state.after(*last).unwrap_or(state);
            self.find(
                FindingKind::Gap,
                format!("{untold} never told on the way from {} to {to}", call.state()),
            );
        }
        if *last == Cause::Terminated {
            self.leave_orphans(call);
        }
    }

    fn leave_orphans(&mut self, call: &Call) {
        for operation in call.operations().iter().filter(|operation| operation.is_pending()) {
            self.observed.findings.push(orphan(self.id, operation));
        }
    }

    /// A late telling adds what is still unknown. A result belongs to the state it was told with.
    fn hear_late(&mut self, call: &Call, mut rest: Box<graph::Call>, tone: Member<Box<ToneInfo>>) {
        rest.result_info.take();
        self.change(details::unknown(rest, call.details()));
        self.hear_tone(tone);
    }

    fn change(&mut self, news: Details) {
        if news.is_some() {
            self.record(CallEvent::DetailsChanged(news));
        }
    }

    fn hear_tone(&mut self, told: Member<Box<ToneInfo>>) {
        let Some(tone) = told.into_value() else { return };
        if self.known.is_none_or(|call| !call.knows_tone(&tone)) {
            self.record(CallEvent::ToneReceived(tone));
        }
    }

    pub(super) fn learn_call(&mut self, told: &graph::Call) {
        let mut rest = details::told(Box::new(told.clone()));
        match self.known {
            Some(call) if call.state().is_live() => {
                rest.result_info.take();
                self.change(details::unknown(rest, call.details()));
            }
            Some(_) => {}
            None => {
                rest.other.remove("direction");
                rest.direction =
                    Member::Value(told.direction.value().cloned().unwrap_or(CallDirection::Outgoing));
                let named = told.state.value().and_then(State::from_wire).unwrap_or(State::Establishing);
                self.begin(Some(named), rest);
            }
        }
    }
}
