//! What is told of a call beside its state.

use alloc::boxed::Box;
use alloc::sync::Arc;

use super::event::Details;
use crate::graph::{self, Members, Merge, News, Other, Unknown};

/// A call resource without what the fold keeps elsewhere: its state, id and tone, and the annotations of
/// the transport.
pub(crate) fn told(mut told: Box<graph::Call>) -> Box<graph::Call> {
    told.odata_type = None;
    told.state.take();
    told.id.take();
    told.tone_info.take();
    told.other.keep(|name, _| !["state", "id", "toneInfo"].contains(&name) && !is_of_odata(name));
    told
}

/// The same of a call that nothing was known of: that a member is empty is then no news.
pub(crate) fn first(resource: Box<graph::Call>) -> Box<graph::Call> {
    let mut told = told(resource);
    told.pair(&graph::Call::default(), News);
    told
}

/// Drops `@odata.id`, `@odata.etag`, `@odata.context` …: they say nothing about the resource.
pub(crate) fn strip(other: &mut Other) {
    other.keep(|name, _| !is_of_odata(name));
}

fn is_of_odata(name: &str) -> bool {
    name.starts_with("@odata.")
}

/// What a telling changes.
pub(crate) fn news(mut told: Box<graph::Call>, known: &graph::Call) -> Details {
    told.pair(known, News);
    some(told)
}

/// What a late telling adds to what is known.
pub(crate) fn unknown(mut told: Box<graph::Call>, known: &graph::Call) -> Details {
    told.pair(known, Unknown);
    some(told)
}

/// The details, where they say anything.
pub(crate) fn some(told: Box<graph::Call>) -> Details {
    (!told.is_silent()).then_some(told)
}

/// What is kept of a first telling.
pub(crate) fn begun(told: Details) -> Arc<graph::Call> {
    let mut known: Arc<graph::Call> = told.map(Arc::from).unwrap_or_default();
    let details = Arc::make_mut(&mut known);
    details.odata_type = None;
    details.state.take();
    known
}

pub(crate) fn merge(known: &mut Arc<graph::Call>, told: &Details) {
    if let Some(told) = told {
        let known = Arc::make_mut(known);
        known.pair(told, Merge);
        known.state.take();
    }
}

/// The same of what nobody needs any more.
pub(crate) fn take_over(known: &mut Arc<graph::Call>, told: Details) {
    if let Some(mut told) = told {
        let known = Arc::make_mut(known);
        known.take_over(&mut told);
        known.state.take();
    }
}
