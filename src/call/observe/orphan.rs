//! The finding about an operation that never ended.

use alloc::format;
use alloc::string::String;

use crate::finding::{Finding, FindingKind};
use crate::id::CallId;
use crate::operation::Operation;
use crate::text::short;

/// The finding that the call ended while this operation was pending.
pub(crate) fn orphan(call: CallId, operation: &Operation) -> Finding {
    let id = operation.id().map_or_else(String::new, |id| format!(" {}", short(id)));
    let (kind, state) = (operation.kind().as_str(), operation.state());
    Finding::new(
        FindingKind::Orphan,
        Some(call),
        format!("{kind} operation{id} was {state} when the call ended"),
    )
}
