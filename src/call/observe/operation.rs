//! Turns notifications and replies about operations into events.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;

use super::super::details;
use super::super::event::CallEvent;
use super::draft::Draft;
use crate::finding::FindingKind;
use crate::graph::member::{Member, Members, News, Unknown};
use crate::graph::operation::{CommsOperation, OperationStatus};
use crate::graph::result::ResultInfo;
use crate::graph::url::Resource;
use crate::operation::Operation;
use crate::operation::lifecycle::Superstate;
use crate::operation::state::{State, Transition};
use crate::text::short;

const NAMELESS: &str = "the operation has neither an id nor a clientContext: it needs one of them";

impl Draft<'_> {
    pub(super) fn observe_operation(&mut self, reported: Box<CommsOperation>, url: &Resource, is_gone: bool) {
        let reported = normalized(reported, url, is_gone);
        if let Some(OperationStatus::Other(status)) = reported.status.value() {
            let message = format!("`{}` is not an operation status that this version knows", short(status));
            self.find(FindingKind::UnknownResource, message);
        }
        let found = self.known.and_then(|call| call.operations.find(&reported));
        match found {
            Some(operation) if operation.is_pending() => self.observe_pending(operation, reported, is_gone),
            Some(operation) => self.observe_settled(operation, &reported),
            None => self.observe_unrequested(reported, is_gone),
        }
    }

    fn observe_pending(&mut self, operation: &Operation, reported: Box<CommsOperation>, is_gone: bool) {
        let at = operation.state();
        let named = State::reported(&reported);
        let transition = named
            .and_then(|named| at.steps().find(|(_, next)| *next == named))
            .map(|(transition, _)| transition);
        if let Some(transition) = transition {
            return self.step_pending(operation, transition, reported);
        }
        let mut news = reported.clone();
        news.status = Member::Absent;
        let is_late = named.is_some_and(|named| named != at);
        let has_news =
            if is_late { operation.learns(&reported, Unknown) } else { operation.learns(&reported, News) };
        if is_late {
            let named = named.map_or("", State::as_str);
            self.find(
                FindingKind::Late,
                format!(
                    "{} was reported as `{named}`, but it is already `{at}`",
                    title(operation, &reported)
                ),
            );
            news.pair(operation.resource(), Unknown);
        }
        if has_news {
            keys(&mut news, operation, &reported);
            self.record(CallEvent::OperationUpdated(news.into()));
        } else if !is_late && !is_gone {
            self.repeat(&format!("{} {at}", title(operation, &reported)));
        }
        if is_gone {
            let title = title(operation, &reported);
            self.find(
                FindingKind::Gap,
                format!("{title} was deleted, but its end was never reported: it stays `{at}`"),
            );
        }
    }

    fn step_pending(
        &mut self,
        operation: &Operation,
        transition: Transition,
        mut reported: Box<CommsOperation>,
    ) {
        if self.known.is_some_and(|call| !call.state().is_live()) {
            self.find(
                FindingKind::Late,
                format!("{} was reported after the call ended", title(operation, &reported)),
            );
        }
        reported.status = Member::Absent;
        self.record(CallEvent::OperationStep(transition, reported.into()));
    }

    /// A settled operation does not change.
    fn observe_settled(&mut self, operation: &Operation, reported: &CommsOperation) {
        let at = operation.state();
        let title = title(operation, reported);
        match State::reported(reported) {
            Some(named @ (State::NotStarted | State::Running)) => {
                self.find(
                    FindingKind::Late,
                    format!("{title} was reported as `{named}`, but it is already `{at}`"),
                );
            }
            Some(named) if named != at => {
                self.find(
                    FindingKind::Impossible,
                    format!("{title} was reported as `{named}`, but it is `{at}`, which is final"),
                );
            }
            Some(_) | None => self.repeat(&format!("{title} {at}")),
        }
    }

    /// Records that an operation was created, because the call does not know it yet.
    fn observe_unrequested(&mut self, reported: Box<CommsOperation>, is_gone: bool) {
        if is_nameless(&reported) {
            return self.find(FindingKind::Malformed, NAMELESS);
        }
        let named = State::reported(&reported);
        let title = || format!("{} operation{}", reported.kind().as_str(), name(&reported));
        match self.known {
            Some(call) if !call.state().is_live() => match named {
                Some(State::Completed | State::Failed) => {
                    let message = format!("{} was reported after the call ended", title());
                    self.find(FindingKind::Late, message);
                }
                Some(State::NotStarted | State::Running) | None => {
                    let message = format!("{} was reported after the call ended", title());
                    return self.find(FindingKind::AfterEnd, message);
                }
            },
            Some(_) => {}
            None => self.adopt_unseen("an operation"),
        }
        if is_gone && named.is_none_or(|named| !named.lies_in(Superstate::Settled)) {
            let message = format!("{} was deleted, but its end was never reported", title());
            self.find(FindingKind::Gap, message);
        }
        self.record(CallEvent::OperationCreated(reported.into()));
    }

    pub(super) fn learn_operation(&mut self, reported: &CommsOperation) {
        let reported = normalized(Box::new(reported.clone()), &Resource::Operation(None), false);
        if is_nameless(&reported) {
            return self.find(FindingKind::Malformed, NAMELESS);
        }
        // Two operations can have the same clientContext, so a reported id decides.
        let known = self.known.and_then(|call| call.operations.find(&reported));
        let is_known = known.is_some_and(|known| known.is_reported_by(&reported));
        let is_over = self.known.is_some_and(|call| !call.state().is_live());
        if !is_known && !is_over {
            if self.known.is_none() {
                self.adopt_unseen("an operation");
            }
            self.record(CallEvent::OperationCreated(reported.into()));
        }
    }
}

/// An operation as the fold expects it. The id comes from the URL, else from the body. If the operation was
/// deleted and its status is not final, its result decides whether it completed or failed.
fn normalized(mut reported: Box<CommsOperation>, url: &Resource, is_gone: bool) -> Box<CommsOperation> {
    if let Resource::Operation(Some(id)) = url {
        reported.id = Member::Value(id.clone());
        reported.other.drop_member("id");
    }
    let is_settled = State::reported(&reported).is_some_and(|state| state.lies_in(Superstate::Settled));
    let result = reported.result_info.value().filter(|_| is_gone && !is_settled);
    if let Some(status) = result.and_then(|result| end(result)) {
        reported.status = Member::Value(status);
        reported.other.drop_member("status");
    }
    details::strip(&mut reported.other);
    reported
}

/// The final status that a result implies.
fn end(result: &ResultInfo) -> Option<OperationStatus> {
    match (result.is_success(), result.is_failure()) {
        (true, _) => Some(OperationStatus::Completed),
        (false, true) => Some(OperationStatus::Failed),
        (false, false) => None,
    }
}

/// Copies the members by which the fold finds the operation.
fn keys(news: &mut CommsOperation, operation: &Operation, reported: &CommsOperation) {
    news.odata_type.clone_from(&reported.odata_type);
    news.id.clone_from(&reported.id);
    if reported.client_context == operation.resource().client_context {
        news.client_context.clone_from(&reported.client_context);
    }
}

fn is_nameless(reported: &CommsOperation) -> bool {
    reported.id.value().is_none() && reported.client_context.value().is_none_or(|context| context.is_empty())
}

fn title(operation: &Operation, reported: &CommsOperation) -> String {
    format!("{} operation{}", operation.kind().as_str(), name(reported))
}

fn name(reported: &CommsOperation) -> String {
    reported.id.value().map_or_else(String::new, |id| format!(" {}", short(id)))
}
