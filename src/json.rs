//! JSON. Reading and writing do what `serde_json` does, in less time. `serde_json` reads what is unusual, and
//! explains what is not JSON.

pub(crate) mod compact;
pub(crate) mod mend;
pub(crate) mod read;
pub(crate) mod write;
