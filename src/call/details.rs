//! What is told of a call beside its state.

use alloc::boxed::Box;
use alloc::sync::Arc;

use super::event::Details;
use crate::graph::{self, Members, Merge, News, Other, Unknown};

/// A call resource without what the fold keeps elsewhere: its state, id and tone, and the annotations of
/// the transport.
pub(crate) fn told(mut told: graph::Call) -> graph::Call {
    told.odata_type = None;
    told.state.take();
    told.id.take();
    told.tone_info.take();
    for kept_elsewhere in ["state", "id", "toneInfo"] {
        told.other.remove(kept_elsewhere);
    }
    strip(&mut told.other);
    told
}

/// The same of a call that nothing was known of: that a member is empty is then no news.
pub(crate) fn first(resource: graph::Call) -> graph::Call {
    let mut told = told(resource);
    told.pair(&graph::Call::default(), News);
    told
}

/// Drops `@odata.id`, `@odata.etag`, `@odata.context` …: they say nothing about the resource.
pub(crate) fn strip(other: &mut Other) {
    other.retain(|name, _| !name.starts_with("@odata."));
}

/// What a telling changes.
pub(crate) fn news(mut told: graph::Call, known: &graph::Call) -> Details {
    told.pair(known, News);
    some(told)
}

/// What a late telling adds to what is known.
pub(crate) fn unknown(mut told: graph::Call, known: &graph::Call) -> Details {
    told.pair(known, Unknown);
    some(told)
}

/// The details, where they say anything.
pub(crate) fn some(told: graph::Call) -> Details {
    (!told.is_silent()).then(|| Box::new(told))
}

pub(crate) fn merge(known: &mut Arc<graph::Call>, told: &Details) {
    if let Some(told) = told {
        let known = Arc::make_mut(known);
        known.pair(told, Merge);
        known.state.take();
    }
}
