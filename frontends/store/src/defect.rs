//! What is wrong in a store.

use callfold::CallId;

/// Something that is wrong in a store, as far as the store knows by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "every store makes this value")]
pub struct Defect {
    /// The call; `None` if it is not about one call.
    pub call: Option<CallId>,
    /// What is wrong. It shows no line of the log.
    pub message: String,
}

/// Contradictions between tables.
impl Defect {
    pub(crate) fn without_events(call: CallId) -> Self {
        Self::of(call, "it is in the table of calls, and has no events".into())
    }

    pub(crate) fn not_among_calls(call: CallId) -> Self {
        Self::of(call, "it has events, and is not in the table of calls".into())
    }

    pub(crate) fn noted_beyond_end(call: CallId, consumer: &str, noted: u64, last: u64) -> Self {
        Self::of(
            call,
            format!("`{consumer}` has noted revision {noted}, and the last revision of the call is {last}"),
        )
    }

    pub(crate) fn snapshot_beyond_end(call: CallId, kept: u64, last: u64) -> Self {
        Self::of(
            call,
            format!("its snapshot is of revision {kept}, and the last revision of the call is {last}"),
        )
    }

    pub(crate) fn of(call: CallId, message: String) -> Self {
        Self { call: Some(call), message }
    }
}
