//! The reported members of a call, without its state.

use alloc::boxed::Box;
use alloc::sync::Arc;

use super::event::carried::Details;
use crate::graph;
use crate::graph::member::{Members, News, Other, Unknown};
use crate::id::{CallId, Id};

/// A call resource without the members that the fold keeps elsewhere (state, id and tone), and without the
/// annotations of the transport.
pub(crate) fn reported(mut reported: Box<graph::call::Call>) -> Box<graph::call::Call> {
    reported.odata_type = None;
    reported.state.take();
    reported.id.take();
    reported.tone_info.take();
    reported.other.keep(|name, _| !["state", "id", "toneInfo"].contains(&name) && !is_of_odata(name));
    reported
}

/// Like `reported`, for a call that was unknown until now. An empty member is then no change.
pub(crate) fn first(resource: Box<graph::call::Call>) -> Box<graph::call::Call> {
    let mut reported = reported(resource);
    reported.pair(&graph::call::Call::default(), News);
    reported
}

/// A call for which no `callChainId` was reported begins a conversation: the `callChainId` is its own id.
pub(super) fn chain(call: &mut graph::call::Call, id: CallId) {
    if call.call_chain_id.value().is_none() {
        call.call_chain_id = Id::from(id).into();
    }
}

/// Removes `@odata.id`, `@odata.etag`, `@odata.context` and so on. They do not describe the resource.
pub(crate) fn strip(other: &mut Other) {
    other.keep(|name, _| !is_of_odata(name));
}

fn is_of_odata(name: &str) -> bool {
    name.starts_with("@odata.")
}

/// The members that a report changes.
pub(crate) fn news(mut reported: Box<graph::call::Call>, known: &graph::call::Call) -> Details {
    reported.pair(known, News);
    some(reported)
}

/// The members that a late report adds: members that are still unknown.
pub(crate) fn unknown(mut reported: Box<graph::call::Call>, known: &graph::call::Call) -> Details {
    reported.pair(known, Unknown);
    some(reported)
}

/// The details; `None` if they have no member.
pub(crate) fn some(reported: Box<graph::call::Call>) -> Details {
    (!reported.is_silent()).then(|| reported.into())
}

/// The details of a new call.
pub(crate) fn begun(reported: Details) -> Arc<graph::call::Call> {
    let mut known = reported.unwrap_or_default();
    if known.odata_type.is_some() || !known.state.is_absent() {
        let details = Arc::make_mut(&mut known);
        details.odata_type = None;
        details.state.take();
    }
    known
}

/// Replaces known members by the reported ones.
pub(crate) fn merge(known: &mut Arc<graph::call::Call>, reported: Details) {
    if let Some(reported) = reported {
        let known = Arc::make_mut(known);
        known.merge(reported);
        known.state.take();
    }
}
