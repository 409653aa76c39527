//! The refusals of the fold.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::data::Call;
use super::super::event::EventKind;
use super::super::event::part::Scope;
use super::super::state::State;
use crate::graph::operation::CommsOperation;
use crate::refusal::{Legal, Refusal, Why};
use crate::text::short;

impl Call {
    pub(super) fn refuse(&self, kind: EventKind) -> Refusal {
        let steps = self.state.steps().map(|(transition, _)| transition.into());
        let is_live = self.state.is_live();
        let adopted = self.is_guessed().then_some(EventKind::Adopted);
        let others = in_scope(Scope::Live).chain([EventKind::OperationCreated]);
        let legal = steps.chain(adopted).chain(others.filter(|_| is_live)).collect();
        refuse(kind, Some(self.state), Why::State, legal)
    }

    pub(super) fn refuse_operation(&self, kind: EventKind, reported: &CommsOperation) -> Refusal {
        let known = self.operations.find(reported);
        let legal = match known {
            Some(known) => known.state().steps().map(|(transition, _)| transition.into()).collect(),
            None if self.state.is_live() => Vec::from([EventKind::OperationCreated]),
            None => Vec::new(),
        };
        let state = known.map_or("unknown", |known| known.state().as_str());
        let id = reported.id.value().map_or_else(String::new, |id| format!(" {}", short(id)));
        let operation = format!("the {state} {} operation{id}", reported.kind().as_str());
        refuse(kind, Some(self.state), Why::Part(operation), legal)
    }
}

/// The events with which a call can begin.
pub(super) fn beginnings() -> Vec<EventKind> {
    in_scope(Scope::Beginning).collect()
}

fn in_scope(scope: Scope) -> impl Iterator<Item = EventKind> {
    EventKind::ALL.iter().copied().filter(move |kind| kind.scope() == scope)
}

pub(super) fn refuse(kind: EventKind, state: Option<State>, why: Why, legal: Vec<EventKind>) -> Refusal {
    Refusal { what: kind.into(), state, why, legal: Legal::Events(legal) }
}
