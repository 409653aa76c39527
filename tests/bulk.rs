//! The bulk replay beside the plain one: whatever the log, both find the same and tell the same.

mod agreement;
mod beginnings;
mod lines;
mod logs;
mod mishaps;
mod operations;
mod rosters;
mod shapes;
mod spellings;
mod talk;
