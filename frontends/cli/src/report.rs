//! What a replay prints: a table and lines for people, one JSON object for programs.

mod calls;
pub(crate) mod json;
pub(crate) mod lines;
pub(crate) mod listed;
pub(crate) mod secrets;
pub(crate) mod spool;
pub(crate) mod table;
pub(crate) mod worst;
