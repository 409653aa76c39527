//! The history of a call, event by event. Pages, pictures and the terminal browser show it.

pub(crate) mod lanes;
pub(crate) mod steps;

pub use lanes::{AudioSpan, DeadlineSpan, OperationSpan, Presence, ReceivedTone, StateSpan};
pub use steps::{CallHistory, HistoryError, HistoryFinding, Step};
