//! Shapes: the layouts of the data of events, learned from the JSON that the crate writes. A text or a number
//! that may vary is a *hole*. The bytes between two holes are a *literal*. A line that fits a known shape is
//! not decoded.

pub(crate) mod layout;
mod learn;
pub(crate) mod packed;
pub(crate) mod tree;
