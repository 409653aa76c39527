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
