//! The finding that an operation failed.

use alloc::format;
use alloc::string::String;

use super::recorded::Recorded;
use crate::finding::{Finding, FindingKind};
use crate::graph::end_code::EndCode;
use crate::text::{beginning, short};

/// How much of the service's message a finding quotes, in characters.
const QUOTED: usize = 120;

impl Recorded {
    /// Says why an operation failed with this event. An operation that the app cancelled is no failure.
    pub(crate) fn failure(&self) -> Option<Finding> {
        let operation = self.event.failed_operation()?;
        let result = operation.result_info.value();
        if result.and_then(|result| EndCode::of(result)) == Some(EndCode::OperationCancelled) {
            return None;
        }
        let why = result.map(|result| beginning(result, QUOTED)).filter(|result| !result.is_empty());
        let why = why.map_or_else(|| "without a reported result".into(), |result| format!("with {result}"));
        let named = operation.id.value().map_or_else(String::new, |id| format!(" {}", short(id)));
        let message = format!("{} operation{named} failed {why}", operation.kind().as_str());
        Some(Finding::new(FindingKind::OperationFailed, Some(self.call), message))
    }
}
