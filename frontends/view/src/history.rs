//! The history of a call, event by event. Pages, pictures and the terminal browser show it.

mod lanes;
pub(crate) mod spans;
pub(crate) mod steps;
mod text;

pub use spans::{AudioSpan, DeadlineSpan, OperationSpan, Presence, ReceivedTone, StateSpan};
pub use steps::{CallHistory, HistoryError, HistoryFinding, Step};
pub use text::text;
