//! Hearing operations.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

use super::super::event::CallEvent;
use super::super::{Call, details};
use super::draft::Draft;
use crate::FindingKind;
use crate::graph::{CommsOperation, Member, Members, News, OperationStatus, Resource, ResultInfo, Unknown};
use crate::operation::{Operation, Region, State, find};
use crate::text::short;

const NAMELESS: &str = "an operation with neither an id nor a clientContext";

impl Draft<'_> {
    pub(super) fn hear_operation(&mut self, told: Box<CommsOperation>, url: &Resource, is_gone: bool) {
        let told = normal(told, url, is_gone);
        if let Some(OperationStatus::Other(status)) = told.status.value() {
            let message = format!("`{}` is no status of an operation that is known here", short(status));
            self.find(FindingKind::UnknownResource, message);
        }
        let found = self.known.and_then(|call| find(call.operations(), &told));
        match found {
            Some(operation) if operation.is_pending() => self.hear_pending(operation, told, is_gone),
            Some(operation) => self.hear_settled(operation, &told),
            None => self.hear_unasked(told, is_gone),
        }
    }

    fn hear_pending(&mut self, operation: &Operation, mut told: Box<CommsOperation>, is_gone: bool) {
        let at = operation.state();
        let named = State::told(&told);
        let cause =
            named.and_then(|named| at.steps().find(|(_, next)| *next == named)).map(|(cause, _)| cause);
        if let Some(cause) = cause {
            if self.known.is_some_and(|call| !call.state().is_live()) {
                self.find(
                    FindingKind::Late,
                    format!("{} told after the call ended", title(operation, &told)),
                );
            }
            told.status = Member::Absent;
            return self.record(CallEvent::OperationStep(cause, told));
        }
        let mut news = told.clone();
        news.status = Member::Absent;
        let is_late = named.is_some_and(|named| named != at);
        let brings = if is_late { operation.learns(&told, Unknown) } else { operation.learns(&told, News) };
        if is_late {
            let named = named.map_or("", State::as_str);
            self.find(FindingKind::Late, format!("{} told {named} when it is {at}", title(operation, &told)));
            news.pair(operation.resource(), Unknown);
        }
        if brings {
            keys(&mut news, operation, &told);
            self.record(CallEvent::OperationUpdated(news));
        } else if !is_late && !is_gone {
            self.repeat(&format!("{} {at}", title(operation, &told)));
        }
        if is_gone {
            let title = title(operation, &told);
            self.find(
                FindingKind::Gap,
                format!("{title} is gone, and its end was never told: it stays {at}"),
            );
        }
    }

    /// A settled operation stays as it is.
    fn hear_settled(&mut self, operation: &Operation, told: &CommsOperation) {
        let at = operation.state();
        let title = title(operation, told);
        match State::told(told) {
            Some(named @ (State::NotStarted | State::Running)) => {
                self.find(FindingKind::Late, format!("{title} told {named} when it is {at}"));
            }
            Some(named) if named != at => {
                self.find(
                    FindingKind::Impossible,
                    format!("{title} told {named} when it is {at}, which is final"),
                );
            }
            Some(_) | None => self.repeat(&format!("{title} {at}")),
        }
    }

    /// An operation that was never asked for here is adopted.
    fn hear_unasked(&mut self, told: Box<CommsOperation>, is_gone: bool) {
        if is_nameless(&told) {
            return self.find(FindingKind::Malformed, NAMELESS);
        }
        let named = State::told(&told);
        let title = || format!("{} operation{}", told.kind().as_str(), name(&told));
        match self.known {
            Some(call) if !call.state().is_live() => match named {
                Some(State::Completed | State::Failed) => {
                    let message = format!("{} told after the call ended", title());
                    self.find(FindingKind::Late, message);
                }
                Some(State::NotStarted | State::Running) | None => {
                    let message = format!("{} told after the call ended", title());
                    return self.find(FindingKind::AfterEnd, message);
                }
            },
            Some(_) => {}
            None => self.adopt_unseen("an operation"),
        }
        if is_gone && named.is_none_or(|named| !named.lies_in(Region::Settled)) {
            let message = format!("{} is gone, and its end was never told", title());
            self.find(FindingKind::Gap, message);
        }
        self.record(CallEvent::OperationCreated(told));
    }

    pub(super) fn learn_operation(&mut self, told: &CommsOperation) {
        let told = normal(Box::new(told.clone()), &Resource::Operation(None), false);
        if is_nameless(&told) {
            return self.find(FindingKind::Malformed, NAMELESS);
        }
        let operations = self.known.map_or(&[][..], Call::operations);
        // Two operations can bear one clientContext: an id that is told is the better witness.
        let known = find(operations, &told);
        let is_known = known.is_some_and(|known| known.is_told_by(&told));
        let is_over = self.known.is_some_and(|call| !call.state().is_live());
        if !is_known && !is_over {
            if self.known.is_none() {
                self.adopt_unseen("an operation");
            }
            self.record(CallEvent::OperationCreated(told));
        }
    }
}

/// An operation as the fold takes it: its id from the url, else from the body. One that is gone without a word
/// of its end is settled by its result.
fn normal(mut told: Box<CommsOperation>, url: &Resource, is_gone: bool) -> Box<CommsOperation> {
    if let Resource::Operation(Some(id)) = url {
        told.id = Member::Value(id.clone());
        told.other.remove("id");
    }
    let is_settled = State::told(&told).is_some_and(|state| state.lies_in(Region::Settled));
    let result = told.result_info.value().filter(|_| is_gone && !is_settled);
    if let Some(status) = result.and_then(|result| end(result)) {
        told.status = Member::Value(status);
        told.other.remove("status");
    }
    details::strip(&mut told.other);
    told
}

/// The end that a result tells of.
fn end(result: &ResultInfo) -> Option<OperationStatus> {
    match (result.is_success(), result.is_failure()) {
        (true, _) => Some(OperationStatus::Completed),
        (false, true) => Some(OperationStatus::Failed),
        (false, false) => None,
    }
}

/// Keeps that by which the operation is found again.
fn keys(news: &mut CommsOperation, operation: &Operation, told: &CommsOperation) {
    news.odata_type.clone_from(&told.odata_type);
    news.id.clone_from(&told.id);
    if told.client_context == operation.resource().client_context {
        news.client_context.clone_from(&told.client_context);
    }
}

fn is_nameless(told: &CommsOperation) -> bool {
    told.id.value().is_none() && told.client_context.value().is_none_or(|context| context.is_empty())
}

fn title(operation: &Operation, told: &CommsOperation) -> String {
    format!("{} operation{}", operation.kind().as_str(), name(told))
}

fn name(told: &CommsOperation) -> String {
    told.id.value().map_or_else(String::new, |id| format!(" {}", short(id)))
}
