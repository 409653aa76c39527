//! The states of an operation and what moves it from one to the next.

use crate::names::names;

names! {
    /// How far an operation is: Graph's `status`.
    ///
    /// Source: [commsOperation](https://learn.microsoft.com/graph/api/resources/commsoperation), member `status`.
    ///
    /// ```
    /// use callfold::operation::State;
    ///
    /// assert_eq!(State::NotStarted.as_str(), "notStarted");
    /// ```
    #[expect(clippy::exhaustive_enums, reason = "the chart is closed: a new state is a new lifecycle")]
    pub enum State {
        /// Accepted; waits in the media operations queue. A null status means the same.
        NotStarted = "notStarted",
        /// In progress.
        Running = "running",
        /// Done. Final.
        Completed = "completed",
        /// Done, without success. Final.
        Failed = "failed",
    }
}

names! {
    /// What moves an operation: the alphabet of the chart, named as the events that carry it.
    ///
    /// ```
    /// use callfold::operation::{Transition, State};
    ///
    /// assert_eq!(State::Running.after(Transition::Completed), Some(State::Completed));
    /// ```
    #[expect(clippy::exhaustive_enums, reason = "the chart is closed: a new cause is a new lifecycle")]
    pub enum Transition {
        /// It runs.
        Started = "operationStarted",
        /// It is done.
        Completed = "operationCompleted",
        /// It is done, without success.
        Failed = "operationFailed",
    }
}
