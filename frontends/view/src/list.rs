//! What tables, pages and the terminal browser have in common: the order of a list of calls, and which calls belong together.

pub mod order;
pub mod related;
