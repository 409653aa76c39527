//! Recorded logs as bytes: detecting the format of a log, and cutting the log into records.
//!
//! The crate does no I/O. The host reads a block of bytes from a log and passes the block to [`cut()`], which
//! returns the first record. The host passes that record to a [`Replay`](crate::Replay). When `cut` returns
//! [`Cut::More`], the host appends more bytes of the log to the block and calls `cut` again.

mod by_call;
pub(crate) mod cut;
pub(crate) mod decoded;
mod detect;
mod entry;
pub(crate) mod event_line;
pub(crate) mod format;
mod glance;
mod members;
mod noise;
pub(crate) mod notifications;
mod quoted;
pub(crate) mod sdk;
mod skip;
mod times;
mod within;
mod written;

pub use by_call::{Part, by_call};
pub use cut::{Cut, Record, boundary, cut};
pub use decoded::{Decoded, Next, decode};
pub use detect::is_cut_off;
pub use format::Format;
pub use glance::{Glance, glance};
pub use skip::Skip;
pub use written::Written;
