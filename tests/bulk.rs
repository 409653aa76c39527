//! The bulk replay compared with the plain replay: for any log, both have the same findings and report the
//! same calls.

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
