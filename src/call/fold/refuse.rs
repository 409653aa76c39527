//! What the fold says of an event that it refuses.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::Call;
use super::super::event::CallEvent;
use super::super::state::State;
use crate::graph::CommsOperation;
use crate::operation::find;
use crate::text::short;
use crate::{Refusal, Why};

impl Call {
    pub(super) fn refuse(&self, event: &CallEvent) -> Refusal {
        let steps = self.state.steps().map(|(transition, _)| transition.as_str());
        let no_state_change = ["detailsChanged", "toneReceived", "rosterUpdated", "operationCreated"];
        let legal = steps.chain(no_state_change.into_iter().filter(|_| self.state.is_live())).collect();
        refuse(event, Some(self.state), Why::State, legal)
    }

    pub(super) fn refuse_operation(&self, event: &CallEvent, reported: &CommsOperation) -> Refusal {
        let known = find(&self.operations, reported);
        let legal = match known {
            Some(known) => known.state().steps().map(|(transition, _)| transition.as_str()).collect(),
            None if self.state.is_live() => Vec::from(["operationCreated"]),
            None => Vec::new(),
        };
        let state = known.map_or("unknown", |known| known.state().as_str());
        let id = reported.id.value().map_or_else(String::new, |id| format!(" {}", short(id)));
        let operation = format!("the {state} {} operation{id}", reported.kind().as_str());
        refuse(event, Some(self.state), Why::Part(operation), legal)
    }
}

pub(super) fn refuse(event: &CallEvent, state: Option<State>, why: Why, legal: Vec<&'static str>) -> Refusal {
    Refusal { what: event.type_name(), state, why, legal }
}
