//! The states of an operation, and the transitions between them.

use crate::names::names;

names! {
    /// The state of an operation: the member `status` in Graph.
    ///
    /// Source: [commsOperation](https://learn.microsoft.com/graph/api/resources/commsoperation), member
    /// `status`.
    #[expect(clippy::exhaustive_enums, reason = "the chart is closed: a new state is a new lifecycle")]
    pub enum State {
        /// The service accepted the operation, which waits in the queue of media operations. A null status
        /// means the same.
        NotStarted = "notStarted",
        /// The operation is in progress.
        Running = "running",
        /// The operation has completed. A final state.
        Completed = "completed",
        /// The operation has failed. A final state.
        Failed = "failed",
    }
}

names! {
    /// A transition between two states of an operation. It has the name of the event that records it.
    #[expect(clippy::exhaustive_enums, reason = "the chart is closed: a new transition is a new lifecycle")]
    pub enum Transition {
        /// The operation starts to run.
        Started = "operationStarted",
        /// The operation completes.
        Completed = "operationCompleted",
        /// The operation fails.
        Failed = "operationFailed",
    }
}
