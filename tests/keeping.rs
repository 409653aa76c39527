//! A replay that keeps summaries compared with one that keeps everything: for any log, both have the same
//! findings and report the same calls.

mod agreement;
mod lines;
mod logs;
mod mishaps;
mod notified;
mod operations;
mod rosters;
mod spellings;
mod talk;
