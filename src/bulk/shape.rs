//! The layouts in which an event's data came, learned from the crate's own writing: each text and number that
//! may vary is a hole, and all between the holes is literal. A line that fits a known shape is not decoded
//! anew.

pub(crate) mod layout;
mod learn;
pub(crate) mod packed;
pub(crate) mod tree;
